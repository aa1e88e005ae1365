"""What the public is told of a procedure besides what it says now: what was, what comes, what stops."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from auth.models import Agency
from portal.core import clock
from portal.core.clock import local
from portal.core.errors import NotFound
from services_catalog.levels import Level
from services_catalog.live_index import VERSION
from services_catalog.models import (
    CatalogueVersion,
    Downtime,
    LevelChange,
    Procedure,
    ProcedureRevision,
    ReasonCode,
    RevisionStatus,
)


class RevisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One revision in the list of a procedure's revisions.

    It has held since `began_at`, None of one that waits or that another replaced before it began; `until` is
    its last day, None while it holds or waits.
    """

    id: UUID
    number: int
    status: RevisionStatus
    effective_on: date
    began_at: datetime | None
    until: date | None
    ruleset: str
    content_hash: str
    published_at: datetime | None


class LevelChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the level at an agency; `before` None: newly offered, `after` None: no longer.

    Source: Decree 224/2026/NĐ-CP, art. 14 (reason and basis of a partial service are public).
    """

    at: datetime
    agency_code: str
    agency_name: str
    before: Level | None
    after: Level | None
    ruleset: str
    reason_code: ReasonCode | None
    reason_basis: str | None


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A planned stop of receiving online; `everything`: of the whole portal.

    Source: Decree 224/2026/NĐ-CP, art. 13 (the notice names the period).
    """

    starts_at: datetime
    ends_at: datetime
    reason: str
    forced: bool
    everything: bool


class DowntimeRow(Stop, frozen=True, kw_only=True):
    """The same in the list of all: which procedure it stops, and since when it is told."""

    id: UUID
    announced_at: datetime
    procedure: str | None
    name: str | None


class Coming(msgspec.Struct, frozen=True):
    """A published revision that waits for its day."""

    number: int
    effective_on: date


def edition(session: Session) -> tuple[int, int]:
    """The catalogue's version, and the last instant that changed what pages say without a new version.

    Such instants, in Unix seconds, are cut-offs of procedures and the ends of planned stops; 0 for none.
    """
    row = session.execute(_EDITION, {"now": clock.now()}).one()
    session.info[VERSION] = row.version or 0
    return row.version or 0, int(row.instant or 0)


def _edition() -> sa.Select[Any]:
    now = sa.bindparam("now", type_=sa.DateTime(timezone=True))
    past = [
        sa.select(sa.func.max(instant)).where(instant <= now, kept)
        for instant, kept in (
            (col(Procedure.closes_at), sa.true()),
            (col(Downtime.starts_at), col(Downtime.cancelled_at).is_(None)),
            (col(Downtime.ends_at), col(Downtime.cancelled_at).is_(None)),
        )
    ]
    newest = sa.func.greatest(*(one.scalar_subquery() for one in past))
    return sa.select(
        sa.select(col(CatalogueVersion.revision)).scalar_subquery().label("version"),
        sa.extract("epoch", newest).label("instant"),
    )


_EDITION = _edition()


def told() -> sa.ColumnElement[bool]:
    """Which revisions the public may read: those that held, hold, or follow one that holds.

    A first revision that waits for its day is not public before it, one called off before its day never.
    """
    begun = sa.or_(
        col(ProcedureRevision.effective_on) <= clock.today(), col(Procedure.current_revision_id).is_not(None)
    )
    return sa.or_(
        sa.and_(
            col(ProcedureRevision.status) == RevisionStatus.WITHDRAWN,
            col(ProcedureRevision.began_at).is_not(None),
        ),
        sa.and_(col(ProcedureRevision.status) == RevisionStatus.PUBLISHED, begun),
    )


