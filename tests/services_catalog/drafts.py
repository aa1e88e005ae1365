"""Drafts of one small procedure, as an editor saves them."""

from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from portal.core import events
from services_catalog import drafting, editor_queries, importing, publishing
from services_catalog.content import Offer, RevisionContent
from services_catalog.levels import Level
from services_catalog.models import RevisionStatus
from tests import factories

CODE = "1.999001"
BASIS = "Điều 18 Luật Hộ tịch 60/2014/QH13"


def said(**changes: Any) -> RevisionContent:
    """A small content that meets all eight conditions, with changes."""
    return msgspec.convert({**factories.simple(), **changes}, RevisionContent)


def draft(session: Session, editor: Actor, agency_id: UUID, level: Level = Level.FULL, **more: Any) -> Any:
    reason = {name: more.pop(name, None) for name in ("reason_code", "reason_basis")}
    offers = more.pop("offers", [Offer(agency_id=agency_id, declared=level, **reason)])
    code, begins = more.pop("code", CODE), more.pop("effective_on", None)
    return drafting.save_draft(
        session, code, editor, content=said(**more), offers=offers, effective_on=begins
    )


def names(session: Session) -> list[str]:
    procedure = editor_queries.by_code(session, CODE)
    return [event.name for event in events.history(session, procedure.id)]


def publish(session: Session, code: str, editor: Actor, *, key: str | None = None) -> Any:
    """What the editor drafted, sent to review and published by another person."""
    found = editor_queries.draft_of(session, editor_queries.by_code(session, code).id)
    if found is not None and found.status is RevisionStatus.DRAFT:
        drafting.send_to_review(session, code, editor)
    return publishing.publish(session, code, importing.machine_hands(session).reviewer, key=key)
