"""Who is asking, per request: authentication, role guards, and what handlers are given."""

import ipaddress
from typing import Any, Final, TypeAlias, cast
from urllib.parse import quote, urlsplit

from litestar import Request, Response
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, Headers
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Guard, Message, Receive, Scope, Send

from auth import queries, sessions, tokens
from auth.actor import ANONYMOUS, Actor, Role, held
from auth.csrf import CrossSite, CsrfMiddleware, check_csrf
from portal.core import clock
from portal.core.db import Connections
from portal.core.errors import Forbidden, Unauthorized
from portal.core.settings import Settings

__all__ = [
    "COOKIE",
    "AuthenticationMiddleware",
    "ClientAddress",
    "CrossSite",
    "CsrfMiddleware",
    "CurrentActor",
    "SignInFirst",
    "actor_of",
    "check_csrf",
    "ended_cookie",
    "provide_actor",
    "provide_address",
    "referer_path",
    "requires",
    "safe_next",
    "session_cookie",
    "to_sign_in",
]

COOKIE: Final = "__Host-motcua"
_WITHOUT_ACTOR: Final = ("/tinh/", "/health/", "/metrics")
_ENDED: Final = f"{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax".encode()

CurrentActor: TypeAlias = NamedDependency[Actor]  # parameter name: actor
ClientAddress: TypeAlias = NamedDependency[str]  # parameter name: address


class SignInFirst(Unauthorized):
    """A page that needs a person was asked for by nobody; answered by the sign-in page."""

    def __init__(self, after: str) -> None:
        super().__init__("Đăng nhập để tiếp tục.")
        self.after = after


class AuthenticationMiddleware(ASGIMiddleware):
    """Puts an Actor into `scope["actor"]` and the client's address into `scope["address"]`.

    One short statement in a thread, none without credentials. A bearer token that does not hold is a
    401; a cookie that does not hold is nobody, and is cleared.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, connect: Connections, settings: Settings) -> None:
        self._connect = connect
        self._idle_minutes = settings.session_idle_minutes
        self._tokens = tokens.shared(settings)
        self._proxies = _networks(settings.trusted_proxies)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        seen = cast("dict[str, Any]", scope)
        headers = Headers.from_scope(scope)
        seen["actor"] = ANONYMOUS
        seen["address"] = _address(scope, headers, self._proxies)
        if not scope["path"].startswith(_WITHOUT_ACTOR):
            bearer = _bearer(headers)
            token = None if bearer is not None else _cookie(headers)
            if bearer is not None:
                seen["actor"] = await sync_to_thread(self.by_bearer, bearer)
            elif token is not None:
                seen["actor"] = await sync_to_thread(self.by_cookie, token)
                if seen["actor"] is ANONYMOUS:
                    send = _clearing_cookie(send)
        await next_app(scope, receive, send)

    def by_cookie(self, token: str) -> Actor:
        """The person behind a browser's cookie; ANONYMOUS if it is unknown or has ended."""
        if not 20 <= len(token) <= 100:
            return ANONYMOUS
        token_hash = sessions.digest(token)
        with self._connect() as connection:
            row = queries.actor_of_session(connection, token_hash)
            if row is None or not self._alive(row):
                return ANONYMOUS
            if clock.now() - row.seen_at >= sessions.SEEN_EVERY:
                sessions.touch(connection, token_hash)
        roles, agency_ids, headed_ids = held(row.roles)
        return Actor(
            id=row.account_id,
            roles=roles,
            agency_ids=agency_ids,
            headed_ids=headed_ids,
            personal_id_index=row.personal_id_index,
            name=sessions.shown_name(row.account_id, row.shown_name),
            session_hash=token_hash,
            csrf=sessions.csrf_text(row.csrf),
        )

    def by_bearer(self, token: str) -> Actor:
        """The person behind a bearer token, with the roles of now, not of its issue.

        Raises:
            InvalidToken: it does not verify, its account is closed, or its browser session ended.
        """
        claims = self._tokens.verify(token, clock.now().timestamp())
        session_hash = claims.session_hash
        with self._connect() as connection:
            row = queries.actor_of_account(connection, claims.sub, session_hash)
        if row is None or (session_hash is not None and (row.seen_at is None or not self._alive(row))):
            raise tokens.InvalidToken
        roles, agency_ids, headed_ids = held(row.roles)
        name = sessions.shown_name(row.account_id, row.shown_name) if row.shown_name else ""
        return Actor(
            id=row.account_id,
            roles=roles,
            agency_ids=agency_ids,
            headed_ids=headed_ids,
            personal_id_index=row.personal_id_index,
            name=name,
            session_hash=session_hash,
            bearer=True,
        )

    def _alive(self, row: Any) -> bool:
        return sessions.alive(row.seen_at, row.expires_at, idle_minutes=self._idle_minutes)


def _bearer(headers: Headers) -> str | None:
    given = headers.getall("authorization", [])
    if len(given) > 1:
        raise tokens.InvalidToken
    scheme, _, token = given[0].partition(" ") if given else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" else None


