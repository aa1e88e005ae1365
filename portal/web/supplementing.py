"""The applicant supplements: just what was asked, on one page; asks for the dossier back, or keeps it."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Response, get, patch, post
from litestar.params import FromPath, QueryParameter

from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import ends, filing, open_request, queries, reasons, supplement_queries, supplying, unlocking
from dossiers.attachment_rules import paper_of
from dossiers.models import Dossier
from dossiers.views import DossierView
from dossiers.workflow import Status
from portal.core import runtime
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid, Stale
from portal.core.http import AppStorage, DbSession
from portal.core.render import time_vi
from portal.web import forms as shown
from portal.web.drafts import CITIZEN, draft_of, identifier
from portal.web.filing import without_removed
from portal.web.pages import (
    WITH_FORM,
    AnyRequest,
    Form,
    Notice,
    PostedForm,
    done,
    page,
    problems_of,
    see_other,
)
from portal.web.papers import paper_view
from portal.web.supplement_labels import labels
from services_catalog import forms, units
from services_catalog.form_parts import Section

AT = "/ho-so/{dossier_id:uuid}"
Added = Annotated[str | None, QueryParameter(name="them", max_length=60)]
ACT: dict[str, Any] = {
    "sync_to_thread": True,
    "include_in_schema": False,
    "guards": [CITIZEN],
    "dependencies": WITH_FORM,
}


@get(f"{AT}/bo-sung", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def supplement_page(
    request: AnyRequest,
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    added: Added = None,
) -> Response[Any]:
    """What is asked, with the questions and papers that are open."""
    view = draft_of(session, actor, dossier_id)
    if view.status is not Status.SUPPLEMENT:
        return see_other(f"/ho-so/{dossier_id}")
    return _page(request, session, storage, actor, view, extra=added)


def _opened(session: DbSession, actor: Actor, dossier_id: UUID) -> tuple[Dossier, open_request.OpenRequest]:
    dossier = queries.get(session, actor, dossier_id)
    row = open_request.demand_open(session, dossier)
    asked = supplement_queries.opened(session, dossier.subject_id, row)
    return dossier, open_request.beside(session, dossier, asked, row)


def _page(
    request: AnyRequest,
    session: DbSession,
    storage: AppStorage,
    actor: Actor,
    view: DossierView,
    *,
    typed: dict[str, Any] | None = None,
    wrong: list[dict[str, str]] | None = None,
    lacking: list[dict[str, str]] | None = None,
    told: str = "",
    extra: str | None = None,
    status_code: int = 200,
) -> Response[Any]:
    _, desk = _opened(session, actor, view.id)
    answers = desk.typed if typed is None else typed
    parts = _parts(desk, answers)
    errors, _ = problems_of(wrong or [])
    lines = [
        {"href": "#" + shown.anchor(view.content.form, one["field"]), "message": one["message"]}
        for one in wrong or []
    ]
    lines += [{"href": f"#{one['key']}", "message": one["message"]} for one in lacking or []]
    open_papers = desk.papers()
    papers = []
    for requirement in view.content.requirements:
        paper = paper_of(view.content, requirement.key)
        if requirement.key in open_papers and paper is not None:
            mine = [
                one
                for one in view.attachments
                if one.requirement_key == requirement.key and one.supplement_id == desk.row.id
            ]
            papers.append(paper_view(view, storage, requirement, paper, mine, needed=True))
    late = desk.row.due_at is not None and now() > desk.row.due_at
    return page(
        request,
        "dossier/supplement.html",
        status_code=status_code,
        has_errors=bool(lines),
        dossier=view,
        asked=desk.asked,
        labels=labels(view),
        reasons=reasons.SUPPLEMENT,
        late=late,
        parts=[
            (
                part,
                shown.view(view.content.form, part, answers, errors, known={}, extra=extra, live=parts),
            )
            for part in parts
        ],
        papers=papers,
        seq=desk.row.draft_seq,
        problems=lines,
        told=told,
        key=str(uuid4()),
        provinces=units.in_force(runtime.settings).provinces if parts else (),
    )


def _parts(desk: open_request.OpenRequest, answers: dict[str, Any]) -> list[Section]:
    return unlocking.sections(desk.content, desk.fields(answers), desk.answers, answers)


@post(f"{AT}/bo-sung", **ACT)
def send(
    request: AnyRequest,
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    form: PostedForm,
) -> Response[Any]:
    """Keep what is typed, then go where the button says; what was typed is shown again whatever happens."""
    view = draft_of(session, actor, dossier_id)
    here = f"/ho-so/{dossier_id}/bo-sung"
    if view.status is not Status.SUPPLEMENT:
        return see_other(f"/ho-so/{dossier_id}")
    act, key = form.get("do", "send"), str(identifier(form.get("key")))
    given, after = _given(session, actor, dossier_id, form, act)
    again: dict[str, Any] = {"typed": after}
    try:
        supplying.save_draft(session, actor, dossier_id, seq=form.seq(), answers=given)
        verb, _, rest = act.partition(":")
        if verb in ("add", "remove"):
            return see_other(f"{here}?them={rest}#{rest}" if verb == "add" else here)
        if verb == "save":
            return see_other(here, done("Đã lưu. Bạn làm tiếp lúc nào cũng được, nhớ gửi trước hạn."))
        place = session.begin_nested()
        try:
            supplying.respond(session, actor, dossier_id, key=key)
        except filing.Incomplete as lacking:
            place.rollback()  # what was typed stays
            return _page(
                request,
                session,
                storage,
                actor,
                draft_of(session, actor, dossier_id),
                wrong=lacking.extra["fields"],
                lacking=lacking.extra["papers"],
                status_code=422,
            )
    except Stale as stale:
        session.rollback()
        told = "Phần bổ sung vừa được sửa ở cửa sổ khác. Điều bạn vừa gõ vẫn ở đây: xem lại rồi gửi."
        return _page(request, session, storage, actor, view, told=told, status_code=stale.status, **again)
    except Invalid as refusal:
        session.rollback()
        wrong = refusal.extra.get("errors") or [{"field": "", "message": refusal.detail}]
        return _page(request, session, storage, actor, view, wrong=wrong, status_code=422, **again)
    except Conflict as refusal:
        session.rollback()
        return see_other(f"/ho-so/{dossier_id}", Notice("bad", refusal.detail))
    return see_other(f"/ho-so/{dossier_id}", done("Đã gửi phần bổ sung. Hồ sơ được xem xét tiếp."))


def _given(
    session: DbSession, actor: Actor, dossier_id: UUID, form: Form, act: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The posted answers of the open questions, and all answers with them as typed."""
    _, desk = _opened(session, actor, dossier_id)
    parts = _parts(desk, desk.typed)
    given = forms.from_form(parts, without_removed(form, act))
    return given, {**desk.typed, **given}


