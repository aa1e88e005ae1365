"""Histories of dossiers and procedures written straight into the journal, and a naive count of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from portal.core.clock import ZONE

AGENCIES = [UUID(int=0xA0 + n) for n in range(3)]
PROCEDURES = [UUID(int=0xB0 + n) for n in range(3)]
MEASURES = ("submitted", "received", "refused", "settled", "approved", "on_time", "returned")

_INSERT = sa.text(
    "INSERT INTO event (stream_id, seq, stream, name, at, prev_hash, hash, body) "
    "VALUES (:stream_id, :seq, :stream, :name, :at, '', :hash, :body)"
)


@dataclass(frozen=True)
class Note:
    """One event to write."""

    stream: str
    stream_id: UUID
    seq: int
    name: str
    at: datetime
    data: dict[str, Any]

    def write(self, session: Session) -> None:
        """Append it in the session's transaction, with the body that `events.record` would store."""
        body = {
            "stream": self.stream,
            "stream_id": self.stream_id,
            "seq": self.seq,
            "name": self.name,
            "actor_id": None,
            "at": self.at,
            "data": self.data,
            "private": None,
        }
        session.execute(
            _INSERT,
            {
                "stream_id": self.stream_id,
                "seq": self.seq,
                "stream": self.stream,
                "name": self.name,
                "at": self.at,
                "hash": uuid4().bytes,
                "body": msgspec.json.encode(body),
            },
        )


def life(
    *,
    agency: UUID = AGENCIES[0],
    procedure: UUID = PROCEDURES[0],
    level: str = "full",
    channel: str = "online",
    at: datetime,
    ends: str = "returned",
    on_time: bool = True,
    hours: int = 30,
) -> list[Note]:
    """A dossier's events, `hours` apart.

    `ends` is one of submitted, refused, accepted, rejected, approved, returned, reopened, decided_again.
    """
    stream = uuid4()
    facts = {"agency_id": agency, "procedure_id": procedure, "level": level, "channel": channel}
    names = {
        "submitted": ["submitted"],
        "refused": ["submitted", "refused"],
        "accepted": ["submitted", "accepted"],
        "rejected": ["submitted", "accepted", "claimed", "rejected"],
        "approved": ["submitted", "accepted", "claimed", "approved"],
        "returned": ["submitted", "accepted", "claimed", "approved", "delivered"],
        "reopened": ["submitted", "accepted", "claimed", "approved", "reopened"],
        "decided_again": ["submitted", "accepted", "claimed", "approved", "reopened", "claimed", "rejected"],
    }[ends]
    notes = []
    for seq, name in enumerate(names, 1):
        moment = at + timedelta(hours=hours * (seq - 1))
        data: dict[str, Any] = {} if name == "claimed" else dict(facts)
        if name == "accepted":
            data["accepted_at"] = moment
        if name in ("approved", "rejected", "reopened"):
            data["on_time"] = on_time
            # what is undone was counted one step before, maybe in another month
            data["settled_at"] = moment - timedelta(hours=hours * (name == "reopened"))
        notes.append(Note("dossier", stream, seq, f"dossier.{name}", moment, data))
    return notes


def published(procedure: UUID, seq: int, at: datetime, offers: dict[UUID, tuple[str, bool]]) -> Note:
    """A publication: agency → (declared level, eligible)."""
    offerings = [
        {"agency_id": agency, "declared": declared, "eligible": eligible}
        for agency, (declared, eligible) in offers.items()
    ]
    return Note(
        "procedure", procedure, seq, "procedure.published", at, {"number": seq, "offerings": offerings}
    )


def withdrawn(procedure: UUID, seq: int, at: datetime) -> Note:
    """A withdrawal of the procedure."""
    return Note("procedure", procedure, seq, "procedure.withdrawn", at, {})


def month_of(at: datetime) -> date:
    """The month in Viet Nam."""
    return at.astimezone(ZONE).date().replace(day=1)


@dataclass
class Naive:
    """The same counts by the simplest code there is, for comparison."""

    counts: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    versions: dict[UUID, list[Note]] = field(default_factory=dict)

    def add(self, note: Note) -> None:
        """Count one committed event."""
        if note.stream == "procedure":
            self.versions.setdefault(note.stream_id, []).append(note)
            return
        for measure in self._measures(note):
            key = (
                month_of(note.data.get("accepted_at") or note.data.get("settled_at") or note.at),
                note.data["agency_id"],
                note.data["procedure_id"],
                note.data["level"],
                note.data["channel"],
                measure,
            )
            self.counts[key] += -1 if note.name == "dossier.reopened" else 1

    def told(self) -> dict[tuple[Any, ...], int]:
        """The counts without zeros, as they are compared."""
        return {key: count for key, count in self.counts.items() if count}

    @staticmethod
    def _measures(note: Note) -> Iterator[str]:
        plain = {
            "dossier.submitted": "submitted",
            "dossier.accepted": "received",
            "dossier.refused": "refused",
            "dossier.delivered": "returned",
        }
        if note.name in plain:
            yield plain[note.name]
        if note.name in ("dossier.approved", "dossier.rejected", "dossier.reopened"):
            yield "settled"
            if note.data["on_time"]:
                yield "on_time"
        if note.name in ("dossier.approved", "dossier.reopened"):
            yield "approved"

    def offers(self) -> set[tuple[Any, ...]]:
        """(procedure, agency, level, eligible, from, to) of every publication."""
        found = set()
        for procedure, notes in self.versions.items():
            ordered = sorted(notes, key=lambda note: note.seq)
            for note, following in zip(ordered, [*ordered[1:], None], strict=True):
                for offer in note.data.get("offerings", []):
                    ends = following.at if following else None
                    found.add(
                        (procedure, offer["agency_id"], offer["declared"], offer["eligible"], note.at, ends)
                    )
        return found


def utc(*parts: int) -> datetime:
    """An instant in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]
