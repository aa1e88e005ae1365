"""What is new for a draft, as its page tells it."""

from datetime import date, datetime

import msgspec

from services_catalog.for_drafts import ForDraft
from services_catalog.public_queries import Stop


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """The draft follows a new revision; what its owner has not said to have seen."""

    number: int
    effective_on: date
    changes: ForDraft
    kept: int  # answers that are still there


class Ahead(msgspec.Struct, frozen=True, kw_only=True):
    """A revision that waits for its day, and what it will change for this draft."""

    number: int
    effective_on: date
    changes: ForDraft


class DraftNews(msgspec.Struct, frozen=True, kw_only=True):
    """All that is new for a draft; `received` is false when the agency receives the procedure no longer."""

    moved: Moved | None
    ahead: list[Ahead]
    stops: list[Stop]
    closes_at: datetime | None
    received: bool
