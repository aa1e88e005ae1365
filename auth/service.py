"""What may be done to accounts: register, sign in and out, hold roles, change one's data."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from auth import identifiers, passwords, profile, queries, sessions, throttle
from auth.actor import Actor, Role
from auth.models import Account, Membership, Person
from auth.profile import Entries, Profile, ProfileIncomplete
from auth.queries import agencies_under
from portal.core import clock, crypto, events, runtime
from portal.core.db import new_id
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized

__all__ = ["agencies_under", "register", "sign_in", "sign_out"]


class WrongCredentials(Unauthorized):
    """No such account, a wrong password, or an account closed: one answer for all."""

    title = "Chưa đăng nhập được"

    def __init__(self) -> None:
        super().__init__("Thư điện tử hoặc mật khẩu chưa đúng. Kiểm tra rồi thử lại.")


class EmailTaken(Conflict):
    """Only for commands of the operator; a registration never tells."""

    title = "Thư điện tử đã có tài khoản"


class OwnRole(Forbidden):
    """Nobody gives a role to themselves or takes their own."""

    title = "Không tự đổi vai trò của mình"


def email_index(email: str) -> bytes:
    """The blind index of an address in normal form (`identifiers.email`)."""
    return crypto.blind("email", email)


def register(
    session: Session,
    *,
    name: str,
    email: str,
    password: str,
    phone: str = "",
    personal_id: str = "",
    birth: date | None = None,
    address: str | None = None,
) -> None:
    """Register a person; returns nothing, so that no caller can tell whether the e-mail was known.

    A known e-mail changes nothing; its owner is written to (`account.registration_repeated`).
    `address` is the client's network address, for the limits; None (commands, tests) skips them.

    Raises:
        ProfileIncomplete: entries are missing or wrong, the password too weak.
        TooMany: too many registrations of this address or e-mail.
    """
    who, chosen = _entries(name, email, password, phone, personal_id, birth)
    index = email_index(who.email)
    if address is not None:
        throttle.take(runtime.sessions, throttle.registering(index.hex(), address))
    password_hash = passwords.seal(chosen)
    if _create(session, who, index, password_hash) is None:
        found = queries.account_of_email(session, index)
        if found is not None:
            owner = queries.account(session, found.id, for_update=True)
            events.record(session, owner, "account.registration_repeated", None)


def complaints(*, name: str, email: str, password: str, phone: str, personal_id: str) -> list[dict[str, str]]:
    """What `register` would find wrong, so that a form can tell it together with complaints of its own."""
    try:
        _entries(name, email, password, phone, personal_id, None)
    except ProfileIncomplete as refusal:
        found: list[dict[str, str]] = refusal.extra["errors"]
        return found
    return []


def create_account(
    session: Session,
    *,
    name: str,
    email: str,
    password: str,
    phone: str = "",
    personal_id: str = "",
    birth: date | None = None,
) -> Account:
    """Make an account for a command of the operator (seed, first administrator).

    Raises:
        ProfileIncomplete: entries are missing or wrong, the password too weak.
        EmailTaken: the e-mail has an account.
    """
    who, chosen = _entries(name, email, password, phone, personal_id, birth)
    made = _create(session, who, email_index(who.email), passwords.seal(chosen))
    if made is None:
        raise EmailTaken("Thư điện tử này đã có tài khoản.")
    return made


def machine_account(session: Session, name: str) -> UUID:
    """The account under which a command of the operator acts; nobody can sign in to it.

    Its index comes from no e-mail and its password from no hash. The same name is the same account.
    """
    index = crypto.blind("machine", name)
    found = queries.account_of_email(session, index)
    if found is None:
        found = _create(session, Profile(name=name, email=""), index, "no password")
    assert found is not None
    return found.id


def _entries(
    name: str, email: str, password: str, phone: str, personal_id: str, birth: date | None
) -> tuple[Profile, str]:
    entries = Entries()
    who = profile.checked(entries, name=name, email=email, phone=phone, personal_id=personal_id, birth=birth)
    own = (who.email, who.name, who.phone, who.personal_id)
    chosen = entries.take("password", lambda text: passwords.check(text, not_like=own), password, "")
    entries.close()
    return who, chosen


def _create(session: Session, who: Profile, index: bytes, password_hash: str) -> Account | None:
    """Insert account and person; None if the e-mail has an account (the unique index decides)."""
    made = session.execute(
        insert(Account.__table__)  # type: ignore[attr-defined]
        .values(id=new_id(), email_index=index, password_hash=password_hash, created_at=clock.now())
        .on_conflict_do_nothing(index_elements=["email_index"])
        .returning(sa.column("id"))
    ).scalar_one_or_none()
    if made is None:
        return None
    with _as_person(session, made):
        session.execute(
            sa.insert(Person.__table__).values(  # type: ignore[attr-defined]
                account_id=made, **profile.seal(session, made, who)
            )
        )
    account = queries.account(session, made, for_update=True)
    events.record(session, account, "account.registered", made)
    session.flush()
    return account


@contextmanager
def _as_person(session: Session, account_id: UUID) -> Iterator[None]:
    """Let row-level security see the account's own person while the block runs."""
    before = session.execute(sa.select(sa.func.current_setting("app.actor", True))).scalar_one()
    set_actor = sa.func.set_config
    session.execute(sa.select(set_actor("app.actor", str(account_id), True)))
    yield
    session.execute(sa.select(set_actor("app.actor", before or "", True)))


