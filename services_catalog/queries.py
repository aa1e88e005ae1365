"""Every SELECT on the catalogue but the search (see `search`)."""

from datetime import date, datetime
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from auth.models import Agency
from portal.core.errors import NotFound
from services_catalog.browse_queries import AgencyRow, SectorRow, agencies, sectors
from services_catalog.content import RevisionContent, Step, decode
from services_catalog.levels import Level, Verdict
from services_catalog.live_index import listed, version
from services_catalog.models import (
    Offering,
    Origin,
    Procedure,
    ProcedureRevision,
    ReasonCode,
)
from services_catalog.public_queries import (
    Coming,
    RevisionRow,
    Stop,
    beside,
    coming_of,
    revisions,
    stops_of,
    told,
)
from services_catalog.search import (
    FilterCounts,
    FilterNames,
    Filters,
    ProcedureList,
    ProcedureRow,
    Suggestion,
    best,
    filter_names,
    search,
    suggestions,
)

__all__ = [
    "AgencyRow",
    "FilterCounts",
    "FilterNames",
    "Filters",
    "ProcedureList",
    "ProcedureRow",
    "RevisionRow",
    "SectorRow",
    "Suggestion",
    "agencies",
    "filter_names",
    "revisions",
    "search",
    "sectors",
    "suggestions",
    "version",
]


class OfferingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A revision at one agency, with the reasons of its level; `steps`: its own process, if any."""

    agency_id: UUID
    agency_code: str
    agency_name: str
    address: str
    phone: str
    unit: str | None
    declared: Level
    eligible: bool
    reason_code: ReasonCode | None
    reason_basis: str | None
    steps: list[Step]
    verdict: Verdict | None


class ProcedurePage(msgspec.Struct, frozen=True, kw_only=True):
    """All a procedure's page needs; `content` is None for an entry of the national listing.

    From `closes_at` on nothing is filed; `coming` are published revisions that wait for their day, `stops`
    the planned stops of receiving online. An earlier revision's page has none of them.
    """

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
    closes_at: datetime | None
    coming: list[Coming]
    stops: list[Stop]
    offerings: list[OfferingRow]
    related: list[tuple[str, str]]  # code and name


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
            told(),
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
            *beside(),
        )
        .join(ProcedureRevision, joined, isouter=True)
        .where(col(Procedure.code) == code, shown)
    ).one_or_none()
    if row is None:
        raise NotFound("Không có thủ tục nào mang mã này, hoặc thủ tục chưa được công bố.")
    content = decode(row.content) if row.content else None
    offered = offerings(session, row.revision_id) if row.revision_id else []
    present = number is None and content is not None
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
        closes_at=row.closes_at if present else None,
        coming=(coming_of(row.coming or "null") or []) if present else [],
        stops=(stops_of(row.stops or "null") or []) if present else [],
        offerings=offered,
        related=_names(session, list(content.related)) if content and content.related else [],
    )


_PAGE_COLUMNS = (
    "code", "name", "origin", "sector_names", "publisher", "departments", "applicants", "closes_at"
)  # fmt: skip


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
            col(Agency.address),
            col(Agency.phone),
            *(col(getattr(Offering, name)) for name in _OFFERED),
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
            address=row.address,
            phone=row.phone,
            unit=row.unit,
            declared=row.declared,
            eligible=row.eligible,
            reason_code=row.reason_code,
            reason_basis=row.reason_basis,
            steps=msgspec.convert(row.steps, list[Step]),
            verdict=msgspec.convert(row.verdict, Verdict) if row.verdict else None,
        )
        for row in rows
    ]


_OFFERED = ("declared", "eligible", "reason_code", "reason_basis", "unit", "steps", "verdict")
