"""The designer's page: the form as an outline with its faults, and the question that is open in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from portal.web.designer_posts import BY_KIND, OWN, Sheet, posted_conditions, spread
from services_catalog import answer_words, form_checks, form_editing, form_ready
from services_catalog.content import RevisionContent
from services_catalog.form_checks import Fault
from services_catalog.form_parts import Condition, Field, Section

ICONS: Final[Mapping[str, str]] = {
    "text": "input-cursor-text", "longtext": "text-paragraph", "number": "123", "money": "cash",
    "date": "calendar3", "date_or_year": "calendar3", "datetime": "clock", "choice": "ui-radios",
    "choices": "ui-checks", "yesno": "question-circle", "personal_id": "person-vcard", "tax_code": "building",
    "phone": "telephone", "email": "envelope", "address": "geo-alt", "repeat": "collection",
    "file": "paperclip", "note": "info-circle", "commit": "pen",
}  # fmt: skip
GROUPS: Final = (
    ("Hay dùng", ("text", "longtext", "number", "money", "date", "date_or_year", "datetime")),
    ("Chọn", ("choice", "choices", "yesno")),
    ("Người, tổ chức, nơi ở", ("personal_id", "tax_code", "phone", "email", "address")),
    ("Khác", ("repeat", "file", "note", "commit")),
)
BLOCK: Final = "block."  # a ready-made block among the kinds of a new question


class Choice(msgspec.Struct, frozen=True):
    """One earlier question a condition may ask, with the answers that are ticked."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]
    gone: bool = False

    @property
    def ticked(self) -> bool:
        """Whether any answer is."""
        return any(on for _, _, on in self.options)


class Row(msgspec.Struct, kw_only=True):
    """A question of the outline. `id` is its place with hyphens."""

    place: str
    id: str
    label: str
    kind: str
    icon: str
    marks: list[str]
    faults: list[str]
    up: bool
    down: bool
    rows: list["Row"] = []


class Part(msgspec.Struct, kw_only=True):
    """A section of the outline."""

    place: str
    id: str
    number: int
    title: str
    marks: list[str]
    faults: list[str]
    up: bool
    down: bool
    rows: list[Row]


class Opened(msgspec.Struct, kw_only=True):
    """The question or the section that is open for change."""

    place: str
    sheet: Sheet = msgspec.field(default_factory=Sheet)
    title: str = ""
    intro: str = ""
    shows: list[Choice] = []
    requires: list[Choice] = []
    mistakes: dict[str, str] = {}
    nested: bool = False
    prefills: list[tuple[str, str]] = []


def identifier(place: str) -> str:
    """A place as the end of an HTML id."""
    return place.replace(":", "-").replace(".", "-")


def outline(content: RevisionContent, faults: Sequence[Fault]) -> list[Part]:
    """The whole form, every question with what is wrong with it."""
    at: dict[str, list[str]] = {}
    for fault in faults:
        at.setdefault(fault.place, []).append(fault.message)
    asked = answer_words.asked_in(content.form)
    parts = []
    last = len(content.form) - 1
    for number, section in enumerate(content.form):
        place = form_editing.SECTION + section.key
        edges = (number == 0, number == last)
        parts.append(
            Part(
                place=place,
                id=identifier(place),
                number=number + 1,
                title=section.title,
                marks=_when("Hiện khi", section.show_when, asked),
                faults=at.get(place, []),
                up=number > 0,
                down=number < last,
                rows=_rows(section.fields, "", at, asked, edges),
            )
        )
    return parts


def _rows(
    fields: Sequence[Field],
    block: str,
    at: Mapping[str, list[str]],
    asked: Mapping[str, Field],
    edges: tuple[bool, bool],
) -> list[Row]:
    """`edges`: whether nothing stands before, and behind, what holds the questions."""
    rows = []
    for number, field in enumerate(fields):
        place = f"{block}.{field.key}" if block else field.key
        inner = {sub.key: sub for sub in field.fields}
        rows.append(
            Row(
                place=place,
                id=identifier(place),
                label=field.label,
                kind=form_ready.KIND_NAMES[field.kind],
                icon=ICONS[field.kind],
                marks=_marks(field, asked),
                faults=at.get(place, []),
                up=number > 0 or not edges[0],
                down=number < len(fields) - 1 or not edges[1],
                rows=_rows(field.fields, place, at, inner, (True, True)) if not block else [],
            )
        )
    return rows


def _marks(field: Field, asked: Mapping[str, Field]) -> list[str]:
    marks = []
    if field.kind != "note" and not field.required:
        marks += _when("Bắt buộc khi", field.required_when, asked) or ["Không bắt buộc"]
    marks += _when("Hiện khi", field.show_when, asked)
    if field.prefill:
        marks.append(f"Điền sẵn: {form_ready.PREFILLS[field.prefill][0]}")
    return marks


def _when(verb: str, conditions: Sequence[Condition], asked: Mapping[str, Field]) -> list[str]:
    return [f"{verb} {answer_words.conditions_in_words(conditions, asked)}"] if conditions else []


