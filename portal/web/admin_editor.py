"""The editor of a procedure's draft: one form for each tab, judged while one types, saved as a whole."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import Provide
from litestar.params import FromPath

from auth.actor import Actor
from auth.http import CurrentActor
from portal.core.clock import today
from portal.core.errors import DomainError, Stale
from portal.core.http import DbSession, read_form
from portal.web import admin_fields
from portal.web.admin_frame import BASE, TABS, address, editing
from portal.web.admin_offers import read_groups, rearrange_groups, spread_groups
from portal.web.admin_state import State, fresh_seq, load
from portal.web.admin_verdict import VerdictView, view
from portal.web.content_posts import read
from portal.web.content_sheets import Sheet, collect, one, part, rearrange, rows, several, spread
from portal.web.pages import AnyRequest, Form, PostedForm, done, page, see_other
from services_catalog import checking, drafting
from services_catalog.content import Offer, RevisionContent
from services_catalog.controllers import EDITOR, KEEPER
from services_catalog.diff import compare, compare_offers
from services_catalog.diff_rules import TABS as ATTRIBUTES

NAMES = dict(ATTRIBUTES)
TEMPLATES = {
    "": "admin/editor_overview.html",
    "giay-to": "admin/editor_papers.html",
    "phi-thoi-han": "admin/editor_fees.html",
    "co-quan": "admin/editor_offers.html",
    "quy-trinh": "admin/editor_process.html",
}
PATHS = [f"{BASE}/{{code:str}}{f'/{tab}' if tab else ''}" for tab in TEMPLATES]


async def _read_sheet(request: AnyRequest) -> Form:
    """The form of a tab: its lists may be long, other names are few."""
    return Form(await read_form(request), frozenset(NAMES[tab_of(request)]) | {"groups"})


WITH_SHEET = {"form": Provide(_read_sheet)}


class Typed(msgspec.Struct):
    """What a tab's form holds at this moment, and what it comes to."""

    sheet: Sheet
    content: RevisionContent
    offers: list[Offer]
    mistakes: dict[str, str] = {}
    focus: str = ""
    unsaved: bool = False
    refusal: DomainError | None = None
    elsewhere: list[Any] = []


def tab_page(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str]
) -> Response[Any]:
    """A tab of the editor: a form while there is a draft, the same read-only without one."""
    state = load(session, code)
    if state.content is None:
        return page(
            request, "admin/listing.html", editing=editing(session, actor, code, ""), kept=state.procedure
        )
    return shown(request, session, actor, state, as_saved(state, state.content, tab_of(request)))


def tab_of(request: AnyRequest) -> str:
    """The tab an address names; "" is the first."""
    last = request.url.path.rstrip("/").rsplit("/", 1)[-1]
    return last if last in TEMPLATES else ""


def as_saved(state: State, content: RevisionContent, tab: str) -> Typed:
    """A tab's form as the draft stands."""
    sheet = spread(content, NAMES[tab])
    if tab == "co-quan":
        sheet["groups"] = spread_groups(state.offers)
    return Typed(sheet, content, state.offers)


