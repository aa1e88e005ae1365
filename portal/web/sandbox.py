"""The sandbox gateway's own pages, where demo payers let money come, fail, or go wrong. Demo only."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter

from dossiers import gateways, sandbox
from portal.core import runtime
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.http import DbSession
from portal.core.work import unit_of_work
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, page, see_other

Coded = Annotated[str, QueryParameter(max_length=4000, required=False)]


@get("/thanh-toan-thu", sync_to_thread=True, include_in_schema=False)
def order_page(request: AnyRequest, session: DbSession, don: Coded = "", ky: Coded = "") -> Response[Any]:
    """An order: what is to be paid, and what may happen to it.

    Raises:
        NoOrder: the portal did not sign it, or this is no demo.
    """
    order = sandbox.read_order(don, ky)
    return _shown(request, order, sandbox.opened(session, order), don, ky)


def _shown(
    request: AnyRequest, order: Any, kept: Any, don: str, ky: str, problem: str = "", status: int = 200
) -> Response[Any]:
    return page(
        request,
        "public/sandbox.html",
        status_code=status,
        order=order,
        kept=kept,
        don=don,
        ky=ky,
        problem=problem,
        open=kept.state == sandbox.OPEN and now() <= kept.expires_at,
    )


@post("/thanh-toan-thu", sync_to_thread=True, include_in_schema=False, dependencies=WITH_FORM)
def happen(request: AnyRequest, form: PostedForm) -> Response[Any]:
    """Let it happen, tell the portal, and send the payer back.

    The gateway commits in its own books first: its word is on its way whatever becomes of this answer.

    Raises:
        NoOrder: the portal did not sign it, or this is no demo.
    """
    don, ky = form.get("don")[:4000], form.get("ky")[:200]
    order = sandbox.read_order(don, ky)
    try:
        with unit_of_work() as own:
            ref = sandbox.happen(own, order, form.get("way")).ref
    except sandbox.OrderEnded as error:
        with unit_of_work() as own:
            kept = sandbox.opened(own, order)
        return _shown(request, order, kept, don, ky, error.detail, error.status)
    sandbox.tell(ref)
    return see_other(order.return_url)


@get("/api/v1/sandbox-gateway/{payment_id:uuid}", sync_to_thread=True, tags=["Money"])
def known(
    request: Request[Any, Any, Any], session: DbSession, payment_id: FromPath[UUID]
) -> list[dict[str, Any]]:
    """List what the sandbox gateway knows of a payment, for who shares its secret. Demo only."""
    sandbox.demand_open()
    secret = runtime.settings.payment_secret.get_secret_value()
    if not gateways.proven(secret, request.url.path.encode(), request.headers, at=now()):
        raise gateways.NotTheirs
    try:
        return sandbox.movements(session, str(payment_id))
    except DomainError as error:
        raise gateways.NotTheirs from error


route_handlers: list[Any] = [order_page, happen, known]
