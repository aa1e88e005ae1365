"""The panel of passing a dossier on: an offer to answer, one's own offer, what a head gives out."""

from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from dossiers import step_acts, steps
from dossiers.process_models import DossierStep, StepState
from dossiers.views import DossierView
from dossiers.workflow import Action
from portal.core.clock import now
from portal.web.panel import Panel


def passing_on(session: Session, actor: Actor, view: DossierView) -> Panel | None:
    """At the desk, while the dossier is at work: who may have it next."""
    hands, assigns = Action.HAND_OVER in view.allowed, Action.REASSIGN in view.allowed
    offered = view.offered_to_id
    mine = offered is not None and offered == actor.id
    if not (hands or assigns or mine):
        return None
    serving = people.serving(session, view.agency_id)
    names = {one.id: one.name or "Cán bộ chưa đăng nhập lần nào" for one in serving}
    shown = {
        "colleagues": [(str(one), name) for one, name in names.items() if one != actor.id],
        "everybody": [(str(one), name) for one, name in names.items() if one != view.holder_id],
        "offered": names.get(offered, "đồng nghiệp") if offered else "",
        "holder": names.get(view.holder_id, "") if view.holder_id else "",
        "mine": mine,
        "hands": hands,
        "assigns": assigns,
    }
    return Panel(template="desk/_hands.html", place="act", shown=shown)


def desk_plan(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """At the desk: the steps, and for the holder the way on or back."""
    rows = _rows(session, view)
    if not rows:
        return None
    holds = Action.COMPLETE_STEP in view.allowed
    shown = {
        "rows": rows,
        "following": step_acts.following(rows) if holds else None,
        "earlier": [(str(one.position), one.name) for one in step_acts.earlier(rows)] if holds else [],
        "now": next((one for one in rows if one.state is StepState.OPEN), None),
        "at": now(),
    }
    return Panel(template="desk/_plan.html", place="side", shown=shown)


def my_plan(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """For the applicant: where the dossier is now, since when, and when that step is to be done."""
    rows = _rows(session, view)
    at_work = next((one for one in rows if one.state is StepState.OPEN), None)
    shown = {"rows": rows, "now": at_work, "at": now()}
    return Panel(template="dossier/_plan.html", place="main", shown=shown) if rows else None


def _rows(session: Session, view: DossierView) -> list[DossierStep]:
    """The plan; no statement before acceptance, which draws it up."""
    return steps.of(session, view.id) if view.accepted_at is not None else []
