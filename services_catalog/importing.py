"""Bringing data in: agencies, complete procedures from files, the national listing. Again changes nothing.

A file is taken whole or refused with a reason; what is kept here wins over the listing.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import sqlalchemy as sa
from msgspec import Meta, Struct
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from auth.actor import ANONYMOUS, Actor
from auth.models import Agency, AgencyKind
from portal.core import events, text
from portal.core.db import new_id
from portal.core.errors import DomainError, Invalid
from services_catalog import content as contents
from services_catalog import service
from services_catalog.content import Offer, RevisionContent
from services_catalog.levels import Level
from services_catalog.models import Procedure, ProcedureRevision
from services_catalog.rulesets import ReasonCode
from services_catalog.search import search_extra, words

MAX_FILE = 1024 * 1024
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


class AgencyFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One agency of seed/agencies.json; parents stand before their children."""

    code: Annotated[str, Meta(max_length=35)]
    name: Annotated[str, Meta(min_length=1, max_length=300)]
    kind: AgencyKind
    parent: str | None
    valid_from: date
    valid_to: date | None = None
    address: Annotated[str, Meta(max_length=500)] = ""
    phone: Annotated[str, Meta(max_length=50)] = ""


class ProcedureFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One procedure, complete; each agency named offers it at the level declared."""

    code: Annotated[str, Meta(max_length=35)]
    declared: Level
    agencies: list[str]
    content: RevisionContent
    eligible: bool | None = None  # compared with what the content says, when given
    reason_code: ReasonCode | None = None
    reason_basis: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    sources: list[str] = []


def agency_ids(session: Session) -> dict[str, UUID]:
    """Code → id of every agency."""
    return {row.code: row.id for row in session.execute(sa.select(col(Agency.code), col(Agency.id)))}


def seed_agencies(session: Session, path: Path) -> ImportReport:
    """Create or bring up to date the agencies of a file; each change is an event of the agency.

    Raises:
        Invalid: a parent is not known.
    """
    report = ImportReport()
    ids = agency_ids(session)
    for given in msgspec.json.decode(path.read_bytes(), type=list[AgencyFile]):
        if given.parent is not None and given.parent not in ids:
            raise Invalid(f"Cơ quan {given.code} thuộc {given.parent}, mà không có cơ quan đó.")
        values = {**msgspec.structs.asdict(given), "parent_id": ids.get(given.parent or "")}
        del values["parent"]
        found = session.exec(select(Agency).where(Agency.code == given.code).with_for_update()).one_or_none()
        changed = [name for name, value in values.items() if found and getattr(found, name) != value]
        if found and not changed:
            report.unchanged += 1
            continue
        agency = found or Agency(**values)
        for name in changed:
            setattr(agency, name, values[name])
        session.add(agency)
        session.flush()
        ids[agency.code] = agency.id
        facts = {"code": agency.code, "changed": changed}
        events.record(session, agency, "agency.changed" if found else "agency.created", None, facts)
        session.add(agency)
        report.updated += bool(found)
        report.created += not found
    session.flush()
    if report.created or report.updated:
        service.bump(session)
    return report


def import_file(session: Session, path: Path, actor: Actor = ANONYMOUS) -> ImportRow:
    """Publish the procedure of a file as its next revision, unless the present one says the same."""
    if path.stat().st_size > MAX_FILE:
        return ImportRow(path.stem, "refused", f"Tệp lớn hơn {MAX_FILE // 1024} kB.")
    return import_procedure(session, path.stem, path.read_bytes(), actor)


def import_procedure(session: Session, name: str, raw: bytes, actor: Actor = ANONYMOUS) -> ImportRow:
    """The same from bytes; `name` stands for the code in the report while that cannot be read."""
    try:
        given = msgspec.json.decode(raw, type=ProcedureFile)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        return ImportRow(name, "refused", f"Tệp không đúng khuôn dạng: {error}")
    ids = agency_ids(session)
    if unknown := [code for code in given.agencies if code not in ids]:
        return ImportRow(given.code, "refused", f"Không có cơ quan mang mã {', '.join(unknown)}.")
    offers = [
        Offer(
            agency_id=ids[code],
            declared=given.declared,
            reason_code=given.reason_code,
            reason_basis=given.reason_basis,
        )
        for code in given.agencies
    ]
    claimed = service.eligible(service.facts_of(given.content, date.max), given.reason_code)
    if given.eligible is not None and given.eligible != claimed:
        return ImportRow(given.code, "refused", f"Tệp ghi eligible {given.eligible}, nội dung cho {claimed}.")
    present = _present(session, given.code)
    declared = msgspec.to_builtins(offers)
    if present is not None and (present.content_hash, present.offers) == (
        contents.content_hash(given.content),
        declared,
    ):
        return ImportRow(given.code, "unchanged")
    try:
        with session.begin_nested():
            service.save_draft(session, given.code, actor, content=given.content, offers=offers)
            service.publish(session, given.code, actor)
    except DomainError as wrong:
        return ImportRow(given.code, "refused", _why(wrong))
    return ImportRow(given.code, "created" if present is None else "updated")


def _why(wrong: DomainError) -> str:
    more = wrong.extra.get("problems") or [
        f"{condition['code']} {condition['reason']}" for condition in wrong.extra.get("failing", [])
    ]
    return " ".join([wrong.detail, *more[:8]])


def _present(session: Session, code: str) -> ProcedureRevision | None:
    return session.exec(
        select(ProcedureRevision)
        .join(Procedure, col(Procedure.current_revision_id) == col(ProcedureRevision.id))
        .where(Procedure.code == code)
    ).one_or_none()


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
        service.bump(session)
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
        if not service.is_code(read["code"]) or not read["name"]:
            report.refused.append(ImportRow(code, "refused", "Dòng này thiếu mã hoặc tên thủ tục."))
        elif read["code"] in seen:
            report.refused.append(ImportRow(code, "refused", "Mã này đã có ở một dòng trên."))
        else:
            seen.add(read["code"])
            yield read


_UPSERT = sa.text(
    """
    WITH given AS (
        SELECT * FROM unnest(:id, :code, :name, :name_folded, :sector_id, :sectors, :publisher, :departments,
                             :applicants, :search_extra, :audience)
            AS g(id, code, name, name_folded, sector_id, sector_names, publisher, departments, applicants,
                 search_extra, audience)
    ), written AS (
        INSERT INTO procedure AS p (id, code, name, name_folded, sector_id, sector_names, publisher, departments,
                                    applicants, search_extra, audience, life_events, origin)
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
            search_extra = excluded.search_extra
        WHERE (p.publisher, p.departments, p.applicants)
                IS DISTINCT FROM (excluded.publisher, excluded.departments, excluded.applicants)
           OR p.origin = 'listing' AND (p.name, p.sector_names, p.audience, p.search_extra)
                IS DISTINCT FROM (excluded.name, excluded.sector_names, excluded.audience, excluded.search_extra)
        RETURNING xmax = 0 AS fresh, origin
    )
    SELECT count(*) FILTER (WHERE fresh) AS created,
           count(*) FILTER (WHERE NOT fresh AND origin = 'listing') AS updated,
           (SELECT count(*) FROM procedure JOIN given USING (code) WHERE origin = 'own') AS kept
    FROM written
    """
).bindparams(
    *(
        sa.bindparam(name, type_=ARRAY(kind))
        for name, kind in {
            "id": sa.Uuid(),
            "sector_id": sa.Uuid(),
            **dict.fromkeys(
                (
                    *(name for name in _COLUMNS),
                    "name_folded",
                    "search_extra",
                    "audience",
                ),
                sa.Text(),
            ),
        }.items()
    )
)


def _take(session: Session, rows: Sequence[dict[str, str]], report: ImportReport) -> None:
    """Write a batch in one statement."""
    if not rows:
        return
    names = sorted({part for row in rows for part in row["sectors"].split("|") if part})
    sectors = service.sector_ids(session, names)
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in _COLUMNS}
    columns["id"] = [new_id() for _ in rows]
    columns["name_folded"] = [words(row["name"]) for row in rows]
    columns["sector_id"] = [sectors.get(row["sectors"].split("|")[0]) for row in rows]
    columns["audience"] = ["|".join(audience(row["applicants"])) for row in rows]
    columns["search_extra"] = [
        search_extra(row["name"], row["sectors"], row["publisher"], row["departments"]) for row in rows
    ]
    done = session.execute(_UPSERT, columns).one()
    report.created += done.created
    report.updated += done.updated
    report.kept += done.kept
    report.unchanged += len(rows) - done.created - done.updated - done.kept


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
