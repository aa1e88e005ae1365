"""/metrics: useful to a province, closed to everybody else, without ids or people."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import RequestFactory, TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from portal.app import create_app
from portal.core.settings import Settings
from portal.core.storage import Storage
from portal.embedded import Embedded
from portal.operations.measures import may_read
from tests import factories
from tests.conftest import Database, settings_for

TOKEN = "mot-bi-mat-dai-ba-muoi-hai-ky-tu!"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def guarded(database: Database, broker: Embedded, store: Embedded) -> Settings:
    """Settings with a token, on a database of its own."""
    made = settings_for(broker, database.name)
    return made.model_copy(update={"metrics_token": SecretStr(TOKEN)})


@pytest.fixture
def visitor(guarded: Settings, database: Database) -> Iterator[TestClient[Any]]:
    app = create_app(guarded, database.app, Storage(guarded))
    with TestClient(app, base_url="https://testserver.local", raise_server_exceptions=False) as made:
        yield made


def measured(text: str) -> dict[str, list[Any]]:
    return {family.name: list(family.samples) for family in text_string_to_metric_families(text)}


def test_it_answers_what_a_province_watches(visitor: TestClient[Any], database: Database) -> None:
    with database.worker() as session:
        person = factories.account(session)
        from portal.core import events

        events.record(session, person, "account.registration_repeated", None)
        session.commit()
    visitor.get("/dang-nhap")
    visitor.get("/khong-co-trang-nay")
    visitor.request("BREW", "/dang-nhap")

    answer = visitor.get("/metrics", headers=BEARER)

    assert answer.status_code == 200
    seen = measured(answer.text)
    for name in (
        *("motcua_outbox_waiting", "motcua_outbox_oldest_seconds", "motcua_fold_age_seconds"),
        *("motcua_unsigned_oldest_seconds", "motcua_files_checking", "motcua_dossiers_overdue"),
        *("motcua_connections", "motcua_pool_used", "motcua_queue_waiting", "motcua_build_info"),
    ):
        assert name in seen, name
    assert seen["motcua_outbox_waiting"][0].value >= 1
    assert {sample.labels["part"]: sample.value for sample in seen["motcua_up"]} == {
        "database": 1,
        "queue": 1,
    }
    routes = {sample.labels["route"] for sample in seen["motcua_requests"]}
    assert "/dang-nhap" in routes
    assert "/khong-co-trang-nay" not in routes
    assert {sample.labels["method"] for sample in seen["motcua_requests"]} <= {
        *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER")
    }
    assert str(person.id) not in answer.text


def test_no_label_holds_an_id_an_address_or_a_person(visitor: TestClient[Any]) -> None:
    visitor.get("/api/v1/dossiers/0199d1a0-0000-7000-8000-000000000001")
    text = visitor.get("/metrics", headers=BEARER).text

    labels = re.findall(r'="([^"]*)"', text)
    assert not [one for one in labels if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|@|\d{9,}", one)]
    assert len(text) < 400_000


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "127.0.0.1", "Host": "localhost"},
    ],
)
def test_without_the_secret_there_is_no_such_page(visitor: TestClient[Any], headers: dict[str, str]) -> None:
    answer = visitor.get("/metrics", headers=headers)

    assert answer.status_code == 404
    assert "motcua_" not in answer.text


@pytest.mark.parametrize(
    ("address", "headers", "demo", "status"),
    [
        ("127.0.0.1", {}, True, 200),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, True, 404),  # a proxy on this machine
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, True, 404),
        ("203.0.113.9", {}, True, 404),
        ("203.0.113.9", {"X-Forwarded-For": "127.0.0.1"}, True, 404),
        ("127.0.0.1", {}, False, 404),
    ],
)
def test_without_a_secret_only_this_machine_reads_it_and_only_in_the_demo(
    settings: Settings, address: str, headers: dict[str, str], demo: bool, status: int
) -> None:
    request = RequestFactory().get("/metrics", headers=headers)
    request.scope["client"] = (address, 5000)

    assert may_read(request, settings.model_copy(update={"demo": demo})) is (status == 200)


def test_parts_that_are_away_are_named_and_break_nothing(guarded: Settings, database: Database) -> None:
    broken = guarded.model_copy(update={"broker_url": SecretStr("redis://127.0.0.1:1/0")})
    app = create_app(broken, database.app, Storage(broken))
    with TestClient(app, base_url="https://testserver.local") as visitor:
        answer = visitor.get("/metrics", headers=BEARER)

    up = {sample.labels["part"]: sample.value for sample in measured(answer.text)["motcua_up"]}
    assert answer.status_code == 200
    assert up == {"database": 1, "queue": 0}
