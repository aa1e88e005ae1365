"""Papers that stand among the questions (kind `file`) have their key, name and conditions. Pure."""

from typing import Any, Final

import msgspec

from portal.core.text import fold
from services_catalog.content import Requirement, RevisionContent
from services_catalog.form_parts import Field, Section

ACCEPT: Final = ["pdf", "jpeg", "png"]
IF_ANY: Final = "Nếu có"


def unshown(content: RevisionContent, name: str) -> Requirement | None:
    """The paper of this name that applicants hand in and no question shows yet."""
    shown = {field.key for section in content.form for field in section.fields}
    papers = (paper for paper in content.requirements if fold(paper.name) == fold(name))
    return next((paper for paper in papers if paper.asked and paper.key not in shown), None)


def showing(paper: Requirement, label: str) -> Field:
    """The question that shows a paper as it is asked for now."""
    required = paper.needed == "always" or bool(paper.show_when)
    return Field(key=paper.key, kind="file", label=label, required=required, show_when=paper.show_when)


def following(before: RevisionContent, after: RevisionContent) -> RevisionContent:
    """`after`, with papers for the `file` questions it has anew and changes for those asked otherwise.

    A question that did not change leaves its paper as it is, whatever was done to that elsewhere; a
    question that is gone leaves its paper too.
    """
    was, papers = _asked(before), {paper.key: paper for paper in after.requirements}
    for key, asked in _asked(after).items():
        if key not in papers:
            papers[key] = Requirement(key=key, accept=list(ACCEPT), **asked)  # type: ignore[arg-type]
        elif was.get(key) != asked:
            papers[key] = msgspec.structs.replace(papers[key], **asked)
    made = list(papers.values())
    return after if made == after.requirements else msgspec.structs.replace(after, requirements=made)


def _asked(content: RevisionContent) -> dict[str, dict[str, Any]]:
    return {
        field.key: _terms(section, field)
        for section in content.form
        for field in section.fields
        if field.kind == "file"
    }


def _terms(section: Section, field: Field) -> dict[str, Any]:
    """What the question says of its paper: name, when it is needed, and what that hangs on."""
    shown = [*section.show_when, *field.show_when]
    if field.required:
        conditions, always = shown, not shown
    else:
        conditions, always = [*shown, *field.required_when] if field.required_when else [], False
    return {
        "name": field.label,
        "needed": "always" if always else "conditional",
        "show_when": conditions,
        "when": None if conditions or always else IF_ANY,
    }
