"""The proof of a deadline, day by day: one step a date, from which anybody can count again. Pure."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from dossiers.counting import Count, Held, Limit, Stage, Track, Unit, going_on, moved, stopped_on
from dossiers.course import PauseReason
from dossiers.words import capital, local, minutes_words
from dossiers.words import clock_and_weekday as at_hour
from dossiers.words import weekday_date as on_day
from portal.core.calendar import DayKind, WorkCalendar

HOURS_RULE: Final = "Bộ luật Dân sự 2015, Điều 147 khoản 1"
DAYS_RULE: Final = "Bộ luật Dân sự 2015, Điều 147 khoản 2"
END_RULE: Final = "Bộ luật Dân sự 2015, Điều 148 khoản 5"
SAME_DAY_RULE: Final = "Luật Hộ tịch 2014, Điều 5 khoản 3; Nghị định 23/2015/NĐ-CP, Điều 7"
PAUSE_RULE: Final = "Quyết định 766/QĐ-TTg (không tính thời gian bổ sung)"
NOT_COUNTED_RULE: Final = "Nghị định 301/2026/NĐ-CP, Điều 3 khoản 4"
OTHER_AGENCY_RULE: Final = "Quy định riêng của thủ tục về thời gian lấy ý kiến"
RESTART_RULE: Final = "Nghị định 61/2018/NĐ-CP, Điều 19 khoản 4"
EXTENSION_RULE: Final = "Nghị định 118/2025/NĐ-CP (mẫu số 04, xin lỗi và gia hạn một lần)"

AGAIN: Final = "Tính lại"  # what a run of the limit after a pause is told to begin with
_DAY: Final = dt.timedelta(days=1)

PAUSE_WORDS: Final[Mapping[PauseReason, str]] = {
    PauseReason.SUPPLEMENT: "chờ bổ sung",
    PauseReason.DUTY: "chờ nộp nghĩa vụ tài chính",
    PauseReason.WITHDRAWAL: "chờ trả lời việc rút hồ sơ",
    PauseReason.INCIDENT: "hệ thống gặp sự cố",
    PauseReason.OTHER_AGENCY: "chờ ý kiến cơ quan khác",
}
PAUSE_RULES: Final[Mapping[PauseReason, str]] = {
    PauseReason.SUPPLEMENT: PAUSE_RULE,
    PauseReason.DUTY: NOT_COUNTED_RULE,
    PauseReason.WITHDRAWAL: NOT_COUNTED_RULE,
    PauseReason.INCIDENT: NOT_COUNTED_RULE,
    PauseReason.OTHER_AGENCY: OTHER_AGENCY_RULE,
}


class StepKind(StrEnum):
    """How a day of the trace counts."""

    START = "start"  # the day of the event, not counted in days
    COUNT = "count"
    OFF = "off"
    PAUSED = "paused"  # the clock stands still
    RESTART = "restart"  # the whole limit begins anew; not counted in days
    EXTENSION = "extension"  # beyond the limit, by the one apology
    DUE = "due"  # the last day


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One day from acceptance to the due day. `ordinal` is its place in the count, if it counts."""

    date: dt.date
    kind: StepKind
    word: str  # two or three words for the strip of days: "Ngày 3", "Cuối tuần"
    sentence: str
    article: str
    ordinal: int | None = None
    minutes: int | None = None  # working minutes counted on the day, for limits in hours


def reasons(held: Held) -> str:
    """What is waited for: "chờ bổ sung, hệ thống gặp sự cố"."""
    return ", ".join(PAUSE_WORDS[reason] for reason in held.reasons)


def every_day(first: dt.date, last: dt.date) -> list[dt.date]:
    """Both ends included; [] if the first is later."""
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def off(day: dt.date, calendar: WorkCalendar) -> Step:
    """A day that is not worked."""
    what = calendar.day(day)
    word = {DayKind.WEEKEND: "Cuối tuần", DayKind.SWAP_OFF: "Nghỉ hoán đổi"}.get(what.kind, "Nghỉ lễ")
    return Step(
        date=day,
        kind=StepKind.OFF,
        word=word,
        sentence=f"{capital(on_day(day))}: {what.name or word}, không tính.",
        article=what.source,
    )


