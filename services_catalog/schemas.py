"""What the catalogue's API shows and accepts; tables never cross the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from services_catalog.content import Offer, RevisionContent, Section
from services_catalog.judging import OfferVerdict
from services_catalog.models import RevisionStatus
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
    "AgencyPage",
    "CheckOut",
    "DraftIn",
    "DraftOut",
    "FormOut",
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


class WithdrawalIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`closes_at`: from that instant nothing is filed; without one, from now."""

    reason: Reason = ""
    closes_at: Annotated[datetime, Meta(tz=True)] | None = None
    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None
