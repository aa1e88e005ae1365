"""Sign-in, sessions and sign-out as a browser and an attacker see them."""

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.datastructures import Headers
from litestar.testing import TestClient
from sqlmodel import Session, select

from auth import service, sessions
from auth.actor import Role
from auth.http import COOKIE, _address, _networks
from auth.models import Account, Membership, WebSession
from portal.core import clock
from tests import factories
from tests.auth.conftest import Door
from tests.factories import PASSWORD

EMAIL = "anh.nguyen@example.vn"
LOGIN = "/api/v1/auth/login"
ME = "/api/v1/auth/me"


@pytest.fixture
def account(session: Session) -> Account:
    made = factories.account(session, email=EMAIL)
    session.commit()
    return made


def sign_in(client: TestClient[Any], email: str = EMAIL, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, json={"email": email, "password": password})


def only_session(session: Session) -> WebSession:
    session.expire_all()
    return session.exec(select(WebSession)).one()


def age(session: Session, **columns: Any) -> None:
    """Move a session's instants into the past."""
    session.execute(sa.update(WebSession.__table__).values(**columns))  # type: ignore[attr-defined]
    session.commit()


def test_signs_in_and_says_who(door: TestClient[Any], account: Account) -> None:
    assert sign_in(door).status_code == 200

    me = door.get(ME).json()
    assert (me["id"], me["name"], me["roles"]) == (str(account.id), "Nguyễn Thị Ánh", ["citizen"])


def test_the_cookie_is_closed_to_scripts_other_sites_and_plain_http(
    door: TestClient[Any], account: Account
) -> None:
    cookie = sign_in(door).headers["set-cookie"]

    name, value = cookie.split(";")[0].split("=", 1)
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert name == "__Host-motcua"
    assert len(value) == 43  # 256 bits in base64url
    assert attributes == {"path=/", "secure", "httponly", "samesite=lax"}


def test_keeps_only_a_digest_of_the_token(door: TestClient[Any], session: Session, account: Account) -> None:
    sign_in(door)
    token = door.cookies[COOKIE]

    kept = only_session(session)
    assert kept.token_hash == sessions.digest(token)
    assert token.encode() not in kept.token_hash + kept.csrf + kept.shown_name


def test_addresses_and_passwords_are_the_same_decomposed_or_in_capitals(
    door: TestClient[Any], session: Session
) -> None:
    factories.account(session, email="ánh.nguyễn@example.vn", password=unicodedata.normalize("NFD", PASSWORD))
    session.commit()

    written = unicodedata.normalize("NFD", "Ánh.Nguyễn@Example.vn")
    assert sign_in(door, written, unicodedata.normalize("NFC", PASSWORD)).status_code == 200


def test_every_sign_in_makes_a_new_session_and_ends_the_browsers_old_one(
    door: TestClient[Any], doors: Door, account: Account
) -> None:
    sign_in(door)
    first = door.cookies[COOKIE]
    sign_in(door)
    second = door.cookies[COOKIE]

    assert first != second
    assert doors().get(ME, headers={"cookie": f"{COOKIE}={first}"}).status_code == 401
    assert doors().get(ME, headers={"cookie": f"{COOKIE}={second}"}).status_code == 200


def test_an_attackers_cookie_is_never_adopted(door: TestClient[Any], doors: Door, account: Account) -> None:
    """Session fixation: what the browser held before sign-in is worth nothing after."""
    planted = "A" * 43
    given = {"email": EMAIL, "password": PASSWORD}

    answer = door.post(LOGIN, json=given, headers={"cookie": f"{COOKIE}={planted}"})

    assert f"{COOKIE}={planted}" not in answer.headers["set-cookie"]
    assert doors().get(ME, headers={"cookie": f"{COOKIE}={planted}"}).status_code == 401
    assert door.get(ME).status_code == 200


