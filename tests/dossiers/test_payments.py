"""Paying online: begun for what is owed, booked once on the gateway's word; nothing lost, nothing doubled."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from dossiers import access, decision, duties, fees, filing, gateways, ledger, payments
from dossiers.duties import DutyLine
from dossiers.models import PaymentMethod
from dossiers.money_models import Callback, Payment, PaymentState
from dossiers.payments import Verdict
from dossiers.workflow import Status, WrongState
from portal.core import events, runtime
from portal.core.clock import now
from tests import factories
from tests.dossiers import money


@pytest.fixture
def world(session):
    made = money.owing(session)
    made.ask(made.citizen)
    return made


def begun(session, world, *keys):
    """An attempt of the citizen's, for these lines or all."""
    world.ask(world.citizen)
    ids = [money.line(session, world.id, key).id for key in keys]
    payment, _ = payments.begin(session, world.citizen, world.id, fee_line_ids=ids)
    return payment


def booked(session, told, gateway="sandbox"):
    verdict = payments.book(session, gateway, told)
    session.flush()
    return verdict


def last_of(session, world):
    world.ask(world.citizen)
    return events.history(session, world.id)[-1]


def test_paying_all_that_is_owed_settles_the_lines_with_one_receipt(session, world):
    payment, address = payments.begin(session, world.citizen, world.id)
    assert (payment.amount_vnd, payment.state) == (58_000, PaymentState.CREATED)
    assert address.startswith(f"{runtime.settings.public_url}/thanh-toan-thu?don=")

    assert booked(session, money.told(payment)) is Verdict.CREDITED

    last = last_of(session, world)
    assert (last.name, last.actor_id, last.data["amount_vnd"]) == ("dossier.payment_received", None, 58_000)
    assert last.data["receipt"]["number"] == 1
    assert {money.standing(session, world.id, key).owed for key in ("copies", "extra")} == {0}
    assert money.line(session, world.id).method is PaymentMethod.ONLINE


def test_the_same_message_again_is_answered_as_at_first_and_books_nothing(session, world):
    told = money.told(begun(session, world))
    first = booked(session, told)
    before = last_of(session, world).seq

    again = booked(session, told)

    assert (first, again) == (Verdict.CREDITED, Verdict.CREDITED)
    assert last_of(session, world).seq == before


def test_money_that_moved_twice_is_one_credit_and_a_surplus_to_give_back(session, world):
    payment = begun(session, world, "copies")

    assert booked(session, money.told(payment)) is Verdict.CREDITED
    assert booked(session, money.told(payment)) is Verdict.TWICE

    standing = money.standing(session, world.id)
    assert (standing.owed, standing.paid, standing.surplus) == (0, 8000, 8000)


def test_the_second_attempt_for_a_line_ends_the_first_whose_late_money_is_given_back(session, world):
    first = begun(session, world, "copies")
    second = begun(session, world, "copies", "extra")
    assert session.get(Payment, first.id).state is PaymentState.EXPIRED

    assert booked(session, money.told(second)) is Verdict.CREDITED
    assert booked(session, money.told(first)) is Verdict.LATE

    standing = money.standing(session, world.id)
    assert (standing.paid, standing.surplus) == (8000, 8000)


def test_attempts_for_different_lines_live_side_by_side(session, world):
    first, second = begun(session, world, "copies"), begun(session, world, "extra")

    assert booked(session, money.told(first)) is Verdict.CREDITED
    assert booked(session, money.told(second)) is Verdict.CREDITED


@pytest.mark.parametrize("amount", [7999, 8001, 1])
def test_another_amount_credits_nothing_and_is_kept_to_be_given_back(session, world, amount):
    payment = begun(session, world, "copies")

    assert booked(session, money.told(payment, amount_vnd=amount)) is Verdict.WRONG_AMOUNT

    standing = money.standing(session, world.id)
    assert (standing.owed, standing.paid, standing.surplus) == (8000, 0, amount)
    assert "receipt" not in last_of(session, world).data


def test_money_after_the_attempts_time_is_kept_to_be_given_back(session, world):
    payment = begun(session, world, "copies")

    late = money.told(payment, at=payment.expires_at + timedelta(seconds=1))

    assert booked(session, late) is Verdict.LATE
    assert money.standing(session, world.id).surplus == 8000


def test_money_moved_in_time_counts_however_late_its_word_comes(session, world):
    payment = begun(session, world, "copies")
    payment.expires_at = now() - timedelta(minutes=5)
    session.flush()

    assert booked(session, money.told(payment, at=now() - timedelta(minutes=6))) is Verdict.CREDITED


def test_money_for_a_dossier_that_was_stopped_is_kept_to_be_given_back(session, world):
    payment = begun(session, world)
    world.ask(world.officer)
    decision.reject(session, world.officer, world.id, ground="Không đủ điều kiện")

    assert booked(session, money.told(payment)) is Verdict.LATE

    assert money.standing(session, world.id).surplus == 58_000
    world.ask(world.officer)
    stopped = fees.refund_fee(
        session,
        world.officer,
        world.id,
        fee_line_id=money.line(session, world.id).id,
        amount_vnd=58_000,
        method=PaymentMethod.TRANSFER,
        reason="Tiền về sau khi hồ sơ dừng",
    )
    assert stopped.status is Status.STOPPED
    assert money.standing(session, world.id).surplus == 0


