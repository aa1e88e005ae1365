"""What the pages of a draft share: the steps, what is still missing, rows of answers and papers."""

from typing import Any, Final
from uuid import UUID

import msgspec

from auth.actor import Actor, Role
from auth.http import requires
from dossiers import draft_news, filing
from dossiers.models import Attachment
from dossiers.views import DossierView
from dossiers.words import limit_words
from portal.core.clock import now, today
from portal.core.errors import Malformed
from portal.core.http import DbSession
from portal.web import forms as shown
from services_catalog import forms, terms
from services_catalog.answer_words import words
from services_catalog.form_parts import SILENT, Section

CITIZEN: Final = requires(Role.CITIZEN)
PART: Final = "phan"
FORM_STEP, PAPERS_STEP, FEE_STEP, REVIEW_STEP = "Điền tờ khai", "Giấy tờ", "Lệ phí", "Kiểm tra và nộp"


class Shell(msgspec.Struct, frozen=True):
    """What the pages of a draft share: the steps, whether something is owed, and the tasks left."""

    dossier: DossierView
    sections: list[Section]
    fees: list[tuple[str, str, int]]  # key, name, đồng
    tasks: list[dict[str, Any]]
    steps: list[str]

    @property
    def total(self) -> int:
        """What is owed, in đồng."""
        return sum(amount for _, _, amount in self.fees)

    @property
    def undone(self) -> list[str]:
        """The steps that still lack something."""
        return [one["label"] for one in self.tasks if one["label"] != FEE_STEP and one["state"] != "done"]

    def place(self, step: str) -> int:
        """The place of a step, from 1."""
        return self.steps.index(step) + 1


def elsewhere(view: DossierView) -> str:
    """Where who keys a draft in leaves it: the counter's list; the applicant's own list else."""
    return "/can-bo/nop-ho" if view.is_keyed else "/ho-so"


def draft_of(session: DbSession, actor: Actor, dossier_id: UUID, *, follow: bool = False) -> DossierView:
    """The actor's own dossier, or one they key in; shown anew, a draft follows the newest revision.

    Raises:
        DossierNotFound: it is neither, or is not at all.
    """
    return draft_news.opened(session, actor, dossier_id, follow=follow)


def shell(view: DossierView, here: str) -> Shell:
    """The frame of a draft's page; `here` is the step shown."""
    sections = forms.visible(view.content.form, view.answers)
    owed = terms.amounts(view.content, view.answers, channel=view.channel, on=today())
    fees = [(item.key, item.name, amount) for item, amount in owed]
    fields, papers = shortfall(view)
    steps = [FORM_STEP, PAPERS_STEP, *([FEE_STEP] if fees else []), REVIEW_STEP]
    base = f"/ho-so/{view.id}"
    states = {
        FORM_STEP: "done" if not fields else "doing" if view.answers else "todo",
        PAPERS_STEP: "done" if not papers and not fields else "doing" if view.attachments else "todo",
        FEE_STEP: "todo",
        REVIEW_STEP: "todo",
    }
    addresses = {FORM_STEP: "to-khai", PAPERS_STEP: "giay-to", FEE_STEP: "le-phi", REVIEW_STEP: "kiem-tra"}
    tasks = [
        {
            "label": step,
            "href": f"{base}/{addresses[step]}",
            "state": "doing" if step == here and states[step] == "todo" else states[step],
            "current": step == here,
        }
        for step in steps
    ]
    return Shell(view, sections, fees, tasks, steps)


def shared(around: Shell) -> dict[str, Any]:
    """What the template of every step needs."""
    return {
        "around": around,
        "elsewhere": elsewhere(around.dossier),
        "dossier": around.dossier,
        "limit": limit_of(around.dossier),
        "today": today(),
        "now": now(),
        "places": _places(around.dossier),
    }


def _places(view: DossierView) -> dict[str, str]:
    """Where each question of the form is answered: key → address."""
    base = f"/ho-so/{view.id}/to-khai"
    return {
        field.key: f"{base}?{PART}={section.key}#{shown.anchor([section], field.key)}"
        for section in view.content.form
        for field in section.fields
    }


def limit_of(view: DossierView) -> str:
    """The statutory time of the case the answers describe, in words."""
    limit = terms.time_limit(view.content, view.answers, view.channel)
    return limit_words(limit.amount, limit.unit, limit.extra_hours)


def shortfall(view: DossierView) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What keeps the draft from being filed: fields and papers."""
    attachments: list[Attachment] = view.attachments  # type: ignore[assignment]  # same names, same states
    return filing.shortfall(view.content, view.answers, attachments)


def section_tasks(
    view: DossierView, sections: list[Section], current: str, back: str
) -> list[dict[str, Any]]:
    """The form's sections as a task list."""
    wrong = {error["field"].split(".")[0] for error in shortfall(view)[0]}
    tasks = []
    for section in sections:
        keys = {field.key for field in section.fields}
        touched = any(key in view.answers for key in keys)
        state = "done" if not keys & wrong else "doing" if touched or section.key == current else "todo"
        address = f"/ho-so/{view.id}/to-khai?{PART}={section.key}{back}"
        tasks.append(
            {"label": section.title, "href": address, "state": state, "current": section.key == current}
        )
    return tasks


def identifier(text: str) -> UUID:
    """A UUID a page wrote into its form.

    Raises:
        Malformed: somebody changed it.
    """
    try:
        return UUID(text)
    except ValueError:
        raise Malformed("Biểu mẫu thiếu thông tin. Tải lại trang rồi thử lại.") from None


def answer_rows(view: DossierView, section: Section) -> list[dict[str, Any]]:
    """The section's answers as rows of question and answer, with the way to change each."""
    rows = []
    for field in section.fields:
        if field.kind in SILENT or (field.key not in view.answers and not forms.needed(field, view.answers)):
            continue
        value = view.answers.get(field.key)
        anchor = shown.anchor([section], field.key)
        rows.append(
            {
                "label": field.label,
                "value": "Chưa điền" if value is None else words(field, value),
                "note": None,
                "edit": f"/ho-so/{view.id}/to-khai?{PART}={section.key}&ve=kiem-tra#{anchor}",
            }
        )
    return rows


def paper_rows(view: DossierView) -> list[dict[str, Any]]:
    """The papers handed in, per requirement, as rows."""
    rows = []
    for requirement in view.content.requirements:
        files = [one for one in view.attachments if one.requirement_key == requirement.key]
        if not files and not terms.needed(requirement, view.content, view.answers):
            continue
        names = " · ".join(one.filename for one in files)
        rows.append(
            {
                "label": requirement.name,
                "value": names or "Chưa có tệp",
                "note": None,
                "edit": f"/ho-so/{view.id}/giay-to#{requirement.key}",
            }
        )
    return rows
