"""Nothing acknowledged is lost or doubled, whatever is killed; and the harness sees it when it is."""

import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from portal.embedded import Embedded
from portal.embedded.process import free_ports
from tests import factories
from tests.chaos.arena import ChaosPortal, Ground, Outcome, Plan, run
from tests.chaos.judge import Verdict, judge
from tests.conftest import Database

VERIFY = [sys.executable, "-m", "portal.cli", "verify"]
SHORT = Plan(acknowledged=20, web_kills=2, worker_kills=1, clients=5, attach=0.5, flows=0.2, pause=(1.0, 2.0))
LONG = Plan(
    acknowledged=500,
    web_kills=12,
    worker_kills=6,
    clients=8,
    attach=0.25,
    flows=0.1,
    pause=(3.0, 6.0),
    limit=2400,
)
LATE = Plan(
    acknowledged=20, web_kills=3, clients=6, twins=0.1, lost=0.0, pause=(1.0, 1.5), limit=90, settle=False
)
UNGUARDED = Plan(acknowledged=10, clients=5, flows=1.0, lost=0.0, limit=90, settle=False)


@pytest.fixture(autouse=True)
def seed() -> None:
    """Every run says its seed; CHAOS_SEED= plays the same choices again."""
    chosen = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
    print(f"CHAOS_SEED={chosen}")
    random.seed(chosen)


@pytest.fixture
def ground(database: Database) -> Ground:
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
        for place in range(LONG.clients):
            email = f"chaos{place}@example.vn"
            made = factories.account(session, email=email)
            people.append((made.id, email, factories.PASSWORD))
        session.commit()
        return Ground(agency.id, plain.code, papered.code, "proof", people)


@pytest.fixture
def environment(database: Database, services: Embedded) -> dict[str, str]:
    """What the processes under test are told."""
    services.start()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    settings = services.settings_environment()
    settings |= {f"MOTCUA_{name.upper()}": value for name, value in database.urls.items()}
    settings["MOTCUA_BROKER_URL"] = settings["MOTCUA_BROKER_URL"].rsplit("/", 1)[0] + "/7"
    return kept | settings | {"MOTCUA_LOG_LEVEL": "WARNING"}


@pytest.fixture
def portal(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., ChaosPortal]]:
    """Start the three processes, with a fault in the web process if named."""
    started: list[ChaosPortal] = []

    def start(fault: str | None = None, *, quick: bool = True) -> ChaosPortal:
        (port,) = free_ports(1)
        environment["MOTCUA_PUBLIC_URL"] = f"http://localhost:{port}"
        made = ChaosPortal(environment, tmp_path, port)
        made.fault, made.quick = fault, quick
        started.append(made)
        for name in ("web",) if fault else ("web", "worker", "background"):
            made.start(name)
        made.children["web"].wait_ready(made.listens, 180)
        return made

    yield start
    for made in started:
        made.stop()


def judged(portal: ChaosPortal, ground: Ground, plan: Plan, database: Database) -> tuple[Outcome, Verdict]:
    outcome = run(portal, ground, plan, database.worker)
    with database.worker() as session:
        verdict = judge(session, outcome.ledger, portal.environment, VERIFY if plan.settle else None)
    print(outcome)
    print(verdict)
    return outcome, verdict


def test_nothing_is_lost_or_doubled_in_a_short_run(portal, ground, database):
    outcome, verdict = judged(portal(), ground, SHORT, database)

    assert outcome.web_kills >= SHORT.web_kills
    assert outcome.worker_kills >= SHORT.worker_kills
    assert outcome.ledger.acknowledged() >= SHORT.acknowledged
    assert verdict.green, str(verdict)


@pytest.mark.long
def test_nothing_is_lost_or_doubled_in_a_long_run(portal, ground, database):
    outcome, verdict = judged(portal(quick=False), ground, LONG, database)

    assert outcome.web_kills >= 10
    assert outcome.worker_kills >= 5
    assert outcome.ledger.acknowledged() >= 500
    assert verdict.green, str(verdict)


def test_an_answer_before_the_commit_is_seen_as_a_loss(portal, ground, database):
    _, verdict = judged(portal("answer-before-commit"), ground, LATE, database)

    assert verdict.lost


def test_a_check_before_the_insert_is_seen_as_a_double(portal, ground, database):
    with psycopg.connect(database.urls["database_url_owner"].replace("+psycopg", "")) as owner:
        for (name,) in owner.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'dossier'::regclass AND contype = 'u' "
            "AND conkey @> ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = 'dossier'::regclass "
            "AND attname = 'submission_id')]"
        ).fetchall():
            owner.execute(f'ALTER TABLE dossier DROP CONSTRAINT "{name}"')

    _, verdict = judged(portal("check-then-insert"), ground, UNGUARDED, database)

    assert verdict.doubled
