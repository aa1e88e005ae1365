"""Logs carry ids and kinds, never what people typed."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import structlog
from sqlmodel import Session

from portal.core.observability import configure_logging

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
