"""What is wrong with a form as a whole, said beside the question it concerns. Pure.

Conditions may only ask a choice that stands before, so a form has no circles and is decided from top to
bottom. The same rules hold within a repeatable block, among its own questions.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final

import jsonschema_rs
import msgspec

from services_catalog import form_schema, patterns
from services_catalog.form_parts import Condition, Field, Section

ASKED: Final = ("choice", "choices", "yesno")  # kinds a condition may ask
TEXTS: Final = ("note", "commit")  # kinds that need words of their own
MAX_PATTERNS: Final = form_schema.MAX_PATTERNS
# Names the pages around a form use themselves, for inputs or for ids.
RESERVED: Final = frozenset({"csrf", "seq", "do", "ve", "key", "viec", "loi"})


class Fault(msgspec.Struct, frozen=True):
    """What is wrong at one place: "section:KEY", "KEY" or "BLOCK.KEY"; `label` is what people call it."""

    place: str
    label: str
    message: str

    def __str__(self) -> str:
        """The fault as a sentence that stands alone."""
        return f"Tờ khai, “{self.label}”: {self.message}"


def faults(
    sections: Sequence[Section], *, papers: Set[str], earlier: Mapping[str, Set[str]] | None = None
) -> list[Fault]:
    """What keeps the form from being published, in its order; [] when nothing does.

    Args:
        sections: the form.
        papers: the keys of the procedure's papers.
        earlier: key, or "BLOCK.KEY" → kinds, over all that was ever published of the procedure.
    """
    found: list[Fault] = []
    asked: dict[str, Field] = {}
    titles: set[str] = set()
    later = {field.key: field for section in sections for field in section.fields}
    for section in sections:
        place = f"section:{section.key}"
        told = list(_conditions(section.show_when, asked, later))
        if section.key in titles:
            told.append("mã của phần này trùng với một phần khác")
        if not section.fields:
            told.append("phần này chưa có câu hỏi nào; thêm câu hỏi hoặc xóa phần")
        titles.add(section.key)
        found += [Fault(place, section.title, message) for message in told]
        for field in section.fields:
            found += _of_field(field, asked, later, papers, earlier or {})
            asked.setdefault(field.key, field)
    return found + _as_a_whole(sections, found)


def _of_field(
    field: Field,
    asked: Mapping[str, Field],
    later: Mapping[str, Field],
    papers: Set[str],
    earlier: Mapping[str, Set[str]],
) -> Iterator[Fault]:
    told = list(_alone(field, asked, later, field.key, earlier))
    if field.key in asked:
        told.append(f"trùng mã {field.key} với câu “{asked[field.key].label}”")
    if field.key in RESERVED:
        told.append(f"mã {field.key} dành cho trang, đặt mã khác")
    if field.kind == "file" and field.key not in papers:
        told.append("không có giấy tờ nào mang mã này; thêm ở thẻ Giấy tờ")
    if field.kind == "repeat" and not field.fields:
        told.append("mục lặp chưa có câu hỏi con nào")
    if field.kind != "repeat" and field.fields:
        told.append("chỉ mục lặp có câu hỏi con")
    if field.min_items > field.max_items:
        told.append("số mục ít nhất lớn hơn số mục nhiều nhất")
    yield from (Fault(field.key, field.label, message) for message in told)
    before: dict[str, Field] = {}
    within = {sub.key: sub for sub in field.fields}
    for sub in field.fields:
        place = f"{field.key}.{sub.key}"
        told = list(_alone(sub, before, within, place, earlier))
        if sub.key in before:
            told.append(f"trùng mã {sub.key} với câu “{before[sub.key].label}” trong cùng mục lặp")
        if sub.kind in ("repeat", "file"):
            told.append("mục lặp không chứa mục lặp khác hay tệp đính kèm")
        before.setdefault(sub.key, sub)
        yield from (Fault(place, sub.label, message) for message in told)


def _alone(
    field: Field,
    asked: Mapping[str, Field],
    later: Mapping[str, Field],
    path: str,
    earlier: Mapping[str, Set[str]],
) -> Iterator[str]:
    yield from _conditions(field.show_when, asked, later)
    yield from (f"bắt buộc khi: {said}" for said in _conditions(field.required_when, asked, later))
    if field.required and field.required_when:
        yield "câu luôn bắt buộc thì không cần điều kiện bắt buộc"
    if earlier.get(path, {field.kind}) != {field.kind}:
        yield "mã này từng là câu hỏi kiểu khác ở một bản đã công bố, dùng mã mới"
    values, labels = [one.value for one in field.options], [one.label for one in field.options]
    if field.kind in ("choice", "choices"):
        if not values:
            yield "chưa có lựa chọn nào"
        elif len(values) != len(set(values)) or len(labels) != len(set(labels)):
            yield "có hai lựa chọn giống nhau"
    elif values:
        yield "chỉ câu chọn có các lựa chọn"
    if field.kind in TEXTS and not field.text:
        yield "chưa có lời văn"
    if field.min is not None and field.max is not None and field.min > field.max:
        yield "số nhỏ nhất lớn hơn số lớn nhất"
    yield from _pattern(field)


def _pattern(field: Field) -> Iterator[str]:
    if field.pattern is None:
        return
    if field.kind != "text":
        yield "mẫu ký tự chỉ dùng cho câu trả lời ngắn"
    if not field.pattern_hint:
        yield "mẫu ký tự cần lời giải thích cho người khai"
    if not patterns.sound(field.pattern):
        yield "mẫu ký tự không chạy được: sai cách viết, quá lớn, hoặc dùng phép nhìn trước, nhắc lại"


def _conditions(
    conditions: Sequence[Condition], asked: Mapping[str, Field], later: Mapping[str, Field]
) -> Iterator[str]:
    for condition in conditions:
        field = asked.get(condition.field)
        if field is None:
            other = later.get(condition.field)
            yield (
                f"điều kiện hỏi câu “{other.label}” đứng sau nó; chuyển câu đó lên trước"
                if other
                else f"điều kiện hỏi một câu không còn trong tờ khai ({condition.field})"
            )
            continue
        if field.kind not in ASKED:
            yield f"điều kiện hỏi câu “{field.label}”, không phải câu chọn hay câu có, không"
            continue
        known = {option.value for option in field.options} if field.kind != "yesno" else {True, False}
        strange = [value for value in condition.any_of if value not in known]
        if strange:
            yield f"câu “{field.label}” không còn lựa chọn {', '.join(map(_value, strange))}"


def _value(value: str | bool) -> str:
    return f"“{value}”" if isinstance(value, str) else "“Có”" if value else "“Không”"


def conditions(said: Sequence[Condition], sections: Sequence[Section]) -> list[str]:
    """What is wrong with conditions that stand outside the form: of a paper, of a case."""
    asked = {field.key: field for section in reversed(sections) for field in reversed(section.fields)}
    return list(_conditions(said, asked, asked))


def askable(sections: Sequence[Section], place: str) -> dict[str, Field]:
    """The choices a condition at this place may ask, by key, in their order: those that stand before it."""
    block, _, sub = place.partition(".")
    found: dict[str, Field] = {}
    for section in sections:
        if place == f"section:{section.key}":
            return found
        for field in section.fields:
            if field.key == block:
                return _before(field.fields, sub) if sub else found
            if field.kind in ASKED:
                found[field.key] = field
    return found


def _before(fields: Sequence[Field], key: str) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for field in fields:
        if field.key == key:
            break
        if field.kind in ASKED:
            found[field.key] = field
    return found


def _as_a_whole(sections: Sequence[Section], found: list[Fault]) -> list[Fault]:
    patterned = [
        field
        for section in sections
        for one in section.fields
        for field in (one, *one.fields)
        if field.pattern is not None
    ]
    if len(patterned) > MAX_PATTERNS:
        last = patterned[-1]
        return [Fault(last.key, last.label, f"tờ khai có tối đa {MAX_PATTERNS} câu có mẫu ký tự")]
    if found or not sections:
        return []
    try:
        form_schema.validator(sections)
    except (ValueError, jsonschema_rs.ValidationError):
        first = sections[0]
        return [Fault(f"section:{first.key}", first.title, "không dựng được lược đồ của tờ khai")]
    return []
