"""What the worker does each minute, in the session of a test."""

from datetime import datetime

from sqlmodel import Session

from services_catalog import taking_effect


def follow_due(session: Session, at: datetime) -> list[str]:
    """Do all that is due by an instant; the codes that moved on."""
    due = taking_effect.due(session, at)
    return [code for one in due if (code := taking_effect.follow(session, one, at)) is not None]
