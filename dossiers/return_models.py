"""How the result came back, what the applicant thought of it, complaints, and who has read what."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from portal.core.db import Entity, Instant, choice


class Delivery(SQLModel, table=True):
    """The way of one result: by post with its number, or handed over at the counter."""

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    way: str = Field(max_length=16)  # online, counter, post
    sealed: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # {address, receiver, …}
    tracking_number: str | None = Field(default=None, max_length=40)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    handed_at: datetime | None = Field(default=None, sa_type=Instant)


class Rating(SQLModel, table=True):
    """How satisfied the applicant was, 1 to 5; who rated is never shown with it.

    Source: Decree 224/2026/NĐ-CP, art. 10(3), 19(2)(e).
    """

    __table_args__ = (sa.CheckConstraint("score BETWEEN 1 AND 5", name="score"),)

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    score: int
    reasons: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    sealed: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # {comment}
    at: datetime = Field(sa_type=Instant)


class ComplaintState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"


class Complaint(Entity, table=True):
    """A complaint about a dossier, to be answered within 10 working days."""

    __table_args__ = (
        sa.Index("ix_complaint_open", "agency_id", "due_at", postgresql_where=sa.text("state = 'open'")),
    )

    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    agency_id: UUID = Field(foreign_key="agency.id")
    made_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    state: ComplaintState = Field(default=ComplaintState.OPEN, sa_type=choice(ComplaintState))
    sealed: bytes = Field(sa_type=sa.LargeBinary)  # {text}
    sealed_answer: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # {text}
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Instant)


class ReadMark(SQLModel, table=True):
    """Up to which event one side has read the messages: 'applicant' or 'desk'."""

    __tablename__ = "read_mark"

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    side: str = Field(primary_key=True, max_length=16)
    seq: int = Field(sa_type=sa.BigInteger)
    at: datetime = Field(sa_type=Instant)
