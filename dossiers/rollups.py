"""Counts folded from the journal: rollups, the live tail, and the recount that proves them.

The journal is the only source. A single folder moves each committed event once into the rollups,
by a transaction-id watermark: events of transactions below it are folded, all others are the
tail. Reading both in one statement is exact at every moment. Nothing here writes to a dossier.

Events commit out of the order of their ids, so what is folded must not depend on order: counts
add up, and a service's end is found by the procedure's `seq`, never by arrival.
"""
# ruff: noqa: S608 - every name put into a statement is a constant of this file

from datetime import date, datetime
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.core.clock import now
from portal.core.db import Instant, Xid8

FOLDER_LOCK = 4_207_601  # advisory lock of the one running folder
MEASURES = (
    "submitted", "received", "refused", "settled", "approved", "on_time", "returned", "touched",
    "asked", "asked_first", "asked_further",
)  # fmt: skip
_KEY = ("month", "agency_id", "procedure_id", "level", "channel")


class FoldMark(SQLModel, table=True):
    """The watermark: every event of a transaction below `xid` is in the rollups. One row."""

    __tablename__ = "fold_mark"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    xid: int = Field(sa_column=sa.Column("xid", Xid8, nullable=False))
    folded_at: datetime = Field(sa_type=Instant)


class Rollup(SQLModel, table=True):
    """What happened to dossiers in a month (of Viet Nam), by who, what, level and channel.

    Each measure counts acts of that month: a dossier received in May and settled in June counts
    as received in May and as settled (and on_time) in June.
    """

    __table_args__ = (sa.Index("ix_rollup_service", "agency_id", "procedure_id", "month"),)

    month: date = Field(primary_key=True)
    agency_id: UUID = Field(primary_key=True)
    procedure_id: UUID = Field(primary_key=True)
    level: str = Field(primary_key=True, sa_type=sa.Text)
    channel: str = Field(primary_key=True, sa_type=sa.Text)
    submitted: int = Field(default=0, sa_type=sa.BigInteger)
    received: int = Field(default=0, sa_type=sa.BigInteger)  # accepted as full and correct
    refused: int = Field(default=0, sa_type=sa.BigInteger)  # at reception
    settled: int = Field(default=0, sa_type=sa.BigInteger)  # approved or rejected
    approved: int = Field(default=0, sa_type=sa.BigInteger)
    on_time: int = Field(default=0, sa_type=sa.BigInteger)  # settled by the due date
    returned: int = Field(default=0, sa_type=sa.BigInteger)
    touched: int = Field(default=0, sa_type=sa.BigInteger)  # received, and touched off-line at some time
    asked: int = Field(default=0, sa_type=sa.BigInteger)  # requests to supplement
    asked_first: int = Field(default=0, sa_type=sa.BigInteger)  # the first of a dossier: dossiers asked
    asked_further: int = Field(default=0, sa_type=sa.BigInteger)  # further ones in a stage, on a ground


class ServiceChange(SQLModel, table=True):
    """A publication or withdrawal of a procedure: it ends whatever was offered before."""

    __tablename__ = "service_change"

    procedure_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=sa.BigInteger)
    at: datetime = Field(sa_type=Instant)


class ServiceOffer(SQLModel, table=True):
    """A service (procedure × agency) as offered from one publication until the next change."""

    __tablename__ = "service_offer"
    __table_args__ = (sa.Index("ix_service_offer_agency_id", "agency_id"),)

    procedure_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=sa.BigInteger)
    agency_id: UUID = Field(primary_key=True)
    declared: str = Field(sa_type=sa.Text)
    eligible: bool
    from_at: datetime = Field(sa_type=Instant)
    to_at: datetime | None = Field(default=None, sa_type=Instant)


class FoldCheck(SQLModel, table=True):
    """One comparison of the published counts with a recount from raw events."""

    __tablename__ = "fold_check"

    at: datetime = Field(primary_key=True, sa_type=Instant)
    events: int = Field(sa_type=sa.BigInteger)
    differences: int = Field(sa_type=sa.BigInteger)


_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in MEASURES)
_MEASURES = ", ".join(MEASURES)
_KEYS = ", ".join(_KEY)
_ADD = ", ".join(f"{name} = rollup.{name} + excluded.{name}" for name in MEASURES)

# The three that follow are read inside one statement: rollup and tail share its snapshot.
LIVE_COUNTS = (
    f"(SELECT {_KEYS}, {_MEASURES} FROM rollup UNION ALL SELECT {_KEYS}, {_MEASURES} FROM dossier_tail())"
)
LIVE_OFFERS = """
    tail AS MATERIALIZED (SELECT * FROM service_tail()),
    live_offer AS (
        SELECT procedure_id, seq, agency_id, declared, eligible, from_at, to_at FROM service_offer
        WHERE NOT EXISTS (SELECT FROM tail t WHERE t.procedure_id = service_offer.procedure_id)
        UNION ALL
        SELECT o.procedure_id, o.seq, o.agency_id, o.declared, o.eligible, o.from_at,
               (SELECT c.at FROM (
                    SELECT s.seq, s.at FROM service_change s WHERE s.procedure_id = o.procedure_id
                    UNION ALL
                    SELECT t.seq, t.at FROM tail t WHERE t.procedure_id = o.procedure_id
                ) c WHERE c.seq > o.seq ORDER BY c.seq LIMIT 1)
        FROM (
            SELECT procedure_id, seq, agency_id, declared, eligible, from_at FROM service_offer
            WHERE EXISTS (SELECT FROM tail t WHERE t.procedure_id = service_offer.procedure_id)
            UNION ALL
            SELECT procedure_id, seq, agency_id, declared, eligible, at FROM tail
            WHERE agency_id IS NOT NULL
        ) o
    )"""

