"""Foreign records put wrong in every way: taken, or refused with the place; none breaks the importer."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services_catalog.imports import laythutuc, national
from services_catalog.imports.pieces import Imported
from services_catalog.imports.rows import Refused
from tests.services_catalog import records

HERE = Path(__file__).resolve().parent
REAL = [json.loads(line) for line in (HERE / "national_records.jsonl").read_text("utf-8").splitlines()]
WRONG = [
    None, 7, -1, 1.5, "x", "", True, [], {}, [1], ["x"], [None], [[]], {"a": 1}, "a" * 30_000, 10**30, 1e300,
    1e-9, "12abc", "\u0000\u202e", "-5", "2024", ["ONLINE", None],
]  # fmt: skip


def way(**changes: Any) -> list[dict[str, Any]]:
    return [records.METHOD | changes]


def fee(**changes: Any) -> list[dict[str, Any]]:
    return way(fees=[{"type": "FEE", "value": 5, "description": ""} | changes])


def day(qty: Any, kind: Any) -> list[dict[str, Any]]:
    return [{"code": "TH1", "name": "Cấp lại", "processingDay": {"qty": qty, "type": kind}}]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": None, "codeNotation": None}, "code: thiếu mã thủ tục."),
        ({"code": "mã lạ"}, "code: mã lạ không phải mã thủ tục, ví dụ 1.001193."),
        ({"name": "  "}, "name: thiếu tên thủ tục."),
        ({"name": ["x"]}, "name: cần chữ, đây là danh sách"),
        ({"name": "x" * 1501}, "name: dài 1501 ký tự, quá 1500"),
        ({"state": "INACTIVE"}, "state: INACTIVE; chỉ nhận thủ tục đang có hiệu lực (ACTIVE, UPDATED)."),
        ({"executionMethods": "Trực tuyến"}, "executionMethods: cần danh sách, đây là chữ"),
        ({"executionMethods": [7]}, "executionMethods[0]: cần nhóm giá trị, đây là số"),
        (
            {"executionMethods": way(submissionMethod="FAX")},
            "executionMethods[0].submissionMethod: cách nộp FAX không có trong ONLINE, DIRECT, POSTAL",
        ),
        ({"executionMethods": way(processingTime=-2)}, "thời hạn -2 nằm ngoài 0 đến 10000"),
        ({"executionMethods": way(processingTime=[5])}, "processingTime: cần số hoặc chữ, đây là danh sách"),
        (
            {"executionMethods": way(processingTimeUnit="MOON")},
            "đơn vị thời hạn MOON không có trong WORKING_DAY",
        ),
        ({"executionMethods": fee(value=-5)}, "executionMethods[0].fees[0].value: mức thu âm: -5"),
        (
            {"executionMethods": fee(type="TIP")},
            "executionMethods[0].fees[0].type: loại khoản thu TIP không có",
        ),
        ({"executionMethods": fee(value={"a": 1})}, "fees[0].value: cần số hoặc chữ, đây là nhóm giá trị"),
        ({"executionMethods": fee(value=10**11)}, "mức thu 100.000.000.000 đồng quá 10 tỷ đồng"),
        ({"returningMethods": [{"type": "ONLINE", "value": ["OWL"]}]}, "cách trả kết quả OWL không có trong"),
        ({"isFullProcess": "maybe"}, "isFullProcess: cần đúng/sai, đây là chữ"),
        ({"cases": day(-1, "WORKING_DAY")}, "cases[0].processingDay.qty: thời hạn -1 nằm ngoài"),
        ({"cases": day(1, "SUN")}, "cases[0].processingDay.type: đơn vị thời hạn SUN không có trong"),
        ({"keywords": "k" * 10_001}, "keywords: dài 10001 ký tự, quá 10000"),
    ],
    ids=lambda one: one[:40] if isinstance(one, str) else None,
)
def test_a_national_record_is_refused_with_the_place_and_what_is_wrong(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        national.read(records.national("1.900001") | changes)

    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("number", "unit", "cases", "told"),
    [
        (5, "WORKING_DAY", [], (5, "working_day", 0)),
        ("5", "WORKING_DAY", [], (5, "working_day", 0)),
        (7.5, "WORKING_DAY", [], (7, "working_day", 4)),
        (4.75, "WORKING_DAY", [], (4, "working_day", 6)),
        ("7,5", "working_day", [], (7, "working_day", 4)),
        (0.5, "WORKING_DAY", [], (4, "working_hour", 0)),
        (10, "DAY", [], (10, "day", 0)),
        (2, "WEEK", [], (14, "day", 0)),
        (3, "MONTH", [], (3, "month", 0)),
        (1, "YEAR", [], (12, "month", 0)),
        (6, "WORKING_HOUR", [], (6, "working_hour", 0)),
        (24, "HOUR", [], (1, "stated", 0)),
        (1.1, "WORKING_DAY", [], (1, "stated", 0)),
        (15, "OTHER", day(15, "WORKING_DAY"), (15, "working_day", 0)),
        (15, "OTHER", day(20, "WORKING_DAY"), (1, "stated", 0)),
        (15, None, day(15, "DAY"), (15, "day", 0)),
        (None, None, [], (1, "stated", 0)),
        ("Ngay trong ngày", "OTHER", [], (1, "stated", 0)),
    ],
)
def test_a_time_limit_is_counted_where_it_can_be_and_told_where_not(
    number: Any, unit: str | None, cases: list[Any], told: tuple[int, str, int]
) -> None:
    method = way(processingTime=number, processingTimeUnit=unit)
    content = national.read(records.national("1.900001", executionMethods=method, cases=cases)).content
    limit = content.time_limit

    assert limit is not None
    assert (limit.amount, limit.unit, limit.extra_hours) == told
    assert (limit.note is not None) is (limit.unit == "stated")


def test_missing_empty_and_unknown_parts_of_a_record_are_borne() -> None:
    bare = {"code": "1.900001", "name": "Thủ tục", "executionMethods": None, "quà": {"a": [1]}, "cases": ""}

    given = national.read(bare)

    assert given.content.channels == ["counter"]
    assert given.typed_full is None
    assert any("quà" in note for note in given.notes)


def test_an_older_record_fills_the_same_fields() -> None:
    content = laythutuc.read(records.laythutuc("1.900001")).content

    assert (content.sector, content.agency_level, content.audience) == ("Thử nghiệm", "commune", ["citizen"])
    assert content.time_limit is not None
    assert (content.time_limit.amount, content.time_limit.extra_hours) == (7, 4)
    assert content.channels == ["online", "counter"]
    assert [(way.channel, way.time_limit and way.time_limit.amount) for way in content.ways] == [
        ("counter", 10)
    ]
    assert [(fee.kind, fee.amount_vnd, fee.channels) for fee in content.fees] == [
        ("charge", 50_000, ["online"])
    ]
    assert [(paper.name, paper.originals) for paper in content.requirements] == [("Đơn đề nghị", 1)]
    assert [step.text for step in content.sequence] == ["Nộp hồ sơ.", "Nhận kết quả."]
    assert content.legal_basis[0].number == "1/2024/QH15"
    assert (content.conditions, content.keywords) == ([], ["giấy phép", "thử"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"MATTHC": None}, "MATTHC: thiếu mã thủ tục."),
        ({"MATTHC": "a b"}, "MATTHC: a b không phải mã thủ tục"),
        ({"TENTTHC": ""}, "TENTTHC: thiếu tên thủ tục."),
        ({"CACHTHUCTHUCHIEN": [{"KENH": "9"}]}, "CACHTHUCTHUCHIEN[0].KENH: kênh 9 không có trong 1, 2, 3"),
        ({"CACHTHUCTHUCHIEN": "[{"}, "CACHTHUCTHUCHIEN: JSON trong chữ bị hỏng"),
        (
            {"CACHTHUCTHUCHIEN": {"KENH": "1", "THOIGIAN": {"THOIGIANGIAIQUYET": "5", "DONVITINH": "trăng"}}},
            "CACHTHUCTHUCHIEN.THOIGIAN.DONVITINH: đơn vị thời hạn trăng không có trong",
        ),
        ({"PHILEPHI": {"SOTIEN": "-5.000"}}, "PHILEPHI.SOTIEN: mức thu âm: -5.000"),
        ({"THANHPHANHOSO": [{"GIAYTO": [{"MAGIAYTO": "1"}]}]}, "GIAYTO[0].TENGIAYTO: thiếu tên giấy tờ"),
        (
            {"CANCUPHAPLY": [{"TENVANBAN": "Luật", "NGAYBANHANH": "20241341"}]},
            "CANCUPHAPLY[0].NGAYBANHANH: 20241341 không phải ngày dạng yyyyMMddHHmmss",
        ),
        ({"NGAYCAPNHAT": "hôm qua"}, "NGAYCAPNHAT: hôm qua không phải ngày"),
    ],
)
def test_an_older_record_is_refused_with_the_place_and_what_is_wrong(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        laythutuc.read(records.laythutuc("1.900001") | changes)

    assert reason in refused.value.reason


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a record, the first two of each list."""
    if here:
        yield here
    inside = (
        value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    )
    for key, inner in inside:
        yield from places(inner, (*here, key))


def with_value(record: Any, place: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(record)
    part = changed
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("read", "whole"),
    [
        (national.read, [records.national("1.900001"), *REAL]),
        (laythutuc.read, [records.laythutuc("1.900001")] * 8),
    ],
    ids=["national", "laythutuc"],
)
def test_any_value_at_any_place_is_taken_or_refused_with_a_reason(
    read: Callable[[Any], Imported], whole: list[Any]
) -> None:
    chance = random.Random(20261201)
    taken, reasons = 0, set()
    for record in whole:
        found = list(places(record))
        for place in chance.sample(found, min(len(found), 40)):
            for value in chance.sample(WRONG, 6):
                try:
                    read(with_value(record, place, value))
                    taken += 1
                except Refused as wrong:
                    reasons.add(wrong.reason)

    assert taken > 100
    assert len(reasons) > 40
    assert all(": " in reason for reason in reasons)
