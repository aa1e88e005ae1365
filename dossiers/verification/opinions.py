"""Each question to another agency, with its answer, against the events of its dossier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from dossiers.verification.folding import Event, Near
from dossiers.verification.report import Findings
from dossiers.verification.streams import beside, compare

KIND, NOUN = "opinions", "question"
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
    count = 0
    for stream_id, events, lines in beside(session, found, KIND, NOUN, EVENTS, QUESTIONS):
        kept = {row[1]: dict(zip(COLUMNS, row[2:], strict=True)) for row in lines}
        told = fold(events)
        count += len(told)
        compare(found, KIND, NOUN, stream_id, kept, told)
    found.end(KIND, count, f"{count}, each as its events lead to")
