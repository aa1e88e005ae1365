"""Agencies, accounts, people, memberships, sessions; limits and the log of who read what."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from auth.actor import Role
from portal.core.clock import now
from portal.core.db import Entity, Instant, Stream, choice


class AgencyKind(StrEnum):
    """The place of an agency in the state's order."""

    MINISTRY = "ministry"  # bộ, ngành
    PROVINCE = "province"  # ủy ban nhân dân cấp tỉnh
    DEPARTMENT = "department"  # cơ quan chuyên môn
    COMMUNE = "commune"  # ủy ban nhân dân cấp xã
    CENTRE = "centre"  # trung tâm phục vụ hành chính công


class Agency(Stream, table=True):
    """An agency that publishes, receives or settles. Dated: agencies merge and end.

    Source: Decision 20/2020/QĐ-TTg (identification codes of agencies, "H99.12.05").
    """

    __table_args__ = (
        sa.CheckConstraint(r"code ~ '^[A-Y][0-9]{2}(\.[0-9A-Z]+)*$'", name="code"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
    )

    code: str = Field(unique=True, max_length=35)
    name: str = Field(max_length=300)
    kind: AgencyKind = Field(sa_type=choice(AgencyKind))
    parent_id: UUID | None = Field(default=None, foreign_key="agency.id", index=True)
    address: str = Field(default="", max_length=500)
    phone: str = Field(default="", max_length=50)
    valid_from: date
    valid_to: date | None = None  # the first day on which it no longer exists


class Account(Stream, table=True):
    """Something one signs in to. No readable personal value: the e-mail is a blind index."""

    email_index: bytes = Field(sa_type=sa.LargeBinary, unique=True)
    password_hash: str = Field(max_length=200)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)


class Person(SQLModel, table=True):
    """Who an account belongs to, sealed. Row-level security: the person's own row only.

    `sealed` = {name, email, phone, personal_id, birth} under the account's key (`subject_key`), bound to
    "person|<account_id>". The personal id is what the person said: unverified and never unique.
    """

    account_id: UUID = Field(primary_key=True, foreign_key="account.id")
    sealed: bytes = Field(sa_type=sa.LargeBinary)
    personal_id_index: bytes | None = Field(default=None, sa_type=sa.LargeBinary, index=True)
    phone_index: bytes | None = Field(default=None, sa_type=sa.LargeBinary, index=True)


class Membership(Entity, table=True):
    """A role held from a day until a day: the account has it while valid_from <= today < valid_to."""

    __table_args__ = (
        sa.CheckConstraint("role <> 'citizen'", name="role_is_granted"),
        sa.CheckConstraint(
            "role NOT IN ('officer', 'head') OR agency_id IS NOT NULL", name="officer_has_agency"
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
    )

    account_id: UUID = Field(foreign_key="account.id", index=True)
    role: Role = Field(sa_type=choice(Role))
    agency_id: UUID | None = Field(default=None, foreign_key="agency.id", index=True)
    valid_from: date
    valid_to: date | None = None  # the first day without the role; today ends it at once
    # Who serves in this function, and the blind index of their personal id; known since they signed in.
    name: str = Field(default="", max_length=200)
    personal_id_index: bytes | None = Field(default=None, sa_type=sa.LargeBinary)


class WebSession(SQLModel, table=True):
    """A browser's session. Only the SHA-256 of its token is kept."""

    __tablename__ = "web_session"

    token_hash: bytes = Field(primary_key=True, sa_type=sa.LargeBinary)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)  # to the minute
    expires_at: datetime = Field(sa_type=Instant, index=True)  # in any case
    csrf: bytes = Field(sa_type=sa.LargeBinary)
    shown_name: bytes = Field(sa_type=sa.LargeBinary)  # sealed by the portal's key, "shown_name|<account_id>"


class Throttle(SQLModel, table=True):
    """How often something was tried in the present window. `bucket` holds digests, no address or e-mail."""

    bucket: str = Field(primary_key=True, max_length=120)
    window_start: datetime = Field(sa_type=Instant, index=True)
    count: int


class SetupToken(SQLModel, table=True):
    """A one-time token that makes the first administrator outside the demo."""

    __tablename__ = "setup_token"

    token_hash: bytes = Field(primary_key=True, sa_type=sa.LargeBinary)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class AccessLog(SQLModel, table=True):
    """Which officer read or opened what of which dossier. Insert only; partitioned by month."""

    __tablename__ = "access_log"
    __table_args__ = (
        sa.Index("ix_access_log_dossier_id_at", "dossier_id", "at"),
        sa.Index("ix_access_log_actor_id_at", "actor_id", "at"),
        {"postgresql_partition_by": "RANGE (at)", "info": {"partitioned": True}},
    )

    id: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    )
    at: datetime = Field(sa_type=Instant, primary_key=True)
    actor_id: UUID
    dossier_id: UUID
    act: str = Field(max_length=32)
