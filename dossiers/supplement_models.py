"""What the applicant was asked to add, item by item, and what came of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal.core.db import Entity, Instant, choice


class Stage(StrEnum):
    """When it was asked: one complete request in each (Decree 309/2026, art. 8(1))."""

    RECEPTION = "reception"
    APPRAISAL = "appraisal"


class SupplementState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    REVOKED = "revoked"
    LAPSED = "lapsed"  # the applicant's time ran out, the dossier was stopped


class FurtherGround(StrEnum):
    """Why a further request is allowed in the same stage; it is flagged (index 766, 2.1)."""

    APPLICANT = "applicant"  # what the applicant supplied brought it up
    NEW_FACT = "new_fact"
    SECTOR_LAW = "sector_law"


class Supplement(Entity, table=True):
    """One complete request: form 02. `draft` is what the applicant has typed so far, sealed."""

    __table_args__ = (
        sa.UniqueConstraint("dossier_id", "number"),
        sa.Index("uq_supplement_open", "dossier_id", unique=True, postgresql_where=sa.text("state = 'open'")),
        sa.Index("ix_supplement_due", "due_at", postgresql_where=sa.text("state = 'open'")),
    )

    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    number: int  # from 1 in each dossier
    stage: Stage = Field(sa_type=choice(Stage))
    ground: FurtherGround | None = Field(default=None, sa_type=choice(FurtherGround))
    asked_by: UUID
    asked_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    state: SupplementState = Field(default=SupplementState.OPEN, sa_type=choice(SupplementState))
    sealed: bytes = Field(sa_type=sa.LargeBinary)  # sealed {note, ground, items: {key: {why, before}}}
    draft: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # sealed answers, unlocked keys only
    draft_seq: int = 0
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class ItemKind(StrEnum):
    FIELD = "field"
    PAPER = "paper"


class SupplementItem(SQLModel, table=True):
    """One field or paper to put right, with the code of the reason."""

    __tablename__ = "supplement_item"

    supplement_id: UUID = Field(primary_key=True, foreign_key="supplement.id")
    kind: ItemKind = Field(primary_key=True, sa_type=choice(ItemKind))
    key: str = Field(primary_key=True, max_length=64)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    reason: str = Field(max_length=40)
