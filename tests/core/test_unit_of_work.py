"""A task whose database goes away says so in a word that means: try again."""

import asyncio

import pytest
import sqlalchemy as sa

from portal import worker
from portal.core import http
from portal.core.http import Busy
from portal.core.work import DatabaseGone, unit_of_work
from portal.embedded import Embedded
from tests.conftest import admin, alone


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


def test_who_waits_too_long_for_a_turn_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(http, "TURN_SECONDS", 0.01)

    async def wait_behind() -> None:
        turns = asyncio.Semaphore(1)
        async with http._turn(turns), http._turn(turns):
            raise AssertionError("two turns at once")

    with pytest.raises(Busy) as raised:
        alone(wait_behind())

    assert raised.value.status == 503


def test_a_turn_is_given_back():
    async def twice() -> int:
        turns = asyncio.Semaphore(1)
        async with http._turn(turns):
            pass
        async with http._turn(turns):
            return 2

    assert alone(twice()) == 2


def test_a_silent_queue_is_not_waited_for_without_end(settings):
    options = worker.configure(settings).conf.broker_transport_options

    assert options["socket_timeout"] <= 10
    assert options["socket_connect_timeout"] <= 5
