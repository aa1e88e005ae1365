"""What the API of files shows and accepts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from dossiers.attachments import PartAddress


class AttachmentIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Announce a file: for which paper, its name and size in bytes.

    `attachment_id` may be made by the client: sent again, it finds the same upload, so a lost answer
    leaves no second one. `content_type` is not believed: the kind is judged by the content.
    """

    requirement_key: Annotated[str, Meta(min_length=1, max_length=64)]
    filename: Annotated[str, Meta(min_length=1, max_length=600)]
    size: Annotated[int, Meta(ge=0, le=2**53)]
    attachment_id: UUID | None = None
    content_type: Annotated[str, Meta(max_length=150)] = ""


class PartIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    number: Annotated[int, Meta(ge=1, le=10_000)]
    etag: Annotated[str, Meta(max_length=100)]


class CompletionIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say that every part is sent. `parts` may be left out: the store is asked."""

    parts: Annotated[list[PartIn], Meta(max_length=1000)] = []


class UploadPlanOut(Struct, frozen=True, kw_only=True):
    """PUT each listed part (the file cut every `part_size` bytes) to its address, then complete."""

    attachment_id: UUID
    part_size: int
    parts: list[PartAddress]
    stored: list[int]
    expires_at: datetime


class AttachmentOut(Struct, frozen=True, kw_only=True):
    """The state of a file; when it is refused, `reason` is the code and `message` says what to do."""

    id: UUID
    requirement_key: str
    state: str
    reason: str | None
    message: str | None
    kind: str | None
    size: int
    sha256: str | None
