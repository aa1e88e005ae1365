"""Server-rendered pages: they call the same services as the API."""

from typing import Any

from litestar import Router

from portal.web import (
    account,
    admin,
    beside,
    browse,
    bulk,
    catalogue,
    changes,
    citizen,
    counter,
    demo,
    designer,
    designer_preview,
    desk_beside,
    desk_supplement,
    figures,
    filing,
    hands,
    imports,
    money_acts,
    officer,
    officer_acts,
    officer_decisions,
    papers,
    paying,
    procedure,
    public,
    register,
    sandbox,
    setup,
    sought,
    submitting,
    supplementing,
)

# One router for all: Litestar 2.25 wraps a handler twice when a second one of the same path comes later
# on the application itself, and its answer is then a coroutine nobody awaits.
_pages: list[Any] = [
    *public.route_handlers,
    *catalogue.route_handlers,
    *browse.route_handlers,
    *procedure.route_handlers,
    *changes.route_handlers,
    *account.route_handlers,
    *setup.route_handlers,
    *filing.route_handlers,
    *papers.route_handlers,
    *submitting.route_handlers,
    *citizen.route_handlers,
    *supplementing.route_handlers,
    *beside.route_handlers,
    *demo.route_handlers,
    *figures.route_handlers,
    *officer.route_handlers,
    *bulk.route_handlers,
    *hands.route_handlers,
    *counter.route_handlers,
    *register.route_handlers,
    *sought.route_handlers,
    *officer_acts.route_handlers,
    *officer_decisions.route_handlers,
    *desk_supplement.route_handlers,
    *desk_beside.route_handlers,
    *money_acts.route_handlers,
    *paying.route_handlers,
    *sandbox.route_handlers,
    *admin.route_handlers,
    *designer.route_handlers,
    *designer_preview.route_handlers,
    *imports.route_handlers,
]

route_handlers: list[Any] = [Router("/", route_handlers=_pages)]
