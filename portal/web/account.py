"""Signing up, in and out, and the page of one's account."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import QueryParameter

from auth import queries, service, sessions
from auth.controllers import replaced_by_sign_in
from auth.http import ClientAddress, CurrentActor, ended_cookie, requires, safe_next, session_cookie
from portal.core.errors import Invalid, TooMany
from portal.core.http import AppSettings, DbSession
from portal.web.days import read_day
from portal.web.pages import (
    WITH_FORM,
    AnyRequest,
    Notice,
    PostedForm,
    done,
    page,
    problems_of,
    see_other,
    sign_in_address,
)

Next = Annotated[str | None, QueryParameter(name="next", max_length=1000)]

BAD_BIRTH = {"field": "birth", "message": "Ngày sinh gồm ngày có thật, ví dụ 04/02/1988"}


@get("/dang-nhap", sync_to_thread=True, include_in_schema=False)
def sign_in_page(request: AnyRequest, actor: CurrentActor, after: Next = None) -> Response[Any]:
    """The sign-in form; whoever is signed in already goes on."""
    target = safe_next(after)
    if actor.signed_in:
        return see_other(target)
    return page(request, "account/sign_in.html", next=target, email="", problem=None)


@post("/dang-nhap", sync_to_thread=True, include_in_schema=False, dependencies=WITH_FORM)
def sign_in(
    request: AnyRequest, session: DbSession, actor: CurrentActor, address: ClientAddress, form: PostedForm
) -> Response[Any]:
    """Open a session and go where the person was going. What was wrong is never told apart."""
    email, target = form.get("email"), safe_next(form.get("next"))
    try:
        token, _ = service.sign_in(
            session, email, form.get("password"), address=address, replaces=replaced_by_sign_in(actor)
        )
    except (service.WrongCredentials, TooMany) as refusal:
        return page(
            request,
            "account/sign_in.html",
            status_code=422 if isinstance(refusal, service.WrongCredentials) else refusal.status,
            headers=refusal.headers,
            has_errors=True,
            next=target,
            email=email[:200],
            problem=refusal.detail,
        )
    return see_other(target, cookies=[session_cookie(token)])


@post("/dang-xuat", sync_to_thread=True, include_in_schema=False)
def sign_out(session: DbSession, actor: CurrentActor) -> Response[Any]:
    """End the session."""
    service.sign_out(session, actor)
    return see_other("/", done("Bạn đã đăng xuất."), cookies=[ended_cookie()])


@get("/dang-ky", sync_to_thread=True, include_in_schema=False)
def sign_up_page(request: AnyRequest, actor: CurrentActor, after: Next = None) -> Response[Any]:
    """The form of a new account."""
    target = safe_next(after)
    if actor.signed_in:
        return see_other(target)
    return page(request, "account/sign_up.html", next=target, given={}, errors={}, problems=[])


@post("/dang-ky", sync_to_thread=True, include_in_schema=False, dependencies=WITH_FORM)
def sign_up(
    request: AnyRequest, session: DbSession, address: ClientAddress, form: PostedForm
) -> Response[Any]:
    """Register; the answer does not tell whether the e-mail was known."""
    target = safe_next(form.get("next"))
    given = {key: form.get(key)[:300] for key in ("name", "email", "phone", "personal_id", "birth")}
    found: list[dict[str, str]] = []
    birth = read_day(given["birth"])
    if given["birth"].strip() and birth is None:
        found.append(BAD_BIRTH)
    if "agree" not in form:
        found.append(
            {"field": "agree", "message": "Đánh dấu đồng ý để chúng tôi được lưu thông tin tài khoản"}
        )
    try:
        entries = {key: given[key] for key in ("name", "email", "phone", "personal_id")}
        entries["password"] = form.get("password")
        if found:
            raise Invalid("", errors=[*service.complaints(**entries), *found])
        service.register(session, **entries, birth=birth, address=address)
    except (Invalid, TooMany) as refusal:
        errors, problems = problems_of(
            refusal.extra.get("errors") or [{"field": "", "message": refusal.detail}]
        )
        return page(
            request,
            "account/sign_up.html",
            status_code=refusal.status,
            headers=refusal.headers,
            has_errors=True,
            next=target,
            given=given,
            errors=errors,
            problems=problems,
        )
    told = Notice(
        "ok",
        "Đã ghi nhận. Nếu thư điện tử này chưa có tài khoản thì tài khoản đã được tạo; mời bạn đăng nhập. "
        "Nếu đã có, chúng tôi gửi thư nhắc đến địa chỉ đó.",
    )
    return see_other("/dang-nhap" if target == "/" else sign_in_address(target), told)


@get("/tai-khoan", sync_to_thread=True, include_in_schema=False, guards=[requires()])
def account_page(
    request: AnyRequest, session: DbSession, actor: CurrentActor, settings: AppSettings
) -> Response[Any]:
    """One's data, roles and open sessions."""
    return _account_page(request, session, actor, settings)


