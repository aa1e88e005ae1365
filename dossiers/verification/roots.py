"""The signed roots: over the journal as it is, each after the last, and as the second place keeps them."""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

import msgspec
import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from sqlmodel import Session

from dossiers.verification.report import LATE, Findings
from dossiers.verification.tape import Tape, rows
from portal.core import anchors
from portal.core.anchors import LEAF_BYTES, Anchor, Tree
from portal.core.settings import Settings
from portal.core.storage import ObjectMissing, Storage

KIND = "roots"
_A = Anchor.__table__  # type: ignore[attr-defined]
LEAVES = """
    SELECT a.id, uuid_send(e.stream_id) || int8send(e.seq) || e.hash
    FROM anchor a JOIN event e
      ON e.xid >= a.from_xid::text::xid8 AND e.xid < a.until_xid::text::xid8
    ORDER BY a.id, e.stream_id, e.seq
"""


def check(session: Session, storage: Storage | None, settings: Settings, found: Findings) -> None:
    """Each root signed with the anchor key, made of the events as they stand, linked to the one before."""
    key = anchors.public_key(settings.anchor_key.get_secret_value())
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))  # a window is a small part of the index
    tape = Tape(rows(session, LEAVES))
    previous, until, count = b"\0" * 32, 0, 0
    for row in session.execute(sa.select(_A).order_by(_A.c.id), execution_options={"yield_per": 1000}):
        anchor = Anchor(**row._mapping)
        count += 1
        if not count % 1000:
            found.progress(f"{KIND}: {count}")
        if (anchor.prev_root, int(anchor.from_xid)) != (previous, until):
            found.bad(
                KIND, str(anchor.id), f"{named(anchor)} does not follow the one before: a root was removed"
            )
        previous, until = anchor.root, int(anchor.until_xid)
        if not signed(anchor, key):
            what = f"{named(anchor)} is not signed with the portal's anchor key"
            found.bad(KIND, str(anchor.id), what)
        tree, touched = Tree(), False
        for _, leaf in tape.take(anchor.id):  # type: ignore[arg-type]
            tree.add(leaf)
            touched = touched or str(UUID(bytes=leaf[:16])) in found.broken
        if tree.root() != anchor.root:
            _explain(session, storage, settings, anchor, tree.count, touched, found)
    session.execute(sa.text("SET LOCAL enable_seqscan = on"))
    _unsigned(session, until, found)
    kept = _second_place(session, storage, settings, found) if storage is not None else None
    where = "" if kept is None else f", {kept} of them in {settings.anchor_bucket} too"
    same = " (on this same machine: the demo's second place proves little)" if settings.demo else ""
    found.end(KIND, count, f"{count} signed roots hold{where}{same}")


def named(anchor: Anchor) -> str:
    """A root as a line calls it."""
    return f"root {anchor.id} of {anchor.at:%Y-%m-%d %H:%M:%S} UTC"


