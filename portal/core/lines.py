"""What libraries log and how a process ends, in the same lines as our own: without the words of others.

A library fills its messages with whatever it holds: Celery with the exception of a task, which quotes the
recipient whom a mail relay refused; PostgreSQL's driver with the row it could not write. So only the
template of a message is kept, and of an exception its kind and where it came from.
"""

import logging
import sys
import threading
from types import TracebackType

import structlog

from portal.core.observability import configure_logging

TEMPLATE_MAX = 200


class Lines(logging.Handler):
    """Writes a library's record as one of our lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """The logger, the template or the place, the task if Celery names one, the exception's frames."""
        error = record.exc_info[1] if record.exc_info else None
        more = {"error": type(error).__name__, "exc_info": error} if error is not None else {}
        data = getattr(record, "data", None)  # Celery's own context
        if isinstance(data, dict) and "name" in data:
            more["task"] = str(data["name"])
        structlog.get_logger().log(record.levelno, template(record), logger=record.name, **more)


def template(record: logging.LogRecord) -> str:
    """The message before it was filled; of one without blanks, which may be filled already, its place."""
    words = " ".join(record.msg.split()) if isinstance(record.msg, str) else ""
    blank = record.args and any(word.isalpha() for word in words.split())
    return words[:TEMPLATE_MAX] if blank else f"{record.module}:{record.lineno}"


def log_everything(level: str) -> None:
    """For a process of the portal: our lines, the libraries' warnings, and what nobody caught."""
    configure_logging(level)
    root = logging.getLogger()
    root.handlers = [Lines()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _ended
    threading.excepthook = _thread_ended


def _ended(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    structlog.get_logger().critical("process_ended", error=type(error).__name__, exc_info=error)


def _thread_ended(of: threading.ExceptHookArgs) -> None:
    if of.exc_value is not None and not isinstance(of.exc_value, SystemExit):
        kind = type(of.exc_value).__name__
        structlog.get_logger().critical("thread_ended", error=kind, exc_info=of.exc_value)
