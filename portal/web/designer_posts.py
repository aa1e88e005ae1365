"""A question or a section of the form as the designer's page posts it: read, or told what is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

import msgspec

from portal.core.errors import Invalid
from portal.core.text import clean
from portal.web.pages import Form
from services_catalog import form_ready
from services_catalog.form_keys import options_from
from services_catalog.form_parts import SILENT, Condition, Field, Kind, Prefill, Section

MAX_LINE, MAX_SHORT, MAX_TEXT, MAX_PATTERN = 500, 200, 4000, 200
MAX_OPTIONS: Final = 300
OWN: Final = "own"  # the pattern is written by hand
BY_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    "options": ("choice", "choices"),
    "bounds": ("number", "money"),
    "length": ("text", "longtext"),
    "days": ("date", "date_or_year", "datetime"),
    "items": ("repeat",),
    "words": ("note", "commit"),
    "pattern": ("text",),
}
ASKING: Final = tuple(kind for kind in get_args(Kind) if kind != "note")  # required, or not


class Mistakes(Exception):
    """What was typed cannot be kept as it is; by the name of the control."""

    def __init__(self, by_name: dict[str, str]) -> None:
        super().__init__(by_name)
        self.by_name = by_name


class Sheet(msgspec.Struct):
    """A question as text boxes hold it."""

    label: str = ""
    hint: str = ""
    kind: str = "text"
    required: str = "always"  # always, when, never
    options: str = ""
    text: str = ""
    prefill: str = ""
    min: str = ""
    max: str = ""
    max_length: str = ""
    not_future: str = ""
    min_items: str = ""
    max_items: str = ""
    ready: str = ""  # a pattern of form_ready, OWN, or none
    pattern: str = ""
    pattern_hint: str = ""
    chosen: dict[str, list[str]] = {}  # "show_when.KEY", "required_when.KEY" → values as posted


def spread(field: Field) -> Sheet:
    """The question in text boxes."""
    ready = next((key for key, one in form_ready.PATTERNS.items() if one.pattern == field.pattern), OWN)
    return Sheet(
        label=field.label,
        hint=field.hint or "",
        kind=field.kind,
        required="always" if field.required else "when" if field.required_when else "never",
        options="\n".join(option.label for option in field.options),
        text=field.text or "",
        prefill=field.prefill or "",
        min=_shown(field.min),
        max=_shown(field.max),
        max_length=_shown(field.max_length),
        not_future="1" if field.not_future else "",
        min_items=_shown(field.min_items or None),
        max_items=str(field.max_items),
        ready=ready if field.pattern else "",
        pattern=field.pattern or "",
        pattern_hint=field.pattern_hint or "",
        chosen=posted_conditions("show_when", field.show_when)
        | posted_conditions("required_when", field.required_when),
    )


def posted_conditions(name: str, conditions: Sequence[Condition]) -> dict[str, list[str]]:
    """Conditions as their boxes are posted."""
    return {f"{name}.{one.field}": [_posted(value) for value in one.any_of] for one in conditions}


def _posted(value: str | bool) -> str:
    return value if isinstance(value, str) else "true" if value else "false"


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def collect(form: Form) -> Sheet:
    """What the boxes of a posted page hold."""
    names = [name for name in Sheet.__struct_fields__ if name != "chosen"]
    typed: dict[str, Any] = {name: form.get(name)[: MAX_TEXT * 4] for name in names}
    return Sheet(**typed, chosen=chosen(form))


def chosen(form: Form) -> dict[str, list[str]]:
    """The boxes that are ticked under "Chỉ hiện khi" and "Chỉ bắt buộc khi"."""
    found: dict[str, list[str]] = {}
    for name, value in form.pairs:
        if name.startswith(("show_when.", "required_when.")):
            found.setdefault(name[:100], []).append(value[:100])
    return found


def read(sheet: Sheet, old: Field, asked: Mapping[str, Field]) -> Field:
    """The question of a sheet, under its old key; what its kind has no use for is dropped.

    Raises:
        Mistakes: something typed cannot be kept.
    """
    reader = _Reader()
    kind = _kind(reader, sheet.kind, old.kind)
    silent_or_sworn = kind in SILENT or kind == "commit"
    prefill = "" if silent_or_sworn else sheet.prefill
    show_when = conditions(reader, sheet.chosen, "show_when", asked, old.show_when)
    required_when: list[Condition] = []
    if sheet.required == "when" and kind in ASKING:
        required_when = conditions(reader, sheet.chosen, "required_when", asked, old.required_when)
        if not required_when:
            reader.mistakes["required"] = "Chọn câu trả lời làm cho câu này bắt buộc"
    field = Field(
        key=old.key,
        kind=kind,
        label=reader.line(sheet.label, "label", "Nhập nội dung câu hỏi", MAX_LINE),
        hint=reader.maybe(sheet.hint, "hint", MAX_LINE),
        required=sheet.required == "always" and kind in ASKING,
        required_when=required_when,
        options=_options(reader, sheet, old) if kind in BY_KIND["options"] else [],
        show_when=show_when,
        prefill=_prefill(reader, prefill, kind),
        autocomplete=_token(prefill, old),
        fields=old.fields if kind == "repeat" else [],
        not_future=kind in BY_KIND["days"] and bool(sheet.not_future),
        text=reader.maybe(sheet.text, "text", MAX_TEXT, multiline=True) if kind in BY_KIND["words"] else None,
        **_bounds(reader, sheet, kind),
        **(_pattern(reader, sheet) if kind in BY_KIND["pattern"] else {}),
    )
    reader.finish()
    return field


def read_section(form: Form, old: Section, asked: Mapping[str, Field]) -> dict[str, Any]:
    """Title, intro and conditions of a posted section.

    Raises:
        Mistakes: something typed cannot be kept.
    """
    reader = _Reader()
    found = {
        "title": reader.line(form.get("title"), "title", "Nhập tên phần", MAX_SHORT),
        "intro": reader.maybe(form.get("intro"), "intro", MAX_TEXT, multiline=True),
        "show_when": conditions(reader, chosen(form), "show_when", asked, old.show_when),
    }
    reader.finish()
    return found


def read_line(form: Form, name: str, absent: str, longest: int = MAX_LINE) -> str:
    """One line that must be there. Raises Mistakes."""
    reader = _Reader()
    line = reader.line(form.get(name), name, absent, longest)
    reader.finish()
    return line


class _Reader:
    """Reads text and keeps what was wrong, so that all of it is told at once."""

    def __init__(self) -> None:
        self.mistakes: dict[str, str] = {}

    def finish(self) -> None:
        if self.mistakes:
            raise Mistakes(self.mistakes)

    def maybe(self, typed: str, name: str, longest: int, *, multiline: bool = False) -> str | None:
        try:
            return clean(typed, max_length=longest, multiline=multiline) or None
        except Invalid as bad:
            self.mistakes[name] = bad.detail.rstrip(".")
            return None

    def line(self, typed: str, name: str, absent: str, longest: int) -> str:
        found = self.maybe(typed, name, longest)
        if found is None:
            self.mistakes.setdefault(name, absent)
        return found or "?"

    def number(self, typed: str, name: str, least: int, most: int) -> int | None:
        bare = typed.strip().replace(".", "").replace(" ", "")
        if not bare:
            return None
        sign, digits = (-1, bare[1:]) if bare.startswith("-") else (1, bare)
        number = sign * int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 17 else None
        if number is None or not least <= number <= most:
            self.mistakes[name] = f"Ghi số từ {_grouped(least)} đến {_grouped(most)}, hoặc để trống"
            return None
        return number


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _kind(reader: _Reader, typed: str, old: Kind) -> Kind:
    found: Kind | None = next((kind for kind in get_args(Kind) if kind == typed), None)
    if found is None:
        reader.mistakes["kind"] = "Chọn một kiểu trả lời trong danh sách"
    return found or old


def _options(reader: _Reader, sheet: Sheet, old: Field) -> Any:
    lines = []
    for typed in sheet.options.splitlines():
        line = reader.maybe(typed, "options", MAX_LINE)
        if line:
            lines.append(line)
    if len(lines) > MAX_OPTIONS:
        reader.mistakes["options"] = f"Nhiều nhất {MAX_OPTIONS} lựa chọn, bạn ghi {len(lines)}"
        return []
    return options_from(lines, old.options)


def _prefill(reader: _Reader, typed: str, kind: Kind) -> Prefill | None:
    found: Prefill | None = next((name for name in get_args(Prefill) if name == typed), None)
    if found is not None and kind not in form_ready.PREFILLS[found][1]:
        reader.mistakes["prefill"] = "Nguồn này không hợp với kiểu trả lời của câu hỏi"
        return None
    return found


def _token(prefill: str, old: Field) -> str | None:
    """What browsers call the answer: that of the account's value, or as it was."""
    return old.autocomplete if prefill == (old.prefill or "") else form_ready.TOKENS.get(prefill)


