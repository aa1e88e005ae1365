"""A revision begins to apply, a procedure closes: on the day and at the instant, once, whoever is late."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from portal.core import clock, events
from services_catalog import editor_queries, shelf
from services_catalog.checking import said
from services_catalog.drafting import why
from services_catalog.models import LevelChange, Offering, Procedure, ProcedureRevision, RevisionStatus

_MOMENT = timedelta(microseconds=1)


def due(session: Session, at: datetime) -> list[UUID]:
    """Procedures for which a day or a cut-off has come that nobody acted upon yet."""
    begins = editor_queries.due_to_begin(session, clock.local(at).date())
    closes = editor_queries.due_to_close(session, at)
    return [*begins, *(one for one in closes if one not in begins)]


def follow(session: Session, procedure_id: UUID, at: datetime) -> str | None:
    """Do what is due of one procedure; its code if anything was. Twice at once is once: the row is locked."""
    procedure = editor_queries.by_id(session, procedure_id, for_update=True)
    return procedure.code if settle(session, procedure, at) else None


def settle(session: Session, procedure: Procedure, at: datetime) -> bool:
    """Bring the locked procedure to where days and cut-off put it at the instant; whether anything moved.

    In the order of time, however late this runs: what began before the cut-off, the cut-off, and what
    begins from then on. Of several revisions whose day has come the newest begins, the others never do.
    """
    moved = False
    closes = procedure.closes_at
    if procedure.current_revision_id is not None and closes is not None and closes <= at:
        _begin_newest(session, procedure, closes - _MOMENT)
        close(session, procedure, None, at=closes)
        moved = True
    moved |= _begin_newest(session, procedure, at)
    if moved:
        shelf.bump(session)
    return moved


def _begin_newest(session: Session, procedure: Procedure, at: datetime) -> bool:
    found = editor_queries.newest_due(session, procedure, clock.local(at).date())
    if found is not None:
        begin(session, procedure, found, None, at=at)
    return found is not None


def begin(
    session: Session,
    procedure: Procedure,
    found: ProcedureRevision,
    actor_id: UUID | None,
    *,
    at: datetime,
    reason: str = "",
) -> None:
    """Make the revision the current one: lists, levels' history, the event statistics count.

    A cut-off that lies ahead stays; one that has passed ended an earlier revision and is lifted.
    """
    before = editor_queries.offered(session, procedure.current_revision_id)
    after = editor_queries.offered(session, found.id)
    found.began_at = at
    session.add(found)
    shelf.follow(session, procedure, found, said(found))
    if procedure.closes_at is not None and procedure.closes_at <= at:
        procedure.closes_at = None
    _note_levels(session, procedure, found, before, after, actor_id or found.published_by, at)
    offered = [
        {"agency_id": one.agency_id, "declared": one.declared, "eligible": one.eligible} for one in after
    ]
    facts = {
        "revision": found.id,
        "number": found.number,
        "ruleset": found.ruleset,
        "effective_on": found.effective_on,
        "offerings": offered,
    }
    _record(session, procedure, "procedure.published", actor_id, {**facts, **why(reason)})


def close(
    session: Session,
    procedure: Procedure,
    actor_id: UUID | None,
    *,
    at: datetime,
    reason: str = "",
) -> ProcedureRevision:
    """Withdraw the current revision as of the instant, which `closes_at` keeps."""
    assert procedure.current_revision_id is not None
    revision = editor_queries.revision(session, procedure.current_revision_id)
    before = editor_queries.offered(session, revision.id)
    revision.status, procedure.current_revision_id = RevisionStatus.WITHDRAWN, None
    procedure.closes_at = at
    session.add(revision)
    session.flush()
    _note_levels(session, procedure, revision, before, [], actor_id, at)
    facts = {"revision": revision.id, "number": revision.number, "closed_at": at}
    _record(session, procedure, "procedure.withdrawn", actor_id, {**facts, **why(reason)})
    return revision


def _record(
    session: Session, procedure: Procedure, name: str, actor_id: UUID | None, facts: dict[str, object]
) -> None:
    session.add(procedure)
    session.flush()
    events.record(session, procedure, name, actor_id, facts)
    session.add(procedure)
    session.flush()


def _note_levels(
    session: Session,
    procedure: Procedure,
    revision: ProcedureRevision,
    before: Sequence[Offering],
    after: Sequence[Offering],
    actor_id: UUID | None,
    at: datetime,
) -> None:
    """A row for each agency whose level is another one than before."""
    was = {one.agency_id: one.declared for one in before}
    now = {one.agency_id: one for one in after}
    for agency_id in sorted({*was, *now}, key=str):
        new = now.get(agency_id)
        if (new.declared if new else None) == was.get(agency_id):
            continue
        session.add(
            LevelChange(
                procedure_id=procedure.id,
                agency_id=agency_id,
                revision_id=revision.id,
                at=at,
                before=was.get(agency_id),
                after=new.declared if new else None,
                ruleset=revision.ruleset,
                reason_code=new.reason_code if new else None,
                reason_basis=new.reason_basis if new else None,
                actor_id=actor_id,
            )
        )
