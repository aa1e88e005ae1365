"""What a revision's shape cannot say: keys twice, conditions on nothing, papers the state holds. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from portal.core.text import fold
from services_catalog.content import FeeItem, RevisionContent
from services_catalog.form_parts import Condition, Field

_ASKED = re.compile(r"choice|choices|yesno")


def problems(content: RevisionContent) -> list[str]:
    """What the shape alone cannot say: keys twice, conditions on nothing, options missing; [] if sound.

    A condition may only ask an earlier choice, so that visibility is decided from top to bottom.
    """
    found: list[str] = []
    asked: dict[str, Field] = {}
    seen: set[str] = set()
    papers = {paper.key for paper in content.requirements}
    for section in content.form:
        found += _conditions(f"form.{section.key}", section.show_when, asked)
        for field in section.fields:
            place = f"form.{section.key}.{field.key}"
            if field.key in seen:
                found.append(f"{place}: mã câu hỏi lặp lại")
            found += _conditions(place, field.show_when, asked) + _field(place, field)
            found += _conditions(place, field.required_when, asked)
            if field.kind == "file" and field.key not in papers:
                found.append(f"{place}: không có giấy tờ nào mang mã này")
            seen.add(field.key)
            asked[field.key] = field
    for part, items in _keyed(content):
        keys = [item.key for item in items]
        found += [f"{part}.{key}: mã lặp lại" for key in sorted({k for k in keys if keys.count(k) > 1})]
    for part, conditional in (("requirements", content.requirements), ("cases", content.cases)):
        for item in conditional:
            found += _conditions(f"{part}.{item.key}", item.show_when, asked)
    for fee in content.fees:
        counted = asked.get(fee.quantity_field or "")
        if fee.quantity_field and (counted is None or counted.kind != "number"):
            found.append(f"fees.{fee.key}: {fee.quantity_field} không phải câu hỏi về số lượng")
        if fee.optional and not fee.quantity_field:
            found.append(f"fees.{fee.key}: khoản tùy chọn cần câu hỏi về số lượng")
    return found + _of_cases(content) + _dates(content.fees) + _limits(content) + _held(content)


def _of_cases(content: RevisionContent) -> list[str]:
    known = {case.key for case in content.cases}
    items = [(f"requirements.{paper.key}", paper.cases) for paper in content.requirements]
    items += [(f"fees.{fee.key}", fee.cases) for fee in content.fees]
    strange = [(place, case) for place, cases in items for case in cases if case not in known]
    return [f"{place}: không có trường hợp {case}" for place, case in strange]


def _dates(fees: Sequence[FeeItem]) -> list[str]:
    """Days of force that end before they begin, and the same fee twice on one day."""
    found = [
        f"fees.{fee.key}: ngày hết hiệu lực trước ngày bắt đầu"
        for fee in fees
        if fee.valid_from and fee.valid_to and fee.valid_to < fee.valid_from
    ]
    for place, fee in enumerate(fees):
        for other in fees[place + 1 :]:
            if (fee.name, fee.cases, fee.channels) == (other.name, other.cases, other.channels) and _meet(
                fee, other
            ):
                found.append(f"fees.{other.key}: trùng thời gian hiệu lực với fees.{fee.key}")
    return found


def _meet(one: FeeItem, other: FeeItem) -> bool:
    if not all(fee.valid_from or fee.valid_to for fee in (one, other)):
        return False  # undated items of one name are told apart by their notes
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_to or date.max)


def _limits(content: RevisionContent) -> list[str]:
    """A dossier filed online needs a due date that can be counted."""
    channels = [way.channel for way in content.ways]
    found = [f"ways.{one}: kênh kê hai lần" for one in sorted({c for c in channels if channels.count(c) > 1})]
    found += [f"ways.{one}: kênh không có trong cách nộp" for one in channels if one not in content.channels]
    if "online" not in content.channels:
        return found
    limits = [("time_limit", content.time_limit)]
    limits += [(f"cases.{case.key}", case.time_limit) for case in content.cases if case.time_limit]
    limits += [(f"ways.{way.channel}", way.time_limit) for way in content.ways if way.time_limit]
    wordy = [place for place, limit in limits if limit.unit == "stated"]
    return found + [f"{place}: nộp trực tuyến cần thời hạn đếm được bằng số" for place in wordy]


def _held(content: RevisionContent) -> list[str]:
    """Papers that a national register holds are not asked for without a recorded legal ground.

    Source: Decree 309/2026/NĐ-CP, art. 2(1); Resolution 66.7/2025/NQ-CP.
    """
    return [
        f"requirements.{paper.key}: {paper.replaced_by} đã có dữ liệu này; nêu căn cứ pháp lý để yêu cầu giấy"
        for paper in content.requirements
        if paper.replaced_by and paper.needed != "not_needed" and not paper.ask_basis
    ]


def reused(content: RevisionContent, earlier: Mapping[str, set[str]]) -> list[str]:
    """Keys that were asked in another kind by an earlier revision: answers kept under them would mislead.

    Args:
        earlier: key → kinds, over all that was ever published of the procedure.
    """
    return [
        f"form.{section.key}.{field.key}: mã này từng là câu hỏi kiểu khác, dùng mã mới"
        for section in content.form
        for field in section.fields
        if earlier.get(field.key, {field.kind}) != {field.kind}
    ]


def asked_again(content: RevisionContent, replaced: Mapping[str, str]) -> list[str]:
    """Papers asked for though a national database replaces them by data, without a recorded ground.

    Args:
        replaced: folded name of the paper → the register, as listed for the procedure.

    Source: Resolution 66.7/2025/NQ-CP; Decree 309/2026/NĐ-CP, art. 2(1).
    """
    found = []
    for paper in content.requirements:
        held = next((replaced[name] for name in replaced if name in fold(paper.name)), None)
        if held and paper.asked and not paper.ask_basis:
            place = f"requirements.{paper.key}"
            found.append(f"{place}: {held} đã có dữ liệu này; nêu căn cứ pháp lý để yêu cầu giấy")
    return found


def _keyed(content: RevisionContent) -> Iterator[tuple[str, list[Any]]]:
    for part in ("form", "requirements", "fees", "steps", "cases"):
        yield part, getattr(content, part)


def _conditions(place: str, conditions: list[Condition], asked: dict[str, Field]) -> list[str]:
    found = []
    for condition in conditions:
        field = asked.get(condition.field)
        if field is None or not _ASKED.fullmatch(field.kind):
            found.append(f"{place}: điều kiện hỏi {condition.field}, không phải câu chọn đứng trước")
            continue
        known = {option.value for option in field.options} if field.options else {True, False}
        found += [
            f"{place}: {condition.field} không có lựa chọn {value}"
            for value in condition.any_of
            if value not in known
        ]
    return found


def _field(place: str, field: Field) -> list[str]:
    found = []
    values = [option.value for option in field.options]
    if (field.kind in ("choice", "choices")) != bool(values) or len(values) != len(set(values)):
        found.append(f"{place}: câu chọn cần các lựa chọn khác nhau, câu khác thì không")
    if (field.kind == "repeat") != bool(field.fields) or field.min_items > field.max_items:
        found.append(f"{place}: mục lặp cần câu hỏi con và số mục hợp lý, câu khác thì không")
    if field.kind in ("note", "commit") and not field.text:
        found.append(f"{place}: cần lời văn")
    if field.pattern is not None and (field.kind != "text" or not field.pattern_hint):
        found.append(f"{place}: mẫu ký tự chỉ dùng cho câu trả lời ngắn và cần lời giải thích")
    if field.required and field.required_when:
        found.append(f"{place}: câu luôn bắt buộc thì không cần điều kiện bắt buộc")
    if field.min is not None and field.max is not None and field.min > field.max:
        found.append(f"{place}: nhỏ nhất lớn hơn lớn nhất")
    before: dict[str, Field] = {}
    for sub in field.fields:
        inner = f"{place}.{sub.key}"
        if sub.kind in ("repeat", "file") or sub.key in before:
            found.append(f"{inner}: câu hỏi con lặp mã hoặc lặp lồng nhau")
            continue
        found += _conditions(inner, sub.show_when, before) + _field(inner, sub)
        found += _conditions(inner, sub.required_when, before)
        before[sub.key] = sub
    return found
