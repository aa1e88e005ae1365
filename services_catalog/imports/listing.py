"""The national listing: thousands of entries in a few statements, never over what is kept here."""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from portal.core import text
from portal.core.db import new_id
from portal.core.errors import Invalid
from services_catalog import shelf
from services_catalog.imports import reading
from services_catalog.imports.rows import GivenRow, ImportReport, ImportRow
from services_catalog.search import words

BATCH: Final = 2000
COLUMNS: Final = {
    "code": "code",
    "ma thu tuc": "code",
    "ma tthc": "code",
    "name": "name",
    "ten thu tuc": "name",
    "ten tthc": "name",
    "sectors": "sectors",
    "linh vuc": "sectors",
    "publisher": "publisher",
    "promulgated_by": "publisher",
    "co quan cong bo": "publisher",
    "departments": "departments",
    "co quan thuc hien": "departments",
    "applicants": "applicants",
    "doi tuong": "applicants",
    "doi tuong thuc hien": "applicants",
}
_COLUMNS = ("code", "name", "sectors", "publisher", "departments", "applicants")
_LONGEST = {
    "code": 35,
    "name": 1500,
    "sectors": 500,
    "publisher": 200,
    "departments": 2000,
    "applicants": 1000,
}
KEPT: Final = (
    "Thủ tục có bản riêng ở đây: giữ tên và nội dung, chỉ nhận nơi công bố, nơi thực hiện, đối tượng."
)


def import_listing(
    session: Session, path: Path, *, progress: Callable[[str], None] | None = None
) -> ImportReport:
    """Take the national listing: a table with a header naming at least code and name.

    Rows become listing entries ("chưa nhận trực tuyến ở đây"), outside every denominator. A procedure
    kept here only learns who promulgated and who settles it.
    """
    report = ImportReport()
    seen: dict[str, int] = {}
    rows = reading.table(path, COLUMNS)
    while batch := list(islice(rows, BATCH)):
        for row in take(session, batch, seen):
            if row.outcome == "refused":
                report.refused.append(row)
            elif row.reason == KEPT:
                report.kept += 1
            else:
                setattr(report, row.outcome, getattr(report, row.outcome) + 1)
        if progress is not None:
            progress(f"Đã đọc {report.total} thủ tục của danh mục quốc gia.")
    if report.created or report.updated:
        shelf.bump(session)
    return report


def take(session: Session, rows: Sequence[GivenRow], seen: dict[str, int]) -> list[ImportRow]:
    """Write a batch; each row's outcome in order. `seen` keeps the line of each code's first row.

    The version of the catalogue is the caller's to count on.
    """
    refused: dict[int, ImportRow] = {}
    taken: dict[int, dict[str, str]] = {}
    for place, row in enumerate(rows):
        code = str((row.values or {}).get("code") or "").strip()[:60]
        try:
            taken[place] = _readable(row, seen)
        except Invalid as wrong:
            refused[place] = ImportRow(code, "refused", wrong.detail, row.line)
    outcomes = _write(session, list(taken.values()))
    done = []
    for place, row in enumerate(rows):
        if place in refused:
            done.append(refused[place])
            continue
        read = taken[place]
        outcome, kept = outcomes[read["code"]]
        done.append(ImportRow(read["code"], outcome, KEPT if kept else None, row.line, read["name"]))
    return done


def _readable(row: GivenRow, seen: dict[str, int]) -> dict[str, str]:
    """A row in normal form.

    Raises:
        Invalid: it cannot be taken.
    """
    if row.broken is not None:
        raise Invalid(row.broken)
    read = {
        name: text.clean(row.values.get(name) or "", max_length=longest) for name, longest in _LONGEST.items()
    }
    if not read["code"] or not read["name"]:
        raise Invalid("Dòng này thiếu mã hoặc tên thủ tục.")
    if not shelf.is_code(read["code"]):
        raise Invalid(f"{read['code']} không phải mã thủ tục, ví dụ 1.001193.")
    if (first := seen.setdefault(read["code"], row.line)) != row.line:
        raise Invalid(f"Mã này đã có ở dòng {first}.")
    return read


