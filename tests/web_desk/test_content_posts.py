"""A content, spread over a form and posted back, is the same content; what cannot be read is named."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from portal.web.content_posts import Read, new_key, read
from portal.web.content_sheets import Sheet, collect, rearrange, spread
from services_catalog import content as contents
from services_catalog.content import RevisionContent
from tests import factories
from tests.services_catalog import content_strategies

NAMES = tuple(name for name in RevisionContent.__struct_fields__ if name != "form")
SEEDS = sorted((Path(factories.SEED) / "procedures").glob("*.json"))
slow = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def pairs(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """What a browser posts of a form that shows the sheet."""
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from pairs(one, f"{name}.{inner}".lstrip("."))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from pairs(one, f"{name}.{number}") if isinstance(one, dict) else [(name, one)]
    else:
        yield name, value.replace("\n", "\r\n")


def posted(sheet: Sheet, **changes: str) -> Read:
    """What is read of the sheet after a browser posted it."""
    sent = [(name, changes.pop(name, value)) for name, value in pairs(sheet)] + list(changes.items())
    return read(collect(sent, NAMES), NAMES)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_a_seed_procedure_comes_back_as_it_was(path: Path) -> None:
    content = msgspec.convert(json.loads(path.read_text("utf-8"))["content"], RevisionContent)

    found = posted(spread(content, NAMES))

    assert found.mistakes == {}
    assert contents.content_hash(found.over(content)) == contents.content_hash(content)


@given(content_strategies.contents())
@slow
def test_any_content_comes_back_as_it_was(content: RevisionContent) -> None:
    ways = [way for way in content.ways if way.time_limit or way.note]  # a way that says nothing is none
    content = msgspec.structs.replace(content, ways=ways)

    found = posted(spread(content, NAMES))

    assert found.mistakes == {}
    assert contents.plain(found.over(content)) == contents.plain(content)


def seeded(**changes: Any) -> RevisionContent:
    return msgspec.convert(factories.content("1.004873", **changes), RevisionContent)


@pytest.mark.parametrize(
    ("place", "typed", "message"),
    [
        ("name", "", "Nhập tên thủ tục"),
        ("name", "x" * 1501, "Tên thủ tục gồm tối đa 1500 ký tự, bạn nhập 1501"),
        ("summary", "ẩn\u202e", "Tóm tắt: Nội dung có ký tự ẩn"),
        ("fees.0.amount_vnd", "-5", "Mức thu là số từ 0 đến 10.000.000.000, bạn nhập “-5”"),
        ("fees.0.amount_vnd", "muoi lam", "Mức thu là số"),
        ("fees.0.valid_from", "31/02/2026", "Có hiệu lực từ ghi ngày/tháng/năm"),
        ("requirements.0.needed", "", "Chọn khi nào nộp"),
        ("requirements.0.needed", "maybe", "Chọn khi nào nộp"),
        ("requirements.0.originals", "101", "Số bản chính là số từ 0 đến 100"),
        ("requirements.0.code", "x" * 201, "Mã gồm tối đa 200 ký tự"),
        ("requirements.0.name", "", "Nhập tên"),
        ("steps.0.hours", "", "Nhập số giờ"),
        ("time_limit.unit", "", "Chọn đơn vị"),
        ("time_limit.amount", "", "Nhập thời hạn"),
        ("time_limit.result_cutoff", "25:00", "Giờ nhận gồm giờ và phút"),
        ("agency_level", "village", "Chọn cấp thực hiện"),
    ],
)
def test_what_cannot_be_read_is_named_at_its_place(place: str, typed: str, message: str) -> None:
    content = seeded()

    found = posted(spread(content, NAMES), **{place: typed})

    assert place in found.mistakes, found.mistakes
    assert found.mistakes[place].startswith(message)
    name = place.split(".")[0]
    assert getattr(found.over(content), name) == getattr(content, name)


def test_all_mistakes_of_a_post_are_named_at_once() -> None:
    found = posted(spread(seeded(), NAMES), name="", **{"fees.0.amount_vnd": "x", "fees.0.per": "y"})

    assert set(found.mistakes) == {"name", "fees.0.amount_vnd", "fees.0.per"}


def test_thousands_may_be_told_by_dots_and_days_by_hyphens() -> None:
    found = posted(
        spread(seeded(), NAMES), **{"fees.0.amount_vnd": "1.250.000", "fees.0.valid_from": "1-2-2026"}
    )

    fee = found.values["fees"][0]
    assert (fee.amount_vnd, str(fee.valid_from)) == (1_250_000, "2026-02-01")


def test_a_new_paper_gets_a_key_from_its_name_and_an_empty_row_is_none() -> None:
    sheet = spread(seeded(), NAMES)
    rearrange(sheet, "add:requirements")
    rearrange(sheet, "add:requirements")
    last = len(sheet["requirements"]) - 1

    found = posted(sheet, **{f"requirements.{last}.name": "Văn bản ủy quyền"})

    papers = found.values["requirements"]
    assert found.mistakes == {}
    assert len(papers) == last
    assert papers[-1].key == "van_ban_uy_quyen"


def test_a_key_is_never_given_twice() -> None:
    assert new_key("Giấy tờ", {"giay_to"}) == "giay_to_2"
    assert new_key("12 ảnh", ()) == "m_12_anh"
    assert new_key("…", ()) == "m"


def test_a_condition_that_is_unticked_is_gone_and_one_that_is_chosen_is_added() -> None:
    sheet = spread(seeded(), NAMES)
    sheet["requirements"][0]["show_when"] = []
    paper = "requirements.0.show_when_add"

    found = posted(sheet, **{paper: "requester_relation|s:other"})

    conditions = found.values["requirements"][0].show_when
    assert [(one.field, one.any_of) for one in conditions] == [("requester_relation", ["other"])]


def test_rows_are_added_removed_and_moved() -> None:
    sheet: Sheet = {"steps": [{"name": "A"}, {"name": "B"}, {"name": "C"}]}

    assert rearrange(sheet, "down:steps.0") == "steps.1"
    assert rearrange(sheet, "up:steps.0") == "steps.0"
    assert rearrange(sheet, "remove:steps.2") == "steps.1"
    assert rearrange(sheet, "add:steps") == "steps.2"
    assert [row.get("name") for row in sheet["steps"]] == ["B", "A", None]


@pytest.mark.parametrize("act", ["", "add:form", "remove:steps.9", "remove:steps.x", "up:", "sudo:steps.0"])
def test_a_button_nobody_made_does_nothing(act: str) -> None:
    sheet: Sheet = {"steps": [{"name": "A"}]}

    assert rearrange(sheet, act) is None
    assert sheet == {"steps": [{"name": "A"}]}


def test_names_of_other_things_are_left_alone() -> None:
    sent = [
        ("csrf", "x"),
        ("form.0.key", "y"),
        ("name", "Tên"),
        ("name.evil", "z"),
        ("fees.0.a.b.c.d.e", "w"),
    ]

    assert collect(sent, NAMES) == {"name": "Tên"}
