"""What applicants say of the handling: ratings and complaints."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from dossiers import (
    complaints,
    ratings,
)
from dossiers.models import Dossier
from dossiers.return_models import ComplaintState
from dossiers.workflow import WrongState
from portal.core import clock
from portal.core.errors import DomainError, Forbidden, Invalid
from tests.dossiers.beside_place import Place


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


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
