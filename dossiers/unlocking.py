"""Which questions and papers a request to supplement opens for the applicant. Pure.

What was asked is open, and what comes to be asked because of the new answers: a question they show, one they
make necessary, a paper their case needs. Everything else stays as the desk has it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from services_catalog import forms, terms
from services_catalog.content import RevisionContent
from services_catalog.form_parts import SILENT, Field, Section

Answers = Mapping[str, Any]


def fields(content: RevisionContent, asked: Iterable[str], before: Answers, after: Answers) -> frozenset[str]:
    """The keys of the questions that may be answered; `before`: as the desk has them, `after`: as typed."""
    seen = {field.key for section in forms.visible(content.form, before) for field in section.fields}
    opened = set(asked)
    for section in forms.visible(content.form, after):
        for field in section.fields:
            if field.kind in SILENT or field.key in opened:
                continue
            shown = field.key not in seen
            wanted = (
                field.key not in before and forms.needed(field, after) and not forms.needed(field, before)
            )
            if shown or wanted:
                opened.add(field.key)
    return frozenset(opened & forms.keys(content.form))


def papers(content: RevisionContent, asked: Iterable[str], before: Answers, after: Answers) -> frozenset[str]:
    """The keys of the papers the applicant may hand in."""
    opened = set(asked)
    for paper in content.requirements:
        if terms.needed(paper, content, after) and not terms.needed(paper, content, before):
            opened.add(paper.key)
    return frozenset(opened)


def sections(
    content: RevisionContent, opened: frozenset[str], before: Answers, after: Answers
) -> list[Section]:
    """The form with the open questions only, and what may still appear when one of them is answered."""
    seen = {field.key for section in forms.visible(content.form, before) for field in section.fields}
    near = opened | (_dependents(content.form, opened) - seen)
    kept = []
    for section in content.form:
        inner = [field for field in section.fields if field.key in near or _words(field, section, opened)]
        if any(field.kind not in SILENT for field in inner) and _may_show(section, opened, after):
            kept.append(msgspec.structs.replace(section, fields=inner))
    return kept


def _words(field: Field, section: Section, opened: frozenset[str]) -> bool:
    """Whether it is a note beside an open question of the same section."""
    return field.kind == "note" and any(one.key in opened for one in section.fields)


def _may_show(section: Section, opened: frozenset[str], after: Answers) -> bool:
    near = _dependents([section], opened)
    return forms.holds(section.show_when, after) or any(field.key in near for field in section.fields)


def _dependents(form: Iterable[Section], opened: frozenset[str]) -> frozenset[str]:
    """The questions whose being shown hangs, in any number of steps, on an open one."""
    found = set(opened)
    for section in form:  # conditions look back only
        for field in section.fields:
            if any(one.field in found for one in (*section.show_when, *field.show_when)):
                found.add(field.key)
    return frozenset(found)
