"""The portal beside a model of sixty lines: whatever is done, both know the same dossier."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from auth.actor import Actor
from auth.models import Agency
from dossiers import (
    decision,
    duties,
    ends,
    extensions,
    filing,
    messages,
    notes,
    opinions,
    processing,
    returning,
    supplements,
    supplying,
    touches,
)
from dossiers.models import Dossier, PaymentMethod
from dossiers.process_models import Ballot, Opinion
from dossiers.supplement_models import FurtherGround, ItemKind
from dossiers.verification.folding import Event, differs, fold
from portal.core import clock
from portal.core.db import act_as
from portal.core.errors import DomainError
from tests import factories
from tests.conftest import Database
from tests.life import model

Act = Callable[[Any, Actor, Any, bool], object]
ITEM = supplements.Item(
    kind=ItemKind.FIELD, key="full_name", reason="incorrect", why="Ghi đúng họ tên.", again="Vẫn chưa đúng."
)
REASON = "Theo quy định."
ELSEWHERE = "Ủy ban nhân dân nơi khác"


def _ask(session: Any, who: Actor, dossier: Dossier, grounded: bool) -> object:
    return supplements.ask(
        session,
        who,
        dossier.id,
        items=[ITEM],
        ground=FurtherGround.NEW_FACT if grounded else None,
        ground_words=REASON if grounded else "",
    )


def _extend(session: Any, who: Actor, dossier: Dossier, _: bool) -> object:
    """Far enough ahead to be later than any due date of the three-month limit."""
    day = clock.today() + timedelta(days=300)
    while day.weekday() != 2 or day.month in (1, 2, 4, 9) or (day.month, day.day) == (11, 24):
        day += timedelta(days=1)
    return extensions.extend(session, who, dossier.id, until=day, reason=REASON)


def _opinion(session: Any, dossier: Any) -> Any:
    """The question that was put last, open or not."""
    row = session.exec(
        select(Opinion).where(Opinion.dossier_id == dossier.id).order_by(sa.desc(Opinion.asked_at))  # type: ignore[arg-type]
    ).first()
    return row.id if row else uuid4()


def _consult(session: Any, who: Actor, dossier: Any, _: bool) -> object:
    other = session.exec(select(Agency.id).where(Agency.name == ELSEWHERE)).one()
    return opinions.consult(
        session, who, dossier.id, agency_id=other, question="Đề nghị cho ý kiến.", working_days=3
    )


CALLS: dict[str, Act] = {
    "submit": lambda s, who, one, _: filing.submit(s, who, one.id, idempotency_key=None),
    "receive": lambda s, who, one, _: processing.receive(s, who, one.id),
    "refuse": lambda s, who, one, _: processing.refuse(s, who, one.id, reason=REASON),
    "claim": lambda s, who, one, _: processing.claim(s, who, one.id),
    "release": lambda s, who, one, _: processing.release(s, who, one.id),
    "ask_supplement": _ask,
    "supplement": lambda s, who, one, _: supplying.respond(s, who, one.id, answers={"full_name": "Lê Bình"}),
    "revoke_supplement": lambda s, who, one, _: supplements.revoke(s, who, one.id, reason=REASON),
    "ask_withdrawal": lambda s, who, one, _: ends.ask_withdrawal(s, who, one.id),
    "keep": lambda s, who, one, _: ends.keep(s, who, one.id, reason=REASON),
    "withdraw": lambda s, who, one, _: ends.stop(s, who, one.id),
    "extend": _extend,
    "approve": lambda s, who, one, _: decision.approve(s, who, one.id),
    "reject": lambda s, who, one, _: decision.reject(s, who, one.id, ground=REASON),
    "ask_duty": lambda s, who, one, _: duties.ask_duty(
        s, who, one.id, lines=[duties.DutyLine("Thuế trước bạ", 500_000)]
    ),
    "meet_duty": lambda s, who, one, _: duties.meet_duty(
        s, who, one.id, method=PaymentMethod.TRANSFER, note="Giấy nộp tiền số 12."
    ),
    "revoke_duty": lambda s, who, one, _: duties.revoke_duty(s, who, one.id, reason=REASON),
    "reopen": lambda s, who, one, _: returning.reopen(s, who, one.id, reason=REASON),
    "touch": lambda s, who, one, _: touches.touch(s, who, one.id, kind=touches.Touch.PHONE),
    "consult": _consult,
    "opine": lambda s, who, one, _: opinions.opine(s, who, one.id, _opinion(s, one), ballot=Ballot.AGREE),
    "revoke_opinion": lambda s, who, one, _: opinions.revoke(s, who, one.id, _opinion(s, one), reason=REASON),
    "note": lambda s, who, one, _: notes.note(s, who, one.id, text="Gọi lại cho người nộp."),
    "message": lambda s, who, one, _: messages.send(s, who, one.id, text="Xin hỏi về hồ sơ."),
    "deliver": lambda s, who, one, _: decision.deliver(s, who, one.id),
}
WHO = ("applicant", "anh", "binh", "stranger", "elsewhere")


def test_the_model_knows_every_act_that_is_tried() -> None:
    assert set(CALLS) == set(model.ACTS)


def machine(database: Database, done: Counter[str]) -> type[RuleBasedStateMachine]:
    """The machine over one database; each run is a dossier of its own, rolled back at the end.

    `done` counts what was allowed and what was refused, so that a machine that stands still shows.
    """
    with database.worker() as session:
        agency, other = factories.agency(session), factories.agency(session, name=ELSEWHERE)
        procedure = factories.procedure(
            session,
            agency.id,
            made_content={
                **factories.simple(),
                "time_limit": {"amount": 90, "unit": "working_day"},
                "result": None,
            },
        )
        people = {
            "applicant": factories.citizen(session),
            "stranger": factories.citizen(session),
            "anh": factories.officer(session, agency.id),
            "binh": factories.officer(session, agency.id),
            "elsewhere": factories.officer(session, other.id),
        }
        session.commit()

    class Life(RuleBasedStateMachine):
        """What people do, in any order and however senseless."""

        def __init__(self) -> None:
            super().__init__()
            self.session = database.app()
            self.began, self.hours = clock.now(), 0.0
            self.session.begin()
            act_as(self.session, people["applicant"].id, frozenset())
            made = factories.draft(self.session, people["applicant"], procedure, agency.id)
            factories.ready_file(self.session, made)
            self.dossier_id, self.before = made.id, made.seq
            self.model = model.Dossier()

        def teardown(self) -> None:
            self.session.rollback()
            self.session.close()

        def _read(self) -> Any:
            """The row as the database has it, as the worker of the same transaction sees it."""
            owner = people["applicant"]
            act_as(self.session, owner.id, owner.agency_ids)
            return self.session.execute(
                sa.select(Dossier.__table__).where(Dossier.__table__.c.id == self.dossier_id)  # type: ignore[attr-defined]
            ).one()

        @rule(act=st.sampled_from(sorted(CALLS)), who=st.sampled_from(WHO), grounded=st.booleans())
        def anything(self, act: str, who: str, grounded: bool) -> None:
            self._try(act, who, grounded)

        @precondition(lambda self: self.model.status not in model.ENDS)
        @rule(data=st.data(), grounded=st.booleans(), wait=st.sampled_from([0.0, 0.2, 3.0, 30.0]))
        def something_fitting(self, data: st.DataObject, grounded: bool, wait: float) -> None:
            """An act that the model allows: otherwise most runs would end at the first door."""
            self.hours += wait
            fitting = [
                (act, who)
                for act in sorted(CALLS)
                for who in WHO
                if self.model.allows(act, who, self.hours, grounded=grounded)
            ]
            if fitting:
                self._try(*data.draw(st.sampled_from(fitting)), grounded)

        def _try(self, act: str, who: str, grounded: bool) -> None:
            allowed = self.model.allows(act, who, self.hours, grounded=grounded)
            actor = people[who]
            act_as(self.session, actor.id, actor.agency_ids)
            with clock.at(self.began + timedelta(hours=self.hours)):
                one = _Ref(self.dossier_id)
                point = self.session.begin_nested()
                try:
                    CALLS[act](self.session, actor, one, grounded)
                    self.session.flush()
                    point.commit()
                    went, said = True, ""
                except DomainError as refused:
                    point.rollback()
                    self.session.expire_all()
                    went, said = False, f"{type(refused).__name__}: {refused}"
            assert went == allowed, (act, who, self.model, said)
            done[act if went else "refused"] += 1
            if went:
                self.model.do(act, who, self.hours)

        @invariant()
        def both_know_the_same(self) -> None:
            row = self._read()
            holder = people[self.model.holder].id if self.model.holder else None
            assert (row.status, list(row.way_back), row.holder_id) == (
                self.model.status, self.model.way, holder,
            )  # fmt: skip
            assert (row.extended_at is not None) == self.model.extended
            assert row.seq == self.before + self.model.events

        @invariant()
        def the_row_is_what_its_events_lead_to(self) -> None:
            row = self._read()
            bodies = self.session.execute(
                sa.text("SELECT body FROM event WHERE stream_id = :id ORDER BY seq"), {"id": self.dossier_id}
            ).scalars()
            folded = fold([msgspec.json.decode(body, type=Event) for body in bodies])
            assert folded.problem is None
            for name, expected in folded.columns.items():
                kept = getattr(row, name)
                plain = str(kept) if name.endswith("_id") and kept is not None else kept
                plain = [str(one) for one in kept] if name.endswith("_ids") else plain
                assert not differs(expected, plain), (name, expected, kept)

    return Life


class _Ref(msgspec.Struct, frozen=True):
    """The dossier by its id alone: each act reads it anew."""

    id: Any


def test_whatever_is_done_the_database_is_as_the_model(database: Database) -> None:
    """Short here; 2,000 runs of 50 steps with script/test --long."""
    done = Counter[str]()

    run_state_machine_as_test(
        machine(database, done),
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert done["refused"] > 50
    assert len(set(done) - {"refused"}) >= 12, done


@pytest.mark.long
def test_whatever_is_done_the_database_is_as_the_model_for_long(database: Database) -> None:
    done = Counter[str]()

    run_state_machine_as_test(
        machine(database, done),
        settings=settings(
            max_examples=int(os.environ.get("LIFE_RUNS", "2000")),
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert set(done) == {*CALLS, "refused"}
