"""The way of a result to the applicant, and a settled dossier taken up again."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from dossiers import (
    decision,
    processing,
    proof,
    queries,
    returning,
    views,
)
from dossiers.decision import Receiver
from dossiers.workflow import Status, WrongState
from portal.core import events
from portal.core.errors import Invalid
from tests import factories
from tests.dossiers.beside_place import ADDRESS, PARCEL, Place


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


class TestReturn:
    def test_by_post_it_is_sent_with_its_number_and_then_handed_over(self, place: Place) -> None:
        dossier = place.settled("post")
        with pytest.raises(decision.NotSent):
            decision.deliver(place.session, place.officer, dossier.id)
        returning.send_result(place.session, place.officer, dossier.id, tracking_number=PARCEL)

        place.as_(place.applicant)
        way = returning.way_of(place.session, place.applicant, dossier.id)
        assert (way.way, way.address, way.tracking_number) == ("post", ADDRESS, "RR123456785VN")
        assert way.sent_at is not None
        assert way.handed_at is None
        with pytest.raises(returning.WrongWay):
            returning.choose(place.session, place.applicant, dossier.id, return_way="counter")
        place.as_(place.officer)
        with pytest.raises(returning.WrongWay):
            returning.send_result(place.session, place.officer, dossier.id, tracking_number=PARCEL)
        assert decision.deliver(place.session, place.officer, dossier.id).status is Status.RETURNED

    def test_the_address_is_in_no_event(self, place: Place) -> None:
        dossier = place.settled("post")
        returning.send_result(place.session, place.officer, dossier.id, tracking_number=PARCEL)

        assert "Nguyễn Trãi" not in str([one.data for one in events.history(place.session, dossier.id)])

    @pytest.mark.parametrize("number", ["", "RR123456784VN", "RR12345678VN", "123456785", "R1123456785VN"])
    def test_a_number_that_is_no_parcels_is_refused(self, place: Place, number: str) -> None:
        dossier = place.settled("post")

        with pytest.raises(Invalid):
            returning.send_result(place.session, place.officer, dossier.id, tracking_number=number)

    @pytest.mark.parametrize(
        ("eight", "digit"), [("47312482", 9), ("12345678", 5), ("00000000", 5), ("00000005", 9)]
    )
    def test_check_digits(self, eight: str, digit: int) -> None:
        """UPU S10: 47312482 has 9 (the standard's example)."""
        assert returning.check_digit(eight) == digit

    @pytest.mark.parametrize("address", ["", "Nhà tôi"])
    def test_the_post_needs_an_address(self, place: Place, address: str) -> None:
        dossier = place.filed()

        with pytest.raises(Invalid):
            returning.choose(place.session, place.applicant, dossier.id, return_way="post", address=address)

    def test_what_the_procedure_does_not_offer_is_refused(self, place: Place) -> None:
        dossier = place.filed()

        with pytest.raises(Invalid):
            returning.choose(place.session, place.applicant, dossier.id, return_way="drone")

    def test_the_counter_notes_who_took_it(self, place: Place) -> None:
        dossier = place.settled("counter")
        signed = factories.ready_file(place.session, dossier, "signature")
        with pytest.raises(Invalid):
            decision.deliver(
                place.session, place.officer, dossier.id, receiver=Receiver("Trần Văn Bình", "12")
            )
        taker = Receiver("Trần Văn Bình", "1234", "Giấy ủy quyền ngày 01/12/2026")
        decision.deliver(
            place.session,
            place.officer,
            dossier.id,
            receiver=taker,
            signature_attachment_id=signed.id,
        )

        assert "Bình" not in str(place.last(dossier).data)
        way = returning.way_of(place.session, place.officer, dossier.id)
        assert way.receiver == {
            "name": "Trần Văn Bình",
            "id_last4": "1234",
            "authorisation": "Giấy ủy quyền ngày 01/12/2026",
        }

    def test_without_a_name_the_applicant_took_it(self, place: Place) -> None:
        dossier = place.settled("counter")
        decision.deliver(place.session, place.officer, dossier.id)

        assert returning.way_of(place.session, place.officer, dossier.id).receiver["name"] == "Nguyễn Thị Ánh"

    def test_delivered_twice_is_delivered_once(self, place: Place) -> None:
        dossier = place.settled()
        key = str(uuid4())
        decision.deliver(place.session, place.officer, dossier.id, key=key)
        decision.deliver(place.session, place.officer, dossier.id, key=key)
        with pytest.raises(WrongState):
            decision.deliver(place.session, place.officer, dossier.id)

        names = [one.name for one in events.history(place.session, dossier.id)]
        assert names.count("dossier.delivered") == 1

    def test_the_citizens_store_holds_their_results_and_nobody_elses(self, place: Place) -> None:
        dossiers = [place.settled().id for _ in range(3)]
        place.as_(place.applicant)
        first = returning.results(place.session, place.applicant, limit=2)
        rest = returning.results(place.session, place.applicant, after=first.next, limit=2)
        assert [one.dossier_id for one in [*first.items, *rest.items]] == dossiers[::-1]
        place.as_(place.stranger)
        assert returning.results(place.session, place.stranger).items == []


class TestReopening:
    def test_the_decision_is_undone_and_a_new_one_follows(self, place: Place) -> None:
        dossier = place.settled()
        returning.reopen(place.session, place.officer, dossier.id, reason="Ghi sai năm sinh")

        assert (dossier.status, dossier.settled_at) == (Status.PROCESSING, None)
        place.as_(place.applicant)
        assert views.summary(place.session, place.applicant, dossier.id).decision is None
        assert returning.results(place.session, place.applicant).items == []
        place.as_(place.officer)
        processing.claim(place.session, place.officer, dossier.id)
        decision.reject(place.session, place.officer, dossier.id, ground="Không đủ điều kiện")
        view = views.summary(place.session, place.officer, dossier.id)
        assert view.decision is not None
        assert view.decision.outcome == "rejected"

    def test_the_undone_result_is_not_returned(self, place: Place) -> None:
        dossier = place.settled()
        returning.reopen(place.session, place.officer, dossier.id, reason="Ghi sai năm sinh")
        processing.claim(place.session, place.officer, dossier.id)
        with pytest.raises(decision.NoResult):
            decision.approve(place.session, place.officer, dossier.id)
        results = [
            one
            for one in queries.attachments(place.session, dossier.id)
            if one.requirement_key == decision.RESULT
        ]
        assert results
        for undone in results:  # nor approved once more: the portal broke off here
            with pytest.raises(decision.NoResult):
                decision.approve(place.session, place.officer, dossier.id, result_attachment_id=undone.id)

    def test_who_holds_the_undone_result_learns_that_it_is_void(self, place: Place) -> None:
        dossier = place.settled()
        code = place.session.execute(
            sa.text("SELECT code FROM document WHERE dossier_id = :id AND kind = 'result'"),
            {"id": dossier.id},
        ).scalar_one()
        good = proof.document_by_code(place.session, code)
        returning.reopen(place.session, place.officer, dossier.id, reason="Ghi sai năm sinh")
        void = proof.document_by_code(place.session, code)

        assert good is not None
        assert void is not None
        assert (good.undone, void.undone) == (False, True)

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_a_reason_is_needed(self, place: Place, reason: str) -> None:
        dossier = place.settled()

        with pytest.raises(Invalid):
            returning.reopen(place.session, place.officer, dossier.id, reason=reason)

    def test_what_the_post_has_is_not_reopened(self, place: Place) -> None:
        dossier = place.settled("post")
        returning.send_result(place.session, place.officer, dossier.id, tracking_number=PARCEL)

        with pytest.raises(returning.WrongWay):
            returning.reopen(place.session, place.officer, dossier.id, reason="Ghi sai")

    def test_nor_what_was_returned(self, place: Place) -> None:
        dossier = place.returned()

        with pytest.raises(WrongState):
            returning.reopen(place.session, place.officer, dossier.id, reason="Ghi sai")