def save_tab(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Save a tab, judge it unsaved, or add, leave out and move a row of it."""
    _, found, content, offers = drafting.draft(session, code)
    state, tab, act = load(session, code), tab_of(request), form.get("do", "save")
    typed = _read(state, content, offers, tab, form)
    if act == "check":
        if request.headers.get("hx-request") == "true":
            return _partial(request, session, state, typed)
        typed.unsaved = True
        return shown(request, session, actor, state, typed)
    if act != "save":
        rearranged = rearrange_groups if ":groups" in act else rearrange
        typed.focus, typed.unsaved, typed.mistakes = rearranged(typed.sheet, act) or "", True, {}
        return shown(request, session, actor, state, typed)
    if typed.mistakes:
        typed.unsaved = True
        return shown(request, session, actor, state, typed, status=422)
    try:
        seq = fresh_seq(session, code, form.seq())
        saved = drafting.save_draft(
            session,
            code,
            actor,
            content=typed.content,
            offers=typed.offers,
            effective_on=found.effective_on,
            seq=seq,
        )
    except DomainError as error:
        session.rollback()
        return _refused(request, session, actor, code, typed, error)
    return see_other(address(code, tab), done(f"Đã lưu bản nháp {saved.number}."))


def _read(state: State, content: RevisionContent, offers: list[Offer], tab: str, form: Form) -> Typed:
    """The form's sheet, and the draft as it would be with it."""
    names = NAMES[tab]
    sheet = {**dict.fromkeys(names, ""), **collect(form.pairs, (*names, "groups"))}
    found = read(sheet, names)
    typed = Typed(sheet, found.over(content), offers, found.mistakes)
    if tab == "co-quan":
        typed.offers, wrong = read_groups(sheet, offers, state.agencies)
        typed.mistakes = typed.mistakes | wrong.mistakes
    return typed


def _refused(
    request: AnyRequest, session: DbSession, actor: Actor, code: str, typed: Typed, error: DomainError
) -> Response[Any]:
    """The page with what was typed and why it was not saved; a stale one may be saved again."""
    state, tab = load(session, code), tab_of(request)
    typed.refusal, typed.unsaved = error, True
    if isinstance(error, Stale) and state.content is not None:
        mine = msgspec.structs.replace(
            state.content, **{name: getattr(typed.content, name) for name in NAMES[tab]}
        )
        changes = compare(state.content, mine)
        if tab == "co-quan":
            changes += compare_offers(state.offers, typed.offers, state.agencies, state.content, mine)
        typed.elsewhere = changes[:30]
    return shown(request, session, actor, state, typed, status=error.status)


def verdict_of(session: DbSession, state: State, typed: Typed) -> VerdictView:
    """What publishing the typed content would say."""
    planned = state.draft.effective_on if state.draft else None
    day = max(planned, today()) if planned else (state.shown_on or today())
    problems = (
        checking.problems(session, state.procedure, typed.content, typed.offers, day) if state.draft else []
    )
    return view(
        state.procedure.code,
        typed.content,
        typed.offers,
        day,
        problems=problems,
        agencies=state.agencies,
        drafted=state.draft is not None,
        mistakes=len(typed.mistakes),
    )


def _partial(request: AnyRequest, session: DbSession, state: State, typed: Typed) -> Response[Any]:
    tab = tab_of(request)
    return page(
        request,
        "admin/_verdict_live.html",
        verdict=verdict_of(session, state, typed),
        live=tab,
        hours=admin_fields.hours_line(typed.content) if tab == "quy-trinh" else "",
    )


def shown(
    request: AnyRequest,
    session: DbSession,
    actor: Actor,
    state: State,
    typed: Typed,
    *,
    tab: str | None = None,
    status: int = 200,
    **more: Any,
) -> Response[Any]:
    """A tab's page; `tab` None: the one the address names."""
    tab = tab_of(request) if tab is None else tab
    code = state.procedure.code
    head = editing(session, actor, code, tab)
    verdict = verdict_of(session, state, typed)
    return page(
        request,
        TEMPLATES[tab],
        status_code=status,
        has_errors=bool(typed.mistakes or typed.refusal),
        editing=head,
        tab_label=dict(TABS)[tab],
        here_path=address(code, tab),
        locked=not (head.draft and head.may_edit),
        sheet=typed.sheet,
        content=typed.content,
        mistakes=typed.mistakes,
        problem_lines=[{"href": f"#{place}", "message": told} for place, told in typed.mistakes.items()],
        problem_title="Chưa lưu được. Sửa các chỗ này rồi lưu lại",
        refusal=typed.refusal,
        elsewhere=typed.elsewhere,
        was_stale=isinstance(typed.refusal, Stale),
        focus=typed.focus,
        unsaved=typed.unsaved,
        verdict=verdict,
        wrong_below=lambda place: any(at.startswith(f"{place}.") for at in typed.mistakes),
        one=one,
        part=part,
        rows=rows,
        several=several,
        words=admin_fields.WORDS,
        **admin_fields.choices(tab, typed.content, state.agencies),
        **({**APPLY, "typed_day": _day(state)} | more),
    )


APPLY: dict[str, Any] = {
    "file_mistake": "",
    "typed_paper": "",
    "apply_mistake": "",
    "typed_reason": "",
    "typed_closes": "",
    "typed_why": "",
    "withdraw_mistake": "",
    "reason_mistake": "",
    "withdraw_open": False,
    "call_off_mistake": "",
    "typed_call_off": "",
    "keep_open_mistake": "",
    "typed_keep_open": "",
}


def _day(state: State) -> str:
    """The planned day as the panel shows it: only one that lies ahead."""
    planned = state.draft.effective_on if state.draft else None
    return f"{planned:%d/%m/%Y}" if planned and planned > today() else ""


# A handler for each address: Litestar 2.25 wraps one of several addresses twice (see portal.web).
_SHARED: dict[str, Any] = {"sync_to_thread": True, "include_in_schema": False}
route_handlers: list[Any] = [
    *(get(path, guards=[KEEPER], **_SHARED)(tab_page) for path in PATHS),
    *(post(path, guards=[EDITOR], dependencies=WITH_SHEET, **_SHARED)(save_tab) for path in PATHS),
]
