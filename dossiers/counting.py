"""The arithmetic of docs/clock.md: a limit begun, moved by pauses, begun anew, extended. Pure."""

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from dossiers.course import Course, Extension, Pause, PauseReason
from dossiers.words import local
from portal.core.calendar import WorkCalendar

_DAY = dt.timedelta(days=1)


class Unit(StrEnum):
    """What a time limit counts."""

    SAME_DAY = "same_day"
    WORKING_DAY = "working_day"
    WORKING_HOUR = "working_hour"
    DAY = "day"  # calendar days
    MONTH = "month"


class Limit(Protocol):
    """A time limit as the pinned revision of the procedure states it."""

    @property
    def amount(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def extra_hours(self) -> int: ...
    @property
    def result_cutoff(self) -> str | None: ...
    @property
    def basis(self) -> str | None: ...


class Held(msgspec.Struct, frozen=True):
    """Pauses that overlap or touch, as one; `until` None: the last of them has not ended."""

    since: dt.datetime
    until: dt.datetime | None
    reasons: tuple[PauseReason, ...]


class Track(msgspec.Struct, frozen=True):
    """A due instant on its way. `day`: its last date (the part day where hours follow days)."""

    unit: Unit
    due_at: dt.datetime
    day: dt.date
    part: bool = False  # `day` is a part day: hours counted from its opening
    reached: dt.date | None = None  # the day on which the count last went on, for calendar dates


class Stage(msgspec.Struct):
    """One run of the limit: from the start, or from a pause after which it began anew."""

    start: dt.datetime
    first: Track
    held: list[Held]  # those that moved it, in order
    ends: Held | None = None  # the pause after which it began anew


class Count(msgspec.Struct, frozen=True):
    """What the clock comes to: the runs of the limit, both due instants, what stands still."""

    stages: list[Stage]
    original: Track
    extended: Track | None
    extension: Extension | None
    held_after: list[Held]  # pauses that moved the extended day only
    open: Held | None

    @property
    def due_at(self) -> dt.datetime:
        """The later of the two instants."""
        return max(self.original.due_at, self.extended.due_at) if self.extended else self.original.due_at


def minute(at: dt.datetime) -> dt.datetime:
    """The instant cut to its minute: what is printed is what is counted, in the applicant's favour."""
    if at.tzinfo is None:
        raise ValueError("instants are aware")
    return at.astimezone(dt.UTC).replace(second=0, microsecond=0)


def months_after(first: dt.date, months: int) -> dt.date:
    """The day of the same number some months on; the month's last day where it has no such day.

    Source: Civil Code 2015, art. 148(3).
    """
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    return dt.date(year, month, min(first.day, monthrange(year, month)[1]))


def merged(pauses: Sequence[Pause], start: dt.datetime) -> list[Held]:
    """The pauses after the start, cut to minutes; those that overlap or touch are one."""
    found: list[Held] = []
    for pause in sorted(pauses, key=lambda one: one.since):
        since = max(minute(pause.since), start)
        until = None if pause.until is None else minute(pause.until)
        if until is not None and (until <= start or until < since):
            continue
        last = found[-1] if found else None
        if last is None or (last.until is not None and last.until < since):
            found.append(Held(since, until, (pause.reason,)))
            continue
        end = None if last.until is None or until is None else max(last.until, until)
        reasons = tuple(dict.fromkeys([*last.reasons, pause.reason]))
        found[-1] = Held(last.since, end, reasons)
    return found


def paused_since(course: Course) -> dt.datetime | None:
    """Since when the clock stands still; None while it runs."""
    every = merged(course.pauses, minute(course.started_at))
    return every[-1].since if every and every[-1].until is None else None


def begin(limit: Limit, start: dt.datetime, calendar: WorkCalendar) -> Track:
    """The limit from its start, without pauses."""
    unit, here = Unit(limit.unit), local(start)
    day = here.date()
    if unit is Unit.WORKING_HOUR:
        due_at = calendar.add_working_hours(start, limit.amount)
        return Track(unit, due_at, local(due_at).date())
    if unit is Unit.SAME_DAY:
        last = day if in_time_today(limit, start, calendar) else calendar.next_working_day(day)
        return Track(unit, calendar.close(last), last)
    if unit is Unit.WORKING_DAY:
        last = calendar.add_working_days(day, limit.amount + bool(limit.extra_hours))
        if limit.extra_hours:
            due_at = calendar.add_working_hours(calendar.opening(last), limit.extra_hours)
            return Track(unit, due_at, last, part=True)
        return Track(unit, calendar.close(last), last)
    last = months_after(day, limit.amount) if unit is Unit.MONTH else day + limit.amount * _DAY
    return Track(unit, calendar.close(calendar.working_day_from(last)), last)


def cutoff(limit: Limit, calendar: WorkCalendar) -> dt.time:
    """The hour up to which a same-day result is asked for: the rule's own, else the calendar's."""
    return dt.time.fromisoformat(limit.result_cutoff) if limit.result_cutoff else calendar.result_cutoff


def in_time_today(limit: Limit, start: dt.datetime, calendar: WorkCalendar) -> bool:
    """Whether a same-day result is due on the day it was asked for."""
    here = local(start)
    if not calendar.is_working_day(here.date()):
        return False
    return here.time() <= cutoff(limit, calendar) and start < calendar.close(here.date())


def going_on(calendar: WorkCalendar, at: dt.datetime) -> tuple[dt.datetime, dt.date]:
    """The working instant at or after this one, and its date."""
    instant = calendar.next_working_instant(at)
    return instant, local(instant).date()


def stopped_on(track: Track, held: Held) -> dt.date:
    """The date on which a count of calendar dates stopped: no date counts twice."""
    day = local(held.since).date()
    return max(day, track.reached or day)


def moved(track: Track, held: Held, calendar: WorkCalendar, limit: Limit) -> Track:
    """The due instant after one more pause; the same one where it began too late, or has not ended."""
    if held.until is None or held.since >= track.due_at:
        return track
    if track.unit is Unit.SAME_DAY:
        return begin(limit, held.until, calendar)
    (since, first), (until, last) = going_on(calendar, held.since), going_on(calendar, held.until)
    by_minutes = track.unit is Unit.WORKING_HOUR or (track.part and since >= calendar.opening(track.day))
    if by_minutes:
        minutes = calendar.minutes_between(since, until)
        if not minutes:
            return track
        due_at = calendar.working_minutes(track.due_at, minutes)[-1][2]
        return msgspec.structs.replace(track, due_at=due_at)
    if track.unit is Unit.WORKING_DAY:
        days = calendar.working_days_between(first, last)
        if not days:
            return track
        day = calendar.add_working_days(track.day, days)
        due_at = calendar.close(day)
        if track.part:
            due_at = calendar.add_working_hours(calendar.opening(day), limit.extra_hours)
        return msgspec.structs.replace(track, day=day, due_at=due_at)
    if since == until:
        return track
    stopped = stopped_on(track, held)
    day = max(track.day, stopped) + (last - stopped)
    due_at = calendar.close(calendar.working_day_from(day))
    return msgspec.structs.replace(track, day=day, due_at=due_at, reached=last)


def extended_to(extension: Extension, unit: Unit, calendar: WorkCalendar) -> Track:
    """The day an apology named, as a due instant of its own; it moves by dates where the limit does."""
    dates = unit in (Unit.DAY, Unit.MONTH)
    due_at = calendar.close(calendar.working_day_from(extension.until))
    day = extension.until if dates else local(due_at).date()
    return Track(Unit.DAY if dates else Unit.WORKING_DAY, due_at, day)


def count(limit: Limit, course: Course, calendar: WorkCalendar, *, restarts: bool) -> Count:
    """The limit over the whole course, by docs/clock.md."""
    start, unit = minute(course.started_at), Unit(limit.unit)
    original = begin(limit, start, calendar)
    stages = [Stage(start, original, [])]
    extension, extended = course.extension, None
    held_after: list[Held] = []
    open_: Held | None = None
    for held in merged(course.pauses, start):
        if extension and extended is None and minute(extension.at) < held.since:
            extended = extended_to(extension, unit, calendar)
        if held.until is None:
            open_ = held
            break
        in_force = max(original.due_at, extended.due_at) if extended else original.due_at
        if restarts and PauseReason.SUPPLEMENT in held.reasons:
            if held.since >= in_force:
                continue
            stages[-1].ends = held
            original = begin(limit, held.until, calendar)
            stages.append(Stage(held.until, original, []))
            if extension and minute(extension.at) <= held.until:
                extension = extended = None
            held_after = []
            continue
        before = original
        original = moved(original, held, calendar, limit)
        if unit is Unit.SAME_DAY and held.since < before.due_at:
            stages[-1].ends = held
            stages.append(Stage(held.until, original, []))
        elif held.since < before.due_at:
            stages[-1].held.append(held)
        elif extended and held.since < extended.due_at:
            held_after.append(held)
        if extended:
            extended = moved(extended, held, calendar, limit)
    if extension and extended is None:
        extended = extended_to(extension, unit, calendar)
    return Count(stages, original, extended, extension, held_after, open_)