_FOLD = sa.text(
    f"""
    WITH span AS MATERIALIZED (
        SELECT xid AS low, journal_horizon() AS high FROM fold_mark
    ), change AS MATERIALIZED (
        SELECT * FROM dossier_change
        WHERE xid >= (SELECT low FROM span) AND xid < (SELECT high FROM span)
    ), version AS MATERIALIZED (
        SELECT * FROM service_version
        WHERE xid >= (SELECT low FROM span) AND xid < (SELECT high FROM span)
    ), counted AS (
        INSERT INTO rollup ({_KEYS}, {_MEASURES})
        SELECT {_KEYS}, {_SUMS} FROM change GROUP BY {_KEYS}
        ON CONFLICT ({_KEYS}) DO UPDATE SET {_ADD}
    ), changed AS (
        INSERT INTO service_change (procedure_id, seq, at)
        SELECT DISTINCT procedure_id, seq, at FROM version
    ), offered AS (
        INSERT INTO service_offer (procedure_id, seq, agency_id, declared, eligible, from_at)
        SELECT procedure_id, seq, agency_id, declared, eligible, at FROM version
        WHERE agency_id IS NOT NULL
    ), moved AS (
        UPDATE fold_mark SET xid = span.high, folded_at = :at FROM span
    )
    SELECT (SELECT count(*) FROM change) + (SELECT count(DISTINCT (procedure_id, seq)) FROM version),
           array(SELECT DISTINCT procedure_id FROM version)
    """
)

_CLOSE = sa.text(
    """
    UPDATE service_offer o SET to_at = (
        SELECT c.at FROM service_change c
        WHERE c.procedure_id = o.procedure_id AND c.seq > o.seq ORDER BY c.seq LIMIT 1
    ) WHERE o.procedure_id = ANY(:touched)
    """
)


def fold_once(session: Session) -> int:
    """Fold the committed events after the watermark; returns how many. The caller commits.

    One runner at a time: where another is folding, 0 at once. A long transaction anywhere holds
    the watermark back; the tail then grows and stays exact.
    """
    if not session.execute(sa.select(sa.func.pg_try_advisory_xact_lock(FOLDER_LOCK))).scalar_one():
        return 0
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))  # the span is always a small end of the index
    folded, touched = session.execute(_FOLD, {"at": now()}).one()
    if touched:
        session.execute(_CLOSE, {"touched": touched})
    session.execute(sa.text("SET LOCAL enable_seqscan = on"))
    return int(folded)


class Recount(msgspec.Struct, frozen=True):
    """A recount beside what is published: `differences` names up to 20 rows that differ."""

    events: int
    differences: int
    examples: list[str]


_COUNTED = f"SELECT {_KEYS}, {_SUMS} FROM {{source}} AS s GROUP BY {_KEYS}"
_BOTH_WAYS = "((TABLE published EXCEPT ALL TABLE raw) UNION ALL (TABLE raw EXCEPT ALL TABLE published))"

_COMPARE_COUNTS = sa.text(
    f"""
    WITH published AS ({_COUNTED.format(source=LIVE_COUNTS)}),
         raw AS ({_COUNTED.format(source="dossier_change")}),
         off AS {_BOTH_WAYS}
    SELECT (SELECT count(*) FROM dossier_change) AS events, off::text AS row
    FROM (SELECT 1) one LEFT JOIN off ON true
    """
)

_OFFER = "procedure_id, seq, agency_id, declared, eligible, from_at, to_at"
_COMPARE_OFFERS = sa.text(
    f"""
    WITH {LIVE_OFFERS}, published AS (SELECT {_OFFER} FROM live_offer), raw AS (
        SELECT procedure_id, seq, agency_id, declared, eligible, at AS from_at,
               (SELECT n.at FROM service_version n
                WHERE n.procedure_id = v.procedure_id AND n.seq > v.seq ORDER BY n.seq LIMIT 1) AS to_at
        FROM service_version v WHERE agency_id IS NOT NULL
    ), off AS {_BOTH_WAYS}
    SELECT (SELECT count(DISTINCT (procedure_id, seq)) FROM service_version) AS events, off::text AS row
    FROM (SELECT 1) one LEFT JOIN off ON true
    """
)


def recount(session: Session) -> Recount:
    """Count everything again from raw events and compare with rollup + tail, in one snapshot each.

    Only the worker's role may read the journal whole.
    """
    counts = session.execute(_COMPARE_COUNTS).all()
    offers = session.execute(_COMPARE_OFFERS).all()
    wrong = [f"counts {line.row}" for line in counts if line.row is not None]
    wrong += [f"offers {line.row}" for line in offers if line.row is not None]
    return Recount(counts[0].events + offers[0].events, len(wrong), wrong[:20])


def reconcile(session: Session) -> Recount:
    """Recount, and keep the outcome for the statistics page. The caller commits."""
    result = recount(session)
    session.add(FoldCheck(at=now(), events=result.events, differences=result.differences))
    session.flush()
    return result


def last_check(session: Session) -> FoldCheck | None:
    """The latest recount, as published on the statistics page."""
    table = FoldCheck.__table__  # type: ignore[attr-defined]
    row = session.execute(sa.select(table).order_by(table.c.at.desc()).limit(1)).one_or_none()
    return FoldCheck(**row._mapping) if row else None
