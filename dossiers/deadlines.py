"""The statutory clock: when a dossier is due, with the trace that proves it. Pure.

The clock starts when the competent agency accepts the dossier as full and correct, not when it is
filed (Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3)). Hours run from
the minute, days from the next day (Civil Code 2015, art. 147).
"""

import datetime as dt
from calendar import monthrange
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from dossiers.words import capital, limit_words, local, minutes_words
from dossiers.words import clock_and_weekday as at_hour
from dossiers.words import weekday_date as on_day
from portal.core.calendar import DayKind, WorkCalendar

RULES: Final = "2026-08"  # revision of the rules below; a deadline names it

RESULT_CUTOFF: Final = dt.time(15, 0)  # same-day procedures: received later, returned next working day
FORWARDING_CUTOFF: Final = dt.time(15, 0)  # counter dossiers received later go on next working day
RECEPTION_HOURS_ONLINE: Final = 8  # working hours for the check of an online dossier
RECEPTION_DAYS_OTHER: Final = 1  # working days for counter and post

HOURS_RULE: Final = "Bộ luật Dân sự 2015, Điều 147 khoản 1"
DAYS_RULE: Final = "Bộ luật Dân sự 2015, Điều 147 khoản 2"
END_RULE: Final = "Bộ luật Dân sự 2015, Điều 148 khoản 5"
START_RULE: Final = "Nghị định 118/2025/NĐ-CP, Điều 17 khoản 3 (sửa bởi Nghị định 309/2026/NĐ-CP, Điều 8)"
RECEPTION_RULE: Final = "Nghị quyết 66.7/2025/NQ-CP"
SAME_DAY_RULE: Final = "Luật Hộ tịch 2014, Điều 5 khoản 3; Nghị định 23/2015/NĐ-CP, Điều 7"


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


class StepKind(StrEnum):
    """How a day of the trace counts."""

    START = "start"  # the day of the event, not counted in days
    COUNT = "count"
    OFF = "off"
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


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """When a dossier is due, and the proof: limit, every day between, rule and calendar revisions."""

    due_at: dt.datetime
    started_at: dt.datetime
    rule: str  # the limit in words: "7 ngày làm việc"
    rules: str  # revision of the counting rules
    calendar: str  # revision of the working calendar
    summary: list[str]  # the proof in sentences
    articles: list[str]
    trace: list[Step]


def due(limit: Limit, accepted_at: dt.datetime, calendar: WorkCalendar) -> Deadline:
    """When the result is due for a dossier accepted at this instant.

    A limit in days ends when offices close on its last day (the law's day ends at 24:00, the appointment
    on form 01 is within working hours). `accepted_at` is aware.

    Source: Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3); Civil Code 2015,
    art. 147, 148; Law on Civil Status 2014, art. 5(3) and Decree 23/2015/NĐ-CP, art. 7 (same day, 15:00).
    """
    unit = Unit(limit.unit)
    start = _minute(accepted_at)
    if unit is Unit.SAME_DAY:
        cutoff = dt.time.fromisoformat(limit.result_cutoff) if limit.result_cutoff else RESULT_CUTOFF
        return _same_day(start, cutoff, limit.basis or SAME_DAY_RULE, calendar)
    if unit is Unit.WORKING_HOUR:
        return _hours(start, limit.amount, "Tiếp nhận", START_RULE, calendar)
    return _days(start, limit.amount, unit, "Tiếp nhận", START_RULE, calendar, limit.extra_hours)


def reception_due(submitted_at: dt.datetime, channel: str, calendar: WorkCalendar) -> Deadline:
    """By when the desk tells the applicant the outcome of its check of a filed dossier.

    Online: 8 working hours from the minute it arrives (out of hours: from the next session);
    counter and post: 1 working day. Sector law may set another time.

    Source: Resolution 66.7/2025/NQ-CP (notice of lacking data: 08 working hours online, 01 working day
    otherwise); the general rule of Decree 45/2020/NĐ-CP, art. 11 is taken to be the same.
    """
    start = _minute(submitted_at)
    if channel == "online":
        return _hours(start, RECEPTION_HOURS_ONLINE, "Nộp", RECEPTION_RULE, calendar)
    return _days(start, RECEPTION_DAYS_OTHER, Unit.WORKING_DAY, "Nộp", RECEPTION_RULE, calendar)


