"""The clock against cases worked out by hand and against a second clock that walks minute by minute.

Cases: clock_cases.tsv, instants literal, by Viet Nam's clock. Second clock: minute_clock.py. Both were
written from docs/clock.md and the law by somebody who had not read `dossiers`; our clock is met in `ours`
and `deadline`.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from dossiers.course import Course, Extension, Pause, PauseReason
from dossiers.deadlines import Deadline, count, forward_due, reception_due
from portal.core.calendar import VIET_NAM as CALENDAR
from portal.core.calendar import WorkCalendar
from tests.law import minute_clock as second

TABLE = Path(__file__).with_name("clock_cases.tsv")


@dataclass(frozen=True)
class Limit:
    amount: int
    unit: str
    extra_hours: int = 0
    result_cutoff: str | None = None
    basis: str | None = None


@dataclass(frozen=True)
class Life:
    """One dossier as a row says it, in aware instants."""

    limit: Limit
    restarts: bool
    started: datetime
    pauses: tuple[tuple[str, datetime, datetime | None], ...] = ()
    extension: tuple[datetime, date] | None = None


@dataclass(frozen=True)
class Case:
    name: str
    life: Life
    due: datetime
    paused_since: datetime | None


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=second.VIET_NAM)


def pause(text: str) -> tuple[str, datetime, datetime | None]:
    reason, _, times = text.partition("@")
    since, _, until = times.partition(">")
    return reason, at(since), at(until) if until else None


def case(row: dict[str, str]) -> Case:
    limit = Limit(
        int(row["amount"]), row["unit"], int(row["extra_hours"] or 0), row["cutoff"] or None, row["source"]
    )
    made, _, new = row["extension"].partition(">")
    life = Life(
        limit,
        row["restarts"] == "yes",
        at(row["started"]),
        tuple(pause(text) for text in row["pauses"].split(";") if text),
        (at(made), date.fromisoformat(new)) if made else None,
    )
    return Case(row["id"], life, at(row["due"]), at(row["paused_since"]) if row["paused_since"] else None)


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t"))


CASES = [case(row) for row in rows()]


def walked(life: Life, hours: second.Week = second.NATIONAL) -> tuple[datetime, datetime | None]:
    """The due instant and `paused_since` by the second clock."""
    limit, start = life.limit, second.minute_of(life.started)
    if limit.unit == "forward":
        return second.moment_of(second.forward_due(start)), None
    if limit.unit.startswith("reception_"):
        return second.moment_of(second.reception_due(start, limit.unit.removeprefix("reception_"))), None
    stops = [
        second.Stop(
            second.minute_of(since),
            None if until is None else second.minute_of(until),
            reason == "supplement",
        )
        for reason, since, until in life.pauses
    ]
    extended = None
    if life.extension:
        extended = second.Extended(second.minute_of(life.extension[0]), life.extension[1])
    rule = second.Rule(
        limit.unit, limit.amount, limit.extra_hours, limit.result_cutoff or "15:00", life.restarts
    )
    due, stood = second.due(rule, start, stops, extended, hours)
    return second.moment_of(due), None if stood is None else second.moment_of(stood)


def ours(life: Life, calendar: WorkCalendar = CALENDAR) -> tuple[datetime, datetime | None]:
    """The same by the clock of the house."""
    limit = life.limit
    if limit.unit == "forward":
        return forward_due(life.started, CALENDAR), None
    if limit.unit.startswith("reception_"):
        return reception_due(life.started, limit.unit.removeprefix("reception_"), CALENDAR).due_at, None
    found = deadline(life, calendar)
    return found.due_at, found.paused_since


def deadline(life: Life, calendar: WorkCalendar = CALENDAR) -> Deadline:
    course = Course(
        started_at=life.started,
        pauses=tuple(
            Pause(reason=PauseReason(reason), since=since, until=until)
            for reason, since, until in life.pauses
        ),
        extension=Extension(at=life.extension[0], until=life.extension[1]) if life.extension else None,
    )
    return count(life.limit, course, calendar, restarts=life.restarts)


def test_the_table_is_whole() -> None:
    assert len(CASES) >= 140
    assert len({each.name for each in CASES}) == len(CASES)
    assert all(row["source"] for row in rows())


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.name)
def test_the_minute_clock_gives_the_instant_worked_out_by_hand(each: Case) -> None:
    assert walked(each.life) == (each.due, each.paused_since)


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.name)
def test_the_clock_gives_the_instant_worked_out_by_hand(each: Case) -> None:
    assert ours(each.life) == (each.due, each.paused_since)


def test_every_day_of_three_years_is_worked_or_off_as_the_notices_say() -> None:
    days = [second.FIRST + timedelta(days=n) for n in range((second.LAST - second.FIRST).days + 1)]
    assert len(days) == 366 + 365 + 365
    assert [day for day in days if CALENDAR.is_working_day(day) != second.is_worked(day)] == []


# Starts and pauses cluster where rules change: openings, closes, the cut-off, a minute beside each.
EDGES = [hour * 60 + minute for hour, minute in ((7, 0), (11, 30), (13, 30), (15, 0), (17, 0))]
clock_times = st.one_of(
    st.sampled_from([edge + beside for edge in EDGES for beside in (-1, 0, 1)]),
    st.integers(0, second.DAY - 1),
)
# Whole weeks of feasts drawn as often as the rest of the three years.
FEASTS = ("2024-02-05", "2024-04-24", "2025-01-22", "2025-04-23", "2025-12-29", "2026-02-10", "2026-08-19")
feast_days = st.builds(
    lambda feast, days: (date.fromisoformat(feast) - second.FIRST).days + days,
    st.sampled_from(FEASTS),
    st.integers(0, 14),
)
starts = st.builds(
    lambda day, minute: day * second.DAY + minute, st.one_of(feast_days, st.integers(0, 1060)), clock_times
)
seconds = st.sampled_from((0, 0, 59))


def moment(minute: int, second_of_minute: int) -> datetime:
    return second.moment_of(minute) + timedelta(seconds=second_of_minute)


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    unit = draw(st.sampled_from(("working_hour", "working_day", "day", "month", "same_day")))
    most = {"working_hour": 30, "working_day": 10, "day": 15, "month": 2, "same_day": 1}[unit]
    hours = draw(st.integers(0, 7)) if unit == "working_day" else 0
    cutoff = draw(st.sampled_from((None, "10:00", "16:30", "18:00"))) if unit == "same_day" else None
    return Limit(draw(st.integers(1, most)), unit, hours, cutoff, None)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    start = draw(starts)
    limit = draw(limits())
    restarts = draw(st.booleans())
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        day, length = draw(st.integers(-1, 14)), draw(st.integers(0, 9))
        since = (start // second.DAY + day) * second.DAY + draw(clock_times)
        until = max(since, (since // second.DAY + length) * second.DAY + draw(clock_times))
        lasting = draw(st.integers(0, 9)) == 0
        since_at = moment(since, 0)
        reason = draw(st.sampled_from([each.value for each in PauseReason]))
        pauses.append((reason, since_at, None if lasting else moment(until, draw(seconds))))
    life = Life(limit, restarts, moment(start, draw(seconds)), tuple(pauses))
    if not draw(st.booleans()):
        return life
    return _extended(draw, life, start)


def _extended(draw: st.DrawFn, life: Life, start: int) -> Life:
    """The life with a lawful extension: made a day or more before the due day then known, to a later day."""
    made = start + draw(st.integers(1, 10 * second.DAY))
    begun = tuple(each for each in life.pauses if second.minute_of(each[1]) <= made)
    try:
        known, _ = walked(Life(life.limit, life.restarts, life.started, begun))
        if second.moment_of(made).date() >= known.astimezone(second.VIET_NAM).date():
            return life
        until = known.date() + timedelta(days=draw(st.integers(1, 10)))
        while not second.is_worked(until):
            until += timedelta(days=1)
    except second.BeyondTable:
        reject()
    return Life(life.limit, life.restarts, life.started, life.pauses, (moment(made, 0), until))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives())
def test_both_clocks_agree_on_any_life(life: Life) -> None:
    try:
        expected = walked(life)
    except second.BeyondTable:
        reject()
    assert ours(life) == expected


OWN_HOURS = ((("07:30", "11:30"), ("13:00", "16:30")), (("07:30", "11:00"),))
OWN_WEEK = second.week(*OWN_HOURS)


def test_both_clocks_agree_on_the_hours_of_a_centre_that_works_on_saturday_mornings() -> None:
    sessions = [
        tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in hours) for hours in OWN_HOURS
    ]
    own = msgspec.structs.replace(CALENDAR, sessions=sessions[0], saturday=sessions[1])

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(lives())
    def agree(life: Life) -> None:
        try:
            expected = walked(life, OWN_WEEK)
        except second.BeyondTable:
            reject()
        assert ours(life, own) == expected

    agree()


@pytest.mark.parametrize("name", ["extend-10", "extend-13", "extend-14", "extend-15"])
def test_days_of_an_extension_that_a_restart_ended_are_told_one_by_one(name: str) -> None:
    life = next(each.life for each in CASES if each.name == name)
    steps = deadline(life).trace
    first, last = steps[0].date, steps[-1].date
    assert [step.date for step in steps] == [
        first + timedelta(days=n) for n in range((last - first).days + 1)
    ]
    kinds = {step.date: step.kind for step in steps}
    assert kinds[date(2026, 3, 11)] == "extension"
    assert kinds[date(2026, 3, 13)] == "paused"
    assert kinds[date(2026, 3, 16)] in ("restart", "due")
