"""Right answers to any form of the catalogue, with the long names and addresses of real life."""

from typing import Any

from services_catalog import forms
from services_catalog.answers import bounds, limit
from services_catalog.content import Field, Section
from services_catalog.form_parts import SILENT

LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Thị Hoàng Phương Khánh Huyền"
LONG_TEXT = (
    "Quyền sử dụng đất và nhà ở gắn liền với đất tại thửa số 118, tờ bản đồ số 27, đường liên thôn Đông Hạ "
    "Thượng Nguyễn Phúc Khoát kéo dài, đã được Ủy ban nhân dân xã xác nhận"
)
ADDRESS = {
    "province": "Thành phố Hồ Chí Minh",
    "commune": "xã Hoàng Hoa Thám Thượng Nguyên Đông",
    "detail": "Số 1186/27/4B, đường Nguyễn Thị Minh Khai nối dài, tổ dân phố 12, khu đô thị mới Đông Bắc",
}


def right(sections: list[Section], wanted: dict[str, Any]) -> dict[str, Any]:
    """A complete set of answers; `wanted` gives those that matter, by key."""
    given: dict[str, Any] = {}
    for section in sections:
        if forms.holds(section.show_when, given):
            given |= _fields(section.fields, given, wanted)
    return given


def _fields(fields: list[Field], before: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for field in fields:
        if field.kind not in SILENT and forms.holds(field.show_when, before | given):
            given[field.key] = wanted.get(field.key, _answer(field, wanted))
    return given


def _answer(field: Field, wanted: dict[str, Any]) -> Any:
    match field.kind:
        case "text" | "longtext":
            return (LONG_NAME if "name" in field.key else LONG_TEXT)[: limit(field)].strip()
        case "number" | "money":
            least, most = bounds(field)
            return min(most, max(least, 2))
        case "date" | "date_or_year":
            return "1995-03-15"
        case "datetime":
            return "2026-11-02T07:15"
        case "choice":
            return field.options[0].value
        case "choices":
            return [option.value for option in field.options[:2]]
        case "yesno":
            return False
        case "commit":
            return True
        case "personal_id":
            return "001195000123"
        case "phone":
            return "0912345678"
        case "email":
            return "cong.tang.ton.nu.hoang.thi.phuong.khanh.huyen@thu-dien-tu.example"
        case "address":
            return dict(ADDRESS)
        case "repeat":
            rows = min(field.max_items, max(2, field.min_items))
            return [_fields(field.fields, {}, wanted) for _ in range(rows)]
        case _:
            raise AssertionError(field.kind)
