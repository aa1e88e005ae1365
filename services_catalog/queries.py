"""Every SELECT on the catalogue but the search (see `search`)."""

from datetime import date, datetime
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from auth.models import Agency, AgencyKind
from portal.core import clock
from portal.core.errors import NotFound
from portal.core.paging import decode_cursor, encode_cursor
from services_catalog.content import RevisionContent, decode
from services_catalog.levels import Level, Verdict
from services_catalog.live_index import listed, version
from services_catalog.models import (
    Offering,
    Origin,
    Procedure,
    ProcedureRevision,
    ReasonCode,
    RevisionStatus,
    Sector,
)
from services_catalog.search import (
    FilterCounts,
    Filters,
    ProcedureList,
    ProcedureRow,
    Suggestion,
    best,
    search,
    suggestions,
)

__all__ = [
    "FilterCounts",
    "Filters",
    "ProcedureList",
    "ProcedureRow",
    "Suggestion",
    "search",
    "suggestions",
    "version",
]


class OfferingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A revision at one agency, with the reasons of its level."""

    agency_id: UUID
    agency_code: str
    agency_name: str
    declared: Level
    eligible: bool
    reason_code: ReasonCode | None
    reason_basis: str | None
    verdict: Verdict | None


class ProcedurePage(msgspec.Struct, frozen=True, kw_only=True):
    """All a procedure's page needs; `content` is None for an entry of the national listing."""

    code: str
    name: str
    origin: Origin
    sectors: list[str]
    publisher: str
    departments: list[str]
    applicants: list[str]
    level: Level | None
    revision_id: UUID | None
    number: int | None
    effective_on: date | None
    ruleset: str | None
    published_at: datetime | None
    content_hash: str | None
    content: RevisionContent | None
    offerings: list[OfferingRow]
    related: list[tuple[str, str]]  # code and name


class RevisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One revision in the list of a procedure's revisions."""

    id: UUID
    number: int
    status: RevisionStatus
    effective_on: date
    ruleset: str
    content_hash: str
    published_at: datetime | None


class SectorRow(msgspec.Struct, frozen=True):
    """A sector; `published` counts the procedures received here, `listed` those of the listing only."""

    code: str
    name: str
    published: int
    listed: int


class AgencyRow(msgspec.Struct, frozen=True, kw_only=True):
    """An agency that exists today; `published` counts what it offers now."""

    id: UUID
    code: str
    name: str
    kind: AgencyKind
    parent: str | None
    address: str
    phone: str
    published: int


def revision_content(session: Session, revision_id: UUID) -> RevisionContent:
    """What a revision says.

    Raises:
        NotFound: there is none.
    """
    raw = session.execute(
        sa.select(sa.cast(col(ProcedureRevision.content), sa.Text)).where(
            col(ProcedureRevision.id) == revision_id
        )
    ).scalar_one_or_none()
    if raw is None:
        raise NotFound("Không có bản này của thủ tục.")
    return decode(raw)


def procedure_page(session: Session, code: str, number: int | None = None) -> ProcedurePage:
    """A procedure as the public sees it now, or as revision `number` said it; three statements.

    Raises:
        NotFound: no such procedure, or nothing of it is published.
    """
    joined = (
        col(ProcedureRevision.id) == col(Procedure.current_revision_id)
        if number is None
        else sa.and_(
            col(ProcedureRevision.procedure_id) == col(Procedure.id),
            col(ProcedureRevision.number) == number,
            col(ProcedureRevision.status) != RevisionStatus.DRAFT,
        )
    )
    shown = listed() if number is None else col(ProcedureRevision.id).is_not(None)
    row = session.execute(
        sa.select(
            *(col(getattr(Procedure, name)) for name in _PAGE_COLUMNS),
            col(ProcedureRevision.id).label("revision_id"),
            col(ProcedureRevision.number),
            col(ProcedureRevision.effective_on),
            col(ProcedureRevision.ruleset),
            col(ProcedureRevision.published_at),
            col(ProcedureRevision.content_hash),
            sa.cast(col(ProcedureRevision.content), sa.Text).label("content"),
        )
        .join(ProcedureRevision, joined, isouter=True)
        .where(col(Procedure.code) == code, shown)
    ).one_or_none()
    if row is None:
        raise NotFound("Không có thủ tục nào mang mã này, hoặc thủ tục chưa được công bố.")
    content = decode(row.content) if row.content else None
    offered = offerings(session, row.revision_id) if row.revision_id else []
    return ProcedurePage(
        code=row.code,
        name=content.name if content else row.name,
        origin=row.origin,
        sectors=_parts(row.sector_names),
        publisher=row.publisher,
        departments=_parts(row.departments),
        applicants=_parts(row.applicants),
        level=best([offer.declared for offer in offered]),
        revision_id=row.revision_id,
        number=row.number,
        effective_on=row.effective_on,
        ruleset=row.ruleset,
        published_at=row.published_at,
        content_hash=row.content_hash,
        content=content,
        offerings=offered,
        related=_names(session, list(content.related)) if content and content.related else [],
    )


_PAGE_COLUMNS = ("code", "name", "origin", "sector_names", "publisher", "departments", "applicants")


