"""Signed roots over the journal, kept in a second place, so that a lost tail shows (decision 4).

A chain of hashes alone does not show that a whole stream, or its end, was taken away. Every few
minutes a Merkle root over the hashes committed since the last root is signed and written to a
bucket of its own, under object lock where the store has it.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from portal.core.clock import now
from portal.core.db import Instant
from portal.core.storage import Storage

_LOCK = 0x6D6F7463_01  # advisory lock of the anchoring job


class Anchor(SQLModel, table=True):
    """One signed root. `until_xid` is exclusive: every event of an older transaction is covered."""

    id: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    )
    at: datetime = Field(sa_type=Instant)
    from_xid: int = Field(sa_type=sa.Numeric(20, 0))
    until_xid: int = Field(sa_type=sa.Numeric(20, 0))
    count: int
    root: bytes = Field(sa_type=sa.LargeBinary)
    prev_root: bytes = Field(sa_type=sa.LargeBinary)
    signature: bytes = Field(sa_type=sa.LargeBinary)


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The RFC 6962 root of the leaves (leaf tag 0x00, node tag 0x01); of none, SHA-256 of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


_WINDOW = sa.text(
    """
    SELECT stream_id, seq, hash FROM event
    WHERE xid >= CAST(:since AS text)::xid8 AND xid < CAST(:until AS text)::xid8
    ORDER BY stream_id, seq
    """
)


def leaves(session: Session, since: int, until: int) -> list[bytes]:
    """The leaves of a window of transactions: stream, sequence and hash of each event, in order."""
    rows = session.execute(_WINDOW, {"since": str(since), "until": str(until)})
    return [row.stream_id.bytes + row.seq.to_bytes(8, "big") + bytes(row.hash) for row in rows]


def anchor_once(session: Session, storage: Storage, private_key_pem: str, bucket: str) -> Anchor | None:
    """Sign a root over what was committed since the last; None when nothing was, or another runs."""
    if not session.execute(sa.text("SELECT pg_try_advisory_xact_lock(:k)"), {"k": _LOCK}).scalar_one():
        return None
    table = Anchor.__table__  # type: ignore[attr-defined]
    last = session.execute(sa.select(table).order_by(table.c.id.desc()).limit(1)).one_or_none()
    since = int(last.until_xid) if last else 0
    until = int(session.execute(sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")).scalar_one())
    found = leaves(session, since, until)
    if not found:
        return None
    anchor = Anchor(
        at=now(),
        from_xid=since,
        until_xid=until,
        count=len(found),
        root=merkle_root(found),
        prev_root=bytes(last.root) if last else b"\0" * 32,
        signature=b"",
    )
    anchor.signature = _sign(statement(anchor), private_key_pem)
    session.add(anchor)
    session.flush()
    record = {**msgspec.json.decode(statement(anchor)), "signature": anchor.signature.hex()}
    storage.put_bytes(
        f"roots/{anchor.at:%Y/%m/%d}/{anchor.id:012d}.json",
        msgspec.json.encode(record),
        "application/json",
        bucket=bucket,
    )
    return anchor


def statement(anchor: Anchor) -> bytes:
    """The bytes that are signed."""
    return msgspec.json.encode(
        {
            "at": anchor.at,
            "count": anchor.count,
            "from_xid": int(anchor.from_xid),
            "prev_root": anchor.prev_root.hex(),
            "root": anchor.root.hex(),
            "until_xid": int(anchor.until_xid),
        },
        order="deterministic",
    )


def _sign(message: bytes, private_key_pem: str) -> bytes:
    key = load_pem_private_key(private_key_pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the anchor key is an EC P-256 private key")
    return key.sign(message, ec.ECDSA(SHA256()))
