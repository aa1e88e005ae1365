"""Browser sessions: an opaque 256-bit token, kept as its SHA-256, new at each sign-in."""

import base64
import hashlib
import os
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from auth.models import Membership, WebSession
from portal.core import clock, crypto

SEEN_EVERY: Final = timedelta(minutes=1)
_table = WebSession.__table__  # type: ignore[attr-defined]


def digest(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def start(session: Session, account_id: UUID, shown_name: str, *, hours: int) -> str:
    """Open a session for the account and return its token, which is not kept.

    `hours` is its longest life; rest ends it earlier.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    session.execute(
        sa.insert(_table).values(
            token_hash=digest(token),
            account_id=account_id,
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(hours=hours),
            csrf=os.urandom(32),
            shown_name=crypto.encrypt_master(shown_name.encode(), f"shown_name|{account_id}"),
        )
    )
    return token


def name_functions(session: Session, account_id: UUID, name: str, personal_id: str) -> None:
    """Let colleagues know who serves: an officer's name is no secret of theirs (form 01 bears it).

    The blind index of their personal id stands with it: nobody settles a dossier that names them.
    """
    held = Membership.__table__  # type: ignore[attr-defined]
    index = crypto.blind("personal_id", personal_id) if personal_id else None
    differs = sa.or_(held.c.name != name, held.c.personal_id_index.is_distinct_from(index))
    session.execute(
        sa.update(held)
        .where(held.c.account_id == account_id, differs)
        .values(name=name, personal_id_index=index)
    )


def alive(seen_at: datetime, expires_at: datetime, *, idle_minutes: int) -> bool:
    """Whether a session last used and ending then may still be used."""
    now = clock.now()
    return now < expires_at and now - seen_at < timedelta(minutes=idle_minutes)


def shown_name(account_id: UUID, sealed: bytes) -> str:
    """The person's name for the page's header."""
    return crypto.decrypt_master(sealed, f"shown_name|{account_id}").decode()


def csrf_text(csrf: bytes) -> str:
    """The session's form token as it stands in forms."""
    return base64.urlsafe_b64encode(csrf).rstrip(b"=").decode()


def touch(connection: sa.Connection, token_hash: bytes) -> None:
    """Note that the session is used; at most once a minute, whoever comes first."""
    now = clock.now()
    connection.execute(
        sa.update(_table)
        .where(_table.c.token_hash == token_hash, _table.c.seen_at < now - SEEN_EVERY)
        .values(seen_at=now)
    )


def end(session: Session, token_hash: bytes) -> None:
    """End one session: its token is worth nothing from now on."""
    session.execute(sa.delete(_table).where(_table.c.token_hash == token_hash))


def end_all(session: Session, account_id: UUID, *, but: bytes | None = None) -> None:
    """End the account's sessions, but for one if given."""
    statement = sa.delete(_table).where(_table.c.account_id == account_id)
    session.execute(statement if but is None else statement.where(_table.c.token_hash != but))


def sweep(session: Session, *, idle_minutes: int) -> None:
    """Delete the sessions that ended by time."""
    now = clock.now()
    session.execute(
        sa.delete(_table).where(
            sa.or_(_table.c.expires_at < now, _table.c.seen_at < now - timedelta(minutes=idle_minutes))
        )
    )
