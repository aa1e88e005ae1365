"""The one clock. Instants are aware UTC; legal days are dates in Viet Nam."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """The same instant on a clock in Viet Nam (UTC+7, no summer time)."""
    return instant.astimezone(ZONE)


def today() -> date:
    """The present day in Viet Nam."""
    return local(now()).date()
