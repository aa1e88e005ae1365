"""The API of files, as a browser and a stranger use it."""

import time
from uuid import uuid4

import pytest

from dossiers import inspection
from tests import factories
from tests.files.corpus import javascript, pdf


@pytest.fixture
def dossier(house):
    return house.draft()


@pytest.fixture
def address(dossier):
    return f"/api/v1/dossiers/{dossier.id}/attachments"


@pytest.fixture
def citizen(house, browser):
    return factories.signed_in(browser, house.emails["citizen"])


def announced(size, **more):
    return {"requirement_key": "proof", "filename": "Giấy chứng sinh.pdf", "size": size, **more}


def sent(house, client, address, data):
    plan = client.post(address, json=announced(len(data))).json()
    for part in plan["parts"]:
        assert house.http.request("PUT", part["url"], body=data).status == 200
    return plan


def test_a_file_goes_from_plan_to_ready_to_download(house, citizen, address):
    data = pdf()

    plan = sent(house, citizen, address, data)
    assert citizen.get(f"{address}/{plan['attachment_id']}").json()["state"] == "uploading"
    answer = citizen.post(f"{address}/{plan['attachment_id']}/completion", json={})
    assert (answer.status_code, answer.json()["state"]) == (202, "checking")
    inspection.inspect(plan["attachment_id"])

    seen = citizen.get(f"{address}/{plan['attachment_id']}").json()
    assert (seen["state"], seen["kind"], seen["message"]) == ("ready", "pdf", None)
    gone = citizen.get(f"{address}/{plan['attachment_id']}/content", follow_redirects=False)
    assert gone.status_code == 303
    assert gone.headers["location"].startswith(house.settings.store_public_url)
    assert house.http.request("GET", gone.headers["location"]).data == data


def test_a_refused_file_tells_what_to_do(house, citizen, address):
    plan = sent(house, citizen, address, pdf(javascript))
    citizen.post(f"{address}/{plan['attachment_id']}/completion", json={"parts": []})
    inspection.inspect(plan["attachment_id"])

    seen = citizen.get(f"{address}/{plan['attachment_id']}").json()
    assert (seen["state"], seen["reason"]) == ("refused", "active_content")
    assert "Lưu thành PDF" in seen["message"]
    assert citizen.get(f"{address}/{plan['attachment_id']}/content").status_code == 409
    assert citizen.delete(f"{address}/{plan['attachment_id']}").status_code == 204
    assert citizen.get(f"{address}/{plan['attachment_id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (announced(0), 422, "FileRefused"),
        (announced(10, filename="a.exe"), 422, "FileRefused"),
        (announced(10, requirement_key="none"), 422, "UnknownPaper"),
        (announced(10, filename="a\u202e.pdf"), 422, "BadText"),
        (announced(10, filename="a\x00.pdf"), 422, "BadText"),
        (announced(-1), 400, "Malformed"),
        (announced("ten"), 400, "Malformed"),
        (announced(10, extra=1), 400, "Malformed"),
        (announced(10, filename="x" * 700), 400, "Malformed"),
        ({}, 400, "Malformed"),
        ([], 400, "Malformed"),
    ],
)
def test_bad_announcements_are_clear_problems(citizen, address, body, status, kind):
    answer = citizen.post(address, json=body)

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_completion_without_bytes_names_the_missing_parts(citizen, address):
    plan = citizen.post(address, json=announced(6 * 1024 * 1024)).json()

    answer = citizen.post(f"{address}/{plan['attachment_id']}/completion", json={})

    assert (answer.status_code, answer.json()["missing"]) == (409, [1, 2])


def test_nobody_gets_401_and_a_stranger_gets_404(house, browser, dossier, address):
    calls = [
        ("POST", address, announced(10)),
        ("POST", f"{address}/{uuid4()}/parts", None),
        ("POST", f"{address}/{uuid4()}/completion", {}),
        ("GET", f"{address}/{uuid4()}", None),
        ("GET", f"{address}/{uuid4()}/content", None),
        ("DELETE", f"{address}/{uuid4()}", None),
    ]

    assert {browser.request(method, url, json=body).status_code for method, url, body in calls} == {401}
    for who in ("stranger", "officer"):
        factories.signed_in(browser, house.emails[who])
        assert {browser.request(method, url, json=body).status_code for method, url, body in calls} == {404}


def test_another_site_cannot_send_or_drop(citizen, address):
    cross = {"Sec-Fetch-Site": "cross-site"}

    assert citizen.post(address, json=announced(10), headers=cross).status_code == 403
    assert citizen.delete(f"{address}/{uuid4()}", headers=cross).status_code == 403


def test_a_store_that_is_away_is_503_and_nothing_is_kept(house, citizen, address, monkeypatch):
    from portal.core.storage import Storage

    dead = Storage(house.settings.model_copy(update={"store_endpoint": "127.0.0.1:9"}))
    monkeypatch.setattr(house.storage, "_store", dead._store)

    started = time.monotonic()
    answer = citizen.post(address, json=announced(10))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"] == "/problems/StoreUnavailable"
    assert time.monotonic() - started < 8
