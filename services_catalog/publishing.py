"""What a second person decides of a revision: published, called off before its day, the procedure closed."""

from datetime import datetime

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from portal.core import clock, events, idempotency
from portal.core.errors import Conflict, Invalid, NotFound
from services_catalog import checking, editor_queries, rulesets, shelf, taking_effect
from services_catalog.drafting import (
    NotInReview,
    SamePerson,
    locked,
    require_seq,
    why,
)
from services_catalog.judging import OfferVerdict
from services_catalog.models import Offering, Procedure, ProcedureRevision, RevisionStatus


class NotPublished(Conflict):
    title = "Thủ tục chưa được công bố"


class OverlappingValidity(Conflict):
    """A revision published earlier begins later than this one would."""

    title = "Trùng thời gian hiệu lực"


class NotWaiting(Conflict):
    """The revision does not wait for its day: it applies, did, or another took its place."""

    title = "Bản này không chờ ngày áp dụng"


class NotClosing(Conflict):
    title = "Thủ tục không có giờ ngừng nhận sắp tới"


def publish(
    session: Session,
    code: str,
    actor: Actor,
    *,
    reason: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> ProcedureRevision:
    """Publish what a colleague sent to review; it never changes again.

    It applies from its planned day, today at the earliest, and is judged by the rule set in force then:
    with a day ahead it waits (taking_effect). `seq` is the procedure's version that was read: what the
    second person agrees to is what they saw. `key` makes a repeat harmless.

    Raises:
        NotFound, NoDraft, NotInReview: nothing waits for review.
        Stale: what waits is not what was seen.
        SamePerson: the actor drafted it or sent it to review.
        OverlappingValidity: a published revision waits for a later day.
        UnsoundContent, NothingOffered, NotFullProcess, NotOnline, ReasonMissing: checking.require_sound.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    if actor.id is not None and key is not None:
        draft_now = editor_queries.draft_of(session, procedure.id)
        resource = draft_now.id if draft_now else procedure.id
        body = f"publication|{code}".encode()
        if (first := idempotency.claim(session, actor.id, key, body, resource)) is not None:
            return editor_queries.revision(session, first)
    require_seq(procedure, seq)
    found = locked(session, procedure)
    if found.status is not RevisionStatus.REVIEW:
        raise NotInReview("Bản dự thảo này chưa được gửi duyệt.")
    if actor.id is None or actor.id in found.authors or actor.id == found.submitted_by:
        raise SamePerson("Bạn đã soạn hoặc gửi duyệt bản này: một người khác phải công bố.")
    taking_effect.settle(session, procedure, clock.now())
    judged = checking.require_sound(session, procedure, found)
    day = checking.begins_on(found.effective_on)
    later = editor_queries.waiting_for(session, procedure.id)
    if later is not None and later.effective_on > day:
        told = f"Bản {later.number} đã công bố, áp dụng từ {later.effective_on:%d/%m/%Y}"
        raise OverlappingValidity(f"{told}: bản sau không sớm hơn ngày đó.")
    session.add_all(_offering(found, one) for one in judged)
    session.flush()
    found.status, found.published_at, found.published_by = RevisionStatus.PUBLISHED, clock.now(), actor.id
    found.effective_on, found.ruleset = day, rulesets.in_force(day).code
    session.add(found)
    session.flush()
    if day > clock.today():
        facts = {"revision": found.id, "number": found.number, "effective_on": day}
        _record(session, procedure, "procedure.approved", actor, facts, reason)
    else:
        taking_effect.begin(session, procedure, found, actor.id, at=clock.now(), reason=reason)
    shelf.bump(session)
    return found


def _offering(draft: ProcedureRevision, one: OfferVerdict) -> Offering:
    return Offering(
        revision_id=draft.id,
        procedure_id=draft.procedure_id,
        agency_id=one.agency_id,
        declared=one.declared,
        eligible=one.eligible,
        reason_code=one.reason_code,
        reason_basis=one.reason_basis,
        unit=one.unit,
        steps=msgspec.to_builtins(one.steps),
        verdict=msgspec.to_builtins(one.verdict),
    )


def call_off(session: Session, code: str, number: int, actor: Actor, *, reason: str) -> ProcedureRevision:
    """Call off a published revision before its day; what applies now goes on, others that wait too.

    Raises:
        NotFound: nothing was published under this code and number.
        NotWaiting: its day has come, or it was called off or overtaken already.
        Invalid: no reason.
    """
    if not reason.strip():
        raise Invalid("Nêu lý do hủy bản đã công bố.")
    procedure = editor_queries.by_code(session, code, for_update=True)
    taking_effect.settle(session, procedure, clock.now())
    found = editor_queries.numbered(session, procedure.id, number)
    if found is None or found.status in editor_queries.UNPUBLISHED:
        raise NotFound("Không có bản nào của thủ tục này được công bố với số đó.")
    if found.status is RevisionStatus.WITHDRAWN:
        raise NotWaiting(f"Bản {number} đã hủy hoặc đã ngừng.")
    if found.began_at is not None or found.effective_on <= clock.today():
        raise NotWaiting(f"Bản {number} đã đến ngày áp dụng. Công bố bản mới, hoặc ngừng nhận thủ tục.")
    found.status = RevisionStatus.WITHDRAWN
    session.add(found)
    session.flush()
    facts = {"revision": found.id, "number": found.number, "effective_on": found.effective_on}
    _record(session, procedure, "procedure.revision_cancelled", actor, facts, reason)
    shelf.bump(session)
    return found


def withdraw(
    session: Session,
    code: str,
    actor: Actor,
    *,
    reason: str = "",
    closes_at: datetime | None = None,
    seq: int | None = None,
) -> ProcedureRevision:
    """End the published revision: no new dossiers from `closes_at` on (now); those filed go on under it.

    The cut-off is the instant itself, whenever the worker gets to it: whoever files is judged by the instant.
    A published revision that waits for a later day still begins then: call it off to end that too.

    Raises:
        NotFound: no procedure has this code.
        Stale: the procedure changed meanwhile.
        NotPublished: nothing of it is published.
        Invalid: the instant is past.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    require_seq(procedure, seq)
    taking_effect.settle(session, procedure, clock.now())
    if procedure.current_revision_id is None:
        raise NotPublished("Thủ tục này chưa công bố, hoặc đã ngừng cung cấp.")
    now = clock.now()
    if closes_at is not None and closes_at > now:
        revision = editor_queries.revision(session, procedure.current_revision_id)
        procedure.closes_at = closes_at
        facts = {"revision": revision.id, "number": revision.number, "closes_at": closes_at}
        _record(session, procedure, "procedure.closing_set", actor, facts, reason)
    elif closes_at is not None and (now - closes_at).total_seconds() > 60:
        raise Invalid("Giờ ngừng nhận đã qua. Chọn một giờ sắp tới, hoặc để trống để ngừng ngay.")
    else:
        revision = taking_effect.close(session, procedure, actor.id, at=now, reason=reason)
    shelf.bump(session)
    return revision


def keep_open(session: Session, code: str, actor: Actor, *, reason: str) -> ProcedureRevision:
    """Take back a cut-off before it comes.

    Raises:
        NotFound: no procedure has this code.
        NotClosing: none is set, or it has come.
        Invalid: no reason.
    """
    if not reason.strip():
        raise Invalid("Nêu lý do bỏ giờ ngừng nhận.")
    procedure = editor_queries.by_code(session, code, for_update=True)
    taking_effect.settle(session, procedure, clock.now())
    if procedure.current_revision_id is None or procedure.closes_at is None:
        raise NotClosing("Thủ tục này không có giờ ngừng nhận nào sắp tới.")
    revision = editor_queries.revision(session, procedure.current_revision_id)
    facts = {"revision": revision.id, "number": revision.number, "closes_at": procedure.closes_at}
    procedure.closes_at = None
    _record(session, procedure, "procedure.closing_cancelled", actor, facts, reason)
    shelf.bump(session)
    return revision


def _record(
    session: Session,
    procedure: Procedure,
    name: str,
    actor: Actor,
    facts: dict[str, object],
    reason: str,
) -> None:
    session.add(procedure)
    session.flush()
    events.record(session, procedure, name, actor.id, {**facts, **why(reason)})
    session.add(procedure)
    session.flush()
