"""Opinions of other agencies: asked, answered, taken back, and who reads what."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import (
    access,
    inbox,
    opinion_queries,
    opinions,
    processing,
    supplements,
    views,
)
from dossiers.access import NotHolder
from dossiers.attachment_rules import opinion_key
from dossiers.controllers import day_end
from dossiers.models import Dossier
from dossiers.opinion_queries import OpinionNotFound
from dossiers.opinions import AlreadyAsked
from dossiers.process_models import Ballot
from dossiers.supplement_models import ItemKind
from dossiers.workflow import Action, Status, WrongState
from portal.core.calendar import VIET_NAM
from portal.core.clock import local, now
from portal.core.errors import Forbidden, Invalid, Stale
from portal.core.idempotency import KeyReused
from portal.core.text import BadText
from tests import factories
from tests.dossiers.beside_place import Place

QUESTION = "Ông Hải Đăng có cư trú tại khu phố 3 không?"
ANSWER = "Có, từ năm 2019."


class Asking(Place):
    """A dossier in hand, and an agency with an officer that can be asked."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        (self.there,) = self.other.agency_ids
        self.dossier = self.in_hand()

    def ask(self, agency_id: UUID | None = None, **more: Any) -> UUID:
        """Put the question; its id."""
        self.as_(self.officer)
        given = {"question": QUESTION, "working_days": 3} | more
        asked = agency_id or self.there
        opinions.consult(self.session, self.officer, self.dossier.id, agency_id=asked, **given)
        return opinion_queries.open_of(self.session, self.dossier.id, asked).id

    def read(self, actor: Actor) -> list[opinion_queries.OpinionView]:
        self.as_(actor)
        return opinion_queries.of_dossier(self.session, actor, self.dossier.id)

    def answer(self, opinion_id: UUID, actor: Actor | None = None, **more: Any) -> Dossier:
        by = self.as_(actor or self.other)
        given = {"ballot": Ballot.AGREE} | more
        return opinions.opine(self.session, by, self.dossier.id, opinion_id, **given)

    def asked_view(self, actor: Actor) -> inbox.Page:
        self.as_(actor)
        return inbox.desk(self.session, actor, view="asked", day_end=day_end())


@pytest.fixture
def place(session: Session) -> Asking:
    return Asking(session)


class TestAsking:
    def test_the_asked_agency_sees_question_and_dossier_and_may_only_answer(self, place: Asking) -> None:
        place.as_(place.other)
        with pytest.raises(access.DossierNotFound):
            views.summary(place.session, place.other, place.dossier.id)
        place.ask()

        (read,) = place.read(place.other)
        assert (read.question, read.asker, read.state, read.mine) == (
            QUESTION, place.officer.name, "asked", True,
        )  # fmt: skip
        assert views.summary(place.session, place.other, place.dossier.id).allowed == [Action.OPINE]

    @pytest.mark.parametrize("days", [1, 3, 60])
    def test_the_deadline_is_the_close_of_the_nth_working_day(self, place: Asking, days: int) -> None:
        """Decree 61/2018/NĐ-CP, art. 19(5); Civil Code 2015, art. 147(2)."""
        place.ask(working_days=days)

        day = VIET_NAM.add_working_days(local(now()).date(), days)
        assert place.read(place.officer)[0].due_at == VIET_NAM.close(day)

    def test_or_the_close_of_a_chosen_working_day(self, place: Asking) -> None:
        day = VIET_NAM.add_working_days(local(now()).date(), 6)
        place.ask(working_days=None, due_on=day)

        assert place.read(place.officer)[0].due_at == VIET_NAM.close(day)

    def test_the_dossiers_own_clock_goes_on(self, place: Asking) -> None:
        due = place.dossier.due_at
        place.ask()

        told = place.last(place.dossier)
        assert (told.name, told.data["pauses"]) == ("dossier.consulted", False)
        assert (place.dossier.due_at, place.dossier.paused_since) == (due, None)

    def test_several_are_asked_side_by_side_and_each_reads_its_own(self, place: Asking) -> None:
        third = factories.officer(place.session, factories.agency(place.session).id)
        (third_id,) = third.agency_ids
        place.ask()
        place.ask(third_id, question="Câu thứ hai")

        assert [one.question for one in place.read(place.officer)] == ["Câu thứ hai", QUESTION]
        assert [one.question for one in place.read(place.other)] == [QUESTION]
        assert [one.question for one in place.read(third)] == ["Câu thứ hai"]

    def test_one_open_question_to_an_agency_at_a_time(self, place: Asking) -> None:
        first = place.ask()
        with pytest.raises(AlreadyAsked):
            place.ask(question="Hỏi thêm")
        place.answer(first)

        place.ask(question="Hỏi thêm")
        assert [one.state for one in place.read(place.officer)] == ["asked", "given"]

    def test_the_words_are_in_no_event(self, place: Asking) -> None:
        place.answer(place.ask(), text=ANSWER)

        bodies = place.session.execute(sa.text("SELECT convert_from(body, 'UTF8') FROM event")).scalars()
        assert not [one for one in bodies if "Hải Đăng" in one or "2019." in one]

    def test_only_who_holds_the_dossier_asks(self, place: Asking) -> None:
        for actor, refusal in (
            (factories.officer(place.session, place.agency.id), NotHolder),
            (place.applicant, Forbidden),
            (place.other, access.DossierNotFound),
            (place.stranger, access.DossierNotFound),
        ):
            place.as_(actor)
            with pytest.raises(refusal):
                opinions.consult(
                    place.session, actor, place.dossier.id,
                    agency_id=place.there, question=QUESTION, working_days=3,
                )  # fmt: skip

    def test_an_agency_without_officers_one_that_is_not_there_and_ones_own_are_not_asked(
        self, place: Asking
    ) -> None:
        empty = factories.agency(place.session)
        for agency_id in (place.agency.id, uuid4(), empty.id):
            with pytest.raises(Invalid):
                place.ask(agency_id)
        offered = opinion_queries.askable(place.session, place.agency.id)
        assert {agency_id for agency_id, _ in offered} == {place.there}

    @pytest.mark.parametrize(
        "given",
        [
            {"question": "  "},
            {"question": "x" * (opinions.MAX_TEXT + 1)},
            {"working_days": 0},
            {"working_days": 61},
            {"working_days": None},
            {"due_on": dt.date(2100, 1, 4)},
            {"working_days": None, "due_on": dt.date(2026, 1, 5)},
            {"working_days": None, "due_on": dt.date(2100, 1, 4)},
        ],
    )
    def test_bad_questions_are_refused(self, place: Asking, given: dict[str, Any]) -> None:
        with pytest.raises(Invalid):
            place.ask(**given)
        assert place.read(place.officer) == []

    def test_a_day_off_is_no_deadline(self, place: Asking) -> None:
        day = local(now()).date() + dt.timedelta(days=1)
        while VIET_NAM.is_working_day(day):
            day += dt.timedelta(days=1)
        with pytest.raises(Invalid):
            place.ask(working_days=None, due_on=day)

    def test_hidden_characters_are_refused(self, place: Asking) -> None:
        with pytest.raises(BadText):
            place.ask(question="abc\u202egpj.exe")

    def test_nobody_is_asked_before_the_work_has_begun(self, place: Asking) -> None:
        place.dossier = place.filed()
        place.as_(place.officer)
        processing.receive(place.session, place.officer, place.dossier.id)
        with pytest.raises((WrongState, NotHolder)):
            place.ask()

    def test_a_version_gone_by_is_refused_and_a_retry_asks_once(self, place: Asking) -> None:
        seen, key = place.dossier.seq, str(uuid4())
        for _ in range(2):
            place.ask(seq=seen, key=key)
        assert len(place.read(place.officer)) == 1
        with pytest.raises(Stale):
            place.ask(seq=seen)
        with pytest.raises(KeyReused):
            place.ask(question="Khác", key=key)


