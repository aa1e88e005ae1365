"""Limits of sign-in, registration and tracking, counted in PostgreSQL.

A try is counted before it is made, in a short transaction of its own: parallel tries cannot pass together,
a refused request (401) leaves its mark, and the count survives a restart. Success gives the try back.
"""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from auth.models import Throttle
from portal.core import clock, crypto, runtime
from portal.core.db import Sessions
from portal.core.errors import TooMany

_table = Throttle.__table__  # type: ignore[attr-defined]
# A request already holds one connection while it counts. Two at a time fit the pool's overflow.
_turns = threading.BoundedSemaphore(2)


class Limit(msgspec.Struct, frozen=True):
    """At most `tries` in `seconds` for one key of this name."""

    name: str
    tries: int
    seconds: int


class Bucket(msgspec.Struct, frozen=True):
    """One limit for one key; the key is kept as a keyed digest."""

    limit: Limit
    name: str


LOGIN_ACCOUNT = Limit("login:account", 10, 300)
LOGIN_ADDRESS = Limit("login:address", 30, 300)
LOGIN_ALL = Limit("login:all", 1000, 300)
REGISTER_ACCOUNT = Limit("register:account", 5, 86_400)
REGISTER_ADDRESS = Limit("register:address", 30, 3_600)
REGISTER_ALL = Limit("register:all", 3_000, 3_600)
TRACKING_DOSSIER = Limit("tracking:dossier", 10, 300)
TRACKING_DOSSIER_DAY = Limit("tracking:dossier:day", 40, 86_400)
TRACKING_ADDRESS = Limit("tracking:address", 30, 300)
TRACKING_ALL = Limit("tracking:all", 3_000, 300)


def bucket(limit: Limit, key: str = "") -> Bucket:
    """The bucket of one key: an address, an e-mail, a dossier's number; none for the limit of all."""
    digest = crypto.blind("throttle", key).hex()[:32] if key else "-"
    return Bucket(limit, f"{limit.name}:{digest}")


def signing_in(email_index: str, address: str) -> tuple[Bucket, ...]:
    """What one try to sign in counts against."""
    return (
        bucket(LOGIN_ACCOUNT, email_index),
        bucket(LOGIN_ADDRESS, address),
        bucket(LOGIN_ALL),
    )


def registering(email_index: str, address: str) -> tuple[Bucket, ...]:
    """What one registration counts against."""
    return (
        bucket(REGISTER_ACCOUNT, email_index),
        bucket(REGISTER_ADDRESS, address),
        bucket(REGISTER_ALL),
    )


def take(sessions: Sessions, buckets: Sequence[Bucket]) -> None:
    """Count one try in each bucket and commit it.

    Raises:
        TooMany: one of them is over its limit; `retry_after` says when its window ends, in seconds.
    """
    now = clock.now()
    waits: list[int] = []
    with _turns, sessions() as session:
        for one in sorted(buckets, key=lambda each: each.name):
            count, start = session.execute(_counted(one, now)).one()
            if count > one.limit.tries:
                ends = start + timedelta(seconds=one.limit.seconds)
                waits.append(max(1, round((ends - now).total_seconds())))
        session.commit()
    if waits:
        raise TooMany("Bạn đã thử quá nhiều lần. Chờ một lát rồi thử lại.", retry_after=max(waits))


def give_back(sessions: Sessions, buckets: Sequence[Bucket]) -> None:
    """Uncount one try in each bucket: it succeeded, so it was no attack."""
    names = [one.name for one in buckets]
    with _turns, sessions() as session:
        locked = sa.select(_table.c.bucket).where(_table.c.bucket.in_(names)).order_by(_table.c.bucket)
        session.execute(locked.with_for_update())
        session.execute(
            sa.update(_table)
            .where(_table.c.bucket.in_(names), _table.c.count > 0)
            .values(count=_table.c.count - 1)
        )
        session.commit()


def _counted(one: Bucket, now: datetime) -> sa.Executable:
    """The upsert that counts a try, starting a new window when the old one has ended."""
    over = _table.c.window_start <= now - timedelta(seconds=one.limit.seconds)
    return (
        insert(_table)
        .values(bucket=one.name, window_start=now, count=1)
        .on_conflict_do_update(
            index_elements=[_table.c.bucket],
            set_={
                "count": sa.case((over, 1), else_=sa.func.least(_table.c.count + 1, one.limit.tries + 1)),
                "window_start": sa.case((over, now), else_=_table.c.window_start),
            },
        )
        .returning(_table.c.count, _table.c.window_start)
    )


def tracking(address: str, number: str) -> None:
    """Count one public look-up: by address, by the number asked for, and in all.

    Raises:
        TooMany: one of the limits is reached. The day's limit keeps the four digits from being tried out:
            40 tries a day at two chances in 10,000 find one dossier in 125 days.
    """
    wanted = number.strip().upper()
    asked = (
        bucket(TRACKING_ADDRESS, address),
        bucket(TRACKING_DOSSIER, wanted),
        bucket(TRACKING_DOSSIER_DAY, wanted),
        bucket(TRACKING_ALL),
    )
    take(runtime.sessions, asked)


def sweep(session: Session) -> None:
    """Delete counts whose window, at most a day, is over."""
    session.execute(sa.delete(_table).where(_table.c.window_start < clock.now() - timedelta(days=1)))
