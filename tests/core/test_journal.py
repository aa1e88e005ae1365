"""The journal: append-only, chained, private where it must be; the outbox; effects done once."""

import threading
from uuid import uuid4

import pytest
import sqlalchemy as sa

from dossiers import verify
from dossiers.models import Dossier
from portal.core import crypto, events, outbox
from portal.core.anchors import Tree, anchor_once
from portal.core.db import act_as
from tests import factories


def test_events_chain_and_move_their_stream(session):
    agency = factories.agency(session)

    for name in ("agency.made", "agency.renamed"):
        events.record(session, agency, name, None, {"n": 1})

    rows = session.execute(
        sa.text("SELECT seq, prev_hash, hash FROM event WHERE stream_id = :id ORDER BY seq"),
        {"id": agency.id},
    ).all()
    assert [row.seq for row in rows] == [1, 2]
    assert (rows[0].prev_hash, rows[1].prev_hash) == (events.GENESIS, rows[0].hash)
    assert (agency.seq, agency.head) == (2, rows[1].hash)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET name = 'x'",
        "DELETE FROM event",
        "TRUNCATE event",
        "UPDATE access_log SET act = 'x'",
        "DELETE FROM effect",
        "DELETE FROM dossier",
        "SELECT count(*) FROM event_p0",
        "UPDATE rollup SET received = 1",
    ],
)
@pytest.mark.parametrize("role", ["app", "worker"])
def test_no_running_role_may_rewrite_history(database, statement, role):
    if role == "worker" and "rollup" in statement:
        statement = "UPDATE anchor SET count = 1"

    with (
        getattr(database, role)() as session,
        pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
    ):
        session.execute(sa.text(statement))


def test_not_even_the_owner_changes_an_event(database):
    engine = sa.create_engine(database.urls["database_url_owner"])
    with database.worker() as session:
        agency = factories.agency(session)
        events.record(session, agency, "agency.made", None)
        session.commit()

    with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="append-only"):
        connection.execute(sa.text("UPDATE event SET name = 'x'"))
    engine.dispose()


def test_free_text_is_sealed_and_leaves_only_a_digest_in_the_chain(session):
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id)
    applicant = factories.citizen(session)
    dossier = factories.draft(session, applicant, procedure, agency.id)

    events.record(session, dossier, "dossier.noted", applicant.id, {}, {"reason": "Chim xanh 4711"})

    body = session.execute(
        sa.text("SELECT body FROM event WHERE stream_id = :id ORDER BY seq DESC LIMIT 1"), {"id": dossier.id}
    ).scalar_one()
    assert b"Chim xanh" not in bytes(body)
    assert events.private_of(session, dossier.id, dossier.seq) == {"reason": "Chim xanh 4711"}


def test_the_relay_hands_each_event_on_and_keeps_it_when_the_broker_is_away(database):
    with database.worker() as session:
        agency = factories.agency(session)
        for _ in range(3):
            events.record(session, agency, "agency.made", None)
        session.commit()
    sent: list[tuple[str, int]] = []
    subscribers = {"agency.made": ["task"]}

    def broken(task: str, stream_id: str, seq: int) -> None:
        raise OSError("broker away")

    with database.worker() as session, pytest.raises(OSError, match="away"):
        outbox.relay_once(session, subscribers, broken)
    with database.worker() as session:
        outbox.relay_once(session, subscribers, lambda task, _, seq: sent.append((task, seq)))
        session.commit()
    with database.worker() as session:
        again = outbox.relay_once(session, subscribers, lambda *_: None)

    assert sent == [("task", 1), ("task", 2), ("task", 3)]
    assert again == 0


def test_two_relays_never_take_the_same_row(database):
    with database.worker() as session:
        agency = factories.agency(session)
        for _ in range(400):
            events.record(session, agency, "agency.made", None)
        session.commit()
    sent: list[int] = []

    def work() -> None:
        while True:
            with database.worker() as session:
                taken = outbox.relay_once(
                    session, {"agency.made": ["task"]}, lambda _t, _s, seq: sent.append(seq), batch=50
                )
                session.commit()
            if not taken:
                return

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(sent) == list(range(1, 401))


def test_an_effect_is_applied_once_however_often_it_is_tried(database):
    applied: list[int] = []

    def work() -> None:
        with database.worker() as session:
            if outbox.effect(session, "mail:1"):
                applied.append(1)
            session.commit()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert applied == [1]


def filled(database):
    """A database with one filed dossier, and its id."""
    with database.worker() as session:
        agency = factories.agency(session)
        procedure = factories.procedure(session, agency.id)
        applicant = factories.citizen(session)
        dossier = factories.filed(session, applicant, procedure, agency.id)
        session.commit()
        return dossier.id


def judged(database) -> verify.Findings:
    with database.worker() as session:
        return verify.run(session, None, database.settings)


def test_verify_is_green_on_truth(database):
    filled(database)
    with database.worker() as session:
        assert anchor_once(session, database.settings.anchor_key.get_secret_value()) is not None
        session.commit()

    found = judged(database)

    assert found.green, found.lines


CORRUPTIONS = {
    "an edited event": "UPDATE event SET body = body || ' '::bytea WHERE name = 'dossier.submitted'",
    "a cut tail": "DELETE FROM event WHERE name = 'dossier.submitted'",
    "a vanished stream": "DELETE FROM event WHERE stream = 'procedure'",
    "a changed state": "UPDATE dossier SET status = 'accepted'",
    "a number without acceptance": "UPDATE dossier SET number = 'H99-261122-0001'",
    "a changed count": "UPDATE rollup SET submitted = submitted + 1",
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_verify_names_a_corruption(database, name):
    from dossiers.rollups import fold_once

    filled(database)
    with database.worker() as session:
        anchor_once(session, database.settings.anchor_key.get_secret_value())
        fold_once(session)
        session.commit()
    superuser = sa.create_engine(database.superuser_url)
    with superuser.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(sa.text(CORRUPTIONS[name]))
    superuser.dispose()

    found = judged(database)

    assert not found.green
    assert any(line.startswith("✗") for line in found.lines)


def root_of(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def test_a_root_changes_with_any_leaf():
    leaves = [bytes([n]) * 32 for n in range(7)]
    root = root_of(leaves)

    assert root_of(leaves[:-1]) != root
    assert root_of([leaves[1], leaves[0], *leaves[2:]]) != root


def test_rows_that_changed_places_do_not_open(session):
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id)
    applicant = factories.citizen(session)
    one = factories.draft(session, applicant, procedure, agency.id)
    other = factories.draft(session, applicant, procedure, agency.id)

    with pytest.raises(crypto.Unreadable):
        crypto.open_(session, applicant.id, f"dossier.answers|{one.id}", other.answers)


def test_a_session_forgets_who_asked_when_the_transaction_ends(database):
    with database.worker() as session:
        agency = factories.agency(session)
        procedure = factories.procedure(session, agency.id)
        applicant = factories.citizen(session)
        factories.draft(session, applicant, procedure, agency.id)
        session.commit()
    with database.app() as session:
        act_as(session, applicant.id, frozenset())
        mine = session.execute(sa.select(sa.func.count()).select_from(Dossier)).scalar_one()
    with database.app() as session:
        act_as(session, uuid4(), frozenset())
        anothers = session.execute(sa.select(sa.func.count()).select_from(Dossier)).scalar_one()

    assert (mine, anothers) == (1, 0)
