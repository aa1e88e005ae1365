"""One act on many dossiers from the inbox, and the page that tells how far it is."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from auth.http import CurrentActor
from dossiers import batches
from dossiers.controllers import OFFICER
from dossiers.workflow import Action
from portal.core.errors import DomainError
from portal.core.http import DbSession
from portal.web.bulk_words import WORDS
from portal.web.officer import unit_name
from portal.web.pages import WITH_FORM, AnyRequest, Notice, PostedForm, page, see_other

HERE = "/can-bo/hang-loat"


@post(HERE, sync_to_thread=True, include_in_schema=False, guards=[OFFICER], dependencies=WITH_FORM)
def begin(session: DbSession, actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Take the ticked dossiers in hand, and lead to how far it is."""
    try:
        batch_id = batches.begin(
            session, actor, form.get("act"), _chosen(form.all("chon")), key=form.get("key")[:200] or None
        )
    except DomainError as refused:
        session.rollback()
        view = form.get("view")
        back = f"/can-bo?view={view}" if view.isascii() and view.replace("_", "").isalpha() else "/can-bo"
        return see_other(back, Notice("bad", refused.detail))
    return see_other(f"{HERE}/{batch_id}")


def _chosen(texts: list[str]) -> list[batches.Chosen]:
    """The dossiers among what was posted: "<id>:<seq>"."""
    found = []
    for text in texts:
        dossier_id, _, seq = text.partition(":")
        try:
            if seq.isascii() and seq.isdigit() and len(seq) < 18:
                found.append(batches.Chosen(UUID(dossier_id), int(seq)))
        except ValueError:
            continue
    return found


@get(HERE, sync_to_thread=False, include_in_schema=False, guards=[OFFICER])
def again() -> Response[Any]:
    """The address of an act on many, typed or reloaded: back to the inbox."""
    return see_other("/can-bo")


@get(f"{HERE}/{{batch_id:uuid}}", sync_to_thread=True, include_in_schema=False, guards=[OFFICER])
def progress(
    request: AnyRequest, session: DbSession, actor: CurrentActor, batch_id: FromPath[UUID]
) -> Response[Any]:
    """How far one's own batch is: never all or nothing in silence, each with its reason."""
    found = batches.progress(session, actor, batch_id)
    label, done, views = WORDS[Action(found.act)]
    return page(
        request,
        "desk/batch.html",
        unit=unit_name(session, actor),
        found=found,
        lines=found.items,
        running=found.ended_at is None,
        label=label,
        done=done,
        back=f"/can-bo?view={views[0]}",
    )


route_handlers: list[Any] = [begin, again, progress]
