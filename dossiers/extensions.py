"""The apology with a new date: once, at the latest a day before the old one (form 04)."""

import datetime as dt
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from auth.actor import Actor
from dossiers import calendars, clocks
from dossiers.models import Dossier
from dossiers.processing import begin, finish, worded
from dossiers.workflow import Action
from portal.core.calendar import WorkCalendar
from portal.core.clock import local, now
from portal.core.errors import Conflict, Invalid
from portal.core.render import date_vi

LONGEST: Final = dt.timedelta(days=365)


class AlreadyExtended(Conflict):
    """The one extension was made; `until` tells the new date."""

    title = "Hồ sơ đã được gia hạn một lần"


class TooLate(Conflict):
    """An extension is made at the latest one day before the due day."""

    title = "Đã quá muộn để gia hạn"


def last_day(due_at: dt.datetime) -> dt.date:
    """The last day on which the apology may be made: the one before the due day.

    Source: Decree 61/2018/NĐ-CP, art. 19(9), kept by the rules made under Decree 118/2025/NĐ-CP ("chậm nhất
    01 ngày trước ngày hết hạn").
    """
    return local(due_at).date() - dt.timedelta(days=1)


def allowed(due_at: dt.datetime, today: dt.date, calendar: WorkCalendar, *, most: int = 10) -> list[dt.date]:
    """The next working days after the due day that a page offers; none when it is too late.

    Source: Decree 61/2018/NĐ-CP, art. 19(9).
    """
    days: list[dt.date] = []
    day = local(due_at).date()
    if today > last_day(due_at):
        return days
    while len(days) < most:
        day = calendar.next_working_day(day)
        days.append(day)
    return days


def fault(
    until: dt.date, due_at: dt.datetime, calendar: WorkCalendar, *, extended: bool, today: dt.date
) -> str | None:
    """What speaks against this extension; None when it may be made.

    Source: Decree 61/2018/NĐ-CP, art. 19(9): once, at the latest one day before the due day.
    """
    due_day = local(due_at).date()
    if extended:
        return "already"
    if today > last_day(due_at):
        return "too_late"
    if until <= due_day:
        return "not_later"
    if until > due_day + LONGEST:
        return "too_far"
    if not calendar.is_working_day(until):
        return "day_off"
    return None


_SAID: Final = {
    "not_later": "Chọn một ngày sau ngày hẹn hiện tại",
    "too_far": "Chọn một ngày trong vòng một năm từ ngày hẹn hiện tại",
    "day_off": "Ngày này cơ quan nghỉ. Chọn một ngày làm việc",
}


def extend(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    until: dt.date,
    reason: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Apologise and name a new day; what it was first due is kept and judged by.

    Source: Decree 61/2018/NĐ-CP, art. 19(9); form 04 of Circular 03/2025/TT-VPCP.

    Raises:
        AlreadyExtended, TooLate; Invalid: no reason, or a day that cannot be; and those of `begin`.
    """
    reason = worded(reason, "Nêu lý do chậm và lời xin lỗi, người nộp đọc được.")
    begun = begin(session, actor, dossier_id, Action.EXTEND, seq=seq, key=key, body=f"{until} {reason}")
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    if dossier.due_at is None:
        raise TooLate("Hồ sơ này chưa có ngày hẹn để gia hạn.")
    calendar = calendars.of(session, dossier.competent_agency_id)
    extended, today = dossier.extended_at is not None, local(now()).date()
    wrong = fault(until, dossier.due_at, calendar, extended=extended, today=today)
    if wrong == "already":
        raise AlreadyExtended(
            f"Mỗi hồ sơ chỉ được hẹn lại một lần. Ngày hẹn hiện tại là {date_vi(dossier.due_at)}."
        )
    if wrong == "too_late":
        raise TooLate(
            f"Việc xin lỗi, hẹn lại phải làm chậm nhất một ngày trước ngày hẹn ({date_vi(dossier.due_at)})."
        )
    if wrong:
        raise Invalid(f"{_SAID[wrong]}.", errors=[{"field": "until", "message": _SAID[wrong]}])
    data: dict[str, Any] = {"until": until.isoformat()}
    data |= clocks.turn(session, dossier, "dossier.extended", data)
    dossier.extended_at = data["at"]
    return finish(session, dossier, after, "dossier.extended", actor, data, {"reason": reason})
