"""What importing reads: agencies by code and name, what is kept of a procedure, who wrote its draft last."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from auth.models import Agency
from portal.core import clock
from portal.core.errors import NotFound
from portal.core.events import Event
from portal.core.paging import decode_cursor, encode_cursor
from portal.core.text import fold
from services_catalog.content import Offer
from services_catalog.imports.rows import OUTCOMES, ImportRow, Outcome
from services_catalog.models import (
    CatalogueImport,
    ImportState,
    Offering,
    Procedure,
    ProcedureRevision,
    RevisionStatus,
)

IMPORTED = "procedure.imported"


class Agencies(Struct):
    """Our agencies of today, to find those a foreign record names."""

    by_code: dict[str, UUID]
    by_name: dict[str, UUID]  # folded; names that two agencies share are left out

    def found(self, code: str, name: str) -> UUID | None:
        """The agency of this exact code, else of this name."""
        return self.by_code.get(code) or self.by_name.get(fold(name))


def agency_ids(session: Session) -> dict[str, UUID]:
    """Code → id of every agency."""
    return {row.code: row.id for row in session.execute(sa.select(col(Agency.code), col(Agency.id)))}


def agencies(session: Session) -> Agencies:
    """Codes and names of the agencies that exist today."""
    today = clock.today()
    rows = session.execute(
        sa.select(col(Agency.code), col(Agency.name), col(Agency.id)).where(
            col(Agency.valid_from) <= today,
            sa.or_(col(Agency.valid_to).is_(None), col(Agency.valid_to) > today),
        )
    ).all()
    names = [fold(row.name) for row in rows]
    shared = Counter(names)
    return Agencies(
        {row.code: row.id for row in rows},
        {name: row.id for name, row in zip(names, rows, strict=True) if shared[name] == 1},
    )


def known(session: Session, code: str) -> Procedure | None:
    """The procedure of this code, locked, if there is one."""
    statement = select(Procedure).where(Procedure.code == code).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one_or_none()


def newest_published(session: Session, procedure_id: UUID) -> ProcedureRevision | None:
    """The newest revision that is published and not withdrawn, in force or waiting for its day."""
    statement = (
        select(ProcedureRevision)
        .where(
            ProcedureRevision.procedure_id == procedure_id,
            ProcedureRevision.status == RevisionStatus.PUBLISHED,
        )
        .order_by(col(ProcedureRevision.number).desc())
        .limit(1)
    )
    return session.exec(statement).one_or_none()


def offers_of(session: Session, revision_id: UUID) -> list[Offer]:
    """What agencies declare of a published revision, by code of the agency."""
    rows = session.execute(
        sa.select(*(col(getattr(Offering, name)) for name in Offer.__struct_fields__))
        .join(Agency, col(Agency.id) == col(Offering.agency_id))
        .where(col(Offering.revision_id) == revision_id)
        .order_by(col(Agency.code))
    )
    return [msgspec.convert(row._mapping, Offer) for row in rows]


def imported_last(session: Session, procedure_id: UUID) -> bool:
    """Whether the last who wrote the procedure's draft was an import."""
    table = Event.__table__  # type: ignore[attr-defined]
    last = session.execute(
        sa.select(table.c.name)
        .where(table.c.stream_id == procedure_id, table.c.name.in_((IMPORTED, "procedure.drafted")))
        .order_by(table.c.seq.desc())
        .limit(1)
    ).scalar_one_or_none()
    return last == IMPORTED


class ImportOverview(Struct, frozen=True, kw_only=True):
    """One import: what was asked, how far it is, what became of its rows so far."""

    id: UUID
    kind: str
    dry_run: bool
    filename: str
    state: ImportState
    total: int
    done: int
    counts: dict[str, int]
    problem: str | None
    started_at: datetime
    finished_at: datetime | None


def one_at_a_time(session: Session) -> None:
    """Wait until no other transaction asks for an import; held to the end of this one."""
    session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('catalogue_import'))"))


def unfinished(session: Session) -> UUID | None:
    """The import that has not ended, if there is one."""
    waiting = col(CatalogueImport.state).in_((ImportState.WAITING, ImportState.RUNNING))
    return session.execute(sa.select(col(CatalogueImport.id)).where(waiting).limit(1)).scalar_one_or_none()


