"""What keeps a form from being published, named by the question's label; no form makes anything fall over."""

from datetime import date
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.web import forms as shown
from services_catalog import content_checks, drafting, editor_queries, form_checks, form_schema, forms
from services_catalog.content import RevisionContent
from services_catalog.form_parts import Field, Kind, Section
from tests import factories
from tests.services_catalog import form_strategies as some
from tests.services_catalog.drafts import CODE, draft, publish

YES = {"key": "married", "kind": "yesno", "label": "Đã kết hôn"}
WAY = {
    "key": "way",
    "kind": "choice",
    "label": "Cách nhận",
    "options": [{"value": "post", "label": "Bưu điện"}, {"value": "desk", "label": "Tại quầy"}],
}


def on(key: str, *values: Any) -> list[dict[str, Any]]:
    return [{"field": key, "any_of": list(values)}]


def text(key: str = "name", label: str = "Họ tên", **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": "text", "label": label, **more}


def form(*fields: dict[str, Any], **more: Any) -> list[Section]:
    parts = [{"key": "s", "title": "Phần một", "fields": list(fields), **more}]
    return msgspec.convert(parts, list[Section])


def told(sections: list[Section], **more: Any) -> list[tuple[str, str]]:
    found = form_checks.faults(sections, papers=more.pop("papers", set()), **more)
    return [(one.place, one.message) for one in found]


GONE = "điều kiện hỏi một câu không còn trong tờ khai (gone)"
LATER = "điều kiện hỏi câu “Đã kết hôn” đứng sau nó; chuyển câu đó lên trước"
BAD_PATTERN = "mẫu ký tự không chạy được: sai cách viết, quá lớn, hoặc dùng phép nhìn trước, nhắc lại"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([text(), text(label="Tên khác")], [("name", "trùng mã name với câu “Họ tên”")]),
        ([text(show_when=on("gone", "a"))], [("name", GONE)]),
        ([text(show_when=on("married", True)), YES], [("name", LATER)]),
        (  # a circle is a condition on what stands later
            [{**YES, "show_when": on("way", "post")}, {**WAY, "show_when": on("married", True)}],
            [("married", "điều kiện hỏi câu “Cách nhận” đứng sau nó; chuyển câu đó lên trước")],
        ),
        ([{**YES, "show_when": on("married", True)}], [("married", LATER)]),
        (
            [text("a", "Tên"), text(show_when=on("a", "x"))],
            [("name", "điều kiện hỏi câu “Tên”, không phải câu chọn hay câu có, không")],
        ),
        ([WAY, text(show_when=on("way", "mail"))], [("name", "câu “Cách nhận” không còn lựa chọn “mail”")]),
        ([YES, text(show_when=on("married", "x"))], [("name", "câu “Đã kết hôn” không còn lựa chọn “x”")]),
        ([WAY, text(show_when=on("way", True))], [("name", "câu “Cách nhận” không còn lựa chọn “Có”")]),
        (
            [text(required=False, required_when=on("married", True)), YES],
            [("name", f"bắt buộc khi: {LATER}")],
        ),
        (
            [YES, text(required_when=on("married", True))],
            [("name", "câu luôn bắt buộc thì không cần điều kiện bắt buộc")],
        ),
        ([{**WAY, "options": []}], [("way", "chưa có lựa chọn nào")]),
        ([{**WAY, "options": WAY["options"] * 2}], [("way", "có hai lựa chọn giống nhau")]),
        ([text(options=WAY["options"])], [("name", "chỉ câu chọn có các lựa chọn")]),
        ([{**YES, "kind": "repeat"}], [("married", "mục lặp chưa có câu hỏi con nào")]),
        ([text(fields=[text("sub")])], [("name", "chỉ mục lặp có câu hỏi con")]),
        ([{**YES, "kind": "note"}], [("married", "chưa có lời văn")]),
        ([{**YES, "kind": "file"}], [("married", "không có giấy tờ nào mang mã này; thêm ở thẻ Giấy tờ")]),
        ([{**YES, "kind": "number", "min": 5, "max": 4}], [("married", "số nhỏ nhất lớn hơn số lớn nhất")]),
        ([text("seq")], [("seq", "mã seq dành cho trang, đặt mã khác")]),
        ([text(pattern="(?=a)b", pattern_hint="…")], [("name", BAD_PATTERN)]),
        ([text(pattern="a)|(b", pattern_hint="…")], [("name", BAD_PATTERN)]),
        ([text(pattern="[a-z]")], [("name", "mẫu ký tự cần lời giải thích cho người khai")]),
        (
            [text(kind="longtext", pattern="[a-z]", pattern_hint="…")],
            [("name", "mẫu ký tự chỉ dùng cho câu trả lời ngắn")],
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_question(fields: list[dict[str, Any]], expected: list[Any]) -> None:
    assert told(form(*fields)) == expected


def test_the_same_rules_hold_within_a_repeatable_block() -> None:
    block = {
        "key": "people",
        "kind": "repeat",
        "label": "Người đi cùng",
        "min_items": 4,
        "max_items": 2,
        "fields": [
            text("a", "Tên", show_when=on("married", True)),
            YES,
            text("a", "Tên gọi"),
            {"key": "p", "kind": "file", "label": "Tệp"},
            {"key": "q", "kind": "repeat", "label": "Mục"},
        ],
    }

    assert told(form({**YES, "key": "outer"}, block)) == [
        ("people", "số mục ít nhất lớn hơn số mục nhiều nhất"),
        ("people.a", LATER),
        ("people.a", "trùng mã a với câu “Tên” trong cùng mục lặp"),
        ("people.p", "mục lặp không chứa mục lặp khác hay tệp đính kèm"),
        ("people.q", "mục lặp không chứa mục lặp khác hay tệp đính kèm"),
    ]


def test_sections_have_keys_of_their_own_and_ask_something() -> None:
    parts = [
        {"key": "s", "title": "Một", "fields": [YES], "show_when": on("married", True)},
        {"key": "s", "title": "Hai", "fields": []},
    ]

    assert told(msgspec.convert(parts, list[Section])) == [
        ("section:s", LATER),
        ("section:s", "mã của phần này trùng với một phần khác"),
        ("section:s", "phần này chưa có câu hỏi nào; thêm câu hỏi hoặc xóa phần"),
    ]


def test_papers_and_cases_name_the_question_they_hang_on() -> None:
    body = factories.simple()
    body["requirements"] = [{**factories.SIMPLE_PAPERS[0], "show_when": on("full_name", "x")}]
    body["cases"] = [{"key": "c", "name": "Khi cưới", "show_when": on("gone", True)}]
    fee = {"key": "f", "name": "Phí", "kind": "fee", "amount_vnd": 1, "per": "copy"}
    body["fees"] = [{**fee, "quantity_field": "full_name"}]

    assert content_checks.problems(msgspec.convert(body, RevisionContent)) == [
        "Giấy tờ “Giấy tờ chứng minh”: điều kiện hỏi câu “Họ và tên”, không phải câu chọn hay câu có, không",
        f"Trường hợp “Khi cưới”: {GONE}",
        "Phí “Phí”: “Họ và tên” không phải câu hỏi về số lượng",
    ]


def test_a_key_is_never_used_again_with_another_kind_not_even_within_a_block(session, editor, agency_id):
    block = {"key": "people", "kind": "repeat", "label": "Người", "fields": [text("born", "Năm sinh")]}
    first = [{"key": "s", "title": "Phần", "fields": [YES, block]}]
    draft(session, editor, agency_id, form=first)
    publish(session, CODE, editor)
    again = {**block, "fields": [{"key": "born", "kind": "date", "label": "Ngày sinh"}]}
    second = [{"key": "s", "title": "Phần", "fields": [{**YES, "kind": "number"}, again, text("born")]}]
    draft(session, editor, agency_id, form=second)

    kinds = editor_queries.earlier_kinds(session, editor_queries.by_code(session, CODE).id)
    problems = drafting.check(session, CODE).problems

    assert kinds == {"married": {"yesno"}, "people": {"repeat"}, "people.born": {"text"}}
    used = "mã này từng là câu hỏi kiểu khác ở một bản đã công bố, dùng mã mới"
    assert problems == [f"Tờ khai, “Đã kết hôn”: {used}", f"Tờ khai, “Ngày sinh”: {used}"]


def test_too_many_patterns_are_refused_and_never_all_compiled() -> None:
    fields = [
        text(f"f{n}", "Câu", required=False, pattern=f"[a-z]{{{n + 1}}}", pattern_hint="…")
        for n in range(101)
    ]
    sections = msgspec.convert(
        [
            {"key": "s", "title": "Một", "fields": fields[:60]},
            {"key": "t", "title": "Hai", "fields": fields[60:]},
        ],
        list[Section],
    )

    assert told(sections) == [("f100", "tờ khai có tối đa 100 câu có mẫu ký tự")]
    assert "pattern" not in forms.schema(sections)["properties"]["f3"]


KEYS = st.sampled_from(["a", "b", "c", "seq"])
VALUES = st.sampled_from(["a", "b", "x"]) | st.booleans()
CONDITIONS = st.lists(
    st.fixed_dictionaries({"field": KEYS, "any_of": st.lists(VALUES, min_size=1, max_size=2)}), max_size=2
)


def wild(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any field the shape allows, sound or not."""
    option = st.fixed_dictionaries({"value": st.sampled_from(["a", "b"]), "label": st.just("Lựa chọn")})
    return st.fixed_dictionaries(
        {"key": KEYS, "kind": st.sampled_from(get_args(Kind)), "label": st.just("Câu")},
        optional={
            "required": st.booleans(),
            "required_when": CONDITIONS,
            "show_when": CONDITIONS,
            "options": st.lists(option, max_size=3),
            "min": st.integers(-3, 3),
            "max": st.integers(-3, 3),
            "max_length": st.integers(1, 5),
            "min_items": st.integers(0, 3),
            "max_items": st.integers(1, 3),
            "fields": inner,
            "text": st.just("Lời"),
            "pattern": st.sampled_from(["[", "a+", "(?=a)", "a)|(b"]),
            "prefill": st.sampled_from(["earlier", "account.name"]),
        },
    )


FIELDS: st.SearchStrategy[Any] = st.lists(wild(st.lists(wild(st.just([])), max_size=3)), max_size=4)
FORMS = st.lists(
    st.fixed_dictionaries({"key": KEYS, "title": st.just("Phần"), "fields": FIELDS, "show_when": CONDITIONS}),
    max_size=3,
)
ANSWERS = st.dictionaries(
    KEYS, VALUES | st.integers() | st.lists(st.dictionaries(KEYS, VALUES), max_size=2), max_size=4
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(FORMS, ANSWERS)
def test_whatever_the_form_faults_are_told_in_words_and_answers_stay_its_own(parts, answers):
    sections = msgspec.convert(parts, list[Section])
    body = msgspec.convert({**factories.simple(), "form": parts}, RevisionContent)

    faults = forms.check(sections, answers, complete=True, today=date(2026, 11, 22))
    odd = forms.notices(sections, answers)
    posted = forms.from_form(sections, {key: ["a"] for key in answers})
    views = [shown.view(sections, section, answers, {}, known={}) for section in sections]

    assert all(problem.strip() for problem in content_checks.problems(body))
    assert all(one.field and one.message for one in [*faults, *odd])
    assert posted.keys() <= forms.keys(sections)
    for section, view in zip(sections, views, strict=True):
        assert {one.key for one in view} <= {field.key for field in section.fields}


@pytest.mark.parametrize("second", [kind for kind in get_args(Kind) if kind != "number"])
def test_one_key_asked_in_two_kinds_is_a_fault_and_never_a_crash(second: str) -> None:
    twice = [{"key": "a", "kind": "number", "label": "Một"}, {"key": "a", "kind": second, "label": "Hai"}]
    block = {"key": "b", "kind": "repeat", "label": "Mục", "fields": twice}
    sections = form(*twice, block)

    assert ("a", "trùng mã a với câu “Một”") in told(sections, papers={"a"})
    for first, other in ((sections, {}), (form(*reversed(twice)), {"a": "x"})):
        answers = {"a": 3, "b": [{"a": 3}]} if first is sections else other
        forms.check(first, answers, complete=True)
        forms.notices(first, answers)
        shown.view(first, first[0], answers, {}, known={})


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_a_form_without_faults_is_sound(data):
    sections = data.draw(some.form())
    papers = {field.key for section in sections for field in section.fields if field.kind == "file"}

    assert form_checks.faults(sections, papers=papers) == []
    assert form_schema.validator(sections).is_valid(
        forms.normalise(sections, data.draw(some.answers(sections)))
    )


def test_a_field_has_no_rule_this_table_forgets() -> None:
    """A new attribute of a question needs its check here and its control in the designer."""
    assert set(Field.__struct_fields__) == {
        "key", "kind", "label", "hint", "required", "required_when", "options", "show_when", "max_length",
        "min", "max", "prefill", "autocomplete", "not_future", "fields", "min_items", "max_items", "text",
        "pattern", "pattern_hint",
    }  # fmt: skip


@pytest.mark.parametrize("unit", ["day", "month", "working_hour", "same_day"])
def test_odd_hours_go_with_working_days_only(unit: str) -> None:
    limit = {"amount": 7, "unit": unit, "extra_hours": 4}
    body = msgspec.convert({**factories.simple(), "time_limit": limit}, RevisionContent)

    assert "time_limit: giờ lẻ chỉ đi cùng ngày làm việc" in content_checks.problems(body)
