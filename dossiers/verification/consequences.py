"""Every event is accounted for: its outbox row waits, or each consequence it calls for was applied.

The relay deletes a row once the queue has it, and each task leaves an effect key. So an event that
calls for consequences and has neither was lost on the way; nothing else stands for a lost row.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlmodel import Session

from dossiers.verification.report import LATE, Findings
from dossiers.verification.tape import rows

KIND = "outbox"
WAITING = """
    SELECT o.stream_id::text, o.seq, o.name, e.at, e.name, count(*) OVER (PARTITION BY o.stream_id, o.seq)
    FROM outbox o LEFT JOIN event e ON e.stream_id = o.stream_id AND e.seq = o.seq ORDER BY o.id
"""
# A consequence is owed since the first time it was ever applied: tasks added later owe nothing for the past.
MISSING = """
    WITH wanted AS MATERIALIZED (
        SELECT w.name, w.task, (SELECT min(f.at) FROM effect f WHERE f.key >= w.task || ':' COLLATE "C"
                                AND f.key < w.task || ';' COLLATE "C") AS since
        FROM unnest(%s::text[], %s::text[]) AS w (name, task)
    )
    SELECT e.stream_id::text, e.seq, e.name, e.at, w.task
    FROM event e JOIN wanted w ON w.name = e.name
    LEFT JOIN effect f ON f.key = w.task || ':' || e.stream_id::text || ':' || e.seq::text
    WHERE f.key IS NULL AND e.at < %s
      AND (w.since IS NULL OR e.at >= w.since - interval '2 days')
      AND NOT EXISTS (SELECT FROM outbox o WHERE o.stream_id = e.stream_id AND o.seq = e.seq)
"""


def check(session: Session, found: Findings, subscribers: Mapping[str, Sequence[str]] | None) -> None:
    """Rows that wait belong to events, once each, and not for long; what does not wait any more was done."""
    late = found.at - LATE
    waiting = 0
    for stream_id, seq, name, at, told, times in rows(session, WAITING):
        waiting += 1
        if stream_id in found.broken:
            continue
        place = f"event {seq} ({name}) of stream {stream_id}"
        if told != name:
            found.bad(KIND, stream_id, f"a row waits for {place}, which the journal does not have")
        elif times > 1:
            found.bad(KIND, stream_id, f"{place} waits {times} times")
        elif at < late:
            found.bad(
                KIND, stream_id, f"{place} has waited since {at:%Y-%m-%d %H:%M} UTC: does the relay run?"
            )
    if subscribers is None:
        found.end(KIND, waiting, f"{waiting} rows wait; their consequences were not looked at")
        return
    pairs = [(name, task) for name, tasks in subscribers.items() for task in tasks]
    for stream_id, seq, name, at, task in rows(
        session, MISSING, [*map(list, zip(*pairs, strict=True)), late]
    ):
        if stream_id not in found.broken:
            what = f"its outbox row was lost and {task} was never done"
            found.bad(
                KIND,
                stream_id,
                f"event {seq} ({name}) of stream {stream_id}, {at:%Y-%m-%d %H:%M} UTC: {what}",
            )
    count = session.execute(sa.text("SELECT count(*) FROM effect")).scalar_one()
    found.end(KIND, count, f"{waiting} rows wait, every other event has its consequences ({count} effects)")
