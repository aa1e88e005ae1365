"""The journal as a file that anyone can check without the portal: `script/verify-journal`.

JSON lines: a head; every signed root; every event that a root covers, by stream and sequence, as
the canonical bytes that were hashed; an end with the digest of all lines before it, signed. It
holds ids, codes and instants; personal values stand in the journal as salted digests only. What
was written after the newest root follows in the next export.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from dossiers.verification.report import Progress
from dossiers.verification.tape import Row, rows
from portal.core import anchors, receipts
from portal.core.anchors import Anchor
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.settings import Settings

VERSION = 1
EVENTS = """
    SELECT stream_id::text, seq, prev_hash, hash, body, xid::text FROM event
    WHERE xid < %s::text::xid8 AND (%s::uuid IS NULL OR stream_id = %s::uuid)
    ORDER BY event.stream_id, event.seq
"""
_A = Anchor.__table__  # type: ignore[attr-defined]


class NothingSigned(NotFound):
    """No root covers what is asked for yet; the next is signed within two minutes."""

    title = "Chưa có gốc nào được ký"


class _Lines:
    """Lines written, counted into a digest."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.digest = hashlib.sha256()

    def add(self, kind: str, **values: Any) -> None:
        line = msgspec.json.encode({"kind": kind, **values}) + b"\n"
        self.digest.update(line)
        self._out.write(line)


def write(
    session: Session, out: BinaryIO, settings: Settings, *, receipt: str = "", progress: Progress
) -> int:
    """Write the export; with a receipt, only its dossier, each event with its path to a signed root.

    Returns the number of events. The session is fresh, as motcua_worker; it is rolled back.

    Raises:
        NothingSigned: no root covers it yet.
        NotFound: the receipt names no event.
    """
    session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    session.execute(sa.text("SET LOCAL statement_timeout = 0"))
    session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    newest = anchors.newest(session)
    if newest is None:
        raise NothingSigned("Chờ hai phút rồi xuất lại.")
    until, lines = str(int(newest.until_xid)), _Lines(out)
    only = _stream_of(session, receipt) if receipt else None
    found = rows(session, EVENTS, [until, only, only])
    count = 0
    lines.add(
        "head", version=VERSION, portal=settings.public_url, at=now(), until_xid=until, whole=only is None
    )
    if only is None:
        for anchor in _roots(session):
            _add_root(lines, anchor)
        for count, row in enumerate(found, 1):
            lines.add("event", **_event(row))
            if not count % 100_000:
                progress(f"export: {count} events")
    else:
        count = _with_paths(session, lines, list(found))
    digest = lines.digest.hexdigest()
    signature = anchors.sign(_signed(digest), settings.anchor_key.get_secret_value()).hex()
    lines.add("end", events=count, sha256=digest, signature=signature)
    session.rollback()
    return count


def _signed(digest: str) -> bytes:
    return b"motcua/export/1\n" + digest.encode()


def _roots(session: Session) -> Iterator[Anchor]:
    for row in session.execute(sa.select(_A).order_by(_A.c.id), execution_options={"yield_per": 1000}):
        yield Anchor(**row._mapping)


def _add_root(lines: _Lines, anchor: Anchor) -> None:
    lines.add(
        "root",
        id=anchor.id,
        statement=msgspec.json.decode(anchors.statement(anchor)),
        signature=anchor.signature.hex(),
    )


def _event(row: Row) -> dict[str, Any]:
    _, _, prev, after, body, xid = row
    return {"xid": int(xid), "prev": prev.hex(), "hash": after.hex(), "body": body.decode()}


def _stream_of(session: Session, receipt: str) -> str:
    told = receipts.parse(receipt)
    stream_id = (
        told
        and session.execute(
            sa.text("SELECT id::text FROM dossier WHERE reference = :reference"), {"reference": told[0]}
        ).scalar_one_or_none()
    )
    if not stream_id:
        raise NotFound("Không có hồ sơ nào mang mã biên nhận này.")
    return str(stream_id)


def _with_paths(session: Session, lines: _Lines, found: list[Row]) -> int:
    """The dossier's events, each with its root and the way there."""
    covering: dict[int, tuple[Anchor, list[bytes]]] = {}
    for row in found:
        anchor = _root_over(session, row[5])
        if anchor.id not in covering:
            window = anchors.leaves(session, int(anchor.from_xid), int(anchor.until_xid))
            covering[anchor.id] = (anchor, list(window))  # type: ignore[index]
            _add_root(lines, anchor)
    for row in found:
        anchor, leaves = covering[_root_over(session, row[5]).id]  # type: ignore[index]
        leaf = UUID(row[0]).bytes + row[1].to_bytes(8, "big") + row[3]
        lines.add("event", **_event(row), root=anchor.id, path=anchors.path(leaves, leaves.index(leaf)))
    return len(found)


def _root_over(session: Session, xid: str) -> Anchor:
    row = session.execute(
        sa.select(_A).where(_A.c.from_xid <= int(xid), _A.c.until_xid > int(xid)).order_by(_A.c.id).limit(1)
    ).one()
    return Anchor(**row._mapping)
