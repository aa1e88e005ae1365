"""Reading a sheet back into a revision's content: every mistake at its place, in words, nothing lost.

The types of `services_catalog.content` say what is read; the names are those of the comparison.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect

from portal.core.clock import ZONE
from portal.core.errors import Invalid
from portal.core.text import clean, fold
from portal.web.content_sheets import BY_LINE, Sheet, one, rows, several
from portal.web.days import read_day
from services_catalog.content import Condition, RevisionContent
from services_catalog.diff_rules import CONTENT
from services_catalog.diff_walk import Items, One, Record

MULTILINE: Final = frozenset({"text", "note", "summary", "answer", "hint", "source", "name", "reason_basis"})
LABELS: Final = {
    "amount": "Thời hạn", "unit": "Đơn vị", "extra_hours": "Số giờ thêm", "result_cutoff": "Giờ nhận",
    "note": "Ghi chú", "basis": "Căn cứ", "number": "Số, ký hiệu", "question": "Câu hỏi", "text": "Nội dung",
    "key": "Mã", "channel": "Kênh",
}  # fmt: skip
IDENTITY: Final = ("name", "number", "question", "text", "answer")  # a row with none of these is empty
_MOMENT = re.compile(r"(?:([01]?\d|2[0-3])(?::|h| giờ )([0-5]\d)\s+)?(.+)", re.ASCII)
_INT = re.compile(r"\d{1,15}", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}([. ]\d{3})+", re.ASCII)
_CLEAR = {r"^[0-9A-Za-z.\-]{1,60}\Z": "chữ không dấu, chữ số, dấu chấm và gạch nối",
          r"^([01]\d|2[0-3]):[0-5]\d\Z": "giờ và phút, ví dụ 15:00"}  # fmt: skip


class Read(msgspec.Struct):
    """What a sheet gave: values by attribute, and mistakes by place ("fees.0.amount_vnd" → message)."""

    values: dict[str, Any]
    mistakes: dict[str, str]

    def over(self, content: RevisionContent) -> RevisionContent:
        """The content with what could be read; attributes with a mistake stay as they were."""
        wrong = {place.split(".")[0] for place in self.mistakes}
        kept = {name: value for name, value in self.values.items() if name not in wrong}
        return msgspec.structs.replace(content, **kept)


class Unread(Exception):
    """A value that could not be read; its mistake is written down already."""


@cache
def _types(shape: type) -> Mapping[str, inspect.Field]:
    kind = inspect.type_info(shape)
    assert isinstance(kind, inspect.StructType)
    return {field.name: field for field in kind.fields}


def read(sheet: Sheet, names: Iterable[str]) -> Read:
    """The attributes of a revision's content named, out of the sheet."""
    found = Read({}, {})
    kinds = _types(RevisionContent)
    for name in names:
        rule = CONTENT.rules[name]
        label = rule.label
        try:
            if name == "conditions":
                found.values[name] = _prose(sheet, name, found)
            else:
                nested = rule.record if isinstance(rule, Items | One) else None
                found.values[name] = _value(kinds[name].type, sheet, name, name, label, nested, found)
        except Unread:
            continue
    return found


def read_part(shape: type, sheet: Sheet, names: Sequence[str], record: Record, prefix: str) -> Read:
    """Some attributes of a part that stands alone (what an agency declares), out of its sheet."""
    found = Read({}, {})
    for name in names:
        label = record.rules[name].label
        try:
            kind = _types(shape)[name].type
            found.values[name] = _value(kind, sheet, name, f"{prefix}.{name}", label, None, found)
        except Unread:
            continue
    return found


def _prose(sheet: Sheet, name: str, found: Read) -> list[str]:
    """A list of texts with lines of their own, one in each row."""
    texts = []
    for number, row in enumerate(rows(sheet, name)):
        if typed := one(row, "text").strip():
            texts.append(_text(typed, 10_000, None, f"{name}.{number}.text", "Điều kiện", True, found))
    return texts


