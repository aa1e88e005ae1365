"""A procedure's e-form: who sees which question, what an answer becomes, and what is still wrong.

`normalise` keeps what a person has given so far, right or not yet; `check` says what is wrong, in
words; `schema` is the same contract for machines. A hidden question has no answer: hidden answers
are dropped and never asked for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from portal.core import clock
from portal.core.errors import Invalid
from services_catalog import answers as values
from services_catalog.form_notices import FieldError, odd
from services_catalog.form_parts import SILENT, Condition, Field, Section
from services_catalog.form_schema import schema, validator
from services_catalog.units import Directory

__all__ = [
    "BadAnswers",
    "FieldError",
    "check",
    "from_form",
    "holds",
    "keys",
    "needed",
    "normalise",
    "notices",
    "schema",
    "visible",
]

_KEY = re.compile(r"[A-Za-z0-9_.]{1,60}")
MAX_MISTAKES = 200
SECTION_MARK = "_section"  # a hidden input may name the section a form post holds


class BadAnswers(Invalid):
    """Unknown questions, wrong types, hidden characters or far too long; `errors` names each."""

    title = "Có câu trả lời không đọc được"


def keys(sections: Sequence[Section]) -> frozenset[str]:
    """The keys answers may have."""
    return frozenset(
        field.key for section in sections for field in section.fields if field.kind not in SILENT
    )


def holds(conditions: Sequence[Condition], answers: Mapping[str, Any]) -> bool:
    """Whether all the conditions hold for these answers; none: yes."""
    return all(_meets(condition, answers.get(condition.field)) for condition in conditions)


def _meets(condition: Condition, answer: Any) -> bool:
    given = answer if isinstance(answer, list) else [answer]
    # 1 == True in Python: compare the types too
    return any(
        type(value) is type(wanted) and value == wanted for value in given for wanted in condition.any_of
    )


def needed(field: Field, answers: Mapping[str, Any]) -> bool:
    """Whether a question that is shown must be answered, given the answers beside it."""
    return field.required or bool(field.required_when and holds(field.required_when, answers))


def visible(sections: Sequence[Section], answers: Mapping[str, Any]) -> list[Section]:
    """The sections and questions a person with these answers sees, in order."""
    known, _ = _collect(sections, answers)
    seen = []
    for section in sections:
        fields = [field for field in section.fields if holds(field.show_when, known)]
        if fields and holds(section.show_when, known):
            seen.append(msgspec.structs.replace(section, fields=fields))
    return seen


def normalise(sections: Sequence[Section], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers in normal form (NFC, ISO dates, plain digits), without empty and hidden ones.

    What is typed but not yet right stays as typed. Doing it twice changes nothing.

    Raises:
        BadAnswers: an unknown question, a wrong type, hidden characters, or far too long.
    """
    known, mistakes = _collect(sections, answers)
    if mistakes:
        errors = [msgspec.structs.asdict(mistake) for mistake in mistakes]
        raise BadAnswers(mistakes[0].message, errors=errors)
    return known


