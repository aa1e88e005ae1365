"""Tables of the catalogue: procedures, their immutable revisions, and who offers each at which level."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from portal.core.db import Entity, Instant, Stream, choice
from services_catalog.levels import Level
from services_catalog.rulesets import ReasonCode

__all__ = [
    "CatalogueVersion",
    "Level",
    "Offering",
    "Origin",
    "Procedure",
    "ProcedureRevision",
    "ReasonCode",
    "RevisionStatus",
    "Sector",
]


class Origin(StrEnum):
    """Where a catalogue entry comes from."""

    OWN = "own"  # kept here, with revisions
    LISTING = "listing"  # the national listing only: not received online here, in no denominator


class RevisionStatus(StrEnum):
    """The life of a revision; a published one only ever becomes withdrawn."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Sector(Entity, table=True):
    """A field of administration (lĩnh vực); `code` is the folded name with hyphens."""

    code: str = Field(unique=True, max_length=200)
    name: str = Field(unique=True, max_length=200)


class Procedure(Stream, table=True):
    """An administrative procedure by its national code; what it says stands in its revisions.

    `name`, `audience`, `life_events` and `sector_id` repeat the current revision, for lists.
    """

    __table_args__ = (
        sa.CheckConstraint(r"code ~ '^[0-9A-Z][0-9A-Za-z.\-]{1,34}$'", name="code"),
        sa.CheckConstraint("origin = 'own' OR current_revision_id IS NULL", name="listing_has_no_revision"),
        sa.ForeignKeyConstraint(
            ["current_revision_id"],
            ["procedure_revision.id"],
            name="fk_procedure_current_revision_id_procedure_revision",
            use_alter=True,
        ),
        sa.Index("ix_procedure_search", "search", postgresql_using="gin"),
        sa.Index("ix_procedure_order", "listing_only", "name_folded", "code"),
    )

    code: str = Field(unique=True, max_length=35)
    name: str = Field(max_length=1500)
    name_folded: str = Field(sa_type=sa.Text(collation="C"))  # text.fold(name): the order of lists
    sector_id: UUID | None = Field(default=None, foreign_key="sector.id", index=True)
    sector_names: str = Field(default="", max_length=500)
    publisher: str = Field(default="", max_length=200)  # who promulgated it
    departments: str = Field(default="", max_length=2000)  # who settles it, as the listing says
    applicants: str = Field(default="", max_length=1000)
    audience: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    life_events: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    origin: Origin = Field(sa_type=choice(Origin))
    current_revision_id: UUID | None = None
    listing_only: bool | None = Field(  # computed; nothing published here: such entries come last in lists
        default=None,
        sa_column=sa.Column(
            "listing_only",
            sa.Boolean,
            sa.Computed("current_revision_id IS NULL", persisted=True),
            nullable=False,
        ),
    )
    search_extra: str = Field(default="", sa_type=sa.Text)  # folded sectors, publisher, departments
    search: Any = Field(
        default=None,
        sa_column=sa.Column(
            "search",
            TSVECTOR,
            sa.Computed(
                "setweight(to_tsvector('simple'::regconfig, name_folded), 'A')"
                " || setweight(to_tsvector('simple'::regconfig, search_extra), 'B')",
                persisted=True,
            ),
        ),
    )


class ProcedureRevision(Entity, table=True):
    """One version of a procedure. A trigger refuses any change once published, but the withdrawal.

    `content` is a `content.RevisionContent`; `content_hash` is the SHA-256 of its canonical JSON.
    `ruleset` names the rule set in force on `effective_on`, by which its levels were judged.
    """

    __tablename__ = "procedure_revision"
    __table_args__ = (
        sa.UniqueConstraint("procedure_id", "number"),
        sa.CheckConstraint("number > 0", name="number"),
        sa.CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="published_at"),
        sa.Index(
            "uq_procedure_revision_draft",
            "procedure_id",
            unique=True,
            postgresql_where=sa.text("status = 'draft'"),
        ),
    )

    procedure_id: UUID = Field(foreign_key="procedure.id")
    number: int
    status: RevisionStatus = Field(default=RevisionStatus.DRAFT, sa_type=choice(RevisionStatus))
    effective_on: date
    ruleset: str = Field(max_length=40)
    content: dict[str, Any] = Field(sa_type=JSONB)
    content_hash: str = Field(max_length=64)
    offers: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)  # content.Offer: as declared
    created_at: datetime = Field(sa_type=Instant)
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    published_by: UUID | None = Field(default=None, foreign_key="account.id")  # None: an import


class Offering(Entity, table=True):
    """A revision as one agency offers it: the level declared, the level derived, and why they differ.

    Written at publication: a trigger refuses an insert once the revision is published, and any change.
    Source: Decree 224/2026/NĐ-CP, art. 14 (reason and basis of a partial service).
    """

    __table_args__ = (
        sa.UniqueConstraint("revision_id", "agency_id"),
        sa.CheckConstraint(
            "(reason_code IS NULL) = (reason_basis IS NULL) AND length(reason_basis) > 0",
            name="reason_with_basis",
        ),
        sa.Index("ix_offering_agency_id", "agency_id", "procedure_id"),
        sa.Index("ix_offering_procedure_id", "procedure_id"),
    )

    revision_id: UUID = Field(foreign_key="procedure_revision.id")
    procedure_id: UUID = Field(foreign_key="procedure.id")
    agency_id: UUID = Field(foreign_key="agency.id")
    declared: Level = Field(sa_type=choice(Level))
    eligible: bool  # no rule of law stands against the full process (service.eligible)
    reason_code: ReasonCode | None = Field(default=None, sa_type=choice(ReasonCode))
    reason_basis: str | None = Field(default=None, max_length=1000)
    verdict: dict[str, Any] = Field(sa_type=JSONB)  # levels.Verdict as it stood


CHANGED = "catalogue_changed"  # in the info of a session whose transaction makes another version


class CatalogueVersion(SQLModel, table=True):
    """One row: how often the public catalogue has changed; the ETag of its reads."""

    __tablename__ = "catalogue_version"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int = Field(default=0, sa_type=sa.BigInteger)
