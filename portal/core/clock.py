"""The one clock. Instants are aware UTC; legal days are dates in Viet Nam."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class _Ahead:
    """How far this process stands ahead of the world's clock: nothing, but in a proof or an invention."""

    by = timedelta(0)


def set_ahead(hours: int) -> None:
    """Let the process live this many hours from now on: to see in a proof what a date will bring."""
    _Ahead.by = timedelta(hours=hours)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let the whole process live at this instant and on from it: for invented lives (portal.lives)."""
    before, _Ahead.by = _Ahead.by, instant - datetime.now(UTC)
    try:
        yield
    finally:
        _Ahead.by = before


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC) + _Ahead.by


def local(instant: datetime) -> datetime:
    """The same instant on a clock in Viet Nam (UTC+7, no summer time)."""
    return instant.astimezone(ZONE)


def today() -> date:
    """The present day in Viet Nam."""
    return local(now()).date()
