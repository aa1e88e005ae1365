"""HTTP for dossiers: parse, one call, shape."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from auth import throttle
from auth.access_log import note_reading
from auth.actor import Role
from auth.http import ClientAddress, CurrentActor, requires
from dossiers import decision, desk_queries, filing, inbox, processing, queries, tracking, views
from dossiers.beside_schemas import DeliveryIn
from dossiers.models import Dossier
from dossiers.schemas import (
    ActIn,
    ActOut,
    AnswersPatch,
    ApprovalIn,
    DeadlineOut,
    DossierIn,
    DossierOut,
    DossierPage,
    FieldProblem,
    RefusalIn,
    RejectionIn,
    SavedOut,
    StatusOut,
    TimelineEntry,
    TrackedOut,
    TrackingIn,
)
from dossiers.timeline import label_of
from dossiers.view_parts import DocumentView
from dossiers.workflow import Status, label, national_code
from portal.core.clock import ZONE, local, now
from portal.core.http import DbSession, IdempotencyKey

Limit = Annotated[int, QueryParameter(ge=1, le=100)]
CITIZEN = requires(Role.CITIZEN)
OFFICER = requires(Role.OFFICER)


def status_out(status: Status) -> StatusOut:
    """A status with its national code and words."""
    return StatusOut(name=status.value, code=national_code(status), label=label(status))


def act_out(dossier: Dossier) -> ActOut:
    return ActOut(
        id=dossier.id,
        seq=dossier.seq,
        status=status_out(dossier.status),
        reference=dossier.reference,
        number=dossier.number,
        submitted_at=dossier.submitted_at,
        due_at=dossier.due_at,
    )


def day_end() -> datetime:
    """The last instant of today in Viet Nam."""
    tomorrow = local(now()).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZONE) - timedelta(microseconds=1)


class DossierController(Controller):
    """A citizen's dossiers, and what anyone allowed may read of one."""

    path = "/api/v1/dossiers"
    tags = ("Dossiers",)

    @post(guards=[CITIZEN], sync_to_thread=True)
    def open(self, session: DbSession, actor: CurrentActor, data: JSONBody[DossierIn]) -> ActOut:
        """Start a draft. The same `submission_id` finds the same draft, so a retry never doubles it."""
        return act_out(
            filing.open_draft(
                session,
                actor,
                submission_id=data.submission_id,
                code=data.procedure,
                agency_id=data.agency_id,
            )
        )

    @get(guards=[CITIZEN], sync_to_thread=True)
    def index(
        self,
        session: DbSession,
        actor: CurrentActor,
        status: FromQuery[Status | None] = None,
        after: FromQuery[str | None] = None,
        limit: Limit = 20,
    ) -> DossierPage:
        """List one's own dossiers, latest change first."""
        page = queries.mine(session, actor, status=status, after=after, limit=limit)
        return DossierPage(page.items, page.next)

    @get("/{dossier_id:uuid}", guards=[CITIZEN], sync_to_thread=True)
    def show(self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]) -> DossierOut:
        """Show a dossier: the applicant's own, or one filed with the officer's agency."""
        view = views.summary(session, actor, dossier_id)
        if not view.is_own:
            note_reading(session, actor, dossier_id, "read")
        fields = {
            name: getattr(view, name)
            for name in DossierOut.__struct_fields__
            if name not in ("status", "allowed")
        }
        return DossierOut(**fields, status=status_out(view.status), allowed=[a.value for a in view.allowed])

    @patch("/{dossier_id:uuid}/answers", guards=[CITIZEN], sync_to_thread=True)
    def save(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[AnswersPatch],
    ) -> SavedOut:
        """Keep answers given so far. What is typed is kept; `problems` says what is not right yet."""
        dossier, errors = filing.save_answers(session, actor, dossier_id, seq=data.seq, answers=data.answers)
        return SavedOut(
            id=dossier.id,
            seq=dossier.answers_seq,
            saved_at=dossier.updated_at,
            problems=[FieldProblem(error.field, error.message) for error in errors],
        )

    @post("/{dossier_id:uuid}/submission", guards=[CITIZEN], status_code=200, sync_to_thread=True)
    def submit(
        self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], key: IdempotencyKey = None
    ) -> ActOut:
        """File the dossier; answers with its public reference once everything is committed."""
        return act_out(filing.submit(session, actor, dossier_id, idempotency_key=key))

    @get("/{dossier_id:uuid}/timeline", guards=[CITIZEN], sync_to_thread=True)
    def timeline(
        self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]
    ) -> list[TimelineEntry]:
        """List what happened to the dossier, oldest first."""
        return [
            TimelineEntry(seq=event.seq, name=event.name, label=label_of(event.name), at=event.at)
            for event in views.summary(session, actor, dossier_id, with_timeline=True).timeline
        ]

    @get("/{dossier_id:uuid}/deadline", guards=[CITIZEN], sync_to_thread=True)
    def deadline(self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]) -> DeadlineOut:
        """Show the due date and the trace that proves it, with the articles applied."""
        view = views.summary(session, actor, dossier_id)
        proof = view.deadline
        recounts = proof.recounts if proof else ()
        return DeadlineOut(
            started=proof is not None,
            reception_due_at=view.reception_due_at,
            accepted_at=view.accepted_at,
            started_at=proof.started_at if proof else None,
            paused_since=view.paused_since,
            due_at=view.due_at,
            original_due_at=view.original_due_at,
            extended_until=proof.extended_until if proof else None,
            rule=proof.rule if proof else None,
            rules=proof.rules if proof else None,
            calendar=proof.calendar if proof else None,
            recounted_at=max((one.at for one in recounts), default=None),
            summary=proof.summary if proof else [],
            articles=proof.articles if proof else [],
            trace=[msgspec.to_builtins(step) for step in proof.trace] if proof else [],
        )

    @get("/{dossier_id:uuid}/documents", guards=[CITIZEN], sync_to_thread=True)
    def documents(
        self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]
    ) -> list[DocumentView]:
        """List the dossier's documents."""
        documents = views.summary(session, actor, dossier_id).documents
        return [one for one in documents if one.kind not in desk_queries.INTERNAL]


