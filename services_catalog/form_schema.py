"""The JSON Schema (2020-12) of a form's answers, and its compiled validator. Pure.

No `$ref`, every string, list and object bounded, unknown keys refused, patterns matched in linear time.
Visibility is part of it: a hidden answer must be absent, a shown required one present. Conditions of a
section are said once for all its questions, so that the schema grows no faster than the form.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import jsonschema_rs
import msgspec

from services_catalog import patterns
from services_catalog.answers import ADDRESS, ADDRESS_LABELS, FIRST_YEAR, LAST_YEAR, bounds, limit
from services_catalog.form_parts import SILENT, Condition, Conditions, Field, Section

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
    "tax_code": {
        "type": "string",
        "pattern": "^([0-9]{10}(-(00[1-9]|0[1-9][0-9]|[1-9][0-9]{2}))?|[0-9]{12})$",
        "maxLength": 14,
    },
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
MAX_PATTERNS: Final = 100  # of one form; more are no part of the schema, and such a form is not published
_MAX_CACHED = 512
_validators: dict[bytes, jsonschema_rs.Draft202012Validator] = {}


def schema(sections: Sequence[Section]) -> dict[str, Any]:
    """The schema a complete set of answers must match."""
    parts = [(section.show_when, _asked(section.fields)) for section in _bounded(sections)]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_object(parts)}


def _bounded(sections: Sequence[Section]) -> Sequence[Section]:
    fields = [field for section in sections for one in section.fields for field in (one, *one.fields)]
    if sum(field.pattern is not None for field in fields) <= MAX_PATTERNS:
        return sections
    return [
        msgspec.structs.replace(section, fields=[_plain(field) for field in section.fields])
        for section in sections
    ]


def _plain(field: Field) -> Field:
    inner = [msgspec.structs.replace(sub, pattern=None) for sub in field.fields]
    return msgspec.structs.replace(field, pattern=None, fields=inner)


def _asked(fields: Sequence[Field]) -> list[Field]:
    return [field for field in fields if field.kind not in SILENT]


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
            pattern_options=jsonschema_rs.RegexOptions(),  # administrators' own are measured before
        )
    return found


def _object(parts: Sequence[tuple[Conditions, Sequence[Field]]]) -> dict[str, Any]:
    """An object of these fields; each part has conditions of its own."""
    made: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.key: _value(field) for _, fields in parts for field in fields},
        "required": [],
    }
    rules: list[dict[str, Any]] = []
    for conditions, fields in parts:
        required, own = _rules(fields)
        if not conditions:
            made["required"] += required
            rules += own
        elif fields:
            then: dict[str, Any] = {"required": _once(required)} if required else {}
            if own:
                then["allOf"] = own
            rules.append(_rule(conditions, fields, then))
    made["required"] = _once(made["required"])
    if rules:
        made["allOf"] = rules
    return made


def _rules(fields: Sequence[Field]) -> tuple[list[str], list[dict[str, Any]]]:
    """The keys always required among the fields, and the rules of those under conditions."""
    groups: dict[bytes, list[Field]] = defaultdict(list)
    for field in fields:
        groups[msgspec.json.encode(field.show_when)].append(field)
    always: list[str] = []
    rules = []
    for group in groups.values():
        required = _once(field.key for field in group if field.required)
        if asked := group[0].show_when:
            rules.append(_rule(asked, group, {"required": required} if required else {}))
        else:
            always += required
    for field in fields:
        if field.required_when and not field.required:
            asked = [*field.show_when, *field.required_when]
            rules.append({"if": _all_hold(asked), "then": {"required": [field.key]}})
    return always, rules


def _once(keys: Iterable[str]) -> list[str]:
    """Each key once: a draft may still have two questions of one key."""
    return list(dict.fromkeys(keys))


def _rule(asked: Conditions, fields: Sequence[Field], then: dict[str, Any]) -> dict[str, Any]:
    """Hidden unless the conditions hold; then what `then` says."""
    rule = {"if": _all_hold(asked), "else": {"properties": {field.key: False for field in fields}}}
    return rule | ({"then": then} if then else {})


def _all_hold(conditions: Conditions) -> dict[str, Any]:
    return {"allOf": [_holds(condition) for condition in conditions]}


def _holds(condition: Condition) -> dict[str, Any]:
    among = {"enum": list(condition.any_of)}
    one_or_several = {"anyOf": [among, {"type": "array", "contains": among}]}
    return {"required": [condition.field], "properties": {condition.field: one_or_several}}


def _value(field: Field) -> dict[str, Any]:
    values = [option.value for option in field.options]
    match field.kind:
        case "text" | "longtext":
            made: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": limit(field)}
            if field.pattern and patterns.sound(field.pattern):
                made["pattern"] = patterns.whole(field.pattern)
        case "number" | "money":
            least, most = bounds(field)
            made = {"type": "integer", "minimum": least, "maximum": most}
        case "choice":
            made = {"enum": values}
        case "choices":
            made = {"type": "array", "items": {"enum": values}, "uniqueItems": True}
            made |= {"minItems": 1, "maxItems": len(values)}
        case "repeat":
            rows = _object([([], [sub for sub in _asked(field.fields) if sub.kind != "repeat"])])
            least = max(1, field.min_items)
            made = {"type": "array", "items": rows, "minItems": least, "maxItems": field.max_items}
        case _:
            made = dict(_SIMPLE[field.kind])
    return {"title": field.label, **made, **({"description": field.hint} if field.hint else {})}
