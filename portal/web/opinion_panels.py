"""The panel of opinions of other agencies: what was asked and answered, and the form of each side."""

from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session

from auth.actor import Actor
from dossiers import attachment_forms, opinion_queries, opinions
from dossiers.attachment_rules import opinion_key, paper_of
from dossiers.process_models import OpinionState
from dossiers.views import DossierView
from dossiers.workflow import Action
from portal.core import runtime
from portal.core.clock import today
from portal.web.panel import Panel

DAYS: Final = (1, 2, 3, 5, 7, 10, 15, 20)


def desk_opinions(session: Session, actor: Actor, view: DossierView) -> Panel | None:
    """Questions and answers for both sides; who settles the dossier asks, who is asked answers."""
    asks, answers = Action.CONSULT in view.allowed, Action.OPINE in view.allowed
    if view.is_own or not (asks or view.consulted_agency_ids):
        return None
    found = (
        opinion_queries.opened(session, actor, view.id, view.subject_id, serves=Action.NOTE in view.allowed)
        if view.consulted_agency_ids
        else []
    )
    mine = [one for one in found if answers and one.mine and one.state == OpinionState.ASKED]
    waiting = {one.agency_id for one in found if one.state == OpinionState.ASKED}
    shown: dict[str, Any] = {
        "opinions": found,
        "mine": {one.id for one in mine},
        "forms": {one.id: _form(view, one.id) for one in mine if one.file is None},
        "ballots": [(one.value, name) for one, name in opinions.BALLOTS.items()],
        "names": {one.value: name for one, name in opinions.BALLOTS.items()},
        "asks": asks,
        "revokes": Action.REVOKE_OPINION in view.allowed,
        "agencies": [
            (str(agency_id), name)
            for agency_id, name in opinion_queries.askable(session, view.agency_id)
            if agency_id not in waiting
        ]
        if asks
        else [],
        "days": [(str(n), f"{n} ngày làm việc") for n in DAYS],
        "first": today() + timedelta(days=1),
        "last": today() + opinions.LONGEST,
        "max": opinions.MAX_TEXT,
    }
    return Panel(template="desk/_opinions.html", place="act", shown=shown)


def _form(view: DossierView, opinion_id: Any) -> Any:
    paper = paper_of(view.content, opinion_key(opinion_id))
    assert paper is not None
    return attachment_forms.form_for(runtime.storage, view.id, paper)
