"""Faults planted on purpose: the proofs above must see each of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlmodel import Session

from auth.actor import Actor
from dossiers import access
from portal.core import runtime
from portal.core.settings import Settings
from tests import canaries, factories
from tests.authorisation.building import build
from tests.authorisation.expectation import FILE, Expectation
from tests.authorisation.test_matrix import routes_of, wrong
from tests.authorisation.world import World
from tests.conftest import Switch
from tests.contract.test_routes import handlers

READING = "GET /api/v1/dossiers/{dossier_id:uuid}"


def only(*routes: str) -> Expectation:
    """The expectation of a few routes."""
    expected = Expectation()
    expected.routes = {route: expected.routes[route] for route in routes}
    return expected


@pytest.fixture
def unguarded_world(
    services: Any, engine: sa.Engine, application: tuple[Any, Switch, Settings, Any]
) -> Iterator[World]:
    """The same world asked by a superuser, whom row-level security does not hold."""
    app, switch, settings, storage = application
    url = services.postgres.url("postgres", services.secrets.database_admin, str(engine.url.database))
    above = sa.create_engine(url)
    connection = above.connect()
    outer = connection.begin()

    def make() -> Session:
        return Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    before, switch.make = getattr(switch, "make", None), make
    runtime.install(settings, make, storage)  # type: ignore[arg-type]
    with TestClient(app, base_url="https://testserver.local", raise_server_exceptions=False) as client:
        client.follow_redirects = False
        yield build(connection, make, client, settings)
    if before is not None:
        switch.make = before
    outer.rollback()
    connection.close()
    above.dispose()


def test_both_nets_gone_is_seen(
    unguarded_world: World, monkeypatch: pytest.MonkeyPatch, rebuilt: Callable[[], None]
) -> None:
    assert wrong(unguarded_world, ("processing",), only(READING))[1] == []
    monkeypatch.setattr(access, "visible_to", sa.true)
    rebuilt()

    _, found = wrong(unguarded_world, ("processing",), only(READING))
    canaries.LEAKS.clear()

    assert {line.split("| ")[2].split(":")[0] for line in found} >= {"stranger", "elsewhere", "admin"}


def test_a_route_that_lost_its_guard_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = next(one for path, one in handlers(world.client.app) if path == "/api/v1/desk/dossiers")
    monkeypatch.setattr(handler, "_resolved_guards", [], raising=False)
    monkeypatch.setattr(handler, "authorize_connection", _let_in, raising=False)

    _, found = wrong(world, ("processing",), only("GET /api/v1/desk/dossiers"))

    assert any("anonymous" in line for line in found)


async def _let_in(*_: Any, **__: Any) -> None:
    return None


def test_roles_read_from_the_session_instead_of_now_are_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Actor, "has", lambda _self, *_roles: True)

    _, found = wrong(world, ("processing",), only("GET /can-bo", "GET /quan-tri/thu-tuc"))

    assert {line.split("| ")[2].split(":")[0] for line in found} >= {"removed", "stranger"}


def test_a_new_route_and_a_vanished_one_are_seen(world: World) -> None:
    lines = FILE.read_text("utf-8").replace('"GET /thong-ke"', '"GET /thong-ke-cu"')

    differ = routes_of(world.client.app) ^ set(Expectation(lines).routes)

    assert differ == {"GET /thong-ke", "GET /thong-ke-cu"}


@pytest.mark.parametrize(
    "answer", [b'{"email":"canary.b@example.vn"}', b"x-name: 001190999888", b"/ho-so?e=canary.b@example.vn"]
)
def test_a_leak_of_another_person_is_seen(session: Session, answer: bytes) -> None:
    reader = factories.citizen(session)
    factories.account(session, email="canary.b@example.vn", personal_id="001190999888")

    canaries.judge(reader, "/planted", answer, b"", lambda: session)
    seen, canaries.LEAKS[:] = list(canaries.LEAKS), []

    assert len(seen) == 1
    canaries.judge(reader, "/planted", answer, answer, lambda: session)  # typed by the reader
    assert canaries.LEAKS == []


def test_the_scan_reads_answers_of_the_application(world: World) -> None:
    """The applicant's e-mail stands on the applicant's own page: told to another, it would be seen."""
    page = world.ask("owner", "GET", "/tai-khoan", "draft")
    stranger = world.actors["stranger"]

    assert "owner@example.vn" in page.text
    assert canaries.foreign(stranger, page.content, b"") == {world.actors["owner"].id}
    assert canaries.foreign(world.actors["owner"], page.content, b"") == set()
