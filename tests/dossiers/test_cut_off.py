"""Until when a procedure is received: exact to the instant, and no draft is lost by it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dossiers import filing, offering, views
from dossiers.workflow import Status
from portal.core import clock
from portal.core.db import act_as
from services_catalog import importing, publishing
from tests import factories
from tests.services_catalog.following import follow_due

HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def after(monkeypatch) -> Any:
    """Let so much time pass since the test began."""
    return lambda passed: monkeypatch.setattr(clock._Ahead, "by", passed)


@pytest.fixture
def world(session):
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id)
    applicant = factories.citizen(session)
    return agency, procedure, applicant


def closing(session, procedure, at=None):
    second = importing.machine_hands(session).reviewer
    publishing.withdraw(session, procedure.code, second, closes_at=at, reason="Luật bãi bỏ")


def complete(session, world):
    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id)
    factories.ready_file(session, dossier)
    return dossier


def opened(session, world):
    agency, procedure, applicant = world
    return filing.open_draft(
        session, applicant, submission_id=uuid4(), code=procedure.code, agency_id=agency.id
    )


def test_the_cut_off_is_exact_to_the_instant(session, world):
    agency, procedure, _ = world
    at = clock.now() + HOUR
    closing(session, procedure, at)

    assert offering.open_offering(session, procedure.code, agency.id, at - MOMENT)
    with pytest.raises(offering.Closed) as error:
        offering.open_offering(session, procedure.code, agency.id, at)

    assert error.value.status == 409
    assert f"{clock.local(at):%H:%M ngày %d/%m/%Y}" in error.value.detail
    assert error.value.extra["closed_at"] == at.isoformat()


def test_before_it_drafts_are_opened_and_filed(session, world, after):
    _, procedure, applicant = world
    closing(session, procedure, clock.now() + 2 * HOUR)
    after(HOUR)

    dossier = complete(session, world)

    assert filing.submit(session, applicant, dossier.id, idempotency_key=None).status is Status.SUBMITTED


@pytest.mark.parametrize("worker", ["asleep", "awake"])
def test_from_it_on_nothing_is_opened_or_filed_whatever_the_worker_does(session, world, after, worker):
    _, procedure, applicant = world
    dossier = complete(session, world)
    at = clock.now() + HOUR
    closing(session, procedure, at)
    after(HOUR + timedelta(seconds=1))
    if worker == "awake":
        assert follow_due(session, clock.now()) == [procedure.code]
        act_as(session, applicant.id, applicant.agency_ids)

    for act in (
        lambda: opened(session, world),
        lambda: filing.submit(session, applicant, dossier.id, idempotency_key=None),
    ):
        with pytest.raises(offering.Closed) as error:
            act()
        assert f"{clock.local(at):%H:%M ngày %d/%m/%Y}" in error.value.detail

    filing.save_answers(session, applicant, dossier.id, seq=None, answers={"note": "Vẫn sửa được."})
    kept = views.detail(session, applicant, dossier.id)
    assert (kept.status, kept.answers["note"], len(kept.attachments)) == (Status.DRAFT, "Vẫn sửa được.", 1)


def test_at_once_is_a_cut_off_too(session, world):
    _, procedure, applicant = world
    dossier = complete(session, world)
    closing(session, procedure)
    act_as(session, applicant.id, applicant.agency_ids)

    with pytest.raises(offering.Closed):
        filing.submit(session, applicant, dossier.id, idempotency_key=None)


def test_an_agency_that_never_offered_it_is_not_said_to_have_closed(session, world):
    _, procedure, _ = world
    other = factories.agency(session)
    closing(session, procedure)

    with pytest.raises(offering.NotOffered):
        offering.open_offering(session, procedure.code, other.id, clock.now())


def test_over_http_it_is_a_problem_that_names_the_instant(client, session, after):
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id)
    factories.account(session, email="dan@example.vn")
    at = clock.now() + timedelta(minutes=5)
    closing(session, procedure, at)
    session.commit()
    factories.signed_in(client, "dan@example.vn")
    body = {"submission_id": str(uuid4()), "procedure": procedure.code, "agency_id": str(agency.id)}
    assert client.post("/api/v1/dossiers", json=body).status_code == 201
    after(timedelta(minutes=5))

    refused = client.post("/api/v1/dossiers", json={**body, "submission_id": str(uuid4())})

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/Closed")
    assert refused.json()["closed_at"] == at.isoformat()
