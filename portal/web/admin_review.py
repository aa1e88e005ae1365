"""What waits for a second person, and the page on which that person decides."""

from typing import Any
from uuid import uuid4

from litestar import Response, get, post
from litestar.params import FromPath

from auth.actor import Actor
from auth.http import CurrentActor
from portal.core.clock import today
from portal.core.errors import DomainError, NotFound
from portal.core.http import DbSession
from portal.web.admin_acts import BY_REVIEWER
from portal.web.admin_compare import EFFECTS, comparison, history, newest, trial_of
from portal.web.admin_editor import as_saved, verdict_of
from portal.web.admin_frame import BASE, address, editing
from portal.web.admin_state import fresh_seq, load
from portal.web.admin_words import who
from portal.web.pages import AnyRequest, PostedForm, done, page, see_other
from services_catalog import admin_queries, drafting, publishing
from services_catalog.controllers import KEEPER
from services_catalog.models import RevisionStatus

QUEUE = "/quan-tri/duyet"


@get(QUEUE, sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def queue(request: AnyRequest, session: DbSession, actor: CurrentActor) -> Response[Any]:
    """The drafts that wait for a second person, longest first."""
    lines = []
    for row in admin_queries.waiting(session):
        old, new = newest(session, row.code)
        found = comparison(session, old, new) if new else None
        own = actor.id in row.authors or actor.id == row.submitted_by
        lines.append((row, found, who(row.submitted_by, actor.id, "Người biên tập"), own))
    return page(request, "admin/queue.html", lines=lines, effects=EFFECTS)


@get(f"{QUEUE}/{{code:str}}", sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def review_page(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str]
) -> Response[Any]:
    """One draft to decide on: what it changes, what stands against it, what a trial run says."""
    return _page(request, session, actor, code)


def _page(
    request: AnyRequest,
    session: DbSession,
    actor: Actor,
    code: str,
    *,
    refusal: DomainError | None = None,
    typed_note: str = "",
    typed_reason: str = "",
) -> Response[Any]:
    state = load(session, code)
    if state.draft is None or state.draft.status is not RevisionStatus.REVIEW or state.content is None:
        if refusal is not None:
            raise refusal
        return see_other(address(code), done("Không còn bản nào của thủ tục này chờ duyệt."))
    draft = state.draft
    old, new = newest(session, code)
    lines = history(session, actor, state.procedure.id)
    asked = next((line for line in lines if line.name == "procedure.review_requested"), None)
    wrote = actor.id in draft.authors
    sent = actor.id == draft.submitted_by
    return page(
        request,
        "admin/review.html",
        status_code=refusal.status if refusal else 200,
        has_errors=refusal is not None,
        editing=editing(session, actor, code, "duyet"),
        draft=draft,
        begins=max(draft.effective_on, today()),
        verdict=verdict_of(session, state, as_saved(state, state.content, "")),
        found=comparison(session, old, new) if new else None,
        effects=EFFECTS,
        **trial_of(session, state.procedure, "review"),
        asked=asked,
        own="soạn và gửi duyệt" if wrote and sent else "soạn" if wrote else "gửi duyệt" if sent else "",
        refusal=refusal,
        failing=(refusal.extra.get("problems") or refusal.extra.get("failing") or []) if refusal else [],
        typed_note=typed_note,
        typed_reason=typed_reason,
        key=str(uuid4()),
    )


@post(f"{BASE}/{{code:str}}/cong-bo", **BY_REVIEWER)
def publish(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Publish what a colleague sent to review; what stands against it comes back as a list."""
    reason = form.get("reason")[:4000]
    try:
        seq = fresh_seq(session, code, form.seq())
        key = form.get("key")[:200] or None
        found = publishing.publish(session, code, actor, reason=reason, seq=seq, key=key)
    except NotFound:
        raise
    except DomainError as error:
        session.rollback()
        return _page(request, session, actor, code, refusal=error, typed_note=reason)
    told = f"Đã công bố bản {found.number}. Hồ sơ lập từ bây giờ theo bản này; hồ sơ đã nộp giữ bản cũ."
    if found.effective_on > today():
        told = f"Đã duyệt bản {found.number}: áp dụng từ {found.effective_on:%d/%m/%Y}."
    return see_other(address(code), done(told))


@post(f"{BASE}/{{code:str}}/tra-lai", **BY_REVIEWER)
def return_draft(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Send the draft back to its editors with a reason."""
    reason = form.get("reason")[:4000]
    try:
        seq = fresh_seq(session, code, form.seq())
        found = drafting.return_draft(session, code, actor, reason=reason, seq=seq)
    except NotFound:
        raise
    except DomainError as error:
        session.rollback()
        return _page(request, session, actor, code, refusal=error, typed_reason=reason)
    return see_other(QUEUE, done(f"Đã trả lại bản {found.number} của {code} cho người soạn."))


route_handlers: list[Any] = [queue, review_page, publish, return_draft]
