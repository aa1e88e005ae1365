"""HTTP for the applicant's turn: supplement, withdrawal, stop, apology. Parse, one call, shape."""

from typing import Any
from uuid import UUID

from litestar import Controller, get, patch, post
from litestar.params import FromPath, JSONBody

from auth.http import CurrentActor
from dossiers import ends, extensions, open_request, queries, reasons, supplements, supplying
from dossiers.controllers import CITIZEN, OFFICER, act_out
from dossiers.schemas import ActOut, FieldProblem
from dossiers.supplement_models import ItemKind, SupplementState
from dossiers.supplement_queries import Asked, of
from dossiers.turn_schemas import (
    DraftIn,
    DraftOut,
    ExtensionIn,
    ItemOut,
    MaybeReasonIn,
    ReasonIn,
    ResponseIn,
    StopIn,
    SupplementIn,
    SupplementOut,
)
from dossiers.workflow import Status
from portal.core.clock import now
from portal.core.http import DbSession, IdempotencyKey
from services_catalog.content import RevisionContent


def request_out(
    asked: Asked, content: RevisionContent, opened: open_request.OpenRequest | None
) -> SupplementOut:
    """One request as the API shows it; `opened` for the one that waits for its answer."""
    labels = {
        ItemKind.FIELD: {field.key: field.label for section in content.form for field in section.fields},
        ItemKind.PAPER: {paper.key: paper.name for paper in content.requirements},
    }
    return SupplementOut(
        id=asked.id,
        number=asked.number,
        stage=asked.stage.value,
        state=asked.state.value,
        ground=asked.ground,
        ground_words=asked.ground_words,
        note=asked.note,
        asked_at=asked.asked_at,
        due_at=asked.due_at,
        ended_at=asked.ended_at,
        items=[
            ItemOut(
                kind=item.kind.value,
                key=item.key,
                label=labels[item.kind].get(item.key, item.key),
                reason=item.reason,
                reason_words=reasons.SUPPLEMENT[item.reason].words,
                why=item.why,
                again=item.again,
            )
            for item in asked.items
        ],
        open_fields=sorted(opened.fields(opened.typed)) if opened else [],
        open_papers=sorted(opened.papers()) if opened else [],
        draft=asked.draft if opened else {},
        draft_seq=asked.draft_seq,
    )


class TurnController(Controller):
    """The applicant's turn: what is asked, and what they ask."""

    path = "/api/v1/dossiers/{dossier_id:uuid}"
    tags = ("Dossiers",)
    guards = [CITIZEN]

    @get("/supplements", sync_to_thread=True)
    def index(
        self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]
    ) -> list[SupplementOut]:
        """List the requests to supplement, oldest first; the open one says what may be answered."""
        dossier = queries.get(session, actor, dossier_id)
        content = queries.content_of(session, dossier)
        asked = of(session, dossier.id, dossier.subject_id)
        waiting = dossier.status is Status.SUPPLEMENT
        return [
            request_out(
                one,
                content,
                open_request.beside(session, dossier, one)
                if waiting and one.state is SupplementState.OPEN
                else None,
            )
            for one in asked
        ]

    @patch("/supplement-draft", sync_to_thread=True)
    def save(
        self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], data: JSONBody[DraftIn]
    ) -> DraftOut:
        """Keep what is typed for the open request; the dossier itself does not change yet."""
        row, hints = supplying.save_draft(session, actor, dossier_id, seq=data.seq, answers=data.answers)
        return DraftOut(
            id=row.id,
            seq=row.draft_seq,
            saved_at=now(),
            problems=[FieldProblem(hint.field, hint.message) for hint in hints],
        )

    @post("/supplement-response", status_code=200, sync_to_thread=True)
    def respond(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ResponseIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Send the supplement, once everything that was asked is there."""
        return act_out(
            supplying.respond(session, actor, dossier_id, answers=data.answers, seq=data.seq, key=key)
        )

    @post("/withdrawal-request", status_code=200, sync_to_thread=True)
    def withdraw(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[MaybeReasonIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Ask for the dossier back, while it is not decided. A reason is welcome, not required."""
        return act_out(
            ends.ask_withdrawal(session, actor, dossier_id, reason=data.reason, seq=data.seq, key=key)
        )

    @post("/keeping", status_code=200, sync_to_thread=True)
    def keep(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[MaybeReasonIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Go on with the dossier: the applicant takes the wish back, or the desk refuses it with a reason."""
        return act_out(ends.keep(session, actor, dossier_id, reason=data.reason, seq=data.seq, key=key))


class TurnDeskController(Controller):
    """What the desk asks of the applicant, and how a dossier ends before a decision."""

    path = "/api/v1/dossiers/{dossier_id:uuid}"
    tags = ("Desk",)
    guards = [OFFICER]

    @post("/supplement-request", status_code=200, sync_to_thread=True)
    def ask(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[SupplementIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Ask for everything that is to be supplied, at once (form 02). The clock pauses."""
        return act_out(
            supplements.ask(
                session,
                actor,
                dossier_id,
                items=[
                    supplements.Item(
                        kind=one.kind, key=one.key, reason=one.reason, why=one.why, again=one.again
                    )
                    for one in data.items
                ],
                note=data.note,
                due_on=data.due_on,
                ground=data.ground,
                ground_words=data.ground_words,
                seq=data.seq,
                key=key,
            )
        )

    @post("/supplement-revocation", status_code=200, sync_to_thread=True)
    def revoke(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ReasonIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Take the open request back, with the reason."""
        return act_out(
            supplements.revoke(session, actor, dossier_id, reason=data.reason, seq=data.seq, key=key)
        )

    @post("/stop", status_code=200, sync_to_thread=True)
    def stop(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[StopIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Stop the dossier (form 05): the withdrawal is granted, or the applicant's time has ended."""
        return act_out(ends.stop(session, actor, dossier_id, note=data.note, seq=data.seq, key=key))

    @post("/extension", status_code=200, sync_to_thread=True)
    def extend(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ExtensionIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Apologise and name a new day (form 04): once, at the latest a day before the due day."""
        return act_out(
            extensions.extend(
                session, actor, dossier_id, until=data.until, reason=data.reason, seq=data.seq, key=key
            )
        )


route_handlers: list[Any] = [TurnController, TurnDeskController]
