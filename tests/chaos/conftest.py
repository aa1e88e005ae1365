"""Services of this proof's own: careful ones (fsync on), reached over lines that break, killed at will."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from portal.core import crypto, runtime
from portal.core.db import make_engine, make_sessions
from portal.embedded import Embedded
from portal.embedded.process import free_ports
from tests import conftest as house
from tests import factories
from tests.chaos.arena import ChaosPortal, Ground, Lines
from tests.chaos.proxy import Proxy

PEOPLE = 12


@pytest.fixture(autouse=True)
def seed() -> int:
    """Every run says its seed; CHAOS_SEED= plays the same choices again."""
    chosen = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
    print(f"CHAOS_SEED={chosen}")
    random.seed(chosen)
    return chosen


@pytest.fixture(scope="package")
def services() -> Iterator[Embedded]:
    """As in production: a commit is on disk before it is answered. The suite's own PostgreSQL is not so."""
    with Embedded.temporary(fast=False) as embedded:
        yield embedded.start()


@pytest.fixture(scope="package")
def migrated(services: Embedded) -> Embedded:
    """The template database on these services."""
    config = Config(toml_file=str(house.ROOT / "pyproject.toml"))
    config.attributes["url"] = house.urls(services, house.TEMPLATE)["database_url_owner"]
    command.upgrade(config, "head")
    return services


@pytest.fixture
def database(migrated: Embedded) -> Iterator[house.Database]:
    """A clone of its own; its sessions reach PostgreSQL without the proxy."""
    name = house.clone(migrated)
    made = house.settings_for(migrated, name)
    crypto.configure(made)
    engines = [
        make_engine(made.database_url.get_secret_value(), threads=4),
        make_engine(made.database_url_worker.get_secret_value(), threads=4, statement_timeout_ms=60_000),
    ]
    app, worker = (make_sessions(engine) for engine in engines)
    runtime.install(made, worker, None)  # type: ignore[arg-type]
    superuser = migrated.postgres.url("postgres", migrated.secrets.database_admin, name)
    yield house.Database(name, made, app, worker, house.urls(migrated, name), superuser)
    for engine in engines:
        engine.dispose()
    house.drop(migrated, name)


@pytest.fixture
def ground(database: house.Database) -> Ground:
    """People, an agency and two small procedures, committed."""
    with database.worker() as session:
        agency = factories.agency(session)
        papered = factories.procedure(session, agency.id)
        small = factories.content(
            form=factories.SIMPLE_FORM,
            requirements=[],
            fees=[],
            cases=[],
            time_limit={"amount": 3, "unit": "working_day"},
        )
        plain = factories.procedure(session, agency.id, made_content=small)
        people = []
        for place in range(PEOPLE):
            email = f"chaos{place}@example.vn"
            made = factories.account(session, email=email)
            people.append((made.id, email, factories.PASSWORD))
        session.commit()
        return Ground(agency.id, plain.code, papered.code, "proof", people)


@pytest.fixture
def lines(services: Embedded) -> Iterator[Proxy]:
    """The proxy before PostgreSQL, the store and the queue."""
    made = Proxy(
        {"database": services.postgres.port, "store": services.store.port, "queue": services.broker.port}
    )
    yield made
    made.stop()


@pytest.fixture
def environment(database: house.Database, services: Embedded, lines: Proxy) -> dict[str, str]:
    """What the processes under test are told: everything behind the proxy."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    settings = services.settings_environment()
    settings |= {f"MOTCUA_{name.upper()}": value for name, value in database.urls.items()}
    for name in database.urls:
        place = f"MOTCUA_{name.upper()}"
        settings[place] = settings[place].replace(
            f":{services.postgres.port}/", f":{lines.port('database')}/"
        )
    settings["MOTCUA_STORE_ENDPOINT"] = f"127.0.0.1:{lines.port('store')}"
    settings["MOTCUA_STORE_PUBLIC_URL"] = f"http://localhost:{lines.port('store')}"
    settings["MOTCUA_BROKER_URL"] = (
        settings["MOTCUA_BROKER_URL"]
        .rsplit("/", 1)[0]
        .replace(str(services.broker.port), str(lines.port("queue")))
        + "/7"
    )
    return kept | settings | {"MOTCUA_LOG_LEVEL": "WARNING"}


@pytest.fixture
def portal(
    environment: dict[str, str], services: Embedded, lines: Proxy, tmp_path: Path
) -> Iterator[Callable[..., ChaosPortal]]:
    """Start the three processes; with a fault in the web process only that, unless `whole`."""
    started: list[ChaosPortal] = []

    def start(fault: str | None = None, *, whole: bool = False) -> ChaosPortal:
        (port,) = free_ports(1)
        environment["MOTCUA_PUBLIC_URL"] = f"http://localhost:{port}"
        environment["MOTCUA_FAILPOINTS_KEPT"] = str(tmp_path)
        made = ChaosPortal(environment, tmp_path, port)
        made.fault, made.lines = fault, Lines(services, lines)
        started.append(made)
        for name in ("web",) if fault and not whole else ("web", "worker", "background"):
            made.start(name)
        made.children["web"].wait_ready(made.listens, 180)
        return made

    yield start
    for made in started:
        made.stop()
