"""Structured logs without personal data, request ids, and Prometheus metrics."""

import logging
import random
import sys
import time
import traceback
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

REQUESTS = Counter(
    "motcua_requests_total", "Requests by route, method and class of status", ["route", "method", "status"]
)
METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])  # others count as one
SECONDS = Histogram(
    "motcua_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
RELAYED = Counter("motcua_outbox_relayed_total", "Events handed to the worker")
TASKS = Counter("motcua_tasks_total", "Tasks ended, by name and outcome", ["task", "outcome"])

# The only keys a log line may carry: ids, codes and measures; never contents.
ALLOWED = frozenset(
    [
        "event",
        "level",
        "timestamp",
        "logger",
        "request_id",
        "method",
        "route",
        "status",
        "ms",
        "actor_id",
        "dossier_id",
        "stream_id",
        "seq",
        "task",
        "name",
        "count",
        "error",
        "exception",
        "exc_info",
        "code",
        "lag_ms",
        "pid",
        "port",
        "part",
        "size",
        "attempt",
    ]
)


def _allow_listed(_: Any, __: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in line.items() if key in ALLOWED}


def _frames_only(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The kind of an exception and where it came from; not its message, which may quote what people typed."""
    error = line.pop("exc_info", None)
    if isinstance(error, BaseException):
        line["exception"] = "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
    return line


def configure_logging(level: str) -> None:
    """JSON lines on standard error; anything outside the list of allowed keys is dropped."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _frames_only,
            _allow_listed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is then, not at start
    )


@cache
def _measures(route: str, method: str, hundreds: int) -> tuple[Counter, Histogram]:
    """The two measures of one kind of answer; routes, methods and kinds are few."""
    return REQUESTS.labels(route, method, f"{hundreds}xx"), SECONDS.labels(route)


_ids = random.Random()  # noqa: S311 - names a request in the log; no secret, and no call of the kernel


def observed(app: ASGIApp) -> ASGIApp:
    """Wrap the whole application: a request id on every answer, one log line, two measures."""

    async def observe(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request_id = f"{_ids.getrandbits(64):016x}"
        scope["request_id"] = request_id  # type: ignore[typeddict-unknown-key]
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await app(scope, receive, watched)
        finally:
            took = time.perf_counter() - started
            route = str(scope.get("path_template") or "unmatched")
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            requests, seconds = _measures(route, method, status // 100)
            requests.inc()
            seconds.observe(took)
            actor = scope.get("actor")
            structlog.get_logger("web").info(
                "request",
                request_id=request_id,
                method=scope["method"],
                route=route,
                status=status,
                ms=round(took * 1000, 1),
                actor_id=str(getattr(actor, "id", "") or ""),
            )

    return observe
