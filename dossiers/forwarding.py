"""From the agency that took a dossier in to the one that settles it: sent on, and taken over there.

Source: Decree 118/2025/NĐ-CP, art. 17(3) and 18(2) as amended by Decree 309/2026, art. 8(3) and 9.
"""

from uuid import UUID

from sqlmodel import Session

from auth.actor import Actor
from dossiers import clocks, queries
from dossiers.models import Dossier
from dossiers.processing import begin, facts, finish
from dossiers.workflow import Action
from portal.core import crypto
from portal.core.clock import now
from portal.core.text import clean

MAX_NOTE = 2000


def forward(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    note: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Send the dossier on to the competent agency; the hand-over slip is printed, with the note.

    `forward_due_at` of the dossier says by when: the same working day, or the start of the next one for what
    was taken in after the cut-off.

    Raises:
        BadText. OnTheWay: it was sent, or no other agency is competent; and those of `begin`.
    """
    note = clean(note, max_length=MAX_NOTE, multiline=True)
    begun = begin(session, actor, dossier_id, Action.FORWARD, seq=seq, key=key, body=note)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    dossier.forwarded_at = now()
    data = {
        "to_agency_id": dossier.competent_agency_id,
        "forwarded_at": dossier.forwarded_at,
        "forward_due_at": dossier.forward_due_at,
    }
    private = {"note": note} if note else None
    return finish(session, dossier, after, "dossier.forwarded", actor, data, private)


def take_over(
    session: Session, actor: Actor, dossier_id: UUID, *, seq: int | None = None, key: str | None = None
) -> Dossier:
    """Note that the competent agency has the dossier: its clock starts now.

    Raises:
        OnTheWay: it was not sent yet, or is taken over already; and those of `begin`.
    """
    begun = begin(session, actor, dossier_id, Action.TAKE_OVER, seq=seq, key=key)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    at = dossier.competent_received_at = now()
    content = queries.content(session, dossier.revision_id)
    answers = crypto.open_(session, dossier.subject_id, f"dossier.answers|{dossier.id}", dossier.answers)
    deadline = clocks.start(session, dossier, content, answers, at)
    data = {
        **facts(dossier),
        "at": at,
        "due_at": dossier.due_at,
        "original_due_at": dossier.original_due_at,
        "rule": deadline.rule,
        "calendar": dossier.calendar,
    }
    return finish(session, dossier, after, "dossier.taken_over", actor, data)