def forward_due(
    received_at: dt.datetime, calendar: WorkCalendar, cutoff: dt.time = FORWARDING_CUTOFF
) -> dt.datetime:
    """By when the desk passes a dossier taken at the counter to the unit that settles it.

    The same working day; received after 15:00, the start of the next one. This cut-off is not the one
    of same-day results.

    Source: Decree 118/2025/NĐ-CP, art. 18(2) as amended by Decree 309/2026, art. 9.
    """
    here = local(_minute(received_at))
    day = here.date()
    if calendar.is_working_day(day) and here.time() <= cutoff:
        return calendar.close(day)
    return calendar.opening(calendar.next_working_day(day))


def _same_day(start: dt.datetime, cutoff: dt.time, article: str, calendar: WorkCalendar) -> Deadline:
    here = local(start)
    day = here.date()
    rule = f"trong ngày; nhận sau {cutoff:%H:%M} thì trả trong ngày làm việc tiếp theo"
    if calendar.is_working_day(day) and here.time() <= cutoff:
        word, text = (
            "Tiếp nhận, hẹn trả",
            f"Tiếp nhận lúc {at_hour(start)}, trước {cutoff:%H:%M}: trả trong ngày.",
        )
        steps = [Step(date=day, kind=StepKind.DUE, word=word, sentence=text, article=article, ordinal=1)]
        return _deadline(calendar.close(day), start, rule, calendar, [text], steps)
    last = calendar.next_working_day(day)
    if calendar.is_working_day(day):
        why = f"sau {cutoff:%H:%M}"
    else:
        why = "ngoài ngày làm việc"
    text = f"Tiếp nhận lúc {at_hour(start)}, {why}: trả trong ngày làm việc tiếp theo, {on_day(last)}."
    steps = [
        Step(date=day, kind=StepKind.START, word=f"Tiếp nhận {here:%H:%M}", sentence=text, article=article),
        *_days_off(day, last, calendar),
        Step(
            date=last,
            kind=StepKind.DUE,
            word="Hẹn trả",
            sentence=f"Hẹn trả kết quả trong ngày {on_day(last)}.",
            article=article,
            ordinal=1,
        ),
    ]
    return _deadline(calendar.close(last), start, rule, calendar, [text, *_off_sentences(steps)], steps)


def _hours(start: dt.datetime, hours: int, event: str, basis: str, calendar: WorkCalendar) -> Deadline:
    stretches = calendar.working_minutes(start, hours * 60)
    begin, end = stretches[0][1], stretches[-1][2]
    per_day: dict[dt.date, int] = {}
    for day, since, until in stretches:
        per_day[day] = per_day.get(day, 0) + int((until - since).total_seconds()) // 60
    first, last = local(start).date(), local(end).date()
    steps = []
    for day in _every_day(first, last):
        if (minutes := per_day.get(day)) is not None:
            kind = StepKind.DUE if day == last else StepKind.COUNT
            word = (
                f"{minutes_words(minutes)}, hết hạn {local(end):%H:%M}"
                if day == last
                else minutes_words(minutes)
            )
            sentence = f"{capital(on_day(day))}: tính {minutes_words(minutes)} làm việc."
            steps.append(
                Step(
                    date=day,
                    kind=kind,
                    word=word,
                    sentence=sentence,
                    article=HOURS_RULE,
                    ordinal=list(per_day).index(day) + 1,
                    minutes=minutes,
                )
            )
        elif day == first:
            word, sentence = (
                f"{event} {local(start):%H:%M}",
                f"{event} lúc {at_hour(start)}, ngoài giờ làm việc.",
            )
            steps.append(Step(date=day, kind=StepKind.START, word=word, sentence=sentence, article=basis))
        else:
            steps.append(_off(day, calendar))
    summary = [f"{event} lúc {at_hour(start)}."]
    if begin != start:
        summary.append(f"Lúc đó ngoài giờ làm việc, nên giờ được tính từ {at_hour(begin)}.")
    summary.append(f"Thời hạn là {hours} giờ làm việc, tính từ phút đó.")
    summary += [*_off_sentences(steps), f"Hết hạn lúc {at_hour(end)}."]
    return _deadline(end, start, limit_words(hours, Unit.WORKING_HOUR), calendar, summary, steps, basis)


