"""An e-form's section as a page shows it: every question with its value, its error and its conditions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from services_catalog import answer_words, forms
from services_catalog.answers import ADDRESS_LABELS
from services_catalog.content import Condition, Field, Section

RADIOS_UP_TO: Final = 7  # more options than this become a select
SOURCES: Final = ("Điền sẵn từ tài khoản của bạn; sửa được", "Lấy từ hồ sơ trước; sửa được")
YES_NO: Final = (("true", "Có"), ("false", "Không"))
ADDRESS_TOKENS: Final = {
    "province": "address-level1",
    "commune": "address-level2",
    "detail": "street-address",
}
_WIDTHS: Final = {
    "date": "mc-w-8 mc-num", "date_or_year": "mc-w-8 mc-num", "datetime": "mc-w-16 mc-num",
    "number": "mc-w-8 mc-num", "money": "mc-w-16 mc-num", "personal_id": "mc-w-16 mc-num",
    "tax_code": "mc-w-16 mc-num", "phone": "mc-w-16 mc-num",
}  # fmt: skip
_INPUT_MODES: Final = {
    "number": "numeric",
    "money": "numeric",
    "personal_id": "numeric",
    "phone": "tel",
    "email": "email",
}
_HINTS: Final = {
    "date": "Ngày/tháng/năm, ví dụ 04/02/1988",
    "date_or_year": "Ngày/tháng/năm, hoặc chỉ năm nếu không rõ ngày",
    "datetime": "Giờ và ngày/tháng/năm, ví dụ 14:30 04/02/2026",
    "personal_id": "12 chữ số trên căn cước",
    "tax_code": "10 hoặc 13 chữ số; cá nhân, hộ kinh doanh ghi số định danh 12 chữ số",
    "money": "Số tiền bằng đồng",
}


class FieldView(msgspec.Struct, kw_only=True):
    """One question on the page. `name` is its HTML name, `id` the same with hyphens."""

    key: str
    name: str
    id: str
    kind: str
    control: str  # input, textarea, radios, select, checks, address, repeat, tick, note, file
    label: str
    hint: str | None = None
    optional: bool = False
    error: str | None = None
    value: Any = ""
    values: list[str] = []
    options: list[tuple[str, str]] = []
    visible: bool = True
    when: str | None = None  # JSON for forms.js: which answers on this page show the question
    source: str = ""  # where a value that stands there already comes from
    text: str | None = None
    css: str = ""
    attributes: dict[str, Any] = {}
    parts: list["FieldView"] = []
    rows: list[list["FieldView"]] = []
    may_add: bool = False
    may_remove: bool = False

    @property
    def prefilled(self) -> bool:
        """Whether the value comes from elsewhere than this form."""
        return bool(self.source)


def view(
    sections: Sequence[Section],
    section: Section,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    known: Mapping[str, Any],
    extra: str | None = None,
    live: Sequence[Section] = (),
) -> list[FieldView]:
    """The questions of a section, those hidden by an answer on the same page included.

    Args:
        sections: the whole form.
        section: the one to show.
        answers: what was given, right or not.
        errors: messages by field path, as `forms.check` names them.
        known: what may be filled in while the section has no answer yet: "account.name" and so on, and
            "earlier.KEY" for an answer of an earlier dossier.
        extra: key of a repeatable question that gets one more, empty block.
        live: the sections on the same page, when there are more than this one.
    """
    seen = {field.key for one in forms.visible(sections, answers) for field in one.fields}
    here = {field.key for one in live or (section,) for field in one.fields}
    asked = answer_words.asked_in(sections)
    untouched = not any(field.key in answers for field in section.fields)
    shown = []
    for field in section.fields:
        conditions = [*section.show_when, *field.show_when] if live else field.show_when
        near = [one for one in conditions if one.field in here]
        far = [one for one in conditions if one.field not in here]
        visible = field.key in seen
        if not visible and (not near or not forms.holds(far, answers)):
            continue
        value, source = answers.get(field.key), ""
        if value is None and untouched and (offered := known.get(_source(field))) not in (None, ""):
            value, source = offered, SOURCES[field.prefill == "earlier"]
        made = _view(field, field.key, value, errors, extra, asked)
        made.visible, made.source, made.when = visible, source, _when(near, "")
        if field.required_when and not any(one.field in here for one in field.required_when):
            made.optional = not forms.needed(field, answers)
        shown.append(made)
    return shown


def _source(field: Field) -> str:
    return f"earlier.{field.key}" if field.prefill == "earlier" else field.prefill or ""


def _hint(field: Field, asked: Mapping[str, Field]) -> str | None:
    """The question's own hint; a date always says how it is written, an answer when it is asked for."""
    form = _HINTS.get(field.kind)
    dated = field.hint and form and field.kind.startswith("date")
    hint = f"{field.hint}. {form}" if dated else field.hint or form
    if field.required or not field.required_when:
        return hint
    when = f"Bắt buộc khi {answer_words.conditions_in_words(field.required_when, asked)}"
    return f"{hint.rstrip('.')}. {when}" if hint else when


