"""Working calendars as data, and failures of the system that stop clocks."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from portal.core.db import Entity, Instant, Stream, choice


class CalendarRevision(Entity, table=True):
    """One revision of the working calendar; published ones never change (trigger).

    `content` = days that differ, sessions, cut-offs, and agencies with hours of their own.
    """

    __tablename__ = "calendar_revision"

    number: int = Field(unique=True)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    reason: str = Field(max_length=1000)
    made_by: UUID | None = None
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    published_by: UUID | None = None


class IncidentScope(StrEnum):
    ALL = "all"
    AGENCY = "agency"
    PROCEDURE = "procedure"


class Incident(Stream, table=True):
    """The system, or a part of it, does not work: clocks stand still until it does.

    Source: Decree 224/2026/NĐ-CP, art. 13; Decree 301/2026/NĐ-CP, art. 3(4) (repair within 24 hours).
    """

    scope: IncidentScope = Field(sa_type=choice(IncidentScope))
    agency_id: UUID | None = Field(default=None, foreign_key="agency.id")
    procedure_id: UUID | None = Field(default=None, foreign_key="procedure.id")
    planned: bool = False
    title: str = Field(max_length=300)
    began_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    noted_at: datetime = Field(sa_type=Instant)
    noted_by: UUID | None = None
    applied_at: datetime | None = Field(default=None, sa_type=Instant)  # every clock has been told
