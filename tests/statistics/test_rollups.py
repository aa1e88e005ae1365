"""Folding the journal: rollup + tail == recount == a naive count, at every interleaving."""

import random
import threading
import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from dossiers import rollups, statistics
from dossiers.periods import parse
from dossiers.units import Unit
from tests.conftest import Database
from tests.statistics.journal import MEASURES, Naive, Note, life, published, utc, withdrawn

KEYS = ("month", "agency_id", "procedure_id", "level", "channel")
START = utc(2026, 9, 28, 12)


def published_counts(session: Session, agencies: list[UUID]) -> dict[tuple[Any, ...], int]:
    """Rollup + tail as the web reads them, without zeros."""
    rows = session.execute(
        sa.text(
            f"SELECT {', '.join(KEYS)}, {', '.join(f'sum({m})::bigint AS {m}' for m in MEASURES)} "
            f"FROM {rollups.LIVE_COUNTS} AS live WHERE agency_id = ANY(:agencies) GROUP BY {', '.join(KEYS)}"
        ),
        {"agencies": agencies},
    )
    found = {}
    for row in rows:
        for measure in MEASURES:
            if value := row._mapping[measure]:
                found[(*(row._mapping[key] for key in KEYS), measure)] = value
    return found


def published_offers(session: Session, agencies: list[UUID]) -> set[tuple[Any, ...]]:
    """The offers as the web reads them."""
    rows = session.execute(
        sa.text(
            f"WITH {rollups.LIVE_OFFERS} SELECT procedure_id, agency_id, declared, eligible, from_at, to_at "
            "FROM live_offer WHERE agency_id = ANY(:agencies)"
        ),
        {"agencies": agencies},
    )
    return {tuple(row) for row in rows}


def fold(database: Database) -> int:
    with database.worker() as session:
        folded = rollups.fold_once(session)
        session.commit()
    return folded


class Writers:
    """Three transactions at once; a stream's next event waits for the transaction that wrote its last."""

    def __init__(self, database: Database, lives: list[list[Note]]) -> None:
        self.database = database
        self.queues = [list(notes) for notes in lives]
        self.owner: dict[int, int] = {}
        self.open: dict[int, tuple[Session, list[tuple[int, Note]]]] = {}
        self.naive = Naive()

    def write(self, writer: int, stream: int) -> None:
        stream %= len(self.queues)
        if not self.queues[stream] or self.owner.get(stream, writer) != writer:
            return
        if writer not in self.open:
            self.open[writer] = (self.database.worker(), [])
        session, written = self.open[writer]
        note = self.queues[stream].pop(0)
        note.write(session)
        session.flush()
        self.owner[stream] = writer
        written.append((stream, note))

    def end(self, writer: int, *, commit: bool) -> None:
        if writer not in self.open:
            return
        session, written = self.open.pop(writer)
        if commit:
            session.commit()
            for _, note in written:
                self.naive.add(note)
        else:
            session.rollback()
            for stream, note in reversed(written):
                self.queues[stream].insert(0, note)
        session.close()
        for stream, holder in list(self.owner.items()):
            if holder == writer:
                del self.owner[stream]


moments = st.integers(0, 24 * 45).map(lambda hours: START + timedelta(hours=hours))
histories = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from(["full", "partial"]),
        st.sampled_from(["online", "counter", "post"]),
        moments,
        st.sampled_from(
            [
                "submitted",
                "refused",
                "accepted",
                "rejected",
                "approved",
                "returned",
                "reopened",
                "decided_again",
            ]
        ),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)
offers = st.lists(
    st.one_of(
        st.none(),
        st.dictionaries(st.integers(0, 2), st.sampled_from(["full", "partial", "info"]), min_size=1),
    ),
    max_size=4,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 2), st.integers(0, 7)),
        st.tuples(st.just("commit"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("rollback"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("fold"), st.just(0), st.just(0)),
    ),
    min_size=5,
    max_size=40,
)


