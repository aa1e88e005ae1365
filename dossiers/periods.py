"""Reporting periods: a month, a quarter or a year of Viet Nam's calendar. Pure."""

import re
from datetime import date, timedelta

import msgspec

from portal.core.errors import Malformed

_FORM = re.compile(r"(20[0-9]{2})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")


class BadPeriod(Malformed):
    title = "Kỳ thống kê không đọc được"


class Period(msgspec.Struct, frozen=True):
    """From the first day of a month until (not with) the first day of another."""

    key: str
    name: str
    first: date
    until: date

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.until - timedelta(days=1)

    def months(self, today: date) -> list[date]:
        """The first days of its months that have begun."""
        found, month = [], self.first
        while month < self.until and month <= today:
            found.append(month)
            month = plus(month, 1)
        return found

    def trailing(self, months: int) -> "Period":
        """The `months` months that end with this period, or the period itself when it is longer."""
        first = min(self.first, plus(self.until, -months))
        return Period(self.key, self.name, first, self.until)


def plus(month: date, months: int) -> date:
    """The first day of the month so many months later (or earlier)."""
    years, index = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(years, index + 1, 1)


def of_month(day: date) -> Period:
    """The month of a day."""
    first = day.replace(day=1)
    return Period(f"{first:%Y-%m}", f"Tháng {first:%m/%Y}", first, plus(first, 1))


def parse(key: str | None, today: date) -> Period:
    """The period named "2026", "2026-Q3" or "2026-11"; the present month when None.

    Raises:
        BadPeriod: it is none of these, or has not begun.
    """
    if not key:
        return of_month(today)
    match = _FORM.fullmatch(key)
    if match is None:
        raise BadPeriod("Kỳ có dạng 2026, 2026-Q3 hoặc 2026-11.", period=key[:40])
    year = int(match[1])
    if match[3]:
        period = of_month(date(year, int(match[3]), 1))
    elif match[2]:
        quarter = int(match[2])
        first = date(year, quarter * 3 - 2, 1)
        period = Period(key, f"Quý {('I', 'II', 'III', 'IV')[quarter - 1]}/{year}", first, plus(first, 3))
    else:
        period = Period(key, f"Năm {year}", date(year, 1, 1), date(year + 1, 1, 1))
    if period.first > today:
        raise BadPeriod("Kỳ này chưa bắt đầu.", period=key)
    return period


def choices(today: date) -> list[Period]:
    """Periods to choose from: the last twelve months, four quarters and two years, newest first."""
    this = today.replace(day=1)
    months = [of_month(plus(this, -n)) for n in range(12)]
    start = plus(date(this.year, 1, 1), (this.month - 1) // 3 * 3)
    quarters = []
    for n in range(4):
        first = plus(start, -3 * n)
        quarters.append(parse(f"{first.year}-Q{(first.month + 2) // 3}", today))
    return [*months, *quarters, parse(str(this.year), today), parse(str(this.year - 1), today)]
