"""Withdrawal, stop, apology and reasons; and every act of the applicant's turn out of place."""

import datetime as dt

import pytest

from dossiers import access, clocks, decision, ends, extensions, processing, supplements, supplying
from dossiers.supplement_queries import of
from dossiers.workflow import TRANSITIONS, Action, Status, WrongState
from portal.core import events
from portal.core.calendar import VIET_NAM
from portal.core.clock import local
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tests import factories
from tests.dossiers.supplementing import field, tomorrow, world_of


@pytest.fixture
def world(session):
    return world_of(session)


def last(world):
    return events.history(world.session, world.dossier.id)[-1]


def withdrawn(world, **more):
    world.be(world.applicant)
    return ends.ask_withdrawal(world.session, world.applicant, world.dossier.id, **more)


def day_of(at):
    return local(at).date()


ACTS = {
    Action.ASK_SUPPLEMENT: lambda world, actor: supplements.ask(
        world.session, actor, world.dossier.id, items=[field("full_name")]
    ),
    Action.REVOKE_SUPPLEMENT: lambda world, actor: supplements.revoke(
        world.session, actor, world.dossier.id, reason="Thừa"
    ),
    Action.SUPPLEMENT: lambda world, actor: supplying.respond(world.session, actor, world.dossier.id),
    Action.ASK_WITHDRAWAL: lambda world, actor: ends.ask_withdrawal(world.session, actor, world.dossier.id),
    Action.KEEP: lambda world, actor: ends.keep(
        world.session, actor, world.dossier.id, reason="Đã có kết quả"
    ),
    Action.STOP: lambda world, actor: ends.stop(world.session, actor, world.dossier.id),
    Action.EXTEND: lambda world, actor: extensions.extend(
        world.session, actor, world.dossier.id, until=tomorrow(), reason="Xin lỗi"
    ),
}
APPLICANTS = {Action.SUPPLEMENT, Action.ASK_WITHDRAWAL}
EITHER = {Action.KEEP}


@pytest.mark.parametrize("action", ACTS, ids=str)
def test_out_of_its_place_an_act_is_refused_for_everybody(world, action):
    elsewhere = factories.officer(world.session, factories.agency(world.session).id)
    people = {
        "owner": world.applicant,
        "stranger": factories.citizen(world.session),
        "officer": world.officer,
        "elsewhere": elsewhere,
    }
    tried = 0
    for status in Status:
        world.be(world.applicant)
        world.dossier.status = status
        world.dossier.way_back = (
            ["accepted"] if status in (Status.SUPPLEMENT, Status.WITHDRAWAL_ASKED) else []
        )
        world.session.add(world.dossier)
        world.session.flush()
        for name, actor in people.items():
            sees = name == "owner" or (name == "officer" and status is not Status.DRAFT)
            may = (name == "owner") == (action in APPLICANTS) or action in EITHER
            if sees and may and (status, action) in TRANSITIONS:
                continue  # in its place: the other tests
            expected = NotFound if not sees else Forbidden if not may else WrongState
            world.be(actor)
            with pytest.raises(expected):
                ACTS[action](world, actor)
            tried += 1
    assert tried >= len(Status) * 3


def test_the_applicant_asks_for_the_dossier_back_and_the_clock_rests(world):
    world.in_hand()

    asked = withdrawn(world, reason="Đã nộp nhầm.")

    assert (asked.status, asked.way_back) == (Status.WITHDRAWAL_ASKED, ["processing"])
    assert asked.paused_since is not None
    assert events.private_of(world.session, asked.id, asked.seq) == {"reason": "Đã nộp nhầm."}
    assert "nhầm" not in str(last(world).data)


def test_the_desk_grants_it_and_the_dossier_ends(world):
    world.in_hand()
    withdrawn(world)
    world.be(world.colleague)

    stopped = ends.stop(world.session, world.colleague, world.dossier.id)

    assert (stopped.status, stopped.holder_id, stopped.way_back) == (Status.STOPPED, None, [])
    assert last(world).data["cause"] == "withdrawn"


