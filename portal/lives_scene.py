"""Who lives in invented lives (portal.lives), and one moment of one of them."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from dossiers.models import Dossier
from portal.core.db import act_as


class Offer(msgspec.Struct, frozen=True):
    """What can be filed, where, and since when."""

    code: str
    agency_id: UUID
    since: datetime
    scope: str | None = None  # whose counters take it in for that agency (content.intake_scope)


class World(msgspec.Struct):
    """Who lives and works in the invented year, and what they can ask for."""

    offers: list[Offer]
    people: list[Actor]
    officers: dict[UUID, list[Actor]]
    until: datetime
    subscribers: Mapping[str, Sequence[str]]
    refused: int = 0  # acts that the portal rightly refused


class Scene(msgspec.Struct, frozen=True):
    """One moment of one life: the dossier as it stands, and whose it is."""

    session: Session
    world: World
    draw: random.Random
    dossier: Dossier
    applicant: Actor

    def desk(self) -> Actor:
        """An officer for the act, who asks from here on: mostly whoever holds the dossier."""
        able = self.world.officers[self.dossier.competent_agency_id]
        holder = next((one for one in able if one.id == self.dossier.holder_id), None)
        stays = holder is not None and self.draw.random() < 0.95
        chosen = holder if stays and holder is not None else self.draw.choice(able)
        act_as(self.session, chosen.id, chosen.agency_ids)
        return chosen

    def front(self) -> Actor:
        """An officer of the agency that takes it in, who asks from here on."""
        chosen = self.draw.choice(self.world.officers[self.dossier.receiving_agency_id])
        act_as(self.session, chosen.id, chosen.agency_ids)
        return chosen

    def own(self) -> Actor:
        """The applicant, or who entered it for them, who asks from here on."""
        act_as(self.session, self.applicant.id, self.applicant.agency_ids)
        return self.applicant


Act = Callable[[Scene], object]
