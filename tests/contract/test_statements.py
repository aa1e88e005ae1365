"""SQL statements per request, besides BEGIN and COMMIT: measured on the real application."""

from uuid import uuid4

import pytest

from auth.actor import Role
from auth.models import Membership
from portal.core.clock import today
from tests import factories


@pytest.fixture
def world(session, client):
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id)
    applicant = factories.citizen(session, email="dan@example.vn")
    dossier = factories.draft(session, applicant, procedure, agency.id)
    factories.ready_file(session, dossier)
    officer = factories.account(session, email="canbo@example.vn", name="Lê Minh Tuấn")
    session.add(Membership(account_id=officer.id, role=Role.OFFICER, agency_id=agency.id, valid_from=today()))
    session.commit()
    return agency, procedure, dossier


def test_a_citizen_reads_and_files_within_the_budget(world, client, count_statements):
    _, _, dossier = world
    factories.signed_in(client, "dan@example.vn")
    spent = {}

    def measure(name, call):
        counted = count_statements()
        answer = call()
        assert answer.status_code < 300, answer.text
        spent[name] = (len(counted), list(counted.seen))

    measure("get", lambda: client.get(f"/api/v1/dossiers/{dossier.id}"))
    measure("list", lambda: client.get("/api/v1/dossiers"))
    measure("page", lambda: client.get(f"/ho-so/{dossier.id}"))
    key = {"Idempotency-Key": str(uuid4())}
    measure("submit", lambda: client.post(f"/api/v1/dossiers/{dossier.id}/submission", headers=key))

    assert spent["get"][0] <= 4, spent["get"]
    assert spent["list"][0] <= 4, spent["list"]
    assert spent["page"][0] <= 8, spent["page"]
    assert spent["submit"][0] <= 12, spent["submit"]


def test_an_officer_reads_and_acts_within_the_budget(world, client, count_statements):
    _, _, dossier = world
    factories.signed_in(client, "dan@example.vn")
    client.post(f"/api/v1/dossiers/{dossier.id}/submission")
    factories.signed_in(client, "canbo@example.vn")
    spent = {}

    def measure(name, call):
        counted = count_statements()
        answer = call()
        assert answer.status_code < 300, answer.text
        spent[name] = (len(counted), list(counted.seen))

    measure("desk", lambda: client.get("/api/v1/desk/dossiers"))
    measure("get", lambda: client.get(f"/api/v1/dossiers/{dossier.id}"))
    measure("page", lambda: client.get(f"/can-bo/ho-so/{dossier.id}"))
    measure("receive", lambda: client.post(f"/api/v1/dossiers/{dossier.id}/reception", json={}))
    measure("claim", lambda: client.post(f"/api/v1/dossiers/{dossier.id}/claim", json={}))

    assert spent["desk"][0] <= 4, spent["desk"]
    assert spent["get"][0] <= 4, spent["get"]
    assert spent["page"][0] <= 8, spent["page"]
    assert spent["receive"][0] <= 12, spent["receive"]
    measure("page in hand", lambda: client.get(f"/can-bo/ho-so/{dossier.id}"))

    assert spent["claim"][0] <= 12, spent["claim"]
    assert spent["page in hand"][0] <= 8, spent["page in hand"]


@pytest.mark.parametrize(("address", "budget"), [("", 4), ("/{code}", 5), ("/{code}/form", 5)])
def test_the_catalogue_is_read_within_the_budget(world, client, count_statements, address, budget):
    _, procedure, _ = world
    counted = count_statements()

    assert client.get(f"/api/v1/procedures{address}".format(code=procedure.code)).status_code == 200

    assert len(counted) <= budget, counted.seen