_DERIVED = ("name_folded", "audience")
_UPSERT = sa.text(
    """
    WITH given AS (
        SELECT * FROM unnest(:id, :code, :name, :name_folded, :sector_id, :sectors, :publisher, :departments,
                             :applicants, :audience)
            AS g(id, code, name, name_folded, sector_id, sector_names, publisher, departments, applicants,
                 audience)
    ), written AS (
        INSERT INTO procedure AS p
            (id, code, name, name_folded, sector_id, sector_names, publisher, departments, applicants,
             audience, life_events, origin)
        SELECT id, code, name, name_folded, sector_id, sector_names, publisher, departments, applicants,
               string_to_array(audience, '|'), '{}', 'listing' FROM given
        ON CONFLICT (code) DO UPDATE SET
            name = CASE p.origin WHEN 'own' THEN p.name ELSE excluded.name END,
            name_folded = CASE p.origin WHEN 'own' THEN p.name_folded ELSE excluded.name_folded END,
            sector_id = CASE p.origin WHEN 'own' THEN p.sector_id ELSE excluded.sector_id END,
            sector_names = CASE p.origin WHEN 'own' THEN p.sector_names ELSE excluded.sector_names END,
            audience = CASE p.origin WHEN 'own' THEN p.audience ELSE excluded.audience END,
            publisher = excluded.publisher,
            departments = excluded.departments,
            applicants = excluded.applicants
        WHERE (p.publisher, p.departments, p.applicants)
                IS DISTINCT FROM (excluded.publisher, excluded.departments, excluded.applicants)
           OR p.origin = 'listing' AND (p.name, p.sector_names, p.audience)
                IS DISTINCT FROM (excluded.name, excluded.sector_names, excluded.audience)
        RETURNING xmax = 0 AS fresh, code
    )
    SELECT given.code, written.fresh, COALESCE(p.origin = 'own', false) AS own
    FROM given LEFT JOIN written USING (code) LEFT JOIN procedure p USING (code)
    """
).bindparams(
    *(sa.bindparam(name, type_=ARRAY(sa.Uuid)) for name in ("id", "sector_id")),
    *(sa.bindparam(name, type_=ARRAY(sa.Text)) for name in (*_COLUMNS, *_DERIVED)),
)


def _write(
    session: Session, rows: Sequence[dict[str, str]]
) -> dict[str, tuple[Literal["created", "updated", "unchanged"], bool]]:
    """Write rows in one statement; code → what became of it, and whether it is kept here."""
    if not rows:
        return {}
    names = sorted({part for row in rows for part in row["sectors"].split("|") if part})
    sectors = shelf.sector_ids(session, names)
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in _COLUMNS}
    columns["id"] = [new_id() for _ in rows]
    columns["name_folded"] = [words(row["name"]) for row in rows]
    columns["sector_id"] = [sectors.get(row["sectors"].split("|")[0]) for row in rows]
    columns["audience"] = ["|".join(audience(row["applicants"])) for row in rows]
    done = session.execute(_UPSERT, columns).all()
    return {
        row.code: ("created" if row.fresh else "unchanged" if row.fresh is None else "updated", row.own)
        for row in done
    }


_PEOPLE = ("Công dân", "Người", "Cán bộ", "Cá nhân")


def audience(applicants: str) -> list[Literal["citizen", "organisation"]]:
    """Whom the listing's applicants are: people, organisations, or both; [] when it does not say."""
    kinds = [part for part in applicants.split("|") if part]
    people = [kind for kind in kinds if kind.startswith(_PEOPLE)]
    found: list[Literal["citizen", "organisation"]] = []
    if people:
        found.append("citizen")
    if len(people) < len(kinds):
        found.append("organisation")
    return found
