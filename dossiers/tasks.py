"""The sweeper of consequences: whatever an event called for and did not get."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.events import Event
from portal.core.outbox import Effect

GRACE = timedelta(seconds=90)  # a task in good health has been done by then
OVERDUE = timedelta(minutes=10)  # behind a queue that is never empty: by then it is lost, not late
HORIZON = timedelta(days=2)


def effect_key(task: str, stream_id: object, seq: int) -> str:
    """The key under which a task's effect of an event is kept; every subscriber task uses it."""
    return f"{task}:{stream_id}:{seq}"


def missing_effects(
    session: Session,
    subscribers: Mapping[str, Sequence[str]],
    *,
    older_than: timedelta | None = None,
    limit: int = 500,
) -> list[tuple[str, str, int]]:
    """(task, stream_id, seq) of events from GRACE (or `older_than`) to HORIZON old that lack it."""
    event, effect = Event.__table__, Effect.__table__  # type: ignore[attr-defined]
    wanted = sa.values(sa.column("name", sa.Text), sa.column("task", sa.Text), name="wanted").data(
        [(name, task) for name, tasks in subscribers.items() for task in tasks]
    )
    key = wanted.c.task + ":" + sa.cast(event.c.stream_id, sa.Text) + ":" + sa.cast(event.c.seq, sa.Text)
    rows = session.execute(
        sa.select(wanted.c.task, event.c.stream_id, event.c.seq)
        .join(wanted, wanted.c.name == event.c.name)
        .outerjoin(effect, effect.c.key == key)
        .where(
            event.c.at < now() - (older_than or GRACE), event.c.at > now() - HORIZON, effect.c.key.is_(None)
        )
        .order_by(event.c.at)
        .limit(limit)
    )
    return [(row.task, str(row.stream_id), row.seq) for row in rows]
