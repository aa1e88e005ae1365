"""From committed events to the worker: at least once by the relay, exactly once by effect keys."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from portal.core.clock import now
from portal.core.db import Instant
from portal.core.failpoints import failpoint

Send = Callable[[str, str, int], None]


class Outbox(SQLModel, table=True):
    """Events not yet handed to the worker; rows live for milliseconds."""

    id: int | None = Field(
        default=None,
        sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True),
    )
    stream_id: UUID
    seq: int = Field(sa_type=sa.BigInteger)
    name: str = Field(sa_type=sa.Text)


class Effect(SQLModel, table=True):
    """What was done because of an event, once: the key names event and effect."""

    key: str = Field(primary_key=True, sa_type=sa.Text)
    at: datetime = Field(sa_type=Instant)


def relay_once(
    session: Session, subscribers: Mapping[str, Sequence[str]], send: Send, *, batch: int = 200
) -> int:
    """Hand waiting events to the worker, at least once each; returns how many rows were taken.

    Safe in several processes: whoever takes a row locks it. `send(task, stream_id, seq)` must
    raise when the broker did not take the message, so that the rows stay.
    """
    table = Outbox.__table__  # type: ignore[attr-defined]
    rows = session.execute(
        sa.select(table).order_by(table.c.id).limit(batch).with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    failpoint("outbox.before_send")
    for row in rows:
        for task in subscribers.get(row.name, ()):
            send(task, str(row.stream_id), row.seq)
    failpoint("outbox.before_mark")
    session.execute(sa.delete(table).where(table.c.id.in_([row.id for row in rows])))
    failpoint("outbox.after_mark")
    return len(rows)


def effect(session: Session, key: str) -> bool:
    """True the first time in the life of the database that this key is asked for.

    Call it in the transaction of the effect itself: both commit, or neither.
    """
    table = Effect.__table__  # type: ignore[attr-defined]
    taken = session.execute(
        insert(table).values(key=key, at=now()).on_conflict_do_nothing().returning(table.c.key)
    ).one_or_none()
    return taken is not None


def done(session: Session, key: str) -> bool:
    """Whether the effect was applied; a cheap look before costly work."""
    table = Effect.__table__  # type: ignore[attr-defined]
    return session.execute(sa.select(table.c.key).where(table.c.key == key)).one_or_none() is not None
