"""A form tried out as citizens will see it, on a phone and on a desk side by side; nothing is kept."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from auth.actor import Actor
from auth.http import CurrentActor
from portal.core import runtime
from portal.core.http import DbSession
from portal.web import forms as shown
from portal.web.admin_frame import BASE, Editing, address, editing
from portal.web.admin_state import published
from portal.web.filing import without_removed
from portal.web.forms import FieldView
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, page
from services_catalog import checking, editor_queries, forms, units
from services_catalog.content import RevisionContent
from services_catalog.controllers import KEEPER

TAB: Final = "to-khai"
PATH: Final = f"{BASE}/{{code:str}}/{TAB}/xem-truoc"
WIDTHS: Final = (("dt-", "Điện thoại", "is-phone"), ("mt-", "Máy tính", "is-desk"))


class Sheet(msgspec.Struct, frozen=True):
    """One section in one width."""

    key: str
    title: str
    intro: str | None
    when: str | None
    open: bool
    questions: list[FieldView]


@get(PATH, sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def trial(request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str]) -> Response[Any]:
    """The form of the draft, else of what is published, empty."""
    return _page(request, session, actor, code, {})


@post(PATH, sync_to_thread=True, include_in_schema=False, guards=[KEEPER], dependencies=WITH_FORM)
def try_out(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """The same with what was typed, and what a citizen would be told of it."""
    act = form.get("do", "next")
    content = _content(session, code)
    sections = content.form if content else []
    answers = forms.from_form(sections, without_removed(form, act))
    verb, _, rest = act.partition(":")
    extra = rest if verb == "add" else None
    return _page(request, session, actor, code, answers, extra=extra, judged=verb == "next")


def _content(session: DbSession, code: str) -> RevisionContent | None:
    kept = editor_queries.by_code(session, code)
    found = editor_queries.draft_of(session, kept.id) or published(session, kept)
    return checking.said(found) if found else None


def _page(
    request: AnyRequest,
    session: DbSession,
    actor: Actor,
    code: str,
    answers: dict[str, Any],
    *,
    extra: str | None = None,
    judged: bool = False,
) -> Response[Any]:
    head: Editing = editing(session, actor, code, TAB)
    content = _content(session, code)
    sections = content.form if content else []
    judged = judged and bool(sections)
    errors = forms.check(sections, answers, complete=True) if judged else []
    places = units.in_force(runtime.settings)
    odd = forms.notices(sections, answers, places) if judged else []
    told: dict[str, str] = {}
    for one in errors:
        told.setdefault(one.field, one.message)
    seen = {section.key for section in forms.visible(sections, answers)}
    made = [
        Sheet(
            section.key,
            section.title,
            section.intro,
            shown.when(section.show_when),
            section.key in seen,
            shown.view(sections, section, answers, told, known={}, extra=extra, live=sections),
        )
        for section in sections
    ]
    widths = [(prefix, name, css, [_under(prefix, sheet) for sheet in made]) for prefix, name, css in WIDTHS]
    return page(
        request,
        "admin/designer_preview.html",
        editing=head,
        base=address(code, TAB),
        widths=widths,
        provinces=places.provinces,
        errors=[
            {"href": f"#{WIDTHS[0][0]}{shown.anchor(sections, one.field)}", "message": one.message}
            for one in errors
        ],
        odd=odd,
        judged=judged,
        may_edit=head.may_edit and head.draft is not None,
    )


def _under(prefix: str, sheet: Sheet) -> Sheet:
    return msgspec.structs.replace(sheet, questions=shown.under(prefix, sheet.questions))


route_handlers: list[Any] = [trial, try_out]
