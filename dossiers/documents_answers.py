"""Answers as a paper prints them: the questions seen, each with its answer in words. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from services_catalog import forms
from services_catalog.content import Field, Section

# The closing section of every form: how the result comes back, and the oath. No part of a result.
CLOSING: Final = "finish"
_SILENT: Final = frozenset({"note", "commit"})


class Row(msgspec.Struct, frozen=True):
    label: str
    value: str


class Part(msgspec.Struct, frozen=True):
    title: str
    rows: list[Row]


def parts(sections: Sequence[Section], answers: Mapping[str, Any]) -> list[Part]:
    """The sections a person with these answers saw, with what was answered; empty ones left out."""
    printed = []
    for section in forms.visible(sections, answers):
        if section.key == CLOSING:
            continue
        rows = [
            Row(field.label, words(field, answers[field.key]))
            for field in section.fields
            if field.kind not in _SILENT and answers.get(field.key) not in (None, "", [], {})
        ]
        if rows:
            printed.append(Part(section.title, rows))
    return printed


def words(field: Field, value: Any) -> str:
    """One answer in words: the option's label, a date as 04/02/1988, an address on one line."""
    labels = {option.value: option.label for option in field.options}
    match field.kind:
        case "choice":
            return labels.get(str(value), str(value))
        case "choices" if isinstance(value, list):
            return "; ".join(labels.get(one, str(one)) for one in value)
        case "yesno":
            return "Có" if value else "Không"
        case "money" if isinstance(value, int):
            return f"{value:,} đồng".replace(",", ".")
        case "address" if isinstance(value, dict):
            return ", ".join(
                str(value[part]) for part in ("detail", "commune", "province") if value.get(part)
            )
        case "repeat" if isinstance(value, list):
            return "\n".join(f"{n}. {_row(field, row)}" for n, row in enumerate(value, 1))
        case "date" | "date_or_year" | "datetime":
            return _when(field.kind, str(value))
        case _:
            return str(value)


def _row(field: Field, row: Mapping[str, Any]) -> str:
    return "; ".join(f"{sub.label}: {words(sub, row[sub.key])}" for sub in field.fields if sub.key in row)


def _when(kind: str, text: str) -> str:
    try:
        if kind == "datetime":
            return f"{datetime.fromisoformat(text):%H:%M %d/%m/%Y}"
        return f"{date.fromisoformat(text):%d/%m/%Y}" if len(text) == 10 else text
    except ValueError:
        return text
