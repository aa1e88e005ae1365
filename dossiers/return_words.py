"""What an applicant is told of the return of a result, of a reopening and of an answered complaint."""

from collections.abc import Callable
from typing import Any, Final


def _reopened(change: Any) -> tuple[str, list[str]]:  # noqa: ARG001
    return "được mở lại để giải quyết", [
        "Cơ quan mở lại hồ sơ đã giải quyết. Lý do có trong trang hồ sơ.",
        "Kết quả trước không dùng nữa. Bạn nhận thư khi có kết quả mới.",
    ]


def _sent(change: Any) -> tuple[str, list[str]]:
    number = change.event.data["tracking_number"]
    return "kết quả đã gửi qua bưu điện", [f"Kết quả đã giao cho bưu điện, mã vận đơn {number}."]


def _answered(change: Any) -> tuple[str, list[str]]:  # noqa: ARG001
    return "phản ánh đã được trả lời", ["Cơ quan đã trả lời phản ánh của bạn. Mở hồ sơ để đọc."]


WORDS: Final[dict[str, Callable[[Any], tuple[str, list[str]]]]] = {
    "dossier.reopened": _reopened,
    "dossier.result_sent": _sent,
    "dossier.complaint_answered": _answered,
}
