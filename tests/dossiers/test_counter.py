"""A dossier entered at the counter or from a letter: who sees it, who goes on with it, what it needs."""

from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from dossiers import access, counter, filing, processing, queries, tracking, views
from dossiers.counter import Visitor
from dossiers.models import Channel, Dossier
from dossiers.workflow import Status
from portal.core.errors import Forbidden, Invalid
from portal.core.text import BadText
from tests import factories
from tests.conftest import acts_as

NUMBER = "001190123456"
WHO: dict[str, str] = {"name": "Đỗ Thị Hoa", "personal_id": NUMBER, "phone": "0987654321"}


@pytest.fixture
def world(session: Session) -> Any:
    agency = factories.agency(session)
    made = factories.procedure(session, agency.id)
    officer = factories.officer(session, agency.id)
    colleague = factories.officer(session, agency.id)
    acts_as(session, officer)
    return session, agency, made, officer, colleague


def opened(world: Any, **more: Any) -> Dossier:
    session, agency, made, officer, _ = world
    given = {"submission_id": uuid4(), "channel": Channel.COUNTER, "visitor": Visitor(**WHO)} | more
    return counter.open_draft(session, officer, code=made.code, agency_id=agency.id, **given)


def filed(world: Any, **more: Any) -> Dossier:
    session, _, _, officer, _ = world
    dossier = opened(world, **more)
    filing.save_answers(session, officer, dossier.id, seq=None, answers=dict(factories.SIMPLE_ANSWERS))
    factories.ready_file(session, dossier)
    return filing.submit(session, officer, dossier.id, idempotency_key=None)


@pytest.mark.parametrize("channel", [Channel.COUNTER, Channel.POST])
def test_it_is_entered_filed_and_received(world: Any, channel: Channel) -> None:
    session, _, _, officer, _ = world
    dossier = filed(world, channel=channel)
    processing.receive(session, officer, dossier.id)

    assert (dossier.status, dossier.channel, dossier.applicant_id) == (Status.ACCEPTED, channel, None)
    assert dossier.subject_id == dossier.id
    assert views.summary(session, officer, dossier.id).applicant["name"] == "Đỗ Thị Hoa"


def test_a_citizen_with_the_same_personal_id_does_not_see_it(world: Any) -> None:
    session, _, _, _, _ = world
    dossier = filed(world)
    same = factories.citizen(session, personal_id=NUMBER)

    with pytest.raises(access.DossierNotFound):
        views.summary(session, same, dossier.id)
    assert queries.mine(session, same).items == []


def test_a_draft_is_its_officers_alone(world: Any) -> None:
    session, _, _, officer, colleague = world
    dossier = opened(world)
    acts_as(session, colleague)
    with pytest.raises(access.DossierNotFound):
        views.summary(session, colleague, dossier.id)

    acts_as(session, officer)
    assert views.summary(session, officer, dossier.id).id == dossier.id


def test_the_same_submission_is_the_same_draft(world: Any) -> None:
    again = uuid4()

    assert opened(world, submission_id=again).id == opened(world, submission_id=again).id


def test_it_is_tracked_by_the_visitors_digits(world: Any) -> None:
    session = world[0]
    dossier = filed(world)

    assert (
        tracking.tracking(session, number=dossier.reference or "", factor="3456").status is Status.SUBMITTED
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("personal_id", "123"), ("personal_id", ""), ("phone", "abc"), ("email", "không phải")],
)
def test_who_came_must_be_told(world: Any, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        opened(world, visitor=Visitor(**WHO | {field: value}))

    assert [one["field"] for one in refused.value.extra["errors"]] == [field]


def test_hidden_characters_are_refused(world: Any) -> None:
    with pytest.raises(BadText):
        opened(world, visitor=Visitor(**WHO | {"name": "Hoa\u202e"}))


def test_neither_for_another_agency_nor_as_online(world: Any) -> None:
    session, _, made, officer, _ = world
    other = factories.agency(session)
    with pytest.raises(Forbidden):
        counter.open_draft(
            session,
            officer,
            submission_id=uuid4(),
            code=made.code,
            agency_id=other.id,
            channel=Channel.COUNTER,
            visitor=Visitor(**WHO),
        )
    with pytest.raises(Invalid):
        opened(world, channel=Channel.ONLINE)
