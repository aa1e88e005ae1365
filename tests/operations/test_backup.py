"""A backup holds everything up to its moment, is restored whole or not at all, and says which."""

import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from dossiers import filing, verify
from dossiers.rollups import fold_once
from portal.core import anchors, crypto, runtime
from portal.core.db import make_engine, make_sessions
from portal.core.settings import Settings
from portal.core.storage import Storage
from portal.embedded import Embedded
from portal.operations import commands, vault
from portal.worker import SUBSCRIBERS
from tests import factories
from tests.conftest import Database, admin, drop, settings_for

BASE = (
    "CREATE OR REPLACE FUNCTION journal_base() RETURNS bigint LANGUAGE sql IMMUTABLE "
    "AS 'SELECT {base}::bigint'"
)


@dataclass
class Place:
    """A database and two buckets."""

    settings: Settings
    storage: Storage
    name: str = ""

    def judge(self) -> verify.Findings:
        """What `portal verify` says of it."""
        crypto.configure(self.settings)
        engine = make_engine(self.settings.database_url_worker.get_secret_value(), threads=2)
        try:
            with make_sessions(engine)() as session:
                return verify.run(session, self.storage, self.settings, subscribers=SUBSCRIBERS)
        finally:
            engine.dispose()


def buckets() -> dict[str, str]:
    return {f"{kind}_bucket": f"{kind}-{secrets.token_hex(4)}" for kind in ("store", "anchor")}


@pytest.fixture
def source(database: Database, store: Embedded) -> Place:
    """A portal with people, filed dossiers, their files and a signed root."""
    settings = settings_for(store, database.name, **buckets())
    storage = Storage(settings)
    storage.ensure_bucket()
    storage.ensure_bucket(settings.anchor_bucket)
    runtime.install(settings, database.worker, storage)
    place = Place(settings, storage, database.name)
    with admin_of(place) as connection:  # as on a server that has counted for years
        connection.execute(sa.text(BASE.format(base=10**9)))
        connection.commit()
    return place


@pytest.fixture
def target(source: Place, store: Embedded) -> Iterator[Place]:
    """An empty database and buckets nobody has made yet."""
    name = f"test_{secrets.token_hex(6)}"
    with admin(store) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER motcua_owner TEMPLATE template0")
    settings = settings_for(store, name, **buckets())
    yield Place(settings, Storage(settings), name)
    crypto.configure(source.settings)
    drop(store, name)


class Town:
    """Citizens who file, one after another."""

    def __init__(self, place: Place, database: Database) -> None:
        self.place, self.database = place, database
        with database.worker() as session:
            self.agency = factories.agency(session).id
            self.citizen = factories.citizen(session)
            self.procedure = factories.procedure(session, self.agency, made_content=factories.simple())
            session.commit()

    def file(self) -> UUID:
        """One dossier with one file, acknowledged when this returns."""
        with self.database.worker() as session:
            dossier = factories.draft(session, self.citizen, self.procedure, self.agency)
            paper = factories.ready_file(session, dossier)
            data = f"giấy tờ {dossier.id}".encode()
            self.place.storage.put_bytes(paper.object_key, data, "application/pdf")
            paper.sha256 = hashlib.sha256(data).digest()
            paper.size = len(data)
            session.flush()
            filing.submit(session, self.citizen, dossier.id, idempotency_key=str(uuid4()))
            session.commit()
            return dossier.id

    def sign(self) -> None:
        with self.database.worker() as session:
            fold_once(session)
            anchors.anchor_once(session, self.place.settings.anchor_key.get_secret_value())
            session.commit()
            anchors.publish(session, self.place.storage, self.place.settings.anchor_bucket)


@pytest.fixture
def town(source: Place, database: Database) -> Town:
    made = Town(source, database)
    for _ in range(3):
        made.file()
    made.sign()
    return made


