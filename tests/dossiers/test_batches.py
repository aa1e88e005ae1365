"""One act on many dossiers: each its own result, done once, on the word of somebody who may still do it."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from auth.models import Membership
from dossiers import batches, processing
from dossiers.batches import Chosen
from dossiers.models import Dossier
from dossiers.workflow import Status
from portal.core import clock
from portal.core.db import act_as
from portal.core.errors import Invalid
from portal.core.idempotency import KeyReused
from tests import factories
from tests.conftest import Database


class Place:
    """An agency with an officer, and what was filed there."""

    def __init__(self, database: Database, filed: int = 4) -> None:
        self.database = database
        with database.worker() as session:
            self.agency = factories.agency(session).id
            made = factories.procedure(session, self.agency)
            self.procedure = made.id
            self.officer = factories.officer(session, self.agency)
            applicant = factories.citizen(session)
            self.dossiers = [factories.filed(session, applicant, made, self.agency).id for _ in range(filed)]
            session.commit()

    def chosen(self) -> list[Chosen]:
        with self.database.worker() as session:
            return [Chosen(one, session.get_one(Dossier, one).seq) for one in self.dossiers]

    def doing(self, act: Callable[[Session], Any], actor: Actor | None = None) -> Any:
        actor = actor or self.officer
        with self.database.app() as session:
            act_as(session, actor.id, actor.agency_ids)
            result = act(session)
            session.commit()
            return result

    def begun(self, chosen: list[Chosen] | None = None, act: str = "receive", key: str | None = None) -> UUID:
        many = self.chosen() if chosen is None else chosen
        made: UUID = self.doing(lambda session: batches.begin(session, self.officer, act, many, key=key))
        return made

    def progress(self, batch_id: UUID, actor: Actor | None = None) -> batches.Progress:
        found: batches.Progress = self.doing(
            lambda session: batches.progress(session, actor or self.officer, batch_id), actor
        )
        return found

    def statuses(self) -> list[Status]:
        with self.database.worker() as session:
            return [session.get_one(Dossier, one).status for one in self.dossiers]

    def accepted_events(self) -> Counter[str]:
        with self.database.worker() as session:
            rows = session.execute(
                sa.text("SELECT stream_id::text FROM event WHERE name = 'dossier.accepted'")
            )
            return Counter(rows.scalars())


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


def test_each_dossier_is_its_own_act_with_its_own_result(place: Place) -> None:
    chosen = place.chosen()
    place.doing(lambda session: processing.receive(session, place.officer, place.dossiers[1]))
    batch_id = place.begun(chosen)

    waiting = place.progress(batch_id)
    batches.run(str(batch_id), 0)
    done = place.progress(batch_id)

    assert (waiting.done, waiting.refused, waiting.ended_at) == (0, 0, None)
    assert (done.total, done.done, done.refused) == (4, 3, 1)
    assert done.ended_at is not None
    assert done.items[0].dossier_id == place.dossiers[1]  # what was kept back comes first
    assert done.items[0].code == "WrongState"
    assert "Được tiếp nhận" in (done.items[0].problem or "")
    assert place.statuses() == [Status.ACCEPTED] * 4
    assert set(place.accepted_events().values()) == {1}


def test_what_changed_since_it_was_seen_is_kept_back(place: Place) -> None:
    batch_id = place.begun(
        [Chosen(one.id, one.seq - (index == 0)) for index, one in enumerate(place.chosen())]
    )

    batches.run(str(batch_id), 0)

    first = place.progress(batch_id).items[0]
    assert (first.dossier_id, first.code) == (place.dossiers[0], "Stale")
    assert place.statuses()[0] is Status.SUBMITTED


def test_run_twice_or_by_several_at_once_nothing_is_done_twice(database: Database) -> None:
    place = Place(database, filed=12)
    batch_id = place.begun()

    runners = [threading.Thread(target=batches.run, args=(str(batch_id), 0)) for _ in range(4)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    batches.run(str(batch_id), 0)

    done = place.progress(batch_id)
    assert (done.done, done.refused) == (12, 0)
    assert place.accepted_events() == Counter({str(one): 1 for one in place.dossiers})


def test_cut_off_in_the_middle_it_goes_on_where_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id, calls = place.begun(), 0
    real = processing.receive

    class CutOff(BaseException):
        pass

    def cut(*args: Any, **more: Any) -> Dossier:
        nonlocal calls
        calls += 1
        result = real(*args, **more)
        if calls == 3:
            raise CutOff
        return result

    monkeypatch.setattr(batches, "ACTS", {**batches.ACTS, "receive": cut})
    with pytest.raises(CutOff):
        batches.run(str(batch_id), 0)
    before = place.progress(batch_id)
    monkeypatch.undo()
    batches.run(str(batch_id), 0)

    assert (before.done, before.ended_at) == (2, None)
    assert place.statuses() == [Status.ACCEPTED] * 4
    assert set(place.accepted_events().values()) == {1}
    assert place.progress(batch_id).done == 4


def test_who_is_removed_meanwhile_does_nothing_more(place: Place) -> None:
    batch_id = place.begun()
    with place.database.worker() as session:
        session.execute(
            sa.update(Membership)
            .where(Membership.account_id == place.officer.id)  # type: ignore[arg-type]
            .values(valid_to=clock.today())
        )
        session.commit()

    batches.run(str(batch_id), 0)

    assert place.statuses() == [Status.SUBMITTED] * 4
    done = place.progress(batch_id)
    assert (done.done, done.refused) == (0, 4)
    assert {one.code for one in done.items} == {"DossierNotFound"}


def test_others_dossiers_are_kept_back_as_if_there_were_none(place: Place) -> None:
    elsewhere = Place(place.database, filed=1)
    batch_id = place.begun([*elsewhere.chosen(), Chosen(uuid4(), 2), *place.chosen()])

    batches.run(str(batch_id), 0)

    kept = place.progress(batch_id).items[:2]
    assert {(one.code, one.reference, one.procedure_name) for one in kept} == {
        ("DossierNotFound", None, None)
    }
    assert kept[0].problem == kept[1].problem
    assert elsewhere.statuses() == [Status.SUBMITTED]


def test_a_batch_is_its_officers_alone(place: Place) -> None:
    batch_id = place.begun()
    with place.database.worker() as session:
        colleague = factories.officer(session, place.agency)
        session.commit()

    with pytest.raises(batches.BatchNotFound):
        place.progress(batch_id, colleague)
    with pytest.raises(batches.BatchNotFound):
        place.progress(uuid4())


def test_the_same_key_begins_one_batch(place: Place) -> None:
    first, again = place.begun(key="mot-khoa"), place.begun(key="mot-khoa")

    assert first == again
    with pytest.raises(KeyReused):
        place.begun(place.chosen()[:1], key="mot-khoa")


@pytest.mark.parametrize(
    ("act", "count"), [("receive", 0), ("receive", 501), ("approve", 1), ("", 1), ("nothing", 1)]
)
def test_what_is_no_batch_is_told(place: Place, act: str, count: int) -> None:
    chosen = [Chosen(uuid4(), 1) for _ in range(count)]

    with pytest.raises(Invalid) as refused:
        place.begun(chosen, act)

    assert refused.value.extra["errors"]


def test_too_many_batches_at_once_wait(place: Place) -> None:
    for _ in range(batches.AT_ONCE):
        place.begun()

    with pytest.raises(batches.TooManyBatches):
        place.begun()


def test_the_sweeper_asks_for_what_nobody_goes_on_with(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id, asked = place.begun(), []
    monkeypatch.setattr(batches.run, "delay", lambda *args: asked.append(args))

    young = batches.sweep()
    monkeypatch.setattr(clock._Ahead, "by", timedelta(minutes=2))
    old = batches.sweep()

    assert (young, old) == (0, 1)
    assert asked == [(str(batch_id), 0)]


def test_begun_is_told_to_the_worker_in_the_same_transaction(place: Place) -> None:
    from portal.worker import SUBSCRIBERS

    batch_id = place.begun()

    with place.database.worker() as session:
        names = session.execute(sa.text("SELECT name FROM outbox WHERE stream_id = :id"), {"id": batch_id})
        assert [SUBSCRIBERS[name] for name in names.scalars()] == [[batches.RUN]]


def test_one_broken_dossier_does_not_hold_up_the_others(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id, real, broken = place.begun(), processing.receive, place.dossiers[0]

    def fragile(session: Session, actor: Actor, dossier_id: UUID, **more: Any) -> Dossier:
        if dossier_id == broken:
            raise RuntimeError
        return real(session, actor, dossier_id, **more)

    monkeypatch.setattr(batches, "ACTS", {**batches.ACTS, "receive": fragile})
    batches.run(str(batch_id), 0)

    done = place.progress(batch_id)
    assert (done.done, done.refused, done.items[0].code) == (3, 1, "Unforeseen")
    assert done.ended_at is not None
    assert place.statuses()[0] is Status.SUBMITTED
