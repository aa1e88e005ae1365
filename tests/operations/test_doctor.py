"""The doctor finds nothing on a sound portal, and names each part that is broken."""

import dataclasses
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import urllib3
from minio.error import S3Error
from pydantic import SecretStr

from portal.core import clock
from portal.core.settings import Settings
from portal.core.storage import Storage
from portal.embedded import Embedded
from portal.operations import commands, doctor, doctor_database, doctor_store
from portal.operations.findings import Result, well
from tests.chaos.proxy import Proxy
from tests.conftest import Database, settings_for


@pytest.fixture
def sound(database: Database, services: Embedded) -> Settings:
    """Settings of real parts that are all well; browsers come from the origin the store knows."""
    services.start()
    return settings_for(services, database.name, public_url=services.public_url)


def bad(results: Iterator[Result] | list[Result]) -> dict[str, Result]:
    """The broken parts."""
    return {result.part: result for result in results if result.mark == "✗"}


def with_(settings: Settings, **changes: Any) -> Settings:
    return settings.model_copy(update=changes)


@pytest.fixture
def superuser(database: Database) -> Iterator[psycopg.Connection[Any]]:
    url = database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_a_sound_portal_has_no_broken_part(
    sound: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "network_time", lambda: iter(()))
    monkeypatch.setattr(doctor_database, "_durable", lambda _: doctor_database.well("độ bền", "không hỏi"))

    code = commands.doctor(sound, json=True)
    results = json.loads(capsys.readouterr().out)

    assert [one for one in results if one["mark"] == "✗"] == []
    assert code == 0
    parts = " ".join(one["part"] for one in results)
    for part in (
        "motcua_app",
        "đồng hồ",
        "lược đồ",
        "CORS",
        "hàng đợi",
        "thư",
        "phông chữ",
        "đĩa",
        "thùng neo",
    ):
        assert part in parts, part
    assert all(one["do"] for one in results if one["mark"] != "✓")


def test_the_command_prints_lines_and_fails_when_a_part_is_broken(
    sound: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "network_time", lambda: iter(()))
    monkeypatch.setattr(doctor, "fonts", lambda: iter(()))

    assert commands.doctor(with_(sound, smtp_port=1)) == 1
    assert "✗ thư (127.0.0.1:1)" in capsys.readouterr().out


