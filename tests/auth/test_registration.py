"""Registration tells nobody whether an e-mail is known, and refuses what cannot be."""

import time
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlmodel import Session, func, select

from auth import queries, service
from auth.models import Account, Person
from portal.core.db import act_as
from portal.core.events import Event
from tests import factories
from tests.factories import PASSWORD

REGISTER = "/api/v1/auth/register"
LOGIN = "/api/v1/auth/login"
KNOWN = "anh.nguyen@example.vn"


def entry(**changes: Any) -> dict[str, Any]:
    return {"name": "Nguyễn Thị Ánh", "email": "moi@example.vn", "password": PASSWORD, **changes}


@pytest.fixture
def known(session: Session) -> Account:
    made = factories.account(session, email=KNOWN)
    session.commit()
    return made


def shape(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted(answer.headers.items())


def test_registers_and_signs_in(door: TestClient[Any], session: Session) -> None:
    given = entry(phone="+84 912 345 678", personal_id="001190000123", birth="1990-02-03")
    assert door.post(REGISTER, json=given).status_code == 202

    signed_in = door.post(LOGIN, json={"email": "moi@example.vn", "password": PASSWORD}).json()
    act_as(session, UUID(signed_in["id"]), frozenset())
    person = queries.person(session, UUID(signed_in["id"]))
    assert (person.name, person.phone, person.personal_id) == ("Nguyễn Thị Ánh", "0912345678", "001190000123")


def test_answers_the_same_for_a_known_and_an_unknown_email(
    door: TestClient[Any], session: Session, known: Account
) -> None:
    unknown = door.post(REGISTER, json=entry())
    again = door.post(REGISTER, json=entry(email=KNOWN))

    assert shape(unknown) == shape(again)
    assert session.exec(select(func.count()).select_from(Account)).one() == 2


def test_a_repeated_registration_changes_nothing_and_tells_the_owner(
    door: TestClient[Any], session: Session, known: Account
) -> None:
    door.post(REGISTER, json=entry(email=KNOWN.upper(), password="mật khẩu của kẻ khác"))

    act_as(session, known.id, frozenset())
    names = session.exec(select(Event.name).where(Event.stream_id == known.id).order_by(sa.text("seq"))).all()
    assert names == ["account.registered", "account.registration_repeated"]
    right = {"email": KNOWN, "password": PASSWORD}
    assert door.post(LOGIN, json=right).status_code == 200
    assert door.post(LOGIN, json={**right, "password": "mật khẩu của kẻ khác"}).status_code == 401


def test_a_personal_id_reveals_nothing_and_is_never_unique(
    door: TestClient[Any], session: Session, known: Account
) -> None:
    factories.account(session, email="a@example.vn", personal_id="001190000123")
    session.commit()

    same = door.post(REGISTER, json=entry(personal_id="001190000123"))

    assert same.status_code == 202
    assert door.post(LOGIN, json={"email": "moi@example.vn", "password": PASSWORD}).status_code == 200


def test_sign_in_answers_the_same_for_known_and_unknown(door: TestClient[Any], known: Account) -> None:
    wrong = door.post(LOGIN, json={"email": KNOWN, "password": "sai mật khẩu rồi"})
    unknown = door.post(LOGIN, json={"email": "khong.co@example.vn", "password": "sai mật khẩu rồi"})
    malformed = door.post(LOGIN, json={"email": "không phải thư", "password": "sai mật khẩu rồi"})

    assert wrong.status_code == 401
    assert shape(wrong) == shape(unknown) == shape(malformed)


def test_sign_in_takes_as_long_for_an_unknown_email(door: TestClient[Any], known: Account) -> None:
    """By turns and by the fastest, so that a busy machine slows both alike."""
    took: dict[str, list[float]] = {KNOWN: [], "khong.co@example.vn": []}
    for _ in range(9):
        for email, times in took.items():
            start = time.perf_counter()
            door.post(LOGIN, json={"email": email, "password": "sai mật khẩu rồi"})
            times.append(time.perf_counter() - start)

    assert min(took["khong.co@example.vn"]) > min(took[KNOWN]) * 0.6


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "7"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Án\u202eh gpj"}, "name"),
        ({"name": "Nguyễn\u0000Ánh"}, "name"),
        ({"name": "Nguyễn\u200bÁnh"}, "name"),
        ({"name": "Nguyễn\u0007Ánh"}, "name"),
        ({"email": "không phải thư"}, "email"),
        ({"email": "a\u202e@b.vn"}, "email"),
        ({"email": "a\u0000@b.vn"}, "email"),
        ({"password": "ngắn"}, "password"),
        ({"password": "Matkhau123"}, "password"),
        ({"password": "đủ dài\u0000 nhưng có NUL"}, "password"),
        ({"password": "nguyen thi anh"}, "password"),
        ({"phone": "113"}, "phone"),
        ({"personal_id": "123"}, "personal_id"),
        ({"personal_id": "001299000123"}, "personal_id"),
        ({"birth": "2190-01-01"}, "birth"),
        ({"birth": "1800-01-01"}, "birth"),
    ],
)
def test_refuses_bad_entries_naming_the_field(
    door: TestClient[Any], session: Session, changes: dict[str, Any], field: str
) -> None:
    answer = door.post(REGISTER, json=entry(**changes))

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert session.exec(select(func.count()).select_from(Person)).one() == 0


def test_names_every_wrong_entry_at_once(door: TestClient[Any]) -> None:
    answer = door.post(REGISTER, json=entry(name="", email="x", password="y", phone="z"))

    assert {error["field"] for error in answer.json()["errors"]} == {"name", "email", "password", "phone"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b'{"name": "\xff"}',
        b'{"name": "\\ud800", "email": "a@b.vn", "password": "0123456789ab"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"email": 1, "password": [], "name": {}}',
        b'{"email": "a@b.vn"}',
        b'{"name":"An","email":"a@b.vn","password":"' + b"x" * 600 + b'"}',
        b'{"name":"An B","email":"a@b.vn","password":"hoa sen 2026","role":"administrator"}',
        b'{"name":"An B","email":"a@b.vn","password":"hoa sen 2026","birth":"1990-13-45"}',
    ],
)
@pytest.mark.parametrize("path", [REGISTER, LOGIN, "/api/v1/auth/token"])
def test_a_broken_body_is_a_problem_document_and_never_a_500(
    door: TestClient[Any], path: str, body: bytes
) -> None:
    answer = door.post(path, content=body, headers={"content-type": "application/json"})

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["title"]


@pytest.mark.parametrize(
    "field", ["id", "seq", "role", "roles", "account_id", "disabled_at", "password_hash", "email_index"]
)
def test_takes_no_column_from_the_body(door: TestClient[Any], session: Session, field: str) -> None:
    answer = door.post(REGISTER, json=entry(**{field: "1"}))

    assert answer.status_code == 400
    assert session.exec(select(func.count()).select_from(Account)).one() == 0


def test_the_operators_command_says_that_an_email_is_taken(session: Session, known: Account) -> None:
    with pytest.raises(service.EmailTaken):
        factories.account(session, email=KNOWN)
