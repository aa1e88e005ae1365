"""Bringing data in: agencies, complete procedures from files, the national listing. Again changes nothing.

A file is taken whole or refused with a reason; what is kept here wins over the listing.
"""

from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
import sqlalchemy as sa
from msgspec import Meta, Struct
from sqlmodel import Session, col, select

from auth import service as accounts
from auth.actor import Actor, Role
from auth.models import Agency, AgencyKind
from portal.core import events
from portal.core.errors import DomainError, Invalid
from services_catalog import content as contents
from services_catalog import drafting, judging, publishing, shelf
from services_catalog.content import Offer, RevisionContent
from services_catalog.levels import Level
from services_catalog.listing import ImportReport, ImportRow, import_listing
from services_catalog.models import Procedure, ProcedureRevision
from services_catalog.rulesets import ReasonCode

__all__ = [
    "AgencyFile",
    "Hands",
    "ImportReport",
    "ImportRow",
    "ProcedureFile",
    "agency_ids",
    "import_file",
    "import_listing",
    "import_procedure",
    "machine_hands",
    "seed_agencies",
]

MAX_FILE = 1024 * 1024


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


class Hands(Struct, frozen=True):
    """The two who publish: one drafts and sends to review, another decides."""

    editor: Actor
    reviewer: Actor


def machine_hands(session: Session) -> Hands:
    """The two accounts under which commands of the operator keep the catalogue; nobody signs in to them."""
    editor = accounts.machine_account(session, "Bộ dữ liệu của Cổng")
    reviewer = accounts.machine_account(session, "Kiểm tra dữ liệu của Cổng")
    return Hands(
        Actor(id=editor, roles=frozenset({Role.CATALOGUE_EDITOR})),
        Actor(id=reviewer, roles=frozenset({Role.CATALOGUE_REVIEWER})),
    )


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
        shelf.bump(session)
    return report


def import_file(session: Session, path: Path, hands: Hands) -> ImportRow:
    """Publish the procedure of a file as its next revision, unless the present one says the same."""
    if path.stat().st_size > MAX_FILE:
        return ImportRow(path.stem, "refused", f"Tệp lớn hơn {MAX_FILE // 1024} kB.")
    return import_procedure(session, path.stem, path.read_bytes(), hands)


def import_procedure(session: Session, name: str, raw: bytes, hands: Hands) -> ImportRow:
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
    claimed = judging.eligible(judging.facts_of(given.content, date.max), given.reason_code)
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
            drafting.save_draft(session, given.code, hands.editor, content=given.content, offers=offers)
            drafting.send_to_review(session, given.code, hands.editor)
            publishing.publish(session, given.code, hands.reviewer)
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
