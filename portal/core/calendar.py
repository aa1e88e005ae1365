"""Working time in Viet Nam: which days are worked, which hours, and counting along them. Pure.

The calendar is a value with a revision id: a deadline names the revision it was counted on, so that
anyone can count it again. Days come from the `holidays` package, corrected by the yearly notices on
swapped days that the package lacks.

Source: Labour Code 2019, art. 111(3), 112; Resolution 28/2026/QH16 (24 November).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import holidays
import msgspec

_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_DAY: Final = timedelta(days=1)


class OutsideCalendar(ValueError):
    """The day lies outside the years this calendar knows."""


class DayKind(StrEnum):
    """What sort of day it is."""

    WORK = "work"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # a public holiday, or the day given for one that fell on a weekend
    SWAP_OFF = "swap_off"  # off, worked on another Saturday
    SWAP_WORK = "swap_work"  # a Saturday worked for another day off


class Day(msgspec.Struct, frozen=True):
    """One day: its kind, its Vietnamese name when it has one, and the ground."""

    kind: DayKind
    name: str = ""
    source: str = ""

    @property
    def worked(self) -> bool:
        """Whether offices are open."""
        return self.kind in (DayKind.WORK, DayKind.SWAP_WORK)


Sessions = tuple[tuple[time, time], ...]  # hours of a working day, on the clock in Viet Nam


class WorkCalendar(msgspec.Struct, frozen=True):
    """A revision of the working calendar, for one set of hours.

    `days` holds what differs from Monday-to-Friday; `saturday` the hours of a Saturday no notice speaks of
    (none: it is off). `result_cutoff`: same-day results, `forwarding_cutoff`: counter dossiers passed on.
    """

    revision: str
    sessions: Sessions
    days: Mapping[date, Day]
    first: date
    last: date
    saturday: Sessions = ()
    result_cutoff: time = time(15, 0)
    forwarding_cutoff: time = time(15, 0)

    def day(self, on: date) -> Day:
        """What sort of day it is.

        Raises:
            OutsideCalendar: the revision does not reach that day.
        """
        if not self.first <= on <= self.last:
            raise OutsideCalendar(f"{on} is not between {self.first} and {self.last}")
        if (special := self.days.get(on)) is not None:
            return special
        if on.weekday() == 6 or (on.weekday() == 5 and not self.saturday):
            return Day(DayKind.WEEKEND, "Cuối tuần")
        return Day(DayKind.WORK)

    def sessions_on(self, on: date) -> Sessions:
        """The hours of the day were it worked: a swapped Saturday is worked like any other day."""
        if on.weekday() == 5 and self.saturday and self.day(on).kind is DayKind.WORK:
            return self.saturday
        return self.sessions

    def is_working_day(self, on: date) -> bool:
        """Whether offices work on the day."""
        return self.day(on).worked

    def day_off_name(self, on: date) -> str | None:
        """The name of a day off ("Cuối tuần", "Quốc khánh" …); None for a working day."""
        day = self.day(on)
        return None if day.worked else day.name

    def opening(self, on: date) -> datetime:
        """The instant offices open on the day."""
        return _instant(on, self.sessions_on(on)[0][0])

    def close(self, on: date) -> datetime:
        """The instant offices close on the day."""
        return _instant(on, self.sessions_on(on)[-1][1])

    def next_working_day(self, after: date) -> date:
        """The first working day later than the given day."""
        return self.working_day_from(after + _DAY)

    def working_day_from(self, on: date) -> date:
        """The day itself if worked, else the next working day.

        Source: Civil Code 2015, art. 148(5): a period ending on a day off ends on the next working day.
        """
        while not self.is_working_day(on):
            on += _DAY
        return on

    def next_working_instant(self, at: datetime) -> datetime:
        """The instant itself inside working hours, else the start of the next session."""
        local = at.astimezone(_ZONE)
        if self.is_working_day(local.date()):
            for start, end in self.sessions_on(local.date()):
                if local.time() < start:
                    return _instant(local.date(), start)
                if local.time() < end:
                    return at.astimezone(UTC)
        return self.opening(self.next_working_day(local.date()))

    def add_working_hours(self, at: datetime, hours: int) -> datetime:
        """The instant after this many working hours, run from the very minute of `at`.

        Source: Civil Code 2015, art. 147(1): a period in hours starts at the fixed moment.
        """
        return self.working_minutes(at, hours * 60)[-1][2]

    def working_minutes(self, at: datetime, minutes: int) -> list[tuple[date, datetime, datetime]]:
        """The stretches (day, from, to) of working time that make up this many minutes from `at`."""
        if minutes < 1:
            raise ValueError("a period has at least one minute")
        here, left = self.next_working_instant(at), timedelta(minutes=minutes)
        stretches = []
        while True:
            local = here.astimezone(_ZONE)
            end = self._end_of_session(local)
            until = min(end, here + left)
            stretches.append((local.date(), here, until))
            left -= until - here
            if not left:
                return stretches
            here = self.next_working_instant(end)

    def stretches(self, since: datetime, until: datetime) -> list[tuple[date, datetime, datetime]]:
        """The stretches (day, from, to) of working time between two instants, in order."""
        here, found = self.next_working_instant(since), []
        while here < until:
            local = here.astimezone(_ZONE)
            end = min(self._end_of_session(local), until)
            found.append((local.date(), here, end))
            here = self.next_working_instant(end) if end < until else end
        return found

    def minutes_between(self, since: datetime, until: datetime) -> int:
        """The working minutes between two instants; 0 if the second is not later."""
        return sum(int((end - start).total_seconds()) // 60 for _, start, end in self.stretches(since, until))

    def _end_of_session(self, local: datetime) -> datetime:
        """The end of the session that contains the instant."""
        day = local.date()
        return next(_instant(day, end) for start, end in self.sessions_on(day) if start <= local.time() < end)

    def add_working_days(self, on: date, days: int) -> date:
        """The last of this many working days, the day of the event not counted.

        Source: Civil Code 2015, art. 147(2).
        """
        if days < 1:
            raise ValueError("a period has at least one day")
        for _ in range(days):
            on = self.next_working_day(on)
        return on

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after one day and up to another, that one included; 0 if none."""
        count, on = 0, after
        while on < until:
            on += _DAY
            count += self.is_working_day(on)
        return count


