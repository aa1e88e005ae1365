"""What one does with a draft as a whole: begin it, send it to a second person, end what is in force."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from auth.actor import Actor
from auth.http import CurrentActor
from portal.core.clock import today
from portal.core.errors import DomainError, Invalid, Malformed, NotFound
from portal.core.http import DbSession
from portal.web.admin_editor import as_saved, shown
from portal.web.admin_frame import BASE, address
from portal.web.admin_state import fresh_seq, load, offers_of, published
from portal.web.content_posts import read_moment
from portal.web.days import read_day
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, done, see_other
from services_catalog import checking, drafting, editor_queries, publishing
from services_catalog.controllers import EDITOR, KEEPER, REVIEWER

POSTED: dict[str, Any] = {
    "sync_to_thread": True,
    "include_in_schema": False,
    "dependencies": WITH_FORM,
}
BY_EDITOR: dict[str, Any] = POSTED | {"guards": [EDITOR]}
BY_REVIEWER: dict[str, Any] = POSTED | {"guards": [REVIEWER]}
BY_KEEPER: dict[str, Any] = POSTED | {"guards": [KEEPER]}


@post(f"{BASE}/{{code:str}}/ban-nhap", **BY_EDITOR)
def begin_draft(
    session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Begin the next revision from the newest published one, word for word; a draft there is goes on."""
    kept = editor_queries.by_code(session, code)
    if editor_queries.draft_of(session, kept.id) is not None:
        return see_other(address(code), done("Thủ tục này đang có bản nháp: soạn tiếp ở đây."))
    revision = published(session, kept)
    if revision is None:
        raise NotFound("Thủ tục này chưa có bản công bố để soạn tiếp.")
    draft = drafting.save_draft(
        session,
        code,
        actor,
        content=checking.said(revision),
        offers=offers_of(session, revision.id),
        seq=fresh_seq(session, code, form.seq()),
    )
    return see_other(address(code), done(f"Đã tạo bản nháp {draft.number}, y hệt bản {revision.number}."))


@post(f"{BASE}/{{code:str}}/gui-duyet", **BY_EDITOR)
def send_to_review(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Send the draft to a second person with the day it shall apply from."""
    _, found, content, offers = drafting.draft(session, code)
    typed = {"typed_day": form.get("effective_on")[:40], "typed_reason": form.get("reason")[:4000]}
    try:
        day = read_day(typed["typed_day"]) if typed["typed_day"].strip() else today()
        if day is None:
            raise Invalid("Ghi ngày/tháng/năm, ví dụ 01/12/2026.")
        if day < today():
            raise Invalid("Ngày áp dụng đã qua. Chọn hôm nay hoặc một ngày sắp tới.")
    except Invalid as error:
        return _again(request, session, actor, code, error, apply_mistake=error.detail, **typed)
    try:
        seq = fresh_seq(session, code, form.seq())
        if day != found.effective_on:
            drafting.save_draft(
                session, code, actor, content=content, offers=offers, effective_on=day, seq=seq
            )
            seq = None
        drafting.send_to_review(session, code, actor, reason=typed["typed_reason"], seq=seq)
    except NotFound:
        raise
    except DomainError as error:
        session.rollback()
        return _again(request, session, actor, code, error, **typed)
    told = f"Đã gửi duyệt bản {found.number}. Một người khác sẽ công bố hoặc trả lại."
    return see_other(address(code), done(told))


@post(f"{BASE}/{{code:str}}/ngung", **BY_REVIEWER)
def withdraw(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """End the published revision, now or at a cut-off: no new dossiers."""
    typed = {"typed_closes": form.get("closes_at")[:60], "typed_why": form.get("reason")[:4000]}
    again = {**typed, "withdraw_open": True}
    if not typed["typed_why"].strip():
        error = Invalid("Nêu lý do ngừng nhận: người dân và lịch sử thủ tục cần biết.")
        return _again(request, session, actor, code, error, reason_mistake="Nêu lý do ngừng nhận", **again)
    closes_at = read_moment(typed["typed_closes"])
    if closes_at is None and typed["typed_closes"].strip():
        error = Invalid("Giờ ngừng nhận ghi như 17:00 31/12/2026.")
        told = "Ghi giờ và ngày, ví dụ 17:00 31/12/2026"
        return _again(request, session, actor, code, error, withdraw_mistake=told, **again)
    try:
        seq = fresh_seq(session, code, form.seq())
        publishing.withdraw(session, code, actor, reason=typed["typed_why"], closes_at=closes_at, seq=seq)
    except NotFound:
        raise
    except DomainError as error:
        session.rollback()
        return _again(request, session, actor, code, error, **again)
    if closes_at is not None:
        return see_other(address(code), done(f"Sẽ ngừng nhận hồ sơ mới từ {typed['typed_closes']}."))
    told = "Đã ngừng nhận hồ sơ mới. Hồ sơ đã nộp vẫn được giải quyết."
    return see_other(address(code), done(told))


@post(f"{BASE}/{{code:str}}/huy-hen", **BY_REVIEWER)
def call_off(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Call off a published revision before its day."""
    reason, number = form.get("reason")[:4000], form.get("number")
    try:
        if not (number.isascii() and number.isdigit() and len(number) < 7):
            raise Malformed("Biểu mẫu thiếu số của bản. Tải lại trang rồi thử lại.")
        publishing.call_off(session, code, int(number), actor, reason=reason)
    except (NotFound, Malformed):
        raise
    except DomainError as error:
        session.rollback()
        more = {"call_off_mistake": error.detail, "typed_call_off": reason}
        return _again(request, session, actor, code, error, **more)
    return see_other(address(code), done(f"Đã hủy bản {number}: bản đó sẽ không áp dụng."))


@post(f"{BASE}/{{code:str}}/bo-hen-ngung", **BY_REVIEWER)
def keep_open(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Take back a cut-off that has not come."""
    reason = form.get("reason")[:4000]
    try:
        publishing.keep_open(session, code, actor, reason=reason)
    except NotFound:
        raise
    except DomainError as error:
        session.rollback()
        more = {"keep_open_mistake": error.detail, "typed_keep_open": reason}
        return _again(request, session, actor, code, error, **more)
    return see_other(address(code), done("Đã bỏ hẹn ngừng: thủ tục tiếp tục nhận hồ sơ."))


def _again(
    request: AnyRequest, session: DbSession, actor: Actor, code: str, error: DomainError, **more: Any
) -> Response[Any]:
    """The first tab again with why it was not done, and what was typed in the panel."""
    state = load(session, code)
    if state.content is None:
        raise error
    typed = as_saved(state, state.content, "")
    typed.refusal = error
    return shown(request, session, actor, state, typed, status=error.status, **more)


route_handlers: list[Any] = [begin_draft, send_to_review, withdraw, call_off, keep_open]
