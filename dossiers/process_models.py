"""The work inside the agency: steps, opinions of other agencies, who stands in for whom."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from portal.core.db import Entity, Instant, choice


class StepState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    LEFT_OUT = "left_out"  # the dossier ended, or went on, without it


class DossierStep(SQLModel, table=True):
    """One step of the plan that was drawn up at acceptance from the pinned revision (or the agency's own).

    `acts` are the acts open in it (services_catalog.content.Act); `hours` are working hours.
    """

    __tablename__ = "dossier_step"

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    position: int = Field(primary_key=True)  # from 1
    key: str = Field(max_length=64)
    name: str = Field(max_length=200)
    unit: str = Field(max_length=200)
    role: str = Field(max_length=200)
    hours: int
    acts: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    state: StepState = Field(default=StepState.WAITING, sa_type=choice(StepState))
    holder_id: UUID | None = None
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)


class OpinionState(StrEnum):
    ASKED = "asked"
    GIVEN = "given"
    REVOKED = "revoked"
    LAPSED = "lapsed"  # the dossier was decided, or ended, without it


class Ballot(StrEnum):
    AGREE = "agree"
    DISAGREE = "disagree"
    OTHER = "other"


class Opinion(Entity, table=True):
    """A question to another agency and its answer (lấy ý kiến); several may be asked side by side.

    Source: Decree 61/2018/NĐ-CP, art. 19(5): the question names its content and its deadline.
    """

    __table_args__ = (
        sa.Index("ix_opinion_asked", "agency_id", "due_at", postgresql_where=sa.text("state = 'asked'")),
        sa.Index(
            "uq_opinion_open",
            "dossier_id",
            "agency_id",
            unique=True,
            postgresql_where=sa.text("state = 'asked'"),
        ),
    )

    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    agency_id: UUID = Field(foreign_key="agency.id")
    asked_by: UUID
    asked_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    pauses: bool = False  # the dossier's clock stands still meanwhile
    state: OpinionState = Field(default=OpinionState.ASKED, sa_type=choice(OpinionState))
    sealed: bytes = Field(sa_type=sa.LargeBinary)  # sealed {question, asker}
    ballot: Ballot | None = Field(default=None, sa_type=choice(Ballot))
    sealed_answer: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # sealed {text, author}
    attachment_id: UUID | None = None
    ended_by: UUID | None = None  # who answered, or took the question back
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Delegation(Entity, table=True):
    """Somebody stands in for a colleague in an agency for a time (leave)."""

    __table_args__ = (sa.CheckConstraint("until > since AND from_id <> to_id", name="sense"),)

    agency_id: UUID = Field(foreign_key="agency.id", index=True)
    from_id: UUID = Field(foreign_key="account.id", index=True)
    to_id: UUID = Field(foreign_key="account.id", index=True)
    since: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)
    reason: str = Field(default="", max_length=500)
    made_by: UUID
    made_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
