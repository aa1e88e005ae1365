"""A section of an e-form on a page: values, errors, conditions and repeated blocks."""

import json
from typing import Any

import pytest

from portal.web import forms
from services_catalog.answer_words import words
from services_catalog.content import Condition, Field, Option, Section

KIND = Field(
    key="kind",
    kind="choice",
    label="Loại",
    options=[Option(value="a", label="A"), Option(value="b", label="B")],
)
FIRST = Section(key="first", title="Một", fields=[KIND])
SECOND = Section(
    key="second",
    title="Hai",
    fields=[
        Field(key="name", kind="text", label="Họ và tên", prefill="account.name"),
        Field(key="born", kind="date", label="Ngày sinh"),
        Field(key="married", kind="yesno", label="Đã kết hôn?"),
        Field(
            key="spouse",
            kind="text",
            label="Vợ, chồng",
            show_when=[Condition(field="married", any_of=[True])],
        ),
        Field(key="only_b", kind="text", label="Riêng B", show_when=[Condition(field="kind", any_of=["b"])]),
        Field(key="home", kind="address", label="Nơi ở"),
        Field(
            key="people",
            kind="repeat",
            label="Người",
            required=False,
            min_items=0,
            max_items=3,
            fields=[Field(key="name", kind="text", label="Tên")],
        ),
        Field(key="sum", kind="money", label="Số tiền"),
    ],
)
FORM = [FIRST, SECOND]


def shown(answers: dict[str, Any], **more: Any) -> dict[str, forms.FieldView]:
    views = forms.view(FORM, SECOND, answers, more.pop("errors", {}), known=more.pop("known", {}), **more)
    return {one.key: one for one in views}


def test_dates_and_money_are_shown_as_people_write_them() -> None:
    seen = shown({"born": "1988-02-04", "sum": 1250000})
    assert seen["born"].value == "04/02/1988"
    assert seen["sum"].value == "1.250.000"


def test_what_is_not_yet_right_is_shown_as_typed() -> None:
    assert shown({"born": "hôm kia"})["born"].value == "hôm kia"
    assert shown({"sum": "nhiều"})["sum"].value == "nhiều"


def test_a_question_hidden_by_an_answer_on_the_page_is_there_but_closed() -> None:
    closed = shown({})["spouse"]
    assert not closed.visible
    assert json.loads(closed.when or "") == [{"name": "married", "any_of": ["true"]}]
    assert shown({"married": True})["spouse"].visible


def test_a_question_hidden_by_an_earlier_section_is_not_on_the_page() -> None:
    assert "only_b" not in shown({"kind": "a"})
    opened = shown({"kind": "b"})["only_b"]
    assert opened.visible
    assert opened.when is None


def test_the_account_fills_in_while_the_section_is_untouched() -> None:
    known = {"account.name": "Nguyễn Thị Ễ Ộ Ẵ ự"}
    assert shown({"kind": "a"}, known=known)["name"].value == "Nguyễn Thị Ễ Ộ Ẵ ự"
    assert shown({"kind": "a"}, known=known)["name"].prefilled
    assert shown({"born": "1988-02-04"}, known=known)["name"].value == ""


def test_blocks_are_added_up_to_the_limit() -> None:
    assert len(shown({})["people"].rows) == 0
    assert len(shown({}, extra="people")["people"].rows) == 1
    three = {"people": [{"name": "A"}, {"name": "B"}, {"name": "C"}]}
    assert len(shown(three, extra="people")["people"].rows) == 3
    assert not shown(three)["people"].may_add
    assert shown(three)["people"].rows[1][0].name == "people.1.name"
    assert shown(three)["people"].may_remove


def test_errors_stand_at_their_control() -> None:
    errors = {"home.province": "Nhập tỉnh", "people.0.name": "Nhập tên"}
    seen = shown({"people": [{"name": ""}]}, errors=errors)
    assert seen["home"].parts[0].error == "Nhập tỉnh"
    assert seen["people"].rows[0][0].error == "Nhập tên"


@pytest.mark.parametrize(
    ("path", "anchor"),
    [
        ("name", "name"),
        ("married", "married-1"),
        ("home", "home-province"),
        ("home.commune", "home-commune"),
        ("people", "people"),
        ("people.1.name", "people-1-name"),
        ("unknown", "unknown"),
    ],
)
def test_error_links_lead_to_a_control(path: str, anchor: str) -> None:
    assert forms.anchor(FORM, path) == anchor


def test_answers_in_words() -> None:
    assert words(KIND, "b") == "B"
    address = {"province": "Lam Giang", "commune": "Xã Tân Hòa", "detail": "Tổ 4"}
    assert words(SECOND.fields[5], address) == "Tổ 4, Xã Tân Hòa, Lam Giang"
    assert words(SECOND.fields[6], [{"name": "A"}, {"name": "B"}]) == "1. Tên: A\n2. Tên: B"
    assert words(SECOND.fields[2], False) == "Không"
