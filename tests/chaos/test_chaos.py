"""Nothing acknowledged is lost or doubled, whatever is killed, cut or full."""

import os
import sys

import pytest

from portal.core.storage import Storage
from tests.chaos.arena import ChaosPortal, Ground, Outcome, run
from tests.chaos.judge import Verdict, judge
from tests.chaos.schedule import Plan
from tests.chaos.table import invariants, table
from tests.conftest import Database

VERIFY = [sys.executable, "-m", "portal.cli", "verify"]
SHORT = Plan(
    acknowledged=20,
    kills={"web": 1, "worker": 1, "background": 1, "postgres": 2},
    network={"database reset": 1, "store truncate": 1, "queue blackhole": 1},
    clients=5,
    attach=0.6,
    carriers=2,
    flows=0.2,
    pause=(0.5, 1.5),
    points="once",
)
LONG = Plan(
    acknowledged=int(os.environ.get("CHAOS_ACKNOWLEDGED", "2000")),
    kills={"web": 26, "worker": 6, "background": 6, "postgres": 12},
    network={
        f"{target} {mode}": 1
        for target in ("database", "store", "queue")
        for mode in ("latency", "blackhole", "reset", "truncate")
    },
    clients=10,
    webs=2,
    attach=0.8,
    carriers=2,
    twins=0.15,
    lost=0.1,
    flows=0.05,
    pause=(2.0, 6.0),
    lasts=(0.3, 1.5),
    pace=1.0,
    points="drawn",
    limit=1150,
)


def judged(
    portal: ChaosPortal, ground: Ground, plan: Plan, database: Database, seed: int
) -> tuple[Outcome, Verdict]:
    """A run and the judgement on it, printed."""
    outcome = run(portal, ground, plan, database.worker)
    if plan.settle:
        for client in outcome.clients:
            client.confirm()
    with database.worker() as session:
        verdict = judge(
            session,
            outcome.ledger,
            portal.environment,
            VERIFY if plan.settle else None,
            Storage(database.settings),
        )
    if outcome.slowest_recovery() > plan.recovers:
        verdict.odd.append(f"nothing was accepted {outcome.slowest_recovery():.0f} s after a fault")
    print(table(seed, plan, outcome, verdict))
    print(verdict)
    return outcome, verdict


def test_nothing_is_lost_or_doubled_in_a_short_run(portal, ground, database, seed):
    outcome, verdict = judged(portal(), ground, SHORT, database, seed)

    assert verdict.green, str(verdict)
    assert outcome.quiet
    assert outcome.ledger.acknowledged() >= SHORT.acknowledged
    assert dict(outcome.kills) == dict(SHORT.kills)
    assert dict(outcome.network) == dict(SHORT.network)
    assert len(outcome.hits) >= 12
    assert all(found == 0 for _, _, _, found in invariants(SHORT, outcome, verdict))


@pytest.mark.long
def test_nothing_is_lost_or_doubled_in_a_long_run(portal, ground, database, seed):
    outcome, verdict = judged(portal(), ground, LONG, database, seed)

    assert verdict.green, str(verdict)
    assert outcome.quiet
    assert outcome.ledger.acknowledged() >= LONG.acknowledged
    assert sum(outcome.kills.values()) >= 50
    assert outcome.kills["postgres"] >= 10
    assert all(found == 0 for _, _, _, found in invariants(LONG, outcome, verdict))