def signed(anchor: Anchor, key: ec.EllipticCurvePublicKey) -> bool:
    """Whether the portal's key signed exactly this."""
    try:
        key.verify(anchor.signature, anchors.statement(anchor), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _explain(
    session: Session,
    storage: Storage | None,
    settings: Settings,
    anchor: Anchor,
    now_there: int,
    touched: bool,
    found: Findings,
) -> None:
    """Name the events that are not what the root signed, by the leaves kept beside it."""
    signed_leaves = _kept_leaves(storage, settings, anchor)
    what = f"{named(anchor)} signed {anchor.count} events; {now_there} are there"
    if signed_leaves is None:
        if touched or (found.broken and now_there < anchor.count):
            found.note(KIND, f"{what}, and it does not match: this follows from what the journal shows above")
        else:
            found.bad(KIND, str(anchor.id), f"{what}, and they are not those it signed")
        return
    present = anchors.leaves(session, int(anchor.from_xid), int(anchor.until_xid))
    for stream_id, seq, difference in _compare(signed_leaves, present):
        if stream_id in found.broken:
            continue
        found.broken.add(stream_id)
        what = f"event {seq} of stream {stream_id} {difference} after {named(anchor)} was signed"
        found.bad(KIND, stream_id, what)
    if found.broken:
        found.note(KIND, f"{named(anchor)} does not match: this follows from what is named above")


def _compare(signed_ones: bytes, present: Iterator[bytes]) -> Iterator[tuple[str, int, str]]:
    """(stream id, seq, what happened to it), from two sorted runs of leaves."""
    step = LEAF_BYTES
    left = iter(signed_ones[n : n + step] for n in range(0, len(signed_ones), step))
    one, other = next(left, None), next(present, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[:24] < other[:24]):
            assert one is not None
            yield *_place(one), "was removed"
            one = next(left, None)
        elif one is None or other[:24] < one[:24]:
            yield *_place(other), "was added"
            other = next(present, None)
        else:
            if one != other:
                yield *_place(one), "was changed"
            one, other = next(left, None), next(present, None)


def _place(leaf: bytes) -> tuple[str, int]:
    return str(UUID(bytes=leaf[:16])), int.from_bytes(leaf[16:24], "big")


def _kept_leaves(storage: Storage | None, settings: Settings, anchor: Anchor) -> bytes | None:
    """The leaves the second place keeps, when they give the signed root."""
    if storage is None:
        return None
    try:
        kept = storage.get_bytes(anchors.place(anchor, "leaves"), bucket=settings.anchor_bucket)
    except ObjectMissing:
        return None
    tree = Tree()
    for start in range(0, len(kept), LEAF_BYTES):
        tree.add(kept[start : start + LEAF_BYTES])
    return kept if tree.root() == anchor.root else None


def _unsigned(session: Session, until: int, found: Findings) -> None:
    """Say how many events wait for a root longer than they should; nobody signed for them yet."""
    count = session.execute(
        sa.text("SELECT count(*) FROM event WHERE xid >= CAST(:until AS text)::xid8 AND at < :before"),
        {"until": str(until), "before": found.at - LATE},
    ).scalar_one()
    if count:
        found.note(KIND, f"{count} events are under no root yet: `portal background` signs every two minutes")


def _second_place(session: Session, storage: Storage, settings: Settings, found: Findings) -> int:
    """Compare the roots in the bucket with the database's rows; returns how many agree."""
    seen: set[int] = set()
    agree = 0
    objects = (
        one
        for one in storage.listing(anchors.PREFIX, bucket=settings.anchor_bucket)
        if one.key.endswith(".json")
    )
    while page := list(islice(objects, 500)):
        ids = [int(one.key.rsplit("/", 1)[1].removesuffix(".json")) for one in page]
        known = {
            row.id: Anchor(**row._mapping) for row in session.execute(sa.select(_A).where(_A.c.id.in_(ids)))
        }
        for one, number in zip(page, ids, strict=True):
            seen.add(number)
            anchor = known.get(number)
            if anchor is None:
                what = f"root {number} stands in {settings.anchor_bucket}; its row here was removed"
                found.bad(KIND, str(number), what)
                continue
            kept = storage.get_bytes(one.key, bucket=settings.anchor_bucket)
            if one.key != anchors.place(anchor) or msgspec.json.decode(kept) != msgspec.json.decode(
                anchors.record(anchor)
            ):
                what = f"{named(anchor)} is not the one that {settings.anchor_bucket} keeps"
                found.bad(KIND, str(number), what)
            else:
                agree += 1
    last = anchors.newest(session)
    for row in session.execute(sa.select(_A.c.id, _A.c.at).order_by(_A.c.id)):
        young = last is not None and row.id == last.id and row.at > found.at - LATE
        if row.id not in seen and not young:
            what = f"root {row.id} of {row.at:%Y-%m-%d %H:%M:%S} UTC is missing from {settings.anchor_bucket}"
            found.bad(KIND, str(row.id), what)
    return agree
