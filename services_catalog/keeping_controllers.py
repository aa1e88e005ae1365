"""HTTP for what lies around procedures: planned stops, and the agencies."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.params import FromPath, JSONBody

from auth.actor import Role
from auth.http import CurrentActor, requires
from portal.core.http import DbSession, IdempotencyKey
from services_catalog import agencies, agency_queries, downtimes, editor_queries, public_queries, queries
from services_catalog.caching import answer
from services_catalog.controllers import After, AgencyCode, AnyRequest, Limit, OfferedFilter
from services_catalog.schemas import (
    AgencyChangeIn,
    AgencyFacts,
    AgencyIn,
    AgencyPage,
    CancellationIn,
    DowntimeIn,
    DowntimeIndex,
    DowntimeOut,
)
from services_catalog.wire import downtime_out

STOPPERS = requires(Role.CATALOGUE_REVIEWER, Role.ADMINISTRATOR)
STEWARDS = requires(Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR)


class DowntimeController(Controller):
    """Planned stops of receiving online (Decree 224/2026/NĐ-CP, art. 13)."""

    path = "/api/v1/downtimes"
    tags = ("Catalogue",)

    @get(sync_to_thread=True)
    def index(self, session: DbSession) -> DowntimeIndex:
        """List planned stops of receiving online that last or lie ahead, the next first."""
        return DowntimeIndex(public_queries.downtimes(session))

    @post(guards=[STOPPERS], sync_to_thread=True)
    def announce(
        self,
        session: DbSession,
        actor: CurrentActor,
        data: JSONBody[DowntimeIn],
        key: IdempotencyKey = None,
    ) -> DowntimeOut:
        """Tell the public of a stop, seven working days ahead unless it is force majeure."""
        made = downtimes.announce(
            session,
            actor,
            code=data.procedure,
            reason=data.reason,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            forced=data.forced,
            key=key,
        )
        return downtime_out(made, data.procedure)

    @post("/{downtime_id:uuid}/cancellation", guards=[STOPPERS], status_code=200, sync_to_thread=True)
    def call_off(
        self,
        session: DbSession,
        actor: CurrentActor,
        downtime_id: FromPath[UUID],
        data: JSONBody[CancellationIn],
    ) -> DowntimeOut:
        """Call off a stop, or end one that is running."""
        found = downtimes.call_off(session, downtime_id, actor, reason=data.reason)
        return downtime_out(found, editor_queries.code_of(session, found.procedure_id))


class AgencyController(Controller):
    """The agencies that publish, receive and settle."""

    path = "/api/v1/agencies"
    tags = ("Catalogue",)

    @get(sync_to_thread=True)
    def index(
        self,
        request: AnyRequest,
        session: DbSession,
        offering: OfferedFilter = None,
        after: After = None,
        limit: Limit = 100,
    ) -> Response[AgencyPage]:
        """List the agencies of today; with `offering`, those that offer that procedure."""
        return answer(
            request,
            session,
            lambda: AgencyPage(*queries.agencies(session, offering=offering, after=after, limit=limit)),
        )

    @get("/{code:str}", sync_to_thread=True)
    def show(self, request: AnyRequest, session: DbSession, code: AgencyCode) -> Response[AgencyFacts]:
        """Show an agency with its days, whether or not it exists today."""
        return answer(request, session, lambda: agency_queries.facts(session, code))

    @post(guards=[STEWARDS], sync_to_thread=True)
    def create(self, session: DbSession, actor: CurrentActor, data: JSONBody[AgencyIn]) -> AgencyFacts:
        """Make an agency. A code is never used twice."""
        agencies.create(session, _given(data.code, data), actor.id)
        return agency_queries.facts(session, data.code)

    @put("/{code:str}", guards=[STEWARDS], sync_to_thread=True)
    def change(
        self, session: DbSession, actor: CurrentActor, code: AgencyCode, data: JSONBody[AgencyChangeIn]
    ) -> AgencyFacts:
        """Change an agency: all that is kept of it is given anew."""
        agencies.change(session, _given(code, data), actor.id, seq=data.seq)
        return agency_queries.facts(session, code)


def _given(code: str, data: AgencyChangeIn) -> agencies.Given:
    said = msgspec.structs.asdict(data)
    return agencies.Given(**{name: said[name] for name in said if name != "seq"} | {"code": code})


route_handlers: list[Any] = [DowntimeController, AgencyController]
