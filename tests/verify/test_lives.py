"""Invented lives: real acts on days gone by, on which everything that `portal verify` promises holds."""

import secrets
from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa

from dossiers import verify
from portal import lives
from portal.core import clock, runtime
from portal.core.storage import Storage
from portal.worker import SUBSCRIBERS
from tests import factories
from tests.conftest import Database, Embedded

# The rarer turns that a year of lives must take.
TURNS = {
    "supplement_asked", "supplemented", "extended", "withdrawal_asked", "kept", "stopped", "released",
    "duty_asked", "duty_met", "message_sent", "touched", "note_added",
    "consulted", "opinion_given", "forwarded", "taken_over", "rated", "complained",
}  # fmt: skip


# Lives depend on the day they end on and on the order of the offers: with both fixed, a seed means one thing.
ENDING = datetime(2026, 11, 27, 9, tzinfo=clock.ZONE)
OFFERED = (factories.simple(), factories.content("2.000908"), factories.simple(intake_scope="province"))


@pytest.fixture
def place(database: Database, store: Embedded) -> Iterator[Database]:
    buckets = {f"{kind}_bucket": f"{kind}-{secrets.token_hex(4)}" for kind in ("store", "anchor")}
    database.settings = database.settings.model_copy(update=buckets)  # what others left is not judged here
    storage = Storage(database.settings)
    for bucket in buckets.values():
        storage.ensure_bucket(bucket)
    runtime.install(database.settings, database.worker, storage)
    with clock.at(ENDING):
        with database.worker() as session:
            for unit, name in enumerate(("xã Tân Hòa", "phường Bến Nghé")):
                agency = factories.agency(session, name=f"Ủy ban nhân dân {name}")
                for number, content in enumerate(OFFERED):
                    code = f"9.0000{unit}{number}"
                    factories.procedure(session, agency.id, code=code, made_content=content)
            session.commit()
        yield database


def test_lives_reach_every_end_and_verify_is_green(place: Database) -> None:
    filed = lives.dossiers(150, seed=7, subscribers=SUBSCRIBERS, progress=lambda _: None)

    with place.worker() as session:
        counted = dict(session.execute(sa.text("SELECT status, count(*) FROM dossier GROUP BY 1")).all())
        names = set(session.execute(sa.text("SELECT DISTINCT name FROM event")).scalars())
    with place.worker() as session:
        found = verify.run(session, runtime.storage, place.settings, subscribers=SUBSCRIBERS)
    assert filed > 100
    assert {"processing", "returned", "refused", "stopped"} <= set(counted)
    assert len(counted) >= 6
    assert {f"dossier.{act}" for act in TURNS} <= names
    assert not found.findings, found.findings


def test_the_same_seed_lives_the_same_lives(place: Database) -> None:
    def statuses() -> list[str]:
        with place.worker() as session:
            return list(session.execute(sa.text("SELECT status FROM dossier ORDER BY created_at")).scalars())

    lives.dossiers(15, seed=3, subscribers=SUBSCRIBERS, progress=lambda _: None)
    first = statuses()
    lives.dossiers(15, seed=3, subscribers=SUBSCRIBERS, progress=lambda _: None)

    assert sorted(statuses()) == sorted(first * 2)


# One thing changed behind the portal's back in lives that were really lived: states, clocks, leases, ledgers,
# and the work inside and between agencies.
CORRUPTIONS = {  # table, what is set, which row
    "a state": ("dossier", "status = 'settled'", "status = 'refused'"),
    "a way back": ("dossier", "way_back = '{accepted}'", "status = 'returned'"),
    "a due date": ("dossier", "due_at = due_at + interval '1 day'", "due_at IS NOT NULL"),
    "an original due date": ("dossier", "original_due_at = now()", "original_due_at IS NOT NULL"),
    "a clock that stands": ("dossier", "paused_since = now()", "status = 'returned'"),
    "a lease": ("dossier", "lease_until = lease_until + interval '2 days'", "lease_until IS NOT NULL"),
    "a holder": ("dossier", "holder_id = NULL, lease_until = NULL", "holder_id IS NOT NULL"),
    "an amount": ("ledger_entry", "amount_vnd = amount_vnd + 1000", "true"),
    "what an entry came by": ("ledger_entry", "made_by_seq = made_by_seq + 1", "true"),
    "a step": ("dossier_step", "state = 'left_out'", "state = 'done'"),
    "an opinion": ("opinion", "due_at = due_at + interval '1 day'", "true"),
    "a decision": ("decision", "on_time = NOT on_time", "true"),
}


def test_each_corruption_of_a_life_is_named(place: Database) -> None:
    lives.dossiers(100, seed=11, subscribers=SUBSCRIBERS, progress=lambda _: None)
    engine = sa.create_engine(place.superuser_url, isolation_level="AUTOCOMMIT")
    said = {}
    with engine.connect() as owner:
        owner.execute(sa.text("SET session_replication_role = replica"))  # past the triggers
        for name, (table, change, where) in CORRUPTIONS.items():
            keys = "dossier_id, position" if table == "dossier_step" else "id"
            owner.execute(sa.text(f"CREATE TEMP TABLE kept AS SELECT * FROM {table} WHERE {where} LIMIT 1"))
            these = f"({keys}) IN (SELECT {keys} FROM kept)"
            touched = owner.execute(sa.text(f"UPDATE {table} SET {change} WHERE {these}")).rowcount
            said[name] = (touched, len(judged(place)))
            owner.execute(sa.text(f"DELETE FROM {table} WHERE {these}"))
            owner.execute(sa.text(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept"))
            owner.execute(sa.text("DROP TABLE kept"))
    engine.dispose()

    assert {name: seen for name, seen in said.items() if seen[0] != 1 or not seen[1]} == {}
    assert judged(place) == []


def judged(place: Database) -> list[object]:
    """What `portal verify` finds."""
    with place.worker() as session:
        return list(verify.run(session, runtime.storage, place.settings, subscribers=SUBSCRIBERS).findings)
