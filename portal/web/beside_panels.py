"""Panels beside a dossier's course: messages, the way of the result, opinions, what was done off-line."""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from auth.actor import Actor
from dossiers import attachment_forms, complaints, messages, notes, ratings, returning, touches
from dossiers.attachment_rules import MESSAGE, REPLY, SIGNATURE, Paper, paper_of
from dossiers.return_models import Delivery
from dossiers.views import DossierView
from dossiers.workflow import Action
from portal.core import events, runtime
from portal.web.panel import Panel

WAYS: Final = {
    "online": "Qua mạng: tải về trong trang hồ sơ này",
    "counter": "Tại quầy của cơ quan giải quyết",
    "post": "Qua bưu điện, tới địa chỉ dưới đây",
}
SCORES: Final = [
    ("5", "5 – Rất hài lòng"),
    ("4", "4 – Hài lòng"),
    ("3", "3 – Bình thường"),
    ("2", "2 – Chưa hài lòng"),
    ("1", "1 – Rất không hài lòng"),
]
WAY_EVENTS: Final = frozenset({"dossier.return_chosen", "dossier.result_sent", "dossier.delivered"})


def talk(session: Session, view: DossierView, side: messages.Side) -> dict[str, Any]:
    """What both sides' panels show of the messages; what is shown counts as read."""
    told = [one for one in view.timeline if one.name == messages.SENT]
    items: list[messages.Message] = []
    unread = 0
    if told:
        items, marks = messages.opened(session, view.id, told[-50:])
        unread = messages.unread_of(told, side, marks.get(side, 0))
        if unread:
            messages.put_mark(session, view.id, side, told[-1].seq)
    key = MESSAGE if side == "applicant" else REPLY
    paper = paper_of(view.content, key)
    assert paper is not None
    waiting = [one for one in view.attachments if one.requirement_key == key and one.id not in _sent(told)]
    return {
        "items": items[::-1],
        "unread": unread,
        "files": {str(one.id): one for one in view.attachments},
        "waiting": waiting,
        "form": attachment_forms.form_for(runtime.storage, view.id, paper) if _room(waiting, paper) else None,
        "max": messages.MAX_TEXT,
    }


def _sent(told: list[Any]) -> set[UUID]:
    return {UUID(given) for one in told for given in one.data["attachments"]}


def _room(waiting: list[Any], paper: Paper) -> bool:
    return len(waiting) < paper.max_files


def messages_panel(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """The talk with the desk."""
    if Action.MESSAGE not in view.allowed:
        return None
    shown = talk(session, view, "applicant")
    return Panel(template="dossier/_messages.html", place="main", shown=shown)


def return_panel(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """Where the result goes, and where it is."""
    changeable = Action.CHOOSE_RETURN in view.allowed and len(view.content.return_ways) > 1
    if not changeable and view.return_way == returning.ONLINE:
        return None
    row, told = _way(session, view)
    ways = [(way, WAYS[way]) for way in view.content.return_ways if way in WAYS]
    shown = {
        "row": row,
        "told": told,
        "changeable": changeable and (row is None or row.sent_at is None),
        "ways": ways,
    }
    return Panel(template="dossier/_return.html", place="side", shown=shown)


def opinion_panel(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """Rating after the end, and complaints."""
    names = {one.name for one in view.timeline}
    if not {Action.RATE, Action.COMPLAIN} & set(view.allowed):
        return None
    made = "dossier.complained" in names
    asked = complaints.opened(session, view.id, view.subject_id) if made else []
    shown = {
        "may_rate": Action.RATE in view.allowed and "dossier.rated" not in names,
        "rated": "dossier.rated" in names,
        "scores": SCORES,
        "reasons": list(ratings.REASONS.items()),
        "complaints": asked,
        "may_complain": all(one.state == "answered" for one in asked),
    }
    return Panel(template="dossier/_opinion.html", place="side", shown=shown)


def _way(session: Session, view: DossierView) -> tuple[Delivery | None, dict[str, Any]]:
    """The row of the result's way and what is sealed of it; no statement where nothing was told."""
    if view.return_way == returning.ONLINE and not any(one.name in WAY_EVENTS for one in view.timeline):
        return None, defaultdict(str)
    row = session.get(Delivery, view.id)
    return row, defaultdict(str, returning.told_of(session, view.subject_id, row) if row else {})


def desk_messages(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """The talk with the applicant, at the desk."""
    if view.is_own or Action.MESSAGE not in view.allowed:
        return None
    shown = talk(session, view, "desk")
    return Panel(template="desk/_messages.html", place="main", shown=shown)


def desk_return(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """Sending by post, who took the result, and taking a settled dossier up again."""
    permitted = set(view.allowed)
    if Action.DELIVER not in permitted and not any(one.name in WAY_EVENTS for one in view.timeline):
        return None
    row, told = _way(session, view)
    scans = [one for one in view.attachments if one.requirement_key == SIGNATURE]
    paper = paper_of(view.content, SIGNATURE)
    assert paper is not None
    may = Action.DELIVER in permitted
    shown = {
        "row": row,
        "told": told,
        "posts": Action.SEND_RESULT in permitted
        and view.return_way == returning.POST
        and (row is None or row.sent_at is None),
        "hands": may and view.return_way == returning.COUNTER,
        "reopens": Action.REOPEN in permitted and (row is None or row.sent_at is None),
        "scans": scans,
        "form": attachment_forms.form_for(runtime.storage, view.id, paper) if may and not scans else None,
    }
    return Panel(template="desk/_return.html", place="act", shown=shown)


def desk_complaints(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """The complaints on the dossier, with a form where one waits."""
    if Action.ANSWER_COMPLAINT not in view.allowed:
        return None
    if not any(one.name == "dossier.complained" for one in view.timeline):
        return None
    asked = complaints.opened(session, view.id, view.subject_id)
    return Panel(template="desk/_complaints.html", place="act", shown={"complaints": asked})


def desk_touches(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """What was done off-line, and a form to note more."""
    told = [one for one in view.timeline if one.name == touches.TOUCHED]
    may = Action.TOUCH in view.allowed
    if not told and not may:
        return None
    if not (may or Action.MESSAGE in view.allowed):
        return None  # who is asked for an opinion reads no note of the desk
    notes = events.privates_of(session, view.id, [one.seq for one in told]) if told else {}
    shown = {
        "touches": [
            (touches.NAMES[touches.Touch(one.data["kind"])], one.at, notes.get(one.seq, {}).get("note", ""))
            for one in told
        ],
        "kinds": [(kind.value, name) for kind, name in touches.NAMES.items()],
        "may": may,
    }
    return Panel(template="desk/_touches.html", place="side", shown=shown)


def desk_notes(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """The internal notes, and a form for one more."""
    if Action.NOTE not in view.allowed:
        return None
    shown = {"notes": notes.opened(session, view.id, view.timeline), "max": notes.MAX_TEXT}
    return Panel(template="desk/_notes.html", place="side", shown=shown)