def opened(
    content: RevisionContent,
    place: str,
    *,
    sheet: Sheet | None = None,
    mistakes: Mapping[str, str] | None = None,
) -> Opened:
    """A question open for change, as it stands or as it was typed.

    Raises:
        NotThere: it is no part of the form.
    """
    field = form_editing.field_at(content, place)
    shown = sheet or spread(field)
    asked = form_checks.askable(content.form, place)
    return Opened(
        place=place,
        sheet=shown,
        shows=_choices("show_when", shown.chosen, asked, field.show_when),
        requires=_choices("required_when", shown.chosen, asked, field.required_when),
        mistakes=dict(mistakes or {}),
        nested="." in place,
        prefills=[(name, words) for name, (words, _) in form_ready.PREFILLS.items()],
    )


def opened_section(
    content: RevisionContent,
    place: str,
    *,
    typed: Mapping[str, str] | None = None,
    ticked: Mapping[str, Sequence[str]] | None = None,
    mistakes: Mapping[str, str] | None = None,
) -> Opened:
    """A section open for change, as it stands or as it was typed. Raises NotThere."""
    section: Section = form_editing.section_of(content, place)
    shown = ticked if ticked is not None else posted_conditions("show_when", section.show_when)
    asked = form_checks.askable(content.form, place)
    return Opened(
        place=place,
        title=(typed or {}).get("title", section.title),
        intro=(typed or {}).get("intro", section.intro or ""),
        shows=_choices("show_when", shown, asked, section.show_when),
        mistakes=dict(mistakes or {}),
    )


def _choices(
    name: str,
    ticked: Mapping[str, Sequence[str]],
    asked: Mapping[str, Field],
    before: Sequence[Condition],
) -> list[Choice]:
    found = []
    for key, field in asked.items():
        on = list(ticked.get(f"{name}.{key}", []))
        options = [("true", "Có"), ("false", "Không")] if field.kind == "yesno" else []
        options = options or [(option.value, option.label) for option in field.options]
        known = {value for value, _ in options}
        boxes = [(value, label, value in on) for value, label in options]
        boxes += [(value, f"{value} (lựa chọn không còn)", True) for value in on if value not in known]
        if boxes:
            found.append(Choice(f"{name}.{key}", field.label, boxes))
    for one in before:
        if one.field not in asked:
            kept = posted_conditions(name, [one])[f"{name}.{one.field}"]
            on = list(ticked.get(f"{name}.{one.field}", []))
            label = f"{one.field} (câu này không còn hoặc đứng sau)"
            found.append(
                Choice(
                    f"{name}.{one.field}", label, [(value, value, value in on) for value in kept], gone=True
                )
            )
    return found


def named(content: RevisionContent, place: str) -> str:
    """What people call a place. Raises NotThere."""
    if place.startswith(form_editing.SECTION):
        return form_editing.section_of(content, place).title
    return form_editing.field_at(content, place).label


def dependants(content: RevisionContent, place: str) -> list[str]:
    """The labels of what hangs on the answers of a question, or of those of a section."""
    block, _, sub = place.partition(".")
    if sub:
        inside = form_editing.field_at(content, block).fields
        return [one.label for one in inside if _asks(one, {sub})]
    keys = {place}
    if place.startswith(form_editing.SECTION):
        keys = {field.key for field in form_editing.section_of(content, place).fields}
    found = [section.title for section in content.form if _asks_of(section.show_when, keys)]
    fields = [field for section in content.form for field in section.fields if field.key not in keys]
    found += [field.label for field in fields if _asks(field, keys)]
    found += [paper.name for paper in content.requirements if _asks_of(paper.show_when, keys)]
    found += [case.name for case in content.cases if _asks_of(case.show_when, keys)]
    found += [fee.name for fee in content.fees if fee.quantity_field in keys]
    return list(dict.fromkeys(found))


def _asks(field: Field, keys: set[str]) -> bool:
    return _asks_of([*field.show_when, *field.required_when], keys)


def _asks_of(conditions: Sequence[Condition], keys: set[str]) -> bool:
    return any(one.field in keys for one in conditions)


def words() -> dict[str, Any]:
    """What the templates say of kinds, patterns and blocks."""
    by_kind = {one.kind: one for one in form_ready.KINDS}
    return {
        "kinds": [(title, [by_kind[kind] for kind in kinds]) for title, kinds in GROUPS],  # type: ignore[index]
        "blocks": [(BLOCK + key, name) for key, name in form_ready.BLOCK_NAMES.items()],
        "patterns": [(key, one.name, one.hint) for key, one in form_ready.PATTERNS.items()],
        "own": OWN,
        "for_kinds": {part: " ".join(kinds) for part, kinds in BY_KIND.items()},
        "asking": " ".join(kind for kind in by_kind if kind != "note"),
        "answering": " ".join(kind for kind in by_kind if kind not in ("note", "file", "commit")),
    }
