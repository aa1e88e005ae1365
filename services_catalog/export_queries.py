"""What an export reads: one statement for each part, row by row, so that the whole is never in memory."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from auth.models import Agency
from services_catalog.models import Origin, Procedure, ProcedureRevision

_BATCH = 50


def agencies(session: Session) -> Iterator[sa.Row[Any]]:
    """Every agency, those above before those below; `parent` is a code."""
    above = aliased(Agency)
    names = ("code", "name", "kind", "valid_from", "valid_to", "address", "phone")
    depth = sa.func.length(col(Agency.code)) - sa.func.length(sa.func.replace(col(Agency.code), ".", ""))
    statement = (
        sa.select(*(col(getattr(Agency, name)) for name in names), col(above.code).label("parent"))
        .join(above, col(above.id) == col(Agency.parent_id), isouter=True)
        .order_by(depth, col(Agency.code))
    )
    yield from session.execute(statement)


def agency_names(session: Session) -> dict[str, tuple[str, str]]:
    """Code and name of every agency, by its id as text."""
    rows = session.execute(sa.select(col(Agency.id), col(Agency.code), col(Agency.name)))
    return {str(row.id): (row.code, row.name) for row in rows}


def published(session: Session) -> Iterator[sa.Row[Any]]:
    """What is published and in force today, by code; what waits for its day is left out."""
    names = ("number", "effective_on", "ruleset", "content_hash", "published_at", "content", "offers")
    statement = (
        sa.select(
            col(Procedure.code),
            col(Procedure.closes_at),
            *(col(getattr(ProcedureRevision, name)) for name in names),
        )
        .join(ProcedureRevision, col(ProcedureRevision.id) == col(Procedure.current_revision_id))
        .order_by(col(Procedure.code))
        .execution_options(yield_per=_BATCH)
    )
    yield from session.execute(statement)


def listing(session: Session) -> Iterator[sa.Row[Any]]:
    """Entries of the national listing that nobody offers here, by code."""
    names = ("code", "name", "sector_names", "publisher", "departments", "applicants")
    statement = (
        sa.select(*(col(getattr(Procedure, name)) for name in names))
        .where(col(Procedure.origin) == Origin.LISTING)
        .order_by(col(Procedure.code))
        .execution_options(yield_per=1000)
    )
    yield from session.execute(statement)
