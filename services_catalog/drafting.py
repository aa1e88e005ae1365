"""The draft of a procedure's next revision: written, checked, sent to a second person, sent back."""

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from portal.core import clock, events, idempotency
from portal.core.errors import Conflict, Forbidden, Invalid, Stale
from portal.core.text import clean
from services_catalog import checking, editor_queries, rulesets, shelf
from services_catalog import content as contents
from services_catalog.checking import DraftCheck, begins_on
from services_catalog.content import Offer, RevisionContent
from services_catalog.models import Procedure, ProcedureRevision, RevisionStatus

MAX_REASON = 1000


class CodeTaken(Conflict):
    """A procedure of this code is kept here already."""

    title = "Mã thủ tục đã có"


class NoDraft(Conflict):
    """There is nothing to publish, review or check."""

    title = "Thủ tục không có bản dự thảo"


class NotInReview(Conflict):
    """Nobody has sent it to a second person yet."""

    title = "Bản dự thảo chưa gửi duyệt"


class InReview(Conflict):
    """It waits for a second person already."""

    title = "Bản dự thảo đang chờ duyệt"


class SamePerson(Forbidden):
    """Who drafted a revision, or sent it to review, does not decide on it."""

    title = "Người soạn không tự duyệt"


def save_draft(
    session: Session,
    code: str,
    actor: Actor,
    *,
    content: RevisionContent,
    offers: Sequence[Offer],
    effective_on: date | None = None,
    seq: int | None = None,
) -> ProcedureRevision:
    """Keep the draft of the procedure's next revision; makes the procedure when it is new.

    `effective_on` is the day it shall apply from; None: as soon as it is published. `seq` is the
    procedure's version the editor saw; None overrides. A draft in review is a draft again.

    Raises:
        Invalid: the code is none, or an agency stands twice or is unknown.
        Stale: the procedure changed meanwhile.
        NoRuleSet: no decree known here was in force on the day.
    """
    _require_code(code)
    _check_agencies(session, offers)
    shelf.add_procedure(session, code, content)
    procedure = editor_queries.by_code(session, code, for_update=True)
    if seq is not None and seq != procedure.seq:
        raise Stale("Thủ tục vừa được người khác sửa. Tải lại rồi sửa tiếp.", seq_now=procedure.seq)
    draft = editor_queries.draft_of(session, procedure.id, for_update=True)
    body, declared = contents.plain(content), msgspec.to_builtins(list(offers))
    digest, planned = contents.content_hash(content), effective_on or clock.today()
    if draft is not None and (draft.content_hash, draft.offers, draft.effective_on) == (
        digest,
        declared,
        planned,
    ):
        return draft
    if draft is None:
        draft = ProcedureRevision(
            procedure_id=procedure.id,
            number=editor_queries.last_number(session, procedure.id) + 1,
            created_at=clock.now(),
            effective_on=planned,
            ruleset=rulesets.in_force(planned).code,
            content=body,
            content_hash=digest,
            offers=declared,
        )
    else:
        draft.content, draft.content_hash, draft.offers = body, digest, declared
        draft.effective_on, draft.ruleset = planned, rulesets.in_force(planned).code
        draft.status = RevisionStatus.DRAFT
    if actor.id is not None and actor.id not in draft.authors:
        draft.authors = [*draft.authors, actor.id]
    session.add(draft)
    session.flush()
    facts = {"revision": draft.id, "number": draft.number, "content_hash": digest, "effective_on": planned}
    events.record(session, procedure, "procedure.drafted", actor.id, facts)
    session.add(procedure)
    session.flush()
    return draft


def create(
    session: Session,
    code: str,
    actor: Actor,
    *,
    content: RevisionContent,
    offers: Sequence[Offer],
    effective_on: date | None = None,
    key: str | None = None,
) -> ProcedureRevision:
    """Begin a procedure: its code and first draft. An entry of the national listing becomes one kept here.

    `key` makes a repeat harmless.

    Raises:
        CodeTaken: it is kept here already.
        Invalid, NoRuleSet: see save_draft.
    """
    _require_code(code)
    shelf.add_procedure(session, code, content)
    procedure = editor_queries.by_code(session, code, for_update=True)
    if actor.id is not None and key is not None:
        asked = f"procedure|{code}|{contents.content_hash(content)}".encode()
        if idempotency.claim(session, actor.id, key, asked, procedure.id) is not None:
            return locked(session, procedure)
    if procedure.seq > 0:
        raise CodeTaken(f"Thủ tục {code} đã có ở đây: {procedure.name}. Sửa thủ tục đó.", code=code)
    return save_draft(session, code, actor, content=content, offers=offers, effective_on=effective_on)


def _require_code(code: str) -> None:
    if not shelf.is_code(code):
        raise Invalid("Mã thủ tục gồm chữ số, chữ cái, dấu chấm, ví dụ 1.001193.")


