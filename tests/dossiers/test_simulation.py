"""A trial run of a draft over the dossiers filed so far: counts that are true, and no person among them."""

import json
from typing import Any

import msgspec
import psycopg
import pytest
import sqlalchemy as sa

from auth.actor import Role
from dossiers import filing, simulation
from portal.core import events
from portal.core.db import act_as
from portal.core.errors import NotFound
from services_catalog import drafting, editor_queries
from services_catalog.content import Offer, RevisionContent
from services_catalog.models import Level
from tests import factories

NAMES = ("Nguyễn Thị Ánh", "Lò Văn Páo", "Y Kđăm Niê")


def said(**changes: Any) -> RevisionContent:
    return msgspec.convert(factories.simple() | changes, RevisionContent)


def form(*fields: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": "request", "title": "Yêu cầu", "fields": list(fields)}]


NAME = {"key": "full_name", "kind": "text", "label": "Họ và tên", "max_length": 100}
COUNT = {"key": "copies_count", "kind": "number", "label": "Số bản", "min": 1, "max": 20}
NOTE = {"key": "note", "kind": "longtext", "label": "Ghi chú", "required": False, "max_length": 500}


@pytest.fixture
def world(database):
    """Three dossiers of the small procedure, one draft, and an editor."""
    with database.app() as session:
        agency = factories.agency(session)
        procedure = factories.procedure(session, agency.id)
        editor = factories.officer(session, agency.id, Role.CATALOGUE_EDITOR)
        for number, name in enumerate(NAMES):
            applicant = factories.citizen(session, name=name)
            answers = {"full_name": name, "copies_count": number + 1}
            if number == 2:
                answers["note"] = "Nhà ở cạnh chợ Bến Gỗ"
            dossier = factories.draft(session, applicant, procedure, agency.id, **answers)
            factories.ready_file(session, dossier)
            filing.submit(session, applicant, dossier.id, idempotency_key=None)
        factories.draft(session, applicant, procedure, agency.id, full_name="Chưa nộp", copies_count=99)
        session.commit()
    return database, procedure, agency, editor


def replay(world: Any, **changes: Any) -> simulation.Trial:
    database, procedure, _, _ = world
    with database.worker() as session:
        return simulation.replay(session, procedure.code, said(**changes))


def test_the_form_they_were_filed_under_lets_all_pass(world):
    found = replay(world)

    assert (found.total, found.passed, found.unreadable) == (3, 3, 0)
    assert (found.fails, found.papers) == ([], [])
    assert (found.running, found.drafts) == (3, 1)


def test_a_new_required_question_fails_all_and_an_optional_one_none(world):
    asked = {"key": "purpose", "kind": "text", "label": "Mục đích"}

    required = replay(world, form=form(NAME, COUNT, NOTE, asked))
    optional = replay(world, form=form(NAME, COUNT, NOTE, asked | {"required": False}))

    assert [(one.field, one.kind, one.count) for one in required.fails] == [("purpose", "missing", 3)]
    assert required.passed == 0
    assert optional.passed == 3


def test_narrower_rules_fail_those_who_answered_otherwise(world):
    found = replay(world, form=form(NAME, COUNT | {"max": 2}, NOTE))

    assert [(one.field, one.kind, one.count) for one in found.fails] == [("copies_count", "unfit", 1)]
    assert found.passed == 2


def test_answers_to_questions_that_are_gone_are_left_aside(world):
    found = replay(world, form=form(NAME))

    assert (found.passed, found.fails) == (3, [])


def test_a_question_of_another_kind_is_an_unfit_answer(world):
    found = replay(world, form=form(NAME | {"kind": "date"}, COUNT, NOTE))

    assert [(one.field, one.kind, one.count) for one in found.fails] == [("full_name", "unfit", 3)]


def test_a_new_paper_is_missing_and_one_under_a_condition_only_where_it_holds(world):
    paper = factories.SIMPLE_PAPERS[0] | {"key": "map", "name": "Bản đồ"}
    always = replay(world, requirements=[*factories.SIMPLE_PAPERS, paper])
    held = replay(world, requirements=[*factories.SIMPLE_PAPERS, paper | {"needed": "not_needed"}])

    assert [(one.paper, one.count) for one in always.papers] == [("map", 3)]
    assert always.passed == 0
    assert held.passed == 3


def test_only_the_last_ones_are_tried(world):
    database, procedure, _, _ = world
    with database.worker() as session:
        found = simulation.replay(session, procedure.code, said(), last=2)

    assert found.total == 2


def test_a_person_whose_data_was_erased_is_in_no_count(world):
    database, procedure, _, _ = world
    with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "DELETE FROM subject_key WHERE subject_id ="
            " (SELECT subject_id FROM dossier WHERE submitted_at IS NOT NULL LIMIT 1)"
        )
    with database.worker() as session:
        found = simulation.replay(session, procedure.code, said())

    assert (found.total, found.unreadable) == (2, 1)


