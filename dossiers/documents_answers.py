"""Answers as a paper prints them: the questions seen, each with its answer in words. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from services_catalog import forms
from services_catalog.answer_words import words
from services_catalog.content import Section

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
