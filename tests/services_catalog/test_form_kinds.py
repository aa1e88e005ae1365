"""Tax codes, patterns, answers asked for in some cases, papers among the questions, places by name."""

import time

import jsonschema_rs
import pytest

from services_catalog import form_schema, forms, patterns, units
from services_catalog.content import Condition, Field, Section
from tests.services_catalog.asking import ask, said

ODD = "Mã số thuế {} có chữ số kiểm tra không khớp, có thể gõ nhầm một số"


@pytest.mark.parametrize(
    ("typed", "kept", "message"),
    [
        ("0100109106", "0100109106", None),
        ("01 001 09106", "0100109106", None),
        ("0100109106-001", "0100109106-001", None),
        ("0100109106001", "0100109106-001", None),
        ("001188000001", "001188000001", None),
        ("0100109107", "0100109107", None),  # the check digit is another: noticed, not refused
        ("0100109106-000", "0100109106-000", "Mã số thuế chưa đúng: ba chữ số của đơn vị phụ thuộc bắt đầu"),
        ("01001091", "01001091", "Mã số thuế gồm 10 chữ số, 13 chữ số"),
        ("MST 0100109106", "MST 0100109106", "Mã số thuế gồm 10 chữ số"),
        ("099999000001", "099999000001", "Số định danh cá nhân chưa đúng"),
    ],
)
def test_a_tax_code_is_read_and_judged(typed, kept, message):
    sections = ask("tax_code")

    assert forms.normalise(sections, {"x": typed}) == {"x": kept}
    errors = said(sections, {"x": typed})
    assert errors == [] if message is None else errors[0][1].startswith(message)


def test_a_wrong_check_digit_is_a_notice_wherever_the_question_stands():
    inner = [Field(key="code", kind="tax_code", label="Mã số thuế")]
    fields = [
        Field(key="x", kind="tax_code", label="Mã số thuế"),
        Field(key="firms", kind="repeat", label="Công ty", fields=inner),
    ]
    sections = [Section(key="s", title="Phần", fields=fields)]
    answers = {"x": "0100109107", "firms": [{"code": "0100109106"}, {"code": "0100109108-001"}]}

    assert said(sections, answers) == []
    assert [(one.field, one.message) for one in forms.notices(sections, answers)] == [
        ("x", ODD.format("0100109107")),
        ("firms.1.code", ODD.format("0100109108-001")),
    ]


PLATE = {"pattern": "[0-9]{2}[A-Z][0-9]?-[0-9]{4,5}", "pattern_hint": "Ví dụ 29A-12345"}


def test_a_pattern_holds_for_the_whole_text():
    sections = ask("text", label="Biển số xe", **PLATE)

    assert said(sections, {"x": "29A-12345"}) == []
    for typed in ("xe 29A-12345", "29A-12345.", "29a-12345"):
        assert said(sections, {"x": typed}) == [("x", "Biển số xe chưa đúng dạng. Ví dụ 29A-12345")]
        assert not form_schema.validator(sections).is_valid({"x": typed})
    assert form_schema.validator(sections).is_valid({"x": "29A-12345"})


@pytest.mark.parametrize(
    "pattern",
    [
        "a)|(b",
        "(?=a)b",
        r"(a)\1",
        "[",
        "a\\",
        "(?x)a #",
        r"(\p{L}{50}){50}",
        "((a{100}){100}){100}",
        "\ud800",
    ],
)
def test_a_pattern_the_engine_cannot_run_is_known_and_harms_nobody(pattern):
    assert not patterns.sound(pattern)

    sections = ask("text", pattern=pattern, pattern_hint="…") if pattern != "\ud800" else ask("text")
    assert said(sections, {"x": "an"}) == []
    assert "pattern" not in forms.schema(sections)["properties"]["x"]


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a*)*b", "(a|aa)+$", r"(.*)*x", r"(\w{1,99}){1,9}!"])
def test_an_evil_pattern_takes_no_time(pattern):
    sections = ask("text", pattern=pattern, pattern_hint="…")
    begun = time.perf_counter()

    assert said(sections, {"x": "a" * 400 + "?"})

    assert time.perf_counter() - begun < 1


def married(**more) -> list[Section]:
    fields = [
        Field(key="married", kind="yesno", label="Đã kết hôn"),
        Field(
            key="spouse",
            kind="text",
            label="Tên vợ, chồng",
            required=False,
            required_when=[Condition(field="married", any_of=[True])],
            **more,
        ),
    ]
    return [Section(key="s", title="Phần", fields=fields)]


def test_an_answer_is_asked_for_only_while_its_condition_holds():
    validator = form_schema.validator(married())

    assert said(married(), {"married": True}) == [("spouse", "Nhập tên vợ, chồng")]
    assert said(married(), {"married": False}) == []
    assert said(married(), {"married": False, "spouse": "An"}) == []
    assert not validator.is_valid({"married": True})
    assert validator.is_valid({"married": True, "spouse": "An"})
    assert validator.is_valid({"married": False, "spouse": "An"})


def test_a_hidden_answer_is_not_asked_for_whatever_it_is_required_by():
    hidden = married(show_when=[Condition(field="married", any_of=[False])])

    assert said(hidden, {"married": True}) == []
    assert form_schema.validator(hidden).is_valid({"married": True})


def test_a_paper_among_the_questions_has_no_answer():
    sections = ask("file", label="Giấy chứng sinh")

    assert forms.keys(sections) == frozenset()
    assert said(sections, {}) == []
    assert said(sections, {"x": "giay.pdf"}) == [("x", "Tờ khai không có mục này")]
    assert forms.from_form(sections, {"x": ["giay.pdf"], "_section": ["s"]}) == {}
    assert forms.schema(sections)["properties"] == {}


@pytest.mark.parametrize(
    ("province", "commune", "part"),
    [
        ("Thành phố Hà Nội", "Phường Hoàn Kiếm", None),
        ("hà nội", "hoàn kiếm", None),
        ("TP. Hồ Chí Minh", "phường Sài Gòn", None),
        ("Tỉnh Tuyên Quang", "Xã Thuận Hòa", None),  # written Thuận Hoà in the list
        ("Tỉnh Lam Giang", "xã Tân Hòa", None),
        ("Tỉnh Hà Giang", "Phường Trần Phú", "province"),
        ("Hà Nội", "Phường Hàng Bạc", "commune"),
    ],
)
def test_a_place_that_is_not_in_force_is_noticed_and_kept(province, commune, part):
    sections = ask("address", label="Nơi sinh")
    answers = {"x": {"province": province, "commune": commune}}

    assert said(sections, answers) == []
    found = forms.notices(sections, answers, units.directory("tỉnh Lam Giang"))

    assert [one.field for one in found] == ([f"x.{part}"] if part else [])
    assert all("không có trong danh mục đơn vị hành chính hiện hành" in one.message for one in found)


def test_conditions_of_a_section_are_said_once_so_that_a_form_cannot_swell():
    asked = Field(key="a", kind="yesno", label="A")
    long = [Condition(field="a", any_of=["x" * 100] * 100)] * 10
    fields = [
        Field(key=f"f{n}", kind="text", label="F", show_when=[Condition(field="a", any_of=[f"v{n}"])])
        for n in range(100)
    ]
    sections = [
        Section(key="s", title="S", fields=[asked]),
        Section(key="t", title="T", fields=fields, show_when=long),
    ]
    begun = time.perf_counter()

    size = len(str(forms.schema(sections)))

    assert size < 1_000_000
    assert jsonschema_rs.meta.is_valid(forms.schema(sections))
    assert said(sections, {"a": True}) == []
    assert time.perf_counter() - begun < 2
