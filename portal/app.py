"""The web application: wiring only."""

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.di import Provide
from litestar.exceptions import InternalServerException, NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router

import auth.controllers
import dossiers.attachment_controllers
import dossiers.batch_controllers
import dossiers.beside_controllers
import dossiers.controllers
import dossiers.forwarding_controllers
import dossiers.hand_controllers
import dossiers.money_controllers
import dossiers.opinion_controllers
import dossiers.statistics_controllers
import dossiers.turn_controllers
import portal.web
import services_catalog.controllers
import services_catalog.editing_controllers
import services_catalog.export_controllers
import services_catalog.import_controllers
import services_catalog.keeping_controllers
import services_catalog.units_controllers
from auth.http import (
    AuthenticationMiddleware,
    CsrfMiddleware,
    SignInFirst,
    provide_actor,
    provide_address,
    to_sign_in,
)
from portal.core import crypto, health, roots, runtime
from portal.core.contract import Contract, StrictStructs
from portal.core.db import Sessions, connections_of, make_engine, make_sessions, single_statements
from portal.core.headers import secured
from portal.core.http import OneErrand, session_provider
from portal.core.lines import log_everything
from portal.core.observability import configure_logging, observed
from portal.core.problems import Problem, describe
from portal.core.settings import Settings, from_environment
from portal.core.storage import Storage
from portal.operations import measures
from portal.web.pages import error_page, look
from services_catalog.caching import Ready

STATIC = Path(__file__).parent / "web" / "static"
MAX_BODY = 2 * 1024 * 1024  # files go straight to the store


def create_app(
    settings: Settings, sessions: Sessions | None = None, storage: Storage | None = None
) -> Litestar:
    """Build the web application.

    Args:
        settings: read once, by the caller.
        sessions: makes sessions as motcua_app; tests pass their own.
        storage: the object store; tests pass their own.
    """
    configure_logging(settings.log_level)
    crypto.configure(settings)
    closing: list[Callable[[], Any]] = []
    if sessions is None:
        engine = make_engine(
            settings.database_url.get_secret_value(),
            threads=settings.request_threads,
            statement_timeout_ms=settings.statement_timeout_ms,
        )
        sessions, look_up = make_sessions(engine), single_statements(engine)
        closing.append(engine.dispose)
    else:
        look_up = connections_of(sessions)
    storage = storage or Storage(settings)
    runtime.install(settings, sessions, storage)

    def widen() -> None:
        """Give handlers as many threads as there are connections (the default is cores + 4)."""
        pool = ThreadPoolExecutor(settings.request_threads, thread_name_prefix="request")
        asyncio.get_running_loop().set_default_executor(pool)

    async def start() -> None:
        widen()
        gc.collect()
        gc.freeze()  # what was made at start lives for ever: no collection need look at it again
        gc.set_threshold(20_000, 20, 50)

    app = Litestar(
        route_handlers=[
            *health.route_handlers,
            *measures.route_handlers,
            *roots.route_handlers,
            *auth.controllers.route_handlers,
            *services_catalog.controllers.route_handlers,
            *services_catalog.editing_controllers.route_handlers,
            *services_catalog.keeping_controllers.route_handlers,
            *services_catalog.export_controllers.route_handlers,
            *services_catalog.import_controllers.route_handlers,
            *services_catalog.units_controllers.route_handlers,
            *dossiers.controllers.route_handlers,
            *dossiers.attachment_controllers.route_handlers,
            *dossiers.turn_controllers.route_handlers,
            *dossiers.money_controllers.route_handlers,
            *dossiers.beside_controllers.route_handlers,
            *dossiers.batch_controllers.route_handlers,
            *dossiers.hand_controllers.route_handlers,
            *dossiers.opinion_controllers.route_handlers,
            *dossiers.forwarding_controllers.route_handlers,
            *dossiers.statistics_controllers.route_handlers,
            *portal.web.route_handlers,
            create_static_files_router(
                path="/tinh",
                directories=[STATIC],
                name="static",
                include_in_schema=False,
                cache_control=None,
                after_request=long_lived,
                exception_handlers={ValueError: no_such_file, InternalServerException: no_such_file},
            ),
        ],
        dependencies={
            "session": Provide(session_provider(sessions), sync_to_thread=False),
            "actor": Provide(provide_actor, sync_to_thread=False),
            "address": Provide(provide_address, sync_to_thread=False),
            "settings": Provide(lambda: settings, sync_to_thread=False),
            "storage": Provide(lambda: storage, sync_to_thread=False),
        },
        middleware=[AuthenticationMiddleware(look_up, settings), CsrfMiddleware(settings)],
        exception_handlers={Exception: answer_problem, SignInFirst: to_sign_in},
        on_startup=[start],
        on_shutdown=closing,
        request_max_body_size=MAX_BODY,
        openapi_config=openapi(),
        plugins=[StrictStructs(), OneErrand()],
        debug=False,
    )
    app.state.ready = Ready(app.asgi_handler, look(settings))
    app.asgi_handler = observed(secured(app.state.ready, settings))
    return app


def long_lived(response: Response[Any]) -> Response[Any]:
    """Static files carry their version in the address (`?v=`), so browsers may keep them."""
    response.headers["cache-control"] = "public, max-age=31536000, immutable"
    return response


def no_such_file(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    """A name that no file can have (too long, a NUL in it) is a file that is not there."""
    return answer_problem(request, NotFoundException())


def unknown_to_schema(response: Response[Any]) -> Response[Any]:
    """The framework's English page for unknown addresses under /schema, as a problem document."""
    if response.status_code != 404:
        return response
    problem = describe(NotFoundException())
    return Response(problem.document(), status_code=404, media_type="application/problem+json")


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a person, not a program, waits for this answer."""
    path = request.url.path
    if path.startswith(("/api/", "/schema", "/health", "/metrics")):
        return False
    accept = request.headers.get("accept", "")
    return "text/html" in accept or "json" not in accept


def answer_problem(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer any failure: a page to a person, a problem document to a program."""
    problem: Problem = describe(error)
    if wants_page(request):
        return error_page(request, problem)
    return Response(
        problem.document(),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=problem.headers,
    )


def openapi() -> OpenAPIConfig:
    """The document at /schema/openapi.json; the page at /docs is our own."""
    return OpenAPIConfig(
        title="Motcua",
        version="1",
        description=(
            "API of the public-service portal. Errors are RFC 9457 problem documents with Vietnamese text; "
            "lists are `{items, next}` by keyset; POSTs that create or act take an `Idempotency-Key`."
        ),
        openapi_router=Router(
            "/schema", route_handlers=[], include_in_schema=False, after_request=unknown_to_schema
        ),
        render_plugins=[Contract()],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
                "session": SecurityScheme(type="apiKey", security_scheme_in="cookie", name="__Host-motcua"),
            }
        ),
    )


def create() -> Litestar:
    """Build the application from the environment (`uvicorn --factory portal.app:create`)."""
    settings = from_environment()
    log_everything(settings.log_level)
    return create_app(settings)
