"""One answer to one question: how it is read, and what is wrong with it, in words. Pure but for today.

Reading is kind to what people type (dd/mm/yyyy, +84, thousands' dots) and strict on shape. What
reads as the right type but is not right yet is kept as typed, so that a draft loses nothing.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from auth import identifiers
from portal.core import text
from portal.core.errors import Invalid
from services_catalog import patterns
from services_catalog.form_parts import Field

FIRST_YEAR, LAST_YEAR = 1800, 2199
TYPED = 60  # characters kept of what is not yet a date, a number, an id
MAX_TEXT, MAX_LONG_TEXT = 500, 4000  # where the field sets no max_length
HARD_FACTOR, HARD_MIN = 2, 1000  # a draft keeps too long a text up to this, to be shortened by its writer
ADDRESS: Final = {"province": 100, "commune": 100, "detail": 300}
ADDRESS_LABELS: Final = {
    "province": "Tỉnh, thành phố",
    "commune": "Xã, phường, đặc khu",
    "detail": "Số nhà, đường, thôn, tổ",
}
MAX_INT: Final = 2**53 - 1

_DMY = re.compile(r"(\d{1,2})\s?[/.\- ]\s?(\d{1,2})\s?[/.\- ]\s?(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-3])(?::| giờ |h)([0-5]\d)(?::[0-5]\d)?", re.ASCII)
_INT = re.compile(r"-?\d{1,16}", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}([. ]\d{3})+", re.ASCII)


class Unreadable(Exception):
    """The answer has another shape than the question asks; `message` says it in Vietnamese."""

    def __init__(self, message: str, part: str = "") -> None:
        super().__init__(message)
        self.message, self.part = message, part


def read(field: Field, raw: Any) -> Any:
    """The answer in normal form; None when it is empty. Repeats are read by `forms`.

    Raises:
        Unreadable: another type, hidden characters, or far too long.
    """
    match field.kind:
        case "yesno" | "commit":
            if not isinstance(raw, bool):
                raise Unreadable("Câu này chỉ nhận có hoặc không.")
            return raw if field.kind == "yesno" else raw or None
        case "number" | "money":
            return _integer(raw)
        case "choices":
            return _choices(field, raw)
        case "address":
            return _address(raw)
        case "text" | "longtext":
            hard = max(limit(field) * HARD_FACTOR, HARD_MIN)
            return _string(raw, hard, multiline=field.kind == "longtext") or None
        case _:
            typed = _string(raw, 254 if field.kind == "email" else 100)
            return (_FORMS.get(field.kind, _same)(typed)) or None


def limit(field: Field) -> int:
    """The longest text the question takes, in characters."""
    return field.max_length or (MAX_LONG_TEXT if field.kind == "longtext" else MAX_TEXT)


def bounds(field: Field) -> tuple[int, int]:
    """The least and greatest number the question takes."""
    top = 10**15 if field.kind == "money" else 999_999_999
    return (0 if field.min is None else field.min, top if field.max is None else field.max)


def _string(raw: Any, hard: int, *, multiline: bool = False) -> str:
    if not isinstance(raw, str):
        raise Unreadable("Câu này nhận chữ, không nhận kiểu dữ liệu khác.")
    try:
        return text.clean(raw, max_length=hard, multiline=multiline)
    except Invalid as bad:
        raise Unreadable(bad.detail) from None


def _integer(raw: Any) -> int | str | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        if abs(raw) > MAX_INT:
            raise Unreadable("Số này lớn quá mức cho phép.")
        return raw
    typed = _string(raw, TYPED)
    bare = typed.replace(".", "").replace(" ", "") if _GROUPED.fullmatch(typed) else typed
    if _INT.fullmatch(bare) and abs(int(bare)) <= MAX_INT:
        return int(bare)
    return typed or None


def _choices(field: Field, raw: Any) -> list[str] | None:
    if not isinstance(raw, list) or len(raw) > 300:
        raise Unreadable("Câu này nhận một danh sách lựa chọn.")
    given = [_string(value, 100) for value in raw]
    known = [option.value for option in field.options if option.value in given]
    return known + sorted({value for value in given if value and value not in known}) or None


def _address(raw: Any) -> dict[str, str] | None:
    if not isinstance(raw, dict):
        raise Unreadable("Địa chỉ gồm tỉnh, xã và phần chi tiết.")
    if unknown := [key for key in raw if key not in ADDRESS]:
        raise Unreadable("Địa chỉ không có mục này.", part=str(unknown[0])[:60])
    parts = {}
    for part, longest in ADDRESS.items():
        if (value := raw.get(part)) is None:
            continue
        try:
            typed = _string(value, longest * HARD_FACTOR)
        except Unreadable as bad:
            raise Unreadable(bad.message, part) from None
        if typed:
            parts[part] = typed
    return parts or None


def _day(typed: str) -> str:
    if match := _DMY.fullmatch(typed):
        day, month, year = match.groups()
    elif match := _ISO.fullmatch(typed):
        year, month, day = match.groups()
    else:
        return typed
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return typed


def _moment(typed: str) -> str:
    parts = re.split(r"[T ,]+", typed, maxsplit=1)
    if len(parts) != 2:
        return typed
    for day, at in (parts, parts[::-1]):
        if (clock := _CLOCK.fullmatch(at.strip())) and _ISO.fullmatch(iso := _day(day.strip())):
            return f"{iso}T{int(clock[1]):02}:{clock[2]}"
    return typed


def _identifier(kind: str) -> Callable[[str], str]:
    def reader(typed: str) -> str:
        try:
            normal: str = getattr(identifiers, kind)(typed)
        except Invalid:
            return typed
        return normal

    return reader


def _same(typed: str) -> str:
    return typed


_FORMS: Final[dict[str, Callable[[str], str]]] = {
    "date": _day,
    "date_or_year": _day,
    "datetime": _moment,
    "personal_id": _identifier("personal_id"),
    "tax_code": _identifier("tax_code"),
    "phone": _identifier("phone"),
    "email": _identifier("email"),
}


def named(label: str) -> str:
    """The label within a sentence: "Ngày sinh" → "ngày sinh", but "VNeID" stays."""
    bare = label.rstrip(" :.")
    return bare if len(bare) > 1 and bare[1].isupper() else bare[:1].lower() + bare[1:]


def missing(field: Field) -> str:
    """What to do when a required answer is not there."""
    if field.label.rstrip().endswith("?") or field.label.startswith("Bạn "):
        return f"Trả lời câu “{field.label.strip()}”"
    match field.kind:
        case "choice" | "choices":
            return f"Chọn {named(field.label)}"
        case "yesno":
            return f"Chọn có hoặc không cho mục “{field.label}”"
        case "commit":
            return f"Đánh dấu vào mục “{field.label}” trước khi nộp"
        case "repeat":
            return f"Thêm ít nhất {max(1, field.min_items)} mục vào “{field.label}”"
        case _:
            return f"Nhập {named(field.label)}"


def fault(field: Field, value: Any, today: date) -> str | None:
    """What is wrong with an answer that has been read, in words; None when it is right."""
    match field.kind:
        case "text" | "longtext":
            return _text_fault(field, value)
        case "number" | "money":
            return _number_fault(field, value)
        case "choice" | "choices":
            known = {option.value for option in field.options}
            given = [value] if field.kind == "choice" else value
            return None if known.issuperset(given) else f"Chọn {named(field.label)} trong các mục có sẵn"
        case "date" | "date_or_year" | "datetime":
            return _date_fault(field, value, today)
        case "personal_id":
            return _personal_id_fault(value)
        case "tax_code":
            return _tax_code_fault(value)
        case "phone":
            return _phone_fault(value)
        case "email":
            return None if _passes("email", value) else f"Thư điện tử có dạng ten@vidu.vn, bạn nhập “{value}”"
        case _:
            return None


def _text_fault(field: Field, value: str) -> str | None:
    if len(value) > (longest := limit(field)):
        return f"{field.label} gồm tối đa {longest} ký tự, bạn nhập {len(value)}"
    if field.pattern and not patterns.matches(field.pattern, value):
        return f"{field.label} chưa đúng dạng. {field.pattern_hint or 'Xem lại cách ghi'}"
    return None


def _number_fault(field: Field, value: Any) -> str | None:
    if not isinstance(value, int):
        return f"{field.label} là số viết bằng chữ số, ví dụ 2, bạn nhập “{value}”"
    least, most = bounds(field)
    if least <= value <= most:
        return None
    unit = " đồng" if field.kind == "money" else ""
    return f"{field.label} phải từ {_grouped(least)} đến {_grouped(most)}{unit}, bạn nhập {_grouped(value)}"


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


_DATE_RULES: Final = {
    "date": "ngày có thật, ví dụ 04/02/1988",
    "date_or_year": "ngày có thật hoặc năm, ví dụ 04/02/1988 hoặc 1988",
    "datetime": "ngày có thật và giờ, ví dụ 14:30 04/02/1988",
}


def _date_fault(field: Field, value: str, today: date) -> str | None:
    if field.kind == "date_or_year" and _YEAR.fullmatch(value):
        year = int(value)
        late = year > today.year
    else:
        try:
            if field.kind == "datetime":
                day = datetime.strptime(value, "%Y-%m-%dT%H:%M").date()  # noqa: DTZ007  a local day and hour
            else:
                day = date.fromisoformat(value) if _ISO.fullmatch(value) else _not_a_day()
        except ValueError:
            return f"{field.label} gồm {_DATE_RULES[field.kind]}, bạn nhập “{value}”"
        year, late = day.year, day > today
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return f"{field.label} phải từ năm {FIRST_YEAR} đến năm {LAST_YEAR}, bạn nhập năm {year}"
    if field.not_future and late:
        return f"{field.label} phải là hôm nay hoặc trước đó, ví dụ 04/02/1988"
    return None


def _not_a_day() -> date:
    raise ValueError


def _personal_id_fault(value: str) -> str | None:
    if not value.isascii() or not value.isdigit():
        return "Số định danh chỉ gồm 12 chữ số, bạn nhập cả chữ hoặc dấu khác"
    if len(value) != 12:
        return f"Số định danh gồm 12 chữ số, bạn nhập {len(value)}"
    try:
        identifiers.personal_id(value)
    except Invalid as bad:
        return bad.detail.rstrip(".")
    return None


def _tax_code_fault(value: str) -> str | None:
    try:
        identifiers.tax_code(value)
    except Invalid as bad:
        return bad.detail.rstrip(".")
    return None


def _phone_fault(value: str) -> str | None:
    if _passes("phone", value):
        return None
    if value.isascii() and value.isdigit() and len(value) != 10:
        return f"Số điện thoại gồm 10 chữ số, bạn nhập {len(value)}"
    return "Số điện thoại phải là số ở Việt Nam, ví dụ 0912 345 678"


def _passes(kind: str, value: str) -> bool:
    try:
        return bool(getattr(identifiers, kind)(value) == value)
    except Invalid:
        return False
