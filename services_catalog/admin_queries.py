"""What the pages of the catalogue's keepers list: agencies to choose from, procedures, what waits."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from auth.models import Agency, AgencyKind
from portal.core import clock
from portal.core.paging import decode_cursor, encode_cursor
from services_catalog import editor_queries
from services_catalog.editor_queries import UNPUBLISHED
from services_catalog.levels import Level
from services_catalog.models import (
    LevelChange,
    Offering,
    Origin,
    Procedure,
    ProcedureRevision,
    ReasonCode,
    RevisionStatus,
    Sector,
)
from services_catalog.search import best, words

MAX_AGENCIES = 5000


class AgencyName(msgspec.Struct, frozen=True):
    """An agency to choose."""

    id: UUID
    code: str
    name: str
    kind: AgencyKind


def agencies_today(session: Session) -> list[AgencyName]:
    """The agencies that exist today, by code."""
    today = clock.today()
    rows = session.execute(
        sa.select(col(Agency.id), col(Agency.code), col(Agency.name), col(Agency.kind))
        .where(
            col(Agency.valid_from) <= today,
            sa.or_(col(Agency.valid_to).is_(None), col(Agency.valid_to) > today),
        )
        .order_by(col(Agency.code))
        .limit(MAX_AGENCIES)
    )
    return [AgencyName(row.id, row.code, row.name, row.kind) for row in rows]


class Shelf(StrEnum):
    """Where a procedure stands in the work of its keepers."""

    OWN = "own"  # received here now
    DRAFT = "draft"  # being written
    REVIEW = "review"  # waits for a second person
    PLANNED = "planned"  # begins or ends on a day ahead
    ENDED = "ended"  # was received here
    LISTING = "listing"  # only in the national listing


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What the keepers' list is narrowed to."""

    shelf: Shelf = Shelf.OWN
    query: str = ""
    sector: str = ""  # name
    level: Level | None = None  # declared by some agency
    eligible: bool = False  # some agency could declare the full process and does not


class KeeperRow(msgspec.Struct, frozen=True, kw_only=True):
    """A procedure as its keepers list it."""

    code: str
    name: str
    sector: str
    number: int | None
    effective_on: date | None
    draft_number: int | None
    in_review: bool
    planned_number: int | None
    planned_on: date | None
    closes_at: datetime | None
    agencies: int
    level: Level | None
    eligible: bool


def _alias() -> Any:
    """Another look at the revisions; Any, since the models call its columns plain values."""
    return sa.orm.aliased(ProcedureRevision)


_current, _draft, _later = (_alias() for _ in range(3))


def _on(shelf: Shelf) -> sa.ColumnElement[bool]:
    own, current = col(Procedure.origin) == Origin.OWN, col(Procedure.current_revision_id)
    match shelf:
        case Shelf.OWN:
            return current.is_not(None)
        case Shelf.DRAFT:
            return sa.and_(_draft.id.is_not(None), _draft.status == RevisionStatus.DRAFT)
        case Shelf.REVIEW:
            return sa.and_(_draft.id.is_not(None), _draft.status == RevisionStatus.REVIEW)
        case Shelf.PLANNED:
            closing = sa.and_(current.is_not(None), col(Procedure.closes_at).is_not(None))
            return sa.or_(_later.id.is_not(None), closing)
        case Shelf.ENDED:
            return sa.and_(own, current.is_(None), _draft.id.is_(None), _later.id.is_(None))
        case Shelf.LISTING:
            return col(Procedure.origin) == Origin.LISTING


def _joined(statement: Any) -> Any:
    """Procedures with their revision in force, their draft, and the published one that is next to begin."""
    following = (
        sa.select(sa.func.min(col(ProcedureRevision.number)))
        .where(col(ProcedureRevision.procedure_id) == col(Procedure.id), *editor_queries.not_begun())
        .correlate(Procedure)
        .scalar_subquery()
    )
    return (
        statement.select_from(Procedure)
        .join(_current, _current.id == col(Procedure.current_revision_id), isouter=True)
        .join(
            _draft,
            sa.and_(_draft.procedure_id == col(Procedure.id), _draft.status.in_(UNPUBLISHED)),
            isouter=True,
        )
        .join(
            _later,
            sa.and_(
                _later.procedure_id == col(Procedure.id),
                _later.number == following,
            ),
            isouter=True,
        )
    )


def _offered(*conditions: sa.ColumnElement[bool]) -> sa.Exists:
    found = sa.select(sa.literal(1)).where(
        col(Offering.revision_id) == col(Procedure.current_revision_id), *conditions
    )
    return found.correlate(Procedure).exists()


_ELIGIBLE = sa.and_(
    col(Offering.declared) != Level.FULL, col(Offering.verdict)["level"].astext == Level.FULL.value
)


