"""What editing reads: rows to lock and change, and the editors' list."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from auth.models import Agency
from portal.core.errors import NotFound
from services_catalog.models import (
    Downtime,
    Offering,
    Procedure,
    ProcedureRevision,
    ReplacedPaper,
    RevisionStatus,
)

UNPUBLISHED = (RevisionStatus.DRAFT, RevisionStatus.REVIEW)


def by_code(session: Session, code: str, *, for_update: bool = False) -> Procedure:
    """The procedure with this code; locks its row when it is about to change.

    Raises:
        NotFound: no procedure has this code.
    """
    statement = select(Procedure).where(Procedure.code == code)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.exec(statement).one_or_none()
    if found is None:
        raise NotFound("Không có thủ tục nào mang mã này.")
    return found


def found(session: Session, code: str) -> Procedure | None:
    """The procedure with this code, if there is one."""
    return session.exec(select(Procedure).where(Procedure.code == code)).one_or_none()


def by_id(session: Session, procedure_id: UUID, *, for_update: bool = False) -> Procedure:
    """The procedure of this id, which exists; locks its row when it is about to change."""
    statement = select(Procedure).where(Procedure.id == procedure_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).one()


def code_of(session: Session, procedure_id: UUID | None) -> str | None:
    """The code of a procedure by its id; None for none."""
    chosen = sa.select(col(Procedure.code)).where(col(Procedure.id) == procedure_id)
    return session.execute(chosen).scalar_one_or_none()


def due_to_begin(session: Session, today: date) -> list[UUID]:
    """Procedures with a revision that is to begin: see `_due`."""
    statement = (
        sa.select(col(Procedure.id))
        .join(ProcedureRevision, col(ProcedureRevision.procedure_id) == col(Procedure.id))
        .where(*not_begun(), col(ProcedureRevision.effective_on) <= today)
        .distinct()
    )
    return list(session.execute(statement).scalars())


def newest_due(session: Session, procedure: Procedure, today: date) -> ProcedureRevision | None:
    """The newest revision that is to begin by the day: see `_due`."""
    return session.exec(_waiting(procedure.id).where(col(ProcedureRevision.effective_on) <= today)).first()


def waiting_for(session: Session, procedure_id: UUID) -> ProcedureRevision | None:
    """The newest published revision that has not begun, whatever its day."""
    return session.exec(_waiting(procedure_id)).first()


def _waiting(procedure_id: UUID) -> SelectOfScalar[ProcedureRevision]:
    return (
        select(ProcedureRevision)
        .join(Procedure, col(Procedure.id) == col(ProcedureRevision.procedure_id))
        .where(ProcedureRevision.procedure_id == procedure_id, *not_begun())
        .order_by(col(ProcedureRevision.number).desc())
        .limit(1)
    )


def not_begun() -> tuple[sa.ColumnElement[bool], ...]:
    """Published, never begun, and no newer one has begun: what a later one overtook never begins."""
    newer = sa.orm.aliased(ProcedureRevision)
    overtaken = sa.select(sa.literal(1)).where(
        col(newer.procedure_id) == col(ProcedureRevision.procedure_id),
        col(newer.number) > col(ProcedureRevision.number),
        col(newer.began_at).is_not(None),
    )
    return (
        col(ProcedureRevision.status) == RevisionStatus.PUBLISHED,
        col(ProcedureRevision.began_at).is_(None),
        col(ProcedureRevision.id).is_distinct_from(col(Procedure.current_revision_id)),
        sa.not_(overtaken.exists()),
    )


def due_to_close(session: Session, at: datetime) -> list[UUID]:
    """Procedures that are open although their cut-off has come."""
    statement = sa.select(col(Procedure.id)).where(
        col(Procedure.closes_at) <= at, col(Procedure.current_revision_id).is_not(None)
    )
    return list(session.execute(statement).scalars())


def offered(session: Session, revision_id: UUID | None) -> list[Offering]:
    """Who offers the revision; nobody when there is none."""
    if revision_id is None:
        return []
    return list(session.exec(select(Offering).where(Offering.revision_id == revision_id)).all())


def draft_of(session: Session, procedure_id: UUID, *, for_update: bool = False) -> ProcedureRevision | None:
    """The procedure's draft revision, in review or not, if it has one."""
    statement = select(ProcedureRevision).where(
        ProcedureRevision.procedure_id == procedure_id, col(ProcedureRevision.status).in_(UNPUBLISHED)
    )
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).one_or_none()