SPOILS: dict[str, tuple[str, str, str]] = {
    "a role that passes row-level security by": (
        "ALTER ROLE motcua_app BYPASSRLS",
        "ALTER ROLE motcua_app NOBYPASSRLS",
        "vai trò motcua_app",
    ),
    "a role that may rewrite the journal": (
        "GRANT UPDATE ON event TO motcua_worker",
        "",
        "vai trò motcua_worker",
    ),
    "policies switched off": ("ALTER TABLE dossier DISABLE ROW LEVEL SECURITY", "", "chính sách từng dòng"),
    "a partition open to the web": ("GRANT SELECT ON event_p3 TO motcua_app", "", "chính sách từng dòng"),
    "a guard switched off": ("ALTER TABLE event DISABLE TRIGGER event_is_append_only", "", "trigger bảo vệ"),
    "an older schema": ("UPDATE alembic_version SET version_num = '20261122_guards'", "", "lược đồ"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_spoilt_database_is_named(sound: Settings, superuser: psycopg.Connection[Any], spoil: str) -> None:
    harm, mend, part = SPOILS[spoil]
    superuser.execute(harm)  # type: ignore[arg-type]
    try:
        found = bad(doctor_database.examine(sound))
    finally:
        if mend:
            superuser.execute(mend)  # type: ignore[arg-type]

    assert part in found
    assert found[part].do


def test_a_database_that_is_away_or_refuses_is_named(sound: Settings) -> None:
    away = SecretStr("postgresql+psycopg://motcua_app:x@127.0.0.1:1/motcua")

    found = bad(doctor_database.examine(with_(sound, database_url=away)))

    assert set(found) - {"độ bền"} == {"vai trò motcua_app"}


def test_a_clock_that_is_off_is_named(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_database.time, "time", lambda: clock.now().timestamp() - 600)

    assert "đồng hồ" in bad(doctor_database.examine(sound))


def test_a_database_that_may_lose_what_it_acknowledged_is_named(sound: Settings) -> None:
    assert "độ bền" in bad(doctor_database.examine(sound))  # the tests' own server runs without fsync


STORES: dict[str, tuple[Callable[[Settings], dict[str, Any]], str]] = {
    "proxy down": (lambda _: {"store_endpoint": "127.0.0.1:1"}, "thùng motcua"),
    "wrong bucket": (lambda _: {"store_bucket": "khong-co"}, "thùng khong-co"),
    "wrong key": (lambda _: {"store_secret_key": SecretStr(secrets.token_hex(20))}, "thùng motcua"),
    "public origin down": (lambda _: {"store_public_url": "http://127.0.0.1:1"}, "tải lên nhiều phần"),
    "another portal's origin": (lambda _: {"public_url": "https://khac.example"}, "CORS cho trình duyệt"),
    "one bucket for all": (lambda made: {"anchor_bucket": made.store_bucket}, "thùng neo motcua"),
    "no anchor bucket": (lambda _: {"anchor_bucket": "khong-co"}, "thùng neo khong-co"),
}


@pytest.mark.parametrize("fault", STORES)
def test_a_spoilt_store_is_named(sound: Settings, fault: str) -> None:
    change, part = STORES[fault]

    found = bad(doctor_store.examine(with_(sound, **change(sound))))

    assert part in found
    assert found[part].do


def test_a_key_that_may_lock_nothing_is_named(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        answer = urllib3.HTTPResponse(status=403)
        raise S3Error(answer, "AccessDenied", "no", "", "", "")  # type: ignore[arg-type]

    monkeypatch.setattr(doctor_store.Minio, "get_object_lock_config", refused)

    assert "thùng neo motcua-anchors" in bad(doctor_store.examine(sound))


def test_a_bucket_open_to_strangers_is_named(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Open:
        """A store that answers anybody."""

        status = 200

        def request(self, *_: Any, **__: Any) -> "Open":
            return self

    result = doctor_store._private(sound, Storage(sound), Open(), ".doctor/open")  # type: ignore[arg-type]

    assert result.mark == "✗"


def test_the_probes_leave_nothing_behind(sound: Settings) -> None:
    list(doctor_store.examine(sound))

    assert list(Storage(sound).listing(doctor_store.PROBE)) == []


def test_a_queue_that_is_away_is_named(sound: Settings) -> None:
    away = with_(sound, broker_url=SecretStr("redis://:mat-khau@127.0.0.1:1/0"))

    assert "hàng đợi" in bad(doctor.queue(away))
    assert bad(doctor.queue(sound)) == {}


def test_a_test_message_is_sent_only_when_asked_for(sound: Settings, services: Embedded) -> None:
    before = len(list(services.smtp.folder.glob("*.eml")))
    quiet = bad(doctor.mail(sound, ""))
    between = len(list(services.smtp.folder.glob("*.eml")))
    loud = bad(doctor.mail(sound, "truc@example.vn"))

    assert quiet == loud == {}
    assert between == before
    assert len(list(services.smtp.folder.glob("*.eml"))) == before + 1


def test_a_relay_without_the_promised_tls_is_named(sound: Settings) -> None:
    assert bad(doctor.mail(with_(sound, smtp_tls=True), ""))


def test_a_scanner_that_is_away_is_named(sound: Settings) -> None:
    assert "quét mã độc" in bad(doctor.scanner(with_(sound, clamd_address="127.0.0.1:1")))


def test_missing_letters_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from dossiers import pdf_child

    monkeypatch.setattr(pdf_child, "FONTS", pdf_child.FONTS / "khong-co")

    assert "phông chữ" in bad(doctor.fonts())


def test_a_full_disk_is_named(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclasses.dataclass
    class Full:
        free: int = 2**20
        total: int = 2**40

    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: Full())

    assert bad(doctor.disk(sound))


def test_weak_secrets_and_plain_addresses_are_named(sound: Settings) -> None:
    real = with_(
        sound,
        demo=False,
        public_url="https://dichvucong.example",
        store_secret_key=SecretStr("minioadmin"),
        store_public_url="http://kho.example",
    )

    assert "MOTCUA_STORE_SECRET_KEY" in bad(doctor.keys(real))["bí mật"].seen
    assert "minioadmin" not in str(bad(doctor.keys(real)))
    assert "địa chỉ kho" in bad(doctor.addresses(real))
    assert "địa chỉ cổng" in bad(doctor.addresses(with_(real, public_url="http://dichvucong.example")))


@pytest.fixture
def lines(services: Embedded) -> Iterator[Proxy]:
    """A proxy that can swallow all that is said to a part."""
    services.start()
    made = Proxy(
        {
            "database": services.postgres.port,
            "store": services.store.port,
            "queue": services.broker.port,
            "mail": services.smtp.port,
        }
    )
    yield made
    made.stop()


def behind(sound: Settings, services: Embedded, lines: Proxy) -> Settings:
    """The same portal, with every part behind the proxy."""
    urls = {
        name: SecretStr(
            getattr(sound, name)
            .get_secret_value()
            .replace(f":{services.postgres.port}/", f":{lines.port('database')}/")
        )
        for name in ("database_url", "database_url_worker", "database_url_owner")
    }
    broker = sound.broker_url.get_secret_value().replace(
        f":{services.broker.port}/", f":{lines.port('queue')}/"
    )
    return with_(
        sound,
        **urls,
        broker_url=SecretStr(broker),
        store_endpoint=f"127.0.0.1:{lines.port('store')}",
        smtp_port=lines.port("mail"),
        clamd_address=f"127.0.0.1:{lines.port('mail')}",
    )


def test_parts_that_are_silent_are_named_in_good_time(
    sound: Settings, services: Embedded, lines: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "network_time", lambda: iter(()))
    monkeypatch.setattr(doctor, "fonts", lambda: iter(()))
    hung = behind(sound, services, lines)
    for name in ("database", "store", "queue", "mail"):
        lines.set(name, "blackhole")
    begun = time.monotonic()

    found = bad(doctor.examine(hung))

    assert time.monotonic() - begun < doctor.PATIENCE
    for part in ("vai trò motcua_app", "vai trò motcua_worker", "hàng đợi", "quét mã độc"):
        assert part in found, part
    assert [part for part in found if part.startswith("thùng")]
    assert [part for part in found if part.startswith("thư (")]
    assert all(result.do for result in found.values())


def test_a_part_that_never_answers_or_breaks_the_doctor_is_named(
    sound: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()

    def endless() -> Iterator[Result]:
        yield well("một nửa", "đã hỏi")
        never.wait()

    def odd() -> Iterator[Result]:
        raise KeyError("không ngờ")
        yield

    monkeypatch.setattr(doctor, "PATIENCE", 0.3)
    visits = [doctor.Visit("treo", endless), doctor.Visit("lạ", odd)]
    found = [result for visit in visits for result in visit.outcome(time.monotonic() + 0.3)]
    never.set()

    assert {result.part: result.mark for result in found} == {"một nửa": "✓", "treo": "✗", "lạ": "✗"}
