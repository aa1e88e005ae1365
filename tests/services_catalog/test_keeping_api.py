"""The keepers' API: a new code, the live check, what waits called off, levels and their history."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from auth.actor import Role
from portal.core import clock
from services_catalog import importing, publishing
from services_catalog.models import Origin, Procedure
from tests import factories
from tests.services_catalog.test_api import CODE, EDITOR, REVIEWER, URL, draft, publish

BASIS = "Điều 18 Luật Hộ tịch 60/2014/QH13"


@pytest.fixture
def agency(session, client):
    made = factories.agency(session, "H99.77.05")
    session.commit()
    return made


@pytest.fixture
def keepers(session, client):
    """The editor, signed in, with a reviewer beside."""
    factories.officer(session, uuid4(), Role.CATALOGUE_EDITOR, email=EDITOR)
    factories.officer(session, uuid4(), Role.CATALOGUE_REVIEWER, email=REVIEWER)
    session.commit()
    return factories.signed_in(client, EDITOR)


def rows(session, *tables: str) -> list[int]:
    return [session.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables]


def test_a_code_is_begun_once(client, session, keepers, agency):
    body = draft(agency) | {"code": CODE}

    made = client.post("/api/v1/procedures", json=body, headers={"Idempotency-Key": "k"})
    same = client.post("/api/v1/procedures", json=body, headers={"Idempotency-Key": "k"})
    again = client.post("/api/v1/procedures", json=body)

    assert (made.status_code, made.json()["number"], made.json()["status"]) == (201, 1, "draft")
    assert same.json() == made.json()
    assert (again.status_code, again.json()["type"], again.json()["code"]) == (
        409,
        "/problems/CodeTaken",
        CODE,
    )
    assert rows(session, "procedure_revision") == [1]


def test_an_entry_of_the_listing_becomes_one_kept_here(client, session, keepers, agency):
    session.add(Procedure(code=CODE, name="Chỉ có tên", name_folded="chi co ten", origin=Origin.LISTING))
    session.commit()

    assert client.post("/api/v1/procedures", json=draft(agency) | {"code": CODE}).status_code == 201
    assert client.get(URL).json()["origin"] == "listing"
    publish(client)

    assert client.get(URL).json()["origin"] == "own"


@pytest.mark.parametrize("code", ["a.1", "1", "1.001193 ", "x" * 36])
def test_a_code_of_no_procedure_is_refused(client, session, keepers, agency, code):
    answer = client.post("/api/v1/procedures", json=draft(agency) | {"code": code})

    assert answer.status_code in (400, 422)
    assert rows(session, "procedure") == [0]


@pytest.mark.parametrize("known", [True, False], ids=["drafted", "new"])
def test_the_live_check_judges_what_is_not_saved_and_keeps_nothing(client, session, keepers, agency, known):
    if known:
        client.put(f"{URL}/draft", json=draft(agency))
    before = rows(session, "procedure", "procedure_revision", "event WHERE stream = 'procedure'")
    offers = [
        {"agency_id": str(agency.id), "declared": "partial"},
    ]

    good = client.post(f"{URL}/draft/check", json=draft(agency)).json()
    bad = client.post(
        f"{URL}/draft/check",
        json=draft(agency, presence_required=True, offers=offers) | {"effective_on": "2099-01-01"},
    ).json()
    strange = client.post(
        f"{URL}/draft/check", json=draft(agency, offers=[{"agency_id": str(uuid4()), "declared": "full"}])
    )

    assert (good["may_publish"], good["number"]) == (True, 1)
    assert (bad["may_publish"], bad["effective_on"], bad["ruleset"]) == (False, "2099-01-01", "224/2026")
    assert "Nêu lý do" in bad["offers"][0]["obstacle"]
    assert strange.status_code == 422
    assert rows(session, "procedure", "procedure_revision", "event WHERE stream = 'procedure'") == before


def test_a_refusal_names_what_stands_in_the_way_at_every_agency(client, session, keepers, agency):
    other, third = (factories.agency(session) for _ in range(2))
    session.commit()
    offers = [
        {"agency_id": str(agency.id), "declared": "full"},
        {"agency_id": str(other.id), "declared": "partial"},
        {
            "agency_id": str(third.id),
            "declared": "partial",
            "reason_code": "PRESENCE",
            "reason_basis": BASIS,
        },
    ]
    faults = {"presence_required": True, "forms_downloadable": False}
    client.put(f"{URL}/draft", json=draft(agency, offers=offers, **faults))

    problem = publish(client).json()

    assert [(one["agency_id"], one["problem"]) for one in problem["obstacles"]] == [
        (str(agency.id), "NotFullProcess"),
        (str(other.id), "ReasonMissing"),
    ]
    failing = problem["obstacles"][0]["failing"]
    assert [(one["code"], bool(one["reason"]), bool(one["article"])) for one in failing] == [
        ("C2", True, True),
        ("C6", True, True),
    ]
    assert problem["agencies"] == [str(agency.id)]


def test_a_service_that_is_less_than_it_could_be_is_told_so(client, keepers, agency):
    offers = [
        {
            "agency_id": str(agency.id),
            "declared": "partial",
            "reason_code": "TECH_OTHER",
            "reason_basis": BASIS,
        }
    ]

    check = client.post(f"{URL}/draft/check", json=draft(agency, offers=offers)).json()

    assert check["may_publish"]
    assert check["offers"][0]["eligible"]
    assert "đạt cả 8 điều kiện" in check["offers"][0]["hint"]


def test_what_waits_is_announced_and_called_off(client, session, keepers, agency):
    client.put(f"{URL}/draft", json=draft(agency))
    publish(client)
    day = (clock.today() + timedelta(days=10)).isoformat()
    factories.signed_in(client, EDITOR)
    client.put(f"{URL}/draft", json=draft(agency, summary="Bản sau.") | {"effective_on": day})
    waiting = publish(client, "k2").json()
    assert (waiting["status"], waiting["effective_on"], client.get(URL).json()["number"]) == (
        "published",
        day,
        1,
    )
    assert client.get(URL).json()["coming"] == [{"number": 2, "effective_on": day}]

    url = f"{URL}/revisions/2/cancellation"
    assert client.post(url, json={"reason": " "}).status_code == 422
    gone = client.post(url, json={"reason": "Nghị định lùi ngày"})

    assert (gone.status_code, gone.json()["status"]) == (200, "withdrawn")
    assert client.get(URL).json()["coming"] == []
    assert client.post(url, json={"reason": "Lần nữa"}).json()["type"] == "/problems/NotWaiting"
    assert client.post(f"{URL}/revisions/9/cancellation", json={"reason": "Không có"}).status_code == 404


def test_a_cut_off_is_told_and_taken_back(client, keepers, agency):
    client.put(f"{URL}/draft", json=draft(agency))
    publish(client)
    at = (clock.now() + timedelta(days=3)).isoformat()

    client.post(f"{URL}/withdrawal", json={"closes_at": at, "reason": "Luật bãi bỏ"})
    told = client.get(URL).json()["closes_at"]
    back = client.post(f"{URL}/withdrawal/cancellation", json={"reason": "Luật lùi ngày"})

    assert told is not None
    assert back.status_code == 200
    assert client.get(URL).json()["closes_at"] is None
    again = client.post(f"{URL}/withdrawal/cancellation", json={"reason": "Lần nữa"})
    assert again.json()["type"] == "/problems/NotClosing"


def test_the_history_of_levels_is_public(client, session, keepers, agency):
    client.put(f"{URL}/draft", json=draft(agency))
    publish(client)
    offers: list[dict[str, Any]] = [
        {
            "agency_id": str(agency.id),
            "declared": "partial",
            "reason_code": "PRESENCE",
            "reason_basis": BASIS,
        }
    ]
    factories.signed_in(client, EDITOR)
    client.put(f"{URL}/draft", json=draft(agency, offers=offers, presence_required=True))
    publish(client, "k2")
    client.cookies.clear()

    newest, first = client.get(f"{URL}/levels").json()["items"]

    assert (first["before"], first["after"], first["agency_code"]) == (None, "full", "H99.77.05")
    assert (newest["before"], newest["after"]) == ("full", "partial")
    assert (newest["ruleset"], newest["reason_code"], newest["reason_basis"]) == (
        "224/2026",
        "PRESENCE",
        BASIS,
    )
    assert client.get("/api/v1/procedures/9.999999/levels").status_code == 404


def test_statements_of_check_and_publication_do_not_grow_with_the_agencies(
    client, session, keepers, agency, count_statements
):
    spent = []
    for many in (1, 40):
        code = f"1.99{many:04d}"
        made = [factories.agency(session) for _ in range(many)]
        session.commit()
        offers = [{"agency_id": str(one.id), "declared": "full"} for one in made]
        body = draft(agency, offers=offers)
        factories.signed_in(client, EDITOR)
        client.put(f"/api/v1/procedures/{code}/draft", json=body)
        counted = count_statements()
        client.get(f"/api/v1/procedures/{code}/draft/check")
        checked = len(counted)
        client.post(f"/api/v1/procedures/{code}/draft/review", json={})
        second = importing.machine_hands(session).reviewer
        counted = count_statements()
        publishing.publish(session, code, second)
        spent.append((checked, len(counted)))

    assert spent[0] == spent[1]
    assert max(checked for checked, _ in spent) <= 8
    assert max(published for _, published in spent) <= 25
