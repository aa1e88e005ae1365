"""What the API takes to ask another agency, and to answer it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from dossiers.opinions import MAX_TEXT, MOST_DAYS
from dossiers.process_models import Ballot
from dossiers.schemas import ActIn, Words

Long = Annotated[str, Meta(max_length=MAX_TEXT)]


class QuestionIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to one agency, and by when: in `working_days` of that agency, or on `due_on`."""

    agency_id: UUID
    question: Long
    working_days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] | None = None
    due_on: date | None = None


class OpinionIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer; `attachment_id` is a checked file of the paper "opinion-" and the question's id in hex."""

    ballot: Ballot
    text: Long = ""
    attachment_id: UUID | None = None


class QuestionBackIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Words
