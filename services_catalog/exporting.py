"""The catalogue as open data: JSON that another portal takes over, a table for people, and the schema.

Only what is published here and in force is told; drafts, what was imported and not published, and what waits
for its day are not.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlmodel import Session

from portal.core import clock
from portal.core.spreadsheets import csv_lines
from services_catalog import export_queries, public_queries
from services_catalog.content import RevisionContent
from services_catalog.diff_words import CHANNELS
from services_catalog.imports.agencies import AgencyFile
from services_catalog.imports.own import ProcedureFile
from services_catalog.levels import LEVEL_NAMES, Level
from services_catalog.rulesets import REASONS, ReasonCode
from services_catalog.words import fee_text, time_text

FORMAT: Final = "motcua-catalogue/1"
AUDIENCES: Final = {"citizen": "người dân", "organisation": "tổ chức"}
HEADER: Final = (
    "Mã thủ tục",
    "Tên thủ tục",
    "Lĩnh vực",
    "Mã cơ quan",
    "Cơ quan",
    "Đơn vị tiếp nhận",
    "Mức độ",
    "Lý do chưa toàn trình",
    "Căn cứ của lý do",
    "Đối tượng",
    "Thời hạn giải quyết",
    "Phí, lệ phí",
    "Cách nộp",
    "Cách nhận kết quả",
    "Kết quả",
    "Căn cứ pháp lý",
    "Bản",
    "Áp dụng từ",
    "Ngừng nhận từ",
)


class RevisionFile(Struct, frozen=True, kw_only=True):
    """Which revision it is; told, never taken over: a revision's number and day belong to its portal."""

    number: int
    effective_on: date
    ruleset: str
    content_hash: str
    published_at: datetime | None
    closes_at: datetime | None


class ListedFile(Struct, frozen=True, kw_only=True):
    """A procedure of the national listing that is not offered here: what the list says, and no more."""

    code: str
    name: str
    sectors: str
    publisher: str
    departments: str
    applicants: str


class PublishedFile(ProcedureFile, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One procedure as it is published here, with each agency's offer."""

    revision: RevisionFile


class CatalogueFile(Struct, frozen=True, kw_only=True):
    """The whole catalogue on a day. `version` counts its changes."""

    format: str
    version: int
    day: date
    agencies: list[AgencyFile]
    procedures: list[PublishedFile]
    listing: list[ListedFile]


def schema() -> bytes:
    """The JSON Schema (2020-12) of `catalogue.json`."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Danh mục thủ tục hành chính"}
    return msgspec.json.format(
        msgspec.json.encode(_portable(made | msgspec.json.schema(CatalogueFile))), indent=1
    )


def _portable(value: Any) -> Any:
    """The schema with Python's end of text in patterns as every validator knows it."""
    if isinstance(value, list):
        return [_portable(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: one.replace(r"\Z", "$") if name == "pattern" and isinstance(one, str) else _portable(one)
        for name, one in value.items()
    }


def as_json(session: Session) -> Iterator[bytes]:
    """`catalogue.json` piece by piece; the same bytes while the catalogue and the day are the same."""
    version, _ = public_queries.edition(session)
    head = {"format": FORMAT, "version": version, "day": clock.today()}
    yield msgspec.json.encode(head)[:-1]
    ids = {one: code for one, (code, _) in export_queries.agency_names(session).items()}
    yield from _list("agencies", agencies(session))
    yield from _list("procedures", (_procedure(row, ids) for row in export_queries.published(session)))
    yield from _list("listing", (_listed(row) for row in export_queries.listing(session)))
    yield b"}\n"


def _list(name: str, items: Iterator[Any]) -> Iterator[bytes]:
    """A member that is a list, an item on each line; lines begin with the comma, so none is JSON alone."""
    yield f',\n"{name}":['.encode()
    for place, item in enumerate(items):
        yield (b",\n" if place else b"") + msgspec.json.encode(item)
    yield b"]"


def agencies(session: Session) -> Iterator[AgencyFile]:
    """The agencies as a file of agencies names them."""
    for row in export_queries.agencies(session):
        yield AgencyFile(**row._mapping)


def _procedure(row: Any, codes: Mapping[str, str]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in RevisionFile.__struct_fields__}
    return {
        "code": row.code,
        "content": row.content,
        "offers": [_offer(one, codes) for one in row.offers],
        "revision": RevisionFile(**told),
    }


def _offer(declared: Mapping[str, Any], codes: Mapping[str, str]) -> dict[str, Any]:
    rest = {name: value for name, value in declared.items() if name != "agency_id"}
    return {"agency": codes[declared["agency_id"]]} | rest


def _listed(row: Any) -> ListedFile:
    return ListedFile(
        code=row.code,
        name=row.name,
        sectors=row.sector_names,
        publisher=row.publisher,
        departments=row.departments,
        applicants=row.applicants,
    )


def as_csv(session: Session) -> Iterator[bytes]:
    """`catalogue.csv` piece by piece: a row for each procedure at each agency."""
    for line in csv_lines(_table(session)):
        yield line.encode()


def _table(session: Session) -> Iterator[Sequence[object]]:
    yield HEADER
    today, names = clock.today(), export_queries.agency_names(session)
    for row in export_queries.published(session):
        content = msgspec.convert(row.content, RevisionContent)
        for offer in row.offers:
            code, name = names[offer["agency_id"]]
            reason = offer.get("reason_code")
            closes = row.closes_at
            yield (
                row.code,
                content.name,
                content.sector,
                code,
                name,
                offer.get("unit"),
                LEVEL_NAMES[Level(offer["declared"])],
                REASONS[ReasonCode(reason)] if reason else "",
                offer.get("reason_basis"),
                ", ".join(AUDIENCES[one] for one in content.audience),
                time_text(content.time_limit) if content.time_limit else "",
                fee_text(content.fees, today),
                ", ".join(CHANNELS[one] for one in content.channels),
                ", ".join(CHANNELS[one] for one in content.return_ways),
                content.result.name if content.result else "",
                "; ".join(one.number for one in content.legal_basis if one.number),
                row.number,
                f"{row.effective_on:%d/%m/%Y}",
                f"{clock.local(closes):%d/%m/%Y %H:%M}" if closes else "",
            )


def write(session: Session, folder: Path) -> list[Path]:
    """Write the files of the export into a folder, made when it is missing; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    told = msgspec.json.encode(list(agencies(session)))
    parts: dict[str, Iterator[bytes]] = {
        "catalogue.json": as_json(session),
        "catalogue.csv": as_csv(session),
        "catalogue.schema.json": iter([schema()]),
        "agencies.json": iter([msgspec.json.format(told, indent=1)]),
    }
    written = []
    for name, pieces in parts.items():
        target = folder / name
        with target.open("wb") as out:
            out.writelines(pieces)
        written.append(target)
    return written
