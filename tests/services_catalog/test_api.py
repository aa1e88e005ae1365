"""The catalogue over HTTP: status, shape, guards, ETag, statements per request."""

from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest

from auth.actor import Role
from services_catalog import shelf
from tests import factories

CODE = "1.999001"
EDITOR, REVIEWER = "bientap@example.vn", "duyet@example.vn"
URL = f"/api/v1/procedures/{CODE}"


@pytest.fixture
def agency(session, client):
    made = factories.agency(session, "H99.77.05")
    session.commit()
    return made


@pytest.fixture
def published(session, agency):
    made = factories.procedure(session, agency.id, code=CODE)
    shelf.bump(session)
    session.commit()
    return made


@pytest.fixture
def editor(session, client):
    factories.officer(session, uuid4(), Role.CATALOGUE_EDITOR, email=EDITOR)
    session.commit()
    return factories.signed_in(client, EDITOR)


@pytest.fixture
def keepers(session, editor):
    """The editor, signed in, with a reviewer beside: `publish` changes the one for the other."""
    factories.officer(session, uuid4(), Role.CATALOGUE_REVIEWER, email=REVIEWER)
    session.commit()
    return editor


def publish(client, key: str = "k1") -> Any:
    """Send the draft to review, then publish it as a second person, who stays signed in."""
    sent = client.post(f"{URL}/draft/review", json={"reason": "Luật mới"})
    if sent.status_code != 200:
        return sent
    factories.signed_in(client, REVIEWER)
    return client.post(f"{URL}/publication", headers={"Idempotency-Key": key})


def draft(agency, **changes: Any) -> dict[str, Any]:
    offers = changes.pop("offers", [{"agency_id": str(agency.id), "declared": "full"}])
    return {"content": {**factories.simple(), **changes}, "offers": offers}


def test_a_procedure_is_drafted_checked_published_and_read(client, keepers, agency):
    saved = client.put(f"{URL}/draft", json=draft(agency))
    assert (saved.status_code, saved.json()["number"]) == (200, 1)
    assert client.get(URL).status_code == 404
    check = client.get(f"{URL}/draft/check").json()
    assert (check["may_publish"], len(check["offers"][0]["verdict"]["conditions"])) == (True, 8)

    answer = publish(client)
    again = client.post(f"{URL}/publication", headers={"Idempotency-Key": "k1"})

    assert (answer.status_code, answer.json()["status"]) == (201, "published")
    assert again.json() == answer.json()
    shown = client.get(URL).json()
    assert (shown["level"], shown["number"], shown["offerings"][0]["agency_code"]) == ("full", 1, "H99.77.05")
    listed = client.get("/api/v1/procedures", params={"query": "khai sinh"}).json()
    assert [row["code"] for row in listed["items"]] == [CODE]
    assert [row["number"] for row in client.get(f"{URL}/revisions").json()["items"]] == [1]
    assert client.get(f"{URL}/revisions/1").json()["content"] == shown["content"]


def test_the_draft_goes_back_with_its_version(client, editor, agency):
    seq = client.put(f"{URL}/draft", json=draft(agency)).json()["seq"]
    assert client.get(f"{URL}/draft").json()["seq"] == seq
    client.put(f"{URL}/draft", json=draft(agency, summary="Khác."))

    answer = client.put(f"{URL}/draft", json={**draft(agency), "seq": seq})

    assert answer.status_code == 409
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (answer.json()["type"], answer.json()["seq_now"]) == ("/problems/Stale", seq + 1)


def test_a_refused_publication_lists_the_conditions(client, keepers, agency):
    client.put(f"{URL}/draft", json=draft(agency, presence_required=True, forms_downloadable=False))

    answer = publish(client)

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["type"] == "/problems/NotFullProcess"
    assert problem["title"] == "Chưa đủ điều kiện dịch vụ công trực tuyến toàn trình"
    assert [condition["code"] for condition in problem["failing"]] == ["C2", "C6"]
    assert all(condition["reason"] and condition["article"] for condition in problem["failing"])
    client.put(f"{URL}/draft", json=draft(agency))
    assert publish(client).status_code == 201


def test_nobody_publishes_alone(client, session, keepers, agency):
    client.put(f"{URL}/draft", json=draft(agency))
    assert client.post(f"{URL}/draft/review", json={}).json()["status"] == "review"
    assert client.post(f"{URL}/publication").status_code == 403
    both = factories.officer(
        session, uuid4(), Role.CATALOGUE_EDITOR, Role.CATALOGUE_REVIEWER, email="ca.hai@example.vn"
    )
    session.commit()
    assert both.id is not None
    factories.signed_in(client, "ca.hai@example.vn")
    client.put(f"{URL}/draft", json=draft(agency, summary="Người này cũng sửa."))
    client.post(f"{URL}/draft/review", json={})

    answer = client.post(f"{URL}/publication")

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/SamePerson")


def test_a_reviewer_sends_a_draft_back_with_a_reason(client, keepers, agency):
    client.put(f"{URL}/draft", json=draft(agency))
    client.post(f"{URL}/draft/review", json={})
    factories.signed_in(client, REVIEWER)

    assert client.post(f"{URL}/draft/return", json={"reason": " "}).status_code == 422
    answer = client.post(f"{URL}/draft/return", json={"reason": "Thiếu căn cứ pháp lý"})

    assert (answer.status_code, answer.json()["status"]) == (200, "draft")
    assert client.post(f"{URL}/draft/return", json={"reason": "Lần nữa"}).status_code == 409
    assert client.post(f"{URL}/publication").json()["type"] == "/problems/NotInReview"


