"""From hand to hand: offers, stand-ins, what heads give out, and what is left behind."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor, Role
from auth.models import Membership
from dossiers import decision, handover, processing, standing_in
from dossiers.access import NotHolder
from dossiers.models import Dossier
from dossiers.processing import HeldByAnother
from dossiers.workflow import Status
from portal.core import clock, events
from portal.core.clock import now
from portal.core.errors import Forbidden, Invalid, Stale
from tests import factories
from tests.conftest import Database, acts_as
from tests.dossiers.test_races import together


class Place:
    """An agency with two officers and a head, and one agency beside."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.agency = factories.agency(session)
        self.other = factories.agency(session)
        self.made = factories.procedure(session, self.agency.id)
        self.officer = factories.officer(session, self.agency.id)
        self.colleague = factories.officer(session, self.agency.id)
        self.head = factories.officer(session, self.agency.id, Role.HEAD)
        self.stranger = factories.officer(session, self.other.id)
        self.applicant = factories.citizen(session)

    def accepted(self) -> Dossier:
        dossier = factories.filed(self.session, self.applicant, self.made, self.agency.id)
        return processing.receive(self.session, acts_as(self.session, self.officer), dossier.id)

    def in_hand(self) -> Dossier:
        dossier = self.accepted()
        return processing.claim(self.session, self.officer, dossier.id)

    def as_(self, actor: Actor) -> Actor:
        return acts_as(self.session, actor)

    def offered(self) -> Dossier:
        dossier = self.in_hand()
        assert self.colleague.id is not None
        return handover.hand_over(
            self.session, self.officer, dossier.id, to_id=self.colleague.id, note="Còn chờ sổ lưu"
        )

    def stand_in(self, **more: Any) -> UUID:
        given = {
            "agency_id": self.agency.id,
            "from_id": self.officer.id,
            "to_id": self.colleague.id,
            "since": now() - timedelta(hours=1),
            "until": now() + timedelta(days=2),
        }
        by = more.pop("by", self.officer)
        return standing_in.delegate(self.session, self.as_(by), **(given | more)).id

    def removed(self, actor: Actor) -> None:
        self.session.execute(
            sa.update(Membership)
            .where(Membership.account_id == actor.id)  # type: ignore[arg-type]
            .values(valid_to=clock.today())
        )


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


class TestHandingOver:
    """Circular 03/2025/TT-VPCP, form 06: giver and taker both sign."""

    def test_it_stays_in_hand_until_it_is_taken(self, place: Place) -> None:
        dossier = place.offered()
        before = (dossier.holder_id, dossier.offered_to_id)
        taken = handover.take(place.session, place.as_(place.colleague), dossier.id, seq=dossier.seq)

        assert before == (place.officer.id, place.colleague.id)
        assert (taken.holder_id, taken.offered_to_id) == (place.colleague.id, None)
        assert taken.status is Status.PROCESSING
        with pytest.raises(NotHolder):
            decision.reject(place.session, place.as_(place.officer), dossier.id, ground="Không đủ")
        names = [one.name for one in events.history(place.session, dossier.id)][-2:]
        assert names == ["dossier.handed_over", "dossier.handover_taken"]

    def test_what_is_said_along_is_sealed(self, place: Place) -> None:
        dossier = place.offered()

        told = events.history(place.session, dossier.id)[-1]

        assert set(told.data) == {"to_id"}
        assert events.private_of(place.session, dossier.id, told.seq) == {"note": "Còn chờ sổ lưu"}

    @pytest.mark.parametrize("who", ["officer", "colleague"])
    def test_it_is_declined_or_taken_back(self, place: Place, who: str) -> None:
        dossier = place.offered()

        left = handover.decline(place.session, place.as_(getattr(place, who)), dossier.id, reason="Bận")

        assert (left.holder_id, left.offered_to_id) == (place.officer.id, None)
        with pytest.raises(handover.NotOffered):
            handover.take(place.session, place.as_(place.colleague), dossier.id)

    def test_only_whom_it_is_offered_to_takes_it(self, place: Place) -> None:
        dossier = place.offered()

        for who in (place.head, place.officer):
            with pytest.raises(handover.NotOffered):
                handover.take(place.session, place.as_(who), dossier.id)
        with pytest.raises(handover.NotOffered):
            handover.decline(place.session, place.as_(place.head), dossier.id)

    def test_a_new_offer_replaces_the_one_before(self, place: Place) -> None:
        dossier = place.offered()
        assert place.head.id is not None
        handover.hand_over(place.session, place.as_(place.officer), dossier.id, to_id=place.head.id)

        with pytest.raises(handover.NotOffered):
            handover.take(place.session, place.as_(place.colleague), dossier.id)
        assert handover.take(place.session, place.as_(place.head), dossier.id).holder_id == place.head.id

    @pytest.mark.parametrize("to", ["stranger", "applicant", "officer", "nobody"])
    def test_nobody_else_is_offered_it(self, place: Place, to: str) -> None:
        dossier = place.in_hand()
        to_id = uuid4() if to == "nobody" else getattr(place, to).id

        with pytest.raises((Invalid, Forbidden)):
            handover.hand_over(place.session, place.as_(place.officer), dossier.id, to_id=to_id)
        assert dossier.offered_to_id is None

    def test_only_the_holder_offers_it_and_only_at_work(self, place: Place) -> None:
        accepted, held = place.accepted(), place.in_hand()
        to_id = place.head.id
        assert to_id is not None

        with pytest.raises(NotHolder):
            handover.hand_over(place.session, place.as_(place.head), accepted.id, to_id=to_id)
        with pytest.raises(NotHolder):
            handover.hand_over(place.session, place.as_(place.colleague), held.id, to_id=to_id)
        with pytest.raises(Stale):
            handover.hand_over(
                place.session, place.as_(place.officer), held.id, to_id=to_id, seq=held.seq - 1
            )

    @pytest.mark.parametrize("after", ["release", "claim", "reject"])
    def test_an_offer_ends_with_what_it_offered(self, place: Place, after: str) -> None:
        dossier = place.offered()
        session, officer = place.session, place.as_(place.officer)
        if after == "release":
            processing.release(session, officer, dossier.id)
        elif after == "claim":
            processing.claim(session, officer, dossier.id)
        else:
            decision.reject(session, officer, dossier.id, ground="Không đủ điều kiện")

        assert dossier.offered_to_id is None

    def test_a_retry_with_its_key_acts_once(self, place: Place) -> None:
        dossier = place.offered()
        session, colleague = place.session, place.as_(place.colleague)
        first = handover.take(session, colleague, dossier.id, key="nhan-mot-lan").seq

        assert handover.take(session, colleague, dossier.id, key="nhan-mot-lan").seq == first


