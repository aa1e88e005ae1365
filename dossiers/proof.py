"""Whether a document is ours: what anyone who holds the paper may learn from the code on it."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlmodel import Session


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a code proves: kind, digest and time of the document; nothing of the person."""

    kind: str
    sha256: bytes
    created_at: datetime
    number: str | None
    procedure_name: str
    agency_name: str
    status: str
    undone: bool  # a result whose decision was undone by a reopening


def document_by_code(session: Session, code: str) -> Proof | None:
    """The document that bears the code, however it is typed; None if there is none."""
    wanted = "".join(ch for ch in code.upper() if ch.isascii() and ch.isalnum())[:40]
    row = session.execute(sa.text("SELECT * FROM prove_document(:given)"), {"given": wanted}).one_or_none()
    return Proof(**row._mapping) if row else None
