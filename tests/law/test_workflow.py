"""The ten national statuses and the steps between them (Decree 118/2025, art. 17, 21)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.workflow import (
    END,
    FACES,
    OPEN,
    RECEIVED,
    TRANSITIONS,
    Action,
    Back,
    Status,
    Turn,
    WrongState,
    advance,
    allowed,
    icon,
    label,
    national_code,
    origins,
    pill,
    turn,
    way_back,
)


@pytest.mark.parametrize(
    "path",
    [
        [Action.SUBMIT, Action.RECEIVE, Action.START, Action.SETTLE_FEE, Action.APPROVE, Action.DELIVER],
        [Action.SUBMIT, Action.REFUSE],
        [Action.SUBMIT, Action.RECEIVE, Action.START, Action.REJECT],
        [Action.SUBMIT, Action.ASK_WITHDRAWAL, Action.STOP],
        [Action.SUBMIT, Action.RECEIVE, Action.ASK_SUPPLEMENT, Action.STOP],
    ],
    ids=[
        "118/2025 art. 17: approved",
        "refused",
        "rejected after appraisal",
        "art. 21: withdrawn",
        "unanswered",
    ],
)
def test_a_dossier_reaches_an_end(path: list[Action]) -> None:
    """Decree 118/2025/NĐ-CP, art. 17, 21."""
    status = Status.DRAFT
    for action in path:
        status = advance(status, action)

    assert status in END


@pytest.mark.parametrize("before", [Status.SUBMITTED, Status.ACCEPTED, Status.PROCESSING])
def test_a_supplement_leads_back_to_where_it_was_asked(before: Status) -> None:
    """Decree 118/2025, art. 17(2)(a) as amended by 309/2026, art. 8(1)."""
    asked = advance(before, Action.ASK_SUPPLEMENT)

    assert advance(asked, Action.SUPPLEMENT, came_from=before) is before
    with pytest.raises(WrongState):
        advance(asked, Action.SUPPLEMENT)
    with pytest.raises(WrongState):
        advance(asked, Action.SUPPLEMENT, came_from=Status.SETTLED)


def test_nothing_is_decided_before_somebody_took_it_in_hand() -> None:
    for status in (Status.DRAFT, Status.SUBMITTED, Status.ACCEPTED):
        for action in (Action.APPROVE, Action.REJECT, Action.DELIVER):
            with pytest.raises(WrongState):
                advance(status, action)


def test_a_result_that_exists_cannot_be_withdrawn() -> None:
    """Decree 118/2025, art. 21; Circular 03/2025/TT-VPCP, art. 7: only while no result exists."""
    with pytest.raises(WrongState) as caught:
        advance(Status.SETTLED, Action.ASK_WITHDRAWAL)

    assert caught.value.status == 409
    assert caught.value.extra == {"status_now": Status.SETTLED}
    assert "Đã xử lý xong" in caught.value.detail


def test_no_step_leaves_an_end() -> None:
    """Statuses 3, 8 and 10 close a dossier; what may still be said of it leaves it there."""
    assert {status for (status, _), after in TRANSITIONS.items() if after is not status}.isdisjoint(END)
    for status in END:
        assert set(allowed(status)) <= {
            Action.MESSAGE,
            Action.NOTE,
            Action.RATE,
            Action.COMPLAIN,
            Action.ANSWER_COMPLAINT,
            Action.REFUND_FEE,
        }


def test_a_withdrawal_asked_while_papers_are_awaited_leads_back_through_both() -> None:
    """Decree 118/2025, art. 21: what cannot be withdrawn goes on where it was."""
    way: list[Status] = []
    status = Status.PROCESSING
    for action, leads_to in (
        (Action.ASK_SUPPLEMENT, Status.SUPPLEMENT),
        (Action.ASK_WITHDRAWAL, Status.WITHDRAWAL_ASKED),
        (Action.KEEP, Status.SUPPLEMENT),
        (Action.SUPPLEMENT, Status.PROCESSING),
    ):
        after = advance(status, action, way[-1] if way else None)
        way = way_back(status, after, way)
        assert after is leads_to
        status = after

    assert way == []


@given(st.sampled_from(Status), st.sampled_from(Action), st.none() | st.sampled_from(Status))
def test_every_step_stays_within_the_ten_statuses(
    status: Status, action: Action, came: Status | None
) -> None:
    """Ten national statuses; a step the table does not know is refused, naming the present one."""
    target = TRANSITIONS.get((status, action))
    if target is None or (isinstance(target, Back) and came not in origins(status)):
        with pytest.raises(WrongState) as refused:
            advance(status, action, came)
        assert refused.value.extra["status_now"] is status
    else:
        assert advance(status, action, came) in set(Status) - {Status.DRAFT}
        assert action in allowed(status)


@given(st.lists(st.sampled_from(Action), max_size=30))
def test_no_path_escapes(actions: list[Action]) -> None:
    status, came = Status.DRAFT, None
    for action in actions:
        try:
            after = advance(status, action, came)
        except WrongState:
            continue
        if after is not status:
            came, status = status, after
    assert status in Status
    assert national_code(status) in range(11)


def test_every_status_can_be_reached_and_every_open_one_left() -> None:
    reached, waiting = {Status.DRAFT}, [Status.DRAFT]
    while waiting:
        here = waiting.pop()
        for (before, _), after in TRANSITIONS.items():
            if before is here and not isinstance(after, Back) and after not in reached:
                reached.add(after)
                waiting.append(after)

    assert reached == set(Status)
    assert all(allowed(status) for status in OPEN)
    assert all(origins(status) for status in Status if status is not Status.DRAFT)


def test_codes_and_words_are_those_of_the_national_list() -> None:
    """The ten national statuses, 1 to 10; a draft is 0 and never exchanged."""
    assert [national_code(status) for status in Status] == list(range(11))
    assert label(Status.SUPPLEMENT) == "Yêu cầu bổ sung giấy tờ"
    assert len({label(status) for status in Status}) == 11
    assert set(FACES) == set(Status)
    assert {national_code(status) for status in RECEIVED} == {2, 4, 5, 6, 7, 8, 9, 10}


def test_colour_says_whose_turn_it_is() -> None:
    assert turn(Status.PROCESSING) is Turn.AGENCY
    assert turn(Status.SUPPLEMENT) is Turn.YOU
    assert pill(Status.PROCESSING) == "is-work"
    assert pill(Status.REFUSED) == "is-late"
    assert pill(Status.SUBMITTED) == ""
    assert all(icon(status) for status in Status)


def test_an_act_moves_a_dossier_from_everywhere_or_from_nowhere() -> None:
    """Only taking in hand does both: the first time it moves on, later the officer changes."""
    stays = {action for (before, action), after in TRANSITIONS.items() if before is after}
    moves = {action for (before, action), after in TRANSITIONS.items() if before is not after}

    assert stays & moves == {Action.START}
    assert stays | moves == set(Action)