def sign_in(
    session: Session, email: str, password: str, *, address: str, replaces: bytes | None = None
) -> tuple[str, Account]:
    """Open a browser session for who knows the password: its token (for the cookie) and the account.

    The session is always new; `replaces` (the one the browser held) ends. Unknown e-mail, wrong
    password and closed account cost the same work and give the same answer.

    Raises:
        WrongCredentials: the pair is not that of an open account.
        TooMany: too many tries for this e-mail, from this address, or in all.
    """
    index = _index_to_try(email)
    tries = throttle.signing_in(index.hex(), address)
    throttle.take(runtime.sessions, tries)
    account = queries.account_of_email(session, index)
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or not right or account.disabled_at is not None:
        raise WrongCredentials
    throttle.give_back(runtime.sessions, tries)
    if passwords.outdated(account.password_hash):
        account.password_hash = passwords.seal(password)
        session.add(account)
    if replaces is not None:
        sessions.end(session, replaces)
    with _as_person(session, account.id):
        who = queries.person(session, account.id)
    sessions.name_functions(session, account.id, who.name, who.personal_id)
    token = sessions.start(session, account.id, who.name, hours=runtime.settings.session_absolute_hours)
    return token, account


def _index_to_try(email: str) -> bytes:
    """The index to look for, also of what cannot be an address: it is refused like an unknown one."""
    entries = Entries()
    normal = entries.take("email", identifiers.email, email, "")
    return email_index(normal or f"\0{email[:300]}")


def sign_out(session: Session, actor: Actor) -> None:
    """End the actor's present session, and with it the tokens exchanged for it."""
    if actor.session_hash is not None:
        sessions.end(session, actor.session_hash)


def change_password(session: Session, actor: Actor, *, old: str, new: str) -> None:
    """Set a new password; every other session of the account ends.

    Raises:
        Invalid: the old password is wrong, or the new one too weak.
        TooMany: too many wrong tries.
    """
    account = queries.account(session, _id(actor), for_update=True)
    who = queries.person(session, account.id)
    tries = (throttle.bucket(throttle.LOGIN_ACCOUNT, account.email_index.hex()),)
    throttle.take(runtime.sessions, tries)
    if not passwords.matches(account.password_hash, old):
        raise Invalid(
            "Mật khẩu hiện tại chưa đúng.",
            errors=[{"field": "old", "message": "Mật khẩu hiện tại chưa đúng."}],
        )
    throttle.give_back(runtime.sessions, tries)
    own = (who.email, who.name, who.phone, who.personal_id)
    account.password_hash = passwords.seal(passwords.check(new, not_like=own))
    events.record(session, account, "account.password_changed", account.id)
    sessions.end_all(session, account.id, but=actor.session_hash)