def filed_in(place: Place) -> set[UUID]:
    engine = make_engine(place.settings.database_url_worker.get_secret_value(), threads=1)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT id FROM dossier WHERE status <> 'draft'")).scalars().all()
    engine.dispose()
    return set(rows)


def drill(
    town: Town, source: Place, target: Place, folder: Path, *, before: int, at_least: int
) -> tuple[set[UUID], set[UUID]]:
    """Back up while people file, restore elsewhere; (acknowledged before the snapshot, restored)."""
    acknowledged = [town.file() for _ in range(before)]
    enough = threading.Event()
    during: list[UUID] = []

    def traffic() -> None:
        while not enough.is_set() or len(during) < at_least:
            during.append(town.file())

    people = threading.Thread(target=traffic)
    people.start()
    begun = time.monotonic()
    try:
        assert commands.backup(source.settings, folder) == 0
        saved = time.monotonic() - begun
    finally:
        enough.set()
        people.join()
    begun = time.monotonic()
    assert commands.restore(target.settings, folder) == 0
    print(
        f"drill: {len(acknowledged)} acknowledged before, {len(during)} filed meanwhile; "
        f"backup {saved:.1f} s, restore {time.monotonic() - begun:.1f} s"
    )
    assert during
    return set(acknowledged), filed_in(target)


