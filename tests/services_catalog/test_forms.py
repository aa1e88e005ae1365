"""The e-form: what answers become, what is said about them, and the schema that says the same."""

import json
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import services_catalog
from portal.core.text import nfc
from services_catalog import form_schema, forms
from services_catalog.content import Condition, Field, Option, RevisionContent, Section
from tests.services_catalog import form_strategies as some

SEED = Path(services_catalog.__file__).parent / "seed" / "procedures"
BIRTH = msgspec.convert(
    json.loads((SEED / "1.001193.json").read_text(encoding="utf-8"))["content"], RevisionContent
).form
TODAY = date(2026, 11, 22)


def ask(kind: str, **more: Any) -> list[Section]:
    """A form of one question, "x"."""
    if kind in ("choice", "choices"):
        more.setdefault("options", [Option(value="a", label="A"), Option(value="b", label="B")])
    return [
        Section(
            key="s", title="Phần", fields=[Field(key="x", kind=kind, label=more.pop("label", "Câu"), **more)]
        )
    ]


def said(sections: list[Section], answers: dict[str, Any], *, complete: bool = True) -> list[tuple[str, str]]:
    return [(e.field, e.message) for e in forms.check(sections, answers, complete=complete, today=TODAY)]


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


def chained() -> list[Section]:
    """A → B when A; C when B: hiding A's yes hides all that follows."""
    return [
        Section(
            key="s",
            title="Phần",
            fields=[
                Field(key="a", kind="yesno", label="A"),
                Field(key="b", kind="yesno", label="B", show_when=[Condition(field="a", any_of=[True])]),
                Field(key="c", kind="text", label="C", show_when=[Condition(field="b", any_of=[True])]),
            ],
        ),
        Section(
            key="t",
            title="Phần sau",
            show_when=[Condition(field="b", any_of=[True])],
            fields=[Field(key="d", kind="text", label="D")],
        ),
    ]


def test_hidden_answers_are_dropped_down_the_chain_and_never_asked_for():
    answers = {"a": False, "b": True, "c": "còn sót", "d": "còn sót"}

    assert forms.normalise(chained(), answers) == {"a": False}
    assert said(chained(), answers) == []
    assert [section.key for section in forms.visible(chained(), answers)] == ["s"]
    assert [field.key for field in forms.visible(chained(), {"a": True})[0].fields] == ["a", "b"]
    assert said(chained(), {"a": True, "b": True}) == [("c", "Nhập c"), ("d", "Nhập d")]


def test_the_schema_refuses_hidden_and_unknown_answers():
    validator = form_schema.validator(chained())

    assert validator.is_valid({"a": False})
    assert not validator.is_valid({"a": False, "b": True})
    assert not validator.is_valid({"a": True})
    assert not validator.is_valid({"a": False, "z": 1})
    assert validator.is_valid({"a": True, "b": True, "c": "x", "d": "y"})


def test_true_and_one_are_different_answers():
    assert not forms.holds([Condition(field="a", any_of=[True])], {"a": 1})
    assert forms.holds([Condition(field="a", any_of=["x"])], {"a": ["x", "y"]})


def test_a_year_that_differs_from_the_id_is_a_notice_not_an_error():
    fields = [
        Field(key="child_personal_id", kind="personal_id", label="Số định danh"),
        Field(key="child_birth", kind="date", label="Ngày sinh"),
    ]
    sections = [Section(key="s", title="Phần", fields=fields)]
    answers = {"child_personal_id": "024088000123", "child_birth": "1990-02-04"}

    assert said(sections, answers) == []
    assert forms.notices(sections, answers) == [
        forms.FieldError(
            "child_personal_id", "Số định danh ghi năm sinh 1988, bạn khai 1990. Kiểm tra lại cả hai"
        )
    ]
    assert forms.notices(sections, answers | {"child_birth": "1988-02-04"}) == []


