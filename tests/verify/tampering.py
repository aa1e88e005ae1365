"""What an intruder does who knows how the journal is made: edits it, and hides it by new hashes."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal.core.events import GENESIS, TAG

History = list[dict[str, Any]]


def history(world: Any, stream_id: UUID) -> History:
    """The stream's rows as they are."""
    engine = sa.create_engine(world.superuser_url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT *, xid::text AS x FROM event WHERE stream_id = :id ORDER BY seq"),
            {"id": stream_id},
        )
        found = [dict(row._mapping) for row in rows]
    engine.dispose()
    return found


def rewrite(world: Any, stream_id: UUID, change: Callable[[History], History]) -> None:
    """Change a stream's events, number and hash all of them anew, and set its row to the new end."""
    changed = change(history(world, stream_id))
    previous = GENESIS
    engine = sa.create_engine(world.superuser_url)
    with engine.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(sa.text("DELETE FROM event WHERE stream_id = :id"), {"id": stream_id})
        for seq, row in enumerate(changed, 1):
            body = bytes(row["body"]).replace(b'"seq":%d' % row["seq"], b'"seq":%d' % seq)
            after = hashlib.sha256(TAG + previous + body).digest()
            connection.execute(
                sa.text(
                    "INSERT INTO event"
                    " (stream_id, seq, stream, name, actor_id, at, prev_hash, hash, body, xid) VALUES ("
                    ":stream_id, :seq, :stream, :name, :actor_id, :at, :prev, :hash, :body, CAST(:x AS xid8))"
                ),
                {**row, "seq": seq, "prev": previous, "hash": after, "body": body},
            )
            previous = after
        connection.execute(
            sa.text("UPDATE dossier SET seq = :seq, head = :head WHERE id = :id"),
            {"seq": len(changed), "head": previous, "id": stream_id},
        )
    engine.dispose()


def edited(rows: History) -> History:
    """The filing says another hour of the same day."""
    row = next(row for row in rows if row["name"] == "dossier.submitted")
    before = bytes(row["body"])
    start = before.index(b'"manifest":"') + 12
    row["body"] = before[:start] + (b"0" if before[start : start + 1] != b"0" else b"1") + before[start + 1 :]
    return rows


def dropped(rows: History) -> History:
    """The check of the file never happened."""
    return [row for row in rows if row["name"] != "attachment.ready"]


def reordered(rows: History) -> History:
    """Two neighbours change places."""
    rows[1], rows[2] = rows[2], rows[1]
    return rows


def cut(rows: History) -> History:
    """The last act never happened."""
    return rows[:-1]


def invented(rows: History) -> History:
    """An act more than there were, in a transaction of long ago."""
    return [*rows, {**rows[-1]}]
