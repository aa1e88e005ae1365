"""Invented lives: real acts on days gone by, on which everything that `portal verify` promises holds."""

import secrets

import pytest
import sqlalchemy as sa

from dossiers import verify
from portal import lives
from portal.core import runtime
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


@pytest.fixture
def place(database: Database, store: Embedded) -> Database:
    buckets = {f"{kind}_bucket": f"{kind}-{secrets.token_hex(4)}" for kind in ("store", "anchor")}
    database.settings = database.settings.model_copy(update=buckets)  # what others left is not judged here
    storage = Storage(database.settings)
    for bucket in buckets.values():
        storage.ensure_bucket(bucket)
    runtime.install(database.settings, database.worker, storage)
    with database.worker() as session:
        for name in ("xã Tân Hòa", "phường Bến Nghé"):
            agency = factories.agency(session, name=f"Ủy ban nhân dân {name}")
            factories.procedure(session, agency.id)
            factories.procedure(session, agency.id, made_content=factories.content("2.000908"))
            wide = factories.simple(intake_scope="province")
            factories.procedure(session, agency.id, made_content=wide)
        session.commit()
    return database


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