@post("/tai-khoan", sync_to_thread=True, include_in_schema=False, guards=[requires()], dependencies=WITH_FORM)
def change_profile(
    request: AnyRequest, session: DbSession, actor: CurrentActor, settings: AppSettings, form: PostedForm
) -> Response[Any]:
    """Change one's own data."""
    given = {key: form.get(key)[:300] for key in ("name", "phone", "personal_id", "birth")}
    birth = read_day(given["birth"])
    try:
        if given["birth"].strip() and birth is None:
            raise Invalid("", errors=[BAD_BIRTH])
        service.change_profile(
            session,
            actor,
            name=given["name"],
            phone=given["phone"],
            personal_id=given["personal_id"],
            birth=birth,
        )
    except Invalid as refusal:
        return _account_page(request, session, actor, settings, given=given, refusal=refusal)
    return see_other("/tai-khoan", done("Đã lưu thông tin của bạn."))


@post(
    "/tai-khoan/mat-khau",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[requires()],
    dependencies=WITH_FORM,
)
def change_password(
    request: AnyRequest, session: DbSession, actor: CurrentActor, settings: AppSettings, form: PostedForm
) -> Response[Any]:
    """Set a new password; the other sessions end."""
    try:
        service.change_password(session, actor, old=form.get("old"), new=form.get("new"))
    except (Invalid, TooMany) as refusal:
        return _account_page(request, session, actor, settings, refusal=refusal, of_password=True)
    return see_other("/tai-khoan", done("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc."))


def _account_page(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    settings: AppSettings,
    *,
    given: dict[str, str] | None = None,
    refusal: Invalid | TooMany | None = None,
    of_password: bool = False,
) -> Response[Any]:
    assert actor.id is not None  # guarded
    who = queries.person(session, actor.id)
    shown = given or {
        "name": who.name,
        "phone": who.phone,
        "personal_id": who.personal_id,
        "birth": f"{who.birth:%d/%m/%Y}" if who.birth else "",
    }
    rows = queries.web_sessions(session, actor.id)
    found = (refusal.extra.get("errors") or [{"field": "", "message": refusal.detail}]) if refusal else []
    if of_password:
        found = [{**one, "field": one.get("field") or "new"} for one in found]
        found = [{**one, "field": "new" if one["field"] == "password" else one["field"]} for one in found]
    errors, problems = problems_of(found)
    return page(
        request,
        "account/account.html",
        status_code=refusal.status if refusal else 200,
        headers=refusal.headers if refusal else None,
        has_errors=refusal is not None,
        who=who,
        given=shown,
        errors=errors,
        problems=problems,
        agencies=queries.agencies_of(session, actor.agency_ids),
        sessions=[
            row
            for row in rows
            if sessions.alive(row.seen_at, row.expires_at, idle_minutes=settings.session_idle_minutes)
        ],
    )


route_handlers: list[Any] = [
    sign_in_page,
    sign_in,
    sign_out,
    sign_up_page,
    sign_up,
    account_page,
    change_profile,
    change_password,
]
