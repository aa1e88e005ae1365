"""Logs carry ids and kinds, never what people typed."""

import json
import logging
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import structlog
from sqlmodel import Session

from portal import background
from portal.core import runtime
from portal.core.lines import Lines
from portal.core.observability import configure_logging
from tests.conftest import Database

CANARY = "Canarina Quýnh Đượm"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def logger() -> structlog.stdlib.BoundLogger:
    configure_logging("INFO")
    made: structlog.stdlib.BoundLogger = structlog.get_logger("test")
    return made


def test_an_exceptions_message_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log = logger()
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        log.error("unforeseen", exc_info=error, error=type(error).__name__)

    line = json.loads(capsys.readouterr().err)
    assert CANARY not in str(line)
    assert "test_logs.py" in line["exception"]
    assert line["exception"].endswith("ValueError")


def test_a_key_nobody_allowed_is_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    logger().info("request", email=CANARY, method="GET", status=200, full_name=CANARY)

    line = json.loads(capsys.readouterr().err)
    assert "email" not in line
    assert "full_name" not in line


def test_a_failed_statement_does_not_quote_its_parameters(session: Session) -> None:
    with pytest.raises(sa.exc.DBAPIError) as failure:
        session.execute(sa.text("SELECT :value || no_such_column"), {"value": CANARY})

    assert CANARY not in str(failure.value)


def record(message: str, *given: object) -> logging.LogRecord:
    return logging.LogRecord("some.library", logging.WARNING, "/x/place.py", 7, message, given, None)


@pytest.mark.parametrize(
    ("message", "given", "kept"),
    [
        ("Task %s failed: %r", ("a", CANARY), "Task %s failed: %r"),
        (f"Task failed: {CANARY}", (), "place:7"),
        ("%s", (CANARY,), "place:7"),
    ],
)
def test_of_a_librarys_message_the_template_is_kept(
    capsys: pytest.CaptureFixture[str], message: str, given: tuple[object, ...], kept: str
) -> None:
    configure_logging("INFO")

    Lines().handle(record(message, *given))

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["logger"], line["level"]) == (kept, "some.library", "warning")
    assert CANARY not in str(line)


def test_a_step_that_fails_unforeseen_is_told_and_tried_again(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime.install(database.settings, database.worker, None)  # type: ignore[arg-type]
    configure_logging("INFO")
    stop, tries = threading.Event(), []

    def step(_: Session) -> None:
        tries.append(1)
        if len(tries) == 2:
            stop.set()
        raise ValueError(CANARY)

    background.repeat("relay", step, stop)

    said = capsys.readouterr().err
    assert len(tries) == 2
    assert '"unforeseen"' in said
    assert CANARY not in said
