"""Each dossier's row, files, fees and decision against the fold of its events."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from dossiers.verification import money
from dossiers.verification.afterwards import AFTER, of_opinions_of_applicant, of_return
from dossiers.verification.folding import Dossier, Event, File, differs, fold
from dossiers.verification.journal import named
from dossiers.verification.report import Findings
from dossiers.verification.streams import histories
from dossiers.verification.tape import Row, Tape, rows
from portal.core import crypto

KIND = "dossiers"
COLUMNS = [
    "status",
    "applicant_id",
    "procedure_id",
    "revision_id",
    "receiving_agency_id",
    "competent_agency_id",
    "level",
    "channel",
    "filed_as",
    "reference",
    "number",
    "created_at",
    "submitted_at",
    "reception_due_at",
    "accepted_at",
    "original_due_at",
    "due_at",
    "calendar",
    "form_set",
    "paused_since",
    "settled_at",
    "returned_at",
    "holder_id",
    "lease_until",
    "offered_to_id",
    "step",
    "return_way",
    "way_back",
    "supplements",
    "extended_at",
    "forward_due_at",
    "forwarded_at",
    "competent_received_at",
    "consulted_agency_ids",
    "asked_agency_ids",
]
_IDS = [name for name in COLUMNS if name.endswith("_id")]
_LISTS = [name for name in COLUMNS if name.endswith("_ids")]
_CASTS = dict.fromkeys(_IDS, "::text") | dict.fromkeys(_LISTS, "::text[]")
_SELECTED = ", ".join(f"d.{name}{_CASTS.get(name, '')}" for name in COLUMNS)
EVENTS = """
    SELECT stream_id::text, body FROM event WHERE stream = 'dossier' ORDER BY event.stream_id, event.seq
"""
DOSSIERS = f"""
    SELECT d.id::text, coalesce(d.number, d.reference, ''), d.subject_id::text, d.manifest, k.wrapped,
           o.id IS NOT NULL, {_SELECTED}
    FROM dossier d
    LEFT JOIN subject_key k ON k.subject_id = d.subject_id
    LEFT JOIN offering o ON o.id = d.offering_id AND o.revision_id = d.revision_id
        AND o.agency_id = d.competent_agency_id AND o.procedure_id = d.procedure_id
    ORDER BY d.id
"""  # noqa: S608 - constants
FILES = """
    SELECT dossier_id::text, id::text, state, kind, size, encode(sha256, 'hex'), reason,
           sealed_at IS NOT NULL AND state <> 'replaced'
               AND requirement_key NOT IN ('result', 'message', 'reply', 'signature')
               AND left(requirement_key, 8) <> 'opinion-'
    FROM attachment ORDER BY attachment.dossier_id
"""
DECISIONS = """
    SELECT dossier_id::text, outcome, decided_by::text, decided_at, on_time, undone_at IS NOT NULL
    FROM decision
    ORDER BY decision.dossier_id
"""
DOCUMENTS = """
    SELECT dossier_id::text, kind, made_by_seq, encode(sha256, 'hex'), object_key FROM document
    ORDER BY document.dossier_id
"""
# The event that calls for a document.
CALLS = {
    "acknowledgement": ("dossier.submitted",),
    "form01": ("dossier.accepted",),
    "form02": ("dossier.supplement_asked",),
    "form03": ("dossier.refused", "dossier.rejected"),
    "form04": ("dossier.extended",),
    "form05": ("dossier.stopped",),
    "form06": ("dossier.delivered", "dossier.rejected", "dossier.stopped"),
    "hand_over": ("dossier.forwarded", "dossier.handed_over", "dossier.approved"),
    "receipt": ("dossier.fee_settled", "dossier.payment_received", "dossier.duty_met"),
    "result": ("dossier.approved",),
}


class _Beside(msgspec.Struct, frozen=True):
    """The rows of other tables that belong to one dossier."""

    files: list[Row]
    decisions: list[Row]
    documents: list[Row]
    fees: list[Row]
    entries: list[Row]
    payments: list[Row]
    receipts: list[Row]
    deliveries: list[Row]
    ratings: list[Row]
    complaints: list[Row]


def check(session: Session, found: Findings) -> None:
    """Fold every dossier's events and compare; streams that the journal shows broken are left out."""
    dossiers = Tape(rows(session, DOSSIERS, size=200))
    queries = (FILES, DECISIONS, DOCUMENTS, *money.QUERIES, *AFTER)
    beside = [Tape(rows(session, query)) for query in queries]
    count = 0
    for stream_id, events in histories(session, found, EVENTS):
        for passed in dossiers.before(stream_id):
            _unopened(passed, found)
        row: Row | None = next(iter(dossiers.take(stream_id)), None)
        taken = _Beside(*(tape.take(stream_id) for tape in beside))
        if row is None:
            continue  # the journal's check names it
        count += 1
        if not count % 10_000:
            found.progress(f"{KIND}: {count}")
        label = named("dossier", stream_id, row[1])
        folded = fold(events)
        for difference in _differences(session, row, folded, events, taken):
            found.bad(KIND, stream_id, f"{label}: {difference}")
            found.doubted.update(_doubted(folded, taken.files))
    for passed in dossiers.rest():
        _unopened(passed, found)
    found.end(KIND, count, f"{count}, each as its events lead to")


