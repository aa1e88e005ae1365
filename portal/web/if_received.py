"""What accepting a filed dossier now gives, told before the officer does it."""

from typing import Any

from sqlmodel import Session

from auth import queries as people
from dossiers import calendars
from dossiers.deadlines import Deadline, due, forward_due
from dossiers.views import DossierView
from portal.core.clock import local, now, today
from services_catalog import terms


def would_be(session: Session, view: DossierView) -> dict[str, Any]:
    """What accepting the dossier now gives: its number but for the last digits, due date, fees."""
    calendar = calendars.of(session, view.agency_id)
    sent_by = None
    if view.elsewhere:
        sent_by = forward_due(now(), calendars.of(session, view.receiving_agency_id))
    proof: Deadline = due(terms.time_limit(view.content, view.answers, view.channel), now(), calendar)
    owed = terms.amounts(view.content, view.answers, channel=view.channel, on=today())
    return {
        "number": f"{_code(session, view)}-{local(now()):%y%m%d}-",
        "proof": proof,
        "forward_due_at": sent_by,
        "fees": [(item.name, amount) for item, amount in owed],
        "total": sum(amount for _, amount in owed),
    }


def _code(session: Session, view: DossierView) -> str:
    """The code of the agency that receives the dossier: its number begins with it."""
    return people.agency_code(session, view.receiving_agency_id) if view.elsewhere else view.agency_code