def carried(sections: Sequence[Section], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Of answers given to an earlier form what this one can hold, in normal form; the rest is left behind."""
    return _collect(sections, answers)[0]


def check(
    sections: Sequence[Section],
    answers: Mapping[str, Any],
    *,
    complete: bool,
    today: date | None = None,
) -> list[FieldError]:
    """What is wrong, in the order of the form; [] when nothing is.

    Args:
        complete: also ask for the required answers that are not there, as at submission.
        today: the day in Viet Nam, for dates that may not lie ahead.
    """
    sections = _distinct(sections)
    known, mistakes = _collect(sections, answers)
    day = today or clock.today()
    for section in sections:
        if holds(section.show_when, known):
            mistakes += _faults(section.fields, known, "", complete, day)
    if complete and not mistakes:  # the schema is the last word, should the two ever differ
        for error in validator(sections).iter_errors(known):
            path = ".".join(str(part) for part in error.instance_path)
            mistakes.append(FieldError(path, "Xem lại mục này: nội dung chưa khớp với tờ khai"))
    return mistakes[:MAX_MISTAKES]


def notices(
    sections: Sequence[Section], answers: Mapping[str, Any], places: Directory | None = None
) -> list[FieldError]:
    """What looks odd yet may be true: never a ground to refuse. `places`: the units in force."""
    sections = _distinct(sections)
    known, _ = _collect(sections, answers)
    fields = [field for section in sections for field in section.fields]
    return list(odd(fields, known, places))


def _collect(
    sections: Sequence[Section], answers: Mapping[str, Any]
) -> tuple[dict[str, Any], list[FieldError]]:
    """The normal form of what can be read, and what cannot."""
    sections = _distinct(sections)
    mistakes = _strangers(answers, keys(sections), "")
    known: dict[str, Any] = {}
    for section in sections:
        if holds(section.show_when, known):
            _gather(section.fields, answers, known, mistakes, "")
    return known, mistakes


def _distinct(sections: Sequence[Section]) -> Sequence[Section]:
    """The form with each key once: a draft may ask one in two kinds, and the first has the answer."""
    keys = [field.key for section in sections for field in section.fields]
    inner = [[sub.key for sub in field.fields] for section in sections for field in section.fields]
    if len(keys) == len(set(keys)) and all(len(own) == len(set(own)) for own in inner):
        return sections
    used: set[str] = set()
    return [
        msgspec.structs.replace(section, fields=[_inside(field) for field in _first(section.fields, used)])
        for section in sections
    ]


def _inside(field: Field) -> Field:
    return msgspec.structs.replace(field, fields=_first(field.fields, set()))


def _first(fields: Sequence[Field], used: set[str]) -> list[Field]:
    found = []
    for field in fields:
        if field.key not in used:
            used.add(field.key)
            found.append(field)
    return found


def _strangers(given: Mapping[str, Any], expected: frozenset[str], prefix: str) -> list[FieldError]:
    unknown = [key for key in given if key not in expected]
    names = [key if isinstance(key, str) and _KEY.fullmatch(key) else "?" for key in unknown[:20]]
    return [FieldError(prefix + name, "Tờ khai không có mục này") for name in names]


def _gather(
    fields: Sequence[Field],
    given: Mapping[str, Any],
    known: dict[str, Any],
    mistakes: list[FieldError],
    prefix: str,
) -> None:
    for field in fields:
        raw = given.get(field.key)
        if raw is None or field.kind in SILENT or raw == "" or not holds(field.show_when, known):
            continue
        path = prefix + field.key
        try:
            value = _rows(field, raw, mistakes, path) if field.kind == "repeat" else values.read(field, raw)
        except values.Unreadable as bad:
            mistakes.append(FieldError(f"{path}.{bad.part}" if bad.part else path, bad.message))
            continue
        if value is not None:
            known[field.key] = value


def _rows(field: Field, raw: Any, mistakes: list[FieldError], path: str) -> list[dict[str, Any]] | None:
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        raise values.Unreadable("Mục này nhận một danh sách.")
    if len(raw) > 100:
        raise values.Unreadable(f"“{field.label}” có tối đa {field.max_items} mục.")
    expected = frozenset(sub.key for sub in field.fields if sub.kind not in SILENT)
    rows = []
    for index, given in enumerate(raw):
        row: dict[str, Any] = {}
        mistakes += _strangers(given, expected, f"{path}.{index}.")
        _gather(field.fields, given, row, mistakes, f"{path}.{index}.")
        if row:
            rows.append(row)
    return rows or None


def _faults(
    fields: Sequence[Field], known: Mapping[str, Any], prefix: str, complete: bool, today: date
) -> Iterator[FieldError]:
    for field in fields:
        if field.kind in SILENT or not holds(field.show_when, known):
            continue
        path, value = prefix + field.key, known.get(field.key)
        if value is None:
            if complete and needed(field, known):
                yield FieldError(path, values.missing(field))
        elif field.kind == "repeat":
            yield from _row_faults(field, value, path, complete, today)
        elif field.kind == "address":
            yield from _address_faults(value, path, complete)
        elif message := values.fault(field, value, today):
            yield FieldError(path, message)


def _row_faults(
    field: Field, rows: list[dict[str, Any]], path: str, complete: bool, today: date
) -> Iterator[FieldError]:
    if len(rows) > field.max_items:
        yield FieldError(path, f"“{field.label}” có tối đa {field.max_items} mục, bạn nhập {len(rows)}")
    if complete and len(rows) < field.min_items:
        yield FieldError(path, f"“{field.label}” cần ít nhất {field.min_items} mục, bạn nhập {len(rows)}")
    for index, row in enumerate(rows):
        yield from _faults(field.fields, row, f"{path}.{index}.", complete, today)


def _address_faults(value: Mapping[str, str], path: str, complete: bool) -> Iterator[FieldError]:
    for part, longest in values.ADDRESS.items():
        label, typed = values.ADDRESS_LABELS[part], value.get(part)
        if typed is None:
            if complete and part != "detail":
                yield FieldError(f"{path}.{part}", f"Nhập {values.named(label)}")
        elif len(typed) > longest:
            message = f"{label} gồm tối đa {longest} ký tự, bạn nhập {len(typed)}"
            yield FieldError(f"{path}.{part}", message)


def from_form(sections: Sequence[Section], form_data: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of an HTML form post, ready for `normalise`; other names (csrf, seq …) are left alone.

    Names are `key`, `key.province`, `key.0.sub`. For a section that was posted (named by `_section`, or
    by any of its questions) a box that is not ticked is None, so that unticking replaces what was kept.
    """
    marked = set(_all(form_data, SECTION_MARK))
    found: dict[str, Any] = {}
    for section in sections:
        part = _posted(section.fields, form_data, "")
        if section.key in marked or any(value is not None for value in part.values()):
            found |= part
    return found


def _posted(fields: Sequence[Field], data: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        name = prefix + field.key
        given = _all(data, name)
        match field.kind:
            case kind if kind in SILENT:
                continue
            case "choices":
                found[field.key] = [value for value in given if value] or None
            case "commit":
                found[field.key] = True if given and given[-1] not in ("", "false", "0") else None
            case "yesno":
                found[field.key] = _YES_NO.get(given[-1] if given else "")
            case "address":
                parts = {part: _all(data, f"{name}.{part}")[-1:] for part in values.ADDRESS}
                if any(parts.values()):
                    found[field.key] = {part: typed[0] for part, typed in parts.items() if typed}
            case "repeat":
                found[field.key] = _posted_rows(field, data, name)
            case _ if given:
                found[field.key] = given[-1]
    return found


_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _posted_rows(field: Field, data: Mapping[str, Any], name: str) -> list[dict[str, Any]] | None:
    numbered = re.compile(re.escape(name) + r"\.(\d{1,3})\.", re.ASCII)
    indices = sorted({int(match[1]) for key in data if (match := numbered.match(key))})
    rows = (_posted(field.fields, data, f"{name}.{index}.") for index in indices)
    filled = [{key: value for key, value in row.items() if value not in (None, "")} for row in rows]
    return [row for row in filled if row] or None


def _all(data: Mapping[str, Any], name: str) -> list[str]:
    """Every text posted under the name, from a multidict or a plain mapping; files are no answers."""
    if name not in data:
        return []
    many = getattr(data, "getall", None) or getattr(data, "getlist", None)
    given = many(name) if many else data[name]
    return [
        value for value in (given if isinstance(given, list | tuple) else [given]) if isinstance(value, str)
    ]
