"""The form designer: an administrator builds a draft's form, one small change of the draft at a time.

Every button posts to one address and names what it does ("up:KEY"); the page comes back by a redirect,
with the script or without it. Two editors meet by the procedure's version: the second is told.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from auth.actor import Actor, Role
from auth.http import CurrentActor
from portal.core.errors import DomainError, Malformed, NotFound
from portal.core.http import DbSession
from portal.web import designer_posts as posts
from portal.web import designer_views as views
from portal.web.admin_frame import BASE, address, editing
from portal.web.admin_state import fresh_seq
from portal.web.designer_posts import Mistakes
from portal.web.pages import WITH_FORM, AnyRequest, Form, PostedForm, done, page, see_other
from services_catalog import drafting, editor_queries, form_checks, form_editing, form_ready
from services_catalog.content import RevisionContent
from services_catalog.controllers import EDITOR, KEEPER
from services_catalog.form_checks import Fault
from services_catalog.form_editing import SECTION, Earlier, NotThere

TAB: Final = "to-khai"
PATH: Final = f"{BASE}/{{code:str}}/{TAB}"
Place = Annotated[str, QueryParameter(max_length=140, required=False)]
Opens = Annotated[str, QueryParameter(name="cau", max_length=140, required=False)]
Removes = Annotated[str, QueryParameter(name="xoa", max_length=140, required=False)]
Adds = Annotated[str, QueryParameter(name="them", max_length=140, required=False)]
Focus = Annotated[str, QueryParameter(name="den", max_length=160, required=False)]


class Change(msgspec.Struct, frozen=True):
    """A change of the form: the draft with it, what is said of it, what is open then, where one stands."""

    content: RevisionContent
    said: str
    focus: str
    opens: str = ""
    adds: str = ""


class Desk(msgspec.Struct, frozen=True):
    """What a change is made from."""

    content: RevisionContent
    place: str
    form: Form
    earlier: Earlier


@get(PATH, sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def designer(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    code: FromPath[str],
    opens: Opens = "",
    removes: Removes = "",
    adds: Adds = "",
    focus: Focus = "",
) -> Response[Any]:
    """The form of the draft, one question of it open; who may only look gets the trial of it."""
    if not actor.has(Role.CATALOGUE_EDITOR):
        return see_other(f"{address(code, TAB)}/xem-truoc")
    return _page(request, session, actor, code, opens=opens, removes=removes, adds=adds, focus=focus)


def _page(
    request: AnyRequest,
    session: DbSession,
    actor: Actor,
    code: str,
    *,
    opens: str = "",
    removes: str = "",
    adds: str = "",
    focus: str = "",
    typed: Form | None = None,
    mistakes: Mapping[str, str] | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> Response[Any]:
    head = editing(session, actor, code, TAB)
    if head.draft is None:
        return page(request, "admin/designer_none.html", editing=head)
    procedure, _, content, _ = drafting.draft(session, code)
    faults = _faults(content, editor_queries.earlier_kinds(session, procedure.id))
    wrong = mistakes or {}
    return page(
        request,
        "admin/designer.html",
        status_code=status,
        has_errors=bool(wrong or refusal),
        editing=head,
        base=address(code, TAB),
        parts=views.outline(content, faults),
        faults=[(views.identifier(one.place), one.label, one.message, one.place) for one in faults],
        questions=sum(len(section.fields) for section in content.form),
        opened=_opened(content, opens, typed, wrong),
        removes=_removes(content, removes),
        adds=adds,
        focus=focus,
        typed={name: typed.get(name)[:500] for name in ("label", "kind", "title")} if typed else {},
        mistakes=wrong,
        refusal=refusal,
        **views.words(),
    )


def _faults(content: RevisionContent, earlier: Earlier) -> list[Fault]:
    papers = {paper.key for paper in content.requirements}
    return form_checks.faults(content.form, papers=papers, earlier=earlier)


def _opened(
    content: RevisionContent, place: str, typed: Form | None, mistakes: Mapping[str, str]
) -> views.Opened | None:
    """What is open, as typed when it could not be kept; nothing when it is gone."""
    try:
        if not place:
            return None
        if place.startswith(SECTION):
            words = {name: typed.get(name)[:20_000] for name in ("title", "intro")} if typed else None
            ticked = posts.chosen(typed) if typed else None
            return views.opened_section(content, place, typed=words, ticked=ticked, mistakes=mistakes)
        sheet = posts.collect(typed) if typed else None
        return views.opened(content, place, sheet=sheet, mistakes=mistakes)
    except NotThere:
        return None


def _removes(content: RevisionContent, place: str) -> dict[str, Any] | None:
    """The question of whether to remove a place, with what hangs on it."""
    try:
        if not place:
            return None
        count = len(form_editing.section_of(content, place).fields) if place.startswith(SECTION) else 0
        hanging = views.dependants(content, place)
        return {"place": place, "name": views.named(content, place), "hanging": hanging, "count": count}
    except NotThere:
        return None


@post(PATH, sync_to_thread=True, include_in_schema=False, guards=[EDITOR], dependencies=WITH_FORM)
def change(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Make one change of the form, keep the draft, and show it; what cannot be kept is shown as typed."""
    verb, _, place = form.get("do")[:200].partition(":")
    procedure, found, content, offers = drafting.draft(session, code)
    earlier = editor_queries.earlier_kinds(session, procedure.id)
    desk = Desk(content, place, form, earlier)
    if verb == "check":
        return _judged(request, desk)
    act = ACTS.get(verb)
    if act is None:
        raise Malformed("Biểu mẫu thiếu thông tin. Tải lại trang rồi thử lại.")
    opens, adds = (place, "") if verb == "save" else ("", place if verb == "add" else "")
    try:
        seq = fresh_seq(session, code, form.seq())
        made = act(desk)
        drafting.save_draft(
            session,
            code,
            actor,
            content=form_editing.checked(made.content),
            offers=offers,
            effective_on=found.effective_on,
            seq=seq,
        )
    except Mistakes as wrong:
        told = wrong.by_name
        return _page(
            request, session, actor, code, opens=opens, adds=adds, typed=form, mistakes=told, status=422
        )
    except NotFound:
        raise
    except DomainError as error:
        session.rollback()
        status = error.status
        return _page(
            request, session, actor, code, opens=opens, adds=adds, typed=form, refusal=error, status=status
        )
    return see_other(_where(code, made), done(made.said))


