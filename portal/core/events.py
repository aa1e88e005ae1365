"""The append-only journal: audit, timeline, source of messages and of statistics (decision 4).

A stream is one dossier, procedure, agency or account. Each event carries
`hash = sha256(tag ‖ previous hash ‖ body)`; `body` is the canonical bytes that were hashed. Neither
the web nor the worker may UPDATE or DELETE an event: no grant allows it and a trigger refuses it.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from portal.core import crypto
from portal.core.clock import now
from portal.core.db import Instant, Stream, Xid8

TAG = b"motcua/event/1\0"
GENESIS = b"\0" * 32


class Event(SQLModel, table=True):
    """One change of one stream. Hash-partitioned by stream (16 parts)."""

    __table_args__ = (
        sa.Index("ix_event_xid", "xid"),
        {"postgresql_partition_by": "HASH (stream_id)", "info": {"partitioned": True}},
    )

    stream_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=sa.BigInteger)
    stream: str = Field(sa_type=sa.Text)
    name: str = Field(sa_type=sa.Text)
    actor_id: UUID | None = None
    at: datetime = Field(sa_type=Instant)
    prev_hash: bytes = Field(sa_type=sa.LargeBinary)
    hash: bytes = Field(sa_type=sa.LargeBinary)
    body: bytes = Field(sa_type=sa.LargeBinary)
    xid: int | None = Field(
        default=None,
        sa_column=sa.Column("xid", Xid8, nullable=False, server_default=sa.text("journal_xid()")),
    )


class EventPrivate(SQLModel, table=True):
    """Free text and personal values of an event, sealed; the hash covers their salted digest only."""

    __tablename__ = "event_private"

    stream_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=sa.BigInteger)
    subject_id: UUID
    sealed: bytes = Field(sa_type=sa.LargeBinary)
    salt: bytes = Field(sa_type=sa.LargeBinary)


class EventRow(msgspec.Struct, frozen=True):
    """An event as pages and rules read it. `data` holds ids, codes and instants only."""

    seq: int
    name: str
    at: datetime
    actor_id: UUID | None
    data: dict[str, Any]


class _Body(msgspec.Struct, frozen=True):
    """The canonical form: what is hashed, in this order of fields, keys of `data` sorted."""

    stream: str
    stream_id: UUID
    seq: int
    name: str
    actor_id: UUID | None
    at: datetime
    data: dict[str, Any]
    private: str | None


_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(_Body).decode

# One statement puts an event into the journal, its sealed part beside it and its name into the outbox.
_EVENT = """
    WITH appended AS (
        INSERT INTO event (stream_id, seq, stream, name, actor_id, at, prev_hash, hash, body)
        VALUES (:stream_id, :seq, :stream, :name, :actor_id, :at, :prev_hash, :hash, :body)
    )"""
_PRIVATE = """, kept AS (
        INSERT INTO event_private (stream_id, seq, subject_id, sealed, salt)
        VALUES (:stream_id, :seq, :subject_id, :sealed, :salt)
    )"""
_OUTBOX = " INSERT INTO outbox (stream_id, seq, name) VALUES (:stream_id, :seq, :name)"
_APPEND = sa.text(_EVENT + _OUTBOX)
_APPEND_BOTH = sa.text(_EVENT + _PRIVATE + _OUTBOX)


def record(
    session: Session,
    stream: Stream,
    name: str,
    actor_id: UUID | None,
    data: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
) -> None:
    """Append one event to the stream and put it into the outbox, in the caller's transaction.

    `name` is `noun.past_participle`. `data` never holds a personal value or free text; those go
    into `private`, sealed under the key of the stream's `subject_id` (else the stream's own id).
    The stream's row must be locked or new: its `seq` and `head` move on.
    """
    seq, prev = stream.seq + 1, stream.head or GENESIS
    sealed: dict[str, Any] = _sealed(session, stream, seq, private) if private else {}
    at = now()
    body = _encode(
        _Body(
            stream=stream.__tablename__,  # type: ignore[arg-type]
            stream_id=stream.id,
            seq=seq,
            name=name,
            actor_id=actor_id,
            at=at,
            data=dict(data or {}),
            private=sealed.pop("digest", None),
        )
    )
    after = hashlib.sha256(TAG + prev + body).digest()
    stream.seq, stream.head = seq, after  # written with what else changed of the row, before the event
    session.execute(
        _APPEND_BOTH if sealed else _APPEND,
        {
            "stream_id": stream.id,
            "seq": seq,
            "stream": stream.__tablename__,
            "name": name,
            "actor_id": actor_id,
            "at": at,
            "prev_hash": prev,
            "hash": after,
            "body": body,
            **sealed,
        },
    )


def _sealed(session: Session, stream: Stream, seq: int, private: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the event's sealed part, and the digest that the chain keeps of it."""
    subject_id: UUID = getattr(stream, "subject_id", stream.id)
    salt = os.urandom(16)
    with session.no_autoflush:
        sealed = crypto.seal(
            session, subject_id, f"event_private|{stream.id}|{seq}", dict(private), create=True
        )
    return {
        "subject_id": subject_id,
        "salt": salt,
        "sealed": sealed,
        "digest": private_digest(salt, private),
    }


def private_digest(salt: bytes, private: Mapping[str, Any]) -> str:
    """What the chain keeps of a private text: its salted SHA-256, in hex."""
    return hashlib.sha256(salt + _encode(dict(private))).hexdigest()


def history(session: Session, stream_id: UUID) -> list[EventRow]:
    """The stream's events, oldest first."""
    table = Event.__table__  # type: ignore[attr-defined]
    bodies = session.execute(
        sa.select(table.c.body).where(table.c.stream_id == stream_id).order_by(table.c.seq)
    ).scalars()
    return [read(body) for body in bodies]


def hash_of(session: Session, stream_id: UUID, seq: int) -> bytes:
    """The hash of one event."""
    table = Event.__table__  # type: ignore[attr-defined]
    chosen = sa.select(table.c.hash).where(table.c.stream_id == stream_id, table.c.seq == seq)
    return bytes(session.execute(chosen).scalar_one())


def read(body: bytes) -> EventRow:
    """An event from its canonical bytes."""
    event = _decode(body)
    return EventRow(event.seq, event.name, event.at, event.actor_id, event.data)


def private_of(session: Session, stream_id: UUID, seq: int) -> dict[str, Any]:
    """The free text of an event; {} when it has none or was erased."""
    table = EventPrivate.__table__  # type: ignore[attr-defined]
    row = session.execute(
        sa.select(table.c.subject_id, table.c.sealed).where(
            table.c.stream_id == stream_id, table.c.seq == seq
        )
    ).one_or_none()
    if row is None:
        return {}
    opened: dict[str, Any] = crypto.open_(
        session, row.subject_id, f"event_private|{stream_id}|{seq}", row.sealed
    )
    return opened


def privates_of(session: Session, stream_id: UUID, seqs: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The free text of several events of a stream, by seq; one statement."""
    table = EventPrivate.__table__  # type: ignore[attr-defined]
    rows = session.execute(
        sa.select(table.c.seq, table.c.subject_id, table.c.sealed).where(
            table.c.stream_id == stream_id, table.c.seq.in_(seqs)
        )
    )
    return {
        row.seq: crypto.open_(session, row.subject_id, f"event_private|{stream_id}|{row.seq}", row.sealed)
        for row in rows
    }
