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
        sa.UniqueConstraint("gateway", "gateway_ref"),
        sa.Index("ix_payment_created", "created_at", postgresql_where=sa.text("state = 'created'")),
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
    WAIVER = "waiver"
    PAYMENT = "payment"
    REFUND = "refund"


class LedgerEntry(SQLModel, table=True):
    """One movement of a fee line, never changed: charges positive, what settles them negative.

    The sum over a line is what is still owed for it.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (sa.CheckConstraint("(entry IN ('charge', 'refund')) = (amount_vnd > 0)", name="sign"),)

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
