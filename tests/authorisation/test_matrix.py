"""Every route × principal × state of a dossier against the reviewed expectation (authz.toml)."""

from typing import Any

import pytest

from tests.authorisation.expectation import Expectation, fits, letter
from tests.authorisation.world import PRINCIPALS, STATES, World
from tests.contract.test_routes import handlers

EXPECTED = Expectation()
ROUTES = sorted(EXPECTED.routes)


def routes_of(app: Any) -> set[str]:
    """ "METHOD /path" of everything the application answers."""
    return {
        f"{method} {path}"
        for path, handler in handlers(app)
        for method in handler.http_methods
        if method != "OPTIONS"
    }


def wrong(world: World, states: tuple[str, ...], expected: Expectation = EXPECTED) -> tuple[int, list[str]]:
    """How many cells were asked, and those that differ."""
    count, found = 0, []
    for route in sorted(expected.routes):
        method, path = route.split(" ", 1)
        asked = states if expected.by_state(route) else ("submitted",)
        for state in asked:
            for principal in PRINCIPALS:
                count += 1
                answer = world.ask(principal, method, path, state)
                wanted = expected.of(route, state, principal)
                if not fits(wanted, answer):
                    found.append(
                        f"{route} | {state} | {principal}: {wanted} expected, "
                        f"{letter(answer)} answered ({answer.status_code})"
                    )
    return count, found


def test_every_route_is_in_the_file_and_no_other(world: World) -> None:
    assert routes_of(world.client.app) ^ set(EXPECTED.routes) == set()


def test_every_cell_is_as_expected(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    count, found = wrong(world, ("draft", "processing"))

    with capsys.disabled():
        print(f"\nauthorisation: {count} cells, {len(found)} wrong")
    assert not found, "\n".join(found)
    assert count > 1_500


@pytest.mark.long
def test_every_cell_of_every_state_is_as_expected(world: World) -> None:
    count, found = wrong(world, STATES)

    print(f"\nauthorisation, all states: {count} cells, {len(found)} wrong")
    assert not found, "\n".join(found)
    assert count > 4_000
