"""Twins: whatever is sent twice at once happens once, and exactly one of several acts wins."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa

from auth.actor import Actor
from dossiers import decision, filing, processing, verify
from dossiers.models import Dossier
from portal.core.db import act_as
from portal.core.errors import Conflict, DomainError
from tests import factories


@pytest.fixture
def world(database):
    with database.worker() as session:
        agency = factories.agency(session)
        procedure = factories.procedure(session, agency.id)
        applicant = factories.citizen(session)
        draft = factories.draft(session, applicant, procedure, agency.id)
        factories.ready_file(session, draft)
        officers = [factories.officer(session, agency.id) for _ in range(4)]
        session.commit()
        return database, agency, procedure, applicant, draft.id, officers


def together(database, actors: list[Actor], act: Callable[..., object]) -> list[object]:
    """Let each actor do the act in a session of their own, all at once; results or domain errors."""
    gate = threading.Barrier(len(actors))
    results: list[object] = [None] * len(actors)

    def work(place: int, actor: Actor) -> None:
        with database.app() as session:
            act_as(session, actor.id, actor.agency_ids)
            gate.wait()
            try:
                outcome = act(session, actor)
                session.commit()
                results[place] = outcome
            except DomainError as error:
                session.rollback()
                results[place] = error

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(actors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_sixteen_twin_submissions_file_once_under_one_reference(world):
    database, _, _, applicant, draft_id, _ = world

    answers = together(
        database,
        [applicant] * 16,
        lambda session, actor: filing.submit(session, actor, draft_id, idempotency_key="k").reference,
    )

    assert len(set(answers)) == 1
    with database.worker() as session:
        filed = session.execute(
            sa.text("SELECT count(*) FROM event WHERE name = 'dossier.submitted'")
        ).scalar_one()
        assert filed == 1
    with database.worker() as session:
        assert verify.run(session, None, database.settings).green


def test_sixteen_twin_openings_make_one_draft(world):
    database, agency, procedure, applicant, _, _ = world
    submission_id = uuid4()

    made = together(
        database,
        [applicant] * 16,
        lambda session, actor: (
            filing.open_draft(
                session, actor, submission_id=submission_id, code=procedure.code, agency_id=agency.id
            ).id
        ),
    )

    assert len(set(made)) == 1


def test_of_sixteen_acts_on_one_dossier_exactly_one_wins(world):
    database, _, _, applicant, draft_id, officers = world
    with database.app() as session:
        act_as(session, applicant.id, frozenset())
        filing.submit(session, applicant, draft_id, idempotency_key=None)
        session.commit()

    results = together(
        database,
        officers * 4,
        lambda session, actor: processing.receive(session, actor, draft_id, seq=2).number,
    )

    won = [result for result in results if isinstance(result, str)]
    lost = [result for result in results if isinstance(result, Conflict)]
    assert (len(won), len(lost)) == (1, 15)
    assert all(error.extra["status_now"] == "accepted" for error in lost)


def test_approve_and_reject_at_once_leave_one_decision(world):
    database, _, _, applicant, draft_id, officers = world
    holder = officers[0]
    with database.app() as session:
        act_as(session, applicant.id, frozenset())
        filing.submit(session, applicant, draft_id, idempotency_key=None)
        session.commit()
        act_as(session, holder.id, holder.agency_ids)
        processing.receive(session, holder, draft_id)
        processing.claim(session, holder, draft_id)
        session.commit()
    acts = iter([decision.approve, decision.reject] * 4)
    lock = threading.Lock()

    def decide(session, actor):
        with lock:
            act = next(acts)
        return act(session, actor, draft_id, ground="Theo hồ sơ").status

    results = together(database, [holder] * 8, decide)

    assert sum(not isinstance(result, DomainError) for result in results) == 1
    with database.worker() as session:
        assert session.execute(sa.text("SELECT count(*) FROM decision")).scalar_one() == 1
    with database.worker() as session:
        assert verify.run(session, None, database.settings).green


def test_numbers_given_at_once_are_never_the_same(world):
    database, agency, procedure, applicant, _, officers = world
    with database.worker() as session:
        act_as(session, applicant.id, frozenset())
        ids = [factories.filed(session, applicant, procedure, agency.id).id for _ in range(12)]
        session.commit()
    waiting = iter(ids)
    lock = threading.Lock()

    def accept(session, actor):
        with lock:
            dossier_id = next(waiting)
        return processing.receive(session, actor, dossier_id).number

    numbers = together(database, officers * 3, accept)

    assert len(set(numbers)) == 12
    with database.worker() as session:
        stored = session.execute(sa.select(Dossier.number).where(Dossier.number.is_not(None))).scalars().all()
    assert sorted(stored) == sorted(numbers)