def test_the_desk_refuses_it_with_a_reason_only(world):
    due = world.in_hand().due_at
    withdrawn(world)
    world.be(world.officer)

    with pytest.raises(Invalid):
        ends.keep(world.session, world.officer, world.dossier.id, reason=" ")
    kept = ends.keep(world.session, world.officer, world.dossier.id, reason="Kết quả đang ký.")

    assert (kept.status, kept.paused_since, kept.way_back) == (Status.PROCESSING, None, [])
    assert kept.due_at >= due
    assert last(world).data["by_applicant"] is False


def test_the_applicant_takes_the_wish_back_without_a_word(world):
    withdrawn(world)

    kept = ends.keep(world.session, world.applicant, world.dossier.id)

    assert kept.status is Status.SUBMITTED
    assert last(world).data["by_applicant"] is True


def test_a_wish_while_papers_are_waited_for_goes_back_to_the_wait_and_leaves_time(world, monkeypatch):
    world.ask(field("full_name"), due_on=tomorrow())
    due = of(world.session, world.dossier.id, world.dossier.subject_id)[0].due_at
    withdrawn(world)
    later = due + dt.timedelta(days=3)
    monkeypatch.setattr(ends, "now", lambda: later)

    kept = ends.keep(world.session, world.applicant, world.dossier.id)

    assert (kept.status, kept.way_back) == (Status.SUPPLEMENT, ["submitted"])
    given = of(world.session, world.dossier.id, world.dossier.subject_id)[0].due_at
    assert given == VIET_NAM.close(VIET_NAM.next_working_day(day_of(later)))
    assert ends.stop_lapsed(world.session, kept) is False


def test_a_decided_dossier_is_not_withdrawn(world):
    world.in_hand()
    decision.reject(
        world.session,
        world.officer,
        world.dossier.id,
        ground="Không đủ điều kiện.",
        reason_code="not_eligible",
    )
    assert last(world).data["reason_code"] == "not_eligible"

    with pytest.raises(WrongState):
        withdrawn(world)


def test_nobody_is_stopped_while_their_time_runs(world):
    world.ask(field("full_name"), due_on=tomorrow())

    with pytest.raises(ends.StillTime):
        ends.stop(world.session, world.officer, world.dossier.id)
    assert ends.stop_lapsed(world.session, world.dossier) is False


def test_after_the_date_the_system_stops_the_dossier_and_says_why(world, monkeypatch):
    world.in_hand()
    world.ask(field("full_name"), due_on=tomorrow())
    due = of(world.session, world.dossier.id, world.dossier.subject_id)[0].due_at
    monkeypatch.setattr(ends, "now", lambda: due + dt.timedelta(minutes=1))

    assert ends.stop_lapsed(world.session, world.dossier) is True

    event = last(world)
    assert (event.name, event.actor_id, event.data["cause"]) == ("dossier.stopped", None, "supplement_lapsed")
    assert world.dossier.status is Status.STOPPED
    assert of(world.session, world.dossier.id, world.dossier.subject_id)[0].state == "lapsed"
    assert ends.stop_lapsed(world.session, world.dossier) is False


@pytest.mark.parametrize(
    ("act", "code"), [("refuse", "khong_co"), ("reject", "wrong_agency"), ("refuse", "disputed")]
)
def test_a_reason_is_one_of_its_list(world, act, code):
    world.be(world.officer)
    who = (world.session, world.officer, world.dossier.id)
    acts = {
        "refuse": lambda: processing.refuse(*who, reason="x", reason_code=code),
        "reject": lambda: decision.reject(*who, ground="x", reason_code=code),
    }
    if act == "reject":
        world.in_hand()

    with pytest.raises(Invalid) as refused:
        acts[act]()

    assert refused.value.extra["errors"][0]["field"] == "reason_code"


def test_a_refusal_keeps_the_code_and_seals_the_words(world):
    world.be(world.officer)
    processing.refuse(
        world.session, world.officer, world.dossier.id, reason="Nộp ở xã khác.", reason_code="wrong_agency"
    )

    assert last(world).data["reason_code"] == "wrong_agency"
    assert "xã khác" not in str(last(world).data)


DUE = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)  # Friday 20/11/2026, 17:00 in Viet Nam
SOURCE = "Decree 61/2018/NĐ-CP, art. 19(9)"


