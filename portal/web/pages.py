"""Pages: templates with what every page needs, redirects after POST, errors as pages."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote
from uuid import uuid4

import msgspec
from jinja2 import Environment
from litestar import Request, Response
from litestar.datastructures import Cookie, FormMultiDict
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ClientException

from auth.actor import Actor, Role
from auth.http import actor_of, referer_path, safe_next
from dossiers import workflow
from portal.core import render, runtime
from portal.core.errors import Malformed
from portal.core.http import read_form
from portal.core.problems import Problem
from portal.core.settings import Settings

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
NOTICE_COOKIE: Final = "__Host-notice"
MAX_FORM_FIELDS: Final = 3000
MAX_ROW_FIELDS: Final = 15_000  # a procedure of 500 papers, all in one form

AnyRequest: TypeAlias = Request[Any, Any, Any]


class Notice(msgspec.Struct, frozen=True):
    """One sentence shown once, on the page after a redirect; kind: ok, warn, bad, info."""

    kind: str
    text: str


class Link(msgspec.Struct, frozen=True):
    href: str
    label: str
    current: bool = False


STAFF: Final = (Role.OFFICER, Role.CATALOGUE_EDITOR, Role.CATALOGUE_REVIEWER, Role.ADMINISTRATOR)
PUBLIC_NAV: Final = (
    ("/thu-tuc", "Thủ tục"),
    ("/tra-cuu", "Tra cứu hồ sơ"),
    ("/thong-ke", "Thống kê"),
    ("/huong-dan", "Hướng dẫn"),
)


BELOW: Final = {"/quan-tri/thu-tuc": "/quan-tri/"}  # a link that stands for more than its own address


@lru_cache(maxsize=256)
def static(path: str) -> str:
    """The address of a static file, with its content's fingerprint, so that browsers may keep it for ever."""
    file = STATIC / path
    mark = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "0"
    return f"/tinh/{path}?v={mark}"


def look(settings: Settings) -> str:
    """The fingerprint of what makes pages: those that browsers keep end with the release that made them."""
    roots = (HERE, *(HERE.parents[1] / name for name in ("services_catalog", "dossiers", "auth")))
    kinds = ("*.py", "*.html", "*.css", "*.js")
    files = [file for root in roots for kind in kinds for file in root.rglob(kind)]
    mark = hashlib.sha256()
    for file in sorted(files):
        if "vendor" not in file.parts:
            mark.update(file.read_bytes())
    mark.update(
        f"{settings.province_name}|{settings.support_phone}|{settings.demo}|{settings.payment_gateway}".encode()
    )
    return mark.hexdigest()[:8]


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The one environment of the pages."""
    return render.environment(
        [str(HERE / "templates")],
        static=static,
        status_label=lambda value: workflow.label(workflow.Status(value)),
        status_pill=lambda value: workflow.pill(workflow.Status(value)),
        status_icon=lambda value: workflow.icon(workflow.Status(value)),
    )


def page(
    request: AnyRequest,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[str]:
    """Render a template for whoever asks.

    Every template sees: actor, csrf, path, here (path with query), nav, notices, has_errors, province,
    phone, demo, public_url, and the globals of `templates()`.

    Args:
        request: whose page it is.
        template: name below portal/web/templates.
        status_code: of the answer.
        headers: further headers.
        **context: what the template needs besides.
    """
    actor = actor_of(request.scope)
    notices, seen = _take_notices(request)
    settings = runtime.settings
    shared = {
        "actor": actor,
        "csrf": actor.csrf,
        "path": request.url.path,
        "here": _here(request),
        "nav": navigation(actor, request.url.path, desk=template.startswith(("desk/", "admin/"))),
        "notices": notices,
        "has_errors": False,
        "province": settings.province_name,
        "phone": settings.support_phone,
        "demo": settings.demo,
        "public_url": settings.public_url,
    }
    html = templates().get_template(template).render(shared | context)
    answer = Response(html, status_code=status_code, media_type="text/html", headers=dict(headers or {}))
    if seen:
        answer.set_cookie(_notice_cookie("", max_age=0))
    return answer


def navigation(actor: Actor, path: str, *, desk: bool) -> list[Link]:
    """The links of the header; at the desk those of the actor's roles."""
    if desk:
        links = [("/can-bo", "Hồ sơ")] if actor.has(Role.OFFICER) else []
        if actor.has(Role.CATALOGUE_EDITOR, Role.CATALOGUE_REVIEWER):
            links.append(("/quan-tri/thu-tuc", "Danh mục"))
        elif actor.has(Role.ADMINISTRATOR):
            links.append(("/quan-tri/co-quan", "Cơ quan"))
        links += [("/thong-ke", "Thống kê"), ("/", "Trang của người dân")]
    else:
        links = list(PUBLIC_NAV)
        if actor.signed_in:
            links.insert(1, ("/ho-so", "Hồ sơ của tôi"))
    return [
        Link(href, label, path == href or (href != "/" and path.startswith(BELOW.get(href, href + "/"))))
        for href, label in links
    ]


