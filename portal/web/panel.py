"""The shape of a panel: one part of a dossier's page that a behaviour brings along."""

from collections.abc import Callable
from typing import Any, Literal

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
