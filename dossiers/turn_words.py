"""What messages say of the applicant's turn: supplement, withdrawal, stop, apology. Pure.

A message names no answer and no reason in words: those stay behind the sign-in.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from dossiers.reasons import APPEAL
from dossiers.words import clock_and_weekday

if TYPE_CHECKING:
    from dossiers.notifications import Change


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _until(change: "Change") -> str:
    due = change.event.data.get("supply_by")
    if not due:
        return "Gửi sớm ngày nào, hồ sơ được giải quyết tiếp ngày ấy."
    return f"Gửi chậm nhất {clock_and_weekday(_instant(due))}; quá hạn này hồ sơ sẽ được dừng giải quyết."


def _asked(change: "Change") -> tuple[str, list[str]]:
    count = len(change.event.data["items"])
    return "cần bạn bổ sung", [
        f"Cơ quan yêu cầu bổ sung {count} mục. Danh sách đầy đủ, lý do và cách sửa từng mục có trong trang "
        "hồ sơ (mẫu số 02).",
        _until(change),
        "Thời gian bạn bổ sung không tính vào thời hạn giải quyết.",
    ]


def _supplemented(change: "Change") -> tuple[str, list[str]]:
    told = ["Chúng tôi đã nhận phần bổ sung của bạn. Bạn không cần làm gì lúc này."]
    if reception := change.event.data.get("reception_due_at"):
        told.append(f"Cơ quan kiểm tra và trả lời chậm nhất {clock_and_weekday(_instant(reception))}.")
    elif due := change.event.data.get("due_at"):
        told.append(f"Đồng hồ chạy tiếp. Hẹn trả kết quả trước {clock_and_weekday(_instant(due))}.")
    return "đã nhận phần bổ sung", told


def _revoked(change: "Change") -> tuple[str, list[str]]:
    told = ["Cơ quan đã rút lại yêu cầu bổ sung. Bạn không cần bổ sung nữa; lý do có trong trang hồ sơ."]
    return "không cần bổ sung nữa", told + _new_date(change)


def _new_date(change: "Change") -> list[str]:
    due = change.event.data.get("due_at")
    return [f"Hẹn trả kết quả trước {clock_and_weekday(_instant(due))}."] if due else []


def _withdrawal(change: "Change") -> tuple[str, list[str]]:  # noqa: ARG001
    return "đã nhận yêu cầu rút hồ sơ", [
        "Cơ quan đã nhận yêu cầu rút hồ sơ và sẽ trả lời. Trong lúc chờ, thời hạn giải quyết tạm dừng.",
        "Đổi ý, bạn bấm “Không rút nữa” trong trang hồ sơ.",
    ]


def _kept(change: "Change") -> tuple[str, list[str]]:
    if change.event.data["by_applicant"]:
        told = ["Bạn không rút hồ sơ nữa. Hồ sơ được giải quyết tiếp."]
        return "được giải quyết tiếp", told + _new_date(change)
    told = ["Cơ quan chưa cho rút hồ sơ. Lý do có trong trang hồ sơ."]
    return "chưa rút được", told + _new_date(change)


_STOPPED: Final[Mapping[str, str]] = {
    "withdrawn": "Hồ sơ đã được dừng theo yêu cầu rút của bạn.",
    "supplement_lapsed": "Hết thời hạn mà chưa có phần bổ sung, nên hồ sơ được dừng giải quyết.",
    "duty_lapsed": "Hết thời hạn mà nghĩa vụ tài chính chưa được thực hiện, nên hồ sơ được dừng giải quyết.",
}


def _stopped(change: "Change") -> tuple[str, list[str]]:
    cause = change.event.data["cause"]
    told = [_STOPPED[cause], "Bạn có thể nộp hồ sơ mới bất cứ lúc nào."]
    return "đã dừng giải quyết", told if cause == "withdrawn" else [*told, APPEAL]


def _extended(change: "Change") -> tuple[str, list[str]]:
    due = clock_and_weekday(_instant(change.event.data["due_at"]))
    return "được hẹn lại ngày trả", [
        f"Chúng tôi xin lỗi: hồ sơ chưa giải quyết xong đúng hẹn. Ngày hẹn mới: trước {due}.",
        "Lý do có trong trang hồ sơ (mẫu số 04). Bạn không cần làm gì lúc này.",
    ]


WORDS: Final[dict[str, Callable[["Change"], tuple[str, list[str]]]]] = {
    "dossier.supplement_asked": _asked,
    "dossier.supplemented": _supplemented,
    "dossier.supplement_revoked": _revoked,
    "dossier.withdrawal_asked": _withdrawal,
    "dossier.kept": _kept,
    "dossier.stopped": _stopped,
    "dossier.extended": _extended,
}

# To the officer who holds the dossier, else to the unit: headline, and what to do.
AT_DESK: Final[Mapping[str, tuple[str, str]]] = {
    "dossier.supplemented": (
        "đã được bổ sung",
        "Người nộp đã bổ sung. Mở hồ sơ để giải quyết tiếp.",
    ),
    "dossier.withdrawal_asked": (
        "được yêu cầu rút",
        "Người nộp yêu cầu rút hồ sơ. Mở hồ sơ để cho rút, hoặc trả lời vì sao chưa rút được.",
    ),
    "dossier.kept": ("không rút nữa", "Người nộp không rút hồ sơ nữa. Hồ sơ được giải quyết tiếp."),
    "dossier.stopped": (
        "đã tự dừng",
        "Hết thời hạn mà người nộp chưa bổ sung, Cổng đã dừng hồ sơ.",
    ),
}
