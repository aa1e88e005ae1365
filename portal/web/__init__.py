"""Server-rendered pages: they call the same services as the API."""

from typing import Any

from portal.web import account, catalogue, citizen, demo, figures, filing, papers, public, submitting

route_handlers: list[Any] = [
    *public.route_handlers,
    *catalogue.route_handlers,
    *account.route_handlers,
    *filing.route_handlers,
    *papers.route_handlers,
    *submitting.route_handlers,
    *citizen.route_handlers,
    *demo.route_handlers,
    *figures.route_handlers,
]
