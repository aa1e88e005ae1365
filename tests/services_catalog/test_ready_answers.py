"""Ready bytes: who gets them, when they end, and what is never kept."""

import time
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlmodel import Session, select

from auth.http import COOKIE
from portal.core import clock
from portal.web.pages import NOTICE_COOKIE
from services_catalog import caching, shelf
from services_catalog.models import Procedure
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


@pytest.mark.parametrize("path", [LIST, PAGE])
def test_who_has_the_bytes_is_told_so_and_reads_nothing(client, count_statements, path):
    tag = client.get(path).headers["etag"]
    counted = count_statements()

    again = client.get(path, headers={"If-None-Match": tag})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert counted.seen == []


def test_a_cookie_of_others_does_not_keep_one_from_the_ready_page(client, count_statements):
    client.get(PAGE)

    assert spent(client, count_statements, PAGE, headers={"Cookie": "_ga=GA1.2.3; theme=x"}) == 0


def test_every_cookie_of_ours_is_known_by_the_beginning_of_its_name():
    assert {name.encode()[:7] for name in (COOKIE, NOTICE_COOKIE)} == {caching.OURS}


def test_a_page_for_one_reader_carries_no_tag(client):
    own = client.get(PAGE, headers={"Cookie": f"{COOKIE}={'x' * 43}"})

    assert "etag" not in own.headers
    assert own.headers["cache-control"] == "no-store"


def test_what_begins_at_an_instant_makes_another_tag(client, session, monkeypatch):
    """A cut-off or a stop passes without a new version; the kept bytes must not outlive it."""
    path = f"{LIST}/9.000001"
    procedure = session.exec(select(Procedure).where(Procedure.code == "9.000001")).one()
    procedure.closes_at = clock.now() + timedelta(hours=1)
    session.add(procedure)
    session.commit()
    before = client.get(path).headers["etag"]
    monkeypatch.setattr(clock._Ahead, "by", timedelta(hours=2))
    monkeypatch.setattr(caching, "FRESH_SECONDS", 0.0)
    client.app.state.ready.forget()

    after = client.get(path, headers={"If-None-Match": before})

    assert after.status_code == 200
    assert after.headers["etag"] != before


def test_a_new_day_makes_another_tag(client, monkeypatch):
    before = client.get(LIST).headers["etag"]
    monkeypatch.setattr(clock._Ahead, "by", timedelta(days=1))
    client.app.state.ready.forget()

    assert client.get(LIST, headers={"If-None-Match": before}).status_code == 200