def test_sign_out_ends_the_session_everywhere(door: TestClient[Any], doors: Door, account: Account) -> None:
    sign_in(door)
    cookie = {"cookie": f"{COOKIE}={door.cookies[COOKIE]}"}
    bearer = door.post("/api/v1/auth/token", json={"grant_type": "urn:motcua:session"}).json()["access_token"]
    thief = doors()
    assert thief.get(ME, headers={"authorization": f"Bearer {bearer}"}).status_code == 200

    answer = door.post("/api/v1/auth/logout")

    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert thief.get(ME, headers=cookie).status_code == 401
    assert thief.get("/trang", headers=cookie).status_code == 303
    assert thief.get(ME, headers={"authorization": f"Bearer {bearer}"}).status_code == 401


def test_a_session_ends_after_rest(door: TestClient[Any], session: Session, account: Account) -> None:
    sign_in(door)
    age(session, seen_at=clock.now() - timedelta(minutes=61))

    answer = door.get(ME)

    assert answer.status_code == 401
    assert answer.headers["set-cookie"].startswith("__Host-motcua=;")


def test_a_session_ends_in_any_case(door: TestClient[Any], session: Session, account: Account) -> None:
    sign_in(door)
    kept = only_session(session)
    assert timedelta(hours=11) < kept.expires_at - kept.created_at <= timedelta(hours=12)
    age(session, seen_at=clock.now(), expires_at=clock.now() - timedelta(seconds=1))

    assert door.get(ME).status_code == 401


def test_use_is_noted_once_a_minute_at_most(
    door: TestClient[Any], session: Session, account: Account
) -> None:
    sign_in(door)
    just_now = clock.now() - timedelta(seconds=50)
    age(session, seen_at=just_now)
    door.get(ME)
    assert only_session(session).seen_at == just_now

    earlier = clock.now() - timedelta(seconds=70)
    age(session, seen_at=earlier)
    door.get(ME)
    assert only_session(session).seen_at > earlier


def test_one_statement_tells_who_is_asking(
    door: TestClient[Any], count_statements: Any, account: Account
) -> None:
    sign_in(door)

    counted = count_statements()
    assert door.get("/ai").json()["signed_in"]
    assert len(counted) == 1

    door.cookies.clear()
    counted = count_statements()
    assert not door.get("/ai").json()["signed_in"]
    assert len(counted) == 0


@pytest.mark.parametrize(
    "cookie", ["", "x", "A" * 43, "A" * 5_000, "ế" * 43, "'; DROP TABLE web_session; --" + "A" * 20]
)
def test_a_cookie_that_is_worth_nothing_is_nobody_and_is_cleared(door: TestClient[Any], cookie: str) -> None:
    answer = door.get("/ai", headers={"cookie": f"{COOKIE}={cookie}".encode()})

    assert answer.status_code == 200
    assert not answer.json()["signed_in"]
    assert answer.headers["set-cookie"].startswith("__Host-motcua=;")


def test_a_closed_account_is_nobody_at_once(
    door: TestClient[Any], session: Session, account: Account
) -> None:
    sign_in(door)
    service.disable(session, account.id, by=None)
    session.commit()

    assert door.get(ME).status_code == 401
    assert sign_in(door).json()["type"] == "/problems/WrongCredentials"


def test_a_role_taken_is_gone_from_the_next_request(
    door: TestClient[Any], session: Session, account: Account
) -> None:
    agency = factories.agency(session)
    service.grant(session, account.id, Role.OFFICER, agency.id, by=None)
    session.commit()
    sign_in(door)
    assert door.get("/can-bo").json() == [str(agency.id)]
    bearer = door.post("/api/v1/auth/token", json={"grant_type": "urn:motcua:session"}).json()["access_token"]

    held = session.exec(select(Membership)).one()
    service.revoke(session, held.id, by=None)
    session.commit()

    assert door.get("/can-bo").status_code == 403
    assert door.get("/can-bo", headers={"authorization": f"Bearer {bearer}"}).status_code == 403


