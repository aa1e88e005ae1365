"""The counts of a month: where it begins, what leaves it, who may fold and read."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from dossiers import rollups
from tests.conftest import Database
from tests.statistics.journal import life, utc
from tests.statistics.test_rollups import START, fold, published_counts


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (utc(2026, 10, 31, 16, 59, 59), date(2026, 10, 1)),
        (utc(2026, 10, 31, 17, 0, 0), date(2026, 11, 1)),
        (utc(2026, 12, 31, 17, 0, 0), date(2027, 1, 1)),
        (utc(2027, 1, 1, 16, 0, 0), date(2027, 1, 1)),
    ],
)
def test_a_month_begins_at_midnight_in_viet_nam(database: Database, moment: datetime, month: date) -> None:
    agency = uuid4()
    with database.worker() as session:
        for note in life(agency=agency, at=moment - timedelta(hours=1), ends="accepted", hours=1):
            note.write(session)
        session.commit()

    with database.app() as session:
        tail = published_counts(session, [agency])
    fold(database)
    with database.app() as session:
        rollup = published_counts(session, [agency])

    assert tail == rollup
    assert [key[0] for key in tail if key[5] == "received"] == [month]


def test_a_change_of_a_published_count_is_found_by_the_recount(database: Database) -> None:
    with database.worker() as session:
        for note in life(at=START):
            note.write(session)
        session.commit()
    fold(database)
    with database.worker() as session:
        session.execute(sa.text("UPDATE rollup SET received = received + 1 WHERE received > 0"))
        session.commit()

    with database.worker() as session:
        result = rollups.reconcile(session)
        session.commit()

    assert result.differences == 2
    with database.app() as session:
        check = rollups.last_check(session)
    assert check is not None
    assert (check.differences, check.events) == (2, result.events)


def test_one_folder_runs_at_a_time(database: Database) -> None:
    with database.worker() as session:
        for note in life(at=START):
            note.write(session)
        session.commit()
    with database.worker() as first, database.worker() as second:
        assert rollups.fold_once(first) == 4
        assert rollups.fold_once(second) == 0
        first.commit()
    assert fold(database) == 0


def test_the_web_cannot_read_the_journal_whole(database: Database) -> None:
    with database.worker() as session:
        for note in life(at=START):
            note.write(session)
        session.commit()
    with database.app() as session:
        assert session.execute(sa.text("SELECT count(*) FROM event")).scalar_one() == 0
    for view in ("dossier_change", "service_version"):
        with database.app() as session, pytest.raises(sa.exc.ProgrammingError):
            session.execute(sa.text(f"SELECT * FROM {view}"))
    for act in ("UPDATE rollup SET received = 0", "DELETE FROM fold_mark"):
        with database.app() as session, pytest.raises(sa.exc.ProgrammingError):
            session.execute(sa.text(act))


def test_what_is_undone_leaves_the_month_it_was_counted_in(database: Database) -> None:
    """Approved in November, reopened in December: no month has fewer than no decisions."""
    agency = uuid4()
    notes = life(agency=agency, at=utc(2026, 11, 27, 3), ends="reopened", hours=30)
    with database.worker() as session:
        for note in notes:
            note.write(session)
        session.commit()
    fold(database)

    with database.worker() as session:
        found = published_counts(session, [agency])
    assert {key[0]: key[-1] for key in found if key[-1] in ("settled", "approved", "on_time")} == {}
    assert all(value > 0 for value in found.values())
