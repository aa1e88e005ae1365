"""`/metrics`: what a province watches. Names and bounded labels only: no id, no person, no address."""

import hmac
import importlib.metadata
import os
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import sqlalchemy as sa
import structlog
from litestar import Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from portal.core import queues, runtime
from portal.core.errors import NotFound
from portal.core.http import AppSettings
from portal.core.settings import Settings

QUEUE_SECONDS = 2
FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
FACTS = {
    "outbox_waiting": "Events not yet handed to the queue",
    "outbox_oldest_seconds": "Age of the oldest of them",
    "fold_age_seconds": "Since the figures were last folded: the background process lives",
    "anchor_age_seconds": "Since the last signed root",
    "unsigned_oldest_seconds": "Age of the oldest event that no signed root covers",
    "files_checking": "Files that wait for inspection",
    "dossiers_open": "Dossiers under way",
    "dossiers_overdue": "Accepted dossiers past their due date",
    "receptions_overdue": "Submitted dossiers past the time to receive or refuse them",
    "connections": "Connections to the database, of all processes",
    "connections_max": "Connections the database allows",
}


class SharedFacts:
    """What is true of the whole portal, asked of the database, the pool and the queue when it is scraped."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each fact; a part that does not answer is left out, and `motcua_up` says so."""
        build = GaugeMetricFamily("motcua_build_info", "The release that answers", labels=["version"])
        build.add_metric([importlib.metadata.version("motcua")], 1)
        yield build
        up = GaugeMetricFamily("motcua_up", "Whether the part answered", labels=["part"])
        facts = _facts()
        up.add_metric(["database"], float(facts is not None))
        for name, value in (facts or {}).items():
            yield GaugeMetricFamily(f"motcua_{name}", FACTS[name], value=value)
        waiting = _queue_length(runtime.settings.broker_url.get_secret_value())
        up.add_metric(["queue"], float(waiting is not None))
        if waiting is not None:
            yield GaugeMetricFamily(
                "motcua_queue_waiting", "Tasks in the queue, not yet taken", value=waiting
            )
        yield up
        yield from _pool()


def _facts() -> dict[str, float] | None:
    try:
        with runtime.sessions() as session:
            rows = session.execute(sa.text("SELECT name, value FROM operating_facts()")).all()
            session.rollback()
    except sa.exc.SQLAlchemyError:
        return None
    return {row.name: row.value for row in rows if row.name in FACTS and row.value is not None}


def _queue_length(url: str) -> float | None:
    """Messages in the queue; None when the broker is away."""
    from kombu import Connection
    from kombu.exceptions import KombuError

    options = {"socket_timeout": QUEUE_SECONDS, "socket_connect_timeout": QUEUE_SECONDS}
    given = {"transport_options": options} if url.startswith(("redis", "valkey")) else {}
    try:
        with Connection(url, connect_timeout=QUEUE_SECONDS, **given) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0.1, timeout=QUEUE_SECONDS)
            return float(queues.waiting(connection))
    except (OSError, KombuError, ValueError) as error:
        structlog.get_logger("metrics").warning("part_unavailable", part="queue", error=type(error).__name__)
        return None


def _pool() -> Iterator[GaugeMetricFamily]:
    """The pool of the process that answers."""
    with runtime.sessions() as session:
        pool: Any = session.get_bind().engine.pool
    used, size = getattr(pool, "checkedout", None), getattr(pool, "size", None)
    if used and size:
        yield GaugeMetricFamily("motcua_pool_used", "Connections this web process has in use", value=used())
        yield GaugeMetricFamily("motcua_pool_size", "Connections this web process may use", value=size())


def registry() -> CollectorRegistry:
    """The measures of this process; with PROMETHEUS_MULTIPROC_DIR, of all processes of the machine."""
    made = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(made)  # type: ignore[no-untyped-call]
    else:
        made.register(REGISTRY)
    made.register(SharedFacts())
    return made


def may_read(request: Request[Any, Any, Any], settings: Settings) -> bool:
    """Whether this request may see the measures.

    With MOTCUA_METRICS_TOKEN, whoever bears it. Without, in the demo only, a client on this machine whose
    request no proxy forwarded: a proxy on this machine comes from loopback too, and must open nothing.
    """
    token = settings.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {token}".encode())
    if not settings.demo or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


@get("/metrics", sync_to_thread=True, include_in_schema=False)
def metrics(request: Request[Any, Any, Any], settings: AppSettings) -> Response[bytes]:
    """Measures in Prometheus' text form, for whoever may read them; for others there is no such page."""
    if not may_read(request, settings):
        raise NotFound("Trang này không tồn tại.")
    return Response(generate_latest(registry()), media_type=CONTENT_TYPE_LATEST)


route_handlers: list[Any] = [metrics]
