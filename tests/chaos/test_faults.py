"""Each deliberate fault turns the proof red: a harness is believed when it has caught some."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from dossiers import documents
from dossiers.models import Document
from dossiers.tasks import effect_key
from portal import worker
from portal.core import outbox, runtime
from portal.core.outbox import Outbox, relay_once
from portal.core.storage import Storage
from portal.core.work import unit_of_work
from tests import factories
from tests.chaos.client import Client
from tests.chaos.judge import judge
from tests.chaos.ledger import Ledger
from tests.chaos.schedule import Plan
from tests.chaos.test_chaos import VERIFY, judged

LATE = Plan(
    acknowledged=20,
    kills={"web": 3},
    clients=6,
    twins=0.1,
    lost=0.0,
    pause=(1.0, 1.5),
    limit=60,
    recovers=60,
    settle=False,
)
UNGUARDED = Plan(acknowledged=10, clients=5, flows=1.0, lost=0.0, limit=60, settle=False)
DEAD = Plan(
    acknowledged=5,
    kills={"postgres": 1},
    clients=3,
    pause=(2.0, 2.5),
    limit=40,
    recovers=6,
    settle=False,
)
SILENT = 6  # seconds: longer than the portal waits for the store
UNSEEN = Plan(acknowledged=1, clients=1, attach=1.0, lost=0.0, limit=12, settle=False)


def test_an_answer_before_the_commit_is_seen_as_a_loss(portal, ground, database, seed):
    _, verdict = judged(portal("answer-before-commit"), ground, LATE, database, seed)

    assert verdict.lost


def test_a_check_before_the_insert_is_seen_as_a_double(portal, ground, database, seed):
    with psycopg.connect(database.urls["database_url_owner"].replace("+psycopg", "")) as owner:
        for (name,) in owner.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'dossier'::regclass AND contype = 'u' "
            "AND conkey @> ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = 'dossier'::regclass "
            "AND attname = 'submission_id')]"
        ).fetchall():
            owner.execute(f'ALTER TABLE dossier DROP CONSTRAINT "{name}"')

    _, verdict = judged(portal("check-then-insert"), ground, UNGUARDED, database, seed)

    assert verdict.doubled


def test_a_pool_of_dead_connections_is_seen_as_no_recovery(portal, ground, database, seed):
    outcome, verdict = judged(portal("dead-pool"), ground, DEAD, database, seed)

    assert outcome.slowest_recovery() > DEAD.recovers
    assert verdict.odd


@pytest.mark.parametrize("fault", ["completion-unseen", None], ids=["the fault", "the product"])
def test_a_completion_answered_without_the_store_is_seen_as_a_loss(
    fault, portal, ground, database, seed, monkeypatch
):
    """The store falls silent whenever a client says that its file is complete, for a moment."""
    made = portal(fault, whole=True)
    act = Client.act

    def completing(client, method, path, *given, **named):
        if not path.endswith("/completion"):
            return act(client, method, path, *given, **named)
        made.lines.proxy.set("store", "blackhole")
        back = threading.Timer(SILENT, made.lines.proxy.set, ("store", "pass"))
        back.start()
        try:
            return act(client, method, path, *given, **named)
        finally:
            back.join()

    monkeypatch.setattr(Client, "act", completing)
    outcome, verdict = judged(made, ground, UNSEEN, database, seed)

    assert bool(verdict.lost) is (fault is not None), str(verdict)
    assert (outcome.ledger.acknowledged() > 0) is (fault is None)


def marks_first(
    session: sa.orm.Session, subscribers: Mapping[str, Sequence[str]], send: outbox.Send, *, batch: int = 200
) -> int:
    """A relay that deletes its rows, commits, and then sends."""
    table = Outbox.__table__  # type: ignore[attr-defined]
    rows = session.execute(sa.select(table).order_by(table.c.id).limit(batch)).all()
    session.execute(sa.delete(table))
    session.commit()
    for row in rows:
        for task in subscribers.get(row.name, ()):
            send(task, str(row.stream_id), row.seq)
    return len(rows)


@pytest.mark.parametrize(("relay", "keeps", "red"), [
    (relay_once, True, False),
    (marks_first, True, True),
    (relay_once, False, True),
], ids=["the product", "relay marks before it sends", "effect key not kept"])  # fmt: skip
def test_what_follows_a_filing_is_missed_when_it_is_lost(
    relay, keeps, red, database, environment, monkeypatch
):
    runtime.install(database.settings, database.worker, Storage(database.settings))
    with database.worker() as session:
        agency = factories.agency(session)
        made = factories.procedure(session, agency.id)
        factories.filed(session, factories.citizen(session), made, agency.id)
        session.commit()

    def refuse(*_: object) -> None:
        raise ConnectionError("the queue is gone")

    def apply(task: str, stream_id: str, seq: int) -> None:
        """What a worker does, the message out of the house left out."""
        if task == "dossiers.documents.acknowledge":
            documents.acknowledge(stream_id, seq)
        elif task.startswith(("dossiers.notifications", "dossiers.draft_messages")) and keeps:
            with unit_of_work() as session:
                outbox.effect(session, effect_key(task, UUID(stream_id), seq))

    if not keeps:
        monkeypatch.setattr(documents, "effect", lambda *_: True)
    for send in (refuse, apply):
        with suppress(ConnectionError), unit_of_work() as session:
            relay(session, worker.SUBSCRIBERS, send)
    with database.worker() as session:
        verdict = judge(session, Ledger(), environment, VERIFY, runtime.storage)
        drawn = session.execute(sa.select(sa.func.count()).select_from(Document)).scalar_one()

    assert bool(verdict.undone) is red, str(verdict)
    assert drawn == (0 if relay is marks_first else 1)
