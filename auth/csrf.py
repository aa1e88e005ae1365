"""Requests that another site makes a browser send: refused three times over (decision 12).

Unsafe methods only. `Sec-Fetch-Site` decides where the browser sends it, `Origin` where not; a form of a
signed-in browser carries the session's token besides; the API takes JSON, which another site's form cannot
send, but for the addresses that take files. Requests proven by a bearer token may come from anywhere: no
browser adds that by itself.
"""

import hmac
from typing import Any, Final, cast
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from auth.actor import ANONYMOUS, Actor
from portal.core.errors import DomainError, Forbidden
from portal.core.http import read_form
from portal.core.settings import Settings

FIELD: Final = "csrf"
HEADER: Final = "x-csrf-token"
# Here the API takes a form with a file: a browser's session proves with its token, in a header, that no other
# site sent it.
TAKES_FILES: Final = frozenset({"/api/v1/catalogue/import"})
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class CrossSite(Forbidden):
    """Another site, or a page opened before the last sign-in, sent this."""

    title = "Yêu cầu không đến từ trang của Cổng"

    def __init__(self) -> None:
        super().__init__("Tải lại trang rồi thử lại. Điều bạn đã lưu vẫn còn.")


class JsonOnly(DomainError):
    """The API takes application/json."""

    status = 415
    title = "Kiểu nội dung không nhận"

    def __init__(self) -> None:
        super().__init__("Gửi nội dung kiểu application/json.")


class CsrfMiddleware(ASGIMiddleware):
    """Stands behind AuthenticationMiddleware; needs `scope["actor"]`."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, settings: Settings) -> None:
        self._origin = _origin(settings.public_url)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        method = cast("dict[str, Any]", scope)["method"]
        actor: Actor = cast("dict[str, Any]", scope).get("actor", ANONYMOUS)
        if method not in _SAFE:
            headers = Headers.from_scope(scope)
            if not actor.bearer:
                self._refuse_other_sites(headers)
            if scope["path"] in TAKES_FILES and _kind(headers) == "multipart/form-data":
                if not actor.bearer and actor.csrf is not None:
                    check_csrf(actor, headers.get(HEADER))
            elif scope["path"].startswith("/api/"):
                _refuse_other_kinds(headers)
            elif actor.csrf is not None:
                request = Request[Any, Any, Any](scope, receive=receive, send=send)
                check_csrf(actor, headers.get(HEADER) or await _token_in_form(request))
        await next_app(scope, receive, send)

    def _refuse_other_sites(self, headers: Headers) -> None:
        """Let pass what this site's pages, the person, or a program without a browser sent."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            if site not in ("same-origin", "none"):
                raise CrossSite
            return
        origin = headers.get("origin")
        if origin is None:  # no present browser leaves out both; forms still need their token
            return
        scheme, host = _origin(origin)
        own_scheme, own_host = self._origin
        if scheme != own_scheme or host not in (own_host, headers.get("host", "").lower()):
            raise CrossSite


def _origin(url: str) -> tuple[str, str]:
    """Scheme and host; of what is no address, nothing that could be ours."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


def _kind(headers: Headers) -> str:
    return headers.get("content-type", "").split(";", 1)[0].strip().lower()


def _refuse_other_kinds(headers: Headers) -> None:
    """The API reads JSON, as it is: no form another site could send, nothing packed."""
    kind = _kind(headers)
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if (has_body or kind) and kind != "application/json":
        raise JsonOnly
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise JsonOnly


async def _token_in_form(request: Request[Any, Any, Any]) -> str | None:
    """The form's token. Litestar keeps the parsed form in the scope, so handlers read it again freely."""
    token = (await read_form(request)).get(FIELD)
    return token if isinstance(token, str) else None


def check_csrf(actor: Actor, token: str | None) -> None:
    """Refuse a form without the session's token.

    Raises:
        CrossSite: the token is missing or another session's.
    """
    if actor.csrf is None or token is None:
        raise CrossSite
    if not hmac.compare_digest(actor.csrf.encode(), token.encode("utf-8", "surrogatepass")):
        raise CrossSite
