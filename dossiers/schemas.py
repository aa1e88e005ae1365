"""What the dossier API shows and accepts; tables never cross the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from dossiers.queries import DossierRow
from dossiers.view_parts import AttachmentView, DecisionView, DocumentView, FeeView

Words = Annotated[str, Meta(max_length=2000)]


class DossierIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Start a dossier. `submission_id` is made by the client: sent again, it finds the same draft."""

    submission_id: UUID
    procedure: Annotated[str, Meta(min_length=3, max_length=40)]
    agency_id: UUID


class AnswersPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers given so far, by field key; `seq` is the `answers_seq` the writer saw."""

    seq: Annotated[int, Meta(ge=0, le=2**31)]
    answers: dict[str, Any]


class ActIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act on the version of the dossier the officer saw."""

    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None


Code = Annotated[str, Meta(max_length=40)]


class RefusalIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the dossier is not accepted: in words, and by a code of reasons.REFUSAL."""

    reason: Words
    reason_code: Code = "other"


class ApprovalIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ground: Words = ""
    result_attachment_id: UUID | None = None


class RejectionIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the dossier is rejected: in words, and by a code of reasons.REJECTION."""

    ground: Words
    reason_code: Code = "other"


class TrackingIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reference or number, and the last four digits of the personal id or phone."""

    number: Annotated[str, Meta(min_length=1, max_length=60)]
    factor: Annotated[str, Meta(min_length=1, max_length=16)]


class StatusOut(Struct, frozen=True, kw_only=True):
    """A status by its name, its national code (0 = draft) and its words."""

    name: str
    code: int
    label: str


class DossierOut(Struct, frozen=True, kw_only=True):
    id: UUID
    seq: int
    answers_seq: int
    reference: str | None
    number: str | None
    procedure_code: str
    procedure_name: str
    level: str
    channel: str
    status: StatusOut
    agency_id: UUID
    agency_name: str
    receiving_agency_id: UUID
    receiving_agency_name: str
    submitted_at: datetime | None
    forward_due_at: datetime | None
    forwarded_at: datetime | None
    competent_received_at: datetime | None
    reception_due_at: datetime | None
    accepted_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    settled_at: datetime | None
    returned_at: datetime | None
    return_way: str
    filed_as: str
    party: dict[str, str] | None
    answers: dict[str, Any]
    attachments: list[AttachmentView]
    fees: list[FeeView]
    documents: list[DocumentView]
    decision: DecisionView | None
    allowed: list[str]


class ActOut(Struct, frozen=True, kw_only=True):
    """A dossier right after an act: its state and version, and what the act gave."""

    id: UUID
    seq: int
    status: StatusOut
    reference: str | None
    number: str | None
    submitted_at: datetime | None
    due_at: datetime | None


class FieldProblem(Struct, frozen=True):
    field: str
    message: str


class SavedOut(Struct, frozen=True, kw_only=True):
    """Saved answers; `problems` are hints about what is typed so far, not refusals."""

    id: UUID
    seq: int
    saved_at: datetime
    problems: list[FieldProblem]


class DossierPage(Struct, frozen=True):
    items: list[DossierRow]
    next: str | None


class TimelineEntry(Struct, frozen=True, kw_only=True):
    seq: int
    name: str
    label: str
    at: datetime


class TraceStepOut(Struct, frozen=True, kw_only=True):
    date: str
    kind: str
    word: str
    sentence: str


class DeadlineOut(Struct, frozen=True, kw_only=True):
    """The statutory clock with its proof; before acceptance only `reception_due_at` is known.

    `started_at`: when the competent agency had it. `paused_since`: the clock stands still. `calendar` is the
    revision of working time it was counted on, `recounted_at` when a later revision last did so.
    """

    started: bool
    reception_due_at: datetime | None
    accepted_at: datetime | None
    started_at: datetime | None
    paused_since: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    extended_until: date | None
    rule: str | None
    rules: str | None
    calendar: str | None
    recounted_at: datetime | None
    summary: list[str]
    articles: list[str]
    trace: list[dict[str, Any]]


class TrackedOut(Struct, frozen=True, kw_only=True):
    reference: str
    number: str | None
    agency_name: str
    status: StatusOut
    submitted_at: datetime
    due_at: datetime | None
