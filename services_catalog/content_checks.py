"""What a revision's shape cannot say: keys twice, conditions on nothing, papers the state holds. Pure."""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from typing import Any

from portal.core.text import fold
from services_catalog import form_checks
from services_catalog.content import FeeItem, RevisionContent
from services_catalog.form_parts import Field


def problems(content: RevisionContent, earlier: Mapping[str, Set[str]] | None = None) -> list[str]:
    """What the shape alone cannot say: keys twice, conditions on nothing, options missing; [] if sound.

    Args:
        content: what the revision says.
        earlier: key, or "BLOCK.KEY" → kinds, of all questions ever published of the procedure.
    """
    papers = {paper.key for paper in content.requirements}
    found = [str(fault) for fault in form_checks.faults(content.form, papers=papers, earlier=earlier)]
    for part, items in _keyed(content):
        keys = [item.key for item in items]
        found += [f"{part}.{key}: mã lặp lại" for key in sorted({k for k in keys if keys.count(k) > 1})]
    conditional = [(f"Giấy tờ “{paper.name[:200]}”", paper.show_when) for paper in content.requirements]
    conditional += [(f"Trường hợp “{case.name[:200]}”", case.show_when) for case in content.cases]
    for name, conditions in conditional:
        found += [f"{name}: {said}" for said in form_checks.conditions(conditions, content.form)]
    asked = {field.key: field for section in content.form for field in section.fields}
    for fee in content.fees:
        counted = asked.get(fee.quantity_field or "")
        if fee.quantity_field and (counted is None or counted.kind != "number"):
            found.append(
                f"Phí “{fee.name}”: {_asks(fee.quantity_field, counted)} không phải câu hỏi về số lượng"
            )
        if fee.stated and (fee.amount_vnd or fee.online_amount_vnd or not fee.note):
            found.append(f"Phí “{fee.name}”: chưa có mức thu thì ghi chú nói mức, không có số tiền")
        if fee.optional and not fee.quantity_field:
            found.append(f"Phí “{fee.name}”: khoản tùy chọn cần câu hỏi về số lượng")
    return found + _of_cases(content) + _dates(content.fees) + _limits(content) + _held(content)


def _asks(key: str, field: Field | None) -> str:
    return f"“{field.label}”" if field else key


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
    limits = [("time_limit", content.time_limit)]
    limits += [(f"cases.{case.key}", case.time_limit) for case in content.cases if case.time_limit]
    limits += [(f"ways.{way.channel}", way.time_limit) for way in content.ways if way.time_limit]
    if content.reception_hours and content.reception_days:
        found.append("reception_hours: thời hạn kiểm tra ghi theo giờ hoặc theo ngày, không cả hai")
    odd = [place for place, limit in limits if limit.extra_hours and limit.unit != "working_day"]
    found += [f"{place}: giờ lẻ chỉ đi cùng ngày làm việc" for place in odd]
    if "online" not in content.channels:
        return found
    wordy = [place for place, limit in limits if limit.unit == "stated"]
    found += [f"{place}: nộp trực tuyến cần thời hạn đếm được bằng số" for place in wordy]
    vague = [fee.key for fee in content.fees if fee.stated and (not fee.channels or "online" in fee.channels)]
    return found + [f"fees.{key}: nộp trực tuyến cần mức thu bằng số" for key in vague]


def _held(content: RevisionContent) -> list[str]:
    """Papers that a national register holds are not asked for without a recorded legal ground.

    Source: Decree 309/2026/NĐ-CP, art. 2(1); Resolution 66.7/2025/NQ-CP.
    """
    return [
        f"requirements.{paper.key}: {paper.replaced_by} đã có dữ liệu này; nêu căn cứ pháp lý để yêu cầu giấy"
        for paper in content.requirements
        if paper.replaced_by and paper.needed != "not_needed" and not paper.ask_basis
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
    for part in ("requirements", "fees", "steps", "cases"):
        yield part, getattr(content, part)
