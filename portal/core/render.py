"""Jinja2 as this house uses it: escaped, strict about unknown names, with Vietnamese formats."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.core.clock import local

NBSP = "\u00a0"
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ Nhật")
SHORT_WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def number(value: int) -> str:
    """A whole number with dots between thousands: 1.250.000."""
    return f"{value:,}".replace(",", ".")


def dong(value: int) -> str:
    """An amount of money, number and unit kept on one line: 1.250.000 đồng."""
    return f"{number(value)}{NBSP}đồng"


def percent(numerator: int, denominator: int, digits: int = 2) -> str:
    """A rate as people here write it: 75,32 %. The denominator must not be zero."""
    return f"{100 * numerator / denominator:.{digits}f}".replace(".", ",") + f"{NBSP}%"


def day_of(value: date | datetime) -> date:
    """The legal day of an instant, or the day itself."""
    return local(value).date() if isinstance(value, datetime) else value


def date_vi(value: date | datetime) -> str:
    """27/11/2026."""
    return f"{day_of(value):%d/%m/%Y}"


def time_vi(value: datetime) -> str:
    """17:00, on the clock of Viet Nam."""
    return f"{local(value):%H:%M}"


def datetime_vi(value: datetime) -> str:
    """17:00 27/11/2026."""
    return f"{time_vi(value)} {date_vi(value)}"


def weekday(value: date | datetime) -> str:
    """The name of the weekday: thứ Sáu."""
    return WEEKDAYS[day_of(value).weekday()]


def weekday_short(value: date | datetime) -> str:
    """T6."""
    return SHORT_WEEKDAYS[day_of(value).weekday()]


def weekday_date(value: date | datetime) -> str:
    """thứ Sáu, 27/11/2026."""
    return f"{weekday(value)}, {date_vi(value)}"


def moment(value: datetime) -> str:
    """10:05 thứ Sáu 20/11/2026, as timelines write it."""
    return f"{time_vi(value)} {weekday(value)} {date_vi(value)}"


def long_date(value: date | datetime) -> str:
    """ngày 05 tháng 02 năm 2026: documents put a zero before days under 10 and months 1 and 2."""
    day = day_of(value)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def iso(value: date | datetime) -> str:
    """The machine form of a day or an instant, for `<time datetime>`."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


def size(value: int) -> str:
    """A size in bytes as people read it: 184 KB, 18,4 MB."""
    if value < 1024:
        return f"{value}{NBSP}byte"
    if value < 1024 * 1024:
        return f"{round(value / 1024)}{NBSP}KB"
    return f"{value / 1024 / 1024:.1f}".replace(".", ",") + f"{NBSP}MB"


def capital(text: str) -> str:
    """The text with its first letter large, the others untouched."""
    return text[:1].upper() + text[1:]


def together(text: str) -> str:
    """The text with its spaces made unbreakable (numbers with their unit)."""
    return text.replace(" ", NBSP)


FILTERS: dict[str, Any] = {
    "capital": capital,
    "date_vi": date_vi,
    "datetime_vi": datetime_vi,
    "dong": dong,
    "iso": iso,
    "long_date": long_date,
    "moment": moment,
    "number": number,
    "query": lambda text: quote(str(text), safe=""),
    "size": size,
    "time_vi": time_vi,
    "together": together,
    "weekday": weekday,
    "weekday_date": weekday_date,
    "weekday_short": weekday_short,
}


def environment(folders: Sequence[str], *, reload: bool = False, **names: Any) -> Environment:
    """A Jinja2 environment over template folders.

    Args:
        folders: searched in order.
        reload: look for changed files on each use (development).
        names: more names every template sees.
    """
    made = Environment(
        loader=FileSystemLoader(list(folders)),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.filters.update(FILTERS)
    made.globals.update(percent=percent, day_of=day_of, **names)
    return made
