"""Every form of the seed can be filled in to the end, whichever way its questions are answered."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services_catalog import content, forms
from services_catalog.content import Condition, Field, Section
from services_catalog.form_parts import SILENT

SEED = Path(content.__file__).parent / "seed" / "procedures"
TODAY = date(2026, 11, 23)
ANSWERS: dict[str, Any] = {
    "text": "Nguyễn Thị Ễ Ộ Ẵ",
    "longtext": "Dòng một.\nDòng hai.",
    "date": "2020-01-15",
    "date_or_year": "1990",
    "datetime": "2026-11-01T10:30",
    "personal_id": "001188000001",
    "tax_code": "0100109106",
    "phone": "0912345678",
    "email": "huong@motcua.example",
    "address": {"province": "Tỉnh Lam Giang", "commune": "Xã Tân Hòa", "detail": "Thôn Đông"},
    "commit": True,
    "yesno": True,
}


def revision(code: str) -> content.RevisionContent:
    said = json.loads((SEED / f"{code}.json").read_text(encoding="utf-8"))
    return msgspec.convert(said["content"], content.RevisionContent)


CODES = sorted(path.stem for path in SEED.glob("*.json"))


def answer(field: Field, chosen: dict[str, Any]) -> Any:
    if field.key in chosen:
        return chosen[field.key]
    match field.kind:
        case "choice":
            return field.options[0].value
        case "choices":
            return [field.options[0].value]
        case "number" | "money":
            return field.min if field.min is not None else 1
        case "repeat":
            row = {sub.key: answer(sub, {}) for sub in field.fields if sub.kind not in SILENT}
            return [row] * max(field.min_items, 1)
        case "text":
            return ANSWERS["text"][: field.max_length]
        case _:
            return ANSWERS[field.kind]


def filled(sections: list[Section], chosen: dict[str, Any]) -> dict[str, Any]:
    """Answers to all that is asked, from top to bottom, as a person gives them."""
    given: dict[str, Any] = {}
    for section in sections:
        for field in section.fields:
            if field.kind not in SILENT and forms.holds([*section.show_when, *field.show_when], given):
                given[field.key] = answer(field, chosen)
    return given


def ways(sections: list[Section]) -> Iterator[dict[str, Any]]:
    """Each choice taken once, so that every condition is met and missed."""
    yield {}
    for section in sections:
        for field in section.fields:
            options: list[Any] = [option.value for option in field.options] if field.kind == "choice" else []
            if field.kind == "yesno":
                options = [True, False]
            yield from ({field.key: option} for option in options)


@pytest.mark.parametrize("code", CODES)
def test_form_can_be_completed_in_every_way(code: str) -> None:
    sections = revision(code).form
    for chosen in ways(sections):
        given = filled(sections, chosen)
        assert forms.check(sections, given, complete=True, today=TODAY) == [], chosen
        assert forms.normalise(sections, given) == given


@pytest.mark.parametrize("code", CODES)
def test_an_empty_form_names_what_is_missing_first(code: str) -> None:
    sections = revision(code).form
    missing = forms.check(sections, {}, complete=True, today=TODAY)
    asked = [field.key for field in sections[0].fields if field.required and not field.show_when]
    assert [error.field.split(".")[0] for error in missing][: len(asked)] == asked


def leading_to(conditions: list[Condition], sections: list[Section]) -> dict[str, Any]:
    """The choices that meet these conditions and make their questions visible."""
    chosen: dict[str, Any] = {}
    for condition in conditions:
        chosen[condition.field] = condition.any_of[0]
        for section in sections:
            for field in section.fields:
                if field.key == condition.field:
                    chosen |= leading_to([*section.show_when, *field.show_when], sections)
    return chosen


@pytest.mark.parametrize("code", CODES)
def test_every_paper_and_case_is_reached_by_some_answers(code: str) -> None:
    said = revision(code)
    for key, conditions in [(item.key, item.show_when) for item in said.requirements] + [
        (item.key, item.show_when) for item in said.cases
    ]:
        given = filled(said.form, leading_to(conditions, said.form))
        assert forms.holds(conditions, given), key