def _unopened(row: Row, found: Findings) -> None:
    if row[0] not in found.broken:
        found.bad(KIND, row[0], f"{named('dossier', row[0], row[1])}: no event opened it")


def _differences(
    session: Session, row: Row, folded: Dossier, events: list[Event], beside: _Beside
) -> Iterator[str]:
    if folded.problem:
        yield folded.problem
        return
    _, _, subject_id, manifest, wrapped, offered, *values = row
    kept = dict(zip(COLUMNS, values, strict=True))
    for name, expected in folded.columns.items():
        if differs(expected, kept[name]):
            yield f"column {name} is {_shown(kept[name])}, its events lead to {_shown(expected)}"
    if subject_id != (kept["applicant_id"] or row[0]):  # keyed at the counter: a key of its own
        yield "its personal data are sealed under another person than its applicant"
    if not offered:
        yield "its offering is not of its procedure, revision and agency"
    yield from _of_files(session, row[0], subject_id, manifest, wrapped, folded, beside.files)
    yield from money.differences(folded.money, beside.fees, beside.entries, beside.payments, beside.receipts)
    yield from _of_decision(folded, beside.decisions)
    yield from _of_documents(events, folded, beside.documents)
    yield from of_return(folded, beside.deliveries)
    yield from of_opinions_of_applicant(folded, beside.ratings, beside.complaints)


def _doubted(folded: Dossier, files: list[Row]) -> set[str]:
    """Files whose rows do not say what was checked."""
    told = folded.files
    return {row[1] for row in files if row[1] in told and (row[2], row[5]) != _said(told[row[1]], row)}


def _said(file: File, row: Row) -> tuple[str, str | None]:
    return file.state, row[5] if file.sha256 is None else file.sha256


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    return value.isoformat() if hasattr(value, "isoformat") else str(getattr(value, "at", value))


def _of_files(
    session: Session,
    dossier_id: str,
    subject_id: str,
    manifest: bytes | None,
    wrapped: bytes | None,
    folded: Dossier,
    files: list[Row],
) -> Iterator[str]:
    rows_by_id = {row[1]: row for row in files}
    for file_id, told in folded.files.items():
        row = rows_by_id.get(file_id)
        if row is None:
            yield f"file {file_id} has events and no row"
        elif row[2] != told.state:
            yield f"file {file_id} is {row[2]}, its events lead to {told.state}"
        elif told.sha256 is not None and row[3:6] != (told.kind, told.size, told.sha256):
            yield f"file {file_id}: kind, size or SHA-256 is not what was checked"
    if (manifest is None) != (folded.manifest is None):
        yield "is half filed: its manifest and its filing event do not agree"
    if folded.manifest is None:
        return
    sealed = sorted(row[5] or "" for row in files if row[7])
    if manifest is None or wrapped is None:  # an erased person's manifest opens for nobody
        if _digest(sealed) != folded.manifest:
            yield "its sealed files are not those that were filed"
        return
    try:
        lines = open_sealed(session, subject_id, wrapped, f"dossier.manifest|{dossier_id}", manifest)
    except crypto.Unreadable:
        yield "its sealed manifest does not open: it was altered or comes from another dossier"
        return
    if _digest(sorted(line["sha256"] for line in lines)) != folded.manifest:
        yield "its sealed manifest is not the one that was filed"
    for line in lines:
        row = rows_by_id.get(line["attachment_id"])
        if row is None:
            yield f"file {line['attachment_id']} was filed and has no row"
        elif row[5] != line["sha256"]:
            yield f"file {row[1]}: its row's SHA-256 is not the one that was filed"


def open_sealed(session: Session, subject_id: str, wrapped: bytes, aad: str, sealed: bytes) -> Any:
    """Open a sealed value with a key that came with the row; the key is forgotten again.

    Raises:
        Unreadable: it is not what was sealed there.
    """
    crypto.preload(session, UUID(subject_id), wrapped)
    try:
        return crypto.open_(session, UUID(subject_id), aad, sealed)
    finally:
        crypto.forget(session)


def _digest(hashes: list[str]) -> str:
    return hashlib.sha256(msgspec.json.encode(hashes)).hexdigest()


def _of_decision(folded: Dossier, every: list[Row]) -> Iterator[str]:
    decisions = [row for row in every if not row[5]]
    if len(every) - len(decisions) != folded.undone:
        yield f"{len(every) - len(decisions)} decisions are undone, its events undid {folded.undone}"
    if len(decisions) != (folded.decision is not None):
        yield "its decision has no event" if decisions else "its decision has no row"
    elif folded.decision is not None:
        kept = dict(zip(("outcome", "decided_by", "decided_at", "on_time"), decisions[0][1:5], strict=True))
        for name, value in kept.items():
            if differs(folded.decision[name], value):
                yield f"decision: {name} is {_shown(value)}, its event says {_shown(folded.decision[name])}"


def _of_documents(events: list[Event], folded: Dossier, documents: list[Row]) -> Iterator[str]:
    by_seq = {event.seq: event for event in events}
    hashes = {file.sha256 for file in folded.files.values()}
    for _, kind, seq, sha256, key in documents:
        event = by_seq.get(seq)
        if event is None or event.name not in CALLS[kind]:
            yield f"document {kind} was called for by no event ({seq})"
        elif kind == "result" and event.data.get("result") == "uploaded" and sha256 not in hashes:
            yield f"document {kind} ({key}) is not the file that was checked and approved"