def test_what_was_acknowledged_before_the_snapshot_is_restored_and_verify_is_green(
    town: Town, source: Place, target: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    acknowledged, restored = drill(town, source, target, tmp_path, before=3, at_least=5)

    assert acknowledged <= restored
    assert "thời điểm cuối cùng" in capsys.readouterr().out
    findings = target.judge()
    assert findings.green, repr(findings)
    assert _life_goes_on(target) >= signed_to(source)
    assert (after := target.judge()).green, repr(after)


def test_numbers_that_began_again_after_a_restore_are_seen(
    town: Town, source: Place, target: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.operations.restore._carry_on_numbering", _forget_numbering)
    assert commands.backup(source.settings, tmp_path) == 0
    assert commands.restore(target.settings, tmp_path) == 0

    assert not target.judge().green


def _forget_numbering(connection: Any, _: Any) -> None:
    connection.execute(BASE.format(base=0))


def signed_to(place: Place) -> int:
    with admin_of(place) as connection:
        return int(connection.execute(sa.text("SELECT max(until_xid) FROM anchor")).scalar_one())


def _life_goes_on(target: Place) -> int:
    """What is written after a restore is folded and signed, though the new server counts from the start."""
    engine = make_engine(target.settings.database_url_worker.get_secret_value(), threads=2)
    sessions = make_sessions(engine)
    runtime.install(target.settings, sessions, target.storage)
    database = Database(target.name, target.settings, sessions, sessions, {}, "")
    later = Town(target, database)
    later.file()
    with sessions() as session:
        newest = session.execute(sa.text("SELECT max(xid::text::numeric) FROM event")).scalar_one()
        session.rollback()
    later.sign()
    engine.dispose()
    return int(newest)


def test_a_second_backup_copies_only_what_is_new(
    town: Town, source: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert commands.backup(source.settings, tmp_path) == 0
    opened: list[str] = []
    real = Storage.open

    def watched(self: Storage, key: str, **more: Any) -> Any:
        opened.append(key)
        return real(self, key, **more)

    monkeypatch.setattr(Storage, "open", watched)
    (tmp_path / vault.complete(tmp_path)[0].name).rename(tmp_path / "20200101T000000Z")
    town.file()

    assert commands.backup(source.settings, tmp_path) == 0
    assert len([key for key in opened if not key.startswith("roots/")]) == 1
    assert len(vault.complete(tmp_path)) == 2


def test_an_interrupted_backup_does_not_count(
    town: Town, source: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("portal.operations.backup._write_manifest", _power_cut)
        assert commands.backup(source.settings, tmp_path) == 2

    assert vault.complete(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["objects"]
    with pytest.raises(vault.Unusable, match="Không có bản sao lưu"):
        vault.chosen(tmp_path)


def _power_cut(*_: Any) -> None:
    raise OSError("power cut")


@pytest.mark.parametrize("change", [{"store_secret_key": SecretStr("x" * 20)}, {"anchor_bucket": "khong-co"}])
def test_a_store_that_refuses_us_ends_it_in_one_sentence_and_leaves_nothing(
    source: Place, target: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any]
) -> None:
    assert commands.backup(source.settings.model_copy(update=change), tmp_path) == 2
    said = capsys.readouterr().err
    assert said.startswith("✗ Chưa sao lưu được: ")
    assert "MOTCUA_" in said
    assert "x" * 20 not in said
    assert [path.name for path in tmp_path.iterdir()] in ([], ["objects"])


def test_a_store_that_refuses_us_ends_a_restore_before_the_database_is_filled(
    town: Town, source: Place, target: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.backup(source.settings, tmp_path) == 0
    refused = target.settings.model_copy(update={"store_secret_key": SecretStr("x" * 20)})

    assert commands.restore(refused, tmp_path) == 2
    assert "MOTCUA_STORE_ACCESS_KEY" in capsys.readouterr().err
    assert commands.restore(target.settings, tmp_path) == 0


@pytest.mark.parametrize("harm", ["missing", "altered", "dump", "manifest"])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    town: Town, source: Place, target: Place, tmp_path: Path, harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.backup(source.settings, tmp_path) == 0
    backup = vault.complete(tmp_path)[0]
    victim = vault.place(tmp_path, next(vault.manifest(backup)).sha256)
    if harm == "missing":
        victim.unlink()
    elif harm == "altered":
        data = bytearray(victim.read_bytes())
        data[0] ^= 1
        victim.write_bytes(data)
    else:
        path = backup / (vault.DUMP if harm == "dump" else vault.MANIFEST)
        path.write_bytes(path.read_bytes()[:-7])

    assert commands.restore(target.settings, tmp_path) == 2
    assert "không nguyên vẹn" in capsys.readouterr().err
    with admin_of(target) as connection:
        count = connection.execute(sa.text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
        assert count.scalar_one() == 0


def admin_of(place: Place) -> Any:
    owner = place.settings.database_url_owner
    assert owner is not None
    return sa.create_engine(owner.get_secret_value(), poolclass=sa.NullPool).connect()


def test_a_file_that_the_store_had_lost_is_told_and_verify_is_red(
    town: Town, source: Place, target: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = next(one.key for one in source.storage.listing() if not one.key.startswith("."))
    source.storage.remove(key)

    assert commands.backup(source.settings, tmp_path) == 1
    assert key in capsys.readouterr().err
    assert commands.restore(target.settings, tmp_path) == 2
    assert key in capsys.readouterr().err


def test_other_keys_and_a_full_target_are_refused(
    town: Town, source: Place, target: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.backup(source.settings, tmp_path) == 0

    assert commands.restore(source.settings, tmp_path) == 2
    assert "đã có" in capsys.readouterr().err
    swapped = target.settings.model_copy(
        update={"data_key": target.settings.index_key, "index_key": target.settings.data_key}
    )
    assert commands.restore(swapped, tmp_path) == 2
    assert "MOTCUA_DATA_KEY, MOTCUA_INDEX_KEY" in capsys.readouterr().err
    text = (vault.complete(tmp_path)[0] / vault.MARKER).read_text()
    assert source.settings.data_key.get_secret_value() not in text


@pytest.mark.long
def test_a_long_drill_under_traffic(
    town: Town, source: Place, target: Place, tmp_path: Path, smtp: Embedded
) -> None:
    acknowledged, restored = drill(town, source, target, tmp_path, before=400, at_least=300)

    assert acknowledged <= restored
    begun = time.monotonic()
    findings = target.judge()
    print(f"drill: {len(restored)} dossiers restored, verify {time.monotonic() - begun:.1f} s")
    assert findings.green, repr(findings)
