"""What gateways send us, at the HTTP level: forged, replayed, late, of another amount, torn, of nothing."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from auth.actor import Actor, Role
from dossiers import fees, ledger, payments
from dossiers.models import Dossier
from dossiers.money_models import Callback
from portal.core.clock import now
from portal.core.db import act_as
from tests.dossiers import money

URL = "/api/v1/payments/sandbox/callback"


@pytest.fixture
def world(session, client):
    made = money.owing(session)
    made.ask(made.citizen)
    made.payment, _ = payments.begin(session, made.citizen, made.id)
    session.commit()
    return made


def state_of(session, world):
    world.ask(world.citizen)
    session.expire_all()
    standing = ledger.standings(session, world.id).values()
    return sum(one.owed for one in standing), sum(one.surplus for one in standing)


def test_a_signed_message_is_booked_and_a_replay_is_answered_the_same(session, world, client):
    body = money.body_of(world.payment)

    first = client.post(URL, content=body, headers=money.signed(body))
    again = client.post(URL, content=body, headers=money.signed(body, now() + timedelta(seconds=9)))

    assert (first.status_code, first.json()) == (200, {"verdict": "credited"})
    assert (again.status_code, again.json()) == (200, {"verdict": "credited"})
    assert state_of(session, world) == (0, 0)


def test_a_message_replayed_the_next_day_with_its_old_proof_is_refused(session, world, client):
    body = money.body_of(world.payment)

    answer = client.post(URL, content=body, headers=money.signed(body, now() - timedelta(days=1)))

    assert answer.status_code == 404
    assert state_of(session, world) == (58_000, 0)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, headers: (body.replace(b"58000", b"58001"), headers),
        lambda body, headers: (body + b" ", headers),
        lambda body, headers: (body, headers | {"x-gateway-signature": "0" * 64}),
        lambda body, headers: (body, headers | {"x-gateway-signature": ""}),
        lambda body, headers: (body, headers | {"x-gateway-signature": "é"}),
        lambda body, headers: (body, headers | {"x-gateway-time": "now"}),
        lambda body, headers: (body, headers | {"x-gateway-time": str(int(now().timestamp()) + 1)}),
        lambda body, _: (body, {"content-type": "application/json"}),
        lambda body, _: (body, money.signed(body, secret="another secret that is long enough 123")),
        lambda body, _: (body, money.signed(body, now() + timedelta(seconds=301))),
        lambda body, _: (body, money.signed(body, now() - timedelta(seconds=301))),
    ],
)
def test_a_forged_message_is_refused_and_keeps_nothing(session, world, client, spoil):
    body = money.body_of(world.payment)
    body, headers = spoil(body, money.signed(body))
    headers = {name: value.encode() for name, value in headers.items()}

    answer = client.post(URL, content=body, headers=headers)

    assert answer.status_code == 404
    assert state_of(session, world) == (58_000, 0)
    assert session.execute(sa.select(sa.func.count()).select_from(Callback)).scalar_one() == 0


def test_forged_unknown_and_another_gateway_are_one_answer(world, client):
    body = money.body_of(world.payment)
    nobodys = money.body_of(world.payment, payment_id=str(uuid4()))

    answers = [
        client.post(URL, content=body, headers=money.signed(body, secret="x" * 40)),
        client.post(URL, content=nobodys, headers=money.signed(nobodys)),
        client.post(URL.replace("sandbox", "bank"), content=body, headers=money.signed(body)),
    ]

    assert [one.status_code for one in answers] == [404] * 3
    assert len({one.text for one in answers}) == 1


@pytest.mark.parametrize(
    ("changes", "verdict", "left"),
    [
        ({"amount_vnd": 57_999}, "wrong_amount", (58_000, 57_999)),
        ({"amount_vnd": 58_001}, "wrong_amount", (58_000, 58_001)),
        ({"at": "2027-01-01T00:00:00+00:00"}, "late", (58_000, 58_000)),
        ({"state": "failed", "amount_vnd": 0}, "failed", (58_000, 0)),
    ],
)
def test_true_messages_that_settle_nothing_are_acknowledged_and_their_money_kept(
    session, world, client, changes, verdict, left
):
    body = money.body_of(world.payment, **changes)

    answer = client.post(URL, content=body, headers=money.signed(body))

    assert (answer.status_code, answer.json()["verdict"]) == (200, verdict)
    assert state_of(session, world) == left


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "USD"},
        {"amount_vnd": -8000},
        {"amount_vnd": 0},
        {"amount_vnd": 8000.5},
        {"amount_vnd": 10**30},
        {"amount_vnd": "58000"},
        {"state": "perhaps"},
        {"message_id": ""},
        {"message_id": "x" * 101},
        {"message_id": "a\n"},
        {"at": "2026-12-01T00:00:00"},
        {"payment_id": "1"},
        {"more": 1},
    ],
)
def test_a_signed_message_that_is_not_to_be_understood_is_refused_like_any_other(
    session, world, client, changes
):
    body = money.body_of(world.payment, **changes)

    assert client.post(URL, content=body, headers=money.signed(body)).status_code == 404
    assert state_of(session, world) == (58_000, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 20_000,
        b'{"a": NaN}',
        b'{"message_id": "a", "message_id": "b"}',
        b" " * 20_000,
    ],
)
def test_torn_bodies_are_refused_without_a_fault(world, client, body):
    assert client.post(URL, content=body, headers=money.signed(body)).status_code == 404


def test_a_member_that_stands_twice_is_refused(session, world, client):
    text = money.body_of(world.payment).decode()
    body = text.replace('"amount_vnd":58000', '"amount_vnd":1,"amount_vnd":58000').encode()
    assert json.loads(body)["amount_vnd"] == 58_000

    assert client.post(URL, content=body, headers=money.signed(body)).status_code == 404
    assert state_of(session, world) == (58_000, 0)


def paying(database):
    """A committed attempt to pay 58.000 đồng."""
    with database.worker() as making:
        made = money.owing(making)
        making.commit()
    with database.app() as session:
        act_as(session, made.citizen.id, made.citizen.agency_ids)
        payment, _ = payments.begin(session, made.citizen, made.id)
        session.commit()
    return made.id, payment


def together(database, messages):
    """Each message in a thread and a transaction of its own; their verdicts."""

    def tell(told):
        with database.app() as own:
            verdict = payments.book(own, "sandbox", told)
            own.commit()
            return verdict

    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(tell, messages))


def sums(database, dossier_id):
    with database.worker() as session:
        standing = ledger.standings(session, dossier_id).values()
    return sum(one.paid for one in standing), sum(one.surplus for one in standing)


def test_sixteen_threads_with_the_same_message_are_one_credit(database):
    dossier_id, payment = paying(database)

    verdicts = together(database, [money.told(payment, message_id="one")] * 16)

    assert set(verdicts) == {"credited"}
    assert sums(database, dossier_id) == (58_000, 0)


def test_sixteen_threads_with_a_message_each_are_one_credit_and_fifteen_surpluses(database):
    dossier_id, payment = paying(database)

    verdicts = together(database, [money.told(payment) for _ in range(16)])

    assert sorted(verdicts) == ["credited"] + ["twice"] * 15
    assert sums(database, dossier_id) == (58_000, 15 * 58_000)


def test_a_message_and_the_desk_at_once_credit_the_line_once(database):
    dossier_id, payment = paying(database)
    with database.worker() as session:
        officer = session.get(Dossier, dossier_id)
        line = money.line(session, dossier_id).id
        actor = Actor(
            id=officer.holder_id,
            roles=frozenset({Role.CITIZEN, Role.OFFICER}),
            agency_ids=frozenset({officer.receiving_agency_id}),
        )

    def at_desk(_):
        with database.app() as own:
            act_as(own, actor.id, actor.agency_ids)
            try:
                fees.settle_fee(own, actor, dossier_id, fee_line_id=line)
            except ledger.FeeSettled:
                return
            own.commit()

    with ThreadPoolExecutor(8) as threads:
        desk = threads.map(at_desk, range(4))
        told = threads.submit(together, database, [money.told(payment, message_id="one")] * 4)
        list(desk)
        told.result()

    paid, surplus = sums(database, dossier_id)
    assert (paid, surplus) in {(58_000, 0), (58_000, 8000)}
