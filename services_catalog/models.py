"""Tables of the catalogue: procedures, their immutable revisions, and who offers each at which level."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from portal.core.db import Entity, Instant, Stream, choice
from services_catalog.levels import Level
from services_catalog.rulesets import ReasonCode

__all__ = [
    "CatalogueImport",
    "CatalogueVersion",
    "Downtime",
    "ImportState",
    "Level",
    "LevelChange",
    "Offering",
    "Origin",
    "Procedure",
    "ProcedureRevision",
    "ReasonCode",
    "ReplacedPaper",
    "RevisionStatus",
    "Sector",
    "TemplateFile",
]


class Origin(StrEnum):
    """Where a catalogue entry comes from."""

    OWN = "own"  # kept here, with revisions
    LISTING = "listing"  # the national listing only: not received online here, in no denominator


class RevisionStatus(StrEnum):
    """The life of a revision; a published one only ever becomes withdrawn.

    Published with an effective day ahead, it waits: `procedure.current_revision_id` follows on that day,
    and `began_at` keeps the instant. Called off before, it is withdrawn without ever having begun.
    """

    DRAFT = "draft"
    REVIEW = "review"  # sent to a second person; changed again, it is a draft again
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
        sa.Index("ix_procedure_order", "listing_only", "name_folded", "code"),
        sa.Index("ix_procedure_closes_at", "closes_at", postgresql_where=sa.text("closes_at IS NOT NULL")),
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
    closes_at: datetime | None = Field(default=None, sa_type=Instant)  # from then on nothing is filed
    popularity: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # dossiers of the last year
    listing_only: bool | None = Field(  # computed; nothing published here: such entries come last in lists
        default=None,
        sa_column=sa.Column(
            "listing_only",
            sa.Boolean,
            sa.Computed("current_revision_id IS NULL", persisted=True),
            nullable=False,
        ),
    )


class ProcedureRevision(Entity, table=True):
    """One version of a procedure. A trigger refuses any change once published, but the withdrawal.

    `content` is a `content.RevisionContent`; `content_hash` is the SHA-256 of its canonical JSON.
    `ruleset` names the rule set in force on `effective_on`, by which its levels were judged. `authors`
    have changed the draft: none of them may publish it. Of an unpublished revision `effective_on` is
    the day its editor wishes for.
    """

    __tablename__ = "procedure_revision"
    __table_args__ = (
        sa.UniqueConstraint("procedure_id", "number"),
        sa.CheckConstraint("number > 0", name="number"),
        sa.CheckConstraint("(status IN ('draft', 'review')) = (published_at IS NULL)", name="published_at"),
        sa.CheckConstraint("(status = 'review') <= (submitted_by IS NOT NULL)", name="submitted_by"),
        sa.CheckConstraint("began_at IS NULL OR published_at IS NOT NULL", name="began_at"),
        sa.Index(
            "uq_procedure_revision_draft",
            "procedure_id",
            unique=True,
            postgresql_where=sa.text("status IN ('draft', 'review')"),
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
    authors: list[UUID] = Field(default_factory=list, sa_type=ARRAY(sa.Uuid))
    created_at: datetime = Field(sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)  # to review
    submitted_by: UUID | None = Field(default=None, foreign_key="account.id")
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    published_by: UUID | None = Field(default=None, foreign_key="account.id")  # None: an import
    began_at: datetime | None = Field(default=None, sa_type=Instant)  # became the current one


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
    eligible: bool  # no rule of law stands against the full process (judging.eligible)
    reason_code: ReasonCode | None = Field(default=None, sa_type=choice(ReasonCode))
    reason_basis: str | None = Field(default=None, max_length=1000)
    unit: str | None = Field(default=None, max_length=500)  # the unit that receives
    steps: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)  # content.Step: its own process
    verdict: dict[str, Any] = Field(sa_type=JSONB)  # levels.Verdict as it stood


class LevelChange(Entity, table=True):
    """One change of the level at which an agency offers a procedure; rows are only ever added.

    `before` None: newly offered; `after` None: offered no longer.
    """

    __tablename__ = "level_change"
    __table_args__ = (
        sa.CheckConstraint("before IS NOT NULL OR after IS NOT NULL", name="says_something"),
        sa.Index("ix_level_change_procedure_id", "procedure_id", "at"),
    )

    procedure_id: UUID = Field(foreign_key="procedure.id")
    agency_id: UUID = Field(foreign_key="agency.id")
    revision_id: UUID = Field(foreign_key="procedure_revision.id")
    at: datetime = Field(sa_type=Instant)
    before: Level | None = Field(default=None, sa_type=choice(Level, "before"))
    after: Level | None = Field(default=None, sa_type=choice(Level, "after"))
    ruleset: str = Field(max_length=40)
    reason_code: ReasonCode | None = Field(default=None, sa_type=choice(ReasonCode))
    reason_basis: str | None = Field(default=None, max_length=1000)
    actor_id: UUID | None = Field(default=None, foreign_key="account.id")


class Downtime(Stream, table=True):
    """A planned stop of receiving online, told to the public beforehand.

    `procedure_id` None: everything. `forced`: force majeure, the only ground for a shorter notice.

    Source: Decree 224/2026/NĐ-CP, art. 13 (notice at least 7 working days ahead, with the period).
    """

    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", name="period"),)

    procedure_id: UUID | None = Field(default=None, foreign_key="procedure.id", index=True)
    reason: str = Field(max_length=1000)
    forced: bool = False
    announced_at: datetime = Field(sa_type=Instant)
    starts_at: datetime = Field(sa_type=Instant, index=True)
    ends_at: datetime = Field(sa_type=Instant)
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    actor_id: UUID = Field(foreign_key="account.id")


class ReplacedPaper(Entity, table=True):
    """A paper of a procedure that a national database replaces, so that it may not be asked for.

    Source: Resolution 66.7/2025/NQ-CP, annex; Decree 309/2026/NĐ-CP, art. 2(1).
    """

    __tablename__ = "replaced_paper"
    __table_args__ = (sa.UniqueConstraint("procedure_code", "paper_folded", "held_in"),)

    procedure_code: str = Field(max_length=35, index=True)
    paper: str = Field(max_length=1000)
    paper_folded: str = Field(max_length=1000)
    held_in: str = Field(max_length=500)
    owner: str = Field(default="", max_length=300)


class TemplateFile(SQLModel, table=True):
    """A form to download and fill in by hand, by the SHA-256 of its bytes; never changed."""

    __tablename__ = "template_file"
    __table_args__ = (sa.CheckConstraint("length(sha256) = 64 AND length(bytes) <= 5242880", name="size"),)

    sha256: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    bytes: Any = Field(sa_type=sa.LargeBinary)
    created_at: datetime = Field(sa_type=Instant)
    created_by: UUID = Field(foreign_key="account.id")


class ImportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # the file as a whole could not be read; nothing of it was taken


class CatalogueImport(Stream, table=True):
    """One import of a file: what was asked, how far it is, and a report line for each row.

    `report` is a list of importing.ImportRow; `object_key` names the file in the store until it is done.
    """

    __tablename__ = "catalogue_import"
    __table_args__ = (sa.CheckConstraint("done >= 0 AND done <= total", name="progress"),)

    kind: str = Field(max_length=40)
    dry_run: bool
    filename: str = Field(max_length=200)
    object_key: str = Field(max_length=300)
    state: ImportState = Field(default=ImportState.WAITING, sa_type=choice(ImportState))
    total: int = 0
    done: int = 0
    report: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    problem: str | None = Field(default=None, max_length=1000)
    started_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    actor_id: UUID = Field(foreign_key="account.id")


CHANGED = "catalogue_changed"  # in the info of a session whose transaction makes another version


class CatalogueVersion(SQLModel, table=True):
    """One row: how often the public catalogue has changed; the ETag of its reads."""

    __tablename__ = "catalogue_version"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int = Field(default=0, sa_type=sa.BigInteger)