def unfinished_since(session: Session, before: datetime) -> list[UUID]:
    """Imports begun before the instant that have not ended."""
    waiting = col(CatalogueImport.state).in_((ImportState.WAITING, ImportState.RUNNING))
    statement = sa.select(col(CatalogueImport.id)).where(waiting, col(CatalogueImport.started_at) < before)
    return list(session.execute(statement).scalars())


def files_needed(session: Session) -> set[str]:
    """The files of imports that have not ended."""
    waiting = col(CatalogueImport.state).in_((ImportState.WAITING, ImportState.RUNNING))
    return set(session.execute(sa.select(col(CatalogueImport.object_key)).where(waiting)).scalars())


def object_key(session: Session, import_id: UUID) -> str:
    """Where an import's file lies, while it is kept."""
    statement = sa.select(col(CatalogueImport.object_key)).where(col(CatalogueImport.id) == import_id)
    return str(session.execute(statement).scalar_one())


def import_locked(session: Session, import_id: UUID) -> CatalogueImport | None:
    """The import, locked; None when there is none, or another worker holds it."""
    statement = (
        select(CatalogueImport)
        .where(CatalogueImport.id == import_id)
        .options(defer(CatalogueImport.report))  # type: ignore[arg-type]
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.exec(statement).one_or_none()


def outcome_counts(session: Session, import_id: UUID) -> dict[str, int]:
    """How many rows of an import came to each outcome so far."""
    rows = session.execute(_COUNTS, {"id": import_id})
    told = {row.outcome: row.many for row in rows}
    return {outcome: told.get(outcome, 0) for outcome in OUTCOMES}


_COUNTS = sa.text(
    """
    SELECT line->>'outcome' AS outcome, count(*)::int AS many
    FROM catalogue_import, jsonb_array_elements(report) line WHERE id = :id GROUP BY 1
    """
)
_COLUMNS = tuple(name for name in ImportOverview.__struct_fields__ if name != "counts")


def imports(
    session: Session, *, after: str | None = None, limit: int = 20
) -> tuple[list[ImportOverview], str | None]:
    """Imports, newest first.

    Raises:
        BadCursor: `after` comes from elsewhere.
    """
    statement = sa.select(*(col(getattr(CatalogueImport, name)) for name in _COLUMNS))
    if after is not None:
        statement = statement.where(col(CatalogueImport.id) < decode_cursor(after, UUID)[0])
    rows = session.execute(statement.order_by(col(CatalogueImport.id).desc()).limit(limit + 1)).all()
    items = [_overview(session, row) for row in rows[:limit]]
    return items, encode_cursor(items[-1].id) if len(rows) > limit else None


def import_overview(session: Session, import_id: UUID) -> ImportOverview:
    """One import.

    Raises:
        NotFound: there is none.
    """
    columns = (col(getattr(CatalogueImport, name)) for name in _COLUMNS)
    row = session.execute(sa.select(*columns).where(col(CatalogueImport.id) == import_id)).one_or_none()
    if row is None:
        raise NotFound("Không có lần nạp này.")
    return _overview(session, row)


def _overview(session: Session, row: sa.Row[Any]) -> ImportOverview:
    return ImportOverview(**row._mapping, counts=outcome_counts(session, row.id))


def report_lines(
    session: Session,
    import_id: UUID,
    *,
    outcome: Outcome | None = None,
    after: str | None = None,
    limit: int | None = 100,
) -> tuple[list[ImportRow], str | None]:
    """Lines of an import's report in the order of the file; `limit` None: all of them.

    Raises:
        BadCursor: `after` comes from elsewhere.
    """
    place = decode_cursor(after, int)[0] if after is not None else 0
    asked = {
        "id": import_id,
        "after": place,
        "outcome": outcome,
        "limit": None if limit is None else limit + 1,
    }
    rows = session.execute(_LINES, asked).all()
    shown = rows if limit is None else rows[:limit]
    items = [msgspec.convert(row.line, ImportRow) for row in shown]
    return items, encode_cursor(shown[-1].place) if limit is not None and len(rows) > limit else None


_LINES = sa.text(
    """
    SELECT line, place
    FROM catalogue_import, jsonb_array_elements(report) WITH ORDINALITY AS t(line, place)
    WHERE id = :id AND place > :after AND (:outcome IS NULL OR line->>'outcome' = :outcome)
    ORDER BY place LIMIT :limit
    """
).bindparams(sa.bindparam("outcome", type_=sa.Text), sa.bindparam("limit", type_=sa.Integer))
