"""Every SELECT on accounts, people, memberships, sessions and agencies."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from auth import profile
from auth.actor import Actor, Role, held
from auth.models import Account, Agency, Membership, Person, WebSession
from auth.profile import Profile
from portal.core import clock, crypto
from portal.core.crypto import SubjectKey
from portal.core.db import built_once
from portal.core.direct import Direct
from portal.core.errors import NotFound


def held_on(day: date | sa.BindParameter[date]) -> tuple[sa.ColumnElement[bool], ...]:
    """Memberships in force on the day; the day of the end is the first without."""
    return (
        col(Membership.valid_from) <= day,
        sa.or_(col(Membership.valid_to).is_(None), col(Membership.valid_to) > day),
    )


_S, _A = WebSession.__table__, Account.__table__  # type: ignore[attr-defined]


def _roles(account_id: sa.Column[Any]) -> sa.Label[Any]:
    """The present memberships of an account as one JSON value: [[role, agency id or null], …]."""
    m = Membership.__table__  # type: ignore[attr-defined]
    pairs = sa.func.jsonb_agg(sa.func.jsonb_build_array(m.c.role, m.c.agency_id))
    return (
        sa.select(sa.func.coalesce(pairs, sa.literal_column("'[]'::jsonb")))
        .where(m.c.account_id == account_id, *held_on(sa.bindparam("day", type_=sa.Date)))
        .scalar_subquery()
        .label("roles")
    )


def _personal_id_index(account_id: sa.Column[Any]) -> sa.Label[Any]:
    """Of who has a function: the blind index of their personal id. Nobody else needs one."""
    m = Membership.__table__  # type: ignore[attr-defined]
    known = sa.and_(m.c.account_id == account_id, m.c.personal_id_index.is_not(None))
    return sa.select(m.c.personal_id_index).where(known).limit(1).scalar_subquery().label("personal_id_index")


# Asked with every request, so built once.
_OF_SESSION = Direct(
    sa.select(
        _S.c.account_id,
        _S.c.seen_at,
        _S.c.expires_at,
        _S.c.csrf,
        _S.c.shown_name,
        _roles(_S.c.account_id),
        _personal_id_index(_S.c.account_id),
    )
    .join(_A, _A.c.id == _S.c.account_id)
    .where(_S.c.token_hash == sa.bindparam("token_hash"), _A.c.disabled_at.is_(None))
)
_OF_ACCOUNT = Direct(
    sa.select(
        _A.c.id.label("account_id"),
        _S.c.seen_at,
        _S.c.expires_at,
        _S.c.shown_name,
        _roles(_A.c.id),
        _personal_id_index(_A.c.id),
    )
    .outerjoin(_S, sa.and_(_S.c.token_hash == sa.bindparam("token_hash"), _S.c.account_id == _A.c.id))
    .where(_A.c.id == sa.bindparam("account_id"), _A.c.disabled_at.is_(None))
)


def actor_of_session(connection: sa.Connection, token_hash: bytes) -> Any | None:
    """Session, account and present roles behind a browser's token, in one statement."""
    return _OF_SESSION.one_or_none(connection, {"token_hash": token_hash, "day": clock.today()})


def actor_of_account(connection: sa.Connection, account_id: UUID, session_hash: bytes | None) -> Any | None:
    """Account, present roles and, if it hangs on one, browser session behind a bearer token."""
    asked = {"account_id": account_id, "token_hash": session_hash, "day": clock.today()}
    return _OF_ACCOUNT.one_or_none(connection, asked)


def actor_now(session: Session, account_id: UUID) -> Actor | None:
    """The person with the roles of now, for work done on their word; None once the account is closed."""
    row = actor_of_account(session.connection(), account_id, None)
    if row is None:
        return None
    roles, agency_ids, headed_ids = held(row.roles)
    return Actor(
        id=account_id,
        roles=roles,
        agency_ids=agency_ids,
        headed_ids=headed_ids,
        personal_id_index=row.personal_id_index,
    )


def account_of_email(session: Session, email_index: bytes) -> Account | None:
    """The account one signs in to with this e-mail."""
    return session.exec(select(Account).where(Account.email_index == email_index)).one_or_none()