def test_a_failed_attempt_owes_as_before_and_another_may_begin(session, world):
    payment = begun(session, world, "copies")

    assert booked(session, money.told(payment, paid=False, amount_vnd=0)) is Verdict.FAILED
    assert session.get(Payment, payment.id).state is PaymentState.FAILED

    again = begun(session, world, "copies")
    assert booked(session, money.told(again)) is Verdict.CREDITED


def test_a_line_paid_at_the_desk_meanwhile_makes_the_online_money_a_surplus(session, world):
    payment = begun(session, world, "copies")
    world.ask(world.officer)
    fees.settle_fee(session, world.officer, world.id, fee_line_id=money.line(session, world.id).id)

    assert booked(session, money.told(payment)) is Verdict.TWICE
    assert money.standing(session, world.id).surplus == 8000


def test_a_message_of_no_payment_of_ours_is_kept_and_does_nothing(session, world):
    stranger = money.told(begun(session, world), payment_id=world.id)
    before = last_of(session, world).seq

    assert booked(session, stranger) is Verdict.UNKNOWN

    kept = session.execute(sa.select(Callback.verdict, Callback.payment_id)).one()
    assert tuple(kept) == (Verdict.UNKNOWN, None)
    assert last_of(session, world).seq == before


def test_a_message_of_another_gateway_settles_no_payment(session, world):
    assert booked(session, money.told(begun(session, world)), gateway="other") is Verdict.UNKNOWN


def test_a_duty_paid_online_to_the_last_line_meets_it(session, world):
    world.ask(world.officer)
    asked = duties.ask_duty(session, world.officer, world.id, lines=[DutyLine("Lệ phí trước bạ", 700_000)])
    assert asked.paused_since is not None
    payment = begun(session, world, "duty-001")

    assert booked(session, money.told(payment)) is Verdict.CREDITED

    last = last_of(session, world)
    assert last.data["resumes"] is True
    dossier = session.get(type(world.dossier), world.id)
    assert (dossier.status, dossier.paused_since) == (Status.PROCESSING, None)


def test_nothing_begins_where_nothing_is_owed(session, world):
    booked(session, money.told(begun(session, world)))

    with pytest.raises(ledger.NothingOwed):
        begun(session, world)
    with pytest.raises(ledger.NothingOwed):
        begun(session, world, "copies")


def test_a_retry_with_the_key_is_the_same_attempt(session, world):
    first, address = payments.begin(session, world.citizen, world.id, key="once")
    again, same = payments.begin(session, world.citizen, world.id, key="once")

    assert (again.id, same) == (first.id, address)
    assert [one.name for one in events.history(session, world.id)].count("dossier.payment_begun") == 1


def test_only_the_applicant_begins_and_only_where_the_channel_is_open(session, world, monkeypatch):
    world.ask(world.officer)
    with pytest.raises(access.Forbidden):
        payments.begin(session, world.officer, world.id)
    stranger = factories.citizen(session)
    with pytest.raises(access.DossierNotFound):
        payments.begin(session, stranger, world.id)
    world.ask(world.citizen)
    closed = runtime.settings.model_copy(update={"payment_gateway": ""})
    monkeypatch.setattr(runtime, "settings", closed)

    with pytest.raises(gateways.ChannelClosed):
        payments.begin(session, world.citizen, world.id)


def test_nothing_begins_before_acceptance(session, world):
    dossier = factories.draft(session, world.citizen, world.procedure, world.agency.id)
    factories.ready_file(session, dossier)
    filing.submit(session, world.citizen, dossier.id, idempotency_key=None)

    with pytest.raises(WrongState):
        payments.begin(session, world.citizen, dossier.id)


def test_the_web_role_sees_of_a_payment_its_dossier_and_no_other(session, world):
    other = money.owing(session)
    payment = begun(session, world)

    payments.act_as(session, None, frozenset(), payment=str(payment.id))

    seen = set(session.execute(sa.text("SELECT id FROM dossier")).scalars())
    assert world.id in seen
    assert other.id not in seen


class Knowing:
    """A gateway that answers with what it is given."""

    def __init__(self, known):
        self.known = known

    def query(self, _):
        if isinstance(self.known, Exception):
            raise self.known
        return self.known


def test_an_attempt_whose_word_was_lost_is_booked_by_asking(session, world, monkeypatch):
    payment = begun(session, world, "copies")
    told = money.told(payment)
    monkeypatch.setattr(gateways, "named", lambda _: Knowing([told]))

    assert payments.look_after(payment.id, "sandbox") == 1
    assert booked(session, told) is Verdict.CREDITED  # the word that comes after all is a replay

    assert money.standing(session, world.id).paid == 8000


def test_an_attempt_nobody_paid_ends_after_its_time_and_not_while_the_gateway_is_silent(
    session, world, monkeypatch
):
    payment = begun(session, world, "copies")
    payment.expires_at = now() - timedelta(seconds=1)
    session.flush()
    monkeypatch.setattr(gateways, "named", lambda _: Knowing(gateways.GatewaySilent("im")))
    payments.look_after(payment.id, "sandbox")
    session.refresh(payment)
    silent = payment.state

    monkeypatch.setattr(gateways, "named", lambda _: Knowing([]))
    payments.look_after(payment.id, "sandbox")
    session.refresh(payment)

    assert (silent, payment.state) == (PaymentState.CREATED, PaymentState.EXPIRED)
