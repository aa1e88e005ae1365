"""Letters about opinions: asked, answered, taken back, a day ahead, and late."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from auth.actor import Role
from dossiers import opinion_messages, opinion_queries, opinions
from dossiers.process_models import Ballot
from portal.core import clock, events
from portal.core.calendar import VIET_NAM
from portal.core.mail import inbox
from portal.worker import SUBSCRIBERS
from tests import factories
from tests.dossiers.test_calendar_tasks import World, world  # noqa: F401 - a fixture

ASKED_OFFICER, ASKED_HEAD = "hoi@due.example.vn", "truong-hoi@due.example.vn"


class Asked:
    """A question put to another agency of the world."""

    def __init__(self, world: World) -> None:  # noqa: F811
        self.world = world
        self.dossier_id = world.accepted(held=True)
        with world.sessions() as session:
            self.adviser = factories.officer(session, world.other_id, email=ASKED_OFFICER)
            factories.officer(session, world.other_id, Role.HEAD, email=ASKED_HEAD)
            opinions.consult(
                session,
                world.officer,
                self.dossier_id,
                agency_id=world.other_id,
                question="Chuyện của bà Hải Đăng",
                working_days=2,
            )
            row = opinion_queries.open_of(session, self.dossier_id, world.other_id)
            self.opinion_id: UUID = row.id
            self.due_at = row.due_at
            session.commit()

    def tell(self) -> None:
        """What the worker does with the last event; a second time changes nothing."""
        with self.world.sessions() as session:
            last = events.history(session, self.dossier_id)[-1]
        assert SUBSCRIBERS[last.name] == [opinion_messages.TELL]
        for _ in range(2):
            opinion_messages.tell(str(self.dossier_id), last.seq)

    def letters(self, subject: str) -> list[Any]:
        found = [one for one in inbox(self.world.sink, limit=1000) if str(self.dossier_id) in one.text]
        return sorted((one for one in found if subject in one.subject), key=lambda one: one.to)


@pytest.fixture
def asked(world: World) -> Asked:  # noqa: F811
    return Asked(world)


def test_the_asked_officers_get_one_letter_that_says_not_what_is_asked(asked: Asked) -> None:
    asked.tell()

    (letter,) = asked.letters("xin ý kiến")
    assert letter.to == ASKED_OFFICER
    assert "Hải Đăng" not in letter.text
    assert f"/can-bo/ho-so/{asked.dossier_id}#y-kien" in letter.text


def test_who_holds_the_dossier_is_told_of_the_answer(asked: Asked) -> None:
    with asked.world.sessions() as session:
        opinions.opine(
            session, asked.adviser, asked.dossier_id, asked.opinion_id, ballot=Ballot.OTHER, text="Bí mật"
        )
        session.commit()
    asked.tell()

    (letter,) = asked.letters("đã cho ý kiến")
    assert letter.to == "canbo@due.example.vn"
    assert "Bí mật" not in letter.text


def test_the_asked_officers_are_told_that_it_is_taken_back(asked: Asked) -> None:
    with asked.world.sessions() as session:
        opinions.revoke(
            session, asked.world.officer, asked.dossier_id, asked.opinion_id, reason="Đã tra được"
        )
        session.commit()
    asked.tell()

    assert [one.to for one in asked.letters("không cần ý kiến nữa")] == [ASKED_OFFICER]


def at(instant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock._Ahead, "by", instant - clock.now() + clock._Ahead.by)


def test_a_working_day_ahead_the_asked_are_reminded_once(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    last_day = clock.local(asked.due_at).date()
    eve = max(
        day for day in (last_day - timedelta(days=n) for n in range(1, 12)) if VIET_NAM.is_working_day(day)
    )
    assert opinion_messages.watch() == 0
    at(VIET_NAM.opening(eve) + timedelta(hours=1), monkeypatch)

    assert [opinion_messages.watch() for _ in range(2)] == [1, 0]
    assert [one.to for one in asked.letters("chờ ý kiến đến")] == [ASKED_OFFICER]


def test_of_a_late_opinion_both_sides_and_their_heads_hear_once(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decree 61/2018/NĐ-CP, art. 19(5): the head of the one-stop centre is told."""
    at(asked.due_at + timedelta(minutes=1), monkeypatch)

    assert [opinion_messages.watch() for _ in range(2)] == [1, 0]
    assert [one.to for one in asked.letters("ý kiến đã quá hạn")] == [
        "canbo@due.example.vn", ASKED_OFFICER, ASKED_HEAD, "truong@due.example.vn",
    ]  # fmt: skip


def test_of_what_is_answered_nobody_is_reminded(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    with asked.world.sessions() as session:
        opinions.opine(session, asked.adviser, asked.dossier_id, asked.opinion_id, ballot=Ballot.AGREE)
        session.commit()
    at(asked.due_at + timedelta(minutes=1), monkeypatch)

    assert opinion_messages.watch() == 0
