"""The JSON Schema (2020-12) of a form's answers, and its compiled validator. Pure.

No `$ref`, every string, list and object bounded, unknown keys refused, patterns matched in linear time.
Visibility is part of it: a hidden answer must be absent, a shown required one present.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import jsonschema_rs
import msgspec

from services_catalog.answers import ADDRESS, ADDRESS_LABELS, FIRST_YEAR, LAST_YEAR, bounds, limit
from services_catalog.content import Condition, Field, Section

_YEARS: Final = "(1[89]|2[01])[0-9]{2}"
assert (FIRST_YEAR, LAST_YEAR) == (1800, 2199)
_DAY: Final = f"^{_YEARS}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_SIMPLE: Final[dict[str, dict[str, Any]]] = {
    "date": {"type": "string", "pattern": _DAY, "format": "date", "maxLength": 10},
    "date_or_year": {
        "type": "string",
        "maxLength": 10,
        "anyOf": [{"pattern": f"^{_YEARS}$"}, {"pattern": _DAY, "format": "date"}],
    },
    "datetime": {
        "type": "string",
        "pattern": _DAY[:-1] + "T([01][0-9]|2[0-3]):[0-5][0-9]$",
        "maxLength": 16,
    },
    "yesno": {"type": "boolean"},
    "commit": {"const": True},
    "personal_id": {"type": "string", "pattern": "^[0-9]{12}$", "maxLength": 12},
    "phone": {"type": "string", "pattern": "^0([35789][0-9]{8}|2[0-9]{9})$", "maxLength": 11},
    "email": {"type": "string", "pattern": r"^[^\s@]{1,64}@[^\s@]{1,252}$", "maxLength": 254},
    "address": {
        "type": "object",
        "additionalProperties": False,
        "required": ["province", "commune"],
        "properties": {
            part: {"type": "string", "minLength": 1, "maxLength": longest, "title": ADDRESS_LABELS[part]}
            for part, longest in ADDRESS.items()
        },
    },
}
_MAX_CACHED = 512
_validators: dict[bytes, jsonschema_rs.Draft202012Validator] = {}


def schema(sections: Sequence[Section]) -> dict[str, Any]:
    """The schema a complete set of answers must match."""
    shown = [
        (field, [*section.show_when, *field.show_when]) for section in sections for field in section.fields
    ]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_object(shown)}


def validator(sections: Sequence[Section]) -> jsonschema_rs.Draft202012Validator:
    """The compiled schema; compiled once per content in this process."""
    digest = hashlib.sha256(msgspec.json.encode(sections)).digest()
    found = _validators.get(digest)
    if found is None:
        if len(_validators) >= _MAX_CACHED:
            _validators.clear()
        found = _validators[digest] = jsonschema_rs.Draft202012Validator(
            schema(sections),
            validate_formats=True,
            offline=True,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    return found


def _object(shown: Sequence[tuple[Field, list[Condition]]]) -> dict[str, Any]:
    """An object of these fields; those under the same conditions share one rule."""
    questions = [(field, conditions) for field, conditions in shown if field.kind != "note"]
    groups: dict[bytes, list[tuple[Field, list[Condition]]]] = defaultdict(list)
    for field, conditions in questions:
        groups[msgspec.json.encode(conditions)].append((field, conditions))
    made: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.key: _value(field) for field, _ in questions},
        "required": [field.key for field, conditions in questions if field.required and not conditions],
    }
    if rules := list(_rules([group for group in groups.values() if group[0][1]])):
        made["allOf"] = rules
    return made


def _rules(groups: list[list[tuple[Field, list[Condition]]]]) -> Iterator[dict[str, Any]]:
    for group in groups:
        asked = group[0][1]
        rule: dict[str, Any] = {
            "if": {"allOf": [_holds(condition) for condition in asked]},
            "else": {"properties": {field.key: False for field, _ in group}},
        }
        if required := [field.key for field, _ in group if field.required]:
            rule["then"] = {"required": required}
        yield rule


def _holds(condition: Condition) -> dict[str, Any]:
    among = {"enum": list(condition.any_of)}
    one_or_several = {"anyOf": [among, {"type": "array", "contains": among}]}
    return {"required": [condition.field], "properties": {condition.field: one_or_several}}


def _value(field: Field) -> dict[str, Any]:
    values = [option.value for option in field.options]
    match field.kind:
        case "text" | "longtext":
            made: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": limit(field)}
        case "number" | "money":
            least, most = bounds(field)
            made = {"type": "integer", "minimum": least, "maximum": most}
        case "choice":
            made = {"enum": values}
        case "choices":
            made = {"type": "array", "items": {"enum": values}, "uniqueItems": True}
            made |= {"minItems": 1, "maxItems": len(values)}
        case "repeat":
            rows = _object([(sub, list(sub.show_when)) for sub in field.fields])
            least = max(1, field.min_items)
            made = {"type": "array", "items": rows, "minItems": least, "maxItems": field.max_items}
        case _:
            made = dict(_SIMPLE[field.kind])
    return {"title": field.label, **made, **({"description": field.hint} if field.hint else {})}
