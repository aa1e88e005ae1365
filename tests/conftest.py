"""Real services under every test: one PostgreSQL per run, a store and a broker where a test asks."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from litestar.testing import TestClient
from psycopg import sql
from sqlmodel import Session

from auth.actor import ANONYMOUS, Actor
from dossiers import calendars
from portal.core import crypto, runtime
from portal.core.db import Sessions, act_as, build_again, make_engine, make_sessions
from portal.core.settings import Settings
from portal.embedded import Embedded
from tests import canaries
from tests.journeys.running import chromium, playwright, stack  # noqa: F401 - one of each in a process

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "motcua"


def alone(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it to its end in a thread of its own: where a browser is open, this one has a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long legs too (chaos, fuzz)")
    parser.addoption("--pictures", action="store_true", help="write the pictures of docs/pictures anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long legs are left out, by name in the summary, unless asked for."""
    if config.getoption("--long"):
        return
    long = [item for item in items if "long" in item.keywords]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if "long" not in item.keywords]


@pytest.fixture(scope="session")
def services() -> Iterator[Embedded]:
    """The run's own services on free ports; PostgreSQL now, the others by `services.start({...})`."""
    with Embedded.temporary() as embedded:
        embedded.start({"postgres"})
        yield embedded


@pytest.fixture(scope="session")
def store(services: Embedded) -> Embedded:
    """The services with the object store running."""
    return services.start({"store"})


@pytest.fixture(scope="session")
def broker(services: Embedded) -> Embedded:
    """The services with the queue's broker running."""
    return services.start({"broker"})


@pytest.fixture(scope="session")
def smtp(services: Embedded) -> Embedded:
    """The services with the mail sink running."""
    return services.start({"smtp"})


def urls(services: Embedded, name: str) -> dict[str, str]:
    """The addresses of a database for the three roles."""
    keys = services.secrets
    return {
        "database_url": services.postgres.url("motcua_app", keys.database_app, name),
        "database_url_worker": services.postgres.url("motcua_worker", keys.database_worker, name),
        "database_url_owner": services.postgres.url("motcua_owner", keys.database_owner, name),
    }


