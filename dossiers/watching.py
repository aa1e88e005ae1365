"""What an officer follows, whoever holds it: by hand, at most MOST, latest change first."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from auth.actor import Actor
from auth.models import Agency
from dossiers import access, owners, queries
from dossiers.desk_models import Watch
from dossiers.queries import OF_DOSSIER, Page
from portal.core import crypto
from portal.core.clock import now
from portal.core.crypto import SubjectKey
from portal.core.db import built_once
from portal.core.direct import Direct
from portal.core.errors import Conflict

D = access.D
W = Watch.__table__  # type: ignore[attr-defined]
MOST: Final = 200


class TooManyWatched(Conflict):
    title = "Đã theo dõi nhiều hồ sơ"


def watch(session: Session, actor: Actor, dossier_id: UUID) -> None:
    """Follow a dossier one may see; following it twice is following it.

    Raises:
        DossierNotFound. TooManyWatched: MOST are followed already.
    """
    queries.get(session, actor, dossier_id)
    held = session.execute(sa.select(sa.func.count()).where(W.c.account_id == actor.id)).scalar_one()
    if held >= MOST:
        raise TooManyWatched(f"Bạn đang theo dõi {MOST} hồ sơ. Bỏ theo dõi bớt rồi thêm.", most=MOST)
    session.execute(
        insert(W).values(account_id=actor.id, dossier_id=dossier_id, since=now()).on_conflict_do_nothing()
    )


def unwatch(session: Session, actor: Actor, dossier_id: UUID) -> None:
    """Follow it no longer; nothing happens where it was not followed."""
    session.execute(sa.delete(W).where(W.c.account_id == actor.id, W.c.dossier_id == dossier_id))


def page(session: Session, actor: Actor) -> Page:
    """All that one follows and still may see."""
    rows = _page().all(session, {"limit": MOST, **access.asking(actor)})
    names = {}
    for row in rows:
        crypto.preload(session, row.subject_id, row.wrapped)
        opened = crypto.open_(session, row.subject_id, f"dossier.applicant|{row.id}", row.applicant)
        names[row.id] = owners.shown_name(opened)
    return queries.paged(rows, MOST, "updated_at", names)


def counted() -> sa.ScalarSelect[Any]:
    """How many the asking officer follows."""
    return sa.select(sa.func.count()).select_from(W).where(W.c.account_id == access.ACTOR).scalar_subquery()


def followed() -> sa.ColumnElement[bool]:
    """Whether the asking officer follows the dossier of a statement."""
    return sa.exists().where(W.c.account_id == access.ACTOR, W.c.dossier_id == D.c.id)


@built_once
def _page() -> Direct:
    agency, key = Agency.__table__, SubjectKey.__table__  # type: ignore[attr-defined]
    return Direct(
        sa.select(
            *OF_DOSSIER, D.c.applicant, D.c.subject_id, agency.c.name.label("agency_name"), key.c.wrapped
        )
        .join(W, sa.and_(W.c.dossier_id == D.c.id, W.c.account_id == access.ACTOR))
        .join(agency, agency.c.id == D.c.receiving_agency_id)
        .join(key, key.c.subject_id == D.c.subject_id)
        .where(access.visible_to())
        .order_by(D.c.updated_at.desc(), D.c.id.desc())
        .limit(queries.LIMIT)
    )