def revisions(session: Session, code: str) -> list[RevisionRow]:
    """The procedure's published and withdrawn revisions, newest first, with their days of force.

    Raises:
        NotFound: no procedure has this code.
    """
    procedure_id = _require_known(session, code)
    names = ("id", "number", "status", "effective_on", "began_at", "ruleset", "content_hash", "published_at")
    ended = (
        sa.select(sa.func.min(col(LevelChange.at)))
        .where(col(LevelChange.revision_id) == col(ProcedureRevision.id), col(LevelChange.after).is_(None))
        .correlate(ProcedureRevision)
    )
    rows = session.execute(
        sa.select(
            *(col(getattr(ProcedureRevision, name)) for name in names), ended.scalar_subquery().label("ended")
        )
        .join(Procedure, col(Procedure.id) == col(ProcedureRevision.procedure_id))
        .where(col(ProcedureRevision.procedure_id) == procedure_id, told())
        .order_by(col(ProcedureRevision.number).desc())
    )
    found: list[RevisionRow] = []
    later: datetime | None = None  # when the next one began
    for row in rows:
        withdrawn = row.ended if row.status is RevisionStatus.WITHDRAWN else None
        until = _last_day(row.began_at, later, withdrawn) if row.began_at else None
        found.append(RevisionRow(**{name: getattr(row, name) for name in names}, until=until))
        later = row.began_at or later
    return found


def _last_day(began: datetime, later: datetime | None, ended: datetime | None) -> date | None:
    """The last day of a revision: that before another began, or that on which it was withdrawn."""
    days = [local(later).date() - timedelta(days=1)] if later else []
    days += [local(ended).date()] if ended else []
    return max(min(days), local(began).date()) if days else None


