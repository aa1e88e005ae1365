"""HTTP for what stands beside a dossier's course: messages, touches, its return, ratings, complaints."""

from typing import Any
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from auth.access_log import note_reading
from auth.http import CurrentActor
from dossiers import complaints, counter, messages, notes, parties, ratings, returning, touches
from dossiers.beside_schemas import (
    ComplaintIn,
    CounterIn,
    MessageIn,
    NoteIn,
    ParcelIn,
    PartyIn,
    RatingIn,
    ReadIn,
    ReopeningIn,
    ReturnIn,
    TouchIn,
)
from dossiers.controllers import CITIZEN, OFFICER, Limit, act_out
from dossiers.return_models import ComplaintState
from dossiers.schemas import ActOut
from portal.core.http import DbSession, IdempotencyKey


class BesideController(Controller):
    """Of one dossier: the applicant and the desk."""

    path = "/api/v1/dossiers"
    tags = ("Dossiers",)
    guards = [CITIZEN]

    @put("/{dossier_id:uuid}/party", status_code=200, sync_to_thread=True)
    def declare(
        self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], data: JSONBody[PartyIn]
    ) -> ActOut:
        """Say for whom a draft is filed, or who helps; filing by authorisation asks for its paper."""
        return act_out(
            parties.declare(session, actor, dossier_id, filed_as=data.filed_as, party=data.party())
        )

    @get("/{dossier_id:uuid}/messages", sync_to_thread=True)
    def messages(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        before: FromQuery[int | None] = None,
        limit: Limit = 50,
    ) -> messages.MessagePage:
        """List the messages, newest first; reading them does not mark them as read."""
        page = messages.page(session, actor, dossier_id, before=before, limit=limit)
        if actor.agency_ids:
            note_reading(session, actor, dossier_id, "messages")
        return page

    @post("/{dossier_id:uuid}/messages", status_code=200, sync_to_thread=True)
    def send(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[MessageIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Write to the other side."""
        made = messages.send(
            session,
            actor,
            dossier_id,
            text=data.text,
            attachment_ids=data.attachment_ids,
            seq=data.seq,
            key=key,
        )
        return act_out(made)

    @post("/{dossier_id:uuid}/messages/reading", status_code=204, sync_to_thread=True)
    def read(
        self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], data: JSONBody[ReadIn]
    ) -> None:
        """Mark messages as read by one's side."""
        messages.mark_read(session, actor, dossier_id, seq=data.seq)

    @get("/{dossier_id:uuid}/return-way", sync_to_thread=True)
    def where(self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]) -> returning.Way:
        """Show how the result goes, and how far it has come."""
        return returning.way_of(session, actor, dossier_id)

    @post("/{dossier_id:uuid}/return-way", status_code=200, sync_to_thread=True)
    def choose(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ReturnIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Choose how and where to the result goes, until it has left."""
        made = returning.choose(
            session,
            actor,
            dossier_id,
            return_way=data.return_way,
            address=data.address,
            seq=data.seq,
            key=key,
        )
        return act_out(made)

    @post("/{dossier_id:uuid}/rating", status_code=200, sync_to_thread=True)
    def rate(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[RatingIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Rate the handling of a finished dossier, once; the desk sees only sums."""
        made = ratings.rate(
            session,
            actor,
            dossier_id,
            score=data.score,
            reasons=data.reasons,
            comment=data.comment,
            seq=data.seq,
            key=key,
        )
        return act_out(made)

    @get("/{dossier_id:uuid}/complaints", sync_to_thread=True)
    def complaints(
        self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]
    ) -> list[complaints.ComplaintView]:
        """List the complaints on the dossier with their answers, oldest first."""
        found = complaints.of_dossier(session, actor, dossier_id)
        if actor.agency_ids:
            note_reading(session, actor, dossier_id, "complaints")
        return found

    @post("/{dossier_id:uuid}/complaint", status_code=200, sync_to_thread=True)
    def complain(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ComplaintIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Complain; the desk answers within ten working days."""
        return act_out(complaints.complain(session, actor, dossier_id, text=data.text, seq=data.seq, key=key))


class DeskBesideController(Controller):
    """What officers do beside the course."""

    path = "/api/v1"
    tags = ("Desk",)
    guards = [OFFICER]

    @post("/dossiers/counter", sync_to_thread=True)
    def enter(self, session: DbSession, actor: CurrentActor, data: JSONBody[CounterIn]) -> ActOut:
        """Start a dossier for somebody at the counter or a letter; filled and filed as one's own is."""
        made = counter.open_draft(
            session,
            actor,
            submission_id=data.submission_id,
            code=data.procedure,
            agency_id=data.agency_id,
            competent_agency_id=data.competent_agency_id,
            channel=data.channel,
            visitor=data.visitor(),
        )
        return act_out(made)

    @post("/dossiers/{dossier_id:uuid}/touches", status_code=200, sync_to_thread=True)
    def touch(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[TouchIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Note what was done off-line; counts against the observed full process."""
        return act_out(
            touches.touch(session, actor, dossier_id, kind=data.kind, note=data.note, seq=data.seq, key=key)
        )

    @get("/dossiers/{dossier_id:uuid}/notes", sync_to_thread=True)
    def notes(self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]) -> list[notes.Note]:
        """List the internal notes, newest first; only officers of the two agencies read them."""
        found = notes.of_dossier(session, actor, dossier_id)
        note_reading(session, actor, dossier_id, "notes")
        return found

    @post("/dossiers/{dossier_id:uuid}/notes", status_code=200, sync_to_thread=True)
    def note(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[NoteIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Keep a note that never leaves the desks."""
        return act_out(notes.note(session, actor, dossier_id, text=data.text, seq=data.seq, key=key))

    @post("/dossiers/{dossier_id:uuid}/result-sending", status_code=200, sync_to_thread=True)
    def send_result(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ParcelIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Note that the post took the result."""
        made = returning.send_result(
            session,
            actor,
            dossier_id,
            tracking_number=data.tracking_number,
            address=data.address,
            seq=data.seq,
            key=key,
        )
        return act_out(made)

    @post("/dossiers/{dossier_id:uuid}/reopening", status_code=200, sync_to_thread=True)
    def reopen(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ReopeningIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Take a settled dossier up again, with the reason; its decision is undone."""
        return act_out(
            returning.reopen(session, actor, dossier_id, reason=data.reason, seq=data.seq, key=key)
        )

    @post(
        "/dossiers/{dossier_id:uuid}/complaints/{complaint_id:uuid}/answer",
        status_code=200,
        sync_to_thread=True,
    )
    def answer(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        complaint_id: FromPath[UUID],
        data: JSONBody[ComplaintIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Answer a complaint."""
        made = complaints.answer(
            session, actor, dossier_id, complaint_id=complaint_id, text=data.text, seq=data.seq, key=key
        )
        return act_out(made)

    @get("/desk/complaints", sync_to_thread=True)
    def of_desk(
        self,
        session: DbSession,
        actor: CurrentActor,
        status: FromQuery[ComplaintState] = ComplaintState.OPEN,
        after: FromQuery[str | None] = None,
        limit: Limit = 20,
    ) -> complaints.ComplaintPage:
        """List complaints of the officer's agencies, soonest due first."""
        return complaints.desk(session, actor, state=status, after=after, limit=limit)

    @get("/desk/ratings", sync_to_thread=True)
    def ratings(self, session: DbSession, actor: CurrentActor) -> ratings.Ratings:
        """Show what applicants said of the officer's agencies; nothing but the count below five ratings."""
        return ratings.of_agencies(session, actor)


class ResultController(Controller):
    """A citizen's own store of results."""

    path = "/api/v1/results"
    tags = ("Dossiers",)
    guards = [CITIZEN]

    @get(sync_to_thread=True)
    def index(
        self,
        session: DbSession,
        actor: CurrentActor,
        after: FromQuery[str | None] = None,
        limit: Limit = 20,
    ) -> returning.ResultPage:
        """List the results of one's dossiers, newest first."""
        return returning.results(session, actor, after=after, limit=limit)


route_handlers: list[Any] = [BesideController, DeskBesideController, ResultController]
