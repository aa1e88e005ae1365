"""The panel of a dossier on its way from one agency to another."""

from sqlmodel import Session

from auth.actor import Actor
from dossiers import forwarding
from dossiers.views import DossierView
from dossiers.workflow import Action
from portal.core.clock import now
from portal.web.panel import Panel


def desk_forwarding(session: Session, actor: Actor, view: DossierView) -> Panel | None:  # noqa: ARG001
    """Who took it in and who settles it; sending on at the one, taking over at the other."""
    if not view.elsewhere or view.is_own:
        return None
    sends, takes = Action.FORWARD in view.allowed, Action.TAKE_OVER in view.allowed
    waits = view.on_the_way and view.forwarded_at is None
    shown = {
        "sends": sends,
        "takes": takes,
        "late": waits and view.forward_due_at is not None and view.forward_due_at < now(),
        "max": forwarding.MAX_NOTE,
    }
    return Panel(template="desk/_forwarding.html", place="act" if view.on_the_way else "side", shown=shown)
