"""Personal data at rest: one data key per person, wrapped by the portal's key; blind indexes.

AES-256-GCM throughout. A sealed value is `version(1) ‖ nonce(12) ‖ ciphertext`, bound to where it
stands (`aad`, such as "dossier.answers|<id>"), so that swapped rows do not open. Destroying a
person's `subject_key` row destroys what was sealed under it.
"""

import base64
import hashlib
import hmac
import os
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from portal.core.clock import now
from portal.core.db import Instant
from portal.core.settings import Settings

_VERSION = b"\x01"
_CACHE = "subject_keys"


class Unreadable(Exception):
    """A sealed value does not open: wrong key, another place, or altered bytes."""


class SubjectKey(SQLModel, table=True):
    """The wrapped data key of one person (`subject_id` = an account's id)."""

    __tablename__ = "subject_key"

    subject_id: UUID = Field(primary_key=True)
    wrapped: bytes = Field(sa_type=sa.LargeBinary)
    created_at: Any = Field(default_factory=now, sa_type=Instant)  # datetime


class _Keys:
    """The portal's own keys, set once at start."""

    data: bytes = b""
    index: bytes = b""


_keys = _Keys()


def configure(settings: Settings) -> None:
    """Take the portal's keys from the settings; once per process."""
    _keys.data = _decode(settings.data_key.get_secret_value())
    _keys.index = _decode(settings.index_key.get_secret_value())


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encrypt(key: bytes, plain: bytes, aad: str) -> bytes:
    """Seal bytes under a 32-byte key, bound to the place `aad` names."""
    nonce = os.urandom(12)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, aad.encode())


def decrypt(key: bytes, sealed: bytes, aad: str) -> bytes:
    """Open what `encrypt` sealed.

    Raises:
        Unreadable: the key, the place or the bytes are not those it was sealed with.
    """
    try:
        return AESGCM(key).decrypt(sealed[1:13], sealed[13:], aad.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable(aad.split("|", 1)[0]) from error


def encrypt_master(plain: bytes, aad: str) -> bytes:
    """Seal under the portal's own key (session names; never a person's record)."""
    return encrypt(_keys.data, plain, aad)


def decrypt_master(sealed: bytes, aad: str) -> bytes:
    """Open what `encrypt_master` sealed."""
    return decrypt(_keys.data, sealed, aad)


def preload(session: Session, subject_id: UUID, wrapped: bytes) -> None:
    """Hand over a wrapped key that a query joined, so that opening needs no statement."""
    cache = session.info.setdefault(_CACHE, {})
    if subject_id not in cache:
        cache[subject_id] = decrypt(_keys.data, wrapped, f"subject_key|{subject_id}")


def forget(session: Session) -> None:
    """Drop the keys this session has opened: for readings of everyone, which would keep them all."""
    session.info.pop(_CACHE, None)


def subject_key(session: Session, subject_id: UUID, *, create: bool = False) -> bytes:
    """The person's data key, made on first use if `create`.

    Raises:
        Unreadable: the key does not exist (erased) or does not open.
    """
    cache: dict[UUID, bytes] = session.info.setdefault(_CACHE, {})
    if subject_id in cache:
        return cache[subject_id]
    table = SubjectKey.__table__  # type: ignore[attr-defined]
    if create:
        fresh = encrypt(_keys.data, os.urandom(32), f"subject_key|{subject_id}")
        session.execute(
            insert(table)
            .values(subject_id=subject_id, wrapped=fresh, created_at=now())
            .on_conflict_do_nothing()
        )
    wrapped = session.execute(
        sa.select(table.c.wrapped).where(table.c.subject_id == subject_id)
    ).scalar_one_or_none()
    if wrapped is None:
        raise Unreadable("subject_key")
    preload(session, subject_id, wrapped)
    return cache[subject_id]


def seal(session: Session, subject_id: UUID, aad: str, value: object, *, create: bool = False) -> bytes:
    """Seal any JSON-like value under the person's key."""
    key = subject_key(session, subject_id, create=create)
    return encrypt(key, msgspec.json.encode(value), aad)


def open_(session: Session, subject_id: UUID, aad: str, sealed: bytes) -> Any:
    """Open a value sealed by `seal`."""
    return msgspec.json.decode(decrypt(subject_key(session, subject_id), sealed, aad))


def blind(kind: str, value: str) -> bytes:
    """An index of a personal value: equal values match, the value cannot be read back."""
    return hmac.new(_keys.index, f"{kind}\0{value}".encode(), hashlib.sha256).digest()
