"""Who read which dossier: one row per reading by an officer, kept apart from the journal."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from auth.models import AccessLog
from portal.core import clock


def note_reading(session: Session, actor: Actor, dossier_id: UUID, act: str) -> None:
    """Log that the actor opened somebody's dossier.

    `act` is a short word: "read", "file" (an attachment), "document", "decide".
    Source: Law 91/2025/QH15 on the protection of personal data (processing is recorded).
    """
    note_readings(session, actor, [dossier_id], act)


def note_readings(session: Session, actor: Actor, dossier_ids: Sequence[UUID], act: str) -> None:
    """Log several dossiers at once: what a search by a personal value showed ("search")."""
    if not dossier_ids:
        return
    at = clock.now()
    session.execute(
        sa.insert(AccessLog.__table__)  # type: ignore[attr-defined]
        .values([{"at": at, "actor_id": actor.id, "dossier_id": one, "act": act} for one in dossier_ids])
        .inline()  # the web may write this log, not read it
    )