def paused(day: dt.date, held: Held) -> Step:
    """A day on which the clock stands still."""
    return Step(
        date=day,
        kind=StepKind.PAUSED,
        word=f"Tạm dừng: {reasons(held)}",
        sentence=f"{capital(on_day(day))}: tạm dừng ({reasons(held)}), không tính.",
        article="; ".join(dict.fromkeys(PAUSE_RULES[reason] for reason in held.reasons)),
    )


def trace(limit: Limit, counted: Count, event: str, basis: str, calendar: WorkCalendar) -> list[Step]:
    """The days from the start to the due day: exactly one step a date, in order."""
    steps: list[Step] = []
    for stage in counted.stages:
        last = stage.ends is None
        until = local(stage.ends.until).date() if stage.ends and stage.ends.until else None
        end = until or local(counted.original.due_at).date()
        name = event if stage is counted.stages[0] else AGAIN
        for step in _stage(limit, stage, end, name, basis, calendar, last=last):
            while steps and steps[-1].date >= step.date:
                steps.pop()  # the day on which the limit begins anew is told once
            steps.append(step)
    if counted.extended and counted.extended.due_at > counted.original.due_at:
        steps = _extended(steps, counted, calendar)
    return steps


def _stage(
    limit: Limit, stage: Stage, end: dt.date, event: str, basis: str, calendar: WorkCalendar, *, last: bool
) -> list[Step]:
    match Unit(limit.unit):
        case Unit.SAME_DAY:
            return _same_day(limit, stage, end, event, calendar, last=last)
        case Unit.WORKING_HOUR:
            return _hours(stage, end, event, basis, calendar, last=last)
        case _:
            return _days(limit, stage, end, event, calendar, last=last)


def _first(stage: Stage, event: str, article: str, said: str) -> Step:
    """The day on which a run of the limit begins."""
    here = local(stage.start)
    again = event == AGAIN
    return Step(
        date=here.date(),
        kind=StepKind.RESTART if again else StepKind.START,
        word=f"{event} {here:%H:%M}",
        sentence=said,
        article=f"{RESTART_RULE}; {article}" if again and article != SAME_DAY_RULE else article,
    )


def _same_day(
    limit: Limit, stage: Stage, end: dt.date, event: str, calendar: WorkCalendar, *, last: bool
) -> list[Step]:
    basis = limit.basis or SAME_DAY_RULE
    day = local(stage.start).date()
    first = _first(stage, event, basis, f"{event} lúc {at_hour(stage.start)}.")
    if last and day == end:
        return [msgspec.structs.replace(first, kind=StepKind.DUE, word=f"{event}, hẹn trả", ordinal=1)]
    steps = [first]
    stopped = local(stage.ends.since).date() if stage.ends else None
    for date in every_day(day + _DAY, end):
        if last and date == end:
            said = f"Hẹn trả kết quả trong ngày {on_day(date)}."
            steps.append(
                Step(date=date, kind=StepKind.DUE, word="Hẹn trả", sentence=said, article=basis, ordinal=1)
            )
        elif stage.ends and stopped and date >= stopped and calendar.is_working_day(date):
            steps.append(paused(date, stage.ends))
        elif not calendar.is_working_day(date):
            steps.append(off(date, calendar))
        elif stage.first.day < date:
            steps.append(_beyond(date))
        else:
            said = f"{capital(on_day(date))}: ngày làm việc phải trả."
            steps.append(
                Step(date=date, kind=StepKind.COUNT, word="Ngày trả", sentence=said, article=basis, ordinal=1)
            )
    return steps