def account(session: Session, account_id: UUID, *, for_update: bool = False) -> Account:
    """An account by id.

    Raises:
        NotFound: there is none.
    """
    statement = select(Account).where(Account.id == account_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.exec(statement).one_or_none()
    if found is None:
        raise NotFound("Không có tài khoản này.")
    return found


def person(session: Session, account_id: UUID) -> Profile:
    """The profile of the person who asks; row-level security hides everybody else's.

    Raises:
        NotFound: there is none, or it is not the asker's own.
    """
    row = session.execute(
        sa.select(col(Person.sealed), col(SubjectKey.wrapped))
        .join(SubjectKey, col(SubjectKey.subject_id) == col(Person.account_id))
        .where(col(Person.account_id) == account_id)
    ).one_or_none()
    if row is None:
        raise NotFound("Không có hồ sơ cá nhân của tài khoản này.")
    crypto.preload(session, account_id, row.wrapped)
    return profile.unseal(session, account_id, row.sealed)


def memberships(session: Session, account_id: UUID) -> Sequence[Membership]:
    """The account's memberships in force today."""
    statement = select(Membership).where(Membership.account_id == account_id, *held_on(clock.today()))
    return session.exec(statement.order_by(col(Membership.valid_from), col(Membership.id))).all()


class Colleague(msgspec.Struct, frozen=True):
    """Who serves an agency today; `name` is empty until they have signed in once."""

    id: UUID
    name: str
    head: bool


def serving(session: Session, agency_id: UUID) -> list[Colleague]:
    """The officers and heads of an agency today, by name; closed accounts serve nowhere."""
    rows = session.execute(_serving(), {"agency_id": agency_id, "day": clock.today()})
    return [Colleague(row.account_id, row.name, row.head) for row in rows]


@built_once
def _serving() -> sa.Select[Any]:
    held = Membership.__table__  # type: ignore[attr-defined]
    head = sa.func.bool_or(held.c.role == Role.HEAD).label("head")
    name = sa.func.max(held.c.name).label("name")
    return (
        sa.select(held.c.account_id, name, head)
        .join(_A, sa.and_(_A.c.id == held.c.account_id, _A.c.disabled_at.is_(None)))
        .where(
            held.c.agency_id == sa.bindparam("agency_id"),
            held.c.role.in_([Role.OFFICER, Role.HEAD]),
            *held_on(sa.bindparam("day", type_=sa.Date)),
        )
        .group_by(held.c.account_id)
        .order_by(name, held.c.account_id)
    )


def membership(session: Session, membership_id: UUID, *, for_update: bool = False) -> Membership:
    """A membership by id.

    Raises:
        NotFound: there is none.
    """
    statement = select(Membership).where(Membership.id == membership_id)
    if for_update:
        statement = statement.with_for_update()
    found = session.exec(statement).one_or_none()
    if found is None:
        raise NotFound("Không có vai trò này.")
    return found


def web_sessions(session: Session, account_id: UUID) -> Sequence[sa.Row[Any]]:
    """The account's browser sessions that have not ended, latest use first."""
    return session.execute(
        sa.select(
            col(WebSession.token_hash),
            col(WebSession.created_at),
            col(WebSession.seen_at),
            col(WebSession.expires_at),
        )
        .where(col(WebSession.account_id) == account_id, col(WebSession.expires_at) > clock.now())
        .order_by(col(WebSession.seen_at).desc(), col(WebSession.token_hash))
        .limit(100)
    ).all()


def agency_code(session: Session, agency_id: UUID) -> str:
    """The identification code of an agency, such as "H99.12.05".

    Raises:
        NotFound: there is none.
    """
    code = session.exec(select(Agency.code).where(Agency.id == agency_id)).one_or_none()
    if code is None:
        raise NotFound("Không có cơ quan này.")
    return code


def agencies_of(session: Session, agency_ids: frozenset[UUID]) -> list[tuple[UUID, str, str]]:
    """(id, code, name) of the agencies, by code."""
    if not agency_ids:
        return []
    rows = session.execute(
        sa.select(col(Agency.id), col(Agency.code), col(Agency.name))
        .where(col(Agency.id).in_(agency_ids))
        .order_by(col(Agency.code))
    )
    return [(row.id, row.code, row.name) for row in rows]


def agencies_under(session: Session, agency_id: UUID) -> frozenset[UUID]:
    """The agency and all below it in the tree."""
    tree = sa.select(col(Agency.id).label("id")).where(col(Agency.id) == agency_id).cte(recursive=True)
    below = sa.select(col(Agency.id)).join(tree, col(Agency.parent_id) == tree.c.id)
    return frozenset(session.execute(sa.select(tree.union(below).c.id)).scalars())
