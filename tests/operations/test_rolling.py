"""Restarting fails no request and loses no task; and a process without drain is seen to fail."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.core import events
from tests import factories
from tests.conftest import Database
from tests.house.running import ROOT
from tests.operations.rolling import Front, Visitors, ended, until

EVENTS = 40


@pytest.fixture
def front(environment: dict[str, str], tmp_path: Path) -> Iterator[Front]:
    with Front(environment, tmp_path) as made:
        yield made


def replaced(
    front: Front, old: subprocess.Popen[bytes], times: int
) -> tuple[Visitors, subprocess.Popen[bytes]]:
    """Visitors who were served while the process was replaced so many times, and the last process."""
    with Visitors(front.port) as visitors:
        for _ in range(times):
            seen = visitors.answered
            assert until(lambda seen=seen: visitors.answered > seen + 15)
            new = front.start()
            assert ended(old) in (0, -signal.SIGTERM)
            old = new
        seen = visitors.answered
        assert until(lambda: visitors.answered > seen + 15)
    print(f"{visitors.answered} answered, {visitors.closed} closed politely, failed: {visitors.failed}")
    return visitors, old


def test_replacing_the_web_fails_no_request_and_one_without_drain_is_seen_to(front: Front) -> None:
    faulty, sound = replaced(front, front.start("tests.operations.abrupt"), times=1)
    visitors, _ = replaced(front, sound, times=2)

    assert faulty.failed
    assert visitors.failed == []
    assert visitors.closed > 0


@pytest.fixture
def hands(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Start the worker or the background process."""
    started: list[subprocess.Popen[bytes]] = []
    log = (tmp_path / "hands.log").open("ab")

    def start(name: str) -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "portal.cli", name], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        )
        return started[-1]

    yield start
    for child in started:
        if child.poll() is None:
            child.kill()
        child.wait()
    log.close()


def test_worker_and_background_lose_nothing_they_have_in_hand(
    database: Database, hands: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    with database.worker() as session:
        owners = [factories.account(session, email=f"rolling{n}@example.vn") for n in range(EVENTS)]
        for owner in owners:
            events.record(session, owner, "account.registration_repeated", None)
        session.commit()

    def done() -> int:
        with database.worker() as session:
            query = "SELECT count(*) FROM effect WHERE key LIKE 'auth.tasks.tell_owner:%'"
            return int(session.execute(sa.text(query)).scalar_one())

    first = [hands(name) for name in ("background", "worker")]
    assert until(lambda: done() > 2)
    at_signal = done()
    for child in first:
        child.terminate()
    codes = [child.wait(30) for child in first]
    left = EVENTS - done()
    for name in ("background", "worker"):
        hands(name)

    assert until(lambda: done() == EVENTS), done()
    print(f"stopped with {EVENTS - at_signal} to do, {left} left after it")
    assert codes == [0, 0]
    assert at_signal < EVENTS
