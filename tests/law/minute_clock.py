"""A second clock of a dossier, by walking through real time minute by minute (docs/clock.md).

Slow and plain on purpose. It imports nothing of ours and no library of holidays: the days off stand below,
copied by hand from the Labour Code and the yearly notices. All instants are whole minutes of Viet Nam since
01/01/2024 00:00. Where the page shifts a due instant by a pause, this clock only stands still while it lasts.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import Final

VIET_NAM: Final = timezone(timedelta(hours=7))
ORIGIN: Final = datetime(2024, 1, 1, tzinfo=VIET_NAM)
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)  # the years for which a notice exists
DAY: Final = 24 * 60

# Labour Code 2019, art. 112(1), 111(3); Resolution 28/2026/QH16 for 24/11; the rest by each year's notice.
DAYS_OFF: Final[Mapping[str, str]] = {
    "2024-01-01": "New Year",
    "2024-02-08": "Tết: 29 Chạp",
    "2024-02-09": "Tết: 30 Chạp",
    "2024-02-12": "Tết: mồng 3",
    "2024-02-13": "for mồng 1, a Saturday (art. 111(3))",
    "2024-02-14": "for mồng 2, a Sunday (art. 111(3))",
    "2024-04-18": "Hùng Kings, 10/3 of the lunar year",
    "2024-04-29": "swapped with Saturday 04/05/2024",
    "2024-04-30": "Day of Victory",
    "2024-05-01": "Labour Day",
    "2024-09-02": "National Day",
    "2024-09-03": "the day beside National Day",
    "2025-01-01": "New Year",
    "2025-01-27": "Tết: 28 Chạp",
    "2025-01-28": "Tết: 29 Chạp",
    "2025-01-29": "Tết: mồng 1",
    "2025-01-30": "Tết: mồng 2",
    "2025-01-31": "Tết: mồng 3",
    "2025-04-07": "Hùng Kings, 10/3 of the lunar year",
    "2025-04-30": "Day of Victory",
    "2025-05-01": "Labour Day",
    "2025-05-02": "swapped with Saturday 26/04/2025",
    "2025-09-01": "the day beside National Day",
    "2025-09-02": "National Day",
    "2026-01-01": "New Year",
    "2026-01-02": "swapped with Saturday 10/01/2026 (notice 12729/VPCP-KGVX)",
    "2026-02-16": "Tết: 29 Chạp",
    "2026-02-17": "Tết: mồng 1",
    "2026-02-18": "Tết: mồng 2",
    "2026-02-19": "Tết: mồng 3",
    "2026-02-20": "Tết: mồng 4",
    "2026-04-27": "for Hùng Kings, Sunday 26/04/2026 (art. 111(3))",
    "2026-04-30": "Day of Victory",
    "2026-05-01": "Labour Day",
    "2026-08-31": "swapped with Saturday 22/08/2026",
    "2026-09-01": "the day beside National Day",
    "2026-09-02": "National Day",
    "2026-11-24": "Day of Vietnamese Culture (Resolution 28/2026/QH16)",
}
WORKED_SATURDAYS: Final = ("2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22")
# Mồng 1 and mồng 4 of Tết (the notice for 2025: off until 02/02): off for those who work on Saturdays too.
HOLIDAY_SATURDAYS: Final = ("2024-02-10", "2025-02-01")

OFFICE: Final = (("07:00", "11:30"), ("13:30", "17:00"))
Hours = Sequence[tuple[str, str]]


class BeyondTable(Exception):
    """The walk left the years whose days off are known."""


def is_worked(day: date) -> bool:
    """Whether public offices work on the day, by the table above."""
    if not FIRST <= day <= LAST:
        raise BeyondTable(day)
    if day.isoformat() in WORKED_SATURDAYS:
        return True
    return day.weekday() < 5 and day.isoformat() not in DAYS_OFF


def minute_of(moment: datetime) -> int:
    """The minute of an aware instant, its seconds cut off."""
    return (moment - ORIGIN) // timedelta(minutes=1)


def moment_of(minute: int) -> datetime:
    return ORIGIN + timedelta(minutes=minute)


def minute_of_hour(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:])


def date_of(minute: int) -> date:
    return moment_of(minute).date()


def midnight(day: date) -> int:
    return (day - FIRST).days * DAY


@dataclass(frozen=True)
class Week:
    """Which minutes are worked: one byte for each minute of the table, and the minute each day closes."""

    worked: bytes
    closes: Mapping[int, int]  # number of the day -> the first minute after its last worked one

    def at(self, minute: int) -> bool:
        if not 0 <= minute < len(self.worked):
            raise BeyondTable(minute)
        return self.worked[minute] == 1

    def next_worked(self, minute: int) -> int:
        while not self.at(minute):
            minute += 1
        return minute


def week(weekday: Hours = OFFICE, saturday: Hours = ()) -> Week:
    """An agency's hours; a swapped Saturday has those of a weekday, one on a holiday none."""
    worked = bytearray((LAST - FIRST).days * DAY + DAY)
    closes = {}
    for number in range(len(worked) // DAY):
        day = FIRST + timedelta(days=number)
        hours: Hours = ()
        if is_worked(day):
            hours = weekday
        elif day.weekday() == 5 and day.isoformat() not in HOLIDAY_SATURDAYS:
            hours = saturday
        for opening, closing in hours:
            for minute in range(minute_of_hour(opening), minute_of_hour(closing)):
                worked[number * DAY + minute] = 1
            closes[number] = number * DAY + minute_of_hour(closing)
    return Week(bytes(worked), closes)


NATIONAL: Final = week()


@dataclass(frozen=True)
class Stop:
    """A pause in minutes; `until` is None while it lasts; `supplement` if the applicant is to supplement."""

    since: int
    until: int | None
    supplement: bool = False

    @property
    def end(self) -> int:
        assert self.until is not None
        return self.until


@dataclass(frozen=True)
class Rule:
    unit: str
    amount: int = 1
    extra_hours: int = 0
    cutoff: str = "15:00"
    restarts: bool = False


@dataclass(frozen=True)
class Extended:
    made: int  # minute
    day: date


def merged(stops: Sequence[Stop], start: int) -> list[Stop]:
    """Pauses in order; those that overlap or touch are one, what lies before the start is cut off."""
    whole: list[Stop] = []
    for stop in sorted(stops, key=lambda each: each.since):
        if stop.until is not None and stop.until <= start:
            continue
        stop = replace(stop, since=max(stop.since, start))
        if whole and (whole[-1].until is None or whole[-1].until >= stop.since):
            last = whole.pop()
            ends = None if last.until is None or stop.until is None else max(last.until, stop.until)
            stop = Stop(last.since, ends, last.supplement or stop.supplement)
        whole.append(stop)
    return whole


def due(
    rule: Rule, start: int, stops: Sequence[Stop], extended: Extended | None, hours: Week = NATIONAL
) -> tuple[int, int | None]:
    """When the dossier must be settled, and since when its count stands."""
    joined = merged(stops, start)
    open_since = next((stop.since for stop in joined if stop.until is None), None)
    return _due(rule, start, [stop for stop in joined if stop.until is not None], extended, hours), open_since


def _due(rule: Rule, start: int, stops: list[Stop], extended: Extended | None, hours: Week) -> int:
    for number, stop in enumerate(stops):
        if rule.restarts and stop.supplement:
            known = extended if extended and extended.made < stop.since else None
            if stop.since >= _later(rule, start, stops[:number], known, hours):
                break  # the limit was over before anything was asked
            kept = extended if extended and extended.made > stop.end else None
            return _due(rule, stop.end, stops[number + 1 :], kept, hours)
    return _later(rule, start, stops, extended, hours)


def _later(rule: Rule, start: int, stops: list[Stop], extended: Extended | None, hours: Week) -> int:
    original = WALKS[rule.unit](rule, start, stops, hours)
    if extended is None:
        return original
    after = [stop for stop in stops if stop.since > extended.made]
    if rule.unit in ("day", "month"):
        return max(original, _walk_dates(midnight(extended.day), extended.made, after, hours))
    target = extended.day
    while midnight(target) // DAY not in hours.closes:
        target += timedelta(days=1)
    first, last = extended.made // DAY + 1, midnight(target) // DAY
    days = sum(1 for number in range(first, last + 1) if number in hours.closes)
    return max(original, _walk_days(Rule("working_day", days), extended.made, after, hours))


def _stands(stops: Sequence[Stop], hours: Week) -> Callable[[int], bool]:
    """Whether the count stands in a minute, for minutes asked in rising order."""
    number = 0

    def stands(minute: int) -> bool:
        nonlocal number
        while number < len(stops) and stops[number].end <= minute:
            number += 1
        return number < len(stops) and stops[number].since <= minute

    return stands


def _walk_minutes(left: int, start: int, stops: Sequence[Stop], hours: Week) -> int:
    """The end of the last of so many worked minutes in which the count did not stand."""
    stands, minute = _stands(stops, hours), start
    while True:
        if hours.at(minute) and not stands(minute):
            left -= 1
            if left == 0:
                return minute + 1
        minute += 1


def _walk_hours(rule: Rule, start: int, stops: Sequence[Stop], hours: Week) -> int:
    return _walk_minutes(rule.amount * 60, start, stops, hours)


def _walk_days(rule: Rule, start: int, stops: Sequence[Stop], hours: Week) -> int:
    """Count closings. The day of the start weighs nothing, each later one 1.

    The day on which the count goes on weighs what the day weighed on which it stopped.
    """
    stands, minute = _stands(stops, hours), start
    today, weight, left, stood = start // DAY, 0, rule.amount, False
    while True:
        if hours.at(minute):
            if minute // DAY != today and not stood:
                today, weight = minute // DAY, 1
            stood = stands(minute)
            if not stood:
                today = minute // DAY
                if minute + 1 == hours.closes[today]:
                    left -= weight
                    if left == 0:
                        break
        minute += 1
    if rule.extra_hours == 0:
        return minute + 1
    rest = [stop for stop in stops if stop.end > minute + 1]
    return _walk_minutes(rule.extra_hours * 60, minute + 1, rest, hours)


def _walk_calendar(rule: Rule, start: int, stops: Sequence[Stop], hours: Week) -> int:
    first = date_of(start)
    if rule.unit == "day":
        return _walk_dates(midnight(first + timedelta(days=rule.amount)), start, stops, hours)
    year, month, number = first.year, first.month, first.day
    for _ in range(rule.amount):  # turn the leaves of the calendar
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    number = min(number, monthrange(year, month)[1])
    return _walk_dates(midnight(date(year, month, number)), start, stops, hours)


def _walk_dates(last_midnight: int, start: int, stops: Sequence[Stop], hours: Week) -> int:
    """Count dates at their last minute; due at the close of the worked day on which the last is reached.

    A pause that took a worked minute stands until offices are open again; then the date of that minute takes
    the place of the date on which the count stopped.
    """
    longer = []
    for stop in stops:
        goes_on = hours.next_worked(stop.end)
        if goes_on > hours.next_worked(stop.since):
            longer.append(replace(stop, until=goes_on))
    left = last_midnight // DAY - start // DAY
    today, weight, stood = start // DAY, 0, False
    stands = _stands(longer, hours)
    for minute in range(start, len(hours.worked)):
        if minute // DAY != today and not stood:
            today, weight = minute // DAY, 1
        stood = stands(minute)
        if stood:
            continue
        today = minute // DAY
        if left - weight <= 0 and minute + 1 == hours.closes.get(today):
            return minute + 1
        if minute % DAY == DAY - 1:
            left -= weight
    raise BeyondTable(start)


def _walk_same_day(rule: Rule, start: int, stops: Sequence[Stop], hours: Week) -> int:
    """Walk to the close of the day of the start, or of the next; a pause met on the way begins it anew."""
    opens, closes = start // DAY, hours.closes.get(start // DAY)
    today = closes is not None and start < closes and start % DAY <= minute_of_hour(rule.cutoff)
    minute = start
    while True:
        for number, stop in enumerate(stops):
            if stop.since == minute:
                return _walk_same_day(rule, stop.end, stops[number + 1 :], hours)
        if (
            (today or minute // DAY > opens)
            and hours.at(minute)
            and minute + 1 == hours.closes[minute // DAY]
        ):
            return minute + 1
        minute += 1


WALKS: Final = {
    "working_hour": _walk_hours,
    "working_day": _walk_days,
    "day": _walk_calendar,
    "month": _walk_calendar,
    "same_day": _walk_same_day,
}


def reception_due(filed: int, channel: str, hours: Week = NATIONAL) -> int:
    """8 working hours online, else 1 working day (Resolution 66.7/2025/NQ-CP)."""
    rule = Rule("working_hour", 8) if channel == "online" else Rule("working_day", 1)
    return _due(rule, filed, [], None, hours)


def forward_due(received: int, hours: Week = NATIONAL) -> int:
    """The close of that working day; after 15:00 or on a day off, the next opening (118/2025, art. 18(2))."""
    closes = hours.closes.get(received // DAY)
    if closes is not None and received % DAY <= minute_of_hour("15:00"):
        return closes
    return hours.next_worked(midnight(date_of(received) + timedelta(days=1)))
