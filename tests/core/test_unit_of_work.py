"""A task whose database goes away says so in a word that means: try again."""

import pytest
import sqlalchemy as sa
from litestar import Litestar, get
from litestar.di import Provide
from litestar.exceptions import ImproperlyConfiguredException
from sqlmodel import Session

from portal import worker
from portal.core import http
from portal.core.http import DbSession
from portal.core.work import DatabaseGone, unit_of_work
from portal.embedded import Embedded
from tests.conftest import admin


def work_while_the_line_breaks(migrated: Embedded) -> None:
    """A unit of work whose connection the server closes in the middle."""
    with unit_of_work() as session:
        number = session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with admin(migrated) as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))
        session.execute(sa.text("SELECT 1"))


def test_a_broken_line_is_a_database_that_is_gone(database, migrated):
    with pytest.raises(DatabaseGone) as raised:
        work_while_the_line_breaks(migrated)

    assert raised.value.status == 503
    assert raised.value.headers["Retry-After"] == "5"


def test_the_next_unit_of_work_goes_through(database, migrated):
    with pytest.raises(DatabaseGone):
        work_while_the_line_breaks(migrated)

    with unit_of_work() as session:
        answer = session.execute(sa.text("SELECT 1")).scalar_one()

    assert answer == 1


def test_who_waits_too_long_for_a_thread_is_told_to_come_back(client, monkeypatch):
    monkeypatch.setattr(http, "TURN_SECONDS", -1)

    answer = client.get("/api/v1/statistics/dossiers")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


def test_every_handler_that_is_given_a_session_ends_it_in_its_own_thread(client):
    given = {
        handler.fn
        for route in client.app.routes
        for handler, model in getattr(route, "route_handler_map", {}).values()
        if any(one.key == "session" for batch in model.dependency_batches for one in batch)
    }

    assert len(given) > 60
    assert all(getattr(work, "errand", False) for work in given)


def test_a_handler_whose_session_nobody_would_commit_is_refused_at_start():
    @get("/", sync_to_thread=False)
    def careless(session: DbSession) -> None:
        session.commit()

    dependencies = {"session": Provide(http.session_provider(Session), sync_to_thread=False)}
    with pytest.raises(ImproperlyConfiguredException, match="commit"):
        Litestar([careless], dependencies=dependencies, plugins=[http.OneErrand()])


def test_a_silent_queue_is_not_waited_for_without_end(settings):
    options = worker.configure(settings).conf.broker_transport_options

    assert options["socket_timeout"] <= 10
    assert options["socket_connect_timeout"] <= 5
