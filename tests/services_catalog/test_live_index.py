"""When a change of the catalogue is found: at once here, soon elsewhere, never before it is committed."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlmodel import Session

from portal.core.db import Sessions
from services_catalog import live_index, queries, shelf
from services_catalog.changes import Changes
from services_catalog.live_index import OLDER
from tests import factories
from tests.conftest import Database


@pytest.fixture
def sessions(database: Database) -> Sessions:
    """Sessions on a database of committed rows, with one procedure published."""
    publish(database.worker, "9.000001")
    return database.worker


def publish(sessions: Sessions, code: str, *, elsewhere: bool = False) -> None:
    """Publish a procedure; `elsewhere` as another process does: nothing here hears of it."""
    with sessions() as session:
        factories.procedure(session, factories.agency(session).id, code=code)
        if elsewhere:
            session.info.clear()
        session.commit()


def codes(sessions: Sessions) -> tuple[list[str], bool]:
    """What a new session finds, and whether it was told that this is older than the catalogue."""
    with sessions() as session:
        found = sorted(row.code for row in queries.search(session).items)
        return found, OLDER in session.info


def until(fact: Callable[[], bool]) -> bool:
    """Wait for it, at most ten seconds."""
    end = time.monotonic() + 10
    while not fact() and time.monotonic() < end:
        time.sleep(0.02)
    return fact()


def later(monkeypatch: pytest.MonkeyPatch, seconds: float = 1.1) -> None:
    """Let a version that was read a moment ago be asked for again."""
    now = time.monotonic
    monkeypatch.setattr(live_index.time, "monotonic", lambda: now() + seconds)


def test_what_this_process_commits_is_found_at_once(sessions):
    assert codes(sessions) == (["9.000001"], False)
    publish(sessions, "9.000002")

    assert codes(sessions) == (["9.000001", "9.000002"], False)


def test_what_another_process_commits_is_found_soon_and_nobody_waits_for_it(sessions, monkeypatch):
    codes(sessions)
    publish(sessions, "9.000002", elsewhere=True)
    assert codes(sessions) == (["9.000001"], False)  # believed for a second
    later(monkeypatch)

    assert codes(sessions) == (["9.000001"], True)
    assert until(lambda: codes(sessions) == (["9.000001", "9.000002"], False))


def test_the_old_index_answers_while_the_new_one_is_made(sessions, monkeypatch):
    codes(sessions)
    publish(sessions, "9.000002", elsewhere=True)
    later(monkeypatch)
    go_on, build = threading.Event(), live_index.build
    monkeypatch.setattr(live_index, "build", lambda *args, **more: go_on.wait(10) and build(*args, **more))

    answers = [codes(sessions) for _ in range(5)]

    assert answers == [(["9.000001"], True)] * 5
    go_on.set()
    assert until(lambda: codes(sessions) == (["9.000001", "9.000002"], False))


def test_a_burst_of_changes_elsewhere_makes_few_indexes(sessions, monkeypatch):
    codes(sessions)
    later(monkeypatch)
    made, build = [], live_index.build

    def slow(*args, **more):
        made.append(time.monotonic())
        time.sleep(0.05)
        return build(*args, **more)

    monkeypatch.setattr(live_index, "build", slow)
    for place in range(10):
        publish(sessions, f"9.0001{place:02d}", elsewhere=True)
        codes(sessions)

    assert until(lambda: len(codes(sessions)[0]) == 11)
    assert len(made) < 10


def test_a_session_finds_its_own_change_and_nobody_else_does_before_the_commit(sessions):
    codes(sessions)
    with sessions() as session:
        factories.procedure(session, factories.agency(session).id, code="9.000002")
        mine = [row.code for row in queries.search(session, "9.000002").items]
        others = codes(sessions)
        session.rollback()

    assert (mine, others) == (["9.000002"], (["9.000001"], False))
    assert codes(sessions)[0] == ["9.000001"]


def test_many_who_ask_first_wait_for_one_index(sessions, monkeypatch):
    made, build = [], live_index.build

    def counted(*args, **more):
        made.append(1)
        return build(*args, **more)

    monkeypatch.setattr(live_index, "build", counted)
    answers: list[list[str]] = []
    threads = [threading.Thread(target=lambda: answers.append(codes(sessions)[0])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [["9.000001"]] * 6
    assert len(made) == 1


def test_a_failure_to_make_an_index_leaves_the_old_one(sessions, monkeypatch):
    codes(sessions)
    publish(sessions, "9.000002", elsewhere=True)
    later(monkeypatch)
    read = live_index.read

    def broken(_: Session):
        raise live_index.sa.exc.OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(live_index, "read", broken)
    assert codes(sessions) == (["9.000001"], True)
    monkeypatch.setattr(live_index, "read", read)

    assert until(lambda: codes(sessions) == (["9.000001", "9.000002"], False))


def test_changes_are_counted_when_they_are_committed(sessions):
    before = Changes.made
    with sessions() as session:
        shelf.bump(session)
        assert Changes.made == before
        session.commit()

    assert Changes.made == before + 1
