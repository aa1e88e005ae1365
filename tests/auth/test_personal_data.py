"""No personal value stands readable in any table, and nobody reads another's."""

from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlmodel import Session

from auth import queries, service, throttle
from auth.actor import Actor
from auth.models import Account, Person
from portal.core import crypto, events, runtime
from portal.core.db import act_as
from portal.core.errors import NotFound
from portal.core.text import fold
from tests import factories
from tests.auth.conftest import storey
from tests.conftest import Database

CANARY = {
    "name": "Canarina Quýnh Đượm",
    "email": "canary.7f3a@example.vn",
    "phone": "0987001122",
    "personal_id": "001190777333",
    "password": "chim hoàng yến hót 7f3a",
}


def readable(session: Session) -> str:
    """Every row of every table as text; byte columns also as the text they might hold."""
    names = session.execute(
        sa.text(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        )
    ).scalars()
    found = []
    for name in names.all():
        for row in session.execute(sa.text(f'SELECT t.* FROM "{name}" t')):
            for value in row:
                found.append(bytes(value).decode("latin-1") if isinstance(value, bytes) else str(value))
                if isinstance(value, bytes):
                    found.append(bytes(value).decode("utf-8", "ignore"))
    return "\n".join(found)


def test_no_canary_stands_in_any_column(database: Database) -> None:
    runtime.sessions = database.app
    app = storey(database.settings, database.app)
    with TestClient(app, base_url="https://testserver.local") as door:
        for _ in range(2):
            assert door.post("/api/v1/auth/register", json=CANARY).status_code == 202
        given = {"email": CANARY["email"], "password": CANARY["password"]}
        door.post("/api/v1/auth/login", json={**given, "password": "sai mật khẩu rồi"})
        assert door.post("/api/v1/auth/login", json=given).status_code == 200
    with database.app() as session:
        account_id = session.execute(sa.select(Account.id)).scalar_one()
        act_as(session, account_id, frozenset())
        who = Actor(id=account_id)
        service.change_profile(
            session, who, name=CANARY["name"], phone="0987001133", personal_id="", birth=None
        )
        session.commit()

    with database.worker() as session:
        text = readable(session)

    values = [*CANARY.values(), "0987001133", "Canarina", "Quýnh Đượm", "testclient"]
    folded = fold(text)
    assert [value for value in values if value in text or fold(value) in folded] == []
    assert "account.registered" in text  # the search does find what is there


def test_only_the_person_reads_their_own_row(session: Session) -> None:
    mine, other = factories.account(session), factories.account(session)

    act_as(session, mine.id, frozenset())
    assert queries.person(session, mine.id).name == "Nguyễn Thị Ánh"
    with pytest.raises(NotFound):
        queries.person(session, other.id)
    assert session.execute(sa.select(Person.account_id)).scalars().all() == [mine.id]

    act_as(session, None, frozenset())
    assert session.execute(sa.select(Person.account_id)).scalars().all() == []


def test_nobody_writes_anothers_row(session: Session) -> None:
    mine, other = factories.account(session), factories.account(session)
    act_as(session, mine.id, frozenset())

    changed = session.execute(
        sa.update(Person.__table__).where(Person.__table__.c.account_id == other.id).values(sealed=b"")  # type: ignore[attr-defined]
    )

    assert changed.rowcount == 0  # type: ignore[attr-defined]


def test_registering_leaves_the_session_asking_as_before(session: Session) -> None:
    mine = factories.account(session)
    act_as(session, mine.id, frozenset())

    factories.account(session)

    assert queries.person(session, mine.id)


def test_swapped_rows_do_not_open(session: Session) -> None:
    one, two = factories.account(session), factories.account(session)
    table: Any = Person.__table__  # type: ignore[attr-defined]
    act_as(session, one.id, frozenset())
    sealed = session.execute(sa.select(table.c.sealed).where(table.c.account_id == one.id)).scalar_one()
    act_as(session, two.id, frozenset())
    session.execute(sa.update(table).where(table.c.account_id == two.id).values(sealed=sealed))

    with pytest.raises(crypto.Unreadable):
        queries.person(session, two.id)


def test_a_changed_profile_is_told_by_field_names_only(session: Session) -> None:
    person = factories.citizen(session)

    service.change_profile(
        session, person, name="Trần Ánh", phone="0912345678", personal_id="001190000123", birth=None
    )

    assert person.id is not None
    last = events.history(session, person.id)[-1]
    assert (last.name, last.data) == ("account.profile_changed", {"fields": ["name", "personal_id"]})


def test_buckets_of_limits_are_digests() -> None:
    crypto_free = throttle.bucket(throttle.LOGIN_ALL)

    assert crypto_free.name == "login:all:-"
