"""What another site makes a browser send is refused, and nothing is changed by it."""

from typing import Any

import pytest
from litestar.testing import TestClient
from sqlmodel import Session

from tests import factories
from tests.auth.conftest import Door
from tests.factories import PASSWORD

EMAIL = "anh.nguyen@example.vn"
LOGOUT = "/api/v1/auth/logout"
ME = "/api/v1/auth/me"
OWN = "https://testserver.local"


@pytest.fixture
def browser(door: TestClient[Any], session: Session) -> TestClient[Any]:
    """A signed-in browser."""
    factories.account(session, email=EMAIL)
    session.commit()
    return factories.signed_in(door, EMAIL)


@pytest.fixture
def token(browser: TestClient[Any]) -> str:
    found: str = browser.get("/trang").json()["csrf"]
    return found


FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "x"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "cross-site", "origin": OWN},
    {"origin": "https://attacker.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "https://testserver.local.attacker.example"},
    {"origin": "https://testserver.local:8443"},
    {"origin": "https://attacker@testserver.local"},
]
HOME: list[dict[str, str]] = [
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": OWN},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_another_site_changes_nothing(browser: TestClient[Any], token: str, headers: dict[str, str]) -> None:
    api = browser.post(LOGOUT, headers=headers)
    page = browser.post("/trang", data={"csrf": token}, headers=headers)

    assert (api.status_code, page.status_code) == (403, 403)
    assert api.json()["type"] == page.json()["type"] == "/problems/CrossSite"
    assert browser.get(ME).status_code == 200


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_another_site_signs_nobody_in(
    door: TestClient[Any], browser: TestClient[Any], headers: dict[str, str]
) -> None:
    browser.cookies.clear()

    answer = browser.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD}, headers=headers)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("headers", HOME, ids=str)
def test_the_portals_own_pages_and_programs_pass(
    browser: TestClient[Any], token: str, headers: dict[str, str]
) -> None:
    page = browser.post("/trang", data={"csrf": token, "a": "ế"}, headers=headers)

    assert (page.status_code, page.json()) == (200, {"a": "ế"})
    assert browser.post(LOGOUT, headers=headers).status_code == 204


@pytest.mark.parametrize("given", [None, "", "x", "ế", "A" * 43, "A" * 10_000])
def test_a_form_without_the_sessions_token_is_refused(browser: TestClient[Any], given: str | None) -> None:
    data = {"a": "1"} if given is None else {"a": "1", "csrf": given}

    assert browser.post("/trang", data=data).status_code == 403
    assert browser.post("/trang", data=data, headers={"sec-fetch-site": "same-origin"}).status_code == 403


def test_another_sessions_token_is_refused(browser: TestClient[Any], token: str, doors: Door) -> None:
    other = factories.signed_in(doors(), EMAIL)

    assert other.post("/trang", data={"csrf": token}).status_code == 403


def test_the_token_may_come_as_a_header_or_in_a_multipart_form(browser: TestClient[Any], token: str) -> None:
    assert browser.post("/trang", data={"a": "1"}, headers={"x-csrf-token": token}).status_code == 200
    parts = {"csrf": (None, token), "a": (None, "1")}
    assert browser.post("/trang", files=parts).status_code != 403
    assert browser.post("/trang", files={**parts, "csrf": (None, "x")}).status_code == 403


def test_a_form_is_read_once_and_whole(browser: TestClient[Any], token: str) -> None:
    answer = browser.post("/trang", data={"a": "1", "b": "x" * 50_000, "csrf": token})

    assert answer.json() == {"a": "1", "b": "x" * 50_000}


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "TEXT/PLAIN;a=b"],
)
def test_the_api_takes_json_only(browser: TestClient[Any], kind: str) -> None:
    body = b'{"grant_type": "urn:motcua:session"}'

    answer = browser.post("/api/v1/auth/token", content=body, headers={"content-type": kind})

    assert answer.status_code == 415
    assert answer.json()["type"] == "/problems/JsonOnly"


def test_the_api_takes_no_body_without_a_kind(browser: TestClient[Any]) -> None:
    answer = browser.post("/api/v1/auth/token", content=b'{"grant_type": "urn:motcua:session"}')

    assert answer.status_code == 415


def test_a_bearer_is_exempt(browser: TestClient[Any]) -> None:
    grant = {"grant_type": "urn:motcua:session"}
    bearer = browser.post("/api/v1/auth/token", json=grant).json()["access_token"]
    browser.cookies.clear()

    answer = browser.post(
        "/trang", data={"a": "1"}, headers={"authorization": f"Bearer {bearer}", **FOREIGN[0]}
    )

    assert answer.status_code == 200


def test_forms_of_nobody_need_no_token(door: TestClient[Any]) -> None:
    assert door.post("/mo", data={"a": "1"}).json() == {"a": "1"}
    assert door.post("/mo", data={"a": "1"}, headers=FOREIGN[0]).status_code == 403


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("application/x-www-form-urlencoded", b"\xff=%ff&csrf=%zz"),
        ("application/x-www-form-urlencoded", b"&" * 100_000),
        ("application/json", b"{}"),
        ("image/png", b"\x89PNG"),
    ],
)
def test_a_broken_form_is_refused_and_never_a_500(browser: TestClient[Any], kind: str, body: bytes) -> None:
    answer = browser.post("/trang", content=body, headers={"content-type": kind})

    assert 400 <= answer.status_code < 500
