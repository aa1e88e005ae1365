"""Days as people type them into a page, or as a date field posts them."""

import re
from datetime import date
from typing import Final

_TYPED: Final = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})", re.ASCII)
_POSTED: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
WRONG: Final = "Nhập ngày dạng ngày/tháng/năm, ví dụ 24/12/2026"


def read_day(raw: str) -> date | None:
    """The day of 01/12/2026, 1-12-2026 or 2026-12-01; None when it is none."""
    text = raw.strip()
    if match := _TYPED.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := _POSTED.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_near_day(raw: str) -> date | None:
    """The same, of this century: what a calendar of the portal can be asked about."""
    day = read_day(raw)
    return day if day is not None and 2000 <= day.year < 2100 else None