def _value(
    kind: Any, sheet: Sheet, name: str, place: str, label: str, record: Record | None, found: Read
) -> Any:
    """One attribute of a part."""
    kind, optional = _bare(kind)
    match kind:
        case inspect.BoolType():
            return bool(one(sheet, name))
        case inspect.ListType():
            return _list(kind, sheet, name, place, label, record, found)
        case inspect.StructType():
            inner = sheet.get(name)
            inner = inner if isinstance(inner, dict) else {}
            if (
                optional
                and not one(inner, "unit" if "unit" in kind.cls.__struct_fields__ else "name").strip()
            ):
                return None
            return _struct(kind.cls, inner, place, record, found)
    raw = one(sheet, name)
    if not raw.strip():
        if optional:
            return None
        verb = "Chọn" if isinstance(kind, inspect.LiteralType | inspect.EnumType) else "Nhập"
        raise _wrong(found, place, f"{verb} {label[:1].lower()}{label[1:]}")
    return _scalar(kind, raw, place, label, name, found)


def _bare(kind: Any) -> tuple[Any, bool]:
    """A type without its notes, and whether it may be missing."""
    optional = False
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
            continue
        optional = any(isinstance(part, inspect.NoneType) for part in kind.types)
        kind = next(part for part in kind.types if not isinstance(part, inspect.NoneType))
    return kind, optional


def _scalar(kind: Any, raw: str, place: str, label: str, name: str, found: Read) -> Any:
    match kind:
        case inspect.StrType():
            many = name in MULTILINE
            return _text(raw, kind.max_length, kind.pattern, place, label, many, found)
        case inspect.IntType():
            return _number(raw, kind, place, label, found)
        case inspect.DateType():
            return _date(raw, place, label, found)
        case inspect.LiteralType():
            if raw in kind.values:
                return raw
        case inspect.EnumType():
            if raw in {member.value for member in kind.cls}:
                return kind.cls(raw)
    raise _wrong(found, place, f"Chọn {label[:1].lower()}{label[1:]}")


def _text(
    raw: str, longest: int | None, pattern: str | None, place: str, label: str, many: bool, found: Read
) -> str:
    try:
        text = clean(raw, max_length=max(longest or 0, 20_000), multiline=many)
    except Invalid as bad:
        raise _wrong(found, place, f"{label}: {bad.detail}") from None
    if longest is not None and len(text) > longest:
        raise _wrong(found, place, f"{label} gồm tối đa {longest} ký tự, bạn nhập {len(text)}")
    if pattern is not None and not re.match(pattern, text):
        rule = _CLEAR.get(pattern, "chữ thường không dấu, chữ số và gạch dưới")
        raise _wrong(found, place, f"{label} gồm {rule}, bạn nhập “{text[:60]}”")
    return text


def _number(raw: str, kind: inspect.IntType, place: str, label: str, found: Read) -> int:
    typed = raw.strip()
    bare = re.sub(r"[. ]", "", typed) if _GROUPED.fullmatch(typed) else typed
    least, most = kind.ge or 0, kind.le if kind.le is not None else 10**15
    if not _INT.fullmatch(bare) or not least <= int(bare) <= most:
        shown = f"{most:,}".replace(",", ".")
        raise _wrong(found, place, f"{label} là số từ {least} đến {shown}, bạn nhập “{typed[:30]}”")
    return int(bare)


def read_moment(raw: str) -> datetime | None:
    """An instant as people type it: "17:00 31/12/2026", or a day, which is its beginning; None: none."""
    match = _MOMENT.fullmatch(raw.strip())
    day = read_day(match[3]) if match else None
    if match is None or day is None:
        return None
    return datetime.combine(day, time(int(match[1] or 0), int(match[2] or 0)), tzinfo=ZONE)


def _date(raw: str, place: str, label: str, found: Read) -> date:
    if (day := read_day(raw)) is not None:
        return day
    raise _wrong(found, place, f"{label} ghi ngày/tháng/năm, ví dụ 01/12/2026; bạn nhập “{raw.strip()[:30]}”")


def _list(
    kind: inspect.ListType,
    sheet: Sheet,
    name: str,
    place: str,
    label: str,
    record: Record | None,
    found: Read,
) -> list[Any]:
    item, _ = _bare(kind.item_type)
    values: list[Any]
    if isinstance(item, inspect.StructType):
        if item.cls is Condition:
            return _conditions(sheet, name, place, found)
        values = _parts(item.cls, rows(sheet, name), place, record, found)
    else:
        given = one(sheet, name).split("\n") if name in BY_LINE else several(sheet, name)
        lines = [line for line in given if line.strip()]
        values = [_scalar(item, line, place, label, name, found) for line in lines]
    if len(values) < (kind.min_length or 0):
        raise _wrong(found, place, f"Chọn ít nhất một mục: {label[:1].lower()}{label[1:]}")
    if kind.max_length is not None and len(values) > kind.max_length:
        raise _wrong(found, place, f"{label} có tối đa {kind.max_length} mục, bạn nhập {len(values)}")
    return values


