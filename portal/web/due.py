"""How the desk says when something is due: kind (icon and colour), words, a second line. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from dossiers.workflow import END, Status
from portal.core.calendar import OutsideCalendar, WorkCalendar
from portal.core.clock import local
from portal.core.render import NBSP, capital, date_vi, time_vi, weekday

# Where the clock rests, and what for.
PAUSED: Final[Mapping[Status, str]] = {
    Status.SUPPLEMENT: "chờ người nộp bổ sung",
    Status.FINANCIAL_DUTY: "chờ người nộp đóng tiền",
    Status.WITHDRAWAL_ASKED: "chờ trả lời việc rút hồ sơ",
}


class When(msgspec.Struct, frozen=True):
    """kind: '' | is-you (today) | is-late | is-paused."""

    kind: str
    words: str
    small: str = ""


def when(
    status: Status,
    *,
    reception_due_at: datetime | None,
    due_at: datetime | None,
    settled_at: datetime | None = None,
    now: datetime,
    calendar: WorkCalendar,
) -> When | None:
    """What the desk must do by when; None when nothing is due any more.

    A filed dossier is due an answer at reception; an accepted one its result; a settled one waits to
    be returned; where the applicant acts, the clock rests.
    """
    if status is Status.SUBMITTED and reception_due_at is not None:
        return _due(reception_due_at, "trả lời tiếp nhận", now, calendar)
    if status in PAUSED:
        return When("is-paused", "Tạm dừng", PAUSED[status])
    if status is Status.SETTLED:
        return When("", "Chờ trả kết quả", f"có kết quả {date_vi(settled_at)[:5]}" if settled_at else "")
    if status in END or status is Status.DRAFT or due_at is None:
        return None
    return _due(due_at, f"hẹn trả {date_vi(due_at)[:5]}", now, calendar)


def to_forward(at: datetime, now: datetime, calendar: WorkCalendar) -> When:
    """By when the desk sends a dossier on to the agency that settles it."""
    return _due(at, "chuyển hồ sơ đi", now, calendar)


def clock(status: Status, agency: str) -> str:
    """Whose clock runs, in one sentence."""
    if status in PAUSED:
        return f"Đồng hồ đang dừng, {PAUSED[status]}."
    if status in (Status.ACCEPTED, Status.PROCESSING):
        return f"Đồng hồ đang chạy ở {agency}."
    if status in (Status.DRAFT, Status.SUBMITTED):
        return "Đồng hồ giải quyết chưa chạy, hồ sơ chưa được tiếp nhận."
    return "Đồng hồ đã dừng."


def _due(at: datetime, small: str, now: datetime, calendar: WorkCalendar) -> When:
    today, day = local(now).date(), local(at).date()
    if at < now:
        late = days_between(day, today, calendar)
        words = f"Quá hạn {late}{NBSP}ngày" if late else f"Quá hạn từ {time_vi(at)}"
        return When("is-late", words, f"hẹn {date_vi(at)[:5]} {time_vi(at)}")
    if day == today:
        return When("is-you", f"Hôm nay {time_vi(at)}", small)
    if day == today + timedelta(days=1):
        return When("", f"Ngày mai {time_vi(at)}", small)
    left = days_between(today, day, calendar)
    if left <= 2:
        return When("", f"{capital(weekday(at))} {date_vi(at)[:5]} {time_vi(at)}", small)
    return When("", f"{date_vi(at)[:5]}, còn {left}{NBSP}ngày", "ngày làm việc")


def days_between(after: date, until: date, calendar: WorkCalendar) -> int:
    """Working days after one day and up to another; calendar days where the calendar ends."""
    try:
        return calendar.working_days_between(after, until)
    except OutsideCalendar:
        return (until - after).days


def shift(now: datetime, calendar: WorkCalendar) -> str:
    """The desk's hour in words: "ca sáng đến 11:30 · ngày mai nghỉ (Ngày Văn hóa Việt Nam)"."""
    here = local(now)
    parts = []
    if (off := calendar.day_off_name(here.date())) is not None:
        parts.append(f"hôm nay nghỉ: {off}")
    else:
        names = ("ca sáng", "ca chiều")
        open_now = [
            f"{name} đến {end:%H:%M}"
            for name, (start, end) in zip(names, calendar.sessions, strict=False)
            if start <= here.time() < end
        ]
        parts.append(open_now[0] if open_now else "ngoài giờ làm việc")
    tomorrow = here.date() + timedelta(days=1)
    if (off := calendar.day_off_name(tomorrow)) is not None and here.weekday() < 4:
        parts.append(f"ngày mai nghỉ: {off}")
    return " · ".join(parts)