def _view(
    field: Field,
    name: str,
    value: Any,
    errors: Mapping[str, str],
    extra: str | None,
    asked: Mapping[str, Field],
) -> FieldView:
    made = FieldView(
        key=field.key,
        name=name,
        id=name.replace(".", "-"),
        kind=field.kind,
        control=_control(field),
        label=field.label,
        hint=_hint(field, asked),
        optional=not field.required and not field.required_when,
        error=errors.get(name),
        options=[(option.value, option.label) for option in field.options],
        text=field.text,
        css=_WIDTHS.get(field.kind, ""),
        attributes=_attributes(field),
    )
    match made.control:
        case "radios" if field.kind == "yesno":
            made.options = list(YES_NO)
            made.values = [{True: "true", False: "false"}[value]] if isinstance(value, bool) else []
        case "radios" | "checks" | "select":
            made.values = [str(one) for one in value] if isinstance(value, list) else [str(value or "")]
        case "tick":
            made.values = ["1"] if value is True else []
        case "address":
            made.parts = _address(field, name, value if isinstance(value, dict) else {}, errors)
        case "repeat":
            _repeat(made, field, value if isinstance(value, list) else [], errors, extra)
        case "note" | "file":
            pass
        case _:
            made.value = answer_words.shown(field.kind, value)
    return made


def _control(field: Field) -> str:
    match field.kind:
        case "longtext":
            return "textarea"
        case "choice":
            return "radios" if len(field.options) <= RADIOS_UP_TO else "select"
        case "choices":
            return "checks"
        case "yesno":
            return "radios"
        case "commit":
            return "tick"
        case "address" | "repeat" | "note" | "file":
            return field.kind
        case _:
            return "input"


def _attributes(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"autocomplete": field.autocomplete or "off"}
    if mode := _INPUT_MODES.get(field.kind):
        found["inputmode"] = mode
    return found


def _address(field: Field, name: str, value: Mapping[str, Any], errors: Mapping[str, str]) -> list[FieldView]:
    parts = []
    for part, label in ADDRESS_LABELS.items():
        path = f"{name}.{part}"
        attributes = {"autocomplete": ADDRESS_TOKENS[part] if field.autocomplete else "off"}
        if part == "province":
            attributes["list"] = "cac-tinh"
        if part == "commune":
            attributes["data-province"] = f"{name}.province"
        parts.append(
            FieldView(
                key=part,
                name=path,
                id=path.replace(".", "-"),
                kind="text",
                control="input",
                label=label,
                optional=part == "detail" or not field.required,
                error=errors.get(path),
                value=str(value.get(part) or ""),
                attributes=attributes,
            )
        )
    return parts


def _repeat(
    made: FieldView, field: Field, rows: list[Any], errors: Mapping[str, str], extra: str | None
) -> None:
    filled = [row for row in rows if isinstance(row, dict)]
    wanted = max(len(filled) + (extra == field.key), field.min_items, 1 if field.required else 0)
    wanted = min(wanted, field.max_items) if len(filled) <= field.max_items else len(filled)
    filled += [{}] * (wanted - len(filled))
    inner = {sub.key: sub for sub in field.fields}
    for index, row in enumerate(filled):
        views = []
        prefix = f"{made.name}.{index}."
        for sub in field.fields:
            one = _view(sub, prefix + sub.key, row.get(sub.key), errors, None, inner)
            one.visible, one.when = forms.holds(sub.show_when, row), _when(sub.show_when, prefix)
            views.append(one)
        made.rows.append(views)
    made.may_add = wanted < field.max_items
    made.may_remove = wanted > max(field.min_items, 1 if field.required else 0)


def when(conditions: Sequence[Condition]) -> str | None:
    """Conditions of a whole section, for forms.js."""
    return _when(conditions, "")


def under(prefix: str, views: Sequence[FieldView]) -> list[FieldView]:
    """The same questions with ids of their own, for a form that stands twice on a page."""
    return [
        msgspec.structs.replace(
            one,
            id=prefix + one.id,
            parts=under(prefix, one.parts),
            rows=[under(prefix, row) for row in one.rows],
        )
        for one in views
    ]


def _when(conditions: Sequence[Condition], prefix: str) -> str | None:
    if not conditions:
        return None
    asked = [
        {"name": prefix + one.field, "any_of": [_posted(value) for value in one.any_of]} for one in conditions
    ]
    return msgspec.json.encode(asked).decode()


def _posted(value: str | bool) -> str:
    return value if isinstance(value, str) else "true" if value else "false"


def section_of(sections: Sequence[Section], path: str) -> Section | None:
    """The section that asks the question of an error's path."""
    key = path.split(".")[0]
    return next((one for one in sections if any(field.key == key for field in one.fields)), None)


def anchor(sections: Sequence[Section], path: str) -> str:
    """The id of the control an error's path means: of a group of radios, its first."""
    parts = path.split(".")
    section = section_of(sections, path)
    fields = section.fields if section else []
    field = next((one for one in fields if one.key == parts[0]), None)
    if field is not None and field.kind == "repeat" and len(parts) > 2:
        field = next((one for one in field.fields if one.key == parts[2]), None)
        whole = len(parts) == 3
    else:
        whole = len(parts) == 1
    made = path.replace(".", "-")
    if field is None or not whole:
        return made
    if _control(field) in ("radios", "checks"):
        return f"{made}-1"
    return f"{made}-province" if field.kind == "address" else made
