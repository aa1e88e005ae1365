"""The panel of passing a dossier on: an offer to answer, one's own offer, what a head gives out."""

from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from dossiers.views import DossierView
from dossiers.workflow import Action
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
