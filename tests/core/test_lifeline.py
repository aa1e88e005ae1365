"""Connections that notice when PostgreSQL is gone, and do not wait for a silent one without end."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from portal.core.db import make_engine, make_sessions, single_statements
from portal.core.direct import Direct
from portal.core.lifeline import Silent
from tests.chaos.proxy import Proxy
from tests.conftest import admin


@pytest.fixture
def line(services):
    made = Proxy({"database": services.postgres.port})
    yield made
    made.stop()


@pytest.fixture
def engine(services, migrated, shared, line):
    """Connections over a line that breaks, to statements of at most a tenth of a second."""
    url = migrated.postgres.url("motcua_app", migrated.secrets.database_app, shared)
    made = make_engine(
        url.replace(f":{services.postgres.port}/", f":{line.port('database')}/"),
        threads=3,
        statement_timeout_ms=100,
    )
    yield made
    made.dispose()


def pid(connection: sa.Connection) -> int:
    return int(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())


def test_connections_closed_by_the_server_are_not_handed_out(engine, services):
    with engine.connect() as one, engine.connect() as two:
        before = {pid(one), pid(two)}
    with admin(services) as connection:
        for number in before:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))

    with engine.connect() as one, engine.connect() as two:
        after = {pid(one), pid(two)}

    assert len(after) == 2
    assert not before & after


def test_a_living_connection_is_kept(engine):
    with engine.connect() as connection:
        before = pid(connection)
    with engine.connect() as connection:
        after = pid(connection)

    assert before == after


def first_words(engine):
    with make_sessions(engine)() as session:
        session.connection()


def direct(engine):
    with single_statements(engine)() as connection:
        Direct(sa.select(sa.func.pg_backend_pid().label("pid"))).all(connection, {})


@pytest.mark.parametrize("ask", [first_words, direct])
def test_with_a_connection_given_up_all_others_of_its_age_are_dropped(engine, line, ask):
    with engine.connect() as one, engine.connect() as two:
        before = {pid(one), pid(two)}
    line.set("database", "blackhole")
    with pytest.raises(OperationalError):
        ask(engine)
    line.set("database", "pass")

    with engine.connect() as one, engine.connect() as two:
        after = {pid(one), pid(two)}

    assert not before & after


def test_a_silent_server_is_given_up_and_its_connection_with_it(engine, line):
    with engine.connect() as connection:
        pid(connection)
        line.set("database", "blackhole")
        with pytest.raises(OperationalError) as raised:
            pid(connection)
        closed = connection.invalidated
    line.set("database", "pass")
    with engine.connect() as connection:
        again = pid(connection)

    assert isinstance(raised.value.orig, Silent)
    assert closed
    assert again > 0


def test_a_statement_that_is_slow_ends_by_the_servers_word(engine):
    with engine.connect() as connection, pytest.raises(OperationalError) as raised:
        connection.execute(sa.text("SELECT pg_sleep(1)"))

    assert isinstance(raised.value.orig, psycopg.errors.QueryCanceled)


def test_an_answer_cut_in_the_middle_is_an_error_not_a_short_answer(engine, line):
    with engine.connect() as connection:
        pid(connection)
        line.set("database", "truncate")
        with pytest.raises(OperationalError):
            connection.execute(sa.text("SELECT repeat('x', 100000)"))

    assert line.harmed["database truncate"] == 1


def test_a_slow_line_is_waited_for(engine, line):
    with engine.connect() as connection:
        pid(connection)
        line.set("database", "latency", delay=0.02)
        number = pid(connection)

    assert number > 0
    assert line.harmed["database latency"] >= 2
