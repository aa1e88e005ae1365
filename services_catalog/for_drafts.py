"""What a new revision changes for somebody who is filling in the form of an earlier one. Pure."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from services_catalog import diff
from services_catalog.content import RevisionContent
from services_catalog.diff import Change, Effect

State = Literal["new", "gone", "changed"]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A question or a paper that is new, gone or asked otherwise; `section` of a question that is there."""

    key: str
    state: State
    label: str
    section: str | None = None
    how: list[str] = []  # what is otherwise, in words


class ForDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The questions and papers to look at; words, hints and order are left out."""

    questions: list[Told]
    papers: list[Told]

    def __bool__(self) -> bool:
        return bool(self.questions or self.papers)


def for_draft(old: RevisionContent, new: RevisionContent) -> ForDraft:
    """What of the form and the papers is new, gone or asked otherwise."""
    if old == new:
        return ForDraft(questions=[], papers=[])
    changes = [one for one in diff.compare(old, new) if one.tab in ("to-khai", "giay-to")]
    return ForDraft(questions=_questions(old, new, changes), papers=_papers(old, new, changes))


def _questions(old: RevisionContent, new: RevisionContent, changes: Iterable[Change]) -> list[Told]:
    was, now = _asked(old), _asked(new)
    told = [
        Told(key=key, state="new", label=label, section=section)
        for key, (section, label) in now.items()
        if key not in was
    ]
    otherwise = _otherwise(changes, "form", 2)
    for section in new.form:  # of a section asked under other conditions, each question is
        for one in changes:
            if one.place == f"form.{section.key}.show_when":
                for field in section.fields:
                    otherwise.setdefault(field.key, []).append(_how(one))
    told += [
        Told(key=key, state="changed", label=label, section=section, how=otherwise[key])
        for key, (section, label) in now.items()
        if key in was and key in otherwise
    ]
    gone = [(key, label) for key, (_, label) in was.items() if key not in now]
    return told + [Told(key=key, state="gone", label=label) for key, label in gone]


def _asked(content: RevisionContent) -> dict[str, tuple[str, str]]:
    """Each question by its key: the section it stands in, and its words. What only tells is left out."""
    return {
        field.key: (section.key, field.label)
        for section in content.form
        for field in section.fields
        if field.kind not in ("note", "file")
    }


def _papers(old: RevisionContent, new: RevisionContent, changes: Iterable[Change]) -> list[Told]:
    was = {one.key: one.name for one in old.requirements if one.asked}
    now = {one.key: one.name for one in new.requirements if one.asked}
    otherwise = _otherwise(changes, "requirements", 1)
    told = [Told(key=key, state="new", label=name) for key, name in now.items() if key not in was]
    told += [
        Told(key=key, state="changed", label=name, how=otherwise[key])
        for key, name in now.items()
        if key in was and key in otherwise
    ]
    return told + [Told(key=key, state="gone", label=name) for key, name in was.items() if key not in now]


def _otherwise(changes: Iterable[Change], part: str, depth: int) -> dict[str, list[str]]:
    """The changes of attributes by the key they are of, in words; mere words, hints and order are none."""
    found: dict[str, list[str]] = {}
    for one in changes:
        place = one.place.split(".")
        if place[0] == part and len(place) > depth + 1 and one.effect is not Effect.HARMLESS:
            found.setdefault(place[depth], []).append(_how(one))
    return found


def _how(change: Change) -> str:
    """A change of an attribute without the name of what it is of: "bắt buộc: không → có"."""
    what = change.label.rpartition("”: ")[2] if "”: " in change.label else change.label
    if change.kind == "added":
        return f"thêm {what}"
    if change.kind == "removed":
        return f"bỏ {what}"
    return f"{what}: {change.before} → {change.after}"
