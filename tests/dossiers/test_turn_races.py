"""Twins of the applicant's turn, the sweep, its messages, and the proof of it all by `portal verify`."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from dossiers import ends, extensions, notifications, supplements, supplying, turn_messages, verify
from dossiers.supplement_models import FurtherGround
from dossiers.verification import state
from dossiers.verification import supplements as proof
from dossiers.verification.report import Findings
from dossiers.workflow import Status
from portal.core import events
from portal.core.calendar import VIET_NAM
from portal.core.clock import local
from portal.core.db import act_as
from portal.core.errors import Conflict
from tests import factories
from tests.dossiers.supplementing import field, paper, tomorrow, world_of
from tests.dossiers.test_races import together


@pytest.fixture
def kept(database):
    """A filed dossier that is committed; its world's session is closed."""
    with database.worker() as session:
        made = world_of(session)
        session.commit()
        return database, replace(made, session=None)


def doing(database, world, actor, act):
    """One act, committed, as the actor."""
    with database.app() as session:
        act_as(session, actor.id, actor.agency_ids)
        result = act(session)
        session.commit()
        return result


def asked(database, world, *items, **more):
    return doing(
        database,
        world,
        world.officer,
        lambda session: supplements.ask(
            session, world.officer, world.dossier.id, items=items or [field("full_name")], **more
        ),
    )


def sole_winner(results):
    won = [one for one in results if not isinstance(one, Exception)]
    lost = [one for one in results if isinstance(one, Exception)]
    assert len(won) == 1, results
    assert all(isinstance(one, Conflict) and one.status == 409 for one in lost), lost
    return won[0]


def test_of_two_officers_who_ask_at_once_one_wins(kept):
    database, world = kept

    results = together(
        database,
        [world.officer, world.colleague],
        lambda session, actor: (
            supplements.ask(
                session, actor, world.dossier.id, items=[field("full_name")], seq=world.dossier.seq
            ).status
        ),
    )

    assert sole_winner(results) is Status.SUPPLEMENT
    with database.worker() as session:
        assert session.execute(sa.text("SELECT count(*) FROM supplement")).scalar_one() == 1
    with database.worker() as session:
        assert verify.run(session, None, database.settings).green


def test_of_twin_answers_one_is_sent(kept):
    database, world = kept
    asked(database, world)

    results = together(
        database,
        [world.applicant] * 2,
        lambda session, actor: (
            supplying.respond(session, actor, world.dossier.id, answers={"full_name": "Nguyễn Ánh"}).status
        ),
    )

    assert sole_winner(results) is Status.SUBMITTED


def test_the_applicant_who_answers_while_the_desk_takes_it_back_meets_one_end(kept):
    database, world = kept
    asked(database, world)

    acts = {
        world.applicant.id: lambda session: supplying.respond(session, world.applicant, world.dossier.id),
        world.officer.id: lambda session: supplements.revoke(
            session, world.officer, world.dossier.id, reason="Đã đủ."
        ),
    }
    results = together(
        database, [world.applicant, world.officer], lambda session, actor: acts[actor.id](session).status
    )

    assert sole_winner(results) is Status.SUBMITTED


def in_time_of(monkeypatch, instant, *modules):
    for module in modules:
        monkeypatch.setattr(module, "now", lambda: instant)


def test_the_sweep_stops_what_lapsed_and_nothing_else_once(kept, monkeypatch):
    database, world = kept
    asked(database, world, due_on=tomorrow())
    assert turn_messages.stop_lapsed() == 0
    in_time_of(monkeypatch, VIET_NAM.close(tomorrow()) + dt.timedelta(minutes=1), turn_messages, ends)

    assert [turn_messages.stop_lapsed() for _ in range(2)] == [1, 0]

    with database.worker() as session:
        told = events.history(session, world.dossier.id)[-1]
        assert (told.name, told.data["cause"], told.actor_id) == (
            "dossier.stopped",
            "supplement_lapsed",
            None,
        )


def sent_mail(monkeypatch):
    sent = []
    monkeypatch.setattr("dossiers.notifications.Mailer.send", lambda _self, **more: sent.append(more))
    return sent


def test_a_working_day_before_the_end_the_applicant_is_reminded_once(kept, monkeypatch):
    database, world = kept
    day = VIET_NAM.next_working_day(VIET_NAM.next_working_day(tomorrow()))
    asked(database, world, due_on=day)
    sent = sent_mail(monkeypatch)
    assert turn_messages.remind() == 0
    before = max(one for one in working_days(day) if one < day)
    in_time_of(monkeypatch, VIET_NAM.opening(before), turn_messages)

    assert [turn_messages.remind() for _ in range(2)] == [1, 0]

    assert "sắp hết hạn bổ sung" in sent[0]["subject"]
    assert f"{day:%d/%m/%Y}" in sent[0]["text"]
    assert "căn cước" not in sent[0]["text"]


