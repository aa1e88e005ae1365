"""The e-form: what an answer becomes, and what is said about it."""

import unicodedata
from typing import Any

import pytest

from services_catalog import form_schema, forms
from services_catalog.content import Field
from tests.services_catalog.asking import ask, said


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", "  Nguyễn   Văn\tAn ", "Nguyễn Văn An"),
        ("text", unicodedata.normalize("NFD", "Nguyễn Đức Hòa"), "Nguyễn Đức Hòa"),
        ("longtext", "một\r\nhai ", "một\nhai"),
        ("date", "4/2/1988", "1988-02-04"),
        ("date", "04.02.1988", "1988-02-04"),
        ("date", "04 - 02 - 1988", "1988-02-04"),
        ("date", "1988-02-04", "1988-02-04"),
        ("date", "31/02/1988", "31/02/1988"),
        ("date_or_year", "1988", "1988"),
        ("datetime", "14:30 04/02/1988", "1988-02-04T14:30"),
        ("datetime", "1988-02-04T14:30:00", "1988-02-04T14:30"),
        ("datetime", "04/02/1988 7:05", "1988-02-04T07:05"),
        ("number", "1.200", 1200),
        ("number", " 3 ", 3),
        ("number", 3, 3),
        ("number", "ba", "ba"),
        ("number", "١٢", "١٢"),
        ("money", "12 500 000", 12500000),
        ("phone", "+84 912 345 678", "0912345678"),
        ("phone", "0912.345.678", "0912345678"),
        ("phone", "12", "12"),
        ("personal_id", "024 088 000 123", "024088000123"),
        ("email", "An@ViDu.VN", "an@vidu.vn"),
        ("choices", ["b", "a", "b"], ["a", "b"]),
        ("yesno", False, False),
        (
            "address",
            {"province": " tỉnh Lam Giang ", "commune": "xã Tân Hòa", "detail": ""},
            {"province": "tỉnh Lam Giang", "commune": "xã Tân Hòa"},
        ),
    ],
)
def test_answers_are_kept_in_one_normal_form(kind, typed, kept):
    assert forms.normalise(ask(kind), {"x": typed}) == {"x": kept}
    assert forms.normalise(ask(kind), {"x": kept}) == {"x": kept}


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("text", "   "), ("text", ""), ("text", None), ("choices", []), ("commit", False), ("address", {})],
)
def test_an_empty_answer_is_no_answer(kind, typed):
    more = {"text": "Tôi cam đoan"} if kind == "commit" else {}

    assert forms.normalise(ask(kind, **more), {"x": typed}) == {}