def _check_agencies(session: Session, offers: Sequence[Offer]) -> None:
    ids = [offer.agency_id for offer in offers]
    known = editor_queries.agencies_by_id(session, ids)
    if len(set(ids)) != len(ids) or any(agency_id not in known for agency_id in ids):
        unknown = [str(agency_id) for agency_id in ids if agency_id not in known]
        raise Invalid("Mỗi cơ quan thực hiện phải có thật và chỉ kê một lần.", unknown=unknown)


def draft(session: Session, code: str) -> tuple[Procedure, ProcedureRevision, RevisionContent, list[Offer]]:
    """The draft of a procedure with what it says and what agencies declare.

    Raises:
        NotFound: no procedure has this code.
        NoDraft: it has no draft.
    """
    procedure = editor_queries.by_code(session, code)
    found = locked(session, procedure, for_update=False)
    return procedure, found, checking.said(found), checking.declared(found)


def check(session: Session, code: str) -> DraftCheck:
    """What publishing the draft would say, condition by condition and agency by agency.

    Raises:
        NotFound: no procedure has this code.
        NoDraft: it has no draft.
    """
    procedure, found, content, offers = draft(session, code)
    return checking.judged(session, procedure, found.number, content, offers, begins_on(found.effective_on))


def check_unsaved(
    session: Session,
    code: str,
    *,
    content: RevisionContent,
    offers: Sequence[Offer],
    effective_on: date | None = None,
) -> DraftCheck:
    """The same of what an editor is about to save; nothing is written. The code may be new.

    Raises:
        Invalid: the code is none, or an agency stands twice or is unknown.
    """
    _require_code(code)
    _check_agencies(session, offers)
    procedure = editor_queries.found(session, code)
    number = editor_queries.last_number(session, procedure.id) + 1 if procedure else 1
    if procedure is not None and (kept := editor_queries.draft_of(session, procedure.id)) is not None:
        number = kept.number
    day = begins_on(effective_on or clock.today())
    return checking.judged(session, procedure or code, number, content, offers, day)


def send_to_review(
    session: Session, code: str, actor: Actor, *, reason: str = "", seq: int | None = None
) -> ProcedureRevision:
    """Hand the draft to a second person; it must be fit to be published. `reason` says why it is made.

    Raises:
        NotFound, NoDraft, InReview, Stale: there is no draft to hand over, or another one by now.
        UnsoundContent, NothingOffered, NotFullProcess, NotOnline, ReasonMissing: see checking.require_sound.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    require_seq(procedure, seq)
    found = locked(session, procedure)
    if found.status is RevisionStatus.REVIEW:
        raise InReview("Bản dự thảo này đã gửi duyệt. Chờ người duyệt, hoặc sửa để rút về.")
    checking.require_sound(session, procedure, found)
    found.status, found.submitted_at, found.submitted_by = RevisionStatus.REVIEW, clock.now(), actor.id
    facts = {"revision": found.id, "number": found.number, "content_hash": found.content_hash}
    _record(session, procedure, found, "procedure.review_requested", actor, facts, reason)
    return found


def return_draft(
    session: Session, code: str, actor: Actor, *, reason: str, seq: int | None = None
) -> ProcedureRevision:
    """Send the draft back to its editors with a reason.

    Raises:
        NotFound, NoDraft, NotInReview: nothing waits for review.
        Stale: what waits is not what was seen (`seq`).
        Invalid: no reason.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    require_seq(procedure, seq)
    found = locked(session, procedure)
    if found.status is not RevisionStatus.REVIEW:
        raise NotInReview("Không có bản nào chờ duyệt.")
    if not reason.strip():
        raise Invalid("Nêu lý do trả lại để người soạn biết phải sửa gì.")
    found.status = RevisionStatus.DRAFT
    facts = {"revision": found.id, "number": found.number}
    _record(session, procedure, found, "procedure.draft_returned", actor, facts, reason)
    return found


def _record(
    session: Session,
    procedure: Procedure,
    found: ProcedureRevision,
    name: str,
    actor: Actor,
    facts: dict[str, object],
    reason: str,
) -> None:
    session.add(found)
    session.flush()
    events.record(session, procedure, name, actor.id, {**facts, **why(reason)})
    session.add(procedure)
    session.flush()


def why(reason: str) -> dict[str, str]:
    """The reason of an act on the catalogue as its event keeps it: official words, no person's data."""
    said_why = clean(reason, max_length=MAX_REASON, multiline=True)
    return {"reason": said_why} if said_why else {}


def require_seq(procedure: Procedure, seq: int | None) -> None:
    """Raise Stale when the procedure is not the version that was seen."""
    if seq is not None and seq != procedure.seq:
        raise Stale("Thủ tục vừa được người khác sửa. Tải lại rồi làm tiếp.", seq_now=procedure.seq)


def locked(session: Session, procedure: Procedure, *, for_update: bool = True) -> ProcedureRevision:
    """The procedure's draft. Raises NoDraft when there is none."""
    found = editor_queries.draft_of(session, procedure.id, for_update=for_update)
    if found is None:
        raise NoDraft("Thủ tục này không có bản dự thảo. Lưu bản dự thảo trước.")
    return found
