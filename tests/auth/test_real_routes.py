"""Every unsafe route of the whole portal refuses other sites; every form of ours carries the token."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient
from sqlmodel import Session, func, select

from auth.csrf import TAKES_FILES
from portal.core.events import Event
from tests import factories

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "portal" / "web" / "templates"
EMAIL = "anh.nguyen@example.vn"
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
# Shown only to whoever is not signed in, and so has no token.
WITHOUT_TOKEN = {"/dang-nhap", "/dang-ky"}


@pytest.fixture
def browser(client: TestClient[Any], session: Session) -> TestClient[Any]:
    """A signed-in browser on the whole portal."""
    factories.account(session, email=EMAIL)
    session.commit()
    client.follow_redirects = False
    return factories.signed_in(client, EMAIL)


def unsafe_routes(client: TestClient[Any]) -> Iterator[tuple[str, str]]:
    """Method and address of every unsafe route, with something in each parameter."""
    for route in client.app.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler):
                path = re.sub(r"\{\w+:uuid\}", str(uuid4()), route.path)
                path = re.sub(r"\{\w+:int\}", "1", path)
                path = re.sub(r"\{\w+:\w+\}", "x", path)
                for method in sorted(handler.http_methods & UNSAFE):
                    yield method, path


def test_no_unsafe_route_takes_another_sites_request(browser: TestClient[Any], session: Session) -> None:
    routes = list(unsafe_routes(browser))
    before = session.exec(select(func.count()).select_from(Event)).one()

    passed = [
        (method, path, headers)
        for method, path in routes
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://attacker.example"})
        if browser.request(method, path, headers={"accept": "*/*", **headers}).status_code != 403
    ]

    assert len(routes) > 30
    assert passed == []
    assert session.exec(select(func.count()).select_from(Event)).one() == before
    assert browser.get("/api/v1/auth/me").status_code == 200


def test_no_page_takes_a_form_without_the_token(browser: TestClient[Any]) -> None:
    passed = [
        (method, path)
        for method, path in unsafe_routes(browser)
        if not path.startswith("/api/") and browser.request(method, path, data={"a": "1"}).status_code != 403
    ]

    assert passed == []


def test_no_api_route_takes_a_form_without_the_token(browser: TestClient[Any]) -> None:
    """Where a file comes in a form, it needs the session's token in a header instead."""
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
    passed = [
        (method, path, kind)
        for method, path in unsafe_routes(browser)
        for kind in kinds
        if path.startswith("/api/")
        and browser.request(method, path, content=b"{}", headers={"content-type": kind}).status_code
        != (403 if path in TAKES_FILES and kind.startswith("multipart") else 415)
    ]

    assert passed == []


def test_every_form_of_the_templates_carries_the_token() -> None:
    lacking = []
    for template in sorted(TEMPLATES.rglob("*.html")):
        for form in FORM.findall(template.read_text("utf-8")):
            start = form[: form.index(">")]
            posts = re.search(r"method=\"post\"", start, re.IGNORECASE)
            ours = re.search(r"action=\"(/|\{\{ (base|address))", start) or "action=" not in start
            exempt = any(f'action="{path}"' in start for path in WITHOUT_TOKEN)
            if posts and ours and not exempt and "csrf" not in form and "hidden()" not in form:
                lacking.append((template.name, start))

    assert lacking == []


def test_sign_out_by_its_form_ends_the_session(browser: TestClient[Any]) -> None:
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/tai-khoan").text)
    assert token

    answer = browser.post("/dang-xuat", data={"csrf": token[1]}, headers={"sec-fetch-site": "same-origin"})

    assert answer.status_code == 303
    assert browser.get("/api/v1/auth/me").status_code == 401


def test_the_set_up_page_makes_one_administrator(client: TestClient[Any], session: Session) -> None:
    from datetime import timedelta

    from auth import setup

    token = setup.make_setup_token(session, lasts=timedelta(hours=1))
    session.commit()
    client.follow_redirects = False
    given = {"ma": token, "name": "Quản Trị", "email": "quan.tri@example.vn", "password": factories.PASSWORD}
    assert client.get(f"/thiet-lap?ma={token}").status_code == 200

    weak = client.post("/thiet-lap", data={**given, "password": "ngắn"})
    assert (weak.status_code, token in weak.text) == (422, True)
    made = client.post("/thiet-lap", data=given)
    assert (made.status_code, made.headers["location"]) == (303, "/dang-nhap")
    assert client.post("/thiet-lap", data={**given, "email": "khac@example.vn"}).status_code == 404
