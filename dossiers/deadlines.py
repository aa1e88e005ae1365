"""The statutory clock: when a dossier is due, with the trace that proves it. Pure.

docs/clock.md is its specification; the arithmetic is in `counting`, the proof day by day in `deadline_days`.
The clock starts when the competent agency accepts the dossier as full and correct, not when it is
filed (Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3)). Hours run from
the minute, days from the next day (Civil Code 2015, art. 147).
"""

import datetime as dt
from typing import Final

import msgspec

from dossiers import counting
from dossiers.counting import Count, Held, Limit, Unit, in_time_today, months_after
from dossiers.course import Course, Extension, Pause, PauseReason, Recount
from dossiers.deadline_days import (
    EXTENSION_RULE,
    PAUSE_RULES,
    Step,
    StepKind,
    reasons,
    trace,
)
from dossiers.words import clock_and_weekday as at_hour
from dossiers.words import limit_words, local
from dossiers.words import weekday_date as on_day
from portal.core.calendar import WorkCalendar

__all__ = [
    "Course",
    "Deadline",
    "Extension",
    "Limit",
    "Pause",
    "PauseReason",
    "Step",
    "StepKind",
    "Unit",
    "count",
    "due",
    "forward_due",
    "months_after",
    "reception_due",
]

RULES: Final = "2026-12"  # revision of the rules below; a deadline names it

RECEPTION_HOURS_ONLINE: Final = 8  # working hours for the check of an online dossier
RECEPTION_DAYS_OTHER: Final = 1  # working days for counter and post

START_RULE: Final = "Nghị định 118/2025/NĐ-CP, Điều 17 khoản 3 (sửa bởi Nghị định 309/2026/NĐ-CP, Điều 8)"
RECEPTION_RULE: Final = "Nghị quyết 66.7/2025/NQ-CP"
RECEPTION_OWN_RULE: Final = "Quy định riêng của thủ tục về thời hạn kiểm tra hồ sơ"


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """When a dossier is due, and the proof: limit, every day between, rule and calendar revisions."""

    due_at: dt.datetime
    original_due_at: dt.datetime  # moved by pauses, not by an extension: on time is judged by it
    started_at: dt.datetime
    paused_since: dt.datetime | None  # the clock stands still; the due instant is as if it had gone on then
    extended_until: dt.date | None
    rule: str  # the limit in words: "7 ngày làm việc"
    rules: str  # revision of the counting rules
    calendar: str  # revision of the working calendar
    recounts: tuple[Recount, ...] = ()  # by later revisions of it
    summary: list[str]  # the proof in sentences
    articles: list[str]
    trace: list[Step]


class _Plain(msgspec.Struct, frozen=True):
    """A limit that no procedure states."""

    amount: int
    unit: str
    extra_hours: int = 0
    result_cutoff: str | None = None
    basis: str | None = None


def due(limit: Limit, accepted_at: dt.datetime, calendar: WorkCalendar) -> Deadline:
    """When the result is due for a dossier accepted at this instant, were its clock never stopped.

    A limit in days ends when offices close on its last day (the law's day ends at 24:00, the appointment
    on form 01 is within working hours). `accepted_at` is aware.

    Source: Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3); Civil Code 2015,
    art. 147, 148; Law on Civil Status 2014, art. 5(3) and Decree 23/2015/NĐ-CP, art. 7 (same day, 15:00).
    """
    return count(limit, Course(accepted_at), calendar)


def count(limit: Limit, course: Course, calendar: WorkCalendar, *, restarts: bool = False) -> Deadline:
    """When the result is due over the whole course: pauses, an extension, a limit begun anew.

    `restarts`: a supplement begins the limit anew (the procedure's rule) instead of moving it.

    Source: Decree 301/2026/NĐ-CP, art. 3(4) and Decision 766/QĐ-TTg, index 2.1 (time of a supplement or an
    incident is not counted); Decree 61/2018/NĐ-CP, art. 19(4) (anew), 19(9) (one extension); Decree
    118/2025/NĐ-CP, art. 17(3).
    """
    counted = counting.count(limit, course, calendar, restarts=restarts)
    return _deadline(limit, counted, course, "Tiếp nhận", START_RULE, calendar)


