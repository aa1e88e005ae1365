"""Bad input is answered by a clear problem document, loses nothing, and is never a 500."""

import json
import unicodedata
from uuid import uuid4

import pytest

from portal.core.db import act_as
from tests import factories


@pytest.fixture
def world(session, client):
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id)
    applicant = factories.citizen(session, email="dan@example.vn")
    dossier = factories.draft(session, applicant, procedure, agency.id)
    stranger = factories.citizen(session, email="la@example.vn")
    anothers = factories.draft(session, stranger, procedure, agency.id)
    session.commit()
    factories.signed_in(client, "dan@example.vn")
    return agency, procedure, applicant, dossier, anothers


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("/problems/")
    assert body["title"]
    assert body["detail"]
    return body


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("deep", b'{"seq":0,"answers":{"full_name":' + b"[" * 100_000 + b"]" * 100_000 + b"}}", 400),
        ("invalid UTF-8", b'{"seq":0,"answers":{"full_name":"\xff\xfe"}}', 400),
        ("half", b'{"seq":0,', 400),
        ("not an object", b"[1,2]", 400),
        ("unknown member", b'{"seq":0,"answers":{},"status":"accepted"}', 400),
        ("wrong type", b'{"seq":"no","answers":{}}', 400),
        ("huge integer", b'{"seq":' + b"9" * 4000 + b',"answers":{}}', 400),
        ("infinite", b'{"seq":1e999,"answers":{}}', 400),
        ("unknown field", b'{"seq":1,"answers":{"owner_id":"x"}}', 422),
        ("wrong type of an answer", b'{"seq":1,"answers":{"full_name":{"a":1}}}', 422),
        ("NUL", b'{"seq":1,"answers":{"full_name":"a\\u0000b"}}', 422),
        ("bidi override", '{"seq":1,"answers":{"full_name":"a\u202eb"}}'.encode(), 422),
        ("lone surrogate", b'{"seq":1,"answers":{"full_name":"\\ud800"}}', 400),
        ("far too long", json.dumps({"seq": 1, "answers": {"full_name": "x" * 50_000}}).encode(), 422),
        (
            "over the limit of a request",
            b'{"seq":1,"answers":{"full_name":"' + b"x" * 3_000_000 + b'"}}',
            413,
        ),
    ],
)
def test_answers(world, client, session, name, body, status):
    _, _, applicant, dossier, _ = world

    found = problem(
        client.patch(f"/api/v1/dossiers/{dossier.id}/answers", content=body, headers=JSON), status
    )

    act_as(session, applicant.id, frozenset())
    kept = client.get(f"/api/v1/dossiers/{dossier.id}").json()
    assert kept["answers"] == factories.SIMPLE_ANSWERS, found
    assert kept["answers_seq"] == 1


def test_decomposed_letters_are_kept_composed(world, client):
    _, _, _, dossier, _ = world
    typed = unicodedata.normalize("NFD", "Nguyễn Thị Ễ")

    answer = client.patch(
        f"/api/v1/dossiers/{dossier.id}/answers", json={"seq": 1, "answers": {"full_name": typed}}
    )

    assert answer.status_code == 200
    kept = client.get(f"/api/v1/dossiers/{dossier.id}").json()["answers"]["full_name"]
    assert kept == unicodedata.normalize("NFC", typed)


@pytest.mark.parametrize("method", ["get", "patch", "post"])
def test_anothers_dossier_is_not_found_by_any_method(world, client, method):
    _, _, _, _, anothers = world
    calls = {
        "get": lambda: client.get(f"/api/v1/dossiers/{anothers.id}"),
        "patch": lambda: client.patch(
            f"/api/v1/dossiers/{anothers.id}/answers", json={"seq": 1, "answers": {"full_name": "X"}}
        ),
        "post": lambda: client.post(f"/api/v1/dossiers/{anothers.id}/submission"),
    }

    missing = problem(client.get(f"/api/v1/dossiers/{uuid4()}"), 404)
    assert problem(calls[method](), 404) == missing


def test_a_step_not_allowed_now_names_the_present_state(world, client, session):
    _, _, applicant, dossier, _ = world
    act_as(session, applicant.id, frozenset())
    factories.ready_file(session, dossier)
    session.commit()
    assert client.post(f"/api/v1/dossiers/{dossier.id}/submission").status_code == 200

    again = problem(client.post(f"/api/v1/dossiers/{dossier.id}/submission"), 409)
    edit = problem(
        client.patch(f"/api/v1/dossiers/{dossier.id}/answers", json={"seq": 1, "answers": {}}), 409
    )

    assert again["status_now"] == edit["status_now"] == "submitted"


def test_incomplete_filing_names_fields_and_papers(world, client):
    _, _, _, dossier, _ = world

    found = problem(client.post(f"/api/v1/dossiers/{dossier.id}/submission"), 422)

    assert [paper["key"] for paper in found["papers"]] == ["proof"]


def test_twice_sent_creation_makes_one_dossier(world, client):
    agency, procedure, *_ = world
    body = {"submission_id": str(uuid4()), "procedure": procedure.code, "agency_id": str(agency.id)}

    first, again = (client.post("/api/v1/dossiers", json=body).json()["id"] for _ in range(2))

    assert first == again


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/dossiers?limit=0", 400),
        ("/api/v1/dossiers?limit=100000", 400),
        ("/api/v1/dossiers?after=%00%ff", 422),
        ("/api/v1/dossiers?after=WzEsMl0", 422),
        ("/api/v1/dossiers?status=nope", 400),
        ("/api/v1/dossiers/not-a-uuid", 404),
        ("/api/v1/nowhere", 404),
        ("/api/v1/desk/dossiers", 403),
        ("/api/v1/procedures?query=%00", 422),
        ("/api/v1/procedures/%00", 404),
    ],
)
def test_addresses(world, client, path, status):
    answer = client.get(path)

    assert answer.status_code in (status, 400, 422) if status == 404 else answer.status_code == status, (
        answer.text
    )
    assert answer.status_code < 500
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("personal_id", ["12345678901", "abcdefghijkl", "00119012345６", "1" * 500])
def test_a_wrong_personal_id_is_named(client, personal_id):
    client.cookies.clear()
    body = {
        "name": "Trần Văn B",
        "email": f"{uuid4().hex[:8]}@example.vn",
        "password": factories.PASSWORD,
        "personal_id": personal_id,
    }

    answer = client.post("/api/v1/auth/register", json=body)

    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_nobody_signed_in_is_told_to_sign_in(client):
    client.cookies.clear()

    told = problem(client.get("/api/v1/dossiers"), 401)

    assert "đăng nhập" in told["detail"].lower()


def test_every_answer_carries_the_security_headers(client):
    for address in ("/api/v1/procedures", "/api/v1/nowhere", "/", "/health/live", "/khong-co"):
        headers = client.get(address).headers
        assert headers["x-content-type-options"] == "nosniff", address
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["referrer-policy"] == "same-origin"
