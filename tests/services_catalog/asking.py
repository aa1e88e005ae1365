"""Small forms to ask, and what is said about answers to them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

import services_catalog
from services_catalog import forms
from services_catalog.content import Field, Option, RevisionContent, Section

SEED = Path(services_catalog.__file__).parent / "seed" / "procedures"
BIRTH = msgspec.convert(
    json.loads((SEED / "1.001193.json").read_text(encoding="utf-8"))["content"], RevisionContent
).form
TODAY = date(2026, 11, 22)


def ask(kind: str, **more: Any) -> list[Section]:
    """A form of one question, "x"."""
    if kind in ("choice", "choices"):
        more.setdefault("options", [Option(value="a", label="A"), Option(value="b", label="B")])
    return [
        Section(
            key="s", title="Phần", fields=[Field(key="x", kind=kind, label=more.pop("label", "Câu"), **more)]
        )
    ]


def said(sections: list[Section], answers: dict[str, Any], *, complete: bool = True) -> list[tuple[str, str]]:
    return [(e.field, e.message) for e in forms.check(sections, answers, complete=complete, today=TODAY)]
