"""Forms to download and fill in by hand: kept by the SHA-256 of their bytes, never changed."""

import hashlib
from typing import Any
from uuid import UUID

from sqlmodel import Session

from portal.core import clock
from portal.core.errors import NotFound
from services_catalog.models import TemplateFile

MAX_BYTES = 5 * 1024 * 1024


def keep(session: Session, *, name: str, media_type: str, data: bytes, by: UUID) -> str:
    """Keep a file that was examined; the same bytes are kept once. Its SHA-256, in hexadecimal."""
    sha256 = hashlib.sha256(data).hexdigest()
    if session.get(TemplateFile, sha256) is None:
        values: dict[str, Any] = {"name": name[:200], "media_type": media_type, "bytes": data}
        session.add(TemplateFile(sha256=sha256, created_at=clock.now(), created_by=by, **values))
        session.flush()
    return sha256


def find(session: Session, sha256: str) -> TemplateFile:
    """A kept file.

    Raises:
        NotFound: there is none of this fingerprint.
    """
    found = session.get(TemplateFile, sha256) if len(sha256) == 64 else None
    if found is None:
        raise NotFound("Không có tệp mẫu này.")
    return found