@pytest.mark.parametrize(
    ("today", "until", "extended", "fault", "article"),
    [
        (dt.date(2026, 11, 19), dt.date(2026, 11, 23), False, None, SOURCE),  # the last day: one day before
        (dt.date(2026, 11, 20), dt.date(2026, 11, 23), False, "too_late", SOURCE),  # the due day itself
        (dt.date(2026, 11, 23), dt.date(2026, 11, 25), False, "too_late", SOURCE),
        (dt.date(2026, 11, 16), dt.date(2026, 11, 23), True, "already", SOURCE),  # at most once
        (dt.date(2026, 11, 16), dt.date(2026, 11, 20), False, "not_later", SOURCE),
        (dt.date(2026, 11, 16), dt.date(2026, 11, 21), False, "day_off", "Saturday"),
        (dt.date(2026, 11, 16), dt.date(2026, 11, 24), False, "day_off", "24/11: Day of Vietnamese culture"),
        (dt.date(2026, 11, 16), dt.date(2027, 11, 22), False, "too_far", "ours"),
    ],
)
def test_the_apology_is_made_once_and_a_day_before(today, until, extended, fault, article):
    assert extensions.fault(until, DUE, VIET_NAM, extended=extended, today=today) == fault, article


def test_the_days_offered_are_those_that_may_be_named():
    offered = extensions.allowed(DUE, dt.date(2026, 11, 19), VIET_NAM, most=3)

    assert offered == [dt.date(2026, 11, 23), dt.date(2026, 11, 25), dt.date(2026, 11, 26)]
    assert extensions.allowed(DUE, dt.date(2026, 11, 20), VIET_NAM) == []


def test_an_apology_moves_the_date_and_keeps_the_first(world):
    due = world.in_hand().due_at
    until = VIET_NAM.next_working_day(day_of(due))

    moved = extensions.extend(
        world.session, world.officer, world.dossier.id, until=until, reason="Chờ trích lục."
    )

    assert (moved.due_at, moved.original_due_at) == (VIET_NAM.close(until), due)
    assert moved.extended_at is not None
    assert last(world).data["until"] == until.isoformat()
    with pytest.raises(extensions.AlreadyExtended):
        extensions.extend(
            world.session,
            world.officer,
            world.dossier.id,
            until=VIET_NAM.next_working_day(until),
            reason="Lần nữa.",
        )


def test_settled_within_the_extension_only_is_not_on_time(world, monkeypatch):
    due = world.in_hand().due_at
    until = VIET_NAM.next_working_day(day_of(due))
    extensions.extend(world.session, world.officer, world.dossier.id, until=until, reason="Chờ trích lục.")
    monkeypatch.setattr(decision, "now", lambda: due + dt.timedelta(minutes=1))

    decision.reject(world.session, world.officer, world.dossier.id, ground="Không đủ điều kiện.")

    assert last(world).data["on_time"] is False


def test_time_the_applicant_took_is_not_held_against_the_agency(world, monkeypatch):
    due = world.in_hand().due_at
    world.ask(field("full_name"))
    asked = last(world).at
    for module in (supplying, ends):
        monkeypatch.setattr(module, "now", lambda: asked + dt.timedelta(days=20))
    monkeypatch.setattr(clocks, "now", lambda: asked + dt.timedelta(days=20))
    world.be(world.applicant)
    moved = supplying.respond(world.session, world.applicant, world.dossier.id)
    assert moved.original_due_at > due + dt.timedelta(days=18)
    world.be(world.officer)
    monkeypatch.setattr(decision, "now", lambda: due + dt.timedelta(days=2))

    monkeypatch.setattr(access, "now", lambda: asked)  # the lease is not what this test is about
    decision.reject(world.session, world.officer, world.dossier.id, ground="Không đủ điều kiện.")

    assert last(world).data["on_time"] is True


def test_acts_on_an_older_version_are_refused(world):
    seen = world.in_hand().seq - 1

    for act in (
        lambda: extensions.extend(
            world.session, world.officer, world.dossier.id, until=tomorrow(), reason="x", seq=seen
        ),
        lambda: supplements.ask(
            world.session, world.officer, world.dossier.id, items=[field("full_name")], seq=seen
        ),
    ):
        with pytest.raises(Stale):
            act()


def test_an_extension_before_there_is_a_date_is_out_of_place(world):
    world.be(world.officer)

    with pytest.raises(Conflict):
        extensions.extend(world.session, world.officer, world.dossier.id, until=tomorrow(), reason="x")