def revision(session: Session, revision_id: UUID) -> ProcedureRevision:
    """A revision by id.

    Raises:
        NotFound: there is none.
    """
    found = session.get(ProcedureRevision, revision_id)
    if found is None:
        raise NotFound("Không có bản này của thủ tục.")
    return found


def numbered(session: Session, procedure_id: UUID, number: int) -> ProcedureRevision | None:
    """The revision of this number, locked, if there is one."""
    statement = select(ProcedureRevision).where(
        ProcedureRevision.procedure_id == procedure_id, ProcedureRevision.number == number
    )
    return session.exec(statement.with_for_update().execution_options(populate_existing=True)).one_or_none()


def earlier_kinds(session: Session, procedure_id: UUID) -> dict[str, set[str]]:
    """Key → kinds of every question that was ever published; "BLOCK.KEY" for those of a repeatable block."""
    kinds: dict[str, set[str]] = {}
    for key, kind in session.execute(_KINDS, {"id": procedure_id}):
        kinds.setdefault(key, set()).add(kind)
    return kinds


_KINDS = sa.text(
    """
    WITH asked AS (
        SELECT field
        FROM procedure_revision, jsonb_array_elements(content->'form') section,
             jsonb_array_elements(section->'fields') field
        WHERE procedure_id = :id AND status IN ('published', 'withdrawn')
    )
    SELECT field->>'key', field->>'kind' FROM asked
    UNION
    SELECT (field->>'key') || '.' || (sub->>'key'), sub->>'kind'
    FROM asked, jsonb_array_elements(field->'fields') sub
    """
)


def replaced_papers(session: Session, code: str) -> dict[str, str]:
    """Folded name → register of the papers of a procedure that data replace."""
    rows = session.execute(
        sa.select(col(ReplacedPaper.paper_folded), col(ReplacedPaper.held_in)).where(
            col(ReplacedPaper.procedure_code) == code
        )
    )
    return {row.paper_folded: row.held_in for row in rows}


def last_number(session: Session, procedure_id: UUID) -> int:
    """The highest revision number used, drafts included; 0 for none."""
    highest = sa.select(sa.func.max(col(ProcedureRevision.number)))
    return (
        session.execute(highest.where(col(ProcedureRevision.procedure_id) == procedure_id)).scalar_one() or 0
    )


def downtime(session: Session, downtime_id: UUID, *, for_update: bool = False) -> Downtime:
    """An announced stop by id; locks its row when it is about to change.

    Raises:
        NotFound: there is none.
    """
    statement = select(Downtime).where(Downtime.id == downtime_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.exec(statement).one_or_none()
    if found is None:
        raise NotFound("Không có đợt ngừng nào mang mã này.")
    return found


def hold_agencies(session: Session, agency_ids: Sequence[UUID]) -> None:
    """Keep the agencies as they are until the transaction ends; always locked in the same order."""
    statement = sa.select(col(Agency.id)).where(col(Agency.id).in_(agency_ids)).order_by(col(Agency.id))
    session.execute(statement.with_for_update(read=True))


def ended_agencies(session: Session, agency_ids: Sequence[UUID], on: date) -> list[str]:
    """The names of those agencies that do not exist on the day, by code."""
    exists = sa.and_(
        col(Agency.valid_from) <= on, sa.or_(col(Agency.valid_to).is_(None), col(Agency.valid_to) > on)
    )
    rows = session.execute(
        sa.select(col(Agency.name))
        .where(col(Agency.id).in_(agency_ids), sa.not_(exists))
        .order_by(Agency.code)
    )
    return list(rows.scalars())


def agencies_by_id(session: Session, agency_ids: list[UUID]) -> dict[UUID, Any]:
    """id → (code, name) of agencies."""
    rows = session.execute(
        sa.select(col(Agency.id), col(Agency.code), col(Agency.name)).where(col(Agency.id).in_(agency_ids))
    )
    return {row.id: (row.code, row.name) for row in rows}
