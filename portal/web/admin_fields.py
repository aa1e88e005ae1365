"""Words and choices for the editor's controls, tab by tab."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from services_catalog.content import Condition, RevisionContent, TimeLimit
from services_catalog.diff_words import (
    ACTS,
    AGENCY_LEVELS,
    AUDIENCE,
    CHANNELS,
    CLOCKS,
    FEE_KINDS,
    LIFE_EVENTS,
    NEEDED,
    PER,
    SCOPES,
    SIGNING,
    conditions,
)
from services_catalog.levels import LEVEL_NAMES
from services_catalog.rulesets import REASONS
from services_catalog.words import time_text


def _pairs(names: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(value), label[:1].upper() + label[1:]) for value, label in names.items()]


WORDS: Final[dict[str, list[tuple[str, str]]]] = {
    "audience": _pairs(AUDIENCE),
    "life_events": _pairs(LIFE_EVENTS),
    "agency_levels": _pairs(AGENCY_LEVELS),
    "needed": _pairs(NEEDED),
    "channels": _pairs(CHANNELS),
    "kinds": _pairs(FEE_KINDS),
    "per": _pairs(PER),
    "signing": _pairs(SIGNING),
    "acts": _pairs(ACTS),
    "levels": [(level.value, name) for level, name in LEVEL_NAMES.items()],
    "reasons": [(reason.value, words) for reason, words in REASONS.items()],
    "accept": [("pdf", "PDF"), ("jpeg", "Ảnh JPEG"), ("png", "Ảnh PNG"), ("docx", "Word (DOCX)")],
    "clocks": _pairs(CLOCKS),
    "scopes": _pairs(SCOPES),
    "units": [
        ("working_day", "ngày làm việc"),
        ("working_hour", "giờ làm việc"),
        ("same_day", "trong ngày làm việc"),
        ("day", "ngày"),
        ("month", "tháng"),
        ("stated", "theo lời ghi chú, không đếm được"),
    ],
}


class Question(msgspec.Struct, frozen=True):
    """A question that conditions may ask, with its answers as conditions write them."""

    key: str
    label: str
    options: list[tuple[str, str]]


def questions(content: RevisionContent) -> list[Question]:
    """The choices of the form, in order."""
    found = []
    for section in content.form:
        for field in section.fields:
            if field.kind in ("choice", "choices"):
                options = [(f"s:{option.value}", option.label) for option in field.options]
                found.append(Question(field.key, field.label, options))
            elif field.kind == "yesno":
                found.append(Question(field.key, field.label, [("b:1", "Có"), ("b:0", "Không")]))
    return found


def condition_words(content: RevisionContent) -> Callable[[str], str]:
    """How a condition's line reads: “Xin giấy cho ai?” là “Người khác”."""

    def read(line: str) -> str:
        _, _, rest = line.partition("|")
        field, _, mark = rest.partition("|")
        value: str | bool = mark[2:] == "1" if mark.startswith("b:") else mark[2:]
        return conditions([Condition(field=field, any_of=[value])], content)

    return read


def choices(tab: str, content: RevisionContent, agencies: Mapping[UUID, str]) -> dict[str, Any]:
    """What a tab's controls offer besides fixed words."""
    known: dict[str, Any] = {
        "questions": questions(content),
        "condition": condition_words(content),
        "cases": [(case.key, case.name) for case in content.cases],
    }
    if tab == "giay-to":
        known["file_papers"] = [(paper.key, paper.name[:120]) for paper in content.requirements]
    if tab == "phi-thoi-han":
        known["numbers"] = [
            (field.key, field.label)
            for section in content.form
            for field in section.fields
            if field.kind == "number"
        ]
    if tab == "co-quan":
        known["agencies"] = {str(agency_id): name for agency_id, name in agencies.items()}
    if tab == "quy-trinh":
        known["hours"] = hours_line(content)
    return known


def hours_of(limit: TimeLimit) -> int | None:
    """A time limit in working hours, eight to a day, calendar time by guess; None where it has no number."""
    match limit.unit:
        case "working_hour":
            return limit.amount
        case "working_day":
            return limit.amount * 8 + limit.extra_hours
        case "same_day":
            return 8
        case "day":
            return limit.amount * 5 * 8 // 7
        case "month":
            return limit.amount * 22 * 8
        case _:
            return None


def hours_line(content: RevisionContent) -> str:
    """The hours of all steps against the statutory time."""
    total, limit = sum(step.hours for step in content.steps), hours_of(content.time_limit)
    told = f"Các bước cộng lại {total} giờ làm việc"
    if limit is None:
        return f"{told}; thời hạn theo luật không ghi bằng số."
    law = f"{limit} giờ của thời hạn {time_text(content.time_limit).lower()}"
    if content.time_limit.unit in ("day", "month"):
        law = f"khoảng {law}"
    return f"{told}, vượt {law}." if total > limit else f"{told}, trong {law}."
