"""What the owner of a draft is told: it moved to a new revision, another comes, receiving stops."""

from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from dossiers import access, filing, offering, queries, views
from dossiers.authority import amended
from dossiers.draft_shapes import Ahead, DraftNews, Moved
from dossiers.views import DossierView
from dossiers.workflow import Action, Status, advance
from portal.core import events
from portal.core.clock import now
from portal.core.events import EventRow
from services_catalog import public_queries
from services_catalog.content import RevisionContent
from services_catalog.for_drafts import for_draft

MOVED, SEEN = "dossier.moved_to_revision", "dossier.revision_seen"


def opened(session: Session, actor: Actor, dossier_id: UUID, *, follow: bool) -> DossierView:
    """The actor's dossier; a draft follows the newest revision if `follow`, and comes with its news.

    What is received no longer keeps its revision. A page that posts answers does not follow before they
    are kept: `filing.save_answers` moves the draft with them.

    Raises:
        DossierNotFound: it is not the actor's own nor keyed in by them, or is not at all.
    """
    view = views.summary(session, actor, dossier_id)
    if not (view.is_own or view.is_keyed):
        raise access.DossierNotFound
    if view.status is not Status.DRAFT:
        return view
    standing = offering.standing_offering(session, view.procedure_code, view.agency_id, now())
    if follow and standing is not None and standing.revision_id != view.revision_id:
        dossier = queries.get(session, actor, view.id, for_update=True)
        if dossier.status is Status.DRAFT:
            filing.follow_revision(session, dossier, actor)
        view = views.summary(session, actor, dossier_id)
    return msgspec.structs.replace(view, news=_news(session, view, received=standing is not None))


def _news(session: Session, view: DossierView, *, received: bool) -> DraftNews:
    planned = public_queries.planned(session, view.procedure_code)
    ahead = []
    for one in planned.coming:
        changes = for_draft(view.content, _asked(session, view, one.id))
        ahead.append(Ahead(number=one.number, effective_on=one.effective_on, changes=changes))
    return DraftNews(
        moved=_moved(session, view),
        ahead=ahead,
        stops=planned.stops,
        closes_at=planned.closes_at,
        received=received,
    )


def _asked(session: Session, view: DossierView, revision_id: UUID) -> RevisionContent:
    """What a revision asks of who files as this draft is filed."""
    return amended(queries.content(session, revision_id), view.filed_as)


def _moved(session: Session, view: DossierView) -> Moved | None:
    """From the revision before the first move that was not seen, to the present one."""
    before = unseen(events.history(session, view.id))
    if before is None:
        return None
    present = public_queries.revision_facts(session, view.revision_id)
    old = _asked(session, view, before) if before != view.revision_id else view.content
    return Moved(
        number=present.number,
        effective_on=present.effective_on,
        changes=for_draft(old, view.content),
        kept=len(view.answers),
    )


def unseen(history: list[EventRow]) -> UUID | None:
    """The revision that the owner last knew, when the draft has moved on since."""
    before: UUID | None = None
    for event in history:
        if event.name == SEEN:
            before = None
        elif event.name == MOVED and before is None and (from_ := event.data.get("from_revision_id")):
            before = UUID(str(from_))
    return before


def seen(session: Session, actor: Actor, dossier_id: UUID) -> None:
    """The owner has looked through what the new revision changes; nothing to do when nothing is unseen.

    Raises:
        DossierNotFound, WrongState: not a draft of the actor.
    """
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    access.demand(actor, Action.SUBMIT, dossier)
    advance(dossier.status, Action.SUBMIT)
    if unseen(events.history(session, dossier.id)) is None:
        return
    events.record(session, dossier, SEEN, actor.id, {"revision_id": dossier.revision_id})
    session.add(dossier)
    session.flush()