def test_a_role_given_ends_the_sessions_opened_without_it(
    door: TestClient[Any], session: Session, account: Account
) -> None:
    sign_in(door)
    service.grant(session, account.id, Role.CATALOGUE_EDITOR, None, by=None)
    session.commit()

    assert door.get(ME).status_code == 401
    sign_in(door)
    assert door.get(ME).json()["roles"] == ["catalogue_editor", "citizen"]


def test_lists_ones_sessions(door: TestClient[Any], doors: Door, account: Account) -> None:
    sign_in(doors())
    sign_in(door)

    items = door.get("/api/v1/auth/sessions").json()["items"]

    assert [item["current"] for item in items] == [True, False]


def test_a_new_password_ends_the_other_sessions(
    door: TestClient[Any], doors: Door, session: Session, account: Account
) -> None:
    other = doors()
    sign_in(other)
    sign_in(door)
    actor = factories.Actor(id=account.id, session_hash=sessions.digest(door.cookies[COOKIE]))
    factories.act_as(session, account.id, frozenset())

    service.change_password(session, actor, old=PASSWORD, new="thuyền về bến lúc trăng lên")
    session.commit()

    assert door.get(ME).status_code == 200
    assert other.get(ME).status_code == 401
    assert sign_in(other).status_code == 401
    assert sign_in(other, password="thuyền về bến lúc trăng lên").status_code == 200


def test_pages_send_nobody_to_sign_in_and_back(door: TestClient[Any]) -> None:
    answer = door.get("/trang?a=1&b=//x")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/dang-nhap?next=/trang%3Fa%3D1%26b%3D//x",
    )

    posted = door.post("/trang", data={"a": "1"}, headers={"referer": "https://testserver.local/ho-so"})
    assert posted.headers["location"] == "/dang-nhap?next=/ho-so"

    foreign = door.post("/trang", data={"a": "1"}, headers={"referer": "https://attacker.example/ho-so"})
    assert foreign.headers["location"] == "/dang-nhap?next=/"

    assert door.get(ME).status_code == 401


def test_a_bearer_that_does_not_hold_is_a_problem_document(door: TestClient[Any]) -> None:
    for header in ("Bearer x", "bearer a.b.c", "Bearer ", "Bearer " + "A" * 9_000):
        answer = door.get("/ai", headers={"authorization": header})
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.headers["www-authenticate"].startswith("Bearer")

    assert door.get("/ai", headers={"authorization": "Basic YTpi"}).status_code == 200


def test_a_bearer_is_not_exchanged_for_another(door: TestClient[Any], account: Account) -> None:
    sign_in(door)
    grant = {"grant_type": "urn:motcua:session"}
    bearer = door.post("/api/v1/auth/token", json=grant).json()["access_token"]
    door.cookies.clear()

    again = door.post("/api/v1/auth/token", json=grant, headers={"authorization": f"Bearer {bearer}"})

    assert again.status_code == 403


@pytest.mark.parametrize(
    ("peer", "trusted", "forwarded", "address"),
    [
        ("198.51.100.7", "", "203.0.113.9", "198.51.100.7"),
        ("198.51.100.7", "10.0.0.0/8", "203.0.113.9", "198.51.100.7"),
        ("10.0.0.2", "10.0.0.0/8", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "10.0.0.0/8", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "10.0.0.0/8", "203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("10.0.0.2", "10.0.0.0/8", "not an address", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.0/8", "", "10.0.0.2"),
        ("2001:db8::1:2:3:4", "", "", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::9", "", "", "2001:db8::/64"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_request_comes_from(
    peer: str, trusted: str, forwarded: str, address: str
) -> None:
    scope: Any = {"client": (peer, 1)}
    headers = Headers({"x-forwarded-for": forwarded})

    assert _address(scope, headers, _networks(trusted)) == address
