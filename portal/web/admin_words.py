"""The events of a procedure in words: what, who, why. Names of people are sealed; a mark tells them apart."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from portal.core.events import EventRow
from portal.core.render import date_vi, moment

WHAT: Final = {
    "procedure.drafted": ("Lưu bản nháp {number}", "pencil", "Người biên tập"),
    "procedure.review_requested": ("Gửi duyệt bản {number}", "send", "Người biên tập"),
    "procedure.draft_returned": ("Trả lại bản {number}", "arrow-return-left", "Người duyệt"),
    "procedure.approved": ("Duyệt bản {number}, áp dụng từ {effective_on}", "calendar-check", "Người duyệt"),
    "procedure.published": ("Bản {number} bắt đầu áp dụng", "check-circle", "Người duyệt"),
    "procedure.closing_set": ("Hẹn ngừng nhận từ {closes_at}", "calendar-x", "Người duyệt"),
    "procedure.revision_cancelled": ("Hủy bản {number} trước ngày áp dụng", "x-circle", "Người duyệt"),
    "procedure.closing_cancelled": ("Bỏ hẹn ngừng nhận", "arrow-counterclockwise", "Người duyệt"),
    "procedure.withdrawn": ("Ngừng nhận hồ sơ mới", "slash-circle", "Người duyệt"),
    "procedure.imported": ("Nạp từ tệp", "box-arrow-in-down", "Người biên tập"),
    "procedure.simulation_asked": ("Yêu cầu chạy thử bản {number}", "play", "Người trong danh mục"),
    "procedure.simulated": (
        "Chạy thử bản {number}: {passed} trên {total} hồ sơ qua được",
        "clipboard-data",
        "",
    ),
    "procedure.draft_discarded": ("Bỏ bản nháp {number}", "trash", "Người biên tập"),
}


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history; `times` saves between `since` and `at` were taken together."""

    name: str
    number: int | None
    what: str
    icon: str
    who: str
    why: str
    at: datetime
    since: datetime
    times: int = 1


def who(actor_id: UUID | None, reader: UUID | None, role: str) -> str:
    """A person as their colleagues may know them: the role and a mark that stays the same."""
    if actor_id is None:
        return "Hệ thống, theo lịch"
    if actor_id == reader:
        return "Bạn"
    return f"{role or 'Người trong danh mục'} {mark(actor_id)}"


def mark(actor_id: UUID) -> str:
    """Four signs that tell people apart without naming them."""
    return f"#{actor_id.hex[-4:].upper()}"


def event_line(event: EventRow, reader: UUID | None) -> EventLine:
    """An event of a procedure in words; one that nobody foresaw is shown by its name."""
    what, icon, role = WHAT.get(event.name, (event.name, "dot", ""))
    number = event.data.get("number")
    return EventLine(
        name=event.name,
        number=number if isinstance(number, int) else None,
        what=what.format_map(_Facts(event.data)),
        icon=icon,
        who=who(event.actor_id, reader, role),
        why=str(event.data.get("reason", "")),
        at=event.at,
        since=event.at,
    )


class _Facts(dict[str, Any]):
    """The facts of an event for its sentence; one that is missing leaves a dash."""

    def __missing__(self, key: str) -> str:
        return "–"

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if not isinstance(value, str):
            return value
        try:
            read = datetime.fromisoformat(value)
            return date_vi(read.date()) if len(value) == 10 else moment(read)
        except ValueError:
            return value
