"""Filling in the form of a draft, a section a page, saved at every step."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import FromPath, QueryParameter

from auth.actor import Actor
from auth.http import CurrentActor, safe_next
from dossiers import draft_news, earlier, filing
from dossiers.views import DossierView
from dossiers.workflow import Status
from portal.core import runtime
from portal.core.clock import now
from portal.core.errors import Invalid, Stale
from portal.core.http import DbSession
from portal.core.render import time_vi
from portal.web import forms as shown
from portal.web.drafts import (
    CITIZEN,
    FORM_STEP,
    PART,
    draft_of,
    elsewhere,
    identifier,
    section_tasks,
    shared,
    shell,
    shortfall,
)
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
from services_catalog import forms, units
from services_catalog.form_parts import Section

Part = Annotated[str | None, QueryParameter(name=PART, max_length=60)]
Added = Annotated[str | None, QueryParameter(name="them", max_length=60)]
Back = Annotated[str | None, QueryParameter(name="ve", max_length=20)]


@post(
    "/thu-tuc/{code:str}/bat-dau",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
    dependencies=WITH_FORM,
)
def start(session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm) -> Response[Any]:
    """Open a draft; the page made its submission id, so that a second press finds the same one."""
    if not form.get("agency"):
        told = Notice("warn", "Chọn nơi nộp hồ sơ, rồi bấm “Bắt đầu nộp hồ sơ”.")
        return see_other(f"/thu-tuc/{quote(code, safe='')}#nop-ho-so", told)
    dossier = filing.open_draft(
        session,
        actor,
        submission_id=identifier(form.get("submission_id")),
        code=code,
        agency_id=identifier(form.get("agency")),
    )
    return see_other(f"/ho-so/{dossier.id}/to-khai")


@get("/ho-so/{dossier_id:uuid}/to-khai", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def form_page(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    part: Part = None,
    added: Added = None,
    back: Back = None,
) -> Response[Any]:
    """One section of the form."""
    view = draft_of(session, actor, dossier_id, follow=True)
    if view.status is not Status.DRAFT:
        return see_other(f"/ho-so/{dossier_id}")
    if not view.content.form:
        return see_other(f"/ho-so/{dossier_id}/giay-to")
    return _form_page(request, session, actor, view, part, back=back, extra=added)


def _form_page(
    request: AnyRequest,
    session: DbSession,
    actor: Actor,
    view: DossierView,
    part: str | None,
    *,
    back: str | None = None,
    extra: str | None = None,
    typed: dict[str, Any] | None = None,
    wrong: list[dict[str, str]] | None = None,
    status_code: int = 200,
    told: str | None = None,
) -> Response[Any]:
    answers = view.answers if typed is None else typed
    around = shell(view, FORM_STEP)
    sections = forms.visible(view.content.form, answers) or around.sections
    section = next((one for one in sections if one.key == part), sections[0])
    whole = next(one for one in view.content.form if one.key == section.key)
    place = sections.index(section)
    errors, _ = problems_of(wrong or [])
    mine = [one for one in wrong or [] if shown.section_of([whole], one["field"])]
    known = _known(session, actor, view, whole)
    questions = shown.view(view.content.form, whole, answers, errors, known=known, extra=extra)
    for one in questions if view.is_keyed else ():
        one.source = one.source and "Lấy từ người nộp đã ghi; sửa được"
    suffix = "&ve=kiem-tra" if back == "kiem-tra" else ""
    return page(
        request,
        "filing/form.html",
        status_code=status_code,
        has_errors=bool(mine),
        **shared(around),
        section=whole,
        questions=questions,
        place=place + 1,
        count=len(sections),
        before=sections[place - 1].key if place else None,
        after=sections[place + 1].title if place + 1 < len(sections) else None,
        back="kiem-tra" if suffix else "",
        problems=[
            {"href": "#" + shown.anchor([whole], one["field"]), "message": one["message"]} for one in mine
        ],
        parts=section_tasks(view, sections, section.key, suffix),
        provinces=units.in_force(runtime.settings).provinces,
        focus=_first_of_block(questions, extra),
        told=told,
    )


def _first_of_block(questions: list[shown.FieldView], extra: str | None) -> str | None:
    """The id of the first question of the block just added."""
    made = next((one for one in questions if one.key == extra and one.rows), None)
    if made is None:
        return None
    first = next((one for one in made.rows[-1] if one.visible and one.control != "note"), None)
    return first.id if first else None


def _known(session: DbSession, actor: Actor, view: DossierView, section: Section) -> dict[str, Any]:
    """What may be filled in, by the names content.Field.prefill uses: of the account, of earlier dossiers."""
    asked = {field.prefill for field in section.fields}
    found = {f"account.{key}": str(value) for key, value in view.applicant.items() if value and asked}
    if "earlier" in asked and view.is_own and not any(field.key in view.answers for field in section.fields):
        told = earlier.answers(session, actor, section.fields, code=view.procedure_code, dossier_id=view.id)
        found |= {f"earlier.{key}": value for key, value in told.items()}
    return found


@post(
    "/ho-so/{dossier_id:uuid}/to-khai",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
    dependencies=WITH_FORM,
)
def save_form(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    form: PostedForm,
) -> Response[Any]:
    """Keep a section, then go where the button says. Whatever happens, what was typed is shown again."""
    before = draft_of(session, actor, dossier_id)
    if before.status is not Status.DRAFT:
        return see_other(f"/ho-so/{dossier_id}")
    part, act, back = form.get("_section"), form.get("do", "next"), form.get("ve")
    posted = without_removed(form, act)
    answers = forms.from_form(before.content.form, posted)
    again: dict[str, Any] = {"back": back, "typed": {**before.answers, **answers}, "status_code": 422}
    try:
        dossier, _ = filing.save_answers(session, actor, dossier_id, seq=form.seq(), answers=answers)
    except Stale:
        told = "Tờ khai vừa được sửa ở cửa sổ khác. Điều bạn vừa gõ vẫn ở đây: xem lại rồi lưu lần nữa."
        return _form_page(request, session, actor, before, part, told=told, **again)
    except Invalid as refusal:
        wrong = refusal.extra.get("errors") or [{"field": "", "message": refusal.detail}]
        return _form_page(request, session, actor, before, part, wrong=wrong, told=refusal.detail, **again)
    base, here = f"/ho-so/{dossier_id}", f"/ho-so/{dossier_id}/to-khai?{PART}={part}"
    here += "&ve=kiem-tra" if back == "kiem-tra" else ""
    if dossier.revision_id != before.revision_id:
        return see_other(here)  # the page tells what the new revision changes
    verb, _, rest = act.partition(":")
    if verb == "save":
        return see_other(elsewhere(before), done("Đã lưu bản nháp. Bạn làm tiếp lúc nào cũng được."))
    if verb == "add":
        return see_other(f"{here}&them={rest}#{rest}")
    if verb == "remove":
        return see_other(f"{here}#{rest.partition(':')[0]}")
    return _go_on(request, session, actor, draft_of(session, actor, dossier_id), form, base, here)


def _go_on(
    request: AnyRequest,
    session: DbSession,
    actor: Actor,
    view: DossierView,
    form: Form,
    base: str,
    here: str,
) -> Response[Any]:
    """After a section is kept: to the questions it opened, to its faults, or on."""
    part, back = form.get("_section"), form.get("ve")
    sections = forms.visible(view.content.form, view.answers)
    section = next((one for one in sections if one.key == part), None)
    if section is None:
        return see_other(f"{base}/to-khai")
    on_page = {field.key for field in section.fields}
    asked_here = {
        field.key for field in section.fields if any(one.field in on_page for one in field.show_when)
    }
    opened = [field.key for field in section.fields if field.key in asked_here - set(form.all("_shown"))]
    if opened and not all(key in view.answers for key in opened):
        return see_other(f"{here}#{opened[0]}", Notice("info", "Có thêm câu hỏi theo điều bạn vừa chọn."))
    wrong = [one for one in shortfall(view)[0] if one["field"].split(".")[0] in on_page]
    if wrong:
        return _form_page(request, session, actor, view, part, back=back, wrong=wrong, status_code=422)
    if back == "kiem-tra":
        return see_other(f"{base}/kiem-tra")
    place = sections.index(section)
    if place + 1 < len(sections):
        return see_other(f"{base}/to-khai?{PART}={sections[place + 1].key}")
    return see_other(f"{base}/giay-to")


@patch(
    "/ho-so/{dossier_id:uuid}/to-khai",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
    dependencies=WITH_FORM,
)
def autosave(
    session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> dict[str, Any]:
    """Keep what is typed so far, for forms.js; answers with the version and the hour."""
    view = draft_of(session, actor, dossier_id)
    answers = forms.from_form(view.content.form, form.as_dict())
    dossier, _ = filing.save_answers(session, actor, dossier_id, seq=form.seq(), answers=answers)
    return {"seq": dossier.answers_seq, "saved_at": time_vi(now())}


@post(
    "/ho-so/{dossier_id:uuid}/ban-moi",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
    dependencies=WITH_FORM,
)
def revision_seen(
    session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> Response[Any]:
    """The owner has looked through what the new revision changes: the notice is not shown again."""
    view = draft_of(session, actor, dossier_id)
    if view.status is not Status.DRAFT:
        return see_other(f"/ho-so/{dossier_id}")
    draft_news.seen(session, actor, dossier_id)
    return see_other(safe_next(form.get("back"), f"/ho-so/{dossier_id}/to-khai"))


def without_removed(form: Form, act: str) -> dict[str, list[str]]:
    """The posted values, without the block a "remove" button names."""
    verb, _, rest = act.partition(":")
    key, _, index = rest.partition(":")
    gone = f"{key}.{index}." if verb == "remove" else None
    return {name: values for name, values in form.as_dict().items() if not gone or not name.startswith(gone)}


route_handlers: list[Any] = [start, form_page, save_form, autosave, revision_seen]
