"""What an applicant is told while a dossier goes on from where it was taken in to who settles it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from dossiers.words import clock_and_weekday

NO_DATE_YET: Final = "Ngày hẹn trả kết quả được báo khi cơ quan giải quyết nhận được hồ sơ."


def date_of(due_at: datetime | None) -> str:
    """By when the result is there, or when that will be told."""
    return f"Hẹn trả kết quả trước {clock_and_weekday(due_at)}." if due_at else NO_DATE_YET


def _forwarded(change: Any) -> tuple[str, list[str]]:  # noqa: ARG001
    return "đã chuyển tới cơ quan giải quyết", [f"Nơi tiếp nhận đã chuyển hồ sơ đi. {NO_DATE_YET}"]


def _taken_over(change: Any) -> tuple[str, list[str]]:
    return "đã tới cơ quan giải quyết", [
        f"Cơ quan giải quyết đã nhận hồ sơ, thời hạn bắt đầu tính từ lúc này. {date_of(change.due_at)}"
    ]


WORDS: Final[dict[str, Callable[[Any], tuple[str, list[str]]]]] = {
    "dossier.forwarded": _forwarded,
    "dossier.taken_over": _taken_over,
}
