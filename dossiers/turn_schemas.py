"""What the API of the applicant's turn shows and accepts."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from dossiers.schemas import ActIn, FieldProblem, Words
from dossiers.supplement_models import FurtherGround, ItemKind
from dossiers.supplements import MAX_ITEMS

Key = Annotated[str, Meta(min_length=1, max_length=64)]
Why = Annotated[str, Meta(max_length=1000)]


class ItemIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field or paper to put right; `again` says why, when an earlier request asked for it too."""

    kind: ItemKind
    key: Key
    reason: Annotated[str, Meta(max_length=40)]
    why: Why
    again: Why = ""


class SupplementIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything to be supplied, at once. `due_on` only where the procedure's own law sets no time."""

    items: Annotated[list[ItemIn], Meta(max_length=MAX_ITEMS)]
    note: Words = ""
    due_on: date | None = None
    ground: FurtherGround | None = None
    ground_words: Words = ""


class DraftIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers typed so far for the open request; `seq` is the `draft_seq` the writer saw."""

    seq: Annotated[int, Meta(ge=0, le=2**31)]
    answers: dict[str, Any]


class ResponseIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send the supplement; `answers` are put on top of the saved draft first."""

    answers: dict[str, Any] = {}


class ReasonIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Words


class MaybeReasonIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Words = ""


class StopIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    note: Words = ""


class ExtensionIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new day, and the apology with its reason."""

    until: date
    reason: Words


class ItemOut(Struct, frozen=True, kw_only=True):
    """What is asked of one field or paper. `label` is its name, `reason_words` the reason in words."""

    kind: str
    key: str
    label: str
    reason: str
    reason_words: str
    why: str
    again: str


class SupplementOut(Struct, frozen=True, kw_only=True):
    """One request. `open_fields`, `open_papers`: what may be answered now; empty once it is closed."""

    id: UUID
    number: int
    stage: str
    state: str
    ground: str | None
    ground_words: str
    note: str
    asked_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    items: list[ItemOut]
    open_fields: list[str]
    open_papers: list[str]
    draft: dict[str, Any]
    draft_seq: int


class DraftOut(Struct, frozen=True, kw_only=True):
    """The saved draft; `problems` are hints, not refusals."""

    id: UUID
    seq: int
    saved_at: datetime
    problems: list[FieldProblem]
