"""The auth storey alone behind its own middleware, with three small pages; no store, no other storey."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.testing import TestClient

from auth.actor import Role
from auth.controllers import AuthController
from auth.http import (
    AuthenticationMiddleware,
    CsrfMiddleware,
    CurrentActor,
    SignInFirst,
    provide_actor,
    provide_address,
    requires,
    to_sign_in,
)
from portal.core.db import Sessions, connections_of
from portal.core.http import OneErrand, session_provider
from portal.core.problems import describe
from portal.core.settings import Settings

Door = Callable[..., TestClient[Any]]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/trang", guards=[requires()], sync_to_thread=False)
def page(actor: CurrentActor) -> dict[str, str | None]:
    return {"name": actor.name, "csrf": actor.csrf}


@post("/trang", guards=[requires()], sync_to_thread=False, status_code=200)
def act(data: Form) -> dict[str, str]:
    return {key: value for key, value in data.items() if key != "csrf"}


@post("/mo", sync_to_thread=False, status_code=200)
def open_form(data: Form) -> dict[str, str]:
    return data


@get("/can-bo", guards=[requires(Role.OFFICER)], sync_to_thread=False)
def desk(actor: CurrentActor) -> list[str]:
    return sorted(map(str, actor.agency_ids))


@get("/ai", sync_to_thread=False)
def who(actor: CurrentActor, request: Request[Any, Any, Any]) -> dict[str, Any]:
    return {"signed_in": actor.signed_in, "address": provide_address(request)}


def answer_problem(_: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    problem = describe(error)
    return Response(
        problem.document(),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=problem.headers,
    )


def storey(settings: Settings, sessions: Sessions) -> Litestar:
    """The application of these tests."""
    return Litestar(
        route_handlers=[AuthController, page, act, open_form, desk, who],
        dependencies={
            "session": Provide(session_provider(sessions), sync_to_thread=False),
            "actor": Provide(provide_actor, sync_to_thread=False),
            "address": Provide(provide_address, sync_to_thread=False),
            "settings": Provide(lambda: settings, sync_to_thread=False),
        },
        middleware=[AuthenticationMiddleware(connections_of(sessions), settings), CsrfMiddleware(settings)],
        exception_handlers={Exception: answer_problem, SignInFirst: to_sign_in},
        plugins=[OneErrand()],
        openapi_config=None,
    )


@pytest.fixture
def doors(sessions: Sessions, settings: Settings) -> Iterator[Door]:
    """Opens browsers on the storey, each with its own cookies: `doors()`, `doors(session_idle_minutes=5)`."""
    opened: list[TestClient[Any]] = []

    def open_door(**changes: Any) -> TestClient[Any]:
        app = storey(settings.model_copy(update=changes), sessions)
        client = TestClient(app, base_url="https://testserver.local", raise_server_exceptions=False)
        client.follow_redirects = False
        opened.append(client.__enter__())
        return client

    yield open_door
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def door(doors: Door) -> TestClient[Any]:
    """One browser on the storey."""
    return doors()
