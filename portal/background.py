"""One process beside the web: relay of events, fold of statistics, signed roots, timetable (decision 27)."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import structlog
from celery.beat import Scheduler, Service
from kombu.exceptions import OperationalError as BrokerDown
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from dossiers.rollups import fold_once, reconcile
from portal import worker
from portal.core import runtime
from portal.core.anchors import anchor_once, publish
from portal.core.errors import DomainError
from portal.core.failpoints import failpoint
from portal.core.lines import log_everything
from portal.core.observability import RELAYED
from portal.core.outbox import relay_once
from portal.core.settings import Settings
from portal.core.work import open_as_worker, unit_of_work
from portal.operations.supervision import notify

log = structlog.get_logger("background")
STOP_SECONDS = 10  # for a step under way; the transaction of a longer one is rolled back by our end
EVERY = {"relay": 0.1, "fold": 1.0, "anchor": 120.0, "check": 600.0}  # seconds


def relay(session: Session) -> None:
    """Hand waiting events to the queue."""
    if count := relay_once(session, worker.SUBSCRIBERS, worker.send):
        RELAYED.inc(count)


def fold(session: Session) -> None:
    """Fold what was committed into the rollups."""
    fold_once(session)
    failpoint("rollups.after_fold")


def check(session: Session) -> None:
    """Recount the published figures from raw events; the statistics page shows the outcome."""
    reconcile(session)


def anchor(session: Session) -> None:
    """Sign a root over what was committed; once it is committed itself, take it to the second place."""
    settings = runtime.settings
    publish(session, runtime.storage, settings.anchor_bucket)
    if anchor_once(session, settings.anchor_key.get_secret_value()) is not None:
        session.commit()
        failpoint("anchors.after_commit")
        publish(session, runtime.storage, settings.anchor_bucket)


def repeat(name: str, step: Callable[[Session], None], stop: threading.Event) -> None:
    """Do the step again and again, each time in its own transaction; a broken part only delays it."""
    pause = EVERY[name]
    while not stop.is_set():
        try:
            with unit_of_work() as session:
                step(session)
            pause = EVERY[name]
        except (SQLAlchemyError, BrokerDown, DomainError, OSError) as error:
            pause = min(5.0, pause * 2)
            log.warning("part_unavailable", part=name, error=type(error).__name__)
        except Exception as error:  # a thread that ended would leave the others to pretend that all is well
            pause = min(5.0, pause * 2)
            log.error("unforeseen", part=name, error=type(error).__name__, exc_info=error)
        stop.wait(pause)


def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    celery_app = worker.configure(settings)
    log_everything(settings.log_level)
    open_as_worker(settings, threads=5)
    stop = threading.Event()

    def ask(_: int, __: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    steps: dict[str, Callable[[Session], None]] = {
        "relay": relay,
        "fold": fold,
        "anchor": anchor,
        "check": check,
    }
    threads = [
        threading.Thread(target=repeat, args=(name, step, stop), name=name, daemon=True)
        for name, step in steps.items()
    ]
    beat = Service(celery_app, scheduler_cls=Scheduler)
    threads.append(threading.Thread(target=_tick, args=(beat, stop), name="beat", daemon=True))
    for thread in threads:
        thread.start()
    notify("READY=1")
    log.info("background_started")
    while not stop.is_set():  # not stop.wait: the signal's own stop.set() could meet its lock
        time.sleep(0.1)
    until = time.monotonic() + STOP_SECONDS
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


def _tick(beat: Service, stop: threading.Event) -> None:
    """Celery's timetable, sent on time; a broker that is away is asked again."""
    scheduler = beat.get_scheduler()
    while not stop.is_set():
        try:
            wait = scheduler.tick()
        except (BrokerDown, OSError) as error:
            log.warning("part_unavailable", part="beat", error=type(error).__name__)
            wait = 5.0
        stop.wait(min(wait or 1.0, 5.0))