def reception_due(
    submitted_at: dt.datetime,
    channel: str,
    calendar: WorkCalendar,
    *,
    hours: int | None = None,
    days: int | None = None,
) -> Deadline:
    """By when the desk tells the applicant the outcome of its check of a filed dossier.

    Online: 8 working hours from the minute it arrives (out of hours: from the next session);
    counter and post: 1 working day. `hours` or `days`: the limit of the procedure's own law, for every
    channel.

    Source: Resolution 66.7/2025/NQ-CP (notice of lacking data: 08 working hours online, 01 working day
    otherwise); the general rule of Decree 45/2020/NĐ-CP, art. 11 is taken to be the same.
    """
    basis = RECEPTION_RULE if hours is days is None else RECEPTION_OWN_RULE
    if hours is None and days is None:
        online = channel == "online"
        hours, days = (RECEPTION_HOURS_ONLINE, None) if online else (None, RECEPTION_DAYS_OTHER)
    limit = _Plain(hours, Unit.WORKING_HOUR) if hours else _Plain(days or 1, Unit.WORKING_DAY)
    course = Course(submitted_at)
    counted = counting.count(limit, course, calendar, restarts=False)
    return _deadline(limit, counted, course, "Nộp", basis, calendar)


def forward_due(
    received_at: dt.datetime, calendar: WorkCalendar, cutoff: dt.time | None = None
) -> dt.datetime:
    """By when the desk passes a dossier taken at the counter to the unit that settles it.

    The same working day; received after the calendar's cut-off (15:00), the start of the next one. This
    cut-off is not the one of same-day results.

    Source: Decree 118/2025/NĐ-CP, art. 18(2) as amended by Decree 309/2026, art. 9.
    """
    here = local(counting.minute(received_at))
    day = here.date()
    in_time = here.time() <= (cutoff or calendar.forwarding_cutoff)
    if calendar.is_working_day(day) and in_time and here < calendar.close(day):
        return calendar.close(day)
    return calendar.opening(calendar.next_working_day(day))


def _deadline(
    limit: Limit, counted: Count, course: Course, event: str, basis: str, calendar: WorkCalendar
) -> Deadline:
    steps = trace(limit, counted, event, basis, calendar)
    articles = [basis, *(step.article for step in steps if step.article)]
    if counted.extension:
        articles.append(EXTENSION_RULE)
    if counted.open:
        articles += [PAUSE_RULES[reason] for reason in counted.open.reasons]
    return Deadline(
        due_at=counted.due_at,
        original_due_at=counted.original.due_at,
        started_at=counted.stages[0].start,
        paused_since=counted.open.since if counted.open else None,
        extended_until=counted.extension.until if counted.extension else None,
        rule=_rule(limit, calendar),
        rules=RULES,
        calendar=calendar.revision,
        recounts=course.recounts,
        summary=_summary(limit, counted, course, event, steps, calendar),
        articles=list(dict.fromkeys(one for article in articles for one in article.split("; "))),
        trace=steps,
    )


def _rule(limit: Limit, calendar: WorkCalendar) -> str:
    if Unit(limit.unit) is Unit.SAME_DAY:
        cutoff = counting.cutoff(limit, calendar)
        return f"trong ngày; nhận sau {cutoff:%H:%M} thì trả trong ngày làm việc tiếp theo"
    return limit_words(limit.amount, limit.unit, limit.extra_hours)


