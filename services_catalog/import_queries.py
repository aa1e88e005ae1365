"""What importing reads: agencies by code and name, what is kept of a procedure, who wrote its draft last."""

from uuid import UUID

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlmodel import Session, col, select

from auth.models import Agency
from portal.core.events import Event
from portal.core.text import fold
from services_catalog.content import Offer
from services_catalog.models import Offering, Procedure, ProcedureRevision, RevisionStatus

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
    """Codes and names of every agency."""
    rows = session.execute(sa.select(col(Agency.code), col(Agency.name), col(Agency.id))).all()
    names = [fold(row.name) for row in rows]
    return Agencies(
        {row.code: row.id for row in rows},
        {name: row.id for name, row in zip(names, rows, strict=True) if names.count(name) == 1},
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