def test_withdrawal_closes_it(client, keepers, agency):
    client.put(f"{URL}/draft", json=draft(agency))
    publish(client)

    assert client.post(f"{URL}/withdrawal", json={}).json()["status"] == "withdrawn"
    assert client.get(URL).status_code == 404
    assert client.post(f"{URL}/withdrawal", json={}).json()["type"] == "/problems/NotPublished"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "draft"),
        ("GET", "draft"),
        ("GET", "draft/check"),
        ("POST", "draft/review"),
        ("POST", "draft/return"),
        ("POST", "publication"),
        ("POST", "withdrawal"),
    ],
)
def test_only_keepers_edit(client, session, agency, method, path):
    bodies = {"PUT draft": draft(agency), "POST draft/return": {"reason": "x"}}
    body = {"json": bodies.get(f"{method} {path}", {})} if method != "GET" else {}
    assert client.request(method, f"{URL}/{path}", **body).status_code == 401

    factories.account(session, email="dan@example.vn")
    session.commit()
    factories.signed_in(client, "dan@example.vn")

    assert client.request(method, f"{URL}/{path}", **body).status_code == 403


DEEP = b'{"content":' + b"[" * 50_000 + b"]" * 50_000 + b',"offers":[]}'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        DEEP,
        b'{"content": {}, "offers": []}',
        b'{"offers": []}',
    ],
)
def test_bodies_that_cannot_be_read_are_400(client, editor, body):
    answer = client.put(f"{URL}/draft", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"name": ""},
        {"name": "x" * 1501},
        {"audience": ["robots"]},
        {"life_events": ["birth"] * 9},
        {"fees": [{"key": "a", "name": "A", "kind": "fee", "amount_vnd": -1, "per": "dossier"}]},
        {"fees": [{"key": "a", "name": "A", "kind": "fee", "amount_vnd": 10**30, "per": "dossier"}]},
        {"form": [{"key": "a; DROP TABLE", "title": "A", "fields": []}]},
    ],
)
def test_content_outside_its_bounds_is_refused(client, editor, agency, change):
    assert client.put(f"{URL}/draft", json=draft(agency, **change)).status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/procedures/9.999999", 404),
        ("/api/v1/procedures/9.999999/form", 404),
        ("/api/v1/procedures/9.999999/revisions", 404),
        (f"{URL}/revisions/7", 404),
        (f"{URL}/revisions/99999999999999999999999999999", 400),
        ("/api/v1/procedures?limit=0", 400),
        ("/api/v1/procedures?limit=101", 400),
        ("/api/v1/procedures?limit=x", 400),
        ("/api/v1/procedures?level=gold", 400),
        ("/api/v1/procedures?after=x", 422),
        ("/api/v1/procedures?query=%00", 422),
        ("/api/v1/procedures?query=%E2%80%AEabc", 422),
        ("/api/v1/procedures?query=" + "x" * 201, 400),
        ("/api/v1/procedures?query=%FF", 200),
        ("/api/v1/procedures?sector=khong-co", 200),
        ("/api/v1/agencies?after=x", 422),
    ],
)
def test_bad_questions_get_a_clear_answer(client, published, path, status):
    answer = client.get(path)

    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["status"] == status


def test_the_form_is_a_schema_and_a_layout(client, published):
    form = client.get(f"{URL}/form").json()

    validator = jsonschema_rs.validator_for(form["schema"])
    assert form["schema"]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert validator.is_valid(factories.SIMPLE_ANSWERS)
    assert not validator.is_valid({})
    assert form["layout"][0]["fields"][0]["key"] == "full_name"


def test_a_reader_who_has_it_gets_304_until_the_catalogue_changes(client, session, published, agency):
    first = client.get(URL)
    assert first.headers["cache-control"] == "public, no-cache"
    tag = {"If-None-Match": first.headers["etag"]}

    same = client.get(URL, headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    shelf.bump(session)
    session.commit()
    changed = client.get(URL, headers=tag)
    assert (changed.status_code, changed.json()) == (200, first.json())
    assert changed.headers["etag"] != first.headers["etag"]


def test_reads_stay_within_four_statements_and_none_when_kept(client, published, count_statements):
    paths = (
        "/api/v1/procedures",
        "/api/v1/procedures?query=khai%20sinh&level=full&agency=H99.77.05",
        URL,
        f"{URL}/form",
        f"{URL}/revisions",
        f"{URL}/revisions/1",
        "/api/v1/sectors",
        "/api/v1/agencies",
    )
    for path in paths:
        first = count_statements()
        assert client.get(path).status_code == 200
        spent = [statement for statement in first.seen if "set_config" not in statement]
        assert len(spent) <= 4, (path, spent)
        kept = count_statements()
        client.get(path)
        assert kept.seen == [], path


def test_agencies_and_sectors_are_listed(client, published):
    agencies = client.get("/api/v1/agencies", params={"offering": CODE}).json()

    assert [row["code"] for row in agencies["items"]] == ["H99.77.05"]
    assert agencies["next"] is None
    assert client.get("/api/v1/sectors").json() == {"items": [], "next": None}


def test_the_document_describes_the_catalogue(client):
    paths = client.get("/schema/openapi.json").json()["paths"]

    for path in (
        "/api/v1/procedures",
        "/api/v1/procedures/{code}",
        "/api/v1/procedures/{code}/form",
        "/api/v1/procedures/{code}/draft/check",
        "/api/v1/procedures/{code}/publication",
        "/api/v1/sectors",
        "/api/v1/agencies",
    ):
        assert path in paths
    answer = paths["/api/v1/procedures"]["get"]["responses"]["200"]
    assert "application/json" in answer["content"]
