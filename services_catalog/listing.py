"""The national listing: thousands of entries in a few statements, never over what is kept here."""

import csv
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from portal.core import text
from portal.core.db import new_id
from portal.core.errors import Invalid
from services_catalog import shelf
from services_catalog.models import Procedure
from services_catalog.search import search_extra, words

BATCH = 2000
Outcome = Literal["created", "updated", "unchanged", "refused"]


class ImportRow(Struct, frozen=True):
    """What became of one procedure."""

    code: str
    outcome: Outcome
    reason: str | None = None


class ImportReport(Struct):
    """What became of a listing; `refused` names each row that was not taken."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0  # published here: its name and revision stay
    refused: list[ImportRow] = []

    @property
    def total(self) -> int:
        """Rows read."""
        return self.created + self.updated + self.unchanged + self.kept + len(self.refused)


_COLUMNS = ("code", "name", "sectors", "publisher", "departments", "applicants")
_LONGEST = {
    "code": 35,
    "name": 1500,
    "sectors": 500,
    "publisher": 200,
    "departments": 2000,
    "applicants": 1000,
}


def import_listing(
    session: Session, path: Path, *, progress: Callable[[str], None] | None = None
) -> ImportReport:
    """Take the national listing: a tab-separated file with a header naming at least code and name.

    Rows become listing entries ("chưa nhận trực tuyến ở đây"), outside every denominator. A procedure
    kept here only learns who promulgated and who settles it.
    """
    report = ImportReport()
    seen: set[str] = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        while batch := list(islice(rows, BATCH)):
            _take(session, list(_readable(batch, seen, report)), report)
            if progress is not None:
                progress(f"Đã đọc {report.total} thủ tục của danh mục quốc gia.")
    if report.created or report.updated:
        shelf.bump(session)
    return report


def _readable(
    batch: Sequence[dict[str, Any]], seen: set[str], report: ImportReport
) -> Iterator[dict[str, str]]:
    """The rows that can be taken, in normal form; the others are refused by name."""
    for row in batch:
        code = (row.get("code") or "").strip()[:60]
        try:
            read = {
                name: text.clean(row.get(name) or "", max_length=longest)
                for name, longest in _LONGEST.items()
            }
        except Invalid as wrong:
            report.refused.append(ImportRow(code, "refused", wrong.detail))
            continue
        if not shelf.is_code(read["code"]) or not read["name"]:
            report.refused.append(ImportRow(code, "refused", "Dòng này thiếu mã hoặc tên thủ tục."))
        elif read["code"] in seen:
            report.refused.append(ImportRow(code, "refused", "Mã này đã có ở một dòng trên."))
        else:
            seen.add(read["code"])
            yield read


_DERIVED = ("name_folded", "search_extra", "audience")
_UPSERT = sa.text(
    """
    WITH given AS (
        SELECT * FROM unnest(:id, :code, :name, :name_folded, :sector_id, :sectors, :publisher, :departments,
                             :applicants, :search_extra, :audience)
            AS g(id, code, name, name_folded, sector_id, sector_names, publisher, departments, applicants,
                 search_extra, audience)
    ), written AS (
        INSERT INTO procedure AS p
            (id, code, name, name_folded, sector_id, sector_names, publisher, departments, applicants,
             search_extra, audience, life_events, origin)
        SELECT id, code, name, name_folded, sector_id, sector_names, publisher, departments, applicants,
               search_extra, string_to_array(audience, '|'), '{}', 'listing' FROM given
        ON CONFLICT (code) DO UPDATE SET
            name = CASE p.origin WHEN 'own' THEN p.name ELSE excluded.name END,
            name_folded = CASE p.origin WHEN 'own' THEN p.name_folded ELSE excluded.name_folded END,
            sector_id = CASE p.origin WHEN 'own' THEN p.sector_id ELSE excluded.sector_id END,
            sector_names = CASE p.origin WHEN 'own' THEN p.sector_names ELSE excluded.sector_names END,
            audience = CASE p.origin WHEN 'own' THEN p.audience ELSE excluded.audience END,
            publisher = excluded.publisher,
            departments = excluded.departments,
            applicants = excluded.applicants,
            search_extra = CASE p.origin WHEN 'own' THEN p.search_extra ELSE excluded.search_extra END
        WHERE (p.publisher, p.departments, p.applicants)
                IS DISTINCT FROM (excluded.publisher, excluded.departments, excluded.applicants)
           OR p.origin = 'listing' AND (p.name, p.sector_names, p.audience, p.search_extra)
                IS DISTINCT FROM
                (excluded.name, excluded.sector_names, excluded.audience, excluded.search_extra)
        RETURNING xmax = 0 AS fresh, origin, code
    )
    SELECT count(*) FILTER (WHERE fresh) AS created,
           count(*) FILTER (WHERE NOT fresh AND origin = 'listing') AS updated,
           (SELECT count(*) FROM procedure JOIN given USING (code) WHERE origin = 'own') AS kept,
           array_agg(code) FILTER (WHERE origin = 'own') AS own
    FROM written
    """
).bindparams(
    *(sa.bindparam(name, type_=ARRAY(sa.Uuid)) for name in ("id", "sector_id")),
    *(
        sa.bindparam(name, type_=ARRAY(sa.Text))
        for name in (*_COLUMNS, "name_folded", "search_extra", "audience")
    ),
)


def _take(session: Session, rows: Sequence[dict[str, str]], report: ImportReport) -> None:
    """Write a batch in one statement."""
    if not rows:
        return
    names = sorted({part for row in rows for part in row["sectors"].split("|") if part})
    sectors = shelf.sector_ids(session, names)
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in _COLUMNS}
    columns["id"] = [new_id() for _ in rows]
    columns["name_folded"] = [words(row["name"]) for row in rows]
    columns["sector_id"] = [sectors.get(row["sectors"].split("|")[0]) for row in rows]
    columns["audience"] = ["|".join(audience(row["applicants"])) for row in rows]
    columns["search_extra"] = [
        search_extra(row["name"], row["sectors"], row["publisher"], row["departments"]) for row in rows
    ]
    done = session.execute(_UPSERT, columns).one()
    _index_again(session, done.own or [])
    report.created += done.created
    report.updated += done.updated
    report.kept += done.kept
    report.unchanged += len(rows) - done.created - done.updated - done.kept


def _index_again(session: Session, codes: Sequence[str]) -> None:
    """Let a search for the new publisher find procedures kept here."""
    names = ("id", "name", "sector_names", "publisher", "departments")
    table = Procedure.__table__  # type: ignore[attr-defined]
    for row in session.execute(sa.select(*(table.c[n] for n in names)).where(table.c.code.in_(codes))).all():
        extra = search_extra(row.name, row.sector_names, row.publisher, row.departments)
        session.execute(sa.update(table).where(table.c.id == row.id).values(search_extra=extra))


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
