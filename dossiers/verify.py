"""`portal verify`: the journal, the state, the files and the figures, checked against each other.

Invariants I1–I3, I5–I8, I10, I11 of the house's fault model; each finding names what differs.
"""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlmodel import Session

from dossiers.models import Attachment, Document, Dossier
from dossiers.rollups import recount
from dossiers.workflow import Status
from portal.core import anchors, crypto
from portal.core.events import GENESIS, TAG, Event
from portal.core.settings import Settings
from portal.core.storage import Storage

D = Dossier.__table__  # type: ignore[attr-defined]
E = Event.__table__  # type: ignore[attr-defined]
STREAMS = ("dossier", "procedure", "agency", "account")

# What each event leaves the dossier in; events that are not named leave the state alone.
LEAVES: dict[str, Status] = {
    "dossier.opened": Status.DRAFT,
    "dossier.submitted": Status.SUBMITTED,
    "dossier.accepted": Status.ACCEPTED,
    "dossier.refused": Status.REFUSED,
    "dossier.claimed": Status.PROCESSING,
    "dossier.approved": Status.SETTLED,
    "dossier.rejected": Status.STOPPED,
    "dossier.delivered": Status.RETURNED,
}


class Findings(msgspec.Struct):
    """Lines to read, and whether nothing differs."""

    lines: list[str]
    green: bool = True

    def good(self, line: str) -> None:
        self.lines.append(f"✓ {line}")

    def bad(self, line: str) -> None:
        self.lines.append(f"✗ {line}")
        self.green = False


def run(session: Session, storage: Storage | None, settings: Settings) -> Findings:
    """Check everything, as motcua_worker; `storage` None leaves the files' bytes out."""
    found = Findings([])
    session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    _chains(session, found)
    _dossiers(session, found)
    _keys(session, found)
    _figures(session, found)
    _roots(session, settings, found)
    if storage is not None:
        _files(session, storage, found)
    return found


def _chains(session: Session, found: Findings) -> None:
    """Every stream: gap-free, each hash right, the row's version and head equal to the last event."""
    rows = session.execute(
        sa.select(E.c.stream_id, E.c.seq, E.c.stream, E.c.prev_hash, E.c.hash, E.c.body)
        .order_by(E.c.stream_id, E.c.seq)
        .execution_options(yield_per=5000)
    )
    heads: dict[UUID, tuple[str, int, bytes]] = {}
    count, broken = 0, 0
    for row in rows:
        count += 1
        _, seq, head = heads.get(row.stream_id, (row.stream, 0, GENESIS))
        body = msgspec.json.decode(row.body)
        right = (
            row.seq == seq + 1
            and row.prev_hash == head
            and row.hash == hashlib.sha256(TAG + row.prev_hash + row.body).digest()
            and (body["stream_id"], body["seq"]) == (str(row.stream_id), row.seq)
        )
        if not right:
            broken += 1
            found.bad(f"journal: {row.stream} {row.stream_id} breaks at event {row.seq}")
        heads[row.stream_id] = (row.stream, row.seq, row.hash)
    for stream_id, problem in _behind(session, heads):
        broken += 1
        found.bad(f"journal: {problem} {stream_id} does not end where its row says")
    if not broken:
        found.good(f"journal: {count} events in {len(heads)} streams, every hash holds")


def _behind(session: Session, heads: dict[UUID, tuple[str, int, bytes]]) -> Iterator[tuple[UUID, str]]:
    """Rows whose version or head is not the last event's."""
    for stream in STREAMS:
        for row in session.execute(sa.text(f"SELECT id, seq, head FROM {stream}")):  # noqa: S608 - constants
            _, seq, head = heads.get(row.id, (stream, 0, None))
            if (row.seq, row.head and bytes(row.head)) != (seq, head):
                yield row.id, stream


def _dossiers(session: Session, found: Findings) -> None:
    """State = fold of events; what was filed has a reference, a manifest and one filing event."""
    wrong, count = 0, 0
    names: dict[UUID, list[str]] = {}
    for row in session.execute(
        sa.select(E.c.stream_id, E.c.name).where(E.c.stream == "dossier").order_by(E.c.stream_id, E.c.seq)
    ):
        names.setdefault(row.stream_id, []).append(row.name)
    for row in session.execute(
        sa.select(D.c.id, D.c.status, D.c.reference, D.c.number, D.c.manifest, D.c.submitted_at)
    ):
        count += 1
        past = names.get(row.id, [])
        problem = _wrong_with(row, past)
        if problem:
            wrong += 1
            found.bad(f"dossier {row.id}: {problem}")
    if not wrong:
        found.good(f"dossiers: {count}, each in the state its events lead to")


