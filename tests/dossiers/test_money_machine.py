"""Money under any order of acts and messages, against a model that knows nothing of the ledger (G7).

The sum is equal to the đồng after every step, no message counts twice, no forged one at all.
"""

from datetime import timedelta
from types import SimpleNamespace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dossiers import fees, gateways, ledger, payments
from dossiers.models import PaymentMethod
from dossiers.verification.money import QUERIES, Money, differences
from portal.core import events
from portal.core.db import act_as
from portal.core.errors import DomainError
from tests.dossiers import money

AMOUNTS = {"copies": 8000, "extra": 50_000}


class Line:
    """The model of a line: five numbers."""

    def __init__(self, charged):
        self.charged, self.waived, self.paid, self.surplus = charged, 0, 0, 0

    @property
    def owed(self):
        return self.charged - self.waived - self.paid


def machine_on(session, lived):
    """A state machine on this session's dossier, anew for each run."""

    class Machine(RuleBasedStateMachine):
        @initialize()
        def begin_world(self):
            self.place = session.begin_nested()
            self.world = money.owing(session)
            self.lines = {key: Line(amount) for key, amount in AMOUNTS.items()}
            self.ids = {key: money.line(session, self.world.id, key).id for key in AMOUNTS}
            self.attempts, self.seen = [], {}
            self.came, self.went = 0, 0

        def ask(self, actor):
            act_as(session, actor.id, actor.agency_ids)

        @rule(keys=st.sampled_from([("copies",), ("extra",), ("copies", "extra")]))
        def begin(self, keys):
            self.ask(self.world.citizen)
            owed = [self.lines[key].owed for key in keys]
            try:
                payment, _ = payments.begin(
                    session, self.world.citizen, self.world.id, fee_line_ids=[self.ids[key] for key in keys]
                )
            except ledger.NothingOwed:
                assert min(owed) == 0
                return
            assert min(owed) > 0
            assert payment.amount_vnd == sum(owed)
            for other in self.attempts:
                if other.open and set(other.keys) & set(keys):
                    other.open = False
            self.attempts.append(
                SimpleNamespace(payment=payment, keys=keys, amount=sum(owed), open=True, paid=False)
            )

        @rule(data=st.data(), change=st.sampled_from(["none", "none", "less", "more", "late", "failed"]))
        def message(self, data, change):
            if not self.attempts:
                return
            attempt = data.draw(st.sampled_from(self.attempts))
            amount = attempt.amount + {"less": -1, "more": 1}.get(change, 0)
            at = attempt.payment.expires_at + timedelta(minutes=1 if change == "late" else -1)
            if change == "failed":
                told = money.told(attempt.payment, paid=False, amount_vnd=0)
                payments.book(session, "sandbox", told)
                attempt.open = False
                return
            told = money.told(attempt.payment, amount_vnd=amount, at=at)
            verdict = payments.book(session, "sandbox", told)
            self.seen[told.message_id] = (told, verdict)
            self.came += amount
            rest = amount
            if attempt.open and change == "none":
                for key in attempt.keys:
                    part = min(rest, self.lines[key].owed)
                    self.lines[key].paid += part
                    rest -= part
            self.lines[attempt.keys[0]].surplus += rest
            attempt.open, attempt.paid = False, True

        @rule(data=st.data())
        def replay(self, data):
            if self.seen:
                told, verdict = self.seen[data.draw(st.sampled_from(sorted(self.seen)))]
                assert payments.book(session, "sandbox", told) == verdict

        @rule(data=st.data(), secret=st.text("abc", min_size=32, max_size=40))
        def forge(self, data, secret):
            if self.attempts:
                body = money.body_of(data.draw(st.sampled_from(self.attempts)).payment)
                with pytest.raises(gateways.NotTheirs):
                    gateways.current().read_callback(body, money.signed(body, secret=secret))

        @rule(key=st.sampled_from(list(AMOUNTS)), waive=st.booleans())
        def at_the_desk(self, key, waive):
            self.ask(self.world.officer)
            line = self.lines[key]
            given = (session, self.world.officer, self.world.id)
            try:
                if waive:
                    fees.waive_fee(*given, fee_line_id=self.ids[key], code="poor", reason="Sổ hộ nghèo")
                else:
                    fees.settle_fee(*given, fee_line_id=self.ids[key])
            except ledger.FeeSettled:
                assert line.owed == 0
                return
            assert line.owed > 0
            if waive:
                line.waived += line.owed
            else:
                self.came += line.owed
                line.paid += line.owed

        @rule(
            key=st.sampled_from(list(AMOUNTS)),
            amount=st.sampled_from([1, 5000, 8000, 50_000]),
            again=st.booleans(),
        )
        def refund(self, key, amount, again):
            self.ask(self.world.officer)
            line = self.lines[key]
            fits = amount <= line.paid + line.surplus
            if again:
                fits = fits and amount == line.paid and not line.waived
            try:
                fees.refund_fee(
                    session,
                    self.world.officer,
                    self.world.id,
                    fee_line_id=self.ids[key],
                    amount_vnd=amount,
                    method=PaymentMethod.CASH,
                    reason="Hoàn",
                    owed_again=again,
                )
            except DomainError:
                assert not fits
                return
            assert fits
            self.went += amount
            surplus = 0 if again else min(amount, line.surplus)
            line.surplus -= surplus
            line.paid -= amount - surplus
            line.waived += 0 if again else amount - surplus

        @invariant()
        def the_ledger_is_the_model_to_the_dong(self):
            if not hasattr(self, "world"):
                return
            self.ask(self.world.officer)
            found = ledger.standings(session, self.world.id)
            for key, line in self.lines.items():
                standing = found[self.ids[key]]
                assert (standing.owed, standing.paid, standing.waived, standing.surplus) == (
                    line.owed,
                    line.paid,
                    line.waived,
                    line.surplus,
                )
            held = sum(line.paid + line.surplus for line in self.lines.values())
            assert held == self.came - self.went

        def teardown(self):
            if hasattr(self, "world"):
                self.ask(self.world.officer)
                session.flush()
                assert verified(session, self.world.id) == []
                lived.append((self.came, self.went))
                self.place.rollback()
                session.expire_all()

    return Machine


def verified(session, dossier_id):
    """What `portal verify` would find about this dossier's money."""
    folded = Money()
    for event in events.history(session, dossier_id):
        folded.take(event.seq, event.name, event.data)
    rows = [
        [tuple(row) for row in session.connection().exec_driver_sql(query) if row[0] == str(dossier_id)]
        for query in QUERIES
    ]

    return list(differences(folded, *rows))


@pytest.mark.parametrize("runs", [25, pytest.param(2000, marks=pytest.mark.long)])
def test_money_under_any_order_of_acts_equals_the_model(session, runs):
    lived = []  # what came and what went back, in đồng, of each run

    run_state_machine_as_test(
        machine_on(session, lived),
        settings=settings(
            max_examples=runs,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert len(lived) >= runs
    assert any(came for came, _ in lived)
    assert any(went for _, went in lived)