class TestReassignment:
    """Decree 309/2026/NĐ-CP, art. 5 and 6: the head gives work to others."""

    @pytest.mark.parametrize("begin", ["accepted", "in_hand"])
    def test_a_head_gives_it_to_an_officer(self, place: Place, begin: str) -> None:
        dossier = getattr(place, begin)()
        status = dossier.status
        assert place.colleague.id is not None

        given = handover.reassign(
            place.session, place.as_(place.head), dossier.id, to_id=place.colleague.id, reason="Chia lại việc"
        )

        assert (given.status, given.holder_id, given.offered_to_id) == (status, place.colleague.id, None)
        with pytest.raises(HeldByAnother):
            processing.claim(place.session, place.as_(place.officer), dossier.id)
        assert (
            processing.claim(place.session, place.as_(place.colleague), dossier.id).status
            is Status.PROCESSING
        )

    def test_nobody_but_the_head(self, place: Place) -> None:
        dossier = place.in_hand()
        assert place.colleague.id is not None

        with pytest.raises(Forbidden):
            handover.reassign(
                place.session,
                place.as_(place.officer),
                dossier.id,
                to_id=place.colleague.id,
                reason="Chia lại",
            )

    def test_it_needs_a_reason_and_a_colleague(self, place: Place) -> None:
        dossier = place.in_hand()
        head = place.as_(place.head)
        assert place.colleague.id is not None

        with pytest.raises(Invalid):
            handover.reassign(place.session, head, dossier.id, to_id=place.colleague.id, reason=" ")
        with pytest.raises(handover.NotColleague):
            handover.reassign(place.session, head, dossier.id, to_id=uuid4(), reason="Chia lại")


def test_of_two_who_take_and_decline_at_once_one_wins(database: Database) -> None:
    with database.worker() as session:
        place = Place(session)
        dossier = place.offered()
        dossier_id, seq = dossier.id, dossier.seq
        session.commit()

    results = together(
        database,
        [place.colleague, place.officer],
        lambda session, actor: (
            handover.take(session, actor, dossier_id, seq=seq)
            if actor is place.colleague
            else handover.decline(session, actor, dossier_id, seq=seq)
        ),
    )

    won = [one for one in results if not isinstance(one, Exception)]
    assert len(won) == 1, results
    with database.worker() as session:
        assert session.get_one(Dossier, dossier_id).offered_to_id is None
