"""Each request to supplement, with its items, against the events of its dossier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from dossiers.verification.folding import Event
from dossiers.verification.report import Findings
from dossiers.verification.streams import beside, compare

KIND, NOUN = "supplements", "request"
EVENTS = """
    SELECT stream_id::text, body FROM event
    WHERE name IN ('dossier.supplement_asked', 'dossier.supplemented', 'dossier.supplement_revoked',
                   'dossier.kept', 'dossier.stopped')
    ORDER BY event.stream_id, event.seq
"""
REQUESTS = """
    SELECT s.dossier_id::text, s.id::text, s.number, s.stage, s.ground, s.asked_by::text, s.due_at, s.state,
           coalesce((SELECT array_agg(i.kind || ':' || i.key || ':' || i.reason ORDER BY i.kind, i.key)
                     FROM supplement_item i
                     WHERE i.supplement_id = s.id AND i.dossier_id = s.dossier_id), '{}')
    FROM supplement s ORDER BY s.dossier_id, s.number
"""
COLUMNS = ("number", "stage", "ground", "asked_by", "due_at", "state", "items")
Told = dict[str, dict[str, Any]]


def fold(events: Sequence[Event]) -> Told:
    """The requests that a dossier's events lead to, by id. Pure."""
    told: Told = {}
    open_: dict[str, Any] = {}
    for event in events:
        data = event.data
        match event.name.removeprefix("dossier."):
            case "supplement_asked":
                items = sorted(f"{one['kind']}:{one['key']}:{one['reason']}" for one in data["items"])
                open_ = {
                    "number": data["number"],
                    "stage": data["stage"],
                    "ground": data.get("ground"),
                    "asked_by": event.actor_id,
                    "due_at": _instant(data.get("supply_by")),
                    "state": "open",
                    "items": items,
                }
                told[data["supplement_id"]] = open_
            case "supplemented":
                told.get(data["supplement_id"], {})["state"] = "answered"
                open_ = {}
            case "supplement_revoked":
                told.get(data["supplement_id"], {})["state"] = "revoked"
                open_ = {}
            case "kept" if "supplement_due_at" in data:
                open_["due_at"] = _instant(data["supplement_due_at"])
            case "stopped":
                open_["state"] = "lapsed" if data["cause"] == "supplement_lapsed" else "revoked"
                open_ = {}
    return told


def check(session: Session, found: Findings) -> None:
    """Compare every request with its events; streams that the journal shows broken are left out."""
    count = 0
    for stream_id, events, lines in beside(session, found, KIND, NOUN, EVENTS, REQUESTS):
        kept = {row[1]: dict(zip(COLUMNS, row[2:], strict=True)) for row in lines}
        for one in kept.values():
            one["items"] = sorted(one["items"])
        told = fold(events)
        count += len(told)
        compare(found, KIND, NOUN, stream_id, kept, told)
    found.end(KIND, count, f"{count}, each as its events lead to")


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
