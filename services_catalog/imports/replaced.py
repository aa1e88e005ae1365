"""The list of papers that national databases replace: which paper of which procedure, and who holds it.

Source: Resolution 66.7/2025/NQ-CP, annex.
"""

import re
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from portal.core.db import new_id
from portal.core.text import fold
from services_catalog import shelf
from services_catalog.imports import reading
from services_catalog.imports.given import Given
from services_catalog.imports.rows import GivenRow, ImportReport, ImportRow, Refused
from services_catalog.models import ReplacedPaper

COLUMNS: Final = {
    "code": "code",
    "ma thu tuc": "code",
    "ma tthc": "code",
    "name": "name",
    "ten thu tuc": "name",
    "paper_replaced_by_data": "paper",
    "paper": "paper",
    "giay to": "paper",
    "database": "held_in",
    "held_in": "held_in",
    "co so du lieu": "held_in",
    "db_owner": "owner",
    "owner": "owner",
    "co quan chu quan": "owner",
}
_APART = re.compile(r";(?![^(]*\))")  # papers of one row, brackets kept whole


def import_replaced(session: Session, path: Path) -> ImportReport:
    """Take a whole list of replaced papers."""
    report = ImportReport()
    for row in reading.table(path, COLUMNS):
        done = take(session, row)
        if done.outcome == "refused":
            report.refused.append(done)
        else:
            setattr(report, done.outcome, getattr(report, done.outcome) + 1)
    return report


def take(session: Session, row: GivenRow) -> ImportRow:
    """Write the papers of a row; one that was there already changes nothing."""
    if row.broken is not None:
        return ImportRow("", "refused", row.broken, row.line)
    given = Given(row.values)
    code = str(row.values.get("code") or "").strip()[:60]
    try:
        code, name, wanted = _read(given)
    except Refused as wrong:
        return ImportRow(code, "refused", wrong.reason, row.line)
    table = ReplacedPaper.__table__  # type: ignore[attr-defined]
    statement = insert(table).values(wanted)
    named_now = sa.and_(table.c.owner == "", statement.excluded.owner != "")  # the first name given stays
    done = session.execute(
        statement.on_conflict_do_update(
            index_elements=["procedure_code", "paper_folded", "held_in"],
            set_={"owner": statement.excluded.owner},
            where=named_now,
        ).returning(sa.literal_column("xmax = 0").label("fresh"))
    ).all()
    outcome = "created" if any(one.fresh for one in done) else "updated" if done else "unchanged"
    return ImportRow(code, outcome, None, row.line, name)  # type: ignore[arg-type]


def _read(given: Given) -> tuple[str, str, list[dict[str, object]]]:
    """The code, the procedure's name and the rows to keep.

    Raises:
        Refused: it names no procedure, no paper or no database.
    """
    code = given.line("code", 35)
    if not shelf.is_code(code):
        raise Refused(f"{code} không phải mã thủ tục." if code else "Dòng này thiếu mã thủ tục.")
    paper, held_in = given.line("paper", 4000), given.line("held_in", 500)
    if not paper or not held_in:
        raise Refused("Dòng này thiếu giấy tờ hoặc cơ sở dữ liệu giữ thông tin.")
    found = {}
    for one in _APART.split(paper):
        told = one.strip(" .,-*")
        if len(told) > 1000:
            raise given.refuse("paper", f"dài {len(told)} ký tự, quá 1000")
        if told:
            found[fold(told)[:1000]] = {
                "id": new_id(),
                "procedure_code": code,
                "paper": told,
                "paper_folded": fold(told)[:1000],
                "held_in": held_in,
                "owner": given.line("owner", 300),
            }
    if not found:
        raise given.refuse("paper", "không có tên giấy tờ")
    return code, given.line("name", 1500), list(found.values())