DEEP: Any = []
for _ in range(400):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("text", "a\x00b", "x"),
        ("text", "evil\u202egpj.exe", "x"),
        ("text", "zero\u200bwidth", "x"),
        ("text", "lone \ud800 surrogate", "x"),
        ("longtext", "a\x1bb", "x"),
        ("text", "a" * 100_000, "x"),
        ("text", 5, "x"),
        ("text", {"a": 1}, "x"),
        ("text", DEEP, "x"),
        ("choices", DEEP, "x"),
        ("choices", "a", "x"),
        ("choices", ["a"] * 301, "x"),
        ("yesno", "true", "x"),
        ("yesno", 1, "x"),
        ("commit", "on", "x"),
        ("number", 10**400, "x"),
        ("number", 2**53, "x"),
        ("number", 1.5, "x"),
        ("number", float("nan"), "x"),
        ("number", True, "x"),
        ("date", "1" * 500, "x"),
        ("address", "xã Tân Hòa", "x"),
        ("address", {"province": "a\x00"}, "x.province"),
        ("address", {"district": "huyện"}, "x.district"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_by_name(kind, typed, field):
    with pytest.raises(forms.BadAnswers) as error:
        forms.normalise(ask(kind), {"x": typed})

    assert error.value.extra["errors"][0]["field"] == field
    assert said(ask(kind), {"x": typed}, complete=False)[0][0] == field


def test_an_unknown_question_is_refused_and_its_name_not_echoed_when_odd():
    answers = {"is_admin": True, "\u202e<b>": 1}

    with pytest.raises(forms.BadAnswers) as error:
        forms.normalise(ask("text"), answers)

    assert [e["field"] for e in error.value.extra["errors"]] == ["is_admin", "?"]
    assert said(ask("text", required=False), {"is_admin": True}) == [("is_admin", "Tờ khai không có mục này")]


@pytest.mark.parametrize(
    ("kind", "more", "typed", "message"),
    [
        ("personal_id", {}, "02408800012", "Số định danh gồm 12 chữ số, bạn nhập 11"),
        ("personal_id", {}, "A24088000123", "Số định danh chỉ gồm 12 chữ số, bạn nhập cả chữ hoặc dấu khác"),
        ("phone", {}, "091234567", "Số điện thoại gồm 10 chữ số, bạn nhập 9"),
        ("phone", {}, "1234567890", "Số điện thoại phải là số ở Việt Nam, ví dụ 0912 345 678"),
        ("email", {}, "an@", "Thư điện tử có dạng ten@vidu.vn, bạn nhập “an@”"),
        ("text", {"max_length": 5, "label": "Họ tên"}, "Nguyễn", "Họ tên gồm tối đa 5 ký tự, bạn nhập 6"),
        (
            "date",
            {"label": "Ngày sinh"},
            "31/02/2020",
            "Ngày sinh gồm ngày có thật, ví dụ 04/02/1988, bạn nhập “31/02/2020”",
        ),
        (
            "date",
            {"label": "Ngày sinh", "not_future": True},
            "23/11/2026",
            "Ngày sinh phải là hôm nay hoặc trước đó, ví dụ 04/02/1988",
        ),
        (
            "date",
            {"label": "Ngày sinh"},
            "01/01/0203",
            "Ngày sinh phải từ năm 1800 đến năm 2199, bạn nhập năm 203",
        ),
        (
            "datetime",
            {"label": "Lúc mất"},
            "04/02/1988",
            "Lúc mất gồm ngày có thật và giờ, ví dụ 14:30 04/02/1988, bạn nhập “04/02/1988”",
        ),
        (
            "date_or_year",
            {"label": "Năm sinh", "not_future": True},
            "2027",
            "Năm sinh phải là hôm nay hoặc trước đó, ví dụ 04/02/1988",
        ),
        ("number", {"label": "Số bản", "min": 1, "max": 20}, 21, "Số bản phải từ 1 đến 20, bạn nhập 21"),
        ("number", {"label": "Số bản"}, "hai", "Số bản là số viết bằng chữ số, ví dụ 2, bạn nhập “hai”"),
        (
            "money",
            {"label": "Giá trị", "min": 1000, "max": 2000000},
            5,
            "Giá trị phải từ 1.000 đến 2.000.000 đồng, bạn nhập 5",
        ),
        ("choice", {"label": "Giới tính"}, "c", "Chọn giới tính trong các mục có sẵn"),
        ("choices", {"label": "Ngành"}, ["a", "c"], "Chọn ngành trong các mục có sẵn"),
    ],
)
def test_a_wrong_answer_is_kept_and_explained(kind, more, typed, message):
    sections = ask(kind, **more)

    assert said(sections, {"x": typed}, complete=False) == [("x", message)]
    assert (
        not form_schema.validator(sections).is_valid(forms.normalise(sections, {"x": typed}))
        or "hôm nay" in message
    )


@pytest.mark.parametrize(
    ("kind", "more", "message"),
    [
        ("text", {"label": "Họ, chữ đệm, tên"}, "Nhập họ, chữ đệm, tên"),
        ("text", {"label": "VNeID"}, "Nhập VNeID"),
        ("choice", {"label": "Giới tính"}, "Chọn giới tính"),
        ("choice", {"label": "Bạn là gì của trẻ?"}, "Trả lời câu “Bạn là gì của trẻ?”"),
        ("yesno", {"label": "Đã mất"}, "Chọn có hoặc không cho mục “Đã mất”"),
        ("commit", {"label": "Lời cam đoan", "text": "…"}, "Đánh dấu vào mục “Lời cam đoan” trước khi nộp"),
        ("address", {"label": "Nơi sinh"}, "Nhập nơi sinh"),
        (
            "repeat",
            {"label": "Thành viên", "fields": [Field(key="n", kind="text", label="Tên")]},
            "Thêm ít nhất 1 mục vào “Thành viên”",
        ),
    ],
)
def test_a_missing_answer_is_asked_for_only_when_complete(kind, more, message):
    sections = ask(kind, **more)

    assert said(sections, {}) == [("x", message)]
    assert said(sections, {}, complete=False) == []


def test_an_address_needs_province_and_commune():
    sections = ask("address", label="Nơi sinh")

    assert said(sections, {"x": {"detail": "12 phố Chợ"}}) == [
        ("x.province", "Nhập tỉnh, thành phố"),
        ("x.commune", "Nhập xã, phường, đặc khu"),
    ]


def test_rows_are_checked_one_by_one():
    row = [Field(key="name", kind="text", label="Họ tên"), Field(key="birth", kind="date", label="Ngày sinh")]
    sections = ask("repeat", label="Thành viên", fields=row, max_items=2)

    errors = said(sections, {"x": [{"name": "An", "birth": "1990-01-01"}, {"birth": "hôm qua"}]})

    assert [field for field, _ in errors] == ["x.1.name", "x.1.birth"]
    assert said(sections, {"x": [{"name": "An", "age": 3}]}, complete=False)[0][0] == "x.0.age"
    assert said(sections, {"x": [{"name": "An"}] * 3}, complete=False) == [
        ("x", "“Thành viên” có tối đa 2 mục, bạn nhập 3")
    ]
    assert said(sections, {"x": [{"name": "An"}] * 101}, complete=False)[0][0] == "x"
