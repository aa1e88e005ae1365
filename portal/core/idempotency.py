"""One key, one act: the Idempotency-Key of create and transition requests (decision 14)."""

import hashlib
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from portal.core.clock import now
from portal.core.db import Instant
from portal.core.errors import Invalid
from portal.core.failpoints import failpoint

MAX_KEY = 200


class KeyReused(Invalid):
    """The same key came with another body."""

    title = "Khóa chống gửi trùng đã dùng cho nội dung khác"


class Idempotency(SQLModel, table=True):
    """A key of a principal, what was asked with it, and what it made."""

    principal: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True, sa_type=sa.Text)
    body_hash: bytes = Field(sa_type=sa.LargeBinary)
    resource: UUID
    at: datetime = Field(sa_type=Instant)


_TAKE = sa.text(
    """
    INSERT INTO idempotency (principal, key, body_hash, resource, at)
    VALUES (:principal, :key, :body_hash, :resource, :at) ON CONFLICT DO NOTHING RETURNING key
    """
)


def claim(session: Session, principal: UUID, key: str | None, body: bytes, resource: UUID) -> UUID | None:
    """Take the key for `resource`, or the resource an earlier call with this key made.

    None means: new, go on. The row is written in the caller's transaction, so a failure frees the
    key; a twin that arrives meanwhile waits here until the first commits.

    Raises:
        KeyReused: the key was used with another body.
        Invalid: the key is empty or longer than 200 characters.
    """
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise Invalid("Idempotency-Key gồm 1 đến 200 ký tự ASCII.")
    table = Idempotency.__table__  # type: ignore[attr-defined]
    digest = hashlib.sha256(body).digest()
    taken = session.execute(
        _TAKE, {"principal": principal, "key": key, "body_hash": digest, "resource": resource, "at": now()}
    ).one_or_none()
    if taken is not None:
        failpoint("idempotency.after_claim")
        return None
    first = session.execute(
        sa.select(table.c.body_hash, table.c.resource).where(
            table.c.principal == principal, table.c.key == key
        )
    ).one()
    if first.body_hash != digest:
        raise KeyReused("Khóa này đã dùng cho một yêu cầu khác. Tạo khóa mới rồi gửi lại.")
    found: UUID = first.resource
    return found
