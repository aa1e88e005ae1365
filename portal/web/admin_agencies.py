"""The agencies as the catalogue's keepers see them."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.params import QueryParameter

from portal.core.http import DbSession
from portal.core.paging import BadCursor
from portal.web.pages import AnyRequest, page, see_other
from services_catalog import queries
from services_catalog.controllers import KEEPER

LIST = "/quan-tri/co-quan"
After = Annotated[str, QueryParameter(max_length=4000, required=False)]


@get(LIST, sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def agencies(request: AnyRequest, session: DbSession, after: After = "") -> Response[Any]:
    """Agencies that exist today, with how many services each offers."""
    try:
        items, following = queries.agencies(session, after=after or None, limit=100)
    except BadCursor:
        return see_other(LIST)
    return page(request, "admin/agencies.html", items=items, next=following, first=not after)


route_handlers: list[Any] = [agencies]
