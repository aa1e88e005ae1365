"""What the lists show of a procedure, its sectors, and the count of the catalogue's changes."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from portal.core.db import new_id
from portal.core.errors import NotFound
from services_catalog.content import RevisionContent
from services_catalog.index import sector_code
from services_catalog.models import CHANGED, CatalogueVersion, Origin, Procedure, ProcedureRevision, Sector
from services_catalog.search import words

_CODE = re.compile(r"[0-9A-Z][0-9A-Za-z.\-]{1,34}", re.ASCII)


def is_code(code: str) -> bool:
    """Whether it can be a procedure's code: "1.001193", "2.000908.000.00.00.H61", "1.014955-Xoa"."""
    return _CODE.fullmatch(code) is not None


def add_procedure(session: Session, code: str, content: RevisionContent) -> None:
    """Make the procedure's row unless the code has one; two who name a new code at once meet in one row."""
    named = {"id": new_id(), "code": code, "name": content.name, "name_folded": words(content.name)}
    rest = {"origin": Origin.OWN, "sector_names": content.sector, "audience": [], "life_events": []}
    empty = dict.fromkeys(("publisher", "departments", "applicants"), "")
    session.execute(
        insert(Procedure.__table__)  # type: ignore[attr-defined]
        .values(**named, **rest, **empty)
        .on_conflict_do_nothing(index_elements=["code"])
    )


def follow(
    session: Session, procedure: Procedure, revision: ProcedureRevision, content: RevisionContent
) -> None:
    """Make the lists say what the revision says, from now on the current one."""
    procedure.origin, procedure.current_revision_id = Origin.OWN, revision.id
    procedure.name, procedure.name_folded = content.name, words(content.name)
    procedure.sector_names = content.sector
    procedure.sector_id = sector_ids(session, [content.sector])[content.sector]
    procedure.audience, procedure.life_events = list(content.audience), list(content.life_events)
    session.add(procedure)
    session.flush()


def sector_ids(session: Session, names: Sequence[str]) -> dict[str, UUID]:
    """The sectors of these names, made when they are new; names that fold alike are one sector."""
    codes = {name: sector_code(name) for name in names}
    fresh: dict[str, dict[str, Any]] = {}
    for name, code in codes.items():
        fresh.setdefault(code, {"id": new_id(), "code": code, "name": name})
    if fresh:
        session.execute(
            insert(Sector.__table__).values(list(fresh.values())).on_conflict_do_nothing()  # type: ignore[attr-defined]
        )
    rows = session.execute(
        sa.select(col(Sector.code), col(Sector.id)).where(col(Sector.code).in_(list(fresh)))
    )
    by_code = {row.code: row.id for row in rows}
    if missing := [name for name, code in codes.items() if code not in by_code]:
        raise NotFound("Không ghi được lĩnh vực.", names=missing)
    return {name: by_code[code] for name, code in codes.items()}


def bump(session: Session) -> None:
    """Count one more change of the public catalogue: cached reads end with this transaction."""
    table = CatalogueVersion.__table__  # type: ignore[attr-defined]
    session.execute(
        insert(table)
        .values(id=1, revision=1)
        .on_conflict_do_update(index_elements=["id"], set_={"revision": table.c.revision + 1})
    )
    session.info[CHANGED] = True


def forget_changes(session: Session) -> None:
    """What changed the catalogue in this transaction was taken back: no read is outdated by it."""
    session.info.pop(CHANGED, None)