def _where(code: str, made: Change) -> str:
    asked = {"cau": made.opens, "them": made.adds, "den": made.focus}
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
    return f"{address(code, TAB)}?{query}#{made.focus}"


def _judged(request: AnyRequest, desk: Desk) -> Response[Any]:
    """What would stand against the question as it is typed now: a part of the page, nothing is kept."""
    try:
        content = _saved(desk).content
        found = [one.message for one in _faults(content, desk.earlier) if one.place == desk.place]
    except Mistakes as wrong:
        found = list(wrong.by_name.values())
    except DomainError as error:
        found = [error.detail]
    return page(request, "admin/designer_faults.html", found=found)


def _add_section(desk: Desk) -> Change:
    title = posts.read_line(desk.form, "title", "Nhập tên phần mới", posts.MAX_SHORT)
    content, place = form_editing.add_section(desk.content, title)
    return Change(content, f"Đã thêm phần “{title}”. Giờ thêm câu hỏi.", _new(place), adds=place)


def _new(target: str) -> str:
    return f"moi-{views.identifier(target)}"


def _add(desk: Desk) -> Change:
    label = posts.read_line(desk.form, "label", "Nhập nội dung câu hỏi mới")
    kind = desk.form.get("kind", "text")
    if kind.startswith(views.BLOCK) and (block := kind.removeprefix(views.BLOCK)) in form_ready.BLOCK_NAMES:
        content, place = form_editing.add_block(desk.content, desk.place, block, label, desk.earlier)
        return Change(content, f"Đã thêm các câu hỏi về “{label}”.", f"mo-{views.identifier(place)}")
    known = next((one.kind for one in form_ready.KINDS if one.kind == kind), None)
    if known is None:
        raise Mistakes({"kind": "Chọn một kiểu trả lời trong danh sách"})
    content, place = form_editing.add_field(desk.content, desk.place, known, label, desk.earlier)
    said = f"Đã thêm “{label}”, {form_editing.stands(content, place)}."
    return Change(content, said, "sua-noi-dung", opens=place)


def _move(step: int) -> Callable[[Desk], Change]:
    def moved(desk: Desk) -> Change:
        content = form_editing.move(desk.content, desk.place, step)
        name, where = views.named(content, desk.place), form_editing.stands(content, desk.place)
        row = next(one for one in _rows(content) if one.place == desk.place)
        up = row.up if step < 0 else not row.down
        return Change(content, f"“{name}” đứng ở {where}.", f"{'len' if up else 'xuong'}-{row.id}")

    return moved


def _rows(content: RevisionContent) -> list[views.Part | views.Row]:
    """All places of the form, from top to bottom."""
    found: list[views.Part | views.Row] = []
    for part in views.outline(content, []):
        found.append(part)
        for row in part.rows:
            found += [row, *row.rows]
    return found


def _copy(desk: Desk) -> Change:
    content, place = form_editing.duplicate(desk.content, desk.place, desk.earlier)
    return Change(content, f"Đã nhân đôi thành “{views.named(content, place)}”.", "sua-noi-dung", opens=place)


def _remove(desk: Desk) -> Change:
    name = views.named(desk.content, desk.place)
    before = [row.place for row in _rows(desk.content)]
    content = form_editing.remove(desk.content, desk.place)
    left = {row.place: row.id for row in _rows(content)}
    at = before.index(desk.place)
    near = next((left[one] for one in [*before[at:], *reversed(before[:at])] if one in left), "")
    return Change(content, f"Đã xóa “{name}”.", f"mo-{near}" if near else "phan-moi")


def _saved(desk: Desk) -> Change:
    asked = form_checks.askable(desk.content.form, desk.place)
    if desk.place.startswith(SECTION):
        section = form_editing.section_of(desk.content, desk.place)
        said = posts.read_section(desk.form, section, asked)
        content = form_editing.change_section(desk.content, desk.place, **said)
        return Change(content, f"Đã lưu phần “{said['title']}”.", f"mo-{views.identifier(desk.place)}")
    old = form_editing.field_at(desk.content, desk.place)
    field = posts.read(posts.collect(desk.form), old, asked)
    content, place = form_editing.change_field(desk.content, desk.place, field, desk.earlier)
    wanting = any(one.place == place for one in _faults(content, desk.earlier))
    if wanting or field.kind != old.kind:
        left = " Xem chỗ còn phải sửa." if wanting else ""
        return Change(content, f"Đã lưu “{field.label}”.{left}", "sua-noi-dung", opens=place)
    return Change(content, f"Đã lưu “{field.label}”.", f"mo-{views.identifier(place)}")


ACTS: Final[Mapping[str, Callable[[Desk], Change]]] = {
    "add-section": _add_section,
    "add": _add,
    "up": _move(-1),
    "down": _move(1),
    "copy": _copy,
    "remove": _remove,
    "save": _saved,
}

route_handlers: list[Any] = [designer, change]
