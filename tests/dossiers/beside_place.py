"""What tests beside a dossier's course stand on: an agency, its officers, an applicant, their dossiers."""

from typing import Any

from sqlmodel import Session

from auth.actor import Actor
from dossiers import decision, returning
from dossiers.models import Dossier
from portal.core import events
from tests import factories
from tests.conftest import acts_as

POSTED = {
    "return_ways": ["online", "counter", "post"],
    "result": {"name": "Trích lục", "electronic": True, "generated": False},
}
ADDRESS = "12 Nguyễn Trãi, xã Tân Hòa, tỉnh Lâm Đồng"
PARCEL = "RR 123 456 785 VN"


class Place:
    """An agency with two officers, an applicant, and their dossiers."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.agency = factories.agency(session)
        self.procedure = factories.procedure(session, self.agency.id, made_content=factories.simple(**POSTED))
        self.officer = factories.officer(session, self.agency.id)
        self.other = factories.officer(session, factories.agency(session).id)
        self.applicant = factories.citizen(session)
        self.stranger = factories.citizen(session, name="Trần Văn Người Lạ")

    def as_(self, actor: Actor) -> Actor:
        return acts_as(self.session, actor)

    def filed(self) -> Dossier:
        self.as_(self.applicant)
        return factories.filed(self.session, self.applicant, self.procedure, self.agency.id)

    def in_hand(self) -> Dossier:
        return factories.in_hand(self.session, self.filed(), self.officer)

    def settled(self, return_way: str | None = None) -> Dossier:
        dossier = self.in_hand()
        if return_way:
            self.as_(self.applicant)
            returning.choose(self.session, self.applicant, dossier.id, return_way=return_way, address=ADDRESS)
        self.as_(self.officer)
        result = factories.ready_file(self.session, dossier, "result")
        return decision.approve(self.session, self.officer, dossier.id, result_attachment_id=result.id)

    def returned(self) -> Dossier:
        dossier = self.settled()
        return decision.deliver(self.session, self.officer, dossier.id)

    def last(self, dossier: Dossier) -> Any:
        return events.history(self.session, dossier.id)[-1]
