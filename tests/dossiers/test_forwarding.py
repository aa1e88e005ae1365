"""Taken in at one agency, settled at another: sent on in time, taken over, and only then counted."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session

from auth.actor import Actor
from dossiers import (
    access,
    counter,
    decision,
    ends,
    extensions,
    filing,
    forwarding,
    inbox,
    intake,
    processing,
    supplements,
    views,
)
from dossiers.access import OnTheWay
from dossiers.controllers import day_end
from dossiers.counter import Visitor
from dossiers.intake import NotTakenHere
from dossiers.models import Channel, Dossier
from dossiers.offering import NotOffered
from dossiers.supplement_models import ItemKind
from dossiers.workflow import Action, Status, WrongState
from portal.core import clock, events
from portal.core.calendar import VIET_NAM
from portal.core.clock import ZONE, now
from portal.core.errors import Forbidden, Stale
from portal.core.idempotency import KeyReused
from tests import factories
from tests.conftest import acts_as

WHO = Visitor(name="Đỗ Thị Hoa", personal_id="001190123456", phone="0987654321")
TUESDAY = dt.date(2026, 12, 8)


class Both:
    """An agency that takes in, and one in the same province that settles."""

    def __init__(self, session: Session, scope: str = "province", code: str = "H99.2") -> None:
        self.session = session
        self.here = factories.agency(session, code="H99.1", name="Trung tâm nơi nhận")
        self.there = factories.agency(session, code=code, name="Trung tâm nơi giải quyết")
        content = factories.simple(intake_scope=scope)
        self.procedure = factories.procedure(session, self.there.id, made_content=content)
        self.taker = factories.officer(session, self.here.id)
        self.settler = factories.officer(session, self.there.id)
        self.third = factories.officer(session, factories.agency(session).id)

    def as_(self, actor: Actor) -> Actor:
        return acts_as(self.session, actor)

    def opened(self, **more: Any) -> Dossier:
        self.as_(self.taker)
        given = {"submission_id": uuid4(), "channel": Channel.COUNTER, "visitor": WHO} | more
        return counter.open_draft(
            self.session, self.taker, code=self.procedure.code, agency_id=self.here.id,
            **{"competent_agency_id": self.there.id} | given,
        )  # fmt: skip

    def filed(self) -> Dossier:
        made = self.opened()
        answers = dict(factories.SIMPLE_ANSWERS)
        filing.save_answers(self.session, self.taker, made.id, seq=None, answers=answers)
        factories.ready_file(self.session, made)
        return filing.submit(self.session, self.taker, made.id, idempotency_key=None)

    def received(self) -> Dossier:
        return processing.receive(self.session, self.taker, self.filed().id)

    def forwarded(self) -> Dossier:
        return forwarding.forward(self.session, self.taker, self.received().id)

    def taken_over(self) -> Dossier:
        made = self.forwarded()
        self.as_(self.settler)
        return forwarding.take_over(self.session, self.settler, made.id)

    def listed(self, actor: Actor, view: str) -> list[UUID]:
        self.as_(actor)
        return [one.id for one in inbox.desk(self.session, actor, view=view, day_end=day_end()).items]

    def counts(self, actor: Actor) -> tuple[int, int]:
        self.as_(actor)
        found = inbox.desk_counts(self.session, actor, day_end=day_end())
        return found["to_forward"], found["to_take_over"]

    def last(self, dossier: Dossier) -> Any:
        return events.history(self.session, dossier.id)[-1]


@pytest.fixture
def both(session: Session) -> Both:
    return Both(session)


@contextmanager
def at(hour: int, minute: int, day: dt.date = TUESDAY) -> Iterator[None]:
    with clock.at(dt.datetime.combine(day, dt.time(hour, minute, 1), ZONE)):
        yield


class TestIntake:
    @pytest.mark.parametrize(
        ("scope", "code", "taken"),
        [
            ("unit", "H99.2", False),
            ("province", "H99.2", True),
            ("province", "H98.2", False),
            ("nation", "H98.2", True),
        ],
    )
    def test_the_procedure_says_whose_desks_take_it_in(
        self, session: Session, scope: str, code: str, taken: bool
    ) -> None:
        """Decree 118/2025/NĐ-CP, art. 14(4) as amended by Decree 309/2026, art. 7."""
        both = Both(session, scope, code)
        if not taken:
            with pytest.raises(NotTakenHere):
                both.opened()
            return
        made = both.opened()
        assert (made.receiving_agency_id, made.competent_agency_id) == (both.here.id, both.there.id)

    def test_the_counter_offers_what_may_be_taken_in(self, both: Both) -> None:
        factories.procedure(both.session, both.there.id)  # settled there only
        procedures, agencies = intake.elsewhere(both.session, both.taker)

        assert [code for code, _ in procedures] == [both.procedure.code]
        assert [agency_id for agency_id, _ in agencies] == [both.there.id]
        assert intake.elsewhere(both.session, both.settler) == ([], [])

    def test_an_agency_that_does_not_offer_it_is_not_chosen(self, both: Both) -> None:
        (third,) = both.third.agency_ids
        with pytest.raises(NotOffered):
            both.opened(competent_agency_id=third)
        with pytest.raises(NotOffered):
            both.opened(competent_agency_id=None)

    def test_both_see_it_once_filed_and_only_the_receiving_one_receives(self, both: Both) -> None:
        made = both.filed()
        both.as_(both.settler)
        assert views.summary(both.session, both.settler, made.id).elsewhere
        with pytest.raises(Forbidden):
            processing.receive(both.session, both.settler, made.id)
        both.as_(both.third)
        with pytest.raises(access.DossierNotFound):
            views.summary(both.session, both.third, made.id)


class TestForwarding:
    def test_receiving_starts_no_clock(self, both: Both) -> None:
        made = both.received()

        assert made.number is not None
        assert made.number.startswith("H99.1-")
        assert (made.due_at, made.original_due_at, made.calendar) == (None, None, None)
        view = views.summary(both.session, both.taker, made.id)
        assert view.deadline is None
        assert view.on_the_way

    @pytest.mark.parametrize(
        ("hour", "minute", "day", "due"),
        [
            (7, 30, TUESDAY, dt.datetime(2026, 12, 8, 17, 0, tzinfo=ZONE)),
            (15, 0, TUESDAY, dt.datetime(2026, 12, 8, 17, 0, tzinfo=ZONE)),
            (15, 1, TUESDAY, dt.datetime(2026, 12, 9, 7, 0, tzinfo=ZONE)),
            (16, 59, TUESDAY, dt.datetime(2026, 12, 9, 7, 0, tzinfo=ZONE)),
            (15, 1, dt.date(2026, 12, 11), dt.datetime(2026, 12, 14, 7, 0, tzinfo=ZONE)),
        ],
    )
    def test_it_goes_the_same_day_or_after_three_with_the_next(
        self, both: Both, hour: int, minute: int, day: dt.date, due: dt.datetime
    ) -> None:
        """Decree 118/2025/NĐ-CP, art. 18(2) as amended by Decree 309/2026, art. 9."""
        with at(hour, minute, day):
            assert both.received().forward_due_at == due

    def test_sending_on_is_an_event_with_the_note_sealed(self, both: Both) -> None:
        made = both.received()
        forwarding.forward(both.session, both.taker, made.id, note="Kèm bản gốc của ông Hải Đăng")

        told = both.last(made)
        assert (told.name, told.data["to_agency_id"]) == ("dossier.forwarded", str(both.there.id))
        assert "Hải Đăng" not in str(told.data)
        assert events.private_of(both.session, made.id, told.seq) == {"note": "Kèm bản gốc của ông Hải Đăng"}

    def test_only_the_receiving_agency_sends_it_on_once(self, both: Both) -> None:
        made = both.received()
        both.as_(both.settler)
        with pytest.raises(Forbidden):
            forwarding.forward(both.session, both.settler, made.id)
        both.as_(both.third)
        with pytest.raises(access.DossierNotFound):
            forwarding.forward(both.session, both.third, made.id)
        both.as_(both.taker)
        forwarding.forward(both.session, both.taker, made.id)
        with pytest.raises(OnTheWay):
            forwarding.forward(both.session, both.taker, made.id)

    def test_what_is_not_received_or_stays_here_is_not_sent_on(self, both: Both) -> None:
        made = both.filed()
        with pytest.raises(WrongState):
            forwarding.forward(both.session, both.taker, made.id)
        own = factories.procedure(both.session, both.here.id)
        dossier = factories.filed(both.session, factories.citizen(both.session), own, both.here.id)
        both.as_(both.taker)
        processing.receive(both.session, both.taker, dossier.id)
        with pytest.raises(OnTheWay):
            forwarding.forward(both.session, both.taker, dossier.id)
        with pytest.raises(OnTheWay):
            forwarding.take_over(both.session, both.taker, dossier.id)

    def test_a_version_gone_by_is_refused_and_a_retry_sends_once(self, both: Both) -> None:
        made = both.received()
        seen, key = made.seq, str(uuid4())
        with pytest.raises(Stale):
            forwarding.forward(both.session, both.taker, made.id, seq=seen - 1)
        for _ in range(2):
            forwarding.forward(both.session, both.taker, made.id, seq=seen, key=key)
        assert both.last(made).seq == seen + 1
        with pytest.raises(KeyReused):
            forwarding.forward(both.session, both.taker, made.id, note="Khác", key=key)


class TestTakingOver:
    def test_the_clock_of_the_competent_agency_starts_then(self, both: Both) -> None:
        """Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3)."""
        with at(9, 0):
            made = both.forwarded()
        both.as_(both.settler)
        with at(10, 0, dt.date(2026, 12, 10)):
            taken = forwarding.take_over(both.session, both.settler, made.id)
            proof = views.summary(both.session, both.settler, made.id).deadline

        assert proof is not None
        assert proof.trace[0].date == dt.date(2026, 12, 10)
        assert (taken.due_at, taken.original_due_at, taken.calendar) == (
            proof.due_at, proof.due_at, VIET_NAM.revision,
        )  # fmt: skip
        assert taken.competent_received_at is not None
        assert clock.local(taken.competent_received_at).date() == dt.date(2026, 12, 10)

    def test_only_the_competent_agency_takes_it_over_when_it_was_sent(self, both: Both) -> None:
        made = both.received()
        both.as_(both.settler)
        with pytest.raises(OnTheWay):
            forwarding.take_over(both.session, both.settler, made.id)
        both.as_(both.taker)
        forwarding.forward(both.session, both.taker, made.id)
        with pytest.raises(Forbidden):
            forwarding.take_over(both.session, both.taker, made.id)
        both.as_(both.settler)
        forwarding.take_over(both.session, both.settler, made.id)
        with pytest.raises(OnTheWay):
            forwarding.take_over(both.session, both.settler, made.id)

    @pytest.mark.parametrize("sent", [False, True])
    def test_no_work_begins_on_the_way(self, both: Both, sent: bool) -> None:
        made = both.forwarded() if sent else both.received()
        item = supplements.Item(kind=ItemKind.FIELD, key="full_name", reason="incorrect", why="Ghi đúng.")
        both.as_(both.settler)
        until = VIET_NAM.add_working_days(clock.today(), 30)
        for act in (
            lambda: processing.claim(both.session, both.settler, made.id),
            lambda: supplements.ask(both.session, both.settler, made.id, items=[item]),
            lambda: extensions.extend(both.session, both.settler, made.id, until=until, reason="Chậm"),
        ):
            with pytest.raises(OnTheWay):
                act()
        offered = views.summary(both.session, both.settler, made.id).allowed
        assert not {Action.START, Action.EXTEND, Action.ASK_SUPPLEMENT, Action.ASK_DUTY} & set(offered)
        assert (Action.TAKE_OVER in offered) is sent

    def test_from_there_it_is_settled_like_any_other_and_returned_where_it_came_in(self, both: Both) -> None:
        made = both.taken_over()
        processing.claim(both.session, both.settler, made.id)
        file = factories.ready_file(both.session, made, "result")
        decision.approve(both.session, both.settler, made.id, result_attachment_id=file.id)
        both.as_(both.taker)
        receiver = decision.Receiver("Đỗ Thị Hoa", "3456", "")
        returned = decision.deliver(both.session, both.taker, made.id, receiver=receiver)

        assert returned.status is Status.RETURNED

    def test_a_withdrawal_on_the_way_ends_it_and_one_taken_back_lets_it_go_on(self, both: Both) -> None:
        made = both.received()
        ends.ask_withdrawal(both.session, both.taker, made.id)
        ends.keep(both.session, both.taker, made.id, reason="Người nộp đổi ý")
        assert (made.status, made.due_at) == (Status.ACCEPTED, None)
        forwarding.forward(both.session, both.taker, made.id)
        ends.ask_withdrawal(both.session, both.taker, made.id)
        ends.stop(both.session, both.taker, made.id)

        assert made.status is Status.STOPPED
        assert both.listed(both.settler, "to_take_over") == []


class TestDesks:
    def test_each_side_has_its_list_with_its_count(self, both: Both) -> None:
        made = both.received()
        assert both.listed(both.taker, "to_forward") == [made.id]
        assert (both.counts(both.taker), both.counts(both.settler)) == ((1, 0), (0, 0))
        assert both.listed(both.settler, "to_forward") == []

        both.as_(both.taker)
        forwarding.forward(both.session, both.taker, made.id)
        assert both.listed(both.taker, "to_forward") == []
        assert both.listed(both.settler, "to_take_over") == [made.id]
        assert both.listed(both.taker, "to_take_over") == []
        assert (both.counts(both.taker), both.counts(both.settler)) == ((0, 0), (0, 1))

        both.as_(both.settler)
        forwarding.take_over(both.session, both.settler, made.id)
        assert both.counts(both.settler) == (0, 0)
        assert both.listed(both.settler, "unit") == [made.id]

    def test_what_is_to_go_first_stands_first(self, both: Both) -> None:
        with at(15, 30):
            late = both.received()
        with at(8, 0):
            early = both.received()

        assert both.listed(both.taker, "to_forward") == [early.id, late.id]
        page = inbox.desk(both.session, both.taker, view="to_forward", day_end=day_end(), limit=1)
        rest = inbox.desk(
            both.session, both.taker, view="to_forward", day_end=day_end(), after=page.next, limit=1
        )
        assert [one.id for one in rest.items] == [late.id]

    def test_nothing_is_overdue_while_no_clock_runs(self, both: Both) -> None:
        both.received()
        with clock.at(now() + dt.timedelta(days=90)):
            assert both.listed(both.taker, "overdue") == []
