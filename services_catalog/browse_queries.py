"""The ways into the catalogue besides searching: sectors and agencies, and what several procedures say."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from auth.models import Agency, AgencyKind
from portal.core import clock
from portal.core.paging import decode_cursor, encode_cursor
from portal.core.text import alphabetical
from services_catalog.content import RevisionContent, decode
from services_catalog.levels import Level
from services_catalog.live_index import listed
from services_catalog.models import Offering, Procedure, ProcedureRevision, Sector


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


def sectors(session: Session) -> list[SectorRow]:
    """Every sector with something in it, those with published procedures first, as in a dictionary."""
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
    )
    found = [SectorRow(row.code, row.name, int(row.published), int(row.listed)) for row in rows]
    return sorted(found, key=lambda one: (not one.published, alphabetical(one.name)))


def agencies(
    session: Session,
    *,
    offering: str | None = None,
    code: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> tuple[list[AgencyRow], str | None]:
    """Agencies that exist today, by code: those that offer the procedure `offering`, or only that of `code`.

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
    if code is not None:
        statement = statement.where(col(Agency.code) == code)
    if after is not None:
        statement = statement.where(col(Agency.code) > decode_cursor(after, str)[0])
    rows = session.execute(statement.order_by(col(Agency.code)).limit(limit + 1)).all()
    items = [AgencyRow(**row._mapping) for row in rows[:limit]]
    return items, encode_cursor(items[-1].code) if len(rows) > limit else None


def contents(session: Session, codes: Sequence[str]) -> dict[str, RevisionContent]:
    """What the current revisions of these procedures say, by code; who has none is left out."""
    rows = session.execute(
        sa.select(col(Procedure.code), sa.cast(col(ProcedureRevision.content), sa.Text).label("content"))
        .join(ProcedureRevision, col(ProcedureRevision.id) == col(Procedure.current_revision_id))
        .where(col(Procedure.code).in_(codes))
    )
    return {row.code: decode(row.content) for row in rows}
