"""The panels of the applicant's turn: what is asked, withdrawals, apologies, ends."""

from collections.abc import Callable
from typing import Any, Final

from sqlmodel import Session

from auth.actor import Actor
from dossiers import calendars, ends, extensions, reasons, supplement_queries
from dossiers.supplement_models import SupplementState
from dossiers.supplements import GROUNDS
from dossiers.views import DossierView
from dossiers.workflow import Action, Status
from portal.core import events
from portal.core.clock import today
from portal.core.events import EventRow
from portal.web.panel import Panel
from portal.web.supplement_labels import labels
from services_catalog.answer_words import words

RUNNING: Final = frozenset({Status.ACCEPTED, Status.PROCESSING})


def _last(view: DossierView, *names: str) -> EventRow | None:
    return next((one for one in reversed(view.timeline) if one.name in names), None)


def _subject(session: Session, view: DossierView) -> list[supplement_queries.Asked]:
    return supplement_queries.of(session, view.id, view.subject_id)


def requests(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """At the desk: the open request, and what earlier ones brought, old value beside new."""
    if not view.supplements:
        return None
    asked = _subject(session, view)
    shown = {
        "open": next((one for one in asked if one.state is SupplementState.OPEN), None),
        "past": [one for one in asked if one.state is not SupplementState.OPEN],
        "labels": labels(view),
        "reasons": reasons.SUPPLEMENT,
        "grounds": {ground.value: words for ground, words in GROUNDS.items()},
        "say": _saying(view),
        "files": {str(one.id): one for one in view.attachments},
        "states": {"answered": "Đã bổ sung", "revoked": "Đã rút lại", "lapsed": "Hết hạn, không bổ sung"},
        "may_revoke": Action.REVOKE_SUPPLEMENT in view.allowed,
    }
    return Panel(template="desk/_supplements.html", place="act", shown=shown)


def _saying(view: DossierView) -> Callable[[str, Any], str]:
    """How an answer reads; a personal id shows its last digits only, a list its length."""
    asked = {field.key: field for section in view.content.form for field in section.fields}

    def say(key: str, value: Any) -> str:
        field = asked.get(key)
        if value is None or field is None:
            return "chưa điền"
        if field.kind in ("personal_id", "tax_code"):
            return f"•••• {str(value)[-4:]}"
        return f"{len(value)} mục" if field.kind == "repeat" else words(field, value)

    return say


def ask(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """At the desk: the way to the request to supplement."""
    if Action.ASK_SUPPLEMENT not in view.allowed:
        return None
    return Panel(template="desk/_ask_supplement.html", place="act")


def withdrawal(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """At the desk: a withdrawal to grant or to refuse."""
    asked = _last(view, "dossier.withdrawal_asked")
    if view.status is not Status.WITHDRAWAL_ASKED or asked is None or Action.STOP not in view.allowed:
        return None
    told = events.private_of(session, view.id, asked.seq)
    return Panel(
        template="desk/_withdrawal.html",
        place="act",
        shown={"at": asked.at, "reason": told.get("reason", "")},
    )


def apology(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """At the desk: the one apology, while it may be made."""
    if Action.EXTEND not in view.allowed or view.extended_at is not None or view.due_at is None:
        return None
    calendar = calendars.of(session, view.agency_id)
    days = extensions.allowed(view.due_at, today(), calendar)
    if not days:
        return None
    shown = {"days": days, "last": extensions.last_day(view.due_at)}
    return Panel(template="desk/_apology.html", place="act", shown=shown)


def asked_of_me(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """For the applicant: what is asked, and the way to supply it."""
    if view.status is not Status.SUPPLEMENT:
        return None
    asked = _subject(session, view)
    found = next((one for one in asked if one.state is SupplementState.OPEN), None)
    if found is None:
        return None
    shown = {"asked": found, "labels": labels(view), "reasons": reasons.SUPPLEMENT}
    return Panel(template="dossier/_asked.html", place="act", shown=shown)


def my_withdrawal(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """For the applicant: the wish to have the dossier back, or to take that back."""
    if view.status is Status.WITHDRAWAL_ASKED:
        return Panel(template="dossier/_withdrawal_asked.html", place="act")
    if Action.ASK_WITHDRAWAL not in view.allowed:
        return None
    return Panel(template="dossier/_withdraw.html", place="side")


_ANSWERS: Final = {
    "dossier.kept": "Cơ quan chưa cho rút hồ sơ",
    "dossier.supplement_revoked": "Cơ quan đã rút lại yêu cầu bổ sung",
    "dossier.extended": "Cơ quan xin lỗi và hẹn lại ngày trả kết quả",
}


def answer(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """For the applicant: the desk's latest answer with its reason, while it is news; an apology stays."""
    if view.status not in RUNNING | {Status.SUBMITTED, Status.SUPPLEMENT}:
        return None
    event = _last(view, "dossier.extended") if view.extended_at and view.status in RUNNING else None
    if event is None:
        told = [one for one in view.timeline if not one.name.startswith("attachment.")]
        event = told[-1] if told and told[-1].name in _ANSWERS else None
    if event is None or event.data.get("by_applicant"):
        return None
    reason = events.private_of(session, view.id, event.seq).get("reason", "")
    shown: dict[str, Any] = {"title": _ANSWERS[event.name], "reason": reason, "at": event.at}
    return Panel(template="dossier/_answer.html", place="act", shown=shown)


def ended(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """For the applicant: why the dossier ended without a result, and the way to appeal."""
    event = _last(view, "dossier.refused", "dossier.rejected", "dossier.stopped")
    if event is None or view.status not in (Status.REFUSED, Status.STOPPED):
        return None
    cause = event.data.get("cause")
    table = reasons.REFUSAL if event.name == "dossier.refused" else reasons.REJECTION
    code = event.data.get("reason_code")
    words = ends.CAUSES[ends.Cause(cause)] if cause else reasons.words(table, code)
    article = table[code].article if code and code in table else ""
    shown = {
        "words": words,
        "article": article,
        "appeal": "" if cause == ends.Cause.WITHDRAWN else reasons.APPEAL,
        "articles": reasons.APPEAL_ARTICLES,
    }
    return Panel(template="dossier/_ended.html", place="main", shown=shown)