@pytest.fixture(scope="module")
def quiet() -> Any:
    return settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def test_rollup_and_tail_equal_a_naive_count_at_every_interleaving(database: Database, quiet: Any) -> None:
    @quiet
    @given(histories, offers, steps)
    def check(lives: Any, versions: Any, plan: Any) -> None:
        agencies = [uuid4() for _ in range(3)]
        procedures = [uuid4() for _ in range(3)]
        streams = [
            life(
                agency=agencies[a],
                procedure=procedures[p],
                level=level,
                channel=channel,
                at=at,
                ends=ends,
                on_time=on_time,
            )
            for a, p, level, channel, at, ends, on_time in lives
        ]
        streams.append(
            [
                withdrawn(procedures[0], seq, START + timedelta(days=seq))
                if version is None
                else published(
                    procedures[0],
                    seq,
                    START + timedelta(days=seq),
                    {agencies[a]: (declared, declared != "info") for a, declared in version.items()},
                )
                for seq, version in enumerate(versions, 1)
            ]
        )
        writers = Writers(database, streams)
        for act, writer, stream in plan:
            if act == "write":
                writers.write(writer, stream)
            elif act == "fold":
                fold(database)
            else:
                writers.end(writer, commit=act == "commit")
            if act == "write":
                continue
            with database.app() as session:
                assert published_counts(session, agencies) == writers.naive.told()
                assert published_offers(session, agencies) == writers.naive.offers()
        for writer in list(writers.open):
            writers.end(writer, commit=True)
        fold(database)
        with database.app() as session:
            assert published_counts(session, agencies) == writers.naive.told()
            _figures_equal(session, writers.naive, agencies)

    check()
    with database.worker() as session:
        assert rollups.recount(session).differences == 0


def _figures_equal(session: Session, naive: Naive, agencies: list[UUID]) -> None:
    """What the rates are made of, against set arithmetic in Python."""
    period = parse("2026-10", date(2026, 11, 30))
    starts, ends = utc(2026, 9, 30, 17), utc(2026, 10, 31, 17)
    unit = Unit(code=None, name="", kind=None, ids=frozenset(agencies))
    counted, by_month, offered = statistics._figures(session, unit, [], period, period.trailing(3))
    standing = [o for o in naive.offers() if o[4] < ends and (o[5] is None or o[5] >= ends)]
    online = {
        (o[0], o[1])
        for o in naive.offers()
        if o[2] in ("full", "partial") and o[4] < ends and (o[5] is None or o[5] > starts)
    }
    october = {key: n for key, n in naive.counts.items() if key[0] == date(2026, 10, 1)}
    used = {(key[2], key[1]) for key in october if key[5] == "received" and key[4] == "online"}
    expected = statistics.Services(
        eligible=len({o[0] for o in standing if o[3]}),
        eligible_full=len({o[0] for o in standing if o[3] and o[2] == "full"}),
        full=len({o[0] for o in standing if o[2] == "full"}),
        online=len(online),
        used=len(online & used),
    )
    assert offered.get(0, statistics.Services()) == expected
    received = sum(n for key, n in october.items() if key[5] == "received")
    both = sum(n for key, n in october.items() if key[5] == "received" and key[3:5] == ("full", "online"))
    for month in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
        received = sum(n for key, n in naive.counts.items() if key[0] == month and key[5] == "received")
        assert by_month.get(month, statistics.Counts()).received == received
    got = counted.get(0, statistics.Counts())
    assert (got.received, got.full_online) == (received, both)


def test_writers_that_commit_out_of_order_lose_and_double_nothing(database: Database) -> None:
    agencies = [uuid4(), uuid4()]
    naive, guard, stop, folds, faults = Naive(), threading.Lock(), threading.Event(), [0], []

    def write(seed: int) -> None:
        chance = random.Random(seed)
        procedure, version = uuid4(), 0
        for _ in range(25):
            with database.worker() as session:
                session.execute(sa.text("SELECT pg_current_xact_id()"))  # an id early, a commit late
                time.sleep(chance.uniform(0.0, 0.01))
                notes = life(
                    agency=chance.choice(agencies),
                    procedure=procedure,
                    channel=chance.choice(["online", "counter"]),
                    at=START + timedelta(hours=chance.randrange(600)),
                    ends=chance.choice(["accepted", "returned", "rejected"]),
                )
                version += 1
                moment = START + timedelta(minutes=version)
                notes.append(published(procedure, version, moment, {agencies[0]: ("full", True)}))
                for note in notes:
                    note.write(session)
                time.sleep(chance.uniform(0.001, 0.01))
                session.commit()
            with guard:
                for note in notes:
                    naive.add(note)

    def keep_folding() -> None:
        while not stop.is_set():
            folds[0] += 1
            fold(database)
            stop.wait(0.05)

    def keep_checking() -> None:
        while not stop.is_set():
            with database.worker() as session:
                if rollups.recount(session).differences:
                    faults.append(rollups.recount(session))
            stop.wait(0.1)

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(6)]
    others = [threading.Thread(target=act) for act in (keep_folding, keep_folding, keep_checking)]
    for thread in [*writers, *others]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in others:
        thread.join()
    fold(database)

    assert faults == []
    assert folds[0] > 5
    with database.worker() as session:
        assert rollups.recount(session).differences == 0
    with database.app() as session:
        assert published_counts(session, agencies) == naive.told()
        assert published_offers(session, agencies) == naive.offers()
