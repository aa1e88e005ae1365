"""Signed roots over the journal, kept in a second place, so that a lost tail shows (decision 4).

A chain of hashes alone does not show that a whole stream, or its end, was taken away. Every few
minutes a Merkle root over the hashes committed since the last root is signed; once that is
committed, it is written to a bucket of its own, under object lock where the store has it. The
leaves it was made of are written beside it, so that a difference can be named to the event.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from portal.core.clock import now
from portal.core.db import Instant
from portal.core.failpoints import failpoint
from portal.core.storage import Storage

_LOCK = 0x6D6F7463_01  # advisory lock of the anchoring job
LEAF_BYTES = 16 + 8 + 32  # stream id, sequence, hash
MAX_LEAVES = 500_000  # a root over more (a bulk load) is kept without its leaves
PREFIX = "roots/"
KEPT_DAYS = 3653  # a root in the second place resists removal that long, even by its owner


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


class Tree:
    """The RFC 6962 root of leaves that come one by one (leaf tag 0x00, node tag 0x01)."""

    def __init__(self) -> None:
        self.count = 0
        self._peaks: list[tuple[int, bytes]] = []  # (height, hash), highest first

    def add(self, leaf: bytes) -> None:
        """Take in the next leaf."""
        node, height = hashlib.sha256(b"\0" + leaf).digest(), 0
        while self._peaks and self._peaks[-1][0] == height:
            node, height = hashlib.sha256(b"\1" + self._peaks.pop()[1] + node).digest(), height + 1
        self._peaks.append((height, node))
        self.count += 1

    def root(self) -> bytes:
        """The root so far; of no leaves, SHA-256 of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node


def path(leaves: Sequence[bytes], index: int) -> list[str]:
    """The way from a leaf to the root: each sibling in hex, after L or R for its side."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    way = []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            way.append(("L" if beside < index else "R") + level[beside].hex())
        pairs = [level[n : n + 2] for n in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\1" + b"".join(pair)).digest() if pair[1:] else pair[0] for pair in pairs]
        index //= 2
    return way


_WINDOW = sa.text(
    """
    SELECT uuid_send(stream_id) || int8send(seq) || hash AS leaf FROM event
    WHERE xid >= CAST(:since AS text)::xid8 AND xid < CAST(:until AS text)::xid8
    ORDER BY stream_id, seq
    """
)


def leaves(session: Session, since: int, until: int) -> Iterator[bytes]:
    """The leaves of a window of transactions: stream, sequence and hash of each event, in order."""
    rows = session.execute(
        _WINDOW, {"since": str(since), "until": str(until)}, execution_options={"yield_per": 5000}
    )
    return (bytes(row.leaf) for row in rows)


def anchor_once(session: Session, private_key_pem: str) -> Anchor | None:
    """Sign a root over what was committed since the last; None when nothing was, or another runs.

    Call `publish` before it, so that every root but the newest is in the second place, and after
    its commit.
    """
    if not session.execute(sa.text("SELECT pg_try_advisory_xact_lock(:k)"), {"k": _LOCK}).scalar_one():
        return None
    last = newest(session)
    since = int(last.until_xid) if last else 0
    until = int(session.execute(sa.text("SELECT journal_horizon()::text")).scalar_one())
    tree = Tree()
    for leaf in leaves(session, since, until):
        tree.add(leaf)
    if not tree.count:
        return None
    failpoint("anchors.before_sign")
    anchor = Anchor(
        at=now(),
        from_xid=since,
        until_xid=until,
        count=tree.count,
        root=tree.root(),
        prev_root=last.root if last else b"\0" * 32,
        signature=b"",
    )
    anchor.signature = sign(statement(anchor), private_key_pem)
    session.add(anchor)
    session.flush()
    return anchor


def newest(session: Session) -> Anchor | None:
    """The last signed root."""
    table = Anchor.__table__  # type: ignore[attr-defined]
    row = session.execute(sa.select(table).order_by(table.c.id.desc()).limit(1)).one_or_none()
    return Anchor(**row._mapping) if row else None


def publish(session: Session, storage: Storage, bucket: str) -> bool:
    """Write the newest committed root, with its leaves, to the second place unless it is there.

    A crash after the commit leaves it to the next round; what is there is never written over.
    """
    anchor = newest(session)
    if anchor is None or storage.stat(place(anchor), bucket=bucket) is not None:
        return False
    if anchor.count <= MAX_LEAVES:
        found = b"".join(leaves(session, int(anchor.from_xid), int(anchor.until_xid)))
        storage.put_bytes(
            place(anchor, "leaves"), found, "application/octet-stream", bucket=bucket, days=KEPT_DAYS
        )
    failpoint("anchors.before_root")
    storage.put_bytes(place(anchor), record(anchor), "application/json", bucket=bucket, days=KEPT_DAYS)
    return True


def place(anchor: Anchor, kind: str = "json") -> str:
    """The key of the root in the second place: keys sort as the roots were made."""
    return f"{PREFIX}{anchor.at:%Y/%m/%d}/{anchor.id:012d}.{kind}"


def record(anchor: Anchor) -> bytes:
    """The signed statement with its signature, as it is kept and published."""
    told = msgspec.json.decode(statement(anchor))
    return msgspec.json.encode({**told, "signature": anchor.signature.hex()})


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


def sign(message: bytes, private_key_pem: str) -> bytes:
    """An ECDSA P-256 signature (DER) over the message."""
    return _private(private_key_pem).sign(message, ec.ECDSA(SHA256()))


def public_key(private_key_pem: str) -> ec.EllipticCurvePublicKey:
    """The key that anyone may check the roots with."""
    return _private(private_key_pem).public_key()


def public_key_pem(private_key_pem: str) -> str:
    """The same as PEM, as it is published."""
    pem = public_key(private_key_pem).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def _private(pem: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the anchor key is an EC P-256 private key")
    return key