def _instant(on: date, at: time) -> datetime:
    return datetime.combine(on, at, _ZONE).astimezone(UTC)


SESSIONS: Final = ((time(7, 0), time(11, 30)), (time(13, 30), time(17, 0)))
FIRST_YEAR: Final = 2015
LAST_YEAR: Final = 2045

# Swapped days of civil servants, by yearly notice: (day off, Saturday worked, ground).
SWAPS: Final = (
    (date(2024, 4, 29), date(2024, 5, 4), "Thông báo hoán đổi ngày làm việc năm 2024"),
    (date(2025, 5, 2), date(2025, 4, 26), "Thông báo hoán đổi ngày làm việc năm 2025"),
    (date(2026, 1, 2), date(2026, 1, 10), "Văn bản 12729/VPCP-KGVX ngày 25/12/2025"),
    (date(2026, 8, 31), date(2026, 8, 22), "Thông báo hoán đổi ngày làm việc năm 2026"),
)
LABOUR_CODE: Final = "Bộ luật Lao động 2019, Điều 112"
CULTURE_DAY: Final = "Nghị quyết 28/2026/QH16"


@lru_cache(maxsize=1)
def viet_nam() -> WorkCalendar:
    """The national calendar of public offices: Monday to Friday, 8 hours a day.

    Hours differ between provinces; these are the common default. Tết days after 2026 and swaps not yet
    announced are the package's expectation, replaced by a new revision when the notice comes.

    Source: Labour Code 2019, art. 111(3), 112(1); Resolution 28/2026/QH16.
    """
    days: dict[date, Day] = {}
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    for on, name in holidays.VN(years=years, language="vi").items():
        days[on] = Day(DayKind.HOLIDAY, name, LABOUR_CODE)
    for year in years:
        if year >= 2026:
            days[date(year, 11, 24)] = Day(DayKind.HOLIDAY, "Ngày Văn hóa Việt Nam", CULTURE_DAY)
    for off, worked, source in SWAPS:
        days[off] = Day(DayKind.SWAP_OFF, f"Nghỉ hoán đổi, làm bù {worked:%d/%m}", source)
        days[worked] = Day(DayKind.SWAP_WORK, f"Làm bù cho ngày {off:%d/%m}", source)
    return WorkCalendar(
        revision="2026-4",
        sessions=SESSIONS,
        days=MappingProxyType(days),
        first=date(FIRST_YEAR, 1, 1),
        last=date(LAST_YEAR, 12, 31),
    )


VIET_NAM: Final = viet_nam()
