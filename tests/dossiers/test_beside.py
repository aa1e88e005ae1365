"""Messages, off-line touches, the way of a result, ratings and complaints: as a person would notice them."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import (
    access,
    attachments,
    complaints,
    decision,
    messages,
    processing,
    queries,
    ratings,
    returning,
    touches,
    views,
)
from dossiers.decision import Receiver
from dossiers.models import AttachmentState, Dossier
from dossiers.return_models import ComplaintState
from dossiers.touches import Touch
from dossiers.workflow import Status, WrongState
from portal.core import clock, events
from portal.core.errors import Conflict, DomainError, Forbidden, Invalid
from portal.core.text import BadText
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


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def said(page: messages.MessagePage) -> list[tuple[str, str]]:
    return [(one.side, one.text) for one in page.items]


class TestMessages:
    def test_both_sides_write_and_each_has_its_own_unread_ones(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Cho tôi hỏi giờ làm việc")
        place.as_(place.officer)
        seen = messages.page(place.session, place.officer, dossier.id)
        assert (seen.unread, said(seen)) == (1, [("applicant", "Cho tôi hỏi giờ làm việc")])
        assert messages.unread(place.session, [dossier.id], "desk") == {dossier.id: 1}

        messages.mark_read(place.session, place.officer, dossier.id, seq=seen.items[0].seq)
        messages.send(place.session, place.officer, dossier.id, text="Từ 7 giờ 30")

        assert messages.page(place.session, place.officer, dossier.id).unread == 0
        place.as_(place.applicant)
        answered = messages.page(place.session, place.applicant, dossier.id)
        assert (answered.unread, said(answered)[0]) == (1, ("desk", "Từ 7 giờ 30"))
        assert [one.read for one in answered.items] == [False, True]
        assert messages.unread(place.session, [dossier.id], "applicant") == {dossier.id: 1}

    def test_a_mark_never_goes_back_and_not_ahead_of_what_happened(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Một")
        place.as_(place.officer)
        messages.mark_read(place.session, place.officer, dossier.id, seq=2**40)
        messages.mark_read(place.session, place.officer, dossier.id, seq=0)
        assert messages.page(place.session, place.officer, dossier.id).unread == 0

        place.as_(place.applicant)
        messages.send(place.session, place.applicant, dossier.id, text="Hai")
        place.as_(place.officer)

        assert messages.page(place.session, place.officer, dossier.id).unread == 1

    def test_the_words_are_in_no_event(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Con tôi tên Hải Đăng")

        bodies = place.session.execute(sa.text("SELECT convert_from(body, 'UTF8') FROM event")).scalars()
        assert not [one for one in bodies if "Hải Đăng" in one]

    def test_a_draft_has_no_messages(self, place: Place) -> None:
        place.as_(place.applicant)
        draft = factories.draft(place.session, place.applicant, place.procedure, place.agency.id)

        with pytest.raises(WrongState):
            messages.send(place.session, place.applicant, draft.id, text="Xin chào")

    @pytest.mark.parametrize("text", ["", "   \n ", "x" * 4001])
    def test_nothing_and_too_much_are_refused(self, place: Place, text: str) -> None:
        dossier = place.filed()

        with pytest.raises(Invalid):
            messages.send(place.session, place.applicant, dossier.id, text=text)

    def test_hidden_characters_are_refused_and_markup_stays_text(self, place: Place) -> None:
        dossier = place.filed()
        with pytest.raises(BadText):
            messages.send(place.session, place.applicant, dossier.id, text="abc\u202egpj.exe")
        markup = "<script>alert(1)</script> ' OR 1=1 --"
        messages.send(place.session, place.applicant, dossier.id, text=markup)

        assert messages.page(place.session, place.applicant, dossier.id).items[0].text == markup

    def test_strangers_and_other_agencies_see_none(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Riêng tư")
        for actor in (place.stranger, place.other):
            place.as_(actor)
            for act in (
                lambda who: messages.page(place.session, who, dossier.id),
                lambda who: messages.send(place.session, who, dossier.id, text="Chen vào"),
                lambda who: messages.mark_read(place.session, who, dossier.id, seq=9),
                lambda who: complaints.of_dossier(place.session, who, dossier.id),
                lambda who: returning.way_of(place.session, who, dossier.id),
            ):
                with pytest.raises(access.DossierNotFound):
                    act(actor)

    def test_who_is_only_asked_for_an_opinion_reads_no_message(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Riêng tư")
        dossier.consulted_agency_ids = sorted(place.other.agency_ids)
        place.session.add(dossier)
        place.as_(place.other)

        assert views.summary(place.session, place.other, dossier.id).id == dossier.id
        with pytest.raises(Forbidden):
            messages.page(place.session, place.other, dossier.id)
        with pytest.raises(Forbidden):
            complaints.of_dossier(place.session, place.other, dossier.id)

    def test_a_file_goes_along_once_and_only_of_ones_own_side(self, place: Place) -> None:
        dossier = place.filed()
        file = factories.ready_file(place.session, dossier, "message")
        reply = factories.ready_file(place.session, dossier, "reply")
        with pytest.raises(messages.FileNotReady):
            messages.send(
                place.session, place.applicant, dossier.id, text="Của ai", attachment_ids=[reply.id]
            )
        messages.send(place.session, place.applicant, dossier.id, text="Đây", attachment_ids=[file.id])

        assert messages.page(place.session, place.applicant, dossier.id).items[0].attachments == [file.id]
        with pytest.raises(messages.FileNotReady):
            messages.send(place.session, place.applicant, dossier.id, text="Lại", attachment_ids=[file.id])
        with pytest.raises(Conflict):
            attachments.remove(place.session, place.applicant, dossier.id, file.id)

    def test_an_unchecked_file_does_not_go(self, place: Place) -> None:
        dossier = place.filed()
        file = factories.ready_file(place.session, dossier, "message", state=AttachmentState.CHECKING)

        with pytest.raises(messages.FileNotReady):
            messages.send(place.session, place.applicant, dossier.id, text="Đây", attachment_ids=[file.id])

    def test_what_the_other_side_has_not_sent_yet_is_not_seen(self, place: Place) -> None:
        dossier = place.filed()
        mine = factories.ready_file(place.session, dossier, "message")
        theirs = factories.ready_file(place.session, dossier, "reply")

        def shown(actor: Actor) -> set[UUID]:
            place.as_(actor)
            return {one.id for one in views.summary(place.session, actor, dossier.id).attachments}

        assert mine.id in shown(place.applicant)
        assert theirs.id not in shown(place.applicant)
        assert theirs.id in shown(place.officer)
        assert mine.id not in shown(place.officer)
        place.as_(place.applicant)
        with pytest.raises(attachments.AttachmentNotFound):
            attachments.remove(place.session, place.applicant, dossier.id, theirs.id)
        with pytest.raises(attachments.AttachmentNotFound):
            attachments.show(place.session, place.applicant, dossier.id, theirs.id)

    def test_the_list_goes_on_behind_its_last_message(self, place: Place) -> None:
        dossier = place.filed()
        for n in range(5):
            messages.send(place.session, place.applicant, dossier.id, text=f"Tin {n}")

        first = messages.page(place.session, place.applicant, dossier.id, limit=3)
        rest = messages.page(place.session, place.applicant, dossier.id, before=first.next, limit=3)

        assert [one.text for one in [*first.items, *rest.items]] == [f"Tin {n}" for n in (4, 3, 2, 1, 0)]
        assert rest.next is None


class TestTouches:
    @pytest.mark.parametrize("kind", list(Touch))
    def test_each_kind_is_an_event_without_its_note(self, place: Place, kind: Touch) -> None:
        dossier = place.in_hand()
        touches.touch(place.session, place.officer, dossier.id, kind=kind, note="Bà Ánh đến ký")

        told = place.last(dossier)
        assert (told.name, told.data["kind"], told.data["first"]) == ("dossier.touched", kind, True)
        assert "Ánh" not in str(told.data)
        assert events.private_of(place.session, dossier.id, told.seq) == {"note": "Bà Ánh đến ký"}

    def test_only_the_first_counts_as_first(self, place: Place) -> None:
        dossier = place.in_hand()
        for _ in range(2):
            touches.touch(place.session, place.officer, dossier.id, kind=Touch.VISIT)

        assert place.last(dossier).data["first"] is False

    def test_the_applicant_and_another_agency_may_not(self, place: Place) -> None:
        dossier = place.in_hand()
        place.as_(place.applicant)
        with pytest.raises(Forbidden):
            touches.touch(place.session, place.applicant, dossier.id, kind=Touch.CASH)
        place.as_(place.other)
        with pytest.raises(access.DossierNotFound):
            touches.touch(place.session, place.other, dossier.id, kind=Touch.CASH)


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


class TestRating:
    def rate(self, place: Place, dossier: Dossier, score: int = 4, **more: Any) -> Dossier:
        place.as_(place.applicant)
        given = {"reasons": ["quick"], **more}
        return ratings.rate(place.session, place.applicant, dossier.id, score=score, **given)

    def test_once_after_the_end_without_a_score_in_the_event(self, place: Place) -> None:
        dossier = place.returned()
        self.rate(place, dossier, 2, comment="Phải đi ba lần")

        assert place.last(dossier).data == {}
        with pytest.raises(ratings.AlreadyRated):
            self.rate(place, dossier, 5)

    def test_not_before_the_end(self, place: Place) -> None:
        dossier = place.settled()

        with pytest.raises(WrongState):
            self.rate(place, dossier)

    @pytest.mark.parametrize("more", [{"score": 0}, {"score": 6}, {"reasons": ["bogus"]}])
    def test_scores_and_reasons_are_of_the_list(self, place: Place, more: dict[str, Any]) -> None:
        dossier = place.returned()

        with pytest.raises(Invalid):
            self.rate(place, dossier, **more)

    def test_the_desk_does_not_rate(self, place: Place) -> None:
        dossier = place.returned()

        with pytest.raises(DomainError):
            ratings.rate(place.session, place.officer, dossier.id, score=5, reasons=[])

    def test_below_five_nothing_but_the_count_is_shown(self, place: Place) -> None:
        for score in (5, 4, 4, 3):
            self.rate(place, place.returned(), score)
        place.as_(place.officer)
        few = ratings.of_agencies(place.session, place.officer)
        assert (few.count, few.average, few.scores, few.reasons) == (4, None, None, None)

        self.rate(place, place.returned(), 1, reasons=["slow"])
        place.as_(place.officer)
        many = ratings.of_agencies(place.session, place.officer)
        assert (many.count, many.average) == (5, 3.4)
        assert many.scores == {1: 1, 2: 0, 3: 1, 4: 2, 5: 1}
        place.as_(place.other)
        assert ratings.of_agencies(place.session, place.other).count == 0


class TestComplaints:
    @pytest.mark.parametrize(
        ("made", "due"),
        [
            # Monday 30/11/2026 14:00: ten working days on is Monday 14/12.
            ("2026-11-30T14:00:00+07:00", dt.date(2026, 12, 14)),
            # Friday 06/02/2026: 09–13/02 are five, Tết 14–22/02, 23–27/02 the other five.
            ("2026-02-06T09:00:00+07:00", dt.date(2026, 2, 27)),
        ],
    )
    def test_ten_working_days(
        self, place: Place, monkeypatch: pytest.MonkeyPatch, made: str, due: dt.date
    ) -> None:
        dossier = place.filed()
        monkeypatch.setattr(complaints, "now", lambda: dt.datetime.fromisoformat(made))
        complaints.complain(place.session, place.applicant, dossier.id, text="Chậm quá")

        told = complaints.of_dossier(place.session, place.applicant, dossier.id)
        assert clock.local(told[0].due_at).date() == due

    def test_one_at_a_time_answered_once(self, place: Place) -> None:
        dossier = place.filed()
        complaints.complain(place.session, place.applicant, dossier.id, text="Không ai nghe máy")
        with pytest.raises(complaints.ComplaintOpen):
            complaints.complain(place.session, place.applicant, dossier.id, text="Vẫn thế")
        place.as_(place.officer)
        (asked,) = complaints.desk(place.session, place.officer, state=ComplaintState.OPEN).items
        answer = {"complaint_id": asked.id, "text": "Xin lỗi, máy hỏng"}
        complaints.answer(place.session, place.officer, dossier.id, **answer)
        with pytest.raises(complaints.ComplaintAnswered):
            complaints.answer(place.session, place.officer, dossier.id, **answer)

        assert complaints.desk(place.session, place.officer, state=ComplaintState.OPEN).items == []
        place.as_(place.applicant)
        (told,) = complaints.of_dossier(place.session, place.applicant, dossier.id)
        assert (told.text, told.answer, told.late) == ("Không ai nghe máy", "Xin lỗi, máy hỏng", False)
        complaints.complain(place.session, place.applicant, dossier.id, text="Lại không nghe máy")

    def test_the_words_are_in_no_event(self, place: Place) -> None:
        dossier = place.filed()
        complaints.complain(place.session, place.applicant, dossier.id, text="Ông Tuấn quát tôi")

        assert "Tuấn" not in str(place.last(dossier).data)

    def test_overdue_is_shown(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        dossier = place.filed()
        complaints.complain(place.session, place.applicant, dossier.id, text="Chậm quá")
        later = clock.now() + dt.timedelta(days=40)
        monkeypatch.setattr(complaints, "now", lambda: later)
        place.as_(place.officer)

        assert [
            one.late for one in complaints.desk(place.session, place.officer, state=ComplaintState.OPEN).items
        ] == [True]

    def test_another_agency_lists_none_and_a_citizen_answers_none(self, place: Place) -> None:
        dossier = place.filed()
        complaints.complain(place.session, place.applicant, dossier.id, text="Chậm quá")
        (asked,) = complaints.of_dossier(place.session, place.applicant, dossier.id)
        with pytest.raises(Forbidden):
            complaints.answer(
                place.session, place.applicant, dossier.id, complaint_id=asked.id, text="Không sao"
            )
        place.as_(place.other)
        assert complaints.desk(place.session, place.other, state=ComplaintState.OPEN).items == []

    def test_a_complaint_of_another_dossier_is_not_answered_here(self, place: Place) -> None:
        dossier = place.filed()
        place.as_(place.officer)

        with pytest.raises(complaints.ComplaintNotFound):
            complaints.answer(place.session, place.officer, dossier.id, complaint_id=uuid4(), text="Trả lời")

    def test_the_list_goes_on_behind_its_last(self, place: Place) -> None:
        for n in range(3):
            dossier = place.filed()
            complaints.complain(place.session, place.applicant, dossier.id, text=f"Việc {n}")
        place.as_(place.officer)
        first = complaints.desk(place.session, place.officer, state=ComplaintState.OPEN, limit=2)
        rest = complaints.desk(
            place.session, place.officer, state=ComplaintState.OPEN, after=first.next, limit=2
        )

        assert (len(first.items), len(rest.items), rest.next) == (2, 1, None)
        assert len({one.id for one in [*first.items, *rest.items]}) == 3
