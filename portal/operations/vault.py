"""The folder of backups: objects once each under their SHA-256, and beside them one folder per backup.

```
objects/ab/abcd…            an object's bytes, named by their SHA-256, never changed
20261123T024500Z/           one backup
    database.dump           pg_dump -Fc of one snapshot
    manifest.jsonl          bucket, key, size, ETag and SHA-256 of each object it names
    complete.json           written last, by rename: without it the backup does not count
```
"""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

DUMP, MANIFEST, MARKER = "database.dump", "manifest.jsonl", "complete.json"
FORMAT = 1
CHUNK = 1024 * 1024


class Unusable(Exception):
    """The folder, or a backup in it, is not what it says; the text says how, in Vietnamese."""


class Kept(msgspec.Struct, frozen=True):
    """One object of a backup. `bucket` is what it is for: `files` or `anchors`."""

    bucket: str
    key: str
    size: int
    etag: str
    sha256: str


class Marker(msgspec.Struct, frozen=True):
    """What a complete backup holds and how to know that it still does."""

    format: int
    portal: str
    made_at: datetime
    last_event_at: datetime | None
    events: int
    dossiers: int
    migration: str
    server_version: int
    journal_end: int
    objects: int
    bytes: int
    missing: list[str]
    dump_sha256: str
    manifest_sha256: str
    keys: dict[str, str]


def fingerprint(secret: str) -> str:
    """Which key it was, without the key: the first half of a tagged SHA-256."""
    return hashlib.sha256(b"motcua/key/1\0" + secret.strip().encode()).hexdigest()[:32]


def digest_of(path: Path) -> str:
    """The file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place(vault: Path, sha256: str) -> Path:
    """Where the bytes of this hash are kept."""
    return vault / "objects" / sha256[:2] / sha256


def settle(fresh: Path, target: Path) -> None:
    """Give a written file its name, durably: its bytes first, then the name."""
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def manifest(backup: Path) -> Iterator[Kept]:
    """The objects of a backup, in the order they were listed."""
    with (backup / MANIFEST).open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line, type=Kept)


def complete(vault: Path) -> list[Path]:
    """The complete backups, oldest first."""
    if not vault.is_dir():
        return []
    return sorted(path.parent for path in vault.glob(f"*/{MARKER}"))


def chosen(vault: Path, name: str = "") -> tuple[Path, Marker]:
    """The named backup, or the latest complete one.

    Raises:
        Unusable: there is none, or it is of another form.
    """
    found = [path for path in complete(vault) if not name or path.name == name]
    if not found:
        raise Unusable(f"Không có bản sao lưu hoàn chỉnh nào{' tên ' + name if name else ''} trong {vault}.")
    marker = msgspec.json.decode((found[-1] / MARKER).read_bytes(), type=Marker)
    if marker.format != FORMAT:
        raise Unusable(
            f"Bản sao lưu {found[-1].name} thuộc dạng {marker.format}, bản này chỉ đọc dạng {FORMAT}."
        )
    return found[-1], marker


def faults(vault: Path, backup: Path, marker: Marker) -> list[str]:
    """What is no longer as the marker says: every hash is made again from the bytes."""
    wrong = []
    for name, wanted in ((DUMP, marker.dump_sha256), (MANIFEST, marker.manifest_sha256)):
        path = backup / name
        if not path.is_file():
            return [f"thiếu {name}"]
        if digest_of(path) != wanted:
            wrong.append(f"{name} đã bị sửa hoặc hỏng")
    if wrong:
        return wrong
    for kept in manifest(backup):
        path = place(vault, kept.sha256)
        if not path.is_file():
            wrong.append(f"thiếu tệp {kept.key} ({kept.sha256[:16]}…)")
        elif path.stat().st_size != kept.size or digest_of(path) != kept.sha256:
            wrong.append(f"tệp {kept.key} đã bị sửa hoặc hỏng ({kept.sha256[:16]}…)")
    return wrong + [f"kho đã thiếu tệp {key} từ lúc sao lưu" for key in marker.missing]


def stamp(at: datetime) -> str:
    """A backup's name: the moment of its snapshot, in UTC."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
