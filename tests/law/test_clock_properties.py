"""The clock by its properties: monotone, pauses add exactly, counted again from its trace (docs/clock.md)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dossiers.course import Course, Extension, Pause, PauseReason
from dossiers.deadlines import Deadline, Step, StepKind, Unit, count, months_after
from portal.core.calendar import SESSIONS, VIET_NAM, WorkCalendar

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNINGS = msgspec.structs.replace(VIET_NAM, saturday=((time(7, 30), time(11, 0)),))


class Limit(msgspec.Struct, frozen=True):
    amount: int
    unit: str
    extra_hours: int = 0
    result_cutoff: str | None = None
    basis: str | None = None


limits = st.one_of(
    st.builds(Limit, st.integers(1, 12), st.just("working_day"), st.sampled_from([0, 0, 1, 4, 7])),
    st.builds(Limit, st.integers(1, 40), st.just("working_hour")),
    st.builds(Limit, st.integers(1, 30), st.just("day")),
    st.builds(Limit, st.integers(1, 3), st.just("month")),
    st.just(Limit(1, "same_day")),
)
CALENDARS = {"national": VIET_NAM, "saturday mornings": MORNINGS}
calendars = st.sampled_from([*CALENDARS])  # by name: hypothesis writes out what it draws
FIRST = datetime(2024, 1, 2, tzinfo=ZONE)
starts = st.integers(0, 1080 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
lengths = st.integers(0, 20 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
reasons = st.sampled_from(PauseReason)


@st.composite
def courses(draw: st.DrawFn, pauses: int = 4) -> Course:
    start = draw(starts)
    made = []
    for _ in range(draw(st.integers(0, pauses))):
        since = start + draw(lengths) - timedelta(hours=6)
        made.append(Pause(draw(reasons), since, since + draw(lengths)))
    return Course(start, tuple(made))


def local_date(at: datetime) -> date:
    return at.astimezone(ZONE).date()


@given(limits, courses(), calendars, lengths)
def test_a_later_start_is_never_due_earlier(
    limit: Limit, course: Course, hours_of: str, later: timedelta
) -> None:
    """The same pauses, all of them after both starts."""
    calendar = CALENDARS[hours_of]
    start = course.started_at + later
    pauses = tuple(one for one in course.pauses if one.since >= start)
    early = count(limit, Course(course.started_at, pauses), calendar)
    late = count(limit, Course(start, pauses), calendar)

    assert late.due_at >= early.due_at


@given(limits, courses(), calendars, lengths, st.booleans())
def test_a_longer_pause_is_never_due_earlier(
    limit: Limit, course: Course, hours_of: str, more: timedelta, at_its_start: bool
) -> None:
    calendar = CALENDARS[hours_of]
    if not course.pauses:
        return
    first, *rest = course.pauses
    assert first.until is not None
    longer = (
        msgspec.structs.replace(first, since=first.since - more)
        if at_its_start
        else msgspec.structs.replace(first, until=first.until + more)
    )

    before = count(limit, course, calendar)
    after = count(limit, msgspec.structs.replace(course, pauses=(longer, *rest)), calendar)

    assert after.due_at >= before.due_at
    assert after.original_due_at == after.due_at


@given(limits, courses(), calendars)
def test_nothing_is_due_within_its_pause_or_before_its_start(
    limit: Limit, course: Course, hours_of: str
) -> None:
    calendar = CALENDARS[hours_of]
    deadline = count(limit, course, calendar)

    assert deadline.due_at >= course.started_at.replace(second=0, microsecond=0)
    for pause in course.pauses:
        assert pause.until is not None
        inside = pause.since.replace(second=0, microsecond=0) < deadline.due_at < pause.until
        assert not inside or calendar.minutes_between(deadline.due_at, pause.until) == 0


@given(courses(), st.integers(1, 15), calendars)
def test_pauses_add_exactly_in_working_days(course: Course, amount: int, hours_of: str) -> None:
    """Civil Code 2015, art. 147(2); Decree 301/2026, art. 3(4): the days between are added, no other."""
    calendar = CALENDARS[hours_of]
    deadline = count(Limit(amount, "working_day"), course, calendar)

    added, reached = 0, amount
    day = calendar.add_working_days(local_date(course.started_at), reached)
    for since, until in _apart(course):
        if since >= calendar.close(day):
            continue
        days = calendar.working_days_between(
            local_date(calendar.next_working_instant(since)), local_date(calendar.next_working_instant(until))
        )
        added += days
        day = calendar.add_working_days(local_date(course.started_at), amount + added)

    assert deadline.due_at == calendar.close(day)


@given(courses(), st.integers(1, 60), calendars)
def test_pauses_add_exactly_in_working_hours(course: Course, hours: int, hours_of: str) -> None:
    """Civil Code 2015, art. 147(1): from the start to the due instant, without pauses, n hours are worked."""
    calendar = CALENDARS[hours_of]
    deadline = count(Limit(hours, "working_hour"), course, calendar)

    worked = calendar.minutes_between(deadline.started_at, deadline.due_at)
    for since, until in _apart(course):
        worked -= calendar.minutes_between(min(since, deadline.due_at), min(until, deadline.due_at))
    assert worked == hours * 60


def _apart(course: Course) -> list[tuple[datetime, datetime]]:
    """The pauses after the start without their overlaps."""
    start = _minute(course.started_at)
    found: list[tuple[datetime, datetime]] = []
    for pause in sorted(course.pauses, key=lambda one: one.since):
        assert pause.until is not None
        since, until = max(_minute(pause.since), start), _minute(pause.until)
        if until <= start:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


@given(limits, courses(), calendars, st.booleans())
@example(Limit(2, "working_day"), Course(datetime(2026, 11, 13, 9, tzinfo=ZONE)), "national", True)
def test_the_limit_can_be_counted_again_from_the_trace(
    limit: Limit, course: Course, hours_of: str, restarts: bool
) -> None:
    calendar = CALENDARS[hours_of]
    deadline = count(limit, course, calendar, restarts=restarts)
    steps = deadline.trace

    days = [step.date for step in steps]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))], "one step a date"
    assert days[0] == local_date(course.started_at)
    assert days[-1] == local_date(deadline.due_at)
    assert steps[-1].kind is StepKind.DUE
    assert all(step.sentence and step.word for step in steps)
    assert all(step.article for step in steps if step.kind is not StepKind.OFF)
    assert all(
        calendar.is_working_day(step.date) != (step.kind is StepKind.OFF)
        for step in steps
        if step.kind in (StepKind.OFF, StepKind.DUE)
    )
    _count_again(limit, _last_run(steps), deadline, calendar)


def _last_run(steps: list[Step]) -> list[Step]:
    """From the day on which the limit last began."""
    begins = [place for place, step in enumerate(steps) if step.kind is StepKind.RESTART]
    return steps[begins[-1] :] if begins else steps


def _count_again(limit: Limit, run: list[Step], deadline: Deadline, calendar: WorkCalendar) -> None:
    ordinals = [step.ordinal for step in run if step.ordinal]
    assert ordinals == list(range(ordinals[0], ordinals[0] + len(ordinals)))
    if limit.unit == Unit.WORKING_HOUR:
        assert sum(step.minutes or 0 for step in run) == limit.amount * 60
    elif limit.unit == Unit.WORKING_DAY:
        assert ordinals == list(range(1, limit.amount + bool(limit.extra_hours) + 1))
        part = sum(step.minutes or 0 for step in run)
        assert part == limit.extra_hours * 60
    elif limit.unit == Unit.DAY:
        assert ordinals == list(range(1, limit.amount + 1))
    elif limit.unit == Unit.SAME_DAY:
        assert deadline.due_at == calendar.close(run[-1].date)
    else:
        told = sum(step.ordinal is not None for step in run)
        first = local_date(deadline.started_at) if run[0].kind is StepKind.START else run[0].date
        assert told == (months_after(first, limit.amount) - first).days


@given(limits, courses(), calendars, st.integers(1, 40))
def test_an_extension_leaves_the_original_alone(
    limit: Limit, course: Course, hours_of: str, days: int
) -> None:
    """Decree 61/2018, art. 19(9); being on time is judged against the original date."""
    calendar = CALENDARS[hours_of]
    plain = count(limit, course, calendar)
    until = calendar.add_working_days(local_date(plain.due_at), days)
    extension = Extension(plain.due_at - timedelta(days=1), until)

    extended = count(limit, msgspec.structs.replace(course, extension=extension), calendar)

    assert extended.original_due_at == plain.original_due_at
    assert extended.due_at >= calendar.close(until)
    assert extended.trace[-1].date == local_date(extended.due_at)
    assert extended.trace[-1].kind is StepKind.DUE
    days_told = [step.date for step in extended.trace]
    assert days_told == [days_told[0] + timedelta(days=n) for n in range(len(days_told))]


@given(limits, courses(), calendars, lengths)
def test_an_open_pause_moves_nothing_and_is_told(
    limit: Limit, course: Course, hours_of: str, after: timedelta
) -> None:
    calendar = CALENDARS[hours_of]
    ends = [one.until for one in course.pauses if one.until] + [course.started_at]
    since = max(ends) + timedelta(minutes=1) + after
    open_ = Pause(PauseReason.DUTY, since)

    plain = count(limit, course, calendar)
    held = count(limit, msgspec.structs.replace(course, pauses=(*course.pauses, open_)), calendar)

    assert held.due_at == plain.due_at
    assert held.paused_since == _minute(since)
    assert any("đang tạm dừng" in sentence for sentence in held.summary)


@pytest.mark.parametrize("hours_of", [*CALENDARS])
def test_the_order_of_pauses_is_that_of_time(hours_of: str) -> None:
    calendar = CALENDARS[hours_of]
    start = datetime(2026, 3, 2, 9, tzinfo=ZONE)
    one = Pause(PauseReason.SUPPLEMENT, start + timedelta(days=1), start + timedelta(days=3))
    two = Pause(PauseReason.INCIDENT, start + timedelta(days=8), start + timedelta(days=9))

    forth = count(Limit(5, "working_day"), Course(start, (one, two)), calendar)
    back = count(Limit(5, "working_day"), Course(start, (two, one)), calendar)

    assert forth == back


def test_a_saturday_morning_closes_when_its_hours_end() -> None:
    """docs/clock.md, Working time: an agency's own hours."""
    friday = datetime(2026, 3, 6, 9, tzinfo=ZONE)

    deadline = count(Limit(1, "working_day"), Course(friday), MORNINGS)

    assert deadline.due_at == datetime(2026, 3, 7, 11, 0, tzinfo=ZONE)
    assert MORNINGS.sessions_on(date(2026, 1, 10)) == SESSIONS  # a swapped Saturday: like any other day
