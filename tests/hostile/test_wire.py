"""What no HTTP library would send, on the real socket: refused or borne, never a 5xx, nothing written."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.hostile.ground import Ground
from tests.hostile.tables.wire import BODY, HOST, LENGTH, OPEN, WIRE
from tests.hostile.wire import Wire, served, statuses


@pytest.fixture(scope="module")
def wire(ground: Ground) -> Iterator[Wire]:
    with served(ground.client.app) as found:
        yield found


def asked(ground: Ground, wire: Wire, sent: bytes) -> tuple[bytes, list[str]]:
    """What was heard, and what was written and kept."""
    place = ground.world.connection.begin_nested()
    try:
        with ground.kept.watching() as written:
            heard = wire.said(sent)
        return heard, written
    finally:
        place.rollback()


def faults_of(ground: Ground, wire: Wire, table: dict[str, tuple[bytes, set[int]]]) -> list[str]:
    found: list[str] = []
    for name, (sent, may) in table.items():
        heard, written = asked(ground, wire, sent)
        told = statuses(heard)
        if not set(told) <= may:
            found.append(f"{name}: {told}")
        if len(told) > 1 and told[0] != 400 and b"smuggled" in sent:
            found.append(f"{name}: answered twice")
        if written:
            found.append(f"{name}: wrote {written}")
        if b"evil.example" in heard or b"Traceback" in heard or b"server: " in heard.lower():
            found.append(f"{name}: says too much")
    return found


def test_the_socket_answers_the_right_request(ground: Ground, wire: Wire) -> None:
    heard, _ = asked(ground, wire, OPEN + LENGTH + b"\r\n" + BODY)

    assert statuses(heard) == [404]
    assert b"application/problem+json" in heard


def test_bad_bytes_on_the_socket_are_refused_and_leave_nothing(
    ground: Ground, wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    found = faults_of(ground, wire, WIRE)

    with capsys.disabled():
        print(f"\nbad bytes on the socket: {len(WIRE)}, not as they should be: {len(found)}")
    assert not found, "\n".join(found)
    heard, _ = asked(ground, wire, b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n")
    assert statuses(heard) == [200]


def test_fault_a_traceback_for_strangers(ground: Ground, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a failing answer says how it failed."""
    import portal.app

    def planted(*_: Any) -> Any:
        return portal.app.Response("Traceback: evil.example", status_code=500, media_type="text/plain")

    monkeypatch.setattr(portal.app, "answer_problem", planted)
    app: Any = ground.client.app
    monkeypatch.setitem(app.exception_handlers, Exception, planted)

    assert (
        faults_of(ground, wire, {"planted": (b"GET /api/v1/none HTTP/1.1\r\n" + HOST + b"\r\n", {404})}) != []
    )