def _days(
    start: dt.datetime,
    amount: int,
    unit: Unit,
    event: str,
    basis: str,
    calendar: WorkCalendar,
    extra_hours: int = 0,
) -> Deadline:
    first = local(start).date()
    words = limit_words(amount, unit, extra_hours)
    if unit is Unit.WORKING_DAY:
        counted = last = calendar.add_working_days(first, amount + bool(extra_hours))
    else:
        counted = months_after(first, amount) if unit is Unit.MONTH else first + dt.timedelta(days=amount)
        last = calendar.working_day_from(counted)
    text = f"{event} lúc {at_hour(start)}; ngày này không tính."
    word = f"{event} {local(start):%H:%M}"
    steps = [Step(date=first, kind=StepKind.START, word=word, sentence=text, article=DAYS_RULE)]
    ordinal = 0
    for day in _every_day(first + dt.timedelta(days=1), last):
        counts = calendar.is_working_day(day) if unit is Unit.WORKING_DAY else day <= counted
        if not counts and day != last:
            steps.append(_off(day, calendar))
            continue
        ordinal += counts
        name = f"Ngày {ordinal}" if counts else "Ngày làm việc tiếp theo"
        steps.append(
            Step(
                date=day,
                kind=StepKind.DUE if day == last else StepKind.COUNT,
                word=f"{name}, hẹn trả" if day == last else name,
                sentence=f"{capital(on_day(day))}: {name.lower()}."
                if counts
                else f"Hạn chuyển sang {on_day(day)}.",
                article=DAYS_RULE if counts else END_RULE,
                ordinal=ordinal if counts else None,
            )
        )
    begins = "ngày làm việc kế tiếp" if unit is Unit.WORKING_DAY else "ngày kế tiếp"
    summary = [text, f"Thời hạn là {words}, bắt đầu đếm từ {begins}, {on_day(_first_counted(steps))}."]
    if unit is Unit.WORKING_DAY:
        summary += _off_sentences(steps)
    elif counted != last:
        name = calendar.day_off_name(counted) or ""
        summary.append(
            f"Ngày cuối, {on_day(counted)}, là ngày nghỉ ({name}): hạn chuyển sang {on_day(last)}."
        )
    due_at = calendar.close(last)
    if extra_hours:
        due_at = calendar.add_working_hours(calendar.opening(last), extra_hours)
    summary.append(f"Hết {words}: {on_day(last)}, trước {local(due_at):%H:%M}.")
    return _deadline(due_at, start, words, calendar, summary, steps, basis)


def _deadline(
    due_at: dt.datetime,
    start: dt.datetime,
    rule: str,
    calendar: WorkCalendar,
    summary: list[str],
    steps: list[Step],
    basis: str = START_RULE,
) -> Deadline:
    return Deadline(
        due_at=due_at,
        started_at=start,
        rule=rule,
        rules=RULES,
        calendar=calendar.revision,
        summary=summary,
        articles=list(dict.fromkeys([basis, *(step.article for step in steps if step.article)])),
        trace=steps,
    )


def _off(day: dt.date, calendar: WorkCalendar) -> Step:
    what = calendar.day(day)
    word = {DayKind.WEEKEND: "Cuối tuần", DayKind.SWAP_OFF: "Nghỉ hoán đổi"}.get(what.kind, "Nghỉ lễ")
    return Step(
        date=day,
        kind=StepKind.OFF,
        word=word,
        sentence=f"{capital(on_day(day))}: {what.name or word}, không tính.",
        article=what.source,
    )


def _days_off(after: dt.date, before: dt.date, calendar: WorkCalendar) -> list[Step]:
    return [
        _off(day, calendar) for day in _every_day(after + dt.timedelta(days=1), before - dt.timedelta(days=1))
    ]


def _off_sentences(steps: list[Step]) -> list[str]:
    """The holidays by name, and the weekends by number: what was left out of the count."""
    off = [step for step in steps if step.kind is StepKind.OFF]
    weekend = sum(step.word == "Cuối tuần" for step in off)
    sentences = [step.sentence for step in off if step.word != "Cuối tuần"]
    return [*([f"{weekend} ngày cuối tuần không tính."] if weekend else []), *sentences]


def _first_counted(steps: list[Step]) -> dt.date:
    return next(step.date for step in steps if step.kind in (StepKind.COUNT, StepKind.DUE))


def months_after(first: dt.date, months: int) -> dt.date:
    """The day of the same number some months on; the month's last day where it has no such day.

    Source: Civil Code 2015, art. 148(3).
    """
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    return dt.date(year, month, min(first.day, monthrange(year, month)[1]))


def _every_day(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def _minute(at: dt.datetime) -> dt.datetime:
    """The instant cut to its minute: what is printed is what is counted, in the applicant's favour."""
    if at.tzinfo is None:
        raise ValueError("instants are aware")
    return at.astimezone(dt.UTC).replace(second=0, microsecond=0)