def _wrong_with(row: Any, past: list[str]) -> str | None:
    folded = Status.DRAFT
    for name in past:
        folded = LEAVES.get(name, folded)
    filed = past.count("dossier.submitted")
    if not past or past[0] != "dossier.opened":
        return "has no opening event"
    if row.status != folded:
        return f"is {row.status}, its events lead to {folded}"
    if filed > 1 or past.count("dossier.accepted") > 1:
        return "was filed or accepted twice"
    if (filed == 1) != (
        row.reference is not None and row.manifest is not None and row.submitted_at is not None
    ):
        return "is half filed: reference, manifest and event do not agree"
    if ("dossier.accepted" in past) != (row.number is not None):
        return "number and acceptance do not agree"
    return None


def _keys(session: Session, found: Findings) -> None:
    """One client submission is one dossier; one number, one dossier (the constraints must be there)."""
    doubled = session.execute(
        sa.text(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM dossier GROUP BY applicant_id, submission_id HAVING count(*) > 1
                UNION ALL
                SELECT 1 FROM dossier WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1
                UNION ALL
                SELECT 1 FROM dossier WHERE reference IS NOT NULL GROUP BY reference HAVING count(*) > 1
            ) doubled
            """
        )
    ).scalar_one()
    stray = session.execute(
        sa.text(
            """
            SELECT count(*) FROM idempotency i
            WHERE NOT EXISTS (SELECT 1 FROM dossier d WHERE d.id = i.resource)
              AND NOT EXISTS (SELECT 1 FROM procedure p WHERE p.id = i.resource)
            """
        )
    ).scalar_one()
    if doubled:
        found.bad(f"keys: {doubled} dossiers are doubled")
    if stray:
        found.bad(f"keys: {stray} idempotency keys name nothing")
    if not doubled and not stray:
        found.good("keys: nothing doubled")


def _figures(session: Session, found: Findings) -> None:
    """The published counts equal a recount from raw events."""
    result = recount(session)
    if result.differences:
        found.bad(f"figures: {result.differences} rows differ, such as {'; '.join(result.examples[:3])}")
    else:
        found.good(f"figures: rollups and tail equal a recount of {result.events} events")


def _roots(session: Session, settings: Settings, found: Findings) -> None:
    """Every signed root still matches the events it covers."""
    key = load_pem_private_key(settings.anchor_key.get_secret_value().encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    public = key.public_key()
    table = anchors.Anchor.__table__  # type: ignore[attr-defined]
    count, wrong, previous = 0, 0, b"\0" * 32
    for row in session.execute(sa.select(table).order_by(table.c.id)):
        anchor = anchors.Anchor(**row._mapping)
        count += 1
        leaves = anchors.leaves(session, int(anchor.from_xid), int(anchor.until_xid))
        right = anchors.merkle_root(leaves) == anchor.root and anchor.prev_root == previous
        try:
            public.verify(anchor.signature, anchors.statement(anchor), ec.ECDSA(SHA256()))
        except InvalidSignature:
            right = False
        if not right:
            wrong += 1
            found.bad(f"roots: root {anchor.id} of {anchor.at:%Y-%m-%d %H:%M} does not match its events")
        previous = anchor.root
    if not wrong:
        where = " (kept on this same machine: the demo's anchor proves little)" if settings.demo else ""
        found.good(f"roots: {count} signed roots hold{where}")


def _files(session: Session, storage: Storage, found: Findings) -> None:
    """Every file of a filed manifest and every document is in the store with the same SHA-256."""
    wanted: dict[str, str] = {}
    table = Attachment.__table__  # type: ignore[attr-defined]
    kept = {
        row.id: row
        for row in session.execute(
            sa.select(table.c.id, table.c.object_key, table.c.sha256, table.c.sealed_at)
        )
    }
    wrong = 0
    for row in session.execute(
        sa.select(D.c.id, D.c.subject_id, D.c.manifest).where(D.c.manifest.is_not(None))
    ):
        lines = crypto.open_(session, row.subject_id, f"dossier.manifest|{row.id}", row.manifest)
        for line in lines:
            file = kept.get(UUID(line["attachment_id"]))
            if file is None or file.sha256 is None or bytes(file.sha256).hex() != line["sha256"]:
                wrong += 1
                found.bad(f"files: dossier {row.id} lists a file that its row does not match")
            else:
                wanted[file.object_key] = line["sha256"]
    papers = Document.__table__  # type: ignore[attr-defined]
    for row in session.execute(sa.select(papers.c.object_key, papers.c.sha256)):
        wanted[row.object_key] = bytes(row.sha256).hex()
    for key, digest in wanted.items():
        if _digest(storage, key) != digest:
            wrong += 1
            found.bad(f"files: object {key} is missing or was altered")
    if not wrong:
        found.good(f"files: {len(wanted)} objects are in the store, unchanged")


def _digest(storage: Storage, key: str) -> str | None:
    """The SHA-256 of an object; None when it is not there."""
    if storage.stat(key) is None:
        return None
    whole = hashlib.sha256()
    with storage.open(key) as chunks:
        for chunk in chunks:
            whole.update(chunk)
    return whole.hexdigest()
