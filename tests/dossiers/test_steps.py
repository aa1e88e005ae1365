"""The plan inside the agency: drawn up at acceptance, moved on and back, ended by decisions."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from dossiers import decision, ends, plan, processing, returning, step_acts, steps
from dossiers.access import NotHolder
from dossiers.models import Dossier
from dossiers.process_models import StepState
from dossiers.verification.folding import Event
from dossiers.verification.plans import fold
from dossiers.workflow import WrongState
from portal.core import clock, events
from portal.core.errors import Forbidden, Invalid
from tests import factories
from tests.conftest import acts_as

W, N, D, L = StepState.WAITING, StepState.OPEN, StepState.DONE, StepState.LEFT_OUT
STEPS = [
    {"key": "receive", "name": "Tiếp nhận", "unit": "Một cửa", "role": "Cán bộ", "hours": 1},
    {"key": "examine", "name": "Thẩm tra", "unit": "Phòng chuyên môn", "role": "Chuyên viên", "hours": 4},
    {"key": "draft", "name": "Dự thảo", "unit": "Phòng chuyên môn", "role": "Chuyên viên", "hours": 2},
    {"key": "sign", "name": "Ký", "unit": "Ủy ban", "role": "Lãnh đạo", "hours": 2},
    {"key": "return", "name": "Trả kết quả", "unit": "Một cửa", "role": "Văn thư", "hours": 1},
]


@pytest.mark.parametrize(
    ("before", "to", "done", "after"),
    [
        ([D, N, W, W, W], 3, True, [D, D, N, W, W]),
        ([D, N, W, W, W], 5, True, [D, D, L, L, N]),  # decided in the middle of the work
        ([D, D, D, N, W], 2, True, [D, N, W, W, W]),  # sent back
        ([D, D, D, D, N], None, True, [D, D, D, D, D]),  # returned
        ([D, D, N, W, W], None, True, [D, D, D, L, L]),  # rejected
        ([D, N, W, W, W], None, False, [D, L, L, L, L]),  # stopped
        ([D, D, L, L, N], 2, True, [D, N, W, W, W]),  # reopened
        ([D, D, D, L, L], 3, True, [D, D, N, W, W]),  # reopened without a step of return
    ],
)
def test_what_an_act_does_to_the_plan(
    before: list[Any], to: int | None, done: bool, after: list[Any]
) -> None:
    states = dict(enumerate(before, 1))

    assert list(plan.moved(states, to, done=done).values()) == after


@settings(deadline=None)
@given(st.integers(1, 9), st.data())
def test_at_most_one_step_is_open_whatever_is_done(count: int, data: st.DataObject) -> None:
    states = plan.begun(count, data.draw(st.none() | st.integers(1, count)))
    for _ in range(data.draw(st.integers(0, 12))):
        to = data.draw(st.none() | st.integers(1, count))
        states = plan.moved(states, to, done=data.draw(st.booleans()))
        opened = [place for place, state in states.items() if state is N]
        assert opened == ([] if to is None else [to])
        assert W not in (states[place] for place in states if to is None or place < to)


class Place:
    def __init__(self, session: Session, **more: Any) -> None:
        self.session = session
        self.agency = factories.agency(session)
        content = factories.simple(**({"steps": STEPS} | more))
        self.made = factories.procedure(session, self.agency.id, made_content=content)
        self.officer = factories.officer(session, self.agency.id)
        self.colleague = factories.officer(session, self.agency.id)
        self.applicant = factories.citizen(session)

    def accepted(self) -> Dossier:
        dossier = factories.filed(self.session, self.applicant, self.made, self.agency.id)
        return processing.receive(self.session, acts_as(self.session, self.officer), dossier.id)

    def in_hand(self) -> Dossier:
        return processing.claim(self.session, self.officer, self.accepted().id)

    def states(self, dossier: Dossier) -> list[StepState]:
        """As the rows have it; the events must lead to the same."""
        self.session.flush()
        rows = steps.of(self.session, dossier.id)
        told = [
            Event("dossier", "", one.seq, one.name, None, one.at, one.data, None)
            for one in events.history(self.session, dossier.id)
        ]
        folded, step = fold(told)
        assert {row.position: (row.key, row.state.value) for row in rows} == folded
        assert step == dossier.step
        return [row.state for row in rows]


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def test_acceptance_draws_it_up_and_completes_the_reception(place: Place) -> None:
    dossier = place.accepted()
    first, second, *_ = steps.of(place.session, dossier.id)

    assert place.states(dossier) == [D, N, W, W, W]
    assert dossier.step == 2
    assert first.done_at is not None
    assert second.opened_at is not None
    assert second.due_at is not None
    assert second.due_at > second.opened_at
    assert (second.name, second.unit, second.role, second.hours) == (
        "Thẩm tra", "Phòng chuyên môn", "Chuyên viên", 4,
    )  # fmt: skip


def test_a_procedure_without_steps_has_no_plan(session: Session) -> None:
    place = Place(session, steps=[])
    dossier = place.in_hand()

    assert (place.states(dossier), dossier.step) == ([], None)
    with pytest.raises(step_acts.NoStep):
        step_acts.complete(session, place.officer, dossier.id)
    assert decision.reject(session, place.officer, dossier.id, ground="Không đủ").step is None


def test_the_work_goes_on_step_by_step_to_the_decision(place: Place) -> None:
    dossier = place.in_hand()
    session, officer = place.session, place.officer
    step_acts.complete(session, officer, dossier.id, note="Đủ căn cứ", seq=dossier.seq)
    told = events.history(session, dossier.id)[-1]
    middle = place.states(dossier)
    step_acts.complete(session, officer, dossier.id)
    last = place.states(dossier)

    assert middle == [D, D, N, W, W]
    assert (told.data["position"], told.data["next"]) == (2, 3)
    assert events.private_of(session, dossier.id, told.seq) == {"note": "Đủ căn cứ"}
    assert last == [D, D, D, N, W]
    with pytest.raises(step_acts.NoStep):  # the decision is what comes next
        step_acts.complete(session, officer, dossier.id)


def test_it_is_sent_back_with_the_reason(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = place.in_hand()
    session, officer = place.session, place.officer
    step_acts.complete(session, officer, dossier.id)
    step_acts.complete(session, officer, dossier.id)
    monkeypatch.setattr(clock._Ahead, "by", timedelta(hours=5))
    step_acts.send_back(session, officer, dossier.id, to=2, reason="Thiếu xác minh")

    assert place.states(dossier) == [D, N, W, W, W]
    second = steps.of(session, dossier.id)[1]
    assert second.opened_at is not None
    assert second.opened_at == dossier.updated_at or second.opened_at > dossier.accepted_at  # type: ignore[operator]
    assert second.done_at is None


@pytest.mark.parametrize("to", [0, 1, 2, 3, 5, 9])
def test_it_is_sent_back_to_an_earlier_step_of_the_work_only(place: Place, to: int) -> None:
    dossier = place.in_hand()

    with pytest.raises(Invalid):
        step_acts.send_back(place.session, place.officer, dossier.id, to=to, reason="Thiếu xác minh")
    with pytest.raises(Invalid):
        step_acts.send_back(place.session, place.officer, dossier.id, to=2, reason=" ")


def test_a_decision_ends_the_work_and_opens_the_return(session: Session) -> None:
    place = Place(session, result={"name": "Giấy xác nhận", "electronic": True, "generated": True})
    dossier = place.in_hand()
    decision.approve(session, place.officer, dossier.id)
    approved = place.states(dossier)
    returning.reopen(session, place.officer, dossier.id, reason="Ghi sai năm sinh")
    reopened = place.states(dossier)
    processing.claim(session, place.officer, dossier.id)
    step_acts.complete(session, place.officer, dossier.id)
    decision.reject(session, place.officer, dossier.id, ground="Không đủ điều kiện")

    assert approved == [D, D, L, L, N]
    assert reopened == [D, N, W, W, W]
    assert place.states(dossier) == [D, D, D, L, L]
    assert dossier.step is None


def test_what_is_withdrawn_leaves_the_rest_out(place: Place) -> None:
    dossier = place.accepted()
    ends.ask_withdrawal(place.session, acts_as(place.session, place.applicant), dossier.id, reason="Nộp nhầm")
    ends.stop(place.session, acts_as(place.session, place.officer), dossier.id, note="Theo yêu cầu")

    assert place.states(dossier) == [D, L, L, L, L]


def test_only_the_holder_moves_it_and_only_at_work(place: Place) -> None:
    accepted, held = place.accepted(), place.in_hand()
    session = place.session

    for dossier, who in ((held, place.colleague), (accepted, place.officer)):
        with pytest.raises((NotHolder, WrongState)):
            step_acts.complete(session, acts_as(session, who), dossier.id)
    with pytest.raises(Forbidden):
        step_acts.complete(session, acts_as(session, place.applicant), held.id)


def test_a_retry_with_its_key_moves_once(place: Place) -> None:
    dossier = place.in_hand()
    step_acts.complete(place.session, place.officer, dossier.id, key="xong-mot-lan")
    step_acts.complete(place.session, place.officer, dossier.id, key="xong-mot-lan")

    assert place.states(dossier) == [D, D, N, W, W]


def test_the_agencys_own_process_goes_before_the_procedures(session: Session) -> None:
    place = Place(session)
    own = [STEPS[0], STEPS[3] | {"name": "Ký tại xã"}]
    place.made = factories.procedure(
        session, place.agency.id, made_content=factories.simple(steps=STEPS), own_steps=own
    )

    assert [one.name for one in steps.of(session, place.accepted().id)] == ["Tiếp nhận", "Ký tại xã"]