def _parts(shape: type, given: list[Sheet], place: str, record: Record | None, found: Read) -> list[Any]:
    """Rows as parts; empty rows are left out, and a row without a key gets one from its name."""
    made, wrong = [], False
    keyed = "key" in shape.__struct_fields__  # type: ignore[attr-defined]
    taken = {one(row, "key") for row in given}
    for number, row in enumerate(given):
        if _is_empty(shape, row):
            continue
        if keyed and not one(row, "key"):
            row["key"] = new_key(one(row, "name") or place, taken)
            taken.add(row["key"])
        try:
            made.append(_struct(shape, row, f"{place}.{number}", record, found))
        except Unread:
            wrong = True
    if wrong:
        raise Unread
    return made


def _is_empty(shape: type, row: Sheet) -> bool:
    if "channel" in shape.__struct_fields__:  # type: ignore[attr-defined]
        limit = row.get("time_limit")
        return not (one(limit, "unit") if isinstance(limit, dict) else "") and not one(row, "note").strip()
    return not one(row, "key") and not any(one(row, name).strip() for name in IDENTITY)


def new_key(name: str, taken: Iterable[str]) -> str:
    """A key for a new part from its name, not one of those taken."""
    slug = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:40].strip("_")
    stem = slug if slug[:1].isalpha() else f"m_{slug}".strip("_")
    numbered = (f"{stem}_{number}" for number in range(2, 10_000))
    return stem if stem not in set(taken) else next(key for key in numbered if key not in set(taken))


def _struct(shape: type, sheet: Sheet, place: str, record: Record | None, found: Read) -> Any:
    """A part out of its sheet; every attribute is read before one mistake gives it up."""
    values, wrong = {}, False
    for name, field in _types(shape).items():
        rule = record.rules.get(name) if record else None
        label = rule.label if rule else LABELS.get(name, name)
        nested = rule.record if isinstance(rule, Items | One) else None
        label = label[:1].upper() + label[1:]
        if _left_open(field, sheet, name):
            values[name] = field.default
            continue
        try:
            values[name] = _value(field.type, sheet, name, f"{place}.{name}", label, nested, found)
        except Unread:
            wrong = True
    if wrong:
        raise Unread
    return shape(**values)


def _left_open(field: inspect.Field, sheet: Sheet, name: str) -> bool:
    """Whether a number was left empty that may be: its default holds, or there is nothing to count."""
    kind, _ = _bare(field.type)
    if not isinstance(kind, inspect.IntType) or one(sheet, name).strip():
        return False
    if name == "amount" and one(sheet, "unit") in ("same_day", "stated"):
        sheet[name] = "1"
        return False
    return field.default is not msgspec.NODEFAULT


def _conditions(sheet: Sheet, name: str, place: str, found: Read) -> list[Condition]:
    """Conditions out of their lines, and one more that was chosen."""
    groups: dict[str, tuple[str, list[str | bool]]] = {}
    for line in several(sheet, name):
        group, _, rest = line.partition("|")
        _condition(groups, group, rest)
    if added := one(sheet, f"{name}_add"):
        key = added.partition("|")[0]
        same = next((group for group, (field, _) in groups.items() if field == key), f"new{key}")
        if added not in (line.partition("|")[2] for line in several(sheet, name)):
            _condition(groups, same, added)
    try:
        made = [{"field": field, "any_of": values} for field, values in groups.values()]
        return msgspec.convert(made, list[Condition])
    except msgspec.ValidationError:
        raise _wrong(found, place, "Chọn lại điều kiện") from None


def _condition(groups: dict[str, tuple[str, list[str | bool]]], group: str, line: str) -> None:
    field, _, mark = line.partition("|")
    value: str | bool = mark[2:] == "1" if mark.startswith("b:") else mark[2:]
    groups.setdefault(group, (field, []))[1].append(value)


def _wrong(found: Read, place: str, message: str) -> Unread:
    found.mistakes.setdefault(place, message)
    return Unread()
