"""Parts of a dossier's page that each behaviour brings along: its own reading, its own template.

A panel reads at most one statement, and none when the dossier does not need it (the page has eight in all,
tests/contract/test_statements.py). Its template finds itself as `panel`, what it shows as `panel.shown`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from dossiers.views import DossierView


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the page. `act`: what is to be done now; `main`: the papers' side; `side`: facts."""

    template: str
    place: Literal["act", "main", "side"]
    shown: dict[str, Any] = {}


Maker = Callable[[Session, Actor, DossierView], Panel | None]

# In the order in which they stand on the page.
AT_DESK: Final[Sequence[Maker]] = ()
FOR_APPLICANT: Final[Sequence[Maker]] = ()


def desk(session: Session, actor: Actor, view: DossierView) -> list[Panel]:
    """The panels of an officer's page."""
    return _made(AT_DESK, session, actor, view)


def applicant(session: Session, actor: Actor, view: DossierView) -> list[Panel]:
    """The panels of the applicant's page."""
    return _made(FOR_APPLICANT, session, actor, view)


def _made(makers: Sequence[Maker], session: Session, actor: Actor, view: DossierView) -> list[Panel]:
    return [panel for make in makers if (panel := make(session, actor, view)) is not None]
