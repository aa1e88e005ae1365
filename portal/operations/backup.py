"""`portal backup FOLDER`: the database in one snapshot, then every object that snapshot names.

Files are never changed, so that an object copied once is good for every later backup: only what is new is
read. Keys are not part of a backup; their fingerprints are, so that a restore can tell the right ones.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from portal.core.anchors import PREFIX
from portal.core.settings import Settings
from portal.core.storage import ObjectMissing, Storage
from portal.operations import postgres_tools, vault
from portal.operations.vault import Kept, Marker, Unusable

COPIES = 4  # objects read at a time
TRIES = 3  # a file dropped by its owner between snapshot and copy makes the snapshot stale

_NAMED = """
    SELECT object_key FROM attachment WHERE state IN ('ready', 'checking')
    UNION SELECT object_key FROM document
"""
_FACTS = """
    SELECT now(), (SELECT max(at) FROM event), (SELECT count(*) FROM event),
           (SELECT count(*) FROM dossier WHERE status <> 'draft'), (SELECT version_num FROM alembic_version),
           current_setting('server_version_num')::int / 10000, journal_end()::text::bigint,
           (SELECT max(id) FROM anchor)
"""

Say = Callable[[str], None]


class Stale(Exception):
    """An object was dropped by its owner after the snapshot: take another."""


@dataclass
class Copied:
    """The objects of one backup, as they are found."""

    kept: list[Kept] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    fresh: int = 0


def backup(settings: Settings, storage: Storage, folder: Path, say: Say) -> tuple[Path, Marker]:
    """Make one backup in the folder; what an interrupted one copied is used again.

    Raises:
        Unusable: the database cannot be dumped, the store refuses us, or the folder cannot be used.
    """
    if settings.database_url_owner is None:
        raise Unusable("Cần MOTCUA_DATABASE_URL_OWNER: chỉ motcua_owner đọc được trọn vẹn các bảng.")
    for bucket in (
        settings.store_bucket,
        settings.anchor_bucket,
    ):  # the dump may take an hour: know it before
        next(storage.listing(bucket=bucket), None)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "objects").mkdir(exist_ok=True, mode=0o700)
    for _ in range(TRIES):
        try:
            return _attempt(settings, storage, folder, say)
        except Stale:
            say("Có tệp vừa được chủ bỏ đi trong lúc sao lưu; chụp lại cơ sở dữ liệu.")
    raise Unusable("Tệp bị bỏ đi liên tục trong lúc sao lưu; hãy chạy lại lúc vắng.")


def _attempt(settings: Settings, storage: Storage, folder: Path, say: Say) -> tuple[Path, Marker]:
    with ExitStack() as undo:
        return _made(settings, storage, folder, say, undo)


def _made(
    settings: Settings, storage: Storage, folder: Path, say: Say, undo: ExitStack
) -> tuple[Path, Marker]:
    owner = settings.database_url_owner.get_secret_value()  # type: ignore[union-attr]
    url = owner.replace("+psycopg", "")
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        facts = _one(connection, _FACTS)
        (snapshot,) = _one(connection, "SELECT pg_export_snapshot()")
        target = _fresh_folder(folder, facts[0])
        undo.callback(shutil.rmtree, target, ignore_errors=True)  # half a backup must not look like one
        say(
            f"Cơ sở dữ liệu: {facts[2]} sự kiện, {facts[3]} hồ sơ đã nộp, đến {facts[1] or 'chưa có sự kiện'}"
        )
        dump = target / f".{vault.DUMP}"
        program = postgres_tools.program("pg_dump", facts[5])
        postgres_tools.run(
            program, owner, ["--format=custom", "--compress=6", f"--snapshot={snapshot}", f"--file={dump}"]
        )
        vault.settle(dump, target / vault.DUMP)
        names = [str(row[0]) for row in connection.execute(_NAMED)]
        connection.rollback()
    copied = Copied()
    known = _known(folder)
    wanted = [("files", settings.store_bucket, name) for name in names]
    wanted += [
        ("anchors", settings.anchor_bucket, found.key)
        for found in storage.listing(PREFIX, bucket=settings.anchor_bucket)
        if _signed_by(found.key, facts[7] or 0)
    ]

    def copy(one: tuple[str, str, str]) -> Kept | str | None:
        return _copy(storage, folder, one, known)

    with ThreadPoolExecutor(COPIES) as threads:
        for one, kept in zip(wanted, threads.map(copy, wanted), strict=True):
            if isinstance(kept, Kept):
                copied.kept.append(kept)
            elif _still_named(url, one[2]):
                copied.missing.append(one[2])
            else:
                raise Stale
    _write_manifest(target, copied.kept)
    marker = _marker(settings, target, facts, copied)
    fresh = target / f".{vault.MARKER}"
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(marker), indent=1) + b"\n")
    vault.settle(fresh, target / vault.MARKER)
    undo.pop_all()
    return target, marker


def _one(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    if row is None:
        raise Unusable("Cơ sở dữ liệu không trả lời.")
    return tuple(row)


def _fresh_folder(folder: Path, at: datetime) -> Path:
    """A folder for this backup; one that was begun in the same second and never completed is used again."""
    target = folder / vault.stamp(at)
    if (target / vault.MARKER).exists():
        raise Unusable(f"Bản sao lưu {target.name} đã có; hãy chạy lại sau một giây.")
    target.mkdir(exist_ok=True, mode=0o700)
    return target


def _signed_by(key: str, newest: int) -> bool:
    """Whether this object belongs to a root that the snapshot knows: a later one would seem cut off."""
    number = key.rsplit("/", 1)[-1].split(".")[0]
    return number.isdecimal() and int(number) <= newest


def _known(folder: Path) -> dict[tuple[str, str], Kept]:
    """What the latest complete backup lists, by bucket and key."""
    earlier = vault.complete(folder)
    return {(kept.bucket, kept.key): kept for kept in vault.manifest(earlier[-1])} if earlier else {}


def _copy(
    storage: Storage, folder: Path, one: tuple[str, str, str], known: dict[tuple[str, str], Kept]
) -> Kept | None:
    """The object in the vault; None when the store has none of this key."""
    kind, bucket, key = one
    facts = storage.stat(key, bucket=bucket)
    if facts is None:
        return None
    before = known.get((kind, key))
    if before and (before.size, before.etag) == (facts.size, facts.etag):
        path = vault.place(folder, before.sha256)
        if path.is_file() and path.stat().st_size == before.size:
            return before
    fresh = folder / "objects" / f".{secrets.token_hex(8)}"
    whole, size = hashlib.sha256(), 0
    try:
        with storage.open(key, bucket=bucket) as chunks, fresh.open("wb") as file:
            for chunk in chunks:
                whole.update(chunk)
                size += file.write(chunk)
        path = vault.place(folder, whole.hexdigest())
        path.parent.mkdir(exist_ok=True, mode=0o700)
        vault.settle(fresh, path)
    except ObjectMissing:
        return None
    finally:
        fresh.unlink(missing_ok=True)
    return Kept(kind, key, size, facts.etag, whole.hexdigest())


def _still_named(url: str, key: str) -> bool:
    with psycopg.connect(url, connect_timeout=10) as connection:
        query = f"SELECT EXISTS (SELECT 1 FROM ({_NAMED}) n WHERE object_key = %s)"  # noqa: S608
        row = connection.execute(query, (key,)).fetchone()
        return bool(row and row[0])


def _write_manifest(target: Path, kept: list[Kept]) -> None:
    fresh = target / f".{vault.MANIFEST}"
    with fresh.open("wb") as file:
        for one in kept:
            file.write(msgspec.json.encode(one) + b"\n")
    vault.settle(fresh, target / vault.MANIFEST)


def keys_of(settings: Settings) -> dict[str, str]:
    """The fingerprints of the keys without which the data cannot be read or checked."""
    names = ("data_key", "index_key", "token_key", "anchor_key")
    return {name: vault.fingerprint(getattr(settings, name).get_secret_value()) for name in names}


def _marker(settings: Settings, target: Path, facts: tuple[Any, ...], copied: Copied) -> Marker:
    at, last, events, dossiers, migration, server, end, _ = facts
    return Marker(
        format=vault.FORMAT,
        portal=settings.public_url,
        made_at=at.astimezone(UTC),
        last_event_at=last,
        events=events,
        dossiers=dossiers,
        migration=migration,
        server_version=server,
        journal_end=end,
        objects=len(copied.kept),
        bytes=sum(one.size for one in copied.kept) + os.path.getsize(target / vault.DUMP),
        missing=sorted(copied.missing),
        dump_sha256=vault.digest_of(target / vault.DUMP),
        manifest_sha256=vault.digest_of(target / vault.MANIFEST),
        keys=keys_of(settings),
    )
