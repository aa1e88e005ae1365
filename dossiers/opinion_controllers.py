"""HTTP for the opinions of other agencies."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody

from auth.access_log import note_reading
from auth.http import CurrentActor
from dossiers import opinion_queries, opinions, queries
from dossiers.controllers import OFFICER, act_out
from dossiers.opinion_queries import OpinionView
from dossiers.opinion_schemas import OpinionIn, QuestionBackIn, QuestionIn
from dossiers.schemas import ActOut
from portal.core.http import DbSession, IdempotencyKey


class AskableOut(msgspec.Struct, frozen=True):
    """An agency that can be asked."""

    id: UUID
    name: str


class OpinionController(Controller):
    """Of one dossier: who settles it asks, who is asked answers."""

    path = "/api/v1/dossiers/{dossier_id:uuid}/opinions"
    tags = ("Desk",)
    guards = [OFFICER]

    @get(sync_to_thread=True)
    def index(self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]) -> list[OpinionView]:
        """List the questions and answers, newest first; an agency that is asked sees its own only."""
        found = opinion_queries.of_dossier(session, actor, dossier_id)
        note_reading(session, actor, dossier_id, "opinions")
        return found

    @get("/agencies", sync_to_thread=True)
    def agencies(
        self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]
    ) -> list[AskableOut]:
        """List the agencies that can be asked about the dossier, by name."""
        dossier = queries.get(session, actor, dossier_id)
        found = opinion_queries.askable(session, dossier.competent_agency_id)
        return [AskableOut(*one) for one in found]

    @post(status_code=200, sync_to_thread=True)
    def consult(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[QuestionIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Ask an agency; several may be asked side by side."""
        made = opinions.consult(
            session,
            actor,
            dossier_id,
            agency_id=data.agency_id,
            question=data.question,
            working_days=data.working_days,
            due_on=data.due_on,
            seq=data.seq,
            key=key,
        )
        return act_out(made)

    @post("/{opinion_id:uuid}/opinion", status_code=200, sync_to_thread=True)
    def opine(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        opinion_id: FromPath[UUID],
        data: JSONBody[OpinionIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Answer the question put to one's agency."""
        made = opinions.opine(
            session,
            actor,
            dossier_id,
            opinion_id,
            ballot=data.ballot,
            text=data.text,
            attachment_id=data.attachment_id,
            seq=data.seq,
            key=key,
        )
        return act_out(made)

    @post("/{opinion_id:uuid}/question-revocation", status_code=200, sync_to_thread=True)
    def revoke(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        opinion_id: FromPath[UUID],
        data: JSONBody[QuestionBackIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Take an open question back, with the reason."""
        made = opinions.revoke(
            session, actor, dossier_id, opinion_id, reason=data.reason, seq=data.seq, key=key
        )
        return act_out(made)


route_handlers: list[Any] = [OpinionController]
