"""Every chain of the journal, from its first event to the head that its row keeps."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from sqlmodel import Session

from dossiers.verification.report import Findings
from dossiers.verification.tape import Row, Tape, rows
from portal.core.events import GENESIS, TAG

KIND = "journal"
EVENTS = """
    SELECT stream_id::text, seq, stream, name, actor_id::text, at, prev_hash, hash, body
    FROM event ORDER BY event.stream_id, event.seq
"""
HEADS = """
    SELECT h.id::text, seq, head, stream, label FROM (
        SELECT id, seq, head, 'dossier' AS stream, coalesce(number, reference, '') AS label FROM dossier
        UNION ALL SELECT id, seq, head, 'procedure', code FROM procedure
        UNION ALL SELECT id, seq, head, 'agency', code FROM agency
        UNION ALL SELECT id, seq, head, 'account', '' FROM account
        UNION ALL SELECT id, seq, head, 'downtime', '' FROM downtime
        UNION ALL SELECT id, seq, head, 'catalogue_import', kind FROM catalogue_import
    ) h ORDER BY h.id
"""
EVERY = 100_000  # events between two words of progress
_sha256 = hashlib.sha256


class _Start(msgspec.Struct):
    """How the canonical bytes of an event begin: what its columns repeat, in this order."""

    stream: str
    stream_id: str
    seq: int
    name: str
    actor_id: str | None
    at: datetime


_encode = msgspec.json.Encoder().encode


def check(session: Session, found: Findings) -> None:
    """Each stream gap-free, each event's bytes as hashed and as its columns say, each head in its row."""
    heads = Tape(rows(session, HEADS))
    count = streams = 0
    for stream_id, stream, last, head, first_wrong, n in _streams(session, found):
        streams += 1
        count += n
        for passed in heads.before(stream_id):
            _without_events(passed, found)
        row: Row | None = next(iter(heads.take(stream_id)), None)
        wrong = first_wrong
        if row is None:
            wrong = wrong or f"it has {n} events and no row: the row was removed"
        elif wrong is None and row[1] > last:
            wrong = (
                f"{_events(last + 1, row[1])} cut off its end: its row is at {row[1]}, the journal at {last}"
            )
        elif wrong is None and row[1] < last:
            wrong = f"its row says version {row[1]}, its events go to {last}"
        elif wrong is None and row[2] != head:
            wrong = f"the head its row keeps is not the hash of event {last}"
        if wrong is not None:
            found.broken.add(stream_id)
            found.bad(KIND, stream_id, f"{named(stream, stream_id, row[4] if row else None)}: {wrong}")
    for passed in heads.rest():
        _without_events(passed, found)
    future = session.connection().exec_driver_sql("SELECT count(*) FROM event WHERE xid >= journal_end()")
    if ahead := future.scalar_one():
        found.bad(KIND, "", f"{ahead} events bear transaction numbers that this database has not reached")
    found.end(KIND, count, f"{count} events in {streams} streams, every hash holds")


def named(stream: str, stream_id: str, label: str | None) -> str:
    """A stream as a line calls it: its kind, the number people know, its id."""
    return f"{stream} {label} ({stream_id})" if label else f"{stream} {stream_id}"


def _events(first: int, last: int) -> str:
    return f"event {first} was" if first == last else f"events {first} to {last} were"


def _without_events(row: Row, found: Findings) -> None:
    stream_id, seq, head, stream, label = row
    if seq or head is not None:
        found.broken.add(stream_id)
        what = f"{_events(1, seq)} removed: its row is at {seq}, the journal has none"
        found.bad(KIND, stream_id, f"{named(stream, stream_id, label)}: {what}")


def _streams(session: Session, found: Findings) -> Iterator[tuple[str, str, int, bytes, str | None, int]]:
    """(id, kind, last seq, last hash, what is wrong first, number of events) of each stream."""
    current, kind, last, head, wrong, n = "", "", 0, GENESIS, None, 0
    for read, row in enumerate(rows(session, EVENTS), 1):
        stream_id, seq, stream, name, actor_id, at, prev, after, body = row
        if stream_id != current:
            if current:
                yield current, kind, last, head, wrong, n
            current, kind, last, head, wrong, n = stream_id, stream, 0, GENESIS, None, 0
        if not read % EVERY:
            found.progress(f"{KIND}: {read} events")
        n += 1
        if not (
            seq == last + 1
            and prev == head
            and after == _sha256(TAG + prev + body).digest()
            and body.startswith(_encode(_Start(stream, stream_id, seq, name, actor_id, at))[:-1])
        ):
            wrong = wrong or _difference(row, last, head)
        last, head = seq, after
    if current:
        yield current, kind, last, head, wrong, n


def _difference(row: Row, last: int, head: bytes) -> str:
    """In words, what is wrong with an event that follows event `last`."""
    _, seq, stream, name, actor_id, at, prev, after, body = row
    if seq != last + 1:
        return f"{_events(last + 1, seq - 1)} removed"
    try:
        told: dict[str, Any] = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = {}
    if not isinstance(told, dict) or not told:
        return f"event {seq} ({name}) was edited: its bytes are no event"
    if told.get("seq") != seq and isinstance(told.get("seq"), int):
        return f"its events were reordered: at place {seq} stands event {told['seq']}"
    if after != _sha256(TAG + prev + body).digest():
        return f"event {seq} ({name}) was edited: its bytes do not give its hash"
    if prev != head:
        return f"event {seq} ({name}) does not follow event {last}: one of the two was replaced"
    columns = {
        "stream": stream,
        "stream_id": row[0],
        "name": name,
        "actor_id": actor_id,
        "at": msgspec.to_builtins(at),
    }
    off = sorted(key for key, value in columns.items() if told.get(key) != value)
    return f"event {seq}: column {', '.join(off) or 'order'} is not what its signed bytes say"