def _cookie(headers: Headers) -> str | None:
    """The session's token; of two cookies of the name, the last."""
    found = None
    for line in headers.getall("cookie", []):
        for part in line.split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE:
                found = value.strip('"')
    return found


def _clearing_cookie(send: Send) -> Send:
    """Tell the browser to drop a cookie that is worth nothing, unless the answer sets a new one."""

    async def clearing(message: Message) -> None:
        if message["type"] == "http.response.start":
            pairs = list(message["headers"])
            name = COOKIE.encode() + b"="
            if not any(key.lower() == b"set-cookie" and value.startswith(name) for key, value in pairs):
                message["headers"] = [*pairs, (b"set-cookie", _ENDED)]
        await send(message)

    return clearing


def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def _address(scope: Scope, headers: Headers, proxies: tuple[Any, ...]) -> str:
    """The client's network address for limits; an IPv6 one as its /64.

    X-Forwarded-For counts only from a trusted proxy, read from the right past trusted ones.
    """
    client = scope.get("client")
    hops = [client[0] if client else ""]
    if proxies:
        forwarded = ",".join(headers.getall("x-forwarded-for", []))
        hops += [part.strip() for part in reversed(forwarded.split(",")) if part.strip()]
    for place, hop in enumerate(hops):
        try:
            address = ipaddress.ip_address(hop)
        except ValueError:
            return hops[max(0, place - 1)][:64]
        if place == len(hops) - 1 or not any(address in network for network in proxies):
            if address.version == 6:
                return str(ipaddress.ip_network((int(address), 64), strict=False))
            return str(address)
    return ""


def actor_of(scope: Scope) -> Actor:
    """Who is asking; anonymous where no middleware ran (unknown addresses)."""
    actor = cast("dict[str, Any]", scope).get("actor")
    return actor if isinstance(actor, Actor) else ANONYMOUS


def provide_actor(request: Request[Any, Any, Any]) -> Actor:
    """Give handlers who is asking."""
    return actor_of(request.scope)


def provide_address(request: Request[Any, Any, Any]) -> str:
    """Give handlers the client's network address, for limits only: it is neither stored nor logged."""
    return str(cast("dict[str, Any]", request.scope).get("address", ""))


def requires(*roles: Role) -> Guard:
    """A guard: somebody signed in who holds one of the roles now; without roles, anybody signed in.

    Nobody on a page is sent to sign in; nobody in the API is a 401; somebody without the role is a 403.
    It waits for nothing; a plain function would be given a thread of its own.
    """

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        actor = actor_of(connection.scope)
        if not actor.signed_in:
            if connection.scope["path"].startswith("/api/"):
                raise Unauthorized("Đăng nhập để tiếp tục.")
            raise SignInFirst(_return_address(connection))
        if roles and not actor.has(*roles):
            raise Forbidden("Tài khoản của bạn không dùng được trang này.")

    guard.roles = roles  # type: ignore[attr-defined]  # read by the test that walks the routes
    return guard


def _return_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Where to go after sign-in: the page asked for, or for a form the page it stood on."""
    scope = connection.scope
    if cast("dict[str, Any]", scope)["method"] in ("GET", "HEAD"):
        query = scope["query_string"].decode("latin-1")
        return safe_next(scope["path"] + (f"?{query}" if query else ""))
    return safe_next(referer_path(connection))


def referer_path(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Where the browser says it came from, if that was a page of this site; it is not believed further."""
    try:
        referer = urlsplit(connection.headers.get("referer", ""))
    except ValueError:
        return None
    if referer.netloc and referer.netloc != connection.headers.get("host"):
        return None
    return referer.path + (f"?{referer.query}" if referer.query else "")


def safe_next(address: str | None, otherwise: str = "/") -> str:
    """The address if it is a plain path of this portal (no other host, no control), else `otherwise`.

    What it returns is ASCII (percent-encoded), fit for a Location header.
    """
    if not address or len(address) > 1000 or not address.startswith("/") or not address.isprintable():
        return otherwise
    if address.startswith("//") or "\\" in address:
        return otherwise
    return quote(address, safe="/?&=#%+,;:@!$'()*~[]")


def to_sign_in(request: Request[Any, Any, Any], error: SignInFirst) -> Response[None]:
    """Answer SignInFirst: the sign-in page, which comes back to where one was."""
    address = f"/dang-nhap?next={quote(error.after, safe='/')}"
    if request.headers.get("hx-request") == "true":  # htmx would put the page into a fragment
        return Response(None, status_code=200, headers={"HX-Redirect": address})
    return Response(None, status_code=303, headers={"Location": address})


def session_cookie(token: str) -> Cookie:
    """The cookie of a new session: gone when the browser closes, never readable by scripts."""
    return Cookie(key=COOKIE, value=token, path="/", secure=True, httponly=True, samesite="lax")


def ended_cookie() -> Cookie:
    """The cookie that removes the session's cookie."""
    return Cookie(key=COOKIE, value="", path="/", secure=True, httponly=True, samesite="lax", max_age=0)
