"""Questions that hang on answers, notices, and forms posted without a script."""

from services_catalog import form_schema, forms
from services_catalog.content import Condition, Field, Option, Section
from tests.services_catalog.asking import said


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
