"""What was paid: attempts at a gateway, the ledger, receipts. Integer đồng throughout."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from portal.core.db import Entity, Instant, choice


class PaymentState(StrEnum):
    CREATED = "created"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class Payment(Entity, table=True):
    """One attempt to pay lines of a dossier through a gateway. `gateway_ref` is the gateway's own number."""

    __table_args__ = (
        sa.Index(
            "ix_payment_unpaid", "expires_at", postgresql_where=sa.text("state IN ('created', 'expired')")
        ),
    )

    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    gateway: str = Field(max_length=32)
    gateway_ref: str | None = Field(default=None, max_length=100)
    amount_vnd: int = Field(sa_type=sa.BigInteger)
    lines: list[str] = Field(default_factory=list, sa_type=JSONB)  # ids of fee lines
    state: PaymentState = Field(default=PaymentState.CREATED, sa_type=choice(PaymentState))
    created_by: UUID | None = None
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Callback(Entity, table=True):
    """A message of a gateway, kept whatever it was worth; the same one counts once."""

    __table_args__ = (sa.UniqueConstraint("gateway", "message_id"),)

    gateway: str = Field(max_length=32)
    message_id: str = Field(max_length=100)
    received_at: datetime = Field(sa_type=Instant)
    verdict: str = Field(max_length=32)
    payment_id: UUID | None = Field(default=None, foreign_key="payment.id")
    told: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class Entry(StrEnum):
    CHARGE = "charge"  # owed from now on
    WAIVER = "waiver"  # owed no longer
    PAYMENT = "payment"  # paid of what was owed
    REFUND = "refund"  # of a payment
    SURPLUS = "surplus"  # money that came and settles nothing: twice, late, or another amount; to be refunded
    SURPLUS_REFUND = "surplus_refund"


class LedgerEntry(SQLModel, table=True):
    """One movement of a fee line, never changed: charges positive, what settles them negative.

    The sum over a line, its surplus left out, is what is still owed for it; that of the surplus, turned
    round, is what is to be given back.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        sa.CheckConstraint(
            "(entry IN ('charge', 'refund', 'surplus_refund')) = (amount_vnd > 0) AND amount_vnd <> 0",
            name="sign",
        ),
    )

    id: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    )
    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    fee_line_id: UUID = Field(foreign_key="fee_line.id")
    entry: Entry = Field(sa_type=choice(Entry))
    amount_vnd: int = Field(sa_type=sa.BigInteger)
    method: str | None = Field(default=None, max_length=16)
    payment_id: UUID | None = Field(default=None, foreign_key="payment.id")
    by_id: UUID | None = None
    at: datetime = Field(sa_type=Instant)
    made_by_seq: int = Field(sa_type=sa.BigInteger)


class Receipt(Entity, table=True):
    """An electronic receipt (biên lai): at most 8 digits, from 1 in each series and year of a collector.

    Source: Decree 254/2026/NĐ-CP (content of receipts).
    """

    __table_args__ = (sa.UniqueConstraint("agency_id", "series", "year", "number"),)

    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    agency_id: UUID = Field(foreign_key="agency.id")
    series: str = Field(max_length=16)
    year: int
    number: int
    amount_vnd: int = Field(sa_type=sa.BigInteger)
    method: str = Field(max_length=16)
    lines: list[str] = Field(default_factory=list, sa_type=JSONB)
    issued_at: datetime = Field(sa_type=Instant)
    made_by_seq: int = Field(sa_type=sa.BigInteger)


class ReceiptCounter(SQLModel, table=True):
    """The last receipt number of a series in a year."""

    __tablename__ = "receipt_counter"

    agency_id: UUID = Field(primary_key=True)
    series: str = Field(primary_key=True, max_length=16)
    year: int = Field(primary_key=True)
    n: int


class SandboxOrder(SQLModel, table=True):
    """What the sandbox gateway, the other party, keeps of a payment it was asked for (demo only)."""

    __tablename__ = "sandbox_order"

    ref: str = Field(primary_key=True, max_length=40)
    payment_id: str = Field(unique=True, max_length=40)
    amount_vnd: int = Field(sa_type=sa.BigInteger)
    expires_at: datetime = Field(sa_type=Instant)
    return_url: str = Field(max_length=500)
    state: str = Field(default="open", max_length=16)
    # the movements of money it tells of: [{message_id, state, amount_vnd, at, not_before, acknowledged}]
    told: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