def kept(
    session: Session, sought: Sought, after: str | None = None, limit: int = 50
) -> tuple[list[KeeperRow], str | None]:
    """Procedures on a shelf, narrowed, by code.

    Raises:
        BadCursor: `after` comes from elsewhere.
    """
    offered = sa.select(sa.func.array_agg(sa.distinct(sa.cast(col(Offering.declared), sa.Text)))).where(
        col(Offering.revision_id) == col(Procedure.current_revision_id)
    )
    counted = sa.select(sa.func.count()).where(
        col(Offering.revision_id) == col(Procedure.current_revision_id)
    )
    statement = _joined(
        sa.select(
            col(Procedure.code),
            sa.func.coalesce(
                _draft.content["name"].astext, _later.content["name"].astext, col(Procedure.name)
            ).label("name"),
            col(Procedure.sector_names).label("sector"),
            _current.number.label("number"),
            _current.effective_on.label("effective_on"),
            _draft.number.label("draft_number"),
            (sa.func.coalesce(_draft.status == RevisionStatus.REVIEW, sa.false())).label("in_review"),
            _later.number.label("planned_number"),
            _later.effective_on.label("planned_on"),
            col(Procedure.closes_at),
            counted.correlate(Procedure).scalar_subquery().label("agencies"),
            offered.correlate(Procedure).scalar_subquery().label("levels"),
            _offered(_ELIGIBLE).label("eligible"),
        )
    ).where(_on(sought.shelf), *_narrowed(sought))
    if after is not None:
        statement = statement.where(col(Procedure.code) > decode_cursor(after, str)[0])
    rows = session.execute(statement.order_by(col(Procedure.code)).limit(limit + 1)).all()
    items = [_row(row) for row in rows[:limit]]
    return items, encode_cursor(items[-1].code) if len(rows) > limit else None


def _row(row: sa.Row[Any]) -> KeeperRow:
    values = {**row._mapping}
    levels = values.pop("levels") or ()
    return KeeperRow(**(values | {"sector": row.sector.replace("|", ", "), "level": best(levels)}))


def _narrowed(sought: Sought) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    code, name = col(Procedure.code), col(Procedure.name_folded)
    folded = words(sought.query).split()[:8]
    if sought.query:
        in_name = [name.contains(word, autoescape=True) for word in folded] or [sa.false()]
        fragment = sought.query.replace(" ", "").upper()
        conditions.append(sa.or_(sa.func.upper(code).contains(fragment, autoescape=True), sa.and_(*in_name)))
    if sought.sector:
        conditions.append(
            sa.literal(sought.sector)
            == sa.func.any(sa.func.string_to_array(col(Procedure.sector_names), "|"))
        )
    if sought.level is not None:
        conditions.append(_offered(col(Offering.declared) == sought.level))
    if sought.eligible:
        conditions.append(_offered(_ELIGIBLE))
    return conditions


def counts(session: Session) -> dict[Shelf, int]:
    """How many procedures stand on each shelf."""
    columns = [sa.func.count().filter(_on(shelf)).label(shelf.value) for shelf in Shelf]
    row = session.execute(_joined(sa.select(*columns))).one()
    return {shelf: getattr(row, shelf.value) for shelf in Shelf}


class WaitingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that waits for a second person."""

    code: str
    name: str
    number: int
    submitted_at: datetime
    submitted_by: UUID | None
    authors: list[UUID]
    effective_on: date


def waiting(session: Session, limit: int = 200) -> list[WaitingRow]:
    """The drafts that wait for a second person, longest first."""
    columns = ("number", "submitted_at", "submitted_by", "authors", "effective_on")
    rows = session.execute(
        sa.select(
            col(Procedure.code),
            col(ProcedureRevision.content)["name"].astext.label("name"),
            *(col(getattr(ProcedureRevision, name)) for name in columns),
        )
        .join(Procedure, col(Procedure.id) == col(ProcedureRevision.procedure_id))
        .where(col(ProcedureRevision.status) == RevisionStatus.REVIEW)
        .order_by(col(ProcedureRevision.submitted_at), col(Procedure.code))
        .limit(limit)
    )
    return [WaitingRow(**row._mapping) for row in rows]


class RevisionName(msgspec.Struct, frozen=True):
    """A revision to choose, drafts included."""

    id: UUID
    number: int
    status: RevisionStatus
    effective_on: date
    published_at: datetime | None
    ruleset: str
    content_hash: str


def all_revisions(session: Session, procedure_id: UUID) -> list[RevisionName]:
    """Every revision of the procedure, newest first."""
    columns = (col(getattr(ProcedureRevision, name)) for name in RevisionName.__struct_fields__)
    rows = session.execute(
        sa.select(*columns)
        .where(col(ProcedureRevision.procedure_id) == procedure_id)
        .order_by(col(ProcedureRevision.number).desc())
    )
    return [RevisionName(*row) for row in rows]


class LevelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One change of level at an agency."""

    at: datetime
    agency: str
    before: Level | None
    after: Level | None
    reason_code: ReasonCode | None
    reason_basis: str | None
    ruleset: str
    number: int


def level_changes(session: Session, procedure_id: UUID, limit: int = 200) -> list[LevelRow]:
    """The changes of level of a procedure, newest first."""
    columns = ("at", "before", "after", "reason_code", "reason_basis", "ruleset")
    rows = session.execute(
        sa.select(
            *(col(getattr(LevelChange, name)) for name in columns),
            col(Agency.name).label("agency"),
            col(ProcedureRevision.number),
        )
        .join(Agency, col(Agency.id) == col(LevelChange.agency_id))
        .join(ProcedureRevision, col(ProcedureRevision.id) == col(LevelChange.revision_id))
        .where(col(LevelChange.procedure_id) == procedure_id)
        .order_by(col(LevelChange.at).desc(), col(Agency.code))
        .limit(limit)
    )
    return [LevelRow(**row._mapping) for row in rows]


def sector_names(session: Session) -> list[str]:
    """The names of all sectors, in order."""
    return list(session.execute(sa.select(col(Sector.name)).order_by(col(Sector.code))).scalars())
