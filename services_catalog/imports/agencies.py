"""Agencies from a file: JSON, or a table; parents stand before their children. Each change is an event."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from sqlmodel import Session

from auth.models import AgencyKind
from portal.core.errors import DomainError
from services_catalog import agencies, agency_queries, import_queries
from services_catalog.imports.rows import GivenRow, ImportReport, ImportRow
from services_catalog.imports.shapes import in_words

COLUMNS: Final = {
    "code": "code",
    "ma": "code",
    "ma co quan": "code",
    "name": "name",
    "ten": "name",
    "ten co quan": "name",
    "kind": "kind",
    "loai": "kind",
    "parent": "parent",
    "truc thuoc": "parent",
    "ma co quan cap tren": "parent",
    "valid_from": "valid_from",
    "hieu luc tu": "valid_from",
    "valid_to": "valid_to",
    "hieu luc den": "valid_to",
    "address": "address",
    "dia chi": "address",
    "phone": "phone",
    "dien thoai": "phone",
}


class AgencyFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One agency of a file, such as seed/agencies.json."""

    code: Annotated[str, Meta(min_length=1, max_length=35)]
    name: Annotated[str, Meta(min_length=1, max_length=300)]
    kind: AgencyKind
    parent: str | None
    valid_from: date
    valid_to: date | None = None
    address: Annotated[str, Meta(max_length=500)] = ""
    phone: Annotated[str, Meta(max_length=50)] = ""


def seed_agencies(session: Session, path: Path) -> ImportReport:
    """Create or bring up to date the agencies of a file.

    Raises:
        Invalid, Conflict: an agency cannot be kept so (services_catalog.agencies).
    """
    report = ImportReport()
    ids = import_queries.agency_ids(session)
    for given in msgspec.json.decode(path.read_bytes(), type=list[AgencyFile]):
        outcome = _keep(session, given, ids, None)
        setattr(report, outcome, getattr(report, outcome) + 1)
    return report


def take(session: Session, row: GivenRow, ids: dict[str, UUID], actor_id: UUID | None) -> ImportRow:
    """Create or bring up to date one agency; `ids` learns of it."""
    values = {name: value for name, value in row.values.items() if value not in ("", None)}
    code = str(values.get("code") or "")[:60]
    try:
        given = msgspec.convert({"parent": None, **values}, AgencyFile, strict=False)
        outcome = _keep(session, given, ids, actor_id)
    except (msgspec.ValidationError, DomainError) as wrong:
        return ImportRow(code, "refused", getattr(wrong, "detail", None) or in_words(str(wrong)), row.line)
    return ImportRow(code, outcome, None, row.line, given.name)


def _keep(
    session: Session, given: AgencyFile, ids: dict[str, UUID], actor_id: UUID | None
) -> agencies.Outcome:
    outcome = agencies.keep(session, msgspec.convert(given, agencies.Given, from_attributes=True), actor_id)
    if outcome == "created" and (made := agency_queries.by_code(session, given.code)) is not None:
        ids[given.code] = made.id
    return outcome
