"""The first administrator: the page behind the one-time address of `portal create-admin`."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import QueryParameter

from auth import setup
from auth.profile import ProfileIncomplete
from auth.service import EmailTaken
from portal.core.http import DbSession
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, done, page, problems_of, see_other

Token = Annotated[str, QueryParameter(name="ma", max_length=100, required=False)]


@get("/thiet-lap", sync_to_thread=True, include_in_schema=False)
def setup_page(request: AnyRequest, token: Token = "") -> Response[Any]:
    """The form; whether the token is good is told only when it is spent."""
    return page(request, "account/setup.html", token=token, given={}, errors={}, problems=[])


@post("/thiet-lap", sync_to_thread=True, include_in_schema=False, dependencies=WITH_FORM)
def make_administrator(request: AnyRequest, session: DbSession, form: PostedForm) -> Response[Any]:
    """Spend the token on the first administrator.

    Raises:
        SetupEnded: the token is not good, or no longer.
    """
    token = form.get("ma")[:100]
    given = {key: form.get(key)[:300] for key in ("name", "email")}
    try:
        setup.make_first_administrator(session, token, **given, password=form.get("password"))
    except (ProfileIncomplete, EmailTaken) as refusal:
        session.rollback()  # the token stays good
        found = refusal.extra.get("errors") or [{"field": "email", "message": refusal.detail}]
        errors, problems = problems_of(found)
        return page(
            request,
            "account/setup.html",
            status_code=refusal.status,
            has_errors=True,
            token=token,
            given=given,
            errors=errors,
            problems=problems,
        )
    return see_other("/dang-nhap", done("Đã tạo quản trị viên. Mời bạn đăng nhập."))


route_handlers: list[Any] = [setup_page, make_administrator]