def _hours(
    stage: Stage, end: dt.date, event: str, basis: str, calendar: WorkCalendar, *, last: bool
) -> list[Step]:
    minutes, due_at = _minutes(stage.start, stage.first, stage.held, stage.ends, calendar)
    first = local(stage.start).date()
    again = event == AGAIN
    outside = calendar.next_working_instant(stage.start) != stage.start
    said = f"{event} lúc {at_hour(stage.start)}{', ngoài giờ làm việc' if outside else ''}."
    steps = []
    for day in every_day(first, end):
        number = minutes.get(day)
        if number is None and day == first:
            steps.append(_first(stage, event, HOURS_RULE if again else basis, said))
        elif number is None:
            off_work = not calendar.is_working_day(day)
            steps.append(off(day, calendar) if off_work else _uncounted(stage, day))
        else:
            words, anew = minutes_words(number), again and day == first
            due = last and day == end
            word = f"{words}, hết hạn {local(due_at):%H:%M}" if due else words
            steps.append(
                Step(
                    date=day,
                    kind=StepKind.DUE if due else StepKind.RESTART if anew else StepKind.COUNT,
                    word=f"{event} {local(stage.start):%H:%M}: {word}" if anew else word,
                    sentence=f"{capital(on_day(day))}: tính {words} làm việc.",
                    article=f"{RESTART_RULE}; {HOURS_RULE}" if anew else HOURS_RULE,
                    ordinal=list(minutes).index(day) + 1,
                    minutes=number,
                )
            )
    return steps


def _minutes(
    start: dt.datetime, track: Track, every: list[Held], ends: Held | None, calendar: WorkCalendar
) -> tuple[dict[dt.date, int], dt.datetime]:
    """The working minutes counted on each date, pauses left out, and the instant at which they are over."""
    minutes: dict[dt.date, int] = {}
    here, due_at = start, track.due_at
    for held in every:
        _add(minutes, calendar.stretches(here, held.since))
        assert held.until is not None
        lost = calendar.minutes_between(held.since, held.until)
        due_at = calendar.working_minutes(due_at, lost)[-1][2] if lost else due_at
        here = max(here, held.until)
    _add(minutes, calendar.stretches(here, min(ends.since, due_at) if ends else due_at))
    return minutes, due_at


def _add(minutes: dict[dt.date, int], stretches: list[tuple[dt.date, dt.datetime, dt.datetime]]) -> None:
    for day, since, until in stretches:
        minutes[day] = minutes.get(day, 0) + int((until - since).total_seconds()) // 60


def _uncounted(stage: Stage, day: dt.date) -> Step:
    """A working day of no count: a pause takes the whole of it, or it lies in the extension."""
    for held in [*stage.held, *([stage.ends] if stage.ends else [])]:
        if local(held.since).date() <= day and held.until and local(held.until).date() >= day:
            return paused(day, held)
    return _beyond(day)


def _beyond(day: dt.date, *, due: bool = False) -> Step:
    return Step(
        date=day,
        kind=StepKind.DUE if due else StepKind.EXTENSION,
        word="Gia hạn, hẹn trả" if due else "Gia hạn",
        sentence=f"{capital(on_day(day))}: trong thời gian gia hạn.",
        article=EXTENSION_RULE,
    )


