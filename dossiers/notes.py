"""Internal notes: what officers of the receiving and the competent agency tell each other on a dossier.

The words are sealed beside the event. The applicant sees neither words nor event, and an agency whose opinion
is asked sees them as little.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from dossiers import access, queries
from dossiers.models import Dossier
from dossiers.processing import begin, finish
from dossiers.timeline import NOTED
from dossiers.workflow import Action
from portal.core import events
from portal.core.errors import Invalid
from portal.core.events import EventRow
from portal.core.text import clean

MAX_TEXT: Final = 2000  # characters


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One note; `author` is the name its officer had then."""

    seq: int
    at: datetime
    author: str
    text: str


def note(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    text: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Keep a note on the dossier, for the desks only; nothing else of it changes.

    Raises:
        Invalid: no text; BadText: hidden characters, or too long; and those of `begin`.
    """
    text = clean(text, max_length=MAX_TEXT, multiline=True)
    if not text:
        told = "Viết điều cần ghi."
        raise Invalid(told, errors=[{"field": "text", "message": told}])
    begun = begin(session, actor, dossier_id, Action.NOTE, seq=seq, key=key, body=text)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    return finish(session, dossier, after, NOTED, actor, {}, {"text": text, "author": actor.name})


def of_dossier(session: Session, actor: Actor, dossier_id: UUID) -> list[Note]:
    """The notes on a dossier, newest first.

    Raises:
        DossierNotFound: not visible. Forbidden: the actor is no officer of the two agencies.
        OwnDossier: it is the officer's own request.
    """
    dossier = queries.get(session, actor, dossier_id)
    access.demand(actor, Action.NOTE, dossier)
    return opened(session, dossier_id, events.history(session, dossier_id))


def opened(session: Session, dossier_id: UUID, told: Sequence[EventRow]) -> list[Note]:
    """The notes among these events, newest first, with their words; one statement where there is one."""
    noted = [one for one in told if one.name == NOTED]
    words = events.privates_of(session, dossier_id, [one.seq for one in noted]) if noted else {}
    return [
        Note(seq=one.seq, at=one.at, **{"author": "", "text": ""} | words.get(one.seq, {}))
        for one in reversed(noted)
    ]
