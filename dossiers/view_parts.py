"""Rows that belong to a dossier, as pages and the API show them."""

from datetime import datetime
from uuid import UUID

import msgspec


class AttachmentView(msgspec.Struct, frozen=True):
    id: UUID
    requirement_key: str
    filename: str
    state: str
    reason: str | None
    kind: str | None
    size: int
    sha256: str | None
    supplement_id: UUID | None = None  # the request it was handed in for


class FeeView(msgspec.Struct, frozen=True):
    id: UUID
    key: str
    name: str
    amount_vnd: int
    settled_at: datetime | None
    waived_at: datetime | None = None
    waiver: str | None = None
    duty: bool = False

    @property
    def owed(self) -> bool:
        """Whether it is to be paid still: what was neither paid nor waived is owed whole."""
        return self.settled_at is None and self.waived_at is None


class DocumentView(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
    code: str
    size: int
    sha256: str
    created_at: datetime


class DecisionView(msgspec.Struct, frozen=True):
    outcome: str
    decided_at: datetime
    on_time: bool
    ground: str
    signer: str
