"""Dossiers' events beside the rows they lead to, stream by stream."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlmodel import Session

from dossiers.verification.folding import Event, differs
from dossiers.verification.journal import named
from dossiers.verification.report import Findings
from dossiers.verification.tape import Row, Tape, rows

_decode = msgspec.json.Decoder(Event).decode


def histories(session: Session, found: Findings, statement: str) -> Iterator[tuple[str, list[Event]]]:
    """The events a statement reads (stream_id, body), by stream; without streams the journal shows broken."""
    current, events = "", list[Event]()
    for stream_id, body in rows(session, statement):
        if stream_id in found.broken:
            continue
        if stream_id != current:
            if events:
                yield current, events
            current, events = stream_id, []
        events.append(_decode(body))
    if events:
        yield current, events


def beside(
    session: Session, found: Findings, kind: str, noun: str, events: str, table: str
) -> Iterator[tuple[str, list[Event], list[Row]]]:
    """Each stream's events with its rows of a table: (dossier_id, id, …), sorted by the first.

    A row of a stream without such events is reported as a `noun` that no event led to.
    """
    kept = Tape(rows(session, table))
    for stream_id, history in histories(session, found, events):
        for row in kept.before(stream_id):
            _unled(row, found, kind, noun)
        yield stream_id, history, kept.take(stream_id)
    for row in kept.rest():
        _unled(row, found, kind, noun)


def _unled(row: Row, found: Findings, kind: str, noun: str) -> None:
    if row[0] not in found.broken:
        found.bad(kind, row[0], f"{named('dossier', row[0], '')}, {noun} {row[1]}: no event led to it")


def compare(
    found: Findings,
    kind: str,
    noun: str,
    stream_id: str,
    kept: dict[str, dict[str, Any]],
    told: dict[str, dict[str, Any]],
) -> None:
    """Report every difference between rows and what the events tell of them, both by id."""
    for one in sorted(told.keys() | kept.keys()):
        for difference in _differences(kept.get(one), told.get(one)):
            found.bad(kind, stream_id, f"{named('dossier', stream_id, '')}, {noun} {one}: {difference}")


def _differences(kept: dict[str, Any] | None, told: dict[str, Any] | None) -> Iterator[str]:
    if kept is None:
        yield "it has events and no row"
    elif told is None:
        yield "no event led to it"
    else:
        for name, expected in told.items():
            if differs(expected, kept[name]):
                yield f"{name} is {kept[name]}, its events lead to {getattr(expected, 'at', expected)}"
