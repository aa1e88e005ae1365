"""Ready bytes: who gets them, when they end, and what is never kept."""

import time
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlmodel import Session

from auth.http import COOKIE
from services_catalog import caching, shelf
from tests import factories

LIST = "/api/v1/procedures"
PAGE = "/thu-tuc"


@pytest.fixture(autouse=True)
def published(session: Session) -> None:
    factories.procedure(session, factories.agency(session).id, code="9.000001")
    session.commit()


def spent(client: TestClient[Any], counting: Any, path: str, **more: Any) -> int:
    """Statements of one request."""
    counted = counting()
    assert client.get(path, **more).status_code == 200
    return len(counted.seen)


@pytest.mark.parametrize("path", [LIST, PAGE])
def test_the_second_reader_costs_no_statement(client, count_statements, path):
    first = client.get(path)

    assert spent(client, count_statements, path) == 0
    assert client.get(path).content == first.content


@pytest.mark.parametrize("path", [LIST, PAGE])
def test_what_this_process_publishes_is_seen_at_once(client, session, path):
    before = client.get(path).text
    factories.procedure(session, factories.agency(session).id, code="9.000002")
    shelf.bump(session)
    session.commit()

    after = client.get(path).text
    assert "9.000002" in after
    assert "9.000002" not in before


def test_what_another_process_publishes_is_seen_within_a_second(client, session, monkeypatch):
    client.get(LIST)
    factories.procedure(session, factories.agency(session).id, code="9.000002")
    shelf.bump(session)
    session.info.clear()  # no word of it in this process
    session.commit()
    later = time.monotonic() + caching.FRESH_SECONDS
    monkeypatch.setattr(caching.time, "monotonic", lambda: later)

    assert "9.000002" in client.get(LIST).text


def test_a_change_that_was_rolled_back_ends_nothing(client, session, count_statements):
    client.get(LIST)
    shelf.bump(session)
    session.rollback()

    assert spent(client, count_statements, LIST) == 0


def test_a_reader_with_a_cookie_gets_a_page_of_their_own(client, count_statements):
    client.get(PAGE)

    assert spent(client, count_statements, PAGE, headers={"Cookie": f"{COOKIE}={'x' * 43}"}) > 0


def test_a_token_is_looked_at_though_the_answer_is_public(client):
    client.get(LIST)

    assert client.get(LIST, headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_the_end_of_ones_cookie_is_told_to_nobody_else(client):
    ended = client.get(LIST, headers={"Cookie": f"{COOKIE}={'x' * 43}"})
    other = client.get(LIST, headers={})

    assert COOKIE in ended.headers["set-cookie"]
    assert "set-cookie" not in other.headers


def test_addresses_without_end_do_not_fill_the_memory(client, monkeypatch):
    monkeypatch.setattr(caching, "MAX_ENTRIES", 3)
    for place in range(8):
        assert client.get(LIST, params={"limit": place + 1}).status_code == 200

    assert len(client.app.state.ready._kept) <= 3


def test_a_problem_is_not_kept(client, session):
    path = f"{LIST}/9.000003"
    assert client.get(path).status_code == 404
    factories.procedure(session, factories.agency(session).id, code="9.000003")
    session.commit()

    assert client.get(path).status_code == 200