def admin(services: Embedded, name: str = "postgres") -> psycopg.Connection[Any]:
    """A connection as the server's superuser, in autocommit: to make and drop databases."""
    url = services.postgres.url("postgres", services.secrets.database_admin, name)
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@pytest.fixture(scope="session")
def migrated(services: Embedded) -> Embedded:
    """The template database, migrated as owner: triggers, policies and grants included."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = urls(services, TEMPLATE)["database_url_owner"]
    command.upgrade(config, "head")
    return services


def clone(services: Embedded, source: str = TEMPLATE) -> str:
    """A new database, a copy of the template (or of another database nobody is connected to)."""
    name = f"test_{secrets.token_hex(6)}"
    with admin(services) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER motcua_owner").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
    return name


def drop(services: Embedded, name: str) -> None:
    """Drop a clone, whoever is still connected."""
    with admin(services) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def settings_for(services: Embedded, name: str, **more: Any) -> Settings:
    """Settings of the services, on this database, for an application under test."""
    given = {
        key.removeprefix("MOTCUA_").lower(): value for key, value in services.settings_environment().items()
    }
    given |= urls(services, name)
    given |= {"log_level": "ERROR", "public_url": "https://testserver.local"}
    return Settings(**{**given, **more})


@pytest.fixture(scope="session")
def shared(migrated: Embedded) -> Iterator[str]:
    """The database of the tests that roll back."""
    name = clone(migrated)
    yield name
    drop(migrated, name)


@pytest.fixture(scope="session")
def settings(migrated: Embedded, shared: str) -> Settings:
    """Settings of the rolled-back database."""
    made = settings_for(migrated, shared)
    crypto.configure(made)
    return made


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[sa.Engine]:
    """Connections to the rolled-back database as motcua_app."""
    made = make_engine(settings.database_url.get_secret_value(), threads=2)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: sa.Engine, settings: Settings) -> Iterator[Sessions]:
    """Sessions that share one connection and one outer transaction, rolled back at the end."""
    connection = engine.connect()
    outer = connection.begin()

    def make() -> Session:
        return Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    runtime.install(settings, make, None)  # type: ignore[arg-type]
    yield make
    outer.rollback()
    connection.close()


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    """A session as motcua_app, under row-level security; nothing stays."""
    with sessions() as made:
        yield made


def acts_as(session: Session, actor: Actor = ANONYMOUS) -> Actor:
    """From here on the session asks as this actor."""
    session.flush()
    act_as(session, actor.id, actor.agency_ids)
    return actor


class Switch:
    """Sessions of whichever test runs: the application is built once for all of them."""

    make: Sessions

    def __call__(self) -> Session:
        return self.make()


@pytest.fixture(scope="session")
def application(settings: Settings, store: Embedded) -> tuple[Any, Switch, Settings, Any]:
    """The application on the rolled-back database, its switch, settings and storage."""
    from portal.app import create_app
    from portal.core.storage import Storage

    fresh = settings_for(store, settings.database_url.get_secret_value().rsplit("/", 1)[1])
    switch, storage = Switch(), Storage(fresh)
    app = create_app(fresh, switch, storage)
    app.asgi_handler = canaries.watched(app.asgi_handler, switch)
    return app, switch, fresh, storage


@pytest.fixture(autouse=True)
def calendars_of_another_test_are_forgotten() -> Iterator[None]:
    """A revision that a test published is rolled back with it."""
    yield
    if len(calendars.known()) > 1:
        calendars.forget()


@pytest.fixture(autouse=True)
def nobody_is_told_of_others() -> Iterator[None]:
    """No answer of the application held a value of a person whom the asker may not read of."""
    yield
    leaks, canaries.LEAKS[:] = list(canaries.LEAKS), []
    assert not leaks, leaks


@pytest.fixture
def rebuilt() -> Iterator[Callable[[], None]]:
    """Call it after patching what statements are built of; at the end they are built as they were."""
    yield build_again
    build_again()


@pytest.fixture
def client(sessions: Sessions, application: tuple[Any, Switch, Settings, Any]) -> Iterator[TestClient[Any]]:
    """A fresh browser before the application; `session` sees what it does, and all of it is rolled back."""
    app, switch, fresh, storage = application
    switch.make = sessions
    runtime.install(fresh, sessions, storage)
    app.state.ready.forget()  # answers of a catalogue that was rolled back
    with TestClient(app, base_url="https://testserver.local", raise_server_exceptions=False) as made:
        yield made


@dataclass
class Database:
    """A committed clone of the template, for races, relays and journeys."""

    name: str
    settings: Settings
    app: Sessions
    worker: Sessions
    urls: dict[str, str]
    superuser_url: str


@pytest.fixture
def database(migrated: Embedded) -> Iterator[Database]:
    """A clone of its own; `runtime` points at it as motcua_worker."""
    name = clone(migrated)
    made = settings_for(migrated, name)
    crypto.configure(made)
    engines = [
        make_engine(made.database_url.get_secret_value(), threads=20),
        make_engine(made.database_url_worker.get_secret_value(), threads=8, statement_timeout_ms=60_000),
    ]
    app, worker = (make_sessions(engine) for engine in engines)
    runtime.install(made, worker, None)  # type: ignore[arg-type]
    superuser = migrated.postgres.url("postgres", migrated.secrets.database_admin, name)
    yield Database(name, made, app, worker, urls(migrated, name), superuser)
    for engine in engines:
        engine.dispose()
    drop(migrated, name)


class Statements:
    """The SQL statements seen, without BEGIN, COMMIT, savepoints and those of the canaries."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __len__(self) -> int:
        return len(self.seen)


@pytest.fixture
def count_statements(engine: sa.Engine) -> Iterator[Callable[[], Statements]]:
    """Start counting: `counted = count_statements()` … `len(counted)`."""
    listeners: list[tuple[Any, Any]] = []

    def start() -> Statements:
        counted = Statements()

        def watch(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
            if not statement.upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", canaries.OURS.upper())):
                counted.seen.append(statement)

        sa.event.listen(engine, "before_cursor_execute", watch)
        listeners.append((engine, watch))
        return counted

    yield start
    for target, watch in listeners:
        sa.event.remove(target, "before_cursor_execute", watch)