def _bounds(reader: _Reader, sheet: Sheet, kind: Kind) -> dict[str, Any]:
    if kind in BY_KIND["bounds"]:
        most = 10**15 if kind == "money" else 999_999_999
        least = reader.number(sheet.min, "min", -999_999_999, most)
        return {"min": least, "max": reader.number(sheet.max, "max", -999_999_999, most)}
    if kind in BY_KIND["length"]:
        return {"max_length": reader.number(sheet.max_length, "max_length", 1, 10_000)}
    if kind in BY_KIND["items"]:
        least = reader.number(sheet.min_items, "min_items", 0, 50)
        return {
            "min_items": least or 0,
            "max_items": reader.number(sheet.max_items, "max_items", 1, 50) or 10,
        }
    return {}


def _pattern(reader: _Reader, sheet: Sheet) -> dict[str, Any]:
    ready = form_ready.PATTERNS.get(sheet.ready)
    if ready is not None:
        return {"pattern": ready.pattern, "pattern_hint": ready.hint}
    if sheet.ready != OWN:
        return {}
    hint = reader.maybe(sheet.pattern_hint, "pattern_hint", MAX_LINE)
    written = sheet.pattern.strip()
    if not written:
        reader.mistakes["pattern"] = "Viết mẫu, hoặc chọn một mẫu có sẵn"
    elif len(written) > MAX_PATTERN or not written.isprintable():
        reader.mistakes["pattern"] = f"Mẫu gồm nhiều nhất {MAX_PATTERN} ký tự, viết trên một dòng"
    else:
        return {"pattern": written, "pattern_hint": hint}
    return {}


def conditions(
    reader: _Reader,
    ticked: Mapping[str, Sequence[str]],
    name: str,
    asked: Mapping[str, Field],
    before: Sequence[Condition],
) -> list[Condition]:
    """The conditions of the ticked boxes, in the order of the questions; one on a lost question stays."""
    found = []
    gone = {one.field: one for one in before if one.field not in asked}
    for key in [*asked, *gone]:
        values = ticked.get(f"{name}.{key}", [])
        if not values:
            continue
        if key in gone:
            kept = [value for value in gone[key].any_of if _posted(value) in values]
            found += [Condition(field=key, any_of=kept)] if kept else []
        else:
            yes_no = asked[key].kind == "yesno"
            any_of: list[str | bool] = [
                value == "true" if yes_no else value for value in dict.fromkeys(values)
            ]
            found.append(Condition(field=key, any_of=any_of[:100]))
    if len(found) > 10:
        reader.mistakes[name] = "Nhiều nhất 10 câu làm điều kiện"
        return []
    return found