class Posted(dict[str, list[str]]):
    """A multidict as Litestar gives it."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def test_an_html_form_becomes_answers():
    row = [Field(key="n", kind="text", label="Tên"), Field(key="ok", kind="yesno", label="Có?")]
    fields = [
        Field(key="name", kind="text", label="Tên"),
        Field(key="kinds", kind="choices", label="Loại", options=[Option(value="a", label="A")]),
        Field(key="place", kind="address", label="Nơi"),
        Field(key="rows", kind="repeat", label="Dòng", fields=row),
        Field(key="married", kind="yesno", label="Kết hôn"),
        Field(key="sworn", kind="commit", label="Cam đoan", text="Tôi cam đoan"),
    ]
    other = Section(key="other", title="Khác", fields=[Field(key="z", kind="commit", label="Z", text="…")])
    sections = [Section(key="s", title="Phần", fields=fields), other]
    data = Posted(
        {
            "csrf": ["token"],
            "name": ["An"],
            "kinds": ["a"],
            "place.province": ["tỉnh Lam Giang"],
            "place.commune": ["xã Tân Hòa"],
            "rows.0.n": ["Bình"],
            "rows.0.ok": ["true"],
            "rows.7.n": [""],
            "rows.12.n": ["Chi"],
            "married": ["false"],
            "sworn": ["on"],
        }
    )

    assert forms.normalise(sections, forms.from_form(sections, data)) == {
        "name": "An",
        "kinds": ["a"],
        "place": {"province": "tỉnh Lam Giang", "commune": "xã Tân Hòa"},
        "rows": [{"n": "Bình", "ok": True}, {"n": "Chi"}],
        "married": False,
        "sworn": True,
    }


def test_an_unticked_box_of_a_posted_section_is_emptied_and_other_sections_are_not():
    sections = [
        Section(key=key, title=key, fields=[Field(key=f"{key}_sworn", kind="commit", label="C", text="…")])
        for key in ("one", "two")
    ]

    assert forms.from_form(sections, {"_section": "one"}) == {"one_sworn": None}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_right_answers_pass_our_check_and_the_schema(data):
    sections = data.draw(some.form())
    answers = data.draw(some.answers(sections))

    kept = forms.normalise(sections, answers)

    assert said(sections, answers) == []
    assert form_schema.validator(sections).is_valid(kept)
    assert forms.normalise(sections, kept) == kept
    assert jsonschema_rs.meta.is_valid(forms.schema(sections))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_our_check_and_the_schema_agree_on_spoilt_answers(data):
    sections = data.draw(some.form())
    answers = data.draw(some.answers(sections))
    spoilt = dict(answers)
    for key in data.draw(st.lists(st.sampled_from(sorted(forms.keys(sections)) or ["x"]), max_size=3)):
        junk = (
            st.none() | st.text(max_size=20) | st.integers() | st.booleans() | st.just(["v0"]) | st.just([{}])
        )
        spoilt[key] = data.draw(junk)

    errors = forms.check(sections, spoilt, complete=True, today=date(2300, 1, 1))

    try:
        kept = forms.normalise(sections, spoilt)
    except forms.BadAnswers:
        assert errors
    else:
        assert form_schema.validator(sections).is_valid(kept) == (errors == [])


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_every_seed_form_can_be_answered(data):
    path = data.draw(st.sampled_from(sorted(SEED.glob("*.json"))))
    sections = msgspec.convert(json.loads(path.read_bytes())["content"], RevisionContent).form
    answers = data.draw(some.answers(sections))

    assert said(sections, answers) == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_kept_in_nfc_or_refused(typed):
    try:
        kept = forms.normalise(ask("text"), {"x": typed})
    except forms.BadAnswers:
        return
    value = kept.get("x", "")
    assert value == nfc(value) == " ".join(nfc(typed).split())


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_json_makes_it_fall_over(anything):
    answers = anything if isinstance(anything, dict) else {"mother_name": anything, "birth_place": anything}

    assert isinstance(forms.check(BIRTH, answers, complete=True), list)


def test_the_schema_of_birth_registration_is_bounded_and_refers_to_nothing():
    text = json.dumps(forms.schema(BIRTH))

    assert '"$ref"' not in text
    assert len(text) < 60_000
    assert forms.schema(BIRTH)["additionalProperties"] is False


def test_a_schema_is_compiled_once_per_content():
    again = msgspec.json.decode(msgspec.json.encode(BIRTH), type=list[Section])

    assert form_schema.validator(BIRTH) is form_schema.validator(again)
