"""Opinions of agencies: who reads what, and the list of what is asked."""

import datetime as dt

import pytest

from auth.actor import Role
from dossiers import (
    access,
    inbox,
    opinion_queries,
    queries,
    views,
)
from dossiers.controllers import day_end
from dossiers.process_models import Ballot
from portal.core import clock
from portal.core.clock import now
from portal.core.errors import Forbidden, Invalid
from tests import factories
from tests.dossiers.test_opinions import ANSWER, Asking, place

__all__ = ["place"]


class TestReading:
    def test_the_applicant_reads_that_somebody_is_asked_and_no_word_of_it(self, place: Asking) -> None:
        place.answer(place.ask(), ballot=Ballot.DISAGREE, text=ANSWER)

        place.as_(place.applicant)
        names = [one.name for one in views.detail(place.session, place.applicant, place.dossier.id).timeline]
        assert {"dossier.consulted", "dossier.opinion_given"} <= set(names)
        with pytest.raises(Forbidden):
            opinion_queries.of_dossier(place.session, place.applicant, place.dossier.id)

    def test_strangers_read_nothing(self, place: Asking) -> None:
        place.ask()
        for actor in (place.stranger, factories.officer(place.session, factories.agency(place.session).id)):
            with pytest.raises(access.DossierNotFound):
                place.read(actor)

    def test_the_list_of_what_is_asked_is_counted_and_ordered_by_the_day(self, place: Asking) -> None:
        first = place.dossier
        place.ask(working_days=9)
        place.dossier = place.in_hand()
        second, opinion_id = place.dossier, place.ask(working_days=2)

        page = place.asked_view(place.other)
        assert [one.id for one in page.items] == [second.id, first.id]
        assert [one.answer_by for one in page.items] == sorted(
            one.answer_by for one in page.items if one.answer_by
        )
        assert inbox.desk_counts(place.session, place.other, day_end=day_end())["asked"] == 2
        assert inbox.desk_counts(place.session, place.other, day_end=day_end())["unit"] == 0
        assert place.asked_view(place.officer).items == []

        place.answer(opinion_id)
        assert [one.id for one in place.asked_view(place.other).items] == [first.id]
        assert inbox.desk_counts(place.session, place.other, day_end=day_end())["asked"] == 1

    def test_the_list_goes_on_behind_its_last_row_and_is_searched(self, place: Asking) -> None:
        made = []
        for n in range(3):
            made.append(place.dossier.id)
            place.ask(working_days=n + 1)
            place.dossier = place.in_hand()
        place.as_(place.other)
        rows, after = [], None
        for _ in made:
            page = inbox.desk(
                place.session, place.other, view="asked", day_end=day_end(), after=after, limit=1
            )
            rows += page.items
            after = page.next
        assert [one.id for one in rows] == made
        assert after is None
        number = queries.get(place.session, place.other, made[1]).number
        found = inbox.desk(place.session, place.other, view="asked", day_end=day_end(), query=number)
        assert [one.id for one in found.items] == [made[1]]

    def test_a_question_is_late_when_its_day_has_passed(self, place: Asking) -> None:
        place.ask(working_days=1)
        assert place.read(place.officer)[0].late is False

        with clock.at(now() + dt.timedelta(days=30)):
            assert place.read(place.officer)[0].late is True


def test_a_head_alone_is_nobody_who_could_answer(place: Asking) -> None:
    headed = factories.agency(place.session)
    factories.officer(place.session, headed.id, Role.HEAD)

    with pytest.raises(Invalid):
        place.ask(headed.id)
