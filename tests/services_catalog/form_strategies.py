"""Hypothesis strategies: valid answers to any form, and forms themselves."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from services_catalog import forms
from services_catalog.answers import ADDRESS, bounds, limit
from services_catalog.content import Condition, Field, Option, Section
from services_catalog.form_parts import SILENT

PATTERNS = ("[A-Z]{2}[0-9]{4}", "[0-9]{2}-[A-Z][0-9]? [0-9]{4,5}", "(A|B)+")
PROVINCES = ("001", "024", "058", "079", "096")
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĐÊƠƯạảãàáặẳẵằắệểễềếịỉĩìíộổỗồốợởỡờớựửữừứỵỷỹỳý0123456789 ,.-/'"


def words(longest: int) -> st.SearchStrategy[str]:
    """Text as people write it, already in normal form."""
    return (
        st.text(LETTERS, min_size=1, max_size=min(longest, 60))
        .map(lambda typed: " ".join(typed.split()))
        .filter(bool)
    )


def answer(field: Field) -> st.SearchStrategy[Any]:
    """A right answer to the question."""
    past = st.dates(date(1900, 1, 1), date(2026, 1, 1))
    match field.kind:
        case "text" if field.pattern:
            return st.from_regex(field.pattern, fullmatch=True)
        case "text" | "longtext":
            return words(limit(field))
        case "number" | "money":
            return st.integers(*bounds(field))
        case "date":
            return past.map(date.isoformat)
        case "date_or_year":
            return past.map(date.isoformat) | past.map(lambda day: f"{day.year:04}")
        case "datetime":
            return st.tuples(past, st.times()).map(lambda at: f"{at[0]}T{at[1]:%H:%M}")
        case "choice":
            return st.sampled_from([option.value for option in field.options])
        case "choices":
            return st.lists(
                st.sampled_from([option.value for option in field.options]), min_size=1, unique=True
            )
        case "yesno":
            return st.booleans()
        case "commit":
            return st.just(True)
        case "personal_id":
            return st.builds(
                "{}{}{:02}{:06}".format,
                st.sampled_from(PROVINCES),
                st.sampled_from("01"),
                st.integers(0, 99),
                st.integers(0, 999_999),
            )
        case "tax_code":
            number = st.integers(0, 9_999_999_999).map("{:010}".format)
            branch = st.integers(1, 999).map("-{:03}".format) | st.just("")
            return st.builds(str.__add__, number, branch)
        case "phone":
            return st.integers(0, 99_999_999).map("09{:08}".format)
        case "email":
            return st.integers(0, 9_999).map("nguoi.dan{}@vidu.vn".format)
        case "address":
            return st.fixed_dictionaries(
                {"province": words(ADDRESS["province"]), "commune": words(ADDRESS["commune"])},
                optional={"detail": words(ADDRESS["detail"])},
            )
        case "repeat":
            least = max(1, field.min_items)
            return st.lists(fields(field.fields), min_size=least, max_size=min(field.max_items, least + 1))
        case _:
            raise AssertionError(field.kind)


@st.composite
def fields(draw: st.DrawFn, questions: list[Field]) -> dict[str, Any]:
    """Right answers to the questions shown, in order; optional ones sometimes."""
    given: dict[str, Any] = {}
    for field in questions:
        if field.kind in SILENT or not forms.holds(field.show_when, given):
            continue
        if forms.needed(field, given) or draw(st.booleans()):
            given[field.key] = draw(answer(field))
    return given


@st.composite
def answers(draw: st.DrawFn, sections: list[Section]) -> dict[str, Any]:
    """A complete, right set of answers to the form."""
    given: dict[str, Any] = {}
    for section in sections:
        if not forms.holds(section.show_when, given):
            continue
        for field in section.fields:
            if field.kind in SILENT or not forms.holds(field.show_when, given):
                continue
            if forms.needed(field, given) or draw(st.booleans()):
                given[field.key] = draw(answer(field))
    return given


KINDS = (
    "text", "longtext", "number", "money", "date", "date_or_year", "datetime", "choice", "choices", "yesno",
    "personal_id", "tax_code", "phone", "email", "address", "repeat", "commit", "note", "file",
)  # fmt: skip


@st.composite
def conditions(draw: st.DrawFn, choosers: list[Field]) -> list[Condition]:
    """None, or one on a choice asked earlier."""
    if not choosers or not draw(st.booleans()):
        return []
    chosen = draw(st.sampled_from(choosers))
    among: list[Any] = [option.value for option in chosen.options] or [True, False]
    any_of = draw(st.lists(st.sampled_from(among), min_size=1, unique=True))
    return [Condition(field=chosen.key, any_of=any_of)]


@st.composite
def field(draw: st.DrawFn, key: str, asked: list[Field], nested: bool = False) -> Field:
    """A sound question that may depend on earlier ones."""
    kind = draw(st.sampled_from([kind for kind in KINDS if not (nested and kind in ("repeat", "file"))]))
    options = [Option(value=f"v{n}", label=f"Lựa chọn {n}") for n in range(draw(st.integers(1, 4)))]
    inner: list[Field] = []
    if kind == "repeat":
        for number in range(draw(st.integers(1, 3))):
            inner.append(draw(field(f"sub{number}", inner, True)))
        if all(sub.show_when or not sub.required or sub.kind in SILENT for sub in inner):
            inner.append(Field(key="sub_name", kind="text", label="Họ tên"))
    choosers = [earlier for earlier in asked if earlier.kind in ("choice", "choices", "yesno")]
    required = draw(st.booleans())
    pattern = draw(st.none() | st.sampled_from(PATTERNS)) if kind == "text" else None
    return Field(
        key=key,
        kind=kind,
        label=f"Câu {key}",
        required=required,
        required_when=[] if required else draw(conditions(choosers)),
        options=options if kind in ("choice", "choices") else [],
        show_when=draw(conditions(choosers)),
        max_length=draw(st.none() | st.integers(1, 200))
        if kind in ("text", "longtext") and not pattern
        else None,
        pattern=pattern,
        pattern_hint="Ví dụ AB1234" if pattern else None,
        not_future=draw(st.booleans()),
        fields=inner,
        min_items=draw(st.integers(0, 2)) if kind == "repeat" else 0,
        max_items=3,
        text="Lời văn" if kind in ("note", "commit") else None,
    )


@st.composite
def form(draw: st.DrawFn) -> list[Section]:
    """A sound form of a few sections."""
    asked: list[Field] = []
    sections = []
    for number in range(draw(st.integers(1, 3))):
        earlier = [chooser for chooser in asked if chooser.kind == "yesno"]
        shown = [Condition(field=earlier[0].key, any_of=[True])] if earlier and draw(st.booleans()) else []
        questions = []
        for index in range(draw(st.integers(1, 6))):
            questions.append(draw(field(f"f{number}_{index}", asked + questions)))
        sections.append(Section(key=f"s{number}", title="Phần", fields=questions, show_when=shown))
        asked += questions
    return sections