class DeskController(Controller):
    """What officers do."""

    path = "/api/v1"
    tags = ("Desk",)
    guards = [OFFICER]

    @get("/desk/dossiers", sync_to_thread=True)
    def desk(
        self,
        session: DbSession,
        actor: CurrentActor,
        view: FromQuery[str] = "to_receive",
        after: FromQuery[str | None] = None,
        limit: Limit = 20,
        sought: Annotated[str | None, QueryParameter(name="query", max_length=120)] = None,
    ) -> DossierPage:
        """List a view (to_receive, mine, unit, due_today, overdue, waiting, withdrawal, settled, all).

        `query`: a number or reference or part of it, or a whole name, phone or personal id.
        """
        page = inbox.desk(
            session, actor, view=view, day_end=day_end(), after=after, limit=limit, query=sought
        )
        return DossierPage(page.items, page.next)

    @post("/dossiers/{dossier_id:uuid}/reception", status_code=200, sync_to_thread=True)
    def receive(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ActIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Accept as full and correct: gives the official number and the due date."""
        return act_out(processing.receive(session, actor, dossier_id, seq=data.seq, key=key))

    @post("/dossiers/{dossier_id:uuid}/refusal", status_code=200, sync_to_thread=True)
    def refuse(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[RefusalIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Refuse at reception with a reason (form 03)."""
        code, seq = data.reason_code, data.seq
        return act_out(
            processing.refuse(
                session, actor, dossier_id, reason=data.reason, reason_code=code, seq=seq, key=key
            )
        )

    @post("/dossiers/{dossier_id:uuid}/claim", status_code=200, sync_to_thread=True)
    def claim(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ActIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Take the dossier in hand."""
        return act_out(processing.claim(session, actor, dossier_id, seq=data.seq, key=key))

    @post("/dossiers/{dossier_id:uuid}/release", status_code=200, sync_to_thread=True)
    def release(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ActIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Give the dossier back to the unit's queue."""
        return act_out(processing.release(session, actor, dossier_id, seq=data.seq, key=key))

    @post("/dossiers/{dossier_id:uuid}/approval", status_code=200, sync_to_thread=True)
    def approve(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ApprovalIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Approve; the result is the named file, or written by the portal from the answers."""
        return act_out(
            decision.approve(
                session,
                actor,
                dossier_id,
                ground=data.ground,
                result_attachment_id=data.result_attachment_id,
                seq=data.seq,
                key=key,
            )
        )

    @post("/dossiers/{dossier_id:uuid}/rejection", status_code=200, sync_to_thread=True)
    def reject(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[RejectionIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Reject after appraisal, with a ground (form 03)."""
        code, seq = data.reason_code, data.seq
        return act_out(
            decision.reject(
                session, actor, dossier_id, ground=data.ground, reason_code=code, seq=seq, key=key
            )
        )

    @post("/dossiers/{dossier_id:uuid}/delivery", status_code=200, sync_to_thread=True)
    def deliver(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[DeliveryIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Return the result; at the counter, to whom."""
        return act_out(
            decision.deliver(
                session,
                actor,
                dossier_id,
                receiver=data.receiver.told() if data.receiver else None,
                signature_attachment_id=data.signature_attachment_id,
                seq=data.seq,
                key=key,
            )
        )


class TrackingController(Controller):
    """Public tracking: stage and progress, for a number and a second factor."""

    path = "/api/v1/tracking"
    tags = ("Dossiers",)

    @post(status_code=200, sync_to_thread=True)
    def track(self, session: DbSession, address: ClientAddress, data: JSONBody[TrackingIn]) -> TrackedOut:
        """Look a dossier up. One answer for every failure; limited per address and per number."""
        throttle.tracking(address, data.number)
        found = tracking.tracking(session, number=data.number, factor=data.factor)
        return TrackedOut(
            reference=found.reference,
            number=found.number,
            agency_name=found.agency_name,
            status=status_out(found.status),
            submitted_at=found.submitted_at,
            due_at=found.due_at,
        )


route_handlers: list[Any] = [DossierController, DeskController, TrackingController]
