"""Who stands in for whom while somebody is away, and what a former officer leaves behind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from dossiers import processing, standing_in
from dossiers.models import Dossier
from dossiers.processing import HeldByAnother
from dossiers.workflow import Status
from portal.core import events
from portal.core.clock import now
from portal.core.errors import DomainError, Forbidden, Invalid
from tests.conftest import Database
from tests.dossiers.test_handover import Place, place

__all__ = ["place"]


class TestStandingIn:
    def test_a_stand_in_takes_what_the_absent_one_holds(self, place: Place) -> None:
        dossier = place.in_hand()
        with pytest.raises(HeldByAnother):
            processing.claim(place.session, place.as_(place.colleague), dossier.id)
        place.stand_in()

        taken = processing.claim(place.session, place.as_(place.colleague), dossier.id)

        assert taken.holder_id == place.colleague.id
        assert events.history(place.session, dossier.id)[-1].data["for_id"] == str(place.officer.id)

    @pytest.mark.parametrize(
        "more",
        [
            {"since": now() + timedelta(hours=3)},
            {"to_id": "head"},
        ],
    )
    def test_not_before_its_time_and_nobody_else(self, place: Place, more: dict[str, Any]) -> None:
        dossier = place.in_hand()
        place.stand_in(
            **{key: getattr(place, one).id if isinstance(one, str) else one for key, one in more.items()}
        )

        with pytest.raises(HeldByAnother):
            processing.claim(place.session, place.as_(place.colleague), dossier.id)

    def test_once_ended_it_gives_nothing_more(self, place: Place) -> None:
        dossier, made = place.in_hand(), place.stand_in()
        standing_in.end(place.session, place.as_(place.head), made)

        with pytest.raises(HeldByAnother):
            processing.claim(place.session, place.as_(place.colleague), dossier.id)
        assert standing_in.of_agencies(place.session, place.officer) == []

    def test_the_head_names_one_for_who_cannot(self, place: Place) -> None:
        place.stand_in(by=place.head)

        (one,) = standing_in.of_agencies(place.session, place.as_(place.colleague))
        assert (one.from_id, one.to_id) == (place.officer.id, place.colleague.id)
        assert standing_in.of_agencies(place.session, place.as_(place.stranger)) == []

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (lambda place: {"by": place.colleague}, Forbidden),
            (lambda place: {"by": place.stranger}, Forbidden),
            (lambda place: {"to_id": place.officer.id}, Invalid),
            (lambda place: {"to_id": place.stranger.id}, Invalid),
            (lambda place: {"by": place.head, "from_id": place.stranger.id}, Invalid),
            (lambda place: {"until": now() - timedelta(days=1)}, Invalid),
            (lambda place: {"since": now() + timedelta(days=3)}, Invalid),
            (lambda place: {"until": now() + timedelta(days=400)}, Invalid),
        ],
    )
    def test_what_makes_no_sense(
        self, place: Place, change: Callable[[Place], dict[str, Any]], error: type[DomainError]
    ) -> None:
        with pytest.raises(error):
            place.stand_in(**change(place))

    def test_said_twice_it_is_one_and_said_otherwise_it_is_refused(self, place: Place) -> None:
        since, until = now() - timedelta(hours=1), now() + timedelta(days=2)
        first = place.stand_in(since=since, until=until)

        assert place.stand_in(since=since, until=until) == first
        with pytest.raises(Invalid, match="đã thay từ"):
            place.stand_in(since=since, until=until + timedelta(days=1))
        standing_in.end(place.session, place.as_(place.head), first)
        assert place.stand_in(since=since, until=until + timedelta(days=1)) != first

    def test_it_is_written_down_who_named_and_who_ended_it(self, place: Place) -> None:
        made = place.stand_in(by=place.head)
        standing_in.end(place.session, place.as_(place.officer), made)

        told = [(one.name, one.actor_id) for one in events.history(place.session, place.officer.id)][-2:]
        assert told == [
            ("account.stand_in_named", place.head.id),
            ("account.stand_in_ended", place.officer.id),
        ]

    def test_others_do_not_end_it(self, place: Place) -> None:
        made = place.stand_in()

        with pytest.raises(Forbidden):
            standing_in.end(place.session, place.as_(place.colleague), made)
        with pytest.raises(standing_in.DelegationNotFound):
            standing_in.end(place.session, place.as_(place.stranger), made)


class TestLeftBehind:
    def test_a_former_officers_hold_ends_at_once_for_who_claims(self, place: Place) -> None:
        dossier = place.in_hand()
        place.removed(place.officer)

        assert processing.claim(place.session, place.as_(place.colleague), dossier.id).holder_id == (
            place.colleague.id
        )

    def test_the_sweeper_gives_it_back_and_says_so(self, database: Database) -> None:
        with database.worker() as session:
            place = Place(session)
            left, kept = place.in_hand().id, place.in_hand().id
            processing.release(session, place.as_(place.officer), kept)
            processing.claim(session, place.as_(place.colleague), kept)
            untouched = standing_in_count(session)
            place.removed(place.officer)
            session.commit()

        first, second = standing_in.release_left_behind(), standing_in.release_left_behind()

        assert (untouched, first, second) == (2, 1, 0)
        with database.worker() as session:
            dossier, other = session.get_one(Dossier, left), session.get_one(Dossier, kept)
            assert (dossier.holder_id, dossier.lease_until) == (None, None)
            assert dossier.status is Status.PROCESSING
            assert other.holder_id is not None
            told = events.history(session, left)[-1]
            assert (told.name, told.actor_id, told.data) == ("dossier.released", None, {"cause": "left"})


def standing_in_count(session: Session) -> int:
    return int(
        session.execute(sa.text("SELECT count(*) FROM dossier WHERE holder_id IS NOT NULL")).scalar_one()
    )