def see_other(location: str, *notices: Notice, cookies: Iterable[Cookie] = ()) -> Response[None]:
    """Send the browser on with GET after a POST, with a notice for the next page (303)."""
    answer: Response[None] = Response(None, status_code=303, headers={"location": location})
    if notices:
        raw = base64.urlsafe_b64encode(msgspec.json.encode(notices)).rstrip(b"=").decode()
        answer.set_cookie(_notice_cookie(raw, max_age=120))
    for cookie in cookies:
        answer.set_cookie(cookie)
    return answer


def done(text: str) -> Notice:
    """A notice that something went well."""
    return Notice("ok", text)


def _notice_cookie(value: str, *, max_age: int) -> Cookie:
    return Cookie(
        NOTICE_COOKIE, value=value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax"
    )


def _take_notices(request: AnyRequest) -> tuple[list[Notice], bool]:
    """The notices a redirect left, and whether there was a cookie at all. It is untrusted: text only."""
    raw = request.cookies.get(NOTICE_COOKIE)
    if not raw:
        return [], False
    try:
        padded = raw[:4000] + "=" * (-len(raw[:4000]) % 4)
        found = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=list[Notice])
    except (binascii.Error, ValueError, RecursionError, msgspec.MsgspecError):
        return [], True
    return [one for one in found[:3] if one.kind in ("ok", "warn", "bad", "info")], True


def _here(request: AnyRequest) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def sign_in_address(back: str) -> str:
    """The sign-in page that leads back to a path."""
    return f"/dang-nhap?next={quote(back, safe='/')}"


def error_page(request: AnyRequest, problem: Problem) -> Response[Any]:
    """A failure as a page: what happened, what is safe, what to do, a code to quote.

    Whoever must sign in first is sent to do so and comes back; a POST comes back to the page it was
    sent from, where the browser still holds what was typed.
    """
    if problem.status == 401:
        return _to_sign_in(request)
    incident = str(request.scope.get("request_id") or uuid4().hex)[:8].upper()
    return page(
        request,
        "desk/error.html" if _at_desk(request) else "error.html",
        status_code=problem.status,
        headers=problem.headers,
        problem=problem,
        incident=incident,
        back=safe_next(referer_path(request), ""),
        errors=problem.extra.get("errors") or [],
    )


def _at_desk(request: AnyRequest) -> bool:
    """Whether somebody who works here asks for a page of the desk or the catalogue."""
    works = actor_of(request.scope).has(*STAFF)
    return works and request.url.path.startswith(("/can-bo", "/quan-tri"))


def _to_sign_in(request: AnyRequest) -> Response[Any]:
    address = sign_in_address(_page_before(request))
    if request.headers.get("hx-request") == "true":  # htmx would put the page into a fragment
        return Response(None, status_code=200, headers={"hx-redirect": address})
    return see_other(address)


def _page_before(request: AnyRequest) -> str:
    if request.method in ("GET", "HEAD"):
        return safe_next(_here(request))
    return safe_next(referer_path(request))


class Form:
    """A posted form: strings only, each name with all its values in order."""

    def __init__(self, fields: FormMultiDict, rows: frozenset[str] = frozenset()) -> None:
        """Keep the fields; `rows` are the names of lists that may be long ("requirements.12.name")."""
        pairs = [(name, value) for name, value in fields.multi_items() if isinstance(value, str)]
        others = sum(name.partition(".")[0] not in rows for name, _ in pairs)
        if others > MAX_FORM_FIELDS or len(pairs) > MAX_ROW_FIELDS:
            raise ClientException("too many fields")
        self.pairs = pairs

    def get(self, name: str, otherwise: str = "") -> str:
        """The first value of the name."""
        return next((value for key, value in self.pairs if key == name), otherwise)

    def all(self, name: str) -> list[str]:
        """All values of the name."""
        return [value for key, value in self.pairs if key == name]

    def seq(self) -> int | None:
        """The version of what the page showed; None when the form names none.

        Raises:
            Malformed: it is no number; somebody changed the form.
        """
        given = self.get("seq")
        if not given:
            return None
        if not (given.isascii() and given.isdigit() and len(given) < 18):
            raise Malformed("Biểu mẫu thiếu thông tin. Tải lại trang rồi thử lại.")
        return int(given)

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)

    def as_dict(self) -> dict[str, list[str]]:
        """All values by name."""
        found: dict[str, list[str]] = {}
        for key, value in self.pairs:
            found.setdefault(key, []).append(value)
        return found


async def _read_form(request: AnyRequest) -> Form:
    return Form(await read_form(request))


PostedForm: TypeAlias = NamedDependency[Form]  # parameter name: form; the handler takes WITH_FORM
WITH_FORM: Final = {"form": Provide(_read_form)}


def problems_of(errors: Iterable[Mapping[str, str]]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Field errors ({"field", "message"}) as a map by field and as lines of the error summary."""
    by_field: dict[str, str] = {}
    lines = []
    for one in errors:
        field, message = one.get("field", ""), one.get("message", "")
        by_field.setdefault(field, message)
        lines.append({"href": f"#{field}" if field else "", "message": message})
    return by_field, lines
