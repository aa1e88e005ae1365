"""What officers keep for themselves at the desk, and acts on many dossiers at once."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from portal.core.db import Entity, Instant, choice


class SavedFilter(Entity, table=True):
    """A view with its filters under a name of one's own."""

    __tablename__ = "saved_filter"
    __table_args__ = (sa.UniqueConstraint("account_id", "name"),)

    account_id: UUID = Field(foreign_key="account.id")
    name: str = Field(max_length=80)
    view: str = Field(max_length=32)
    filters: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    made_at: datetime = Field(sa_type=Instant)


class Watch(SQLModel, table=True):
    """An officer follows a dossier."""

    account_id: UUID = Field(primary_key=True, foreign_key="account.id")
    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id", index=True)
    since: datetime = Field(sa_type=Instant)


class BatchState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Batch(Entity, table=True):
    """One act on up to 500 dossiers; each is its own transaction with its own result."""

    account_id: UUID = Field(foreign_key="account.id", index=True)
    act: str = Field(max_length=32)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    state: BatchState = Field(default=BatchState.WAITING, sa_type=choice(BatchState))
    total: int
    made_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class ItemState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class BatchItem(SQLModel, table=True):
    """One dossier of a batch; `problem` is the sentence and `code` the type of what refused it."""

    __tablename__ = "batch_item"

    batch_id: UUID = Field(primary_key=True, foreign_key="batch.id")
    position: int = Field(primary_key=True)
    dossier_id: UUID
    seq: int | None = Field(default=None, sa_type=sa.BigInteger)
    state: ItemState = Field(default=ItemState.WAITING, sa_type=choice(ItemState))
    code: str | None = Field(default=None, max_length=100)
    problem: str | None = Field(default=None, max_length=500)
