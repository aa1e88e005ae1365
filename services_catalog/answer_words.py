"""Answers in Vietnamese words: for the review page, the desk and papers. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services_catalog.answers import ADDRESS_LABELS
from services_catalog.form_parts import Condition, Field, Section
from services_catalog.words import money


def shown(kind: str, value: Any) -> str:
    """An answer to a one-line question as a person writes it: 04/02/1988, 1.250.000."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".") if kind == "money" else str(value)
    text = str(value)
    try:
        if kind in ("date", "date_or_year") and len(text) == 10:
            return f"{date.fromisoformat(text):%d/%m/%Y}"
        if kind == "datetime":
            return f"{datetime.fromisoformat(text):%H:%M %d/%m/%Y}"
    except ValueError:
        return text
    return text


def words(field: Field, value: Any) -> str:
    """One answer in words: the option's label, 1.000 đồng, an address on one line, a row on each line."""
    labels = {option.value: option.label for option in field.options}
    match field.kind:
        case "choice":
            return labels.get(str(value), str(value))
        case "choices" if isinstance(value, list):
            return "; ".join(labels.get(str(one), str(one)) for one in value)
        case "money" if isinstance(value, int):
            return money(value)
        case "address" if isinstance(value, dict):
            return ", ".join(str(value[part]) for part in reversed(ADDRESS_LABELS) if value.get(part))
        case "commit":
            return "Đã cam đoan" if value else "Chưa"
        case "repeat" if isinstance(value, list):
            return "\n".join(f"{place}. {_row(field, row)}" for place, row in enumerate(value, 1))
        case _:
            return shown(field.kind, value)


def _row(field: Field, row: Mapping[str, Any]) -> str:
    return "; ".join(f"{sub.label}: {words(sub, row[sub.key])}" for sub in field.fields if sub.key in row)


def conditions_in_words(conditions: Sequence[Condition], asked: Mapping[str, Field]) -> str:
    """Conditions as the end of a sentence: “Người nộp là ai” là “Tổ chức” hoặc “Khác”, và …"""
    return ", và ".join(_condition(one, asked.get(one.field)) for one in conditions)


def _condition(condition: Condition, field: Field | None) -> str:
    labels = {option.value: option.label for option in field.options} if field else {}
    chosen = [
        ("Có" if value else "Không") if isinstance(value, bool) else labels.get(value, value)
        for value in condition.any_of
    ]
    return f"“{field.label if field else condition.field}” là " + " hoặc ".join(f"“{one}”" for one in chosen)


def asked_in(sections: Sequence[Section]) -> dict[str, Field]:
    """The questions of a form by key; those within a repeatable block are not among them."""
    return {field.key: field for section in sections for field in section.fields}
