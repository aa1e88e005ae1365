"""Whether a procedure is received online at an agency at an instant: offered, closed, stopped for a while."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth.models import Agency
from dossiers.queries import content
from portal.core.clock import local
from portal.core.db import Instant, built_once
from portal.core.errors import Conflict, NotFound, Unavailable
from services_catalog.content import RevisionContent
from services_catalog.models import Downtime, Level, Offering, Procedure, ProcedureRevision


class NotOffered(NotFound):
    """No agency of that id takes this procedure online here."""

    title = "Chưa nhận trực tuyến ở đây"


class Closed(Conflict):
    """The procedure's cut-off has passed: `closed_at`."""

    title = "Đã ngừng nhận hồ sơ"


class Stopped(Unavailable):
    """A stop of receiving online is running, until `ends_at` as announced.

    Source: Decree 224/2026/NĐ-CP, art. 13.
    """

    title = "Tạm ngừng nhận hồ sơ trực tuyến"

    def __init__(self, detail: str, *, wait: float, **extra: Any) -> None:
        super().__init__(detail, **extra)
        self._wait = wait

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(max(1, int(self._wait)))}


class Offer(msgspec.Struct, frozen=True):
    """A published procedure at one agency: what a draft pins."""

    procedure_id: UUID
    revision_id: UUID
    offering_id: UUID
    name: str
    level: Level
    agency_name: str
    content: RevisionContent

    @property
    def return_ways(self) -> list[str]:
        return list(self.content.return_ways)


def open_offering(session: Session, code: str, agency_id: UUID, at: datetime) -> Offer:
    """The offering by which a dossier can be opened and filed at the instant.

    A cut-off is exact to the instant, whether or not the worker has withdrawn the procedure yet.

    Raises:
        NotOffered: the code is unknown, only listed, or not offered online there.
        Closed: the cut-off has passed.
        Stopped: an announced stop is running.
    """
    row = _row(session, code, agency_id, at)
    if row is None:
        closed_at = session.execute(_closed(), _asked(code, agency_id, at)).scalar_one_or_none()
        if closed_at is not None:
            raise _closed_since(closed_at)
        raise NotOffered("Cơ quan này chưa nhận thủ tục đó trực tuyến.")
    if row.closes_at is not None and row.closes_at <= at:
        raise _closed_since(row.closes_at)
    if row.stopped_until is not None:
        until = f"{local(row.stopped_until):%H:%M ngày %d/%m/%Y}"
        told = f"Tạm ngừng nhận hồ sơ trực tuyến, dự kiến đến {until}."
        raise Stopped(
            f"{told} Bản nháp vẫn giữ và sửa được; nộp sau giờ đó.",
            wait=(row.stopped_until - at).total_seconds(),
            ends_at=row.stopped_until.isoformat(),
        )
    return _offer(session, row)


def standing_offering(session: Session, code: str, agency_id: UUID, at: datetime) -> Offer | None:
    """The present offering, for drafts to follow, though nothing can be filed now; None when it has ended."""
    row = _row(session, code, agency_id, at)
    return None if row is None else _offer(session, row)


def _closed_since(closed_at: datetime) -> Closed:
    since = f"{local(closed_at):%H:%M ngày %d/%m/%Y}"
    return Closed(
        f"Thủ tục này ngừng nhận hồ sơ từ {since}. Bản nháp đã có vẫn được giữ.",
        closed_at=closed_at.isoformat(),
    )


def _row(session: Session, code: str, agency_id: UUID, at: datetime) -> Any:
    return session.execute(_current(), _asked(code, agency_id, at)).one_or_none()


def _asked(code: str, agency_id: UUID, at: datetime) -> dict[str, Any]:
    return {"code": code, "agency_id": agency_id, "at": at}


def _offer(session: Session, row: Any) -> Offer:
    return Offer(
        row.procedure_id,
        row.revision_id,
        row.offering_id,
        row.name,
        Level(row.level),
        row.agency_name,
        content(session, row.revision_id),
    )


_AT = sa.bindparam("at", type_=Instant)


@built_once
def _current() -> Any:
    models: tuple[Any, ...] = (Procedure, ProcedureRevision, Offering, Agency, Downtime)
    procedure, revision, offering, agency, stop = (model.__table__ for model in models)
    stopped = sa.select(sa.func.max(stop.c.ends_at)).where(
        stop.c.cancelled_at.is_(None),
        stop.c.starts_at <= _AT,
        stop.c.ends_at > _AT,
        sa.or_(stop.c.procedure_id.is_(None), stop.c.procedure_id == procedure.c.id),
    )
    return (
        sa.select(
            procedure.c.id.label("procedure_id"),
            procedure.c.closes_at,
            revision.c.id.label("revision_id"),
            offering.c.id.label("offering_id"),
            procedure.c.name.label("name"),
            offering.c.declared.label("level"),
            agency.c.name.label("agency_name"),
            stopped.scalar_subquery().label("stopped_until"),
        )
        .select_from(procedure)
        .join(revision, revision.c.id == procedure.c.current_revision_id)
        .join(offering, offering.c.revision_id == revision.c.id)
        .join(agency, agency.c.id == offering.c.agency_id)
        .where(*_there(procedure, offering), revision.c.status == "published")
    )


@built_once
def _closed() -> Any:
    models: tuple[Any, ...] = (Procedure, Offering)
    procedure, offering = (model.__table__ for model in models)
    return (
        sa.select(procedure.c.closes_at)
        .join(offering, offering.c.procedure_id == procedure.c.id)
        .where(
            *_there(procedure, offering),
            procedure.c.current_revision_id.is_(None),
            procedure.c.closes_at <= _AT,
        )
        .limit(1)
    )


def _there(procedure: sa.Table, offering: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        procedure.c.code == sa.bindparam("code", type_=sa.Text),
        offering.c.agency_id == sa.bindparam("agency_id", type_=sa.Uuid),
        offering.c.declared != Level.INFO,
    )
