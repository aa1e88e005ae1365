"""How long a fault keeps people from filing: counted from the last fault before somebody files again."""

import math

import pytest

from tests.chaos.arena import Outcome
from tests.chaos.ledger import Ledger


@pytest.mark.parametrize(
    ("ended", "fell", "acked", "slowest"),
    [
        ([10.0], [], [5.0, 12.0], 2.0),
        ([10.0, 11.0], [], [14.0], 3.0),  # the second came before the first was over
        ([10.0], [12.0, 15.0], [16.0], 1.0),  # failpoints on the way up
        ([10.0], [20.0], [11.0], 1.0),  # fell when all had filed
        ([10.0], [], [5.0], math.inf),
        ([], [], [], 0.0),
    ],
)
def test_recovery(ended: list[float], fell: list[float], acked: list[float], slowest: float) -> None:
    ledger = Ledger()
    ledger.acked_at.extend(acked)
    outcome = Outcome(ledger, [], ended=[(at, "web kill") for at in ended], fell=fell)

    assert outcome.slowest_recovery() == slowest