def _summary(
    limit: Limit, counted: Count, course: Course, event: str, steps: list[Step], calendar: WorkCalendar
) -> list[str]:
    """The proof in sentences, from the start to the due instant."""
    said = _begun(limit, counted, event, calendar)
    for stage in counted.stages:
        said += [_told(held, "thời gian này không tính") for held in stage.held]
        if stage.ends:
            said.append(_told(stage.ends, "sau đó toàn bộ thời hạn được tính lại từ đầu"))
    said += _off_sentences(steps)
    original = counted.original
    if Unit(limit.unit) in (Unit.DAY, Unit.MONTH) and not calendar.is_working_day(original.day):
        name = calendar.day_off_name(original.day) or ""
        rolled = on_day(local(original.due_at).date())
        said.append(f"Ngày cuối, {on_day(original.day)}, là ngày nghỉ ({name}): hạn chuyển sang {rolled}.")
    if counted.extension:
        said.append(
            f"Cơ quan đã xin lỗi và gia hạn đến {on_day(counted.extension.until)} (lúc"
            f" {at_hour(counted.extension.at)}). Hạn ban đầu là {at_hour(original.due_at)}."
        )
        said += [_told(held, "ngày đã gia hạn lùi theo") for held in counted.held_after]
    for recount in course.recounts:
        said.append(
            f"Lịch làm việc thay đổi: lúc {at_hour(recount.at)} đã đếm lại từ đầu theo lịch bản"
            f" {recount.calendar}."
        )
    if counted.open:
        said.append(
            f"Đồng hồ đang tạm dừng từ {at_hour(counted.open.since)} ({reasons(counted.open)}); khi chạy"
            " tiếp, hạn sẽ lùi theo thời gian tạm dừng."
        )
    return [*said, _ended(limit, counted)]


def _begun(limit: Limit, counted: Count, event: str, calendar: WorkCalendar) -> list[str]:
    start, unit = counted.stages[0].start, Unit(limit.unit)
    if unit is Unit.SAME_DAY:
        cutoff, day = counting.cutoff(limit, calendar), local(start).date()
        if in_time_today(limit, start, calendar):
            return [f"{event} lúc {at_hour(start)}, trước {cutoff:%H:%M}: trả trong ngày."]
        late = calendar.is_working_day(day) and start < calendar.close(day)
        why = f"sau {cutoff:%H:%M}" if late else "ngoài giờ, ngoài ngày làm việc"
        last = on_day(local(counted.stages[0].first.due_at).date())
        return [f"{event} lúc {at_hour(start)}, {why}: trả trong ngày làm việc tiếp theo, {last}."]
    words = limit_words(limit.amount, unit, limit.extra_hours)
    if unit is Unit.WORKING_HOUR:
        said = [f"{event} lúc {at_hour(start)}."]
        if (begin := calendar.next_working_instant(start)) != start:
            said.append(f"Lúc đó ngoài giờ làm việc, nên giờ được tính từ {at_hour(begin)}.")
        return [*said, f"Thời hạn là {words}, tính từ phút đó."]
    day = local(start).date()
    first = calendar.next_working_day(day) if unit is Unit.WORKING_DAY else day + dt.timedelta(days=1)
    begins = "ngày làm việc kế tiếp" if unit is Unit.WORKING_DAY else "ngày kế tiếp"
    return [
        f"{event} lúc {at_hour(start)}; ngày này không tính.",
        f"Thời hạn là {words}, bắt đầu đếm từ {begins}, {on_day(first)}.",
    ]


def _told(held: Held, so: str) -> str:
    assert held.until is not None
    return f"Tạm dừng từ {at_hour(held.since)} đến {at_hour(held.until)} ({reasons(held)}): {so}."


def _ended(limit: Limit, counted: Count) -> str:
    at = counted.due_at
    if counted.extended and counted.extended.due_at == at:
        return f"Hạn sau khi gia hạn: {on_day(local(at).date())}, trước {local(at):%H:%M}."
    if Unit(limit.unit) is Unit.WORKING_HOUR:
        return f"Hết hạn lúc {at_hour(at)}."
    if Unit(limit.unit) is Unit.SAME_DAY:
        return f"Hẹn trả trong ngày {on_day(local(at).date())}, trước {local(at):%H:%M}."
    words = limit_words(limit.amount, limit.unit, limit.extra_hours)
    return f"Hết {words}: {on_day(local(at).date())}, trước {local(at):%H:%M}."


def _off_sentences(steps: list[Step]) -> list[str]:
    """The holidays by name, and the weekends by number: what was left out of the count."""
    off = [step for step in steps if step.kind is StepKind.OFF]
    weekend = sum(step.word == "Cuối tuần" for step in off)
    sentences = [step.sentence for step in off if step.word != "Cuối tuần"]
    return [*([f"{weekend} ngày cuối tuần không tính."] if weekend else []), *sentences]