def _parts(joined: str) -> list[str]:
    return [part for part in joined.split("|") if part]


def _names(session: Session, codes: list[str]) -> list[tuple[str, str]]:
    rows = session.execute(
        sa.select(col(Procedure.code), col(Procedure.name)).where(col(Procedure.code).in_(codes), listed())
    )
    names = {row.code: row.name for row in rows}
    return [(code, names[code]) for code in codes if code in names]


def offerings(session: Session, revision_id: UUID) -> list[OfferingRow]:
    """Who offers the revision, by code of the agency."""
    rows = session.execute(
        sa.select(
            col(Offering.agency_id),
            col(Agency.code),
            col(Agency.name),
            col(Offering.declared),
            col(Offering.eligible),
            col(Offering.reason_code),
            col(Offering.reason_basis),
            col(Offering.verdict),
        )
        .join(Agency, col(Agency.id) == col(Offering.agency_id))
        .where(col(Offering.revision_id) == revision_id)
        .order_by(col(Agency.code))
    )
    return [
        OfferingRow(
            agency_id=row.agency_id,
            agency_code=row.code,
            agency_name=row.name,
            declared=row.declared,
            eligible=row.eligible,
            reason_code=row.reason_code,
            reason_basis=row.reason_basis,
            verdict=msgspec.convert(row.verdict, Verdict) if row.verdict else None,
        )
        for row in rows
    ]


def revisions(session: Session, code: str) -> list[RevisionRow]:
    """The procedure's published and withdrawn revisions, newest first.

    Raises:
        NotFound: no procedure has this code.
    """
    procedure_id = session.execute(
        sa.select(col(Procedure.id)).where(col(Procedure.code) == code)
    ).scalar_one_or_none()
    if procedure_id is None:
        raise NotFound("Không có thủ tục nào mang mã này.")
    rows = session.execute(
        sa.select(*(col(getattr(ProcedureRevision, name)) for name in RevisionRow.__struct_fields__))
        .where(
            col(ProcedureRevision.procedure_id) == procedure_id,
            col(ProcedureRevision.status) != RevisionStatus.DRAFT,
        )
        .order_by(col(ProcedureRevision.number).desc())
    )
    return [RevisionRow(**row._mapping) for row in rows]


def sectors(session: Session) -> list[SectorRow]:
    """Every sector with something in it, those with published procedures first."""
    only, names = col(Procedure.listing_only), col(Procedure.sector_names)
    alike = (
        sa.select(names.label("names"), only.label("only"), sa.func.count().label("many"))
        .where(listed())
        .group_by(names, only)
        .subquery()
    )
    each = sa.select(
        sa.func.unnest(sa.func.string_to_array(alike.c.names, "|")).label("name"), alike.c.only, alike.c.many
    ).subquery()
    total = sa.func.sum(each.c.many)
    published = sa.func.coalesce(total.filter(sa.not_(each.c.only)), 0).label("published")
    only_listed = sa.func.coalesce(total.filter(each.c.only), 0).label("listed")
    rows = session.execute(
        sa.select(col(Sector.code), col(Sector.name), published, only_listed)
        .join(each, each.c.name == col(Sector.name))
        .group_by(col(Sector.code), col(Sector.name))
        .order_by(sa.desc(published > 0), col(Sector.code))
    )
    return [SectorRow(row.code, row.name, int(row.published), int(row.listed)) for row in rows]


def agencies(
    session: Session, *, offering: str | None = None, after: str | None = None, limit: int = 100
) -> tuple[list[AgencyRow], str | None]:
    """Agencies that exist today, by code; only those that offer the procedure `offering` if given.

    Raises:
        BadCursor: `after` comes from elsewhere.
    """
    parent = sa.orm.aliased(Agency)
    today = clock.today()
    current = (
        sa.select(sa.func.count())
        .select_from(Offering)
        .join(
            Procedure,
            sa.and_(
                col(Procedure.id) == col(Offering.procedure_id),
                col(Procedure.current_revision_id) == col(Offering.revision_id),
            ),
        )
        .where(col(Offering.agency_id) == col(Agency.id), col(Offering.declared) != Level.INFO)
        .correlate(Agency)
    )
    statement = (
        sa.select(
            *(col(getattr(Agency, name)) for name in ("id", "code", "name", "kind", "address", "phone")),
            col(parent.code).label("parent"),
            current.scalar_subquery().label("published"),
        )
        .join(parent, col(parent.id) == col(Agency.parent_id), isouter=True)
        .where(
            col(Agency.valid_from) <= today,
            sa.or_(col(Agency.valid_to).is_(None), col(Agency.valid_to) > today),
        )
    )
    if offering is not None:
        statement = statement.where(current.where(col(Procedure.code) == offering).scalar_subquery() > 0)
    if after is not None:
        statement = statement.where(col(Agency.code) > decode_cursor(after, str)[0])
    rows = session.execute(statement.order_by(col(Agency.code)).limit(limit + 1)).all()
    items = [AgencyRow(**row._mapping) for row in rows[:limit]]
    return items, encode_cursor(items[-1].code) if len(rows) > limit else None
