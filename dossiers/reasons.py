"""Why a dossier is asked for more, refused or rejected: codes with their words and the law. Pure.

Codes stand in events and figures; what an officer adds in words stays sealed.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from portal.core.errors import Invalid


class Reason(msgspec.Struct, frozen=True):
    """A reason as people read it, and the article it rests on."""

    words: str
    article: str


_RECEIPT: Final = "Nghị định 118/2025/NĐ-CP, Điều 17 (sửa bởi Nghị định 309/2026/NĐ-CP, Điều 8)"

# Of one field or paper in a request to supplement (form 02).
SUPPLEMENT: Final[Mapping[str, Reason]] = {
    "missing": Reason("Còn thiếu", _RECEIPT),
    "incorrect": Reason("Khai chưa đúng", _RECEIPT),
    "inconsistent": Reason("Không khớp với giấy tờ khác", _RECEIPT),
    "unreadable": Reason("Mờ, không đọc được", _RECEIPT),
    "incomplete": Reason("Thiếu trang hoặc thiếu phần", _RECEIPT),
    "expired": Reason("Đã hết giá trị sử dụng", _RECEIPT),
    "unsigned": Reason("Thiếu chữ ký, con dấu hoặc chứng thực", _RECEIPT),
    "wrong_paper": Reason("Không phải giấy tờ thủ tục yêu cầu", _RECEIPT),
    "other": Reason("Lý do khác, nêu bên dưới", _RECEIPT),
}

# Of a refusal at reception (form 03).
REFUSAL: Final[Mapping[str, Reason]] = {
    "wrong_agency": Reason("Không thuộc thẩm quyền giải quyết của cơ quan", _RECEIPT),
    "outside_scope": Reason("Không thuộc phạm vi của thủ tục", _RECEIPT),
    "duplicate": Reason("Trùng với hồ sơ đang được giải quyết", _RECEIPT),
    "not_supplied": Reason("Không bổ sung đủ theo yêu cầu", _RECEIPT),
    "invalid_papers": Reason("Giấy tờ không hợp lệ theo quy định", _RECEIPT),
    "other": Reason("Lý do khác, nêu bên dưới", _RECEIPT),
}

_SETTLEMENT: Final = "Nghị định 118/2025/NĐ-CP, Điều 18"
# Of a rejection after appraisal (form 03).
REJECTION: Final[Mapping[str, Reason]] = {
    "not_eligible": Reason("Không đủ điều kiện theo quy định", _SETTLEMENT),
    "false_statement": Reason("Nội dung khai hoặc giấy tờ không đúng sự thật", _SETTLEMENT),
    "disputed": Reason("Đang có tranh chấp hoặc bị ngăn chặn theo quy định", _SETTLEMENT),
    "agency_disagrees": Reason("Cơ quan được lấy ý kiến không đồng ý", _SETTLEMENT),
    "not_supplied": Reason("Không bổ sung đủ theo yêu cầu", _SETTLEMENT),
    "other": Reason("Lý do khác, nêu bên dưới", _SETTLEMENT),
}

APPEAL: Final = (
    "Không đồng ý, bạn có thể khiếu nại tới chính cơ quan này trong 90 ngày kể từ ngày nhận hoặc biết quyết "
    "định, hoặc khởi kiện tại Tòa án trong 1 năm."
)
APPEAL_ARTICLES: Final = (
    "Luật Khiếu nại 2011, Điều 7 và Điều 9; Luật Tố tụng hành chính 2015, Điều 115 và Điều 116"
)


def demand(table: Mapping[str, Reason], code: str, field: str = "reason_code") -> str:
    """The code, known to the table.

    Raises:
        Invalid: the table has no such reason.
    """
    if code not in table:
        message = "Chọn một lý do trong danh sách"
        raise Invalid(f"{message}.", errors=[{"field": field, "message": message}])
    return code


def words(table: Mapping[str, Reason], code: str | None) -> str:
    """The reason as people read it; empty for an older event without one, and for "other"."""
    found = table.get(code or "")
    return "" if found is None or code == "other" else found.words
