"""HTTP for dossiers that one agency takes in and another settles."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from auth.http import CurrentActor
from dossiers import forwarding
from dossiers.controllers import OFFICER, act_out
from dossiers.schemas import ActIn, ActOut
from portal.core.http import DbSession, IdempotencyKey


class ForwardIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`note` is printed on the hand-over slip."""

    note: Annotated[str, Meta(max_length=forwarding.MAX_NOTE)] = ""


class ForwardingController(Controller):
    """Sent on by the receiving agency, taken over by the competent one."""

    path = "/api/v1/dossiers/{dossier_id:uuid}"
    tags = ("Desk",)
    guards = [OFFICER]

    @post("/forwarding", status_code=200, sync_to_thread=True)
    def forward(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ForwardIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Send the dossier on to the agency that settles it."""
        return act_out(forwarding.forward(session, actor, dossier_id, note=data.note, seq=data.seq, key=key))

    @post("/taking-over", status_code=200, sync_to_thread=True)
    def take_over(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ActIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Take over a dossier that was sent on; the clock starts."""
        return act_out(forwarding.take_over(session, actor, dossier_id, seq=data.seq, key=key))


route_handlers: list[Any] = [ForwardingController]
