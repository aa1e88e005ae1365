"""Failures of the system, and planned stops of it: noted, told to the public while they last, ended."""

import time
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, select

from auth.actor import Actor
from auth.models import Agency
from dossiers.calendar_models import Incident, IncidentScope
from portal.core import clock, events
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.text import clean
from services_catalog.models import Procedure

REPAIR: Final = timedelta(hours=24)  # from the notice (Decree 301/2026/NĐ-CP, art. 3(4))
FRESH_SECONDS: Final = 10.0
MAX_TITLE: Final = 300
_BACK: Final = timedelta(days=30)  # how long ago a failure noted now may have begun


class IncidentOver(Conflict):
    title = "Sự cố này đã kết thúc"


class IncidentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One incident as pages show it."""

    id: UUID
    scope: IncidentScope
    about: str  # the agency or the procedure; "" for everything
    agency_id: UUID | None
    procedure_id: UUID | None
    planned: bool
    title: str
    began_at: datetime
    noted_at: datetime
    ended_at: datetime | None
    applied_at: datetime | None

    @property
    def repair_by(self) -> datetime:
        """By when it is to be repaired."""
        return self.noted_at + REPAIR

    @property
    def late(self) -> bool:
        """Whether the repair takes longer than it may."""
        return not self.planned and (self.ended_at or clock.now()) > self.repair_by


def _lines(session: Session, *where: sa.ColumnElement[bool], limit: int) -> list[IncidentLine]:
    one = Incident.__table__  # type: ignore[attr-defined]
    agency, procedure = Agency.__table__, Procedure.__table__  # type: ignore[attr-defined]
    named = sa.func.coalesce(agency.c.name, procedure.c.code, "").label("about")
    names = [name for name in IncidentLine.__struct_fields__ if name != "about"]
    rows = session.execute(
        sa.select(*(one.c[name] for name in names), named)
        .select_from(one)
        .outerjoin(agency, agency.c.id == one.c.agency_id)
        .outerjoin(procedure, procedure.c.id == one.c.procedure_id)
        .where(*where)
        .order_by(one.c.began_at.desc(), one.c.id)
        .limit(limit)
    )
    return [IncidentLine(**row._mapping) for row in rows]


def listed(session: Session) -> list[IncidentLine]:
    """The latest incidents, newest first."""
    return _lines(session, limit=100)


class _Kept:
    found: list[IncidentLine]
    until: float = 0.0


def forget() -> None:
    """Ask anew what lasts."""
    _Kept.found, _Kept.until = [], 0.0


def lasting(
    session: Session, *, agency_id: UUID | None = None, procedure_id: UUID | None = None
) -> list[IncidentLine]:
    """What does not work now: everywhere, at the agency, of the procedure. Asked at most every 10 s."""
    if time.monotonic() >= _Kept.until:
        one = Incident.__table__  # type: ignore[attr-defined]
        _Kept.found = _lines(session, one.c.ended_at.is_(None), one.c.began_at <= clock.now(), limit=20)
        _Kept.until = time.monotonic() + FRESH_SECONDS
    return [
        line
        for line in _Kept.found
        if line.scope is IncidentScope.ALL
        or (line.agency_id is not None and line.agency_id == agency_id)
        or (line.procedure_id is not None and line.procedure_id == procedure_id)
    ]


def note(
    session: Session,
    actor: Actor,
    *,
    scope: IncidentScope,
    title: str,
    began_at: datetime,
    code: str = "",
    planned: bool = False,
) -> Incident:
    """Note that the system, or a part of it, does not work. `code`: of the agency or procedure in scope.

    Raises:
        Invalid: no title, a beginning that lies ahead or too far back, or an unknown code.
    """
    title = clean(title, max_length=MAX_TITLE)
    if not title:
        raise Invalid("Nêu điều gì không dùng được.", errors=[{"field": "title"}])
    instant = clock.now()
    if not instant - _BACK <= began_at <= instant:
        raise Invalid("Lúc bắt đầu phải đã qua, và không quá 30 ngày trước.", errors=[{"field": "began_at"}])
    made = Incident(scope=scope, title=title, planned=planned, began_at=began_at, noted_at=instant)
    if scope is IncidentScope.AGENCY:
        made.agency_id = _id_of(session, Agency, code, "Không có cơ quan mang mã này.")
    elif scope is IncidentScope.PROCEDURE:
        made.procedure_id = _id_of(session, Procedure, code, "Không có thủ tục mang mã này.")
    made.noted_by = actor.id
    session.add(made)
    session.flush()
    facts = {
        "scope": scope,
        "agency_id": made.agency_id,
        "procedure_id": made.procedure_id,
        "planned": planned,
        "began_at": began_at,
    }
    events.record(session, made, "incident.noted", actor.id, facts)
    session.add(made)
    session.flush()
    forget()
    return made


def _id_of(session: Session, kind: type[Agency | Procedure], code: str, missing: str) -> UUID:
    found = session.execute(
        sa.select(kind.id).where(kind.code == code.strip())  # type: ignore[call-overload]
    ).scalar_one_or_none()
    if found is None:
        raise Invalid(missing, errors=[{"field": "code"}])
    return UUID(str(found))


def end(session: Session, actor: Actor, incident_id: UUID, *, ended_at: datetime) -> Incident:
    """Note that it works again; every clock in its scope is then moved (recounting.pass_incident).

    Source: Decree 301/2026/NĐ-CP, art. 3(4).

    Raises:
        NotFound: there is none of this id.
        IncidentOver: it ended already.
        Invalid: an end before its beginning, or one that lies ahead.
    """
    found = session.exec(select(Incident).where(Incident.id == incident_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("Không có sự cố này.")
    if found.ended_at is not None:
        raise IncidentOver("Sự cố này đã được ghi là kết thúc.")
    if not found.began_at < ended_at <= clock.now():
        raise Invalid("Lúc dùng lại được phải sau lúc bắt đầu và đã qua.", errors=[{"field": "ended_at"}])
    found.ended_at = ended_at
    events.record(session, found, "incident.ended", actor.id, {"ended_at": ended_at})
    session.add(found)
    session.flush()
    forget()
    return found
