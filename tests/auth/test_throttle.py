"""Limits hold across connections and restarts, and leave the rightful alone."""

import secrets
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from auth import throttle
from auth.models import Throttle, WebSession
from auth.throttle import Limit, bucket
from portal.core import clock, runtime
from portal.core.errors import TooMany
from tests import factories
from tests.auth.conftest import storey
from tests.conftest import Database
from tests.factories import PASSWORD

THREE = Limit("test:three", 3, 60)
EMAIL = "anh.nguyen@example.vn"
LOGIN = "/api/v1/auth/login"


def test_counts_across_connections(database: Database) -> None:
    one = (bucket(THREE, "a"),)
    throttle.take(database.app, one)
    throttle.take(database.worker, one)
    throttle.take(database.app, one)

    with pytest.raises(TooMany) as refused:
        throttle.take(database.worker, one)

    assert 0 < refused.value.retry_after <= 60
    assert refused.value.headers["Retry-After"] == str(refused.value.retry_after)


def test_parallel_tries_do_not_pass_together(database: Database) -> None:
    passed: list[bool] = []
    gate = threading.Barrier(12)

    def one_try() -> None:
        gate.wait()
        try:
            throttle.take(database.app, (bucket(THREE, "race"), bucket(throttle.LOGIN_ALL)))
            passed.append(True)
        except TooMany:
            passed.append(False)

    threads = [threading.Thread(target=one_try) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(passed) == [False] * 9 + [True] * 3


def kept_counts(database: Database) -> list[int]:
    """How many tries each bucket remembers."""
    with database.app() as session:
        return list(session.execute(sa.select(Throttle.__table__.c.count)).scalars())  # type: ignore[attr-defined]


def test_keys_do_not_share_and_are_not_readable(database: Database) -> None:
    for _ in range(3):
        throttle.take(database.app, (bucket(THREE, "203.0.113.9"),))
    throttle.take(database.app, (bucket(THREE, "203.0.113.10"),))

    with database.app() as session:
        kept = session.execute(sa.select(Throttle.__table__.c.bucket)).scalars().all()  # type: ignore[attr-defined]
    assert len(kept) == 2
    assert not any("203" in name for name in kept)


def test_a_window_ends(database: Database) -> None:
    one = (bucket(THREE, "a"),)
    for _ in range(3):
        throttle.take(database.app, one)
    with database.app() as session:
        session.execute(
            sa.update(Throttle.__table__).values(window_start=clock.now() - timedelta(seconds=61))  # type: ignore[attr-defined]
        )
        session.commit()

    throttle.take(database.app, one)

    assert kept_counts(database) == [1]


def test_a_try_given_back_does_not_count(database: Database) -> None:
    one = (bucket(THREE, "a"),)
    for _ in range(10):
        throttle.take(database.app, one)
        throttle.give_back(database.app, one)

    assert kept_counts(database) == [0]


def test_sweeps_what_has_ended(database: Database) -> None:
    throttle.take(database.app, (bucket(THREE, "a"),))
    with database.worker() as session:
        session.execute(
            sa.update(Throttle.__table__).values(window_start=clock.now() - timedelta(days=2))  # type: ignore[attr-defined]
        )
        throttle.sweep(session)
        assert session.execute(sa.select(sa.func.count()).select_from(Throttle)).scalar_one() == 0


@pytest.fixture
def door(database: Database) -> Iterator[TestClient[Any]]:
    runtime.sessions = database.app
    with database.app() as session:
        factories.account(session, email=EMAIL)
        session.commit()
    with open_door(database) as client:
        yield client


def open_door(database: Database) -> TestClient[Any]:
    app = storey(database.settings, database.app)
    return TestClient(app, base_url="https://testserver.local", raise_server_exceptions=False)


def sign_in(
    client: TestClient[Any], email: str = EMAIL, password: str = "sai mật khẩu rồi", **headers: str
) -> Any:
    return client.post(LOGIN, json={"email": email, "password": password}, headers=headers)


def test_wrong_passwords_are_counted_though_the_request_fails(
    door: TestClient[Any], database: Database
) -> None:
    for number in range(10):
        assert sign_in(door, **{"x-forwarded-for": f"203.0.113.{number}"}).status_code == 401

    refused = sign_in(door, password=PASSWORD)

    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/TooMany"
    assert 0 < int(refused.headers["retry-after"]) <= 300
    with open_door(database) as another_process:
        assert sign_in(another_process, password=PASSWORD).status_code == 429
    with database.app() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(WebSession)).scalar_one() == 0


def test_unknown_emails_are_limited_just_the_same(door: TestClient[Any]) -> None:
    answers = [sign_in(door, "khong.co@example.vn").status_code for _ in range(11)]

    assert answers == [401] * 10 + [429]


def test_one_address_may_not_try_many_accounts(door: TestClient[Any]) -> None:
    answers = [sign_in(door, f"a{number}@example.vn").status_code for number in range(31)]

    assert answers == [401] * 30 + [429]


def test_the_rightful_sign_in_as_often_as_they_like(door: TestClient[Any]) -> None:
    assert {sign_in(door, password=PASSWORD).status_code for _ in range(35)} == {200}


def test_registrations_of_one_email_are_limited_known_or_not(door: TestClient[Any]) -> None:
    def register(email: str) -> int:
        entry = {"name": "Nguyễn Ánh", "email": email, "password": PASSWORD}
        return int(door.post("/api/v1/auth/register", json=entry).status_code)

    known = [register(EMAIL) for _ in range(6)]
    unknown = [register("moi@example.vn") for _ in range(6)]

    assert known == unknown == [202] * 5 + [429]


def test_public_tracking_is_limited_by_number_and_by_address(database: Database) -> None:
    for _ in range(10):
        throttle.tracking("203.0.113.9", "H99.1-261122-0001")
    with pytest.raises(TooMany):
        throttle.tracking("203.0.113.10", "h99.1-261122-0001 ")

    with database.app() as session:
        past = clock.now() - timedelta(minutes=6)
        for more in (10, 10, 9):
            session.execute(sa.update(Throttle.__table__).values(window_start=past))  # type: ignore[attr-defined]
            session.commit()
            for _ in range(more):
                throttle.tracking(secrets.token_hex(4), "H99.1-261122-0001")
        session.execute(sa.update(Throttle.__table__).values(window_start=past))  # type: ignore[attr-defined]
        session.commit()
        with pytest.raises(TooMany) as refused:
            throttle.tracking("203.0.113.10", "H99.1-261122-0001")
    assert refused.value.retry_after > 3600

    for number in range(30):
        throttle.tracking("203.0.113.77", str(number))
    with pytest.raises(TooMany):
        throttle.tracking("203.0.113.77", "another")
