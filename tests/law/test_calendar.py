"""Working days and hours of public offices (Labour Code 2019, art. 111, 112)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.calendar import SWAPS, VIET_NAM, DayKind, OutsideCalendar

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
instants = st.datetimes(
    datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01"), timezones=st.just(UTC)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("on", "name"),
    [
        ("2024-04-29", "Nghỉ hoán đổi, làm bù 04/05"),
        ("2025-05-02", "Nghỉ hoán đổi, làm bù 26/04"),
        ("2026-01-02", "Nghỉ hoán đổi, làm bù 10/01"),
        ("2026-02-17", "Tết Nguyên Đán"),
        ("2026-04-27", "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"),  # the 10th of the 3rd month fell on a Sunday
        ("2026-08-31", "Nghỉ hoán đổi, làm bù 22/08"),
        ("2026-09-02", "Quốc khánh"),
        ("2026-11-24", "Ngày Văn hóa Việt Nam"),
        ("2026-11-22", "Cuối tuần"),
    ],
)
def test_days_off_have_their_names(on: str, name: str) -> None:
    """Labour Code 2019, art. 111(3), 112(1); Resolution 28/2026/QH16; yearly notices of swaps."""
    assert VIET_NAM.day_off_name(date.fromisoformat(on)) == name


@pytest.mark.parametrize("on", ["2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22"])
def test_swapped_saturdays_are_worked(on: str) -> None:
    assert VIET_NAM.is_working_day(date.fromisoformat(on))
    assert VIET_NAM.day(date.fromisoformat(on)).kind is DayKind.SWAP_WORK


def test_culture_day_is_a_holiday_only_from_2026() -> None:
    """Resolution 28/2026/QH16, in force 01/07/2026."""
    assert VIET_NAM.is_working_day(date(2025, 11, 24))
    assert not VIET_NAM.is_working_day(date(2027, 11, 24))


def test_every_swap_exchanges_a_weekday_for_a_weekend_day() -> None:
    for off, worked, source in SWAPS:
        assert off.weekday() < 5
        assert worked.weekday() >= 5
        assert source


def test_a_year_has_its_twelve_days_of_holiday() -> None:
    """Labour Code 2019, art. 112(1) (11 days) and Resolution 28/2026/QH16 (24 November)."""
    off = [
        on
        for on in (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
        if on.weekday() < 5 and VIET_NAM.day(on).kind is DayKind.HOLIDAY
    ]

    assert len(off) == 12


def test_a_day_outside_the_calendar_is_refused_not_guessed() -> None:
    with pytest.raises(OutsideCalendar):
        VIET_NAM.day(date(2099, 1, 1))


@pytest.mark.parametrize(
    ("given_at", "expected"),
    [
        ("2026-11-20T09:15", "2026-11-20T09:15"),
        ("2026-11-20T05:00", "2026-11-20T07:00"),
        ("2026-11-20T11:30", "2026-11-20T13:30"),
        ("2026-11-20T17:00", "2026-11-23T07:00"),
        ("2026-11-21T10:00", "2026-11-23T07:00"),
        ("2026-11-23T18:00", "2026-11-25T07:00"),  # the 24th is Culture Day
    ],
)
def test_out_of_hours_means_the_next_session(given_at: str, expected: str) -> None:
    assert VIET_NAM.next_working_instant(at(given_at)) == at(expected)


@pytest.mark.parametrize(
    ("given_at", "hours", "expected"),
    [
        ("2026-11-20T07:00", 8, "2026-11-20T17:00"),  # a whole day ends at its close, not the next morning
        ("2026-11-20T10:30", 1, "2026-11-20T11:30"),
        ("2026-11-20T10:31", 1, "2026-11-20T13:31"),
        ("2026-11-20T16:30", 8, "2026-11-23T16:30"),
        ("2026-11-21T23:00", 8, "2026-11-23T17:00"),
    ],
)
def test_hours_run_from_the_minute(given_at: str, hours: int, expected: str) -> None:
    """Civil Code 2015, art. 147(1)."""
    assert VIET_NAM.add_working_hours(at(given_at), hours) == at(expected)


@given(instants, st.integers(1, 200))
def test_counted_hours_are_worked_hours(start: datetime, hours: int) -> None:
    """Civil Code 2015, art. 147(1); no minute is counted out of hours or twice."""
    stretches = VIET_NAM.working_minutes(start, hours * 60)

    assert sum((until - since for _, since, until in stretches), timedelta()) == timedelta(hours=hours)
    assert stretches[0][1] >= start
    assert all(VIET_NAM.is_working_day(day) for day, _, _ in stretches)
    assert all(a[2] <= b[1] for a, b in pairwise(stretches))


@given(days, st.integers(1, 60))
def test_the_last_working_day_is_that_many_days_on(on: date, count: int) -> None:
    """Civil Code 2015, art. 147(2): the day of the event is not counted."""
    last = VIET_NAM.add_working_days(on, count)

    assert VIET_NAM.is_working_day(last)
    assert VIET_NAM.working_days_between(on, last) == count
    assert VIET_NAM.working_days_between(last, on) == 0


@given(instants)
def test_the_next_working_instant_is_stable(start: datetime) -> None:
    once = VIET_NAM.next_working_instant(start)

    assert once >= start
    assert VIET_NAM.next_working_instant(once) == once


def test_a_period_has_a_length() -> None:
    with pytest.raises(ValueError, match="at least"):
        VIET_NAM.add_working_days(date(2026, 11, 20), 0)
    with pytest.raises(ValueError, match="at least"):
        VIET_NAM.add_working_hours(at("2026-11-20T09:00"), 0)
