"""The two sets of standard forms, what each form is called in them, and which applies when. Pure.

Set "2018": Circular 01/2018/TT-VPCP, forms 01 to 06. Set "2025": Circular 03/2025/TT-VPCP, forms 01 to 07,
which adds the notice that a dossier is stopped (05) and moves the control slip and the register on by one.
"""

import datetime as dt
from typing import Final

import msgspec

from dossiers.models import DocumentKind

OLD: Final = "2018"
PRESENT: Final = "2025"
PRESENT_SINCE: Final = dt.date(2025, 9, 15)
A4: Final = "A4"
A5: Final = "A5"


class Form(msgspec.Struct, frozen=True):
    """A form in its set: number, name, size of the leaf."""

    number: str
    name: str
    paper: str = A5


CIRCULARS: Final = {OLD: "Thông tư số 01/2018/TT-VPCP", PRESENT: "Thông tư số 03/2025/TT-VPCP"}
FORMS: Final[dict[str, dict[DocumentKind, Form]]] = {
    OLD: {
        DocumentKind.FORM_01: Form("01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
        DocumentKind.FORM_02: Form("02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"),
        DocumentKind.FORM_03: Form("03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
        DocumentKind.FORM_04: Form("04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả"),
        DocumentKind.FORM_06: Form("05", "Phiếu kiểm soát quá trình giải quyết hồ sơ"),
    },
    PRESENT: {
        DocumentKind.FORM_01: Form("01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
        DocumentKind.FORM_02: Form("02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"),
        DocumentKind.FORM_03: Form("03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
        DocumentKind.FORM_04: Form("04", "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết", A4),
        DocumentKind.FORM_05: Form("05", "Thông báo dừng giải quyết hồ sơ", A4),
        DocumentKind.FORM_06: Form("06", "Phiếu kiểm soát quá trình giải quyết hồ sơ", A4),
    },
}
REGISTERS: Final = {OLD: Form("06", "Sổ theo dõi hồ sơ", A4), PRESENT: Form("07", "Sổ theo dõi hồ sơ", A4)}


def set_on(day: dt.date) -> str:
    """The set in force on a day in Viet Nam; a dossier keeps the one of the day it was accepted.

    Source: Circular 03/2025/TT-VPCP, in force from 15/09/2025, after Circular 01/2018/TT-VPCP.
    """
    return PRESENT if day >= PRESENT_SINCE else OLD


def form(kind: DocumentKind, form_set: str) -> Form | None:
    """The form of this kind in a set; None when the set has none."""
    return FORMS[form_set].get(kind)


def label(number: str, form_set: str) -> str:
    """What stands at the corner of the form."""
    return f"Mẫu số {number} ({CIRCULARS[form_set]})"
