"""Each question to another agency, with its answer, against the events of its dossier."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlmodel import Session

from dossiers.verification.folding import Event, Near, differs
from dossiers.verification.journal import named
from dossiers.verification.report import Findings
from dossiers.verification.tape import Row, Tape, rows

KIND = "opinions"
EVENTS = """
    SELECT stream_id::text, body FROM event
    WHERE name IN ('dossier.consulted', 'dossier.opinion_given', 'dossier.opinion_revoked',
                   'dossier.approved', 'dossier.rejected', 'dossier.stopped')
    ORDER BY event.stream_id, event.seq
"""
QUESTIONS = """
    SELECT dossier_id::text, id::text, agency_id::text, asked_by::text, due_at, pauses, state, ballot,
           attachment_id::text, ended_by::text, ended_at
    FROM opinion ORDER BY opinion.dossier_id
"""
COLUMNS = (
    "agency_id", "asked_by", "due_at", "pauses", "state", "ballot", "attachment_id", "ended_by", "ended_at",
)  # fmt: skip
_decode = msgspec.json.Decoder(Event).decode
Told = dict[str, dict[str, Any]]


def fold(events: Sequence[Event]) -> Told:
    """The questions that a dossier's events lead to, by id. Pure."""
    told: Told = {}
    for event in events:
        data = event.data
        match event.name.removeprefix("dossier."):
            case "consulted":
                told[data["opinion_id"]] = dict.fromkeys(COLUMNS) | {
                    "agency_id": data["agency_id"],
                    "asked_by": event.actor_id,
                    "due_at": datetime.fromisoformat(data["answer_by"]),
                    "pauses": data["pauses"],
                    "state": "asked",
                }
            case "opinion_given":
                told.setdefault(data["opinion_id"], {}).update(
                    state="given",
                    ballot=data["ballot"],
                    attachment_id=data.get("attachment_id"),
                    ended_by=event.actor_id,
                    ended_at=Near(event.at),
                )
            case "opinion_revoked":
                told.setdefault(data["opinion_id"], {}).update(
                    state="revoked", ended_by=event.actor_id, ended_at=Near(event.at)
                )
            case "approved" | "rejected" | "stopped":
                for one in told.values():
                    if one["state"] == "asked":
                        one.update(state="lapsed", ended_at=Near(event.at))
    return told


def check(session: Session, found: Findings) -> None:
    """Compare every question with its events; streams that the journal shows broken are left out."""
    questions = Tape(rows(session, QUESTIONS))
    count = 0
    for stream_id, events in histories(session, found, EVENTS):
        for row in questions.before(stream_id):
            _unasked(row, found)
        kept = {row[1]: dict(zip(COLUMNS, row[2:], strict=True)) for row in questions.take(stream_id)}
        told = fold(events)
        count += len(told)
        for opinion_id in sorted(told.keys() | kept.keys()):
            for difference in _differences(kept.get(opinion_id), told.get(opinion_id)):
                label = named("dossier", stream_id, "")
                found.bad(KIND, stream_id, f"{label}, question {opinion_id}: {difference}")
    for row in questions.rest():
        _unasked(row, found)
    found.end(KIND, count, f"{count}, each as its events lead to")


def _unasked(row: Row, found: Findings) -> None:
    if row[0] not in found.broken:
        found.bad(KIND, row[0], f"{named('dossier', row[0], '')}, question {row[1]}: no event asked it")


def histories(session: Session, found: Findings, statement: str) -> Iterator[tuple[str, list[Event]]]:
    """The events a statement reads, dossier by dossier, without streams the journal shows broken."""
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


def _differences(kept: dict[str, Any] | None, told: dict[str, Any] | None) -> Iterator[str]:
    if kept is None:
        yield "it has events and no row"
    elif told is None:
        yield "no event asked it"
    else:
        for name, expected in told.items():
            if differs(expected, kept[name]):
                yield f"{name} is {kept[name]}, its events lead to {getattr(expected, 'at', expected)}"
