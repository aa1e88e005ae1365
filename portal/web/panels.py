"""Parts of a dossier's page that each behaviour brings along: its own reading, its own template.

A panel reads at most one statement, and none when the dossier does not need it (the page has eight in all,
tests/contract/test_statements.py). Its template finds itself as `panel`, what it shows as `panel.shown`.
"""

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session

from auth.actor import Actor
from dossiers.views import DossierView
from portal.web import (
    beside_panels,
    forwarding_panels,
    hand_panels,
    money_panels,
    opinion_panels,
    turn_panels,
)
from portal.web.panel import Maker, Panel

# In the order in which they stand on the page.
AT_DESK: Final[Sequence[Maker]] = (
    turn_panels.withdrawal,
    turn_panels.requests,
    turn_panels.ask,
    forwarding_panels.desk_forwarding,
    opinion_panels.desk_opinions,
    turn_panels.apology,
    hand_panels.passing_on,
    hand_panels.desk_plan,
    beside_panels.desk_return,
    beside_panels.desk_complaints,
    money_panels.at_desk,
    beside_panels.desk_messages,
    beside_panels.desk_touches,
    beside_panels.desk_notes,
)
FOR_APPLICANT: Final[Sequence[Maker]] = (
    turn_panels.asked_of_me,
    turn_panels.answer,
    turn_panels.my_withdrawal,
    turn_panels.ended,
    hand_panels.my_plan,
    beside_panels.messages_panel,
    beside_panels.return_panel,
    beside_panels.opinion_panel,
)


def desk(session: Session, actor: Actor, view: DossierView) -> list[Panel]:
    """The panels of an officer's page."""
    return _made(AT_DESK, session, actor, view)


def applicant(session: Session, actor: Actor, view: DossierView) -> list[Panel]:
    """The panels of the applicant's page."""
    return _made(FOR_APPLICANT, session, actor, view)


def _made(makers: Sequence[Maker], session: Session, actor: Actor, view: DossierView) -> list[Panel]:
    return [panel for make in makers if (panel := make(session, actor, view)) is not None]
