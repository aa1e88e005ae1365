"""The store's objects against the rows that name them, both ways; short transactions, pages of 500."""

import hashlib
from itertools import islice

import sqlalchemy as sa
from sqlmodel import Session

from dossiers.verification.report import STRAY, Findings
from portal.core.storage import ObjectMissing, Storage

KIND = "files"
PAGE = 500
_NAMED = """
    SELECT a.object_key, a.sha256, a.dossier_id, 'file ' || a.id AS what, a.id::text FROM attachment a
    WHERE a.state IN ('ready', 'checking', 'replaced')
    UNION ALL SELECT o.object_key, o.sha256, o.dossier_id, o.kind, '' FROM document o
"""
_OWED = sa.text(
    f"SELECT * FROM ({_NAMED}) n WHERE object_key > :after ORDER BY object_key LIMIT {PAGE}"  # noqa: S608
)
_STILL = sa.text(f"SELECT 1 FROM ({_NAMED}) n WHERE object_key = :key")  # noqa: S608
# A file dropped within the day may still have its bytes.
_KNOWN = sa.text(
    """
    SELECT a.object_key FROM attachment a JOIN dossier d ON d.id = a.dossier_id
    WHERE a.object_key = ANY(:keys) AND (a.state <> 'removed' OR d.updated_at > :before)
    UNION SELECT object_key FROM document WHERE object_key = ANY(:keys)
    UNION SELECT object_key FROM catalogue_import WHERE object_key = ANY(:keys) AND finished_at IS NULL
    """
)


def check(session: Session, storage: Storage, found: Findings) -> None:
    """Every named object is there with the same SHA-256; every object older than a day is named."""
    count = _owed(session, storage, found)
    objects = _strays(session, storage, found)
    found.end(KIND, count, f"{count} objects are there, unchanged; none of the store's {objects} is stray")


def _owed(session: Session, storage: Storage, found: Findings) -> int:
    after, count = "", 0
    while page := session.execute(_OWED, {"after": after}).all():
        session.rollback()  # the bytes take their time; no transaction waits for them
        for row in page:
            count += 1
            if row.id in found.doubted:
                continue  # its dossier's line tells of it
            digest = _digest(storage, row.object_key)
            whose = f"object {row.object_key} ({row.what} of dossier {row.dossier_id})"
            if digest is None:
                if session.execute(_STILL, {"key": row.object_key}).first():
                    found.bad(KIND, row.object_key, f"{whose} is missing")
                session.rollback()
            elif row.sha256 is not None and digest != bytes(row.sha256):
                what = f"was altered: its SHA-256 is {digest.hex()}, not {bytes(row.sha256).hex()}"
                found.bad(KIND, row.object_key, f"{whose} {what}")
        after = page[-1].object_key
        found.progress(f"{KIND}: {count} objects read")
    session.rollback()
    return count


def _digest(storage: Storage, key: str) -> bytes | None:
    whole = hashlib.sha256()
    try:
        with storage.open(key) as chunks:
            for chunk in chunks:
                whole.update(chunk)
    except ObjectMissing:
        return None
    return whole.digest()


def _strays(session: Session, storage: Storage, found: Findings) -> int:
    before, count = found.at - STRAY, 0
    objects = (one for one in storage.listing() if not one.key.startswith("."))  # probes, not files
    while page := list(islice(objects, PAGE)):
        count += len(page)
        known = set(session.execute(_KNOWN, {"keys": [one.key for one in page], "before": before}).scalars())
        session.rollback()
        for one in page:
            if one.key not in known and one.modified_at < before:
                what = f"object {one.key} ({one.size} bytes, {one.modified_at:%Y-%m-%d %H:%M} UTC) is stray"
                found.bad(KIND, one.key, f"{what}: no row names it")
        found.progress(f"{KIND}: {count} objects listed")
    return count
