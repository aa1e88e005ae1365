"""A revision on its way into force and out of it: published by a second person, begun on its day, closed."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from portal.core import clock, events, idempotency
from portal.core.errors import Conflict, Invalid
from services_catalog import editor_queries, rulesets, shelf
from services_catalog.drafting import (
    NotInReview,
    SamePerson,
    begins_on,
    locked,
    require_seq,
    require_sound,
    said,
    why,
)
from services_catalog.judging import OfferVerdict
from services_catalog.models import (
    LevelChange,
    Offering,
    Procedure,
    ProcedureRevision,
    RevisionStatus,
)


class NotPublished(Conflict):
    title = "Thủ tục chưa được công bố"


class OverlappingValidity(Conflict):
    """A revision published earlier begins later than this one would."""

    title = "Trùng thời gian hiệu lực"


def publish(
    session: Session, code: str, actor: Actor, *, reason: str = "", key: str | None = None
) -> ProcedureRevision:
    """Publish what a colleague sent to review; it never changes again.

    It applies from its planned day, today at the earliest, and is judged by the rule set in force then:
    with a day ahead it waits, and `begin_due` lets it follow. `key` makes a repeat harmless.

    Raises:
        NotFound, NoDraft, NotInReview: nothing waits for review.
        SamePerson: the actor drafted it or sent it to review.
        OverlappingValidity: a published revision waits for a later day.
        UnsoundContent, NothingOffered, NotFullProcess, NotOnline, ReasonMissing: drafting.require_sound.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    if actor.id is not None and key is not None:
        draft_now = editor_queries.draft_of(session, procedure.id)
        resource = draft_now.id if draft_now else procedure.id
        body = f"publication|{code}".encode()
        if (first := idempotency.claim(session, actor.id, key, body, resource)) is not None:
            return editor_queries.revision(session, first)
    found = locked(session, procedure)
    if found.status is not RevisionStatus.REVIEW:
        raise NotInReview("Bản dự thảo này chưa được gửi duyệt.")
    if actor.id is None or actor.id in found.authors or actor.id == found.submitted_by:
        raise SamePerson("Bạn đã soạn hoặc gửi duyệt bản này: một người khác phải công bố.")
    _, judged = require_sound(session, procedure, found)
    day = begins_on(found)
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
        events.record(session, procedure, "procedure.approved", actor.id, {**facts, **why(reason)})
    else:
        _begin(session, procedure, found, actor.id, reason)
    session.add(procedure)
    session.flush()
    shelf.bump(session)
    return found


def begin_due(session: Session, today: date) -> list[str]:
    """Let every published revision whose day has come be the current one; the codes that moved on."""
    moved = []
    for procedure_id in editor_queries.due_to_begin(session, today):
        procedure = editor_queries.by_id(session, procedure_id, for_update=True)
        found = editor_queries.newest_due(session, procedure, today)
        if found is None:
            continue
        _begin(session, procedure, found, None)
        session.add(procedure)
        moved.append(procedure.code)
    if moved:
        session.flush()
        shelf.bump(session)
    return moved


def _begin(
    session: Session,
    procedure: Procedure,
    found: ProcedureRevision,
    actor_id: UUID | None,
    reason: str = "",
) -> None:
    """Make the revision the current one: lists, levels' history, the event statistics count."""
    before = editor_queries.offered(session, procedure.current_revision_id)
    after = editor_queries.offered(session, found.id)
    shelf.follow(session, procedure, found, said(found))
    procedure.closes_at = None
    _note_levels(session, procedure, found, before, after, actor_id or found.published_by)
    offered = [
        {"agency_id": one.agency_id, "declared": one.declared, "eligible": one.eligible} for one in after
    ]
    facts = {
        "revision": found.id,
        "number": found.number,
        "ruleset": found.ruleset,
        "effective_on": found.effective_on,
        "offerings": offered,
    }
    events.record(session, procedure, "procedure.published", actor_id, {**facts, **why(reason)})


def _note_levels(
    session: Session,
    procedure: Procedure,
    revision: ProcedureRevision,
    before: Sequence[Offering],
    after: Sequence[Offering],
    actor_id: UUID | None,
) -> None:
    """A row for each agency whose level is another one than before."""
    was = {one.agency_id: one.declared for one in before}
    now = {one.agency_id: one for one in after}
    for agency_id in sorted({*was, *now}, key=str):
        new = now.get(agency_id)
        if (new.declared if new else None) == was.get(agency_id):
            continue
        session.add(
            LevelChange(
                procedure_id=procedure.id,
                agency_id=agency_id,
                revision_id=revision.id,
                at=clock.now(),
                before=was.get(agency_id),
                after=new.declared if new else None,
                ruleset=revision.ruleset,
                reason_code=new.reason_code if new else None,
                reason_basis=new.reason_basis if new else None,
                actor_id=actor_id,
            )
        )


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

    Raises:
        NotFound: no procedure has this code.
        Stale: the procedure changed meanwhile.
        NotPublished: nothing of it is published.
        Invalid: the instant is past.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    require_seq(procedure, seq)
    if procedure.current_revision_id is None:
        raise NotPublished("Thủ tục này chưa công bố, hoặc đã ngừng cung cấp.")
    revision = editor_queries.revision(session, procedure.current_revision_id)
    if closes_at is not None and closes_at > clock.now():
        procedure.closes_at = closes_at
        facts = {"revision": revision.id, "number": revision.number, "closes_at": closes_at}
        events.record(session, procedure, "procedure.closing_set", actor.id, {**facts, **why(reason)})
    elif closes_at is not None and (clock.now() - closes_at).total_seconds() > 60:
        raise Invalid("Giờ ngừng nhận đã qua. Chọn một giờ sắp tới, hoặc để trống để ngừng ngay.")
    else:
        _close(session, procedure, revision, actor.id, reason)
    session.add(procedure)
    session.flush()
    shelf.bump(session)
    return revision


def close_due(session: Session, at: datetime) -> list[str]:
    """Withdraw every procedure whose cut-off has come; the codes that closed."""
    closed = []
    for procedure_id in editor_queries.due_to_close(session, at):
        procedure = editor_queries.by_id(session, procedure_id, for_update=True)
        if procedure.closes_at is None or procedure.closes_at > at or procedure.current_revision_id is None:
            continue
        _close(session, procedure, editor_queries.revision(session, procedure.current_revision_id), None, "")
        session.add(procedure)
        closed.append(procedure.code)
    if closed:
        session.flush()
        shelf.bump(session)
    return closed


def _close(
    session: Session, procedure: Procedure, revision: ProcedureRevision, actor_id: UUID | None, reason: str
) -> None:
    before = editor_queries.offered(session, revision.id)
    revision.status, procedure.current_revision_id = RevisionStatus.WITHDRAWN, None
    procedure.closes_at = None
    session.add(revision)
    session.flush()
    _note_levels(session, procedure, revision, before, [], actor_id)
    facts = {"revision": revision.id, "number": revision.number}
    events.record(session, procedure, "procedure.withdrawn", actor_id, {**facts, **why(reason)})
