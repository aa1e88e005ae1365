"""An e-form's section as a page shows it: every question with its value, its error and its conditions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from services_catalog import answer_words, forms
from services_catalog.answers import ADDRESS_LABELS
from services_catalog.content import Condition, Field, Section

RADIOS_UP_TO: Final = 7  # more options than this become a select
YES_NO: Final = (("true", "Có"), ("false", "Không"))
ADDRESS_TOKENS: Final = {
    "province": "address-level1",
    "commune": "address-level2",
    "detail": "street-address",
}
PROVINCES: Final = (
    "An Giang", "Bắc Ninh", "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Điện Biên", "Đồng Nai",
    "Đồng Tháp", "Gia Lai", "Hà Nội", "Hà Tĩnh", "Hải Phòng", "Huế", "Hưng Yên", "Khánh Hòa", "Lai Châu",
    "Lạng Sơn", "Lào Cai", "Lâm Đồng", "Nghệ An", "Ninh Bình", "Phú Thọ", "Quảng Ngãi", "Quảng Ninh",
    "Quảng Trị", "Sơn La", "Tây Ninh", "Thái Nguyên", "Thanh Hóa", "Thành phố Hồ Chí Minh", "Tuyên Quang",
    "Vĩnh Long",
)  # fmt: skip

_WIDTHS: Final = {
    "date": "mc-w-8 mc-num", "date_or_year": "mc-w-8 mc-num", "datetime": "mc-w-16 mc-num",
    "number": "mc-w-8 mc-num", "money": "mc-w-16 mc-num", "personal_id": "mc-w-16 mc-num",
    "phone": "mc-w-16 mc-num",
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
    "money": "Số tiền bằng đồng",
}


class FieldView(msgspec.Struct, kw_only=True):
    """One question on the page. `name` is its HTML name, `id` the same with hyphens."""

    key: str
    name: str
    id: str
    kind: str
    control: str  # input, textarea, radios, select, checks, address, repeat, tick, note
    label: str
    hint: str | None = None
    optional: bool = False
    error: str | None = None
    value: Any = ""
    values: list[str] = []
    options: list[tuple[str, str]] = []
    visible: bool = True
    when: str | None = None  # JSON for forms.js: which answers on this page show the question
    prefilled: bool = False
    text: str | None = None
    css: str = ""
    attributes: dict[str, Any] = {}
    parts: list["FieldView"] = []
    rows: list[list["FieldView"]] = []
    may_add: bool = False
    may_remove: bool = False


def view(
    sections: Sequence[Section],
    section: Section,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    known: Mapping[str, str],
    extra: str | None = None,
) -> list[FieldView]:
    """The questions of a section, those hidden by an answer on the same page included.

    Args:
        sections: the whole form.
        section: the one to show.
        answers: what was given, right or not.
        errors: messages by field path, as `forms.check` names them.
        known: what the account knows, by the `prefill` name; used while the section has no answer yet.
        extra: key of a repeatable question that gets one more, empty block.
    """
    seen = {field.key for one in forms.visible(sections, answers) for field in one.fields}
    here = {field.key for field in section.fields}
    untouched = not any(field.key in answers for field in section.fields)
    shown = []
    for field in section.fields:
        near = [one for one in field.show_when if one.field in here]
        far = [one for one in field.show_when if one.field not in here]
        visible = field.key in seen
        if not visible and (not near or not forms.holds(far, answers)):
            continue
        value = answers.get(field.key)
        filled = known.get(field.prefill or "", "") if untouched and value is None else ""
        made = _view(field, field.key, value if value is not None else filled or None, errors, extra)
        made.visible, made.prefilled, made.when = visible, bool(filled), _when(near, "")
        shown.append(made)
    return shown


def _hint(field: Field) -> str | None:
    """The question's own hint; a date always says how it is written."""
    form = _HINTS.get(field.kind)
    return (
        f"{field.hint}. {form}"
        if field.hint and form and field.kind.startswith("date")
        else field.hint or form
    )


def _view(field: Field, name: str, value: Any, errors: Mapping[str, str], extra: str | None) -> FieldView:
    made = FieldView(
        key=field.key,
        name=name,
        id=name.replace(".", "-"),
        kind=field.kind,
        control=_control(field),
        label=field.label,
        hint=_hint(field),
        optional=not field.required,
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
        case "note":
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
        case "address" | "repeat" | "note":
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
    for index, row in enumerate(filled):
        views = []
        prefix = f"{made.name}.{index}."
        for sub in field.fields:
            one = _view(sub, prefix + sub.key, row.get(sub.key), errors, None)
            one.visible, one.when = forms.holds(sub.show_when, row), _when(sub.show_when, prefix)
            views.append(one)
        made.rows.append(views)
    made.may_add = wanted < field.max_items
    made.may_remove = wanted > max(field.min_items, 1 if field.required else 0)


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