class TestAnswering:
    def test_the_answer_reaches_who_asked_with_ballot_and_words(self, place: Asking) -> None:
        opinion_id = place.ask()
        place.answer(opinion_id, ballot=Ballot.DISAGREE, text=ANSWER)

        (read,) = place.read(place.officer)
        assert (read.state, read.ballot, read.text, read.author) == (
            "given", "disagree", ANSWER, place.other.name,
        )  # fmt: skip
        told = place.last(place.dossier)
        assert (told.name, told.data["ballot"], told.actor_id) == (
            "dossier.opinion_given", "disagree", place.other.id,
        )  # fmt: skip

    def test_after_the_answer_the_agency_reads_on_and_writes_no_more(self, place: Asking) -> None:
        opinion_id = place.ask()
        place.answer(opinion_id)

        assert views.summary(place.session, place.other, place.dossier.id).allowed == []
        assert place.read(place.other)[0].state == "given"
        with pytest.raises(Forbidden):
            place.answer(opinion_id, ballot=Ballot.DISAGREE, text="Nghĩ lại")

    def test_only_the_asked_agency_answers(self, place: Asking) -> None:
        opinion_id = place.ask()
        for actor, refusal in (
            (place.officer, Forbidden),
            (place.applicant, Forbidden),
            (place.stranger, access.DossierNotFound),
            (factories.officer(place.session, factories.agency(place.session).id), access.DossierNotFound),
        ):
            with pytest.raises(refusal):
                place.answer(opinion_id, actor)

    def test_an_agency_does_not_answer_for_another(self, place: Asking) -> None:
        third = factories.officer(place.session, factories.agency(place.session).id)
        first = place.ask()
        place.ask(*third.agency_ids)

        with pytest.raises(OpinionNotFound):
            place.answer(first, third)
        with pytest.raises(OpinionNotFound):
            place.answer(uuid4())

    @pytest.mark.parametrize("ballot", [Ballot.DISAGREE, Ballot.OTHER])
    def test_who_does_not_simply_agree_says_why(self, place: Asking, ballot: Ballot) -> None:
        opinion_id = place.ask()
        with pytest.raises(Invalid):
            place.answer(opinion_id, ballot=ballot)

    def test_while_the_applicant_supplements_the_answer_may_come(self, place: Asking) -> None:
        opinion_id = place.ask()
        item = supplements.Item(kind=ItemKind.FIELD, key="full_name", reason="incorrect", why="Ghi đúng.")
        place.as_(place.officer)
        supplements.ask(place.session, place.officer, place.dossier.id, items=[item])
        file = factories.ready_file(place.session, place.dossier, opinion_key(opinion_id))

        answered = place.answer(opinion_id, attachment_id=file.id)

        assert (answered.status, place.read(place.officer)[0].state) == (Status.SUPPLEMENT, "given")

    def test_a_version_gone_by_is_refused_and_a_retry_answers_once(self, place: Asking) -> None:
        opinion_id = place.ask()
        seen, key = place.dossier.seq, str(uuid4())
        with pytest.raises(Stale):
            place.answer(opinion_id, seq=seen - 1)
        first = place.answer(opinion_id, seq=seen, key=key).seq

        assert place.answer(opinion_id, seq=seen, key=key).seq == first