def change_profile(
    session: Session, actor: Actor, *, name: str, phone: str, personal_id: str, birth: date | None
) -> Profile:
    """Change one's own data; the e-mail, by which one signs in, stays.

    Raises:
        ProfileIncomplete: entries are wrong.
    """
    account = queries.account(session, _id(actor), for_update=True)
    before = queries.person(session, account.id)
    entries = Entries()
    after = profile.checked(
        entries, name=name, email=before.email, phone=phone, personal_id=personal_id, birth=birth
    )
    entries.close()
    person = Person.__table__  # type: ignore[attr-defined]
    session.execute(
        sa.update(person)
        .where(person.c.account_id == account.id)
        .values(**profile.seal(session, account.id, after))
    )
    sessions.name_functions(session, account.id, after.name, after.personal_id)
    changed = [key for key in after.__struct_fields__ if getattr(after, key) != getattr(before, key)]
    events.record(session, account, "account.profile_changed", account.id, {"fields": changed})
    return after


def grant(
    session: Session, account_id: UUID, role: Role, agency_id: UUID | None, by: Actor | None
) -> Membership:
    """Give the account a role from today; `by` None is a command of the operator.

    The account's sessions end: what was opened as a lesser person does not become a greater one.

    Raises:
        Forbidden: `by` is no administrator.
        OwnRole: `by` is the account itself.
        Invalid: citizen is not granted; an officer or head needs an agency.
    """
    _may_change_roles(by, account_id)
    if role is Role.CITIZEN:
        raise Invalid("Mọi tài khoản đều là công dân.")
    if role in (Role.OFFICER, Role.HEAD) and agency_id is None:
        raise Invalid("Cán bộ, trưởng đơn vị cần có cơ quan.")
    account = queries.account(session, account_id, for_update=True)
    for held in queries.memberships(session, account_id):
        if held.role is role and held.agency_id == agency_id:
            return held
    given = Membership(account_id=account_id, role=role, agency_id=agency_id, valid_from=clock.today())
    session.add(given)
    session.flush()
    with suppress(NotFound):  # an administrator does not read who it is: the next sign-in tells
        who = queries.person(session, account_id)
        sessions.name_functions(session, account_id, who.name, who.personal_id)
    facts = {"membership_id": given.id, "role": role, "agency_id": agency_id}
    events.record(session, account, "membership.granted", by.id if by else None, facts)
    sessions.end_all(session, account_id)
    return given


def revoke(session: Session, membership_id: UUID, by: Actor | None) -> None:
    """Take a role from today on: the account's next request is without it.

    Raises:
        Forbidden: `by` is no administrator.
        OwnRole: `by` is the account itself.
        NotFound: there is no such membership.
    """
    held = queries.membership(session, membership_id, for_update=True)
    _may_change_roles(by, held.account_id)
    today = clock.today()
    if held.valid_to is not None and held.valid_to <= today:
        return
    held.valid_to = max(held.valid_from, today)
    session.add(held)
    account = queries.account(session, held.account_id, for_update=True)
    facts = {"membership_id": held.id, "role": held.role, "agency_id": held.agency_id}
    events.record(session, account, "membership.revoked", by.id if by else None, facts)


def disable(session: Session, account_id: UUID, by: Actor | None) -> None:
    """Close an account: nobody signs in to it and its sessions end.

    Raises:
        Forbidden: `by` is no administrator.
    """
    _may_change_roles(by, account_id)
    account = queries.account(session, account_id, for_update=True)
    if account.disabled_at is None:
        account.disabled_at = clock.now()
        events.record(session, account, "account.disabled", by.id if by else None)
    sessions.end_all(session, account_id)


def _may_change_roles(by: Actor | None, account_id: UUID) -> None:
    if by is None:
        return
    if not by.has(Role.ADMINISTRATOR):
        raise Forbidden("Chỉ quản trị viên đổi được vai trò.")
    if by.id == account_id:
        raise OwnRole("Nhờ một quản trị viên khác đổi vai trò của bạn.")


def _id(actor: Actor) -> UUID:
    if actor.id is None:
        raise Unauthorized("Đăng nhập để tiếp tục.")
    return actor.id
