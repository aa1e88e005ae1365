"""Our own JSON: one complete procedure with who offers it, and the whole catalogue as it is exported.

A seed file names one level for all its agencies; an export names an offer for each. What one portal
exports, another takes over with the same hash of the content.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from sqlmodel import Session

from auth import service as accounts
from auth.actor import Actor, Role
from portal.core import clock
from portal.core.errors import DomainError
from services_catalog import content as contents
from services_catalog import drafting, import_queries, judging, levels, publishing, rulesets
from services_catalog.content import Offer, RevisionContent, Step
from services_catalog.imports import taking
from services_catalog.imports.rows import ImportRow, Outcome
from services_catalog.imports.shapes import in_words
from services_catalog.levels import Level
from services_catalog.rulesets import ReasonCode

MAX_FILE: Final = 1024 * 1024


class OfferFile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What one agency declares, the agency by its code."""

    agency: Annotated[str, Meta(max_length=35)]
    declared: Level
    reason_code: ReasonCode | None = None
    reason_basis: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    unit: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    steps: Annotated[list[Step], Meta(max_length=30)] = []


class ProcedureFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One procedure, complete. Either `agencies` offer it, all at `declared`, or each as in `offers`."""

    code: Annotated[str, Meta(max_length=35)]
    content: RevisionContent
    declared: Level | None = None
    agencies: list[str] = []
    offers: Annotated[list[OfferFile], Meta(max_length=5000)] = []
    eligible: bool | None = None  # compared with what the content says, when given
    reason_code: ReasonCode | None = None
    reason_basis: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    sources: list[str] = []
    revision: Any = None  # of the portal it was exported from: told (exporting.RevisionFile), not taken over


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


def import_file(session: Session, path: Path, hands: Hands, *, channel: bool = False) -> ImportRow:
    """Publish the procedure of a file as its next revision, unless the present one says the same.

    `channel`: this installation has an online payment channel, and the file's procedure uses it.
    """
    if path.stat().st_size > MAX_FILE:
        return ImportRow(path.stem, "refused", f"Tệp lớn hơn {MAX_FILE // 1024} kB.")
    return import_procedure(session, path.stem, path.read_bytes(), hands, channel=channel)


def import_procedure(
    session: Session, name: str, raw: bytes, hands: Hands, *, channel: bool = False
) -> ImportRow:
    """The same from bytes; `name` stands for the code in the report while that cannot be read."""
    try:
        given = msgspec.json.decode(raw, type=ProcedureFile)
    except msgspec.ValidationError as error:
        return ImportRow(name, "refused", in_words(str(error)))
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        return ImportRow(name, "refused", f"Tệp không đúng khuôn dạng: {error}")
    return take(session, paid_online(given) if channel else given, hands.editor, hands.reviewer)


def paid_online(given: ProcedureFile) -> ProcedureFile:
    """The file where money is paid online: full, if the missing channel was all that stood against it."""
    facts = judging.facts_of(given.content, clock.today())
    if not facts.has_fee or facts.online_payment:
        return given
    content = msgspec.structs.replace(given.content, online_payment=True)
    opened = levels.derive(judging.facts_of(content, clock.today()), rulesets.in_force(clock.today()))
    held_back = given.declared is Level.PARTIAL and given.reason_code is ReasonCode.TECH_OTHER
    if not (held_back and opened.level is Level.FULL):
        return msgspec.structs.replace(given, content=content)
    return msgspec.structs.replace(
        given, content=content, declared=Level.FULL, reason_code=None, reason_basis=None
    )


def read(values: Any) -> ProcedureFile:
    """One procedure of a file.

    Raises:
        msgspec.ValidationError: it is not of this shape; the message names the place.
    """
    return msgspec.convert(values, ProcedureFile)


def take(
    session: Session, given: ProcedureFile, editor: Actor, reviewer: Actor | None, *, line: int = 0
) -> ImportRow:
    """Make it the next revision: published by the reviewer, or a draft when there is none.

    What a person drafted meanwhile is left alone.
    """

    def told(outcome: Outcome, reason: str | None = None) -> ImportRow:
        return ImportRow(given.code, outcome, reason, line, given.content.name if line else "")

    ids = import_queries.agency_ids(session)
    wanted = _offers(given)
    if unknown := [offer.agency for offer in wanted if offer.agency not in ids]:
        return told("refused", f"Không có cơ quan mang mã {', '.join(unknown)}.")
    offers = [_offer(one, ids) for one in wanted]
    claimed = judging.eligible(judging.facts_of(given.content, date.max), given.reason_code)
    if given.eligible is not None and given.eligible != claimed:
        return told("refused", f"Tệp ghi eligible {given.eligible}, nội dung cho {claimed}.")
    found = taking.present(session, given.code)
    declared, digest = msgspec.to_builtins(offers), contents.content_hash(given.content)
    newest = found.newest
    if newest is not None and (newest.content_hash, newest.offers) == (digest, declared):
        return told("unchanged")
    if reviewer is None and found.draft is not None and found.says(digest, offers):
        return told("unchanged")
    if refused := taking.refusal(session, found):
        return told("refused", refused)
    try:
        with session.begin_nested():
            made = drafting.save_draft(session, given.code, editor, content=given.content, offers=offers)
            if reviewer is None:
                taking.note_import(session, made, editor, "own")
            else:
                drafting.send_to_review(session, given.code, editor)
                publishing.publish(session, given.code, reviewer)
    except DomainError as wrong:
        return told("refused", _why(wrong))
    return told("created" if newest is None else "updated")


def _offers(given: ProcedureFile) -> list[OfferFile]:
    alike = [
        OfferFile(
            agency=code,
            declared=given.declared or Level.INFO,
            reason_code=given.reason_code,
            reason_basis=given.reason_basis,
        )
        for code in given.agencies
    ]
    return [*alike, *given.offers]


def _offer(given: OfferFile, ids: dict[str, UUID]) -> Offer:
    values = msgspec.structs.asdict(given)
    return Offer(agency_id=ids[values.pop("agency")], **values)


def _why(wrong: DomainError) -> str:
    more = wrong.extra.get("problems") or [
        f"{condition['code']} {condition['reason']}" for condition in wrong.extra.get("failing", [])
    ]
    return " ".join([wrong.detail, *more[:8]])
