"""HTTP for passing dossiers on inside the agency, and for who stands in for whom. Parse, one call, shape."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from auth import queries as people
from auth.http import CurrentActor
from auth.queries import Colleague
from dossiers import handover, queries, standing_in, step_acts, steps
from dossiers.controllers import CITIZEN, OFFICER, act_out
from dossiers.schemas import ActIn, ActOut, Words
from dossiers.standing_in import Standing
from portal.core.errors import Forbidden
from portal.core.http import DbSession, IdempotencyKey

Zoned = Annotated[datetime, Meta(tz=True)]  # an instant says its zone


class HandOverIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom the dossier is offered, and a word to them."""

    to_id: UUID
    note: Words = ""


class DeclineIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Words = ""


class ReassignIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    to_id: UUID
    reason: Words


class ColleaguesOut(Struct, frozen=True):
    items: list[Colleague]


class DelegationIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`to_id` stands in for `from_id` in the agency from one instant until another."""

    agency_id: UUID
    from_id: UUID
    to_id: UUID
    since: Zoned
    until: Zoned
    reason: Annotated[str, Meta(max_length=500)] = ""


class DelegationOut(Struct, frozen=True):
    id: UUID


class DelegationsOut(Struct, frozen=True):
    items: list[Standing]


class StepDoneIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    note: Words = ""


class StepBackIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The position of the earlier step, and why."""

    to: Annotated[int, Meta(ge=1, le=30)]
    reason: Words


class StepOut(Struct, frozen=True, kw_only=True):
    """A step of the plan; `state` is waiting, open, done or left_out, `hours` are working hours."""

    position: int
    name: str
    unit: str
    role: str
    hours: int
    state: str
    opened_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None


class PlanOut(Struct, frozen=True):
    items: list[StepOut]


class PlanController(Controller):
    """The plan of a dossier, for whoever may see it."""

    path = "/api/v1/dossiers/{dossier_id:uuid}/plan"
    tags = ("Dossiers",)
    guards = [CITIZEN]

    @get("", sync_to_thread=True)
    def plan(self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]) -> PlanOut:
        """Tell the steps inside the agency: which is open, since when, until when."""
        dossier = queries.get(session, actor, dossier_id)
        return PlanOut(
            [
                StepOut(
                    position=one.position,
                    name=one.name,
                    unit=one.unit,
                    role=one.role,
                    hours=one.hours,
                    state=one.state.value,
                    opened_at=one.opened_at,
                    due_at=one.due_at,
                    done_at=one.done_at,
                )
                for one in steps.of(session, dossier.id)
            ]
        )


class HandController(Controller):
    """From hand to hand inside the agency."""

    path = "/api/v1/dossiers/{dossier_id:uuid}"
    tags = ("Desk",)
    guards = [OFFICER]

    @post("/handover", status_code=200, sync_to_thread=True)
    def offer(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[HandOverIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Offer the dossier to a colleague; it stays in one's own hand until they take it."""
        return act_out(
            handover.hand_over(
                session, actor, dossier_id, to_id=data.to_id, note=data.note, seq=data.seq, key=key
            )
        )

    @post("/handover-acceptance", status_code=200, sync_to_thread=True)
    def take(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ActIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Take what a colleague offers."""
        return act_out(handover.take(session, actor, dossier_id, seq=data.seq, key=key))

    @post("/handover-refusal", status_code=200, sync_to_thread=True)
    def decline(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[DeclineIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Not take what is offered, or take one's own offer back."""
        return act_out(
            handover.decline(session, actor, dossier_id, reason=data.reason, seq=data.seq, key=key)
        )

    @post("/step-completion", status_code=200, sync_to_thread=True)
    def complete_step(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[StepDoneIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Say that the open step is done: the next one of the work opens."""
        return act_out(step_acts.complete(session, actor, dossier_id, note=data.note, seq=data.seq, key=key))

    @post("/step-return", status_code=200, sync_to_thread=True)
    def return_step(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[StepBackIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Send the dossier back to an earlier step of the work, with the reason."""
        return act_out(
            step_acts.send_back(
                session, actor, dossier_id, to=data.to, reason=data.reason, seq=data.seq, key=key
            )
        )

    @post("/reassignment", status_code=200, sync_to_thread=True)
    def reassign(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ReassignIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """As head of the agency, give the dossier to one of its officers."""
        return act_out(
            handover.reassign(
                session, actor, dossier_id, to_id=data.to_id, reason=data.reason, seq=data.seq, key=key
            )
        )


class StandInController(Controller):
    """Who serves, and who stands in for whom."""

    path = "/api/v1/desk"
    tags = ("Desk",)
    guards = [OFFICER]

    @get("/colleagues", sync_to_thread=True)
    def colleagues(
        self, session: DbSession, actor: CurrentActor, agency_id: FromQuery[UUID]
    ) -> ColleaguesOut:
        """List who serves an agency that one serves oneself."""
        if agency_id not in actor.agency_ids:
            raise Forbidden("Chỉ cán bộ của cơ quan mới xem được danh sách cán bộ.")
        return ColleaguesOut(people.serving(session, agency_id))

    @get("/delegations", sync_to_thread=True)
    def delegations(self, session: DbSession, actor: CurrentActor) -> DelegationsOut:
        """List who stands in for whom, now or soon, in the agencies one serves."""
        return DelegationsOut(standing_in.of_agencies(session, actor))

    @post("/delegations", status_code=201, sync_to_thread=True)
    def delegate(
        self, session: DbSession, actor: CurrentActor, data: JSONBody[DelegationIn]
    ) -> DelegationOut:
        """Name who stands in for oneself, or as head for somebody of the agency."""
        made = standing_in.delegate(
            session,
            actor,
            agency_id=data.agency_id,
            from_id=data.from_id,
            to_id=data.to_id,
            since=data.since,
            until=data.until,
            reason=data.reason,
        )
        return DelegationOut(made.id)

    @post("/delegations/{delegation_id:uuid}/end", status_code=204, sync_to_thread=True)
    def end(self, session: DbSession, actor: CurrentActor, delegation_id: FromPath[UUID]) -> None:
        """End it before its time."""
        standing_in.end(session, actor, delegation_id)


route_handlers: list[Any] = [PlanController, HandController, StandInController]