class Waiting(msgspec.Struct, frozen=True):
    """A published revision that waits for its day, for those who write under the present one."""

    id: UUID
    number: int
    effective_on: date


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What is planned of a procedure: revisions that wait, stops, the cut-off."""

    coming: list[Waiting]
    stops: list[Stop]
    closes_at: datetime | None


def planned(session: Session, code: str) -> Planned:
    """What is planned of the procedure; one statement."""
    row = session.execute(
        sa.select(col(Procedure.closes_at), *beside()).where(col(Procedure.code) == code)
    ).one_or_none()
    if row is None:
        return Planned(coming=[], stops=[], closes_at=None)
    waiting = msgspec.json.decode(row.coming or "[]", type=list[Waiting])
    return Planned(coming=waiting, stops=stops_of(row.stops or "null") or [], closes_at=row.closes_at)


def revision_facts(session: Session, revision_id: UUID) -> Waiting:
    """The number and the day of a revision, which exists."""
    row = session.execute(
        sa.select(
            col(ProcedureRevision.id), col(ProcedureRevision.number), col(ProcedureRevision.effective_on)
        ).where(col(ProcedureRevision.id) == revision_id)
    ).one()
    return Waiting(row.id, row.number, row.effective_on)


def revision_before(session: Session, revision_id: UUID) -> UUID | None:
    """The revision that held before this one began, if any did."""
    later, earlier = (sa.orm.aliased(ProcedureRevision) for _ in range(2))
    return session.execute(
        sa.select(col(earlier.id))
        .join(later, col(later.procedure_id) == col(earlier.procedure_id))
        .where(col(later.id) == revision_id, col(earlier.began_at).is_not(None))
        .where(col(earlier.number) < col(later.number))
        .order_by(col(earlier.number).desc())
        .limit(1)
    ).scalar_one_or_none()


def present_number(session: Session, code: str) -> int | None:
    """The number of the revision in force, if there is one."""
    return session.execute(
        sa.select(col(ProcedureRevision.number))
        .join(Procedure, col(Procedure.current_revision_id) == col(ProcedureRevision.id))
        .where(col(Procedure.code) == code)
    ).scalar_one_or_none()


def level_changes(session: Session, code: str) -> list[LevelChangeRow]:
    """How the levels of the procedure came to be what they are, newest first.

    Raises:
        NotFound: no procedure has this code.
    """
    names = ("at", "before", "after", "ruleset", "reason_code", "reason_basis")
    rows = session.execute(
        sa.select(
            *(col(getattr(LevelChange, name)) for name in names),
            col(Agency.code).label("agency_code"),
            col(Agency.name).label("agency_name"),
        )
        .join(Procedure, col(Procedure.id) == col(LevelChange.procedure_id))
        .join(Agency, col(Agency.id) == col(LevelChange.agency_id))
        .where(col(Procedure.code) == code)
        .order_by(col(LevelChange.at).desc(), col(Agency.code))
    )
    found = [LevelChangeRow(**row._mapping) for row in rows]
    if not found:
        _require_known(session, code)
    return found


def _require_known(session: Session, code: str) -> UUID:
    chosen = sa.select(col(Procedure.id)).where(col(Procedure.code) == code)
    procedure_id: UUID | None = session.execute(chosen).scalar_one_or_none()
    if procedure_id is None:
        raise NotFound("Không có thủ tục nào mang mã này.")
    return procedure_id


def downtimes(session: Session) -> list[DowntimeRow]:
    """Every stop that lasts or lies ahead, of everything or of one procedure, the next first."""
    rows = session.execute(
        sa.select(
            col(Downtime.id),
            col(Downtime.announced_at),
            *_stop().values(),
            col(Procedure.code).label("procedure"),
            col(Procedure.name).label("name"),
        )
        .join(Procedure, col(Procedure.id) == col(Downtime.procedure_id), isouter=True)
        .where(*_ahead())
        .order_by(col(Downtime.starts_at), col(Downtime.id))
    )
    return [DowntimeRow(**row._mapping) for row in rows]


def stops(session: Session) -> list[Stop]:
    """Planned stops of the whole portal that last or lie ahead, the next first."""
    everything = sa.and_(col(Downtime.procedure_id).is_(None), *_ahead())
    rows = session.execute(sa.select(*_stop().values()).where(everything).order_by(col(Downtime.starts_at)))
    return [Stop(**row._mapping) for row in rows]


def _ahead() -> tuple[sa.ColumnElement[bool], ...]:
    return col(Downtime.cancelled_at).is_(None), col(Downtime.ends_at) > clock.now()


def _stop() -> dict[str, sa.ColumnElement[Any]]:
    columns: dict[str, Any] = {name: col(getattr(Downtime, name)) for name in _STOP}
    return {**columns, "everything": col(Downtime.procedure_id).is_(None).label("everything")}


_STOP = ("starts_at", "ends_at", "reason", "forced")


def beside() -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """What comes and what stops, as columns beside a procedure: JSON for `coming_of` and `stops_of`.

    Published revisions whose day lies ahead, the next first; stops of the procedure or of everything.
    """
    waiting = (
        sa.select(
            col(ProcedureRevision.id), col(ProcedureRevision.number), col(ProcedureRevision.effective_on)
        )
        .where(
            col(ProcedureRevision.procedure_id) == col(Procedure.id),
            col(ProcedureRevision.status) == RevisionStatus.PUBLISHED,
            col(ProcedureRevision.effective_on) > clock.today(),
        )
        .order_by(col(ProcedureRevision.number))
    )
    of_it = sa.or_(col(Downtime.procedure_id).is_(None), col(Downtime.procedure_id) == col(Procedure.id))
    planned = sa.select(*_stop().values()).where(of_it, *_ahead()).order_by(col(Downtime.starts_at))
    return _listed(waiting).label("coming"), _listed(planned).label("stops")


def _listed(rows: Any) -> sa.ColumnElement[Any]:
    """The rows as JSON text."""
    each = rows.correlate(Procedure).lateral("each")
    return sa.cast(
        sa.select(sa.func.json_agg(each.table_valued())).select_from(each).scalar_subquery(), sa.Text
    )


coming_of = msgspec.json.Decoder(list[Coming] | None).decode
stops_of = msgspec.json.Decoder(list[Stop] | None).decode