def working_days(until):
    days = [tomorrow()]
    while days[-1] < until:
        days.append(VIET_NAM.next_working_day(days[-1]))
    return days


@pytest.mark.parametrize(
    ("event", "applicant", "desk"),
    [
        ("dossier.supplement_asked", "cần bạn bổ sung", None),
        ("dossier.supplemented", "đã nhận phần bổ sung", "đã được bổ sung"),
        ("dossier.withdrawal_asked", "đã nhận yêu cầu rút hồ sơ", "được yêu cầu rút"),
        ("dossier.kept", "được giải quyết tiếp", "không rút nữa"),
        ("dossier.extended", "được hẹn lại ngày trả", None),
    ],
)
def test_everybody_concerned_gets_a_message_that_tells_no_reason(kept, monkeypatch, event, applicant, desk):
    database, world = kept
    a_whole_life(database, world)
    sent = sent_mail(monkeypatch)
    with database.worker() as session:
        seq = next(one.seq for one in events.history(session, world.dossier.id) if one.name == event)
    notifications.tell_applicant(str(world.dossier.id), seq)
    if desk:
        turn_messages.tell_desk(str(world.dossier.id), seq)

    assert applicant in sent[0]["subject"]
    assert not desk or any(desk in letter["subject"] for letter in sent[1:])
    assert all("Bí mật" not in letter["text"] for letter in sent)


def a_whole_life(database, world):
    """Asked and supplied at reception and in appraisal, kept, extended, asked once more, withdrawn."""

    def run(actor, act):
        doing(database, world, actor, act)

    officer, applicant, dossier_id = world.officer, world.applicant, world.dossier.id
    asked(database, world, field("full_name"), paper("proof"), note="Bí mật")
    with database.app() as session:
        there = replace(world, session=session)
        there.send_file()
        supplying.respond(session, applicant, dossier_id, answers={"full_name": "Nguyễn Ánh"})
        session.commit()
    run(officer, lambda session: factories.in_hand(session, world.dossier, officer))
    run(applicant, lambda session: ends.ask_withdrawal(session, applicant, dossier_id, reason="Bí mật"))
    run(applicant, lambda session: ends.keep(session, applicant, dossier_id))
    asked(database, world, field("copies_count"))
    run(officer, lambda session: supplements.revoke(session, officer, dossier_id, reason="Bí mật"))
    asked(database, world, field("copies_count"), due_on=tomorrow())
    run(
        applicant,
        lambda session: supplying.respond(session, applicant, dossier_id, answers={"copies_count": 3}),
    )
    with database.worker() as session:
        due = session.execute(sa.text("SELECT due_at FROM dossier")).scalar_one()
    until = VIET_NAM.next_working_day(local(due).date())
    run(
        officer,
        lambda session: extensions.extend(session, officer, dossier_id, until=until, reason="Bí mật"),
    )
    asked(
        database,
        world,
        field("note"),
        ground=FurtherGround.SECTOR_LAW,
        ground_words="Bí mật",
        due_on=tomorrow(),
    )
    run(applicant, lambda session: ends.ask_withdrawal(session, applicant, dossier_id))
    run(officer, lambda session: ends.keep(session, officer, dossier_id, reason="Bí mật"))
    run(applicant, lambda session: ends.ask_withdrawal(session, applicant, dossier_id))


SPOILED = {
    "the state of a request": "UPDATE supplement SET state = 'revoked' WHERE number = 1",
    "the date of a request": "UPDATE supplement SET due_at = now() WHERE due_at IS NOT NULL",
    "an item": "UPDATE supplement_item SET reason = 'missing' WHERE key = 'full_name'",
    "an item too few": "DELETE FROM supplement_item WHERE key = 'copies_count'",
    "the number of requests": "UPDATE dossier SET supplements = supplements + 1",
    "the way back": "UPDATE dossier SET way_back = '{accepted}'",
    "the extension": "UPDATE dossier SET extended_at = NULL",
    "the first date": "UPDATE dossier SET original_due_at = original_due_at + interval '1 day'",
    "the old file": "UPDATE attachment SET state = 'ready' WHERE state = 'replaced'",
}


def test_a_whole_life_is_proved_by_its_events_and_each_change_behind_them_is_found(kept):
    database, world = kept
    a_whole_life(database, world)
    with database.worker() as session:
        found = verify.run(session, None, database.settings)
        assert found.green, found

    engine = sa.create_engine(database.superuser_url)
    unseen = []
    for what, statement in SPOILED.items():
        with Session(engine) as session:
            assert session.execute(sa.text(statement)).rowcount, what
            spoiled = Findings()
            state.check(session, spoiled)
            proof.check(session, spoiled)
            if spoiled.green:
                unseen.append(what)
            session.rollback()
    engine.dispose()
    assert unseen == []
