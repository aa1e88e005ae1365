"""What the catalogue's API shows and accepts; tables never cross the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from auth.models import AgencyKind
from services_catalog.agency_queries import AgencyFacts
from services_catalog.content import Offer, RevisionContent, Section
from services_catalog.judging import OfferVerdict
from services_catalog.models import RevisionStatus
from services_catalog.public_queries import DowntimeRow, LevelChangeRow
from services_catalog.queries import (
    AgencyRow,
    FilterCounts,
    ProcedurePage,
    ProcedureRow,
    RevisionRow,
    SectorRow,
    Suggestion,
)

__all__ = [
    "AgencyChangeIn",
    "AgencyFacts",
    "AgencyIn",
    "AgencyPage",
    "CancellationIn",
    "CheckOut",
    "DowntimeIn",
    "DowntimeIndex",
    "DowntimeOut",
    "DraftIn",
    "DraftOut",
    "FormOut",
    "LevelIndex",
    "ProcedureIn",
    "ProcedureIndex",
    "ProcedurePage",
    "PublicationOut",
    "ReturnIn",
    "ReviewIn",
    "RevisionIndex",
    "SectorIndex",
    "SuggestionIndex",
    "WithdrawalIn",
]


class ProcedureIndex(Struct, frozen=True):
    """A page of what was found; `total` and `counts` are of all of it.

    `meant`: official words that were looked for in the place of everyday ones.
    """

    items: list[ProcedureRow]
    next: str | None
    total: int
    counts: FilterCounts
    meant: list[str]


class SuggestionIndex(Struct, frozen=True):
    items: list[Suggestion]
    next: str | None = None


class RevisionIndex(Struct, frozen=True):
    items: list[RevisionRow]
    next: str | None = None


class SectorIndex(Struct, frozen=True):
    items: list[SectorRow]
    next: str | None = None


class AgencyPage(Struct, frozen=True):
    items: list[AgencyRow]
    next: str | None


class FormOut(Struct, frozen=True, kw_only=True):
    """The e-form for machines: `schema` judges the answers, `layout` says how to ask for them."""

    code: str
    number: int
    content_hash: str
    schema: dict[str, Any]
    layout: list[Section]


class DraftIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next revision whole; `seq` is the procedure's version the editor saw.

    `effective_on` is the day it shall apply from; without one, the day it is published.
    """

    content: RevisionContent
    offers: Annotated[list[Offer], Meta(max_length=5000)]
    effective_on: date | None = None
    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class ProcedureIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new procedure: its national code and the first draft."""

    code: Annotated[str, Meta(min_length=2, max_length=35, examples=["1.001193"])]
    content: RevisionContent
    offers: Annotated[list[Offer], Meta(max_length=5000)]
    effective_on: date | None = None


class DraftOut(Struct, frozen=True, kw_only=True):
    """`seq` goes back with the next change."""

    code: str
    seq: int
    number: int
    status: RevisionStatus
    effective_on: date
    content_hash: str
    content: RevisionContent
    offers: list[Offer]


class CheckOut(Struct, frozen=True, kw_only=True):
    """What publishing would say; nothing is published while `may_publish` is false."""

    code: str
    number: int
    effective_on: date
    ruleset: str
    may_publish: bool
    problems: list[str]
    offers: list[OfferVerdict]


class PublicationOut(Struct, frozen=True, kw_only=True):
    code: str
    revision_id: UUID
    number: int
    status: RevisionStatus
    effective_on: date
    ruleset: str
    published_at: datetime | None


Reason = Annotated[str, Meta(max_length=1000, examples=["Nghị định 217/2026/NĐ-CP đổi thời hạn"])]


class ReviewIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the revision is made."""

    reason: Reason = ""
    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class ReturnIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]
    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class CancellationIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why what was decided is called off."""

    reason: Annotated[str, Meta(min_length=1, max_length=1000, examples=["Nghị định lùi ngày hiệu lực"])]


class WithdrawalIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`closes_at`: from that instant nothing is filed; without one, from now."""

    reason: Reason = ""
    closes_at: Annotated[datetime, Meta(tz=True)] | None = None
    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class LevelIndex(Struct, frozen=True):
    items: list[LevelChangeRow]
    next: str | None = None


class DowntimeIndex(Struct, frozen=True):
    items: list[DowntimeRow]
    next: str | None = None


Instant = Annotated[datetime, Meta(tz=True)]


class DowntimeIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stop of receiving online: of one procedure by its code, or of everything.

    `forced`: force majeure; otherwise it is told seven working days ahead.
    """

    procedure: Annotated[str, Meta(max_length=35)] | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=1000, examples=["Nâng cấp máy chủ"])]
    starts_at: Instant
    ends_at: Instant
    forced: bool = False


class DowntimeOut(Struct, frozen=True, kw_only=True):
    id: UUID
    procedure: str | None
    reason: str
    forced: bool
    announced_at: datetime
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None


class AgencyChangeIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is kept of an agency; `valid_to` is the first day without it, `seq` the version seen."""

    name: Annotated[str, Meta(min_length=1, max_length=300)]
    kind: AgencyKind
    parent: Annotated[str, Meta(max_length=35)] | None = None
    valid_from: date
    valid_to: date | None = None
    address: Annotated[str, Meta(max_length=500)] = ""
    phone: Annotated[str, Meta(max_length=50)] = ""
    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class AgencyIn(AgencyChangeIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new agency with its identification code (Decision 20/2020/QĐ-TTg)."""

    code: Annotated[str, Meta(min_length=1, max_length=35, examples=["H99.12.05"])]