def _days(
    limit: Limit, stage: Stage, end: dt.date, event: str, calendar: WorkCalendar, *, last: bool
) -> list[Step]:
    working = Unit(limit.unit) is Unit.WORKING_DAY
    first = local(stage.start).date()
    still, minutes = _still(limit, stage, calendar)
    total = limit.amount + bool(limit.extra_hours) if working else (stage.first.day - first).days
    steps = [_first(stage, event, DAYS_RULE, f"{event} lúc {at_hour(stage.start)}; ngày này không tính.")]
    ordinal = 0
    for day in every_day(first + _DAY, end if last else end - _DAY):
        works, due = calendar.is_working_day(day), last and day == end
        if (held := still.get(day)) is not None and (works or not working):
            steps.append(paused(day, held))
            continue
        counts = ordinal < total and (works or not working)
        if not counts and not due and day not in minutes:
            steps.append(_uncounted(stage, day) if works else off(day, calendar))
            continue
        ordinal += counts
        name = f"Ngày {ordinal}" if counts else "Giờ còn lại" if minutes else "Ngày làm việc tiếp theo"
        said = f"{capital(on_day(day))}: {name.lower()}."
        if not counts:
            rest = minutes_words(minutes[day]) if day in minutes else ""
            said = f"{capital(on_day(day))}: tính {rest}." if rest else f"Hạn chuyển sang {on_day(day)}."
        steps.append(
            Step(
                date=day,
                kind=StepKind.DUE if due else StepKind.COUNT,
                word=f"{name}, hẹn trả" if due else name,
                sentence=said,
                article=DAYS_RULE if counts else HOURS_RULE if minutes else END_RULE,
                ordinal=ordinal if counts else None,
                minutes=minutes.get(day),
            )
        )
    return steps


def _still(
    limit: Limit, stage: Stage, calendar: WorkCalendar
) -> tuple[dict[dt.date, Held], dict[dt.date, int]]:
    """The dates on which pauses stop the count of days, and the minutes of a part day.

    The day on which the count goes on takes the place of the day on which it stopped, so the days from the
    one up to the other are not counted; where it stopped on the day of the start, which is not counted
    either, that other one is not.
    """
    still: dict[dt.date, Held] = {}
    places, track = {local(stage.start).date()}, stage.first
    by_minutes: list[Held] = []
    for held in [*stage.held, *([stage.ends] if stage.ends else [])]:
        assert held.until is not None
        (since, stopped), (until, again) = going_on(calendar, held.since), going_on(calendar, held.until)
        if track.unit is not Unit.WORKING_DAY:
            stopped = stopped_on(track, held)
            again = stopped if since == until else again
        elif track.part and since >= calendar.opening(track.day) and held is not stage.ends:
            by_minutes.append(held)
            continue
        if held is stage.ends:
            again = max(again, local(held.until).date())
        if stopped in places:
            still |= dict.fromkeys(every_day(stopped + _DAY, again), held)
            places.add(again)
        else:
            still |= dict.fromkeys(every_day(stopped, again - _DAY), held)
        track = track if held is stage.ends else moved(track, held, calendar, limit)
    if not track.part:
        return still, {}
    opening = calendar.opening(track.day)
    if stage.ends and stage.ends.since < opening:
        return still, {}
    whole = msgspec.structs.replace(track, due_at=calendar.add_working_hours(opening, limit.extra_hours))
    return still, _minutes(opening, whole, by_minutes, stage.ends, calendar)[0]


def _extended(steps: list[Step], counted: Count, calendar: WorkCalendar) -> list[Step]:
    """The days from the original due day to the one the apology named."""
    assert counted.extended is not None
    day, end = steps[-1].date, local(counted.extended.due_at).date()
    still: dict[dt.date, Held] = {}
    for held in counted.held_after:
        assert held.until is not None
        (since, stopped), (until, again) = going_on(calendar, held.since), going_on(calendar, held.until)
        if counted.extended.unit is Unit.DAY and since != until:
            stopped = local(held.since).date()
        still |= dict.fromkeys(every_day(stopped, again - _DAY), held)
    if day == end:
        return [*steps[:-1], msgspec.structs.replace(steps[-1], word="Hẹn trả, đã gia hạn")]
    before = msgspec.structs.replace(
        steps[-1], kind=StepKind.COUNT, word=f"{steps[-1].word.split(', ')[0]}, hạn ban đầu"
    )
    found = [*steps[:-1], before]
    for date in every_day(day + _DAY, end):
        due, works = date == end, calendar.is_working_day(date)
        if not due and date in still and (works or counted.extended.unit is Unit.DAY):
            found.append(paused(date, still[date]))
        elif not works and not due:
            found.append(off(date, calendar))
        else:
            found.append(_beyond(date, due=due))
    return found