def test_an_unknown_procedure_is_refused(world):
    with world[0].worker() as session, pytest.raises(NotFound):
        simulation.replay(session, "0.000000", said())


def test_the_web_sees_nothing_to_replay(world):
    """Row-level security: an editor's own session reads no dossier, so the run belongs to the worker."""
    database, procedure, _, editor = world
    with database.app() as session:
        act_as(session, editor.id, editor.agency_ids)
        assert simulation.replay(session, procedure.code, said()).total == 0


def drafted(world: Any, **changes: Any) -> int:
    """A draft that is asked to be tried; the seq of the asking."""
    database, procedure, agency, editor = world
    with database.app() as session:
        act_as(session, editor.id, editor.agency_ids)
        offer = Offer(agency_id=agency.id, declared=Level.FULL)
        drafting.save_draft(session, procedure.code, editor, content=said(**changes), offers=[offer])
        simulation.ask(session, editor, procedure.code)
        seq = editor_queries.by_code(session, procedure.code).seq
        session.commit()
    return seq


def test_the_result_is_an_event_of_counts_once_for_each_asking(world):
    database, procedure, _, _ = world
    seq = drafted(world, form=form(NAME, COUNT | {"max": 2}, NOTE))
    with database.worker() as session:
        assert simulation.latest(session, procedure.id).trial is None

    simulation.run(str(procedure.id), seq)
    simulation.run(str(procedure.id), seq)

    with database.worker() as session:
        history = events.history(session, procedure.id)
        latest = simulation.latest(session, procedure.id)
    assert [one.name for one in history].count("procedure.simulated") == 1
    assert (latest.trial.passed, latest.trial.total) == (2, 3)
    assert latest.trial.fails == [simulation.Fail("copies_count", "unfit", 1)]


def test_no_person_and_no_answer_is_in_the_event(world):
    database, procedure, _, _ = world
    seq = drafted(world, form=form(NAME | {"kind": "date"}, COUNT | {"min": 7}, NOTE | {"max_length": 3}))

    simulation.run(str(procedure.id), seq)

    with database.worker() as session:
        told = json.dumps([one.data for one in events.history(session, procedure.id)], default=str)
    told = json.loads(f'"{told}"'.replace('\\"', "'")) if "\\u" in told else told
    for name in (*NAMES, "Bến Gỗ", "Chưa nộp"):
        assert name not in told
        assert name.split()[-1] not in told


def test_a_draft_that_is_gone_by_then_leaves_no_result(world):
    database, procedure, _, _ = world
    seq = drafted(world)
    with database.worker() as session:
        session.execute(sa.text("DELETE FROM procedure_revision WHERE status = 'draft'"))
        session.commit()

    simulation.run(str(procedure.id), seq)

    with database.worker() as session:
        assert simulation.latest(session, procedure.id).trial is None