@patch(f"{AT}/bo-sung", **ACT)
def autosave(
    session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> dict[str, Any]:
    """Keep what is typed so far, for forms.js; answers with the version and the hour."""
    view = draft_of(session, actor, dossier_id)
    given = _given(session, actor, dossier_id, form, "")[0] if view.status is Status.SUPPLEMENT else {}
    row, _ = supplying.save_draft(session, actor, dossier_id, seq=form.seq(), answers=given)
    return {"seq": row.draft_seq, "saved_at": time_vi(now())}


@post(f"{AT}/rut-ho-so", **ACT)
def withdraw(
    session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> Response[Any]:
    """Ask for the dossier back."""
    draft_of(session, actor, dossier_id)
    try:
        ends.ask_withdrawal(
            session, actor, dossier_id, reason=form.get("reason")[:4000], key=form.get("key")[:200] or None
        )
    except Conflict as refusal:
        session.rollback()
        return see_other(f"/ho-so/{dossier_id}", Notice("bad", refusal.detail))
    return see_other(f"/ho-so/{dossier_id}", done("Đã gửi yêu cầu rút hồ sơ. Cơ quan sẽ trả lời bạn."))


@post(f"{AT}/giu-lai", **ACT)
def keep(
    session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> Response[Any]:
    """Take the wish back."""
    draft_of(session, actor, dossier_id)
    try:
        ends.keep(session, actor, dossier_id, key=form.get("key")[:200] or None)
    except Conflict as refusal:
        session.rollback()
        return see_other(f"/ho-so/{dossier_id}", Notice("bad", refusal.detail))
    return see_other(f"/ho-so/{dossier_id}", done("Bạn không rút hồ sơ nữa. Hồ sơ được giải quyết tiếp."))


route_handlers: list[Any] = [supplement_page, send, autosave, withdraw, keep]
