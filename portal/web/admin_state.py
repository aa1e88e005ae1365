"""What a page of the editor stands on: the procedure, its draft or what is in force, and who offers it."""

from datetime import date
from uuid import UUID

import msgspec
from sqlmodel import Session

from portal.core import events
from services_catalog import admin_queries, checking, editor_queries
from services_catalog.content import Offer, RevisionContent, Step
from services_catalog.models import Procedure, ProcedureRevision

# What happens to a procedure without changing what its editor sees.
ASIDE = frozenset({"procedure.simulation_asked", "procedure.simulated"})


class State(msgspec.Struct, frozen=True, kw_only=True):
    """`content` and `offers` are the draft's, else those of the revision in force or waiting for its day."""

    procedure: Procedure
    draft: ProcedureRevision | None
    shown_on: date | None
    content: RevisionContent | None
    offers: list[Offer]
    agencies: dict[UUID, str]


def load(session: Session, code: str) -> State:
    """The procedure as its editor sees it.

    Raises:
        NotFound: no procedure has this code.
    """
    procedure = editor_queries.by_code(session, code)
    draft = editor_queries.draft_of(session, procedure.id)
    shown = draft or published(session, procedure)
    offers: list[Offer] = []
    if draft is not None:
        offers = checking.declared(draft)
    elif shown is not None:
        offers = offers_of(session, shown.id)
    names = {one.id: one.name for one in admin_queries.agencies_today(session)}
    if gone := [one.agency_id for one in offers if one.agency_id not in names]:
        found = editor_queries.agencies_by_id(session, gone)
        names |= {agency_id: name for agency_id, (_, name) in found.items()}
    return State(
        procedure=procedure,
        draft=draft,
        shown_on=shown.effective_on if shown else None,
        content=checking.said(shown) if shown else None,
        offers=offers,
        agencies=names,
    )


def published(session: Session, procedure: Procedure) -> ProcedureRevision | None:
    """The published revision a new draft follows: one that waits for its day, else what is in force, else
    what was so last.
    """
    waiting = editor_queries.waiting_for(session, procedure.id)
    if waiting is not None:
        return waiting
    if procedure.current_revision_id is not None:
        return editor_queries.revision(session, procedure.current_revision_id)
    revisions = admin_queries.all_revisions(session, procedure.id)
    last = next((one for one in revisions if one.published_at is not None), None)
    return editor_queries.revision(session, last.id) if last else None


def offers_of(session: Session, revision_id: UUID) -> list[Offer]:
    """What agencies declare of a published revision, as a draft would hold it."""
    return [
        Offer(
            agency_id=one.agency_id,
            declared=one.declared,
            reason_code=one.reason_code,
            reason_basis=one.reason_basis,
            unit=one.unit,
            steps=msgspec.convert(one.steps, list[Step]),
        )
        for one in editor_queries.offered(session, revision_id)
    ]


def fresh_seq(session: Session, code: str, seen: int | None) -> int | None:
    """The version to save against: the one seen, or today's when only asides happened since.

    A trial run ends in the background while somebody edits; that is no reason to refuse what they typed.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    if seen is None or procedure.seq == seen:
        return seen
    since = [event.name for event in events.history(session, procedure.id) if event.seq > seen]
    return procedure.seq if since and ASIDE.issuperset(since) else seen
