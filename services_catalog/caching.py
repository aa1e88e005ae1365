"""Public reads as ready bytes: made once per version of the catalogue, revalidated by ETag.

The version is read before the body is made, so a body kept under a version is at least that new; the
next publication makes another version. Each application keeps its own bodies. What this process
publishes is seen at once, what another one publishes within FRESH_SECONDS.

What changes without a new version is part of the tag: the day (fees, agencies and revisions are dated),
the last cut-off or end of a planned stop that has passed, and for a page that names a date the half hour.

A reader who is signed in gets pages of their own: the head of each names them, and its forms carry their
token. The API's answers are the same for everybody, and so kept for those too.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import msgspec
from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlmodel import Session

from portal.core import clock
from services_catalog import public_queries, queries
from services_catalog.changes import Changes
from services_catalog.live_index import OLDER, VERSION

FRESH_SECONDS: Final = 1.0  # how long a version read from the database is believed
SPAN: Final = timedelta(minutes=30)  # how long a page that names a date stands
MAX_ENTRIES: Final = 512
MAX_BYTES: Final = 16 * 1024 * 1024  # of all bodies together: odd addresses cannot fill the memory
OURS: Final = b"__Host-"  # how the names of the portal's own cookies begin; no other is looked at
_VISIT: Final = "catalogue_visit"
_SHOWN = (
    queries.ProcedurePage, queries.ProcedureList, queries.RevisionRow, queries.SectorRow, queries.AgencyRow,
    queries.Suggestion,
)  # fmt: skip
# A new release that answers in another shape makes other tags.
_SHAPE = hashlib.sha256(msgspec.json.encode(msgspec.json.schema_components(_SHOWN))).hexdigest()[:8]


def kept_here(path: str) -> bool:
    """Whether the catalogue may be read under this address."""
    return path.startswith(("/thu-tuc", "/api/v1/procedures", "/api/v1/sectors", "/api/v1/agencies"))


def span_of(instant: datetime) -> int:
    """The half hour an instant lies in, counted from 1970."""
    return int(instant.timestamp() // SPAN.total_seconds())


def span_end() -> datetime:
    """The last second of the present half hour: what a page says of that moment holds until then."""
    end = datetime.fromtimestamp((span_of(clock.now()) + 1) * SPAN.total_seconds(), UTC)
    return end - timedelta(seconds=1)


@dataclass
class _Kept:
    """A whole answer: made under a state of the catalogue, and in a half hour if it names a date."""

    state: str
    span: int | None
    tag: str
    route: str
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def still(self, state: str | None) -> bool:
        """Whether it may be given while the catalogue is in this state."""
        return self.state == state and (self.span is None or self.span == span_of(clock.now()))


@dataclass
class _Visit:
    """One request on its way in: what is kept of its address, and under which state it was answered.

    `believed`: the state that was read a moment ago; then nobody asks for it again.
    """

    kept: _Kept | None
    look: str
    believed: str | None
    changes: int = field(default_factory=lambda: Changes.made)
    state: str | None = None
    span: int | None = None
    tag: str = ""


class Ready:
    """Stands before the application and gives ready bytes to whoever may have them.

    Answers for the API's readers without a token, and for readers of pages without a cookie of ours: what
    they get depends on the address and the catalogue alone. `look` names the release whose pages they are.
    """

    def __init__(self, app: ASGIApp, look: str = "") -> None:
        self._app = app
        self._look = look
        self._kept: dict[tuple[str, bytes], _Kept] = {}
        self.forget()

    def forget(self) -> None:
        """Drop everything: for another database behind the same application."""
        self._kept.clear()
        self._size = 0
        self._state, self._until, self._changes = "", 0.0, -1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer and keep what it marks as the catalogue's."""
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET" or not kept_here(scope["path"]):
            await self._app(scope, receive, send)
            return
        key = (scope["path"], scope["query_string"])
        kept = self._kept.get(key)
        asked = {name: value for name, value in scope["headers"] if name in _VARYING}
        known = OURS in asked.get(b"cookie", b"") or _several(scope, b"cookie")
        if b"authorization" in asked or (known and not key[0].startswith("/api/")):
            await self._app(scope, receive, send)
            return
        if kept is not None and kept.still(self._fresh()):
            cast("dict[str, Any]", scope)["path_template"] = kept.route
            await _send(send, kept, asked.get(b"if-none-match", b""))
            return
        await self._fill(scope, receive, send, key, kept)

    def _fresh(self) -> str | None:
        """The present state, if it was read a moment ago and nothing was published here since."""
        if self._changes != Changes.made or time.monotonic() >= self._until:
            return None
        return self._state

    async def _fill(
        self, scope: Scope, receive: Receive, send: Send, key: tuple[str, bytes], kept: _Kept | None
    ) -> None:
        visit = _Visit(kept, self._look, self._fresh())
        cast("dict[str, Any]", scope)[_VISIT] = visit
        begun: list[Message] = []
        parts: list[bytes] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, watched)
        if visit.state is None:
            return
        if visit.believed is None:
            self._state, self._until = visit.state, time.monotonic() + FRESH_SECONDS
            self._changes = visit.changes
        start = cast("dict[str, Any]", begun[0])
        personal = any(name.lower() == b"set-cookie" for name, _ in start["headers"])
        if start["status"] == 200 and not personal:
            route = str(cast("dict[str, Any]", scope).get("path_template") or "")
            made = _Kept(visit.state, visit.span, visit.tag, route, list(start["headers"]), b"".join(parts))
            self._keep(key, made)

    def _keep(self, key: tuple[str, bytes], kept: _Kept) -> None:
        old = self._kept.pop(key, None)
        self._size -= len(old.body) if old else 0
        if len(self._kept) >= MAX_ENTRIES or self._size + len(kept.body) > MAX_BYTES:
            self._kept.clear()
            self._size = 0
        self._kept[key] = kept
        self._size += len(kept.body)


_VARYING: Final = frozenset([b"authorization", b"cookie", b"if-none-match"])


def _several(scope: Scope, name: bytes) -> bool:
    """Whether a header came more than once: then nothing is known of it by looking at one."""
    return sum(1 for given, _ in scope["headers"] if given == name) > 1


async def _send(send: Send, kept: _Kept, given: bytes) -> None:
    """The kept answer, or 304 to whoever has it."""
    headers, status, body = kept.headers, 200, kept.body
    if given and _has(given.decode("latin-1"), kept.tag):
        status, body = 304, b""
        headers = [pair for pair in headers if pair[0].lower() not in (b"content-length", b"content-type")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _has(given: str, tag: str) -> bool:
    return tag in [part.strip() for part in given.split(",")]


def answer(request: Request[Any, Any, Any], session: Session, build: Callable[[], Any]) -> Response[Any]:
    """The bytes of `build()` with their ETag, or 304 when the client has them.

    The tag names the catalogue's version, the day (fees and agencies are dated) and the answer's shape.
    """
    tag, kept = _tagged(request, session, _SHAPE)
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(None, status_code=304, headers=headers)
    body = kept if kept is not None else msgspec.json.encode(build())
    if _of_before(request, session):
        headers = {"Cache-Control": "no-cache"}
    return Response(body, headers=headers, media_type="application/json")


def page(
    request: Request[Any, Any, Any],
    session: Session,
    render: Callable[[], Response[Any]],
    *,
    timed: bool = False,
) -> Response[Any]:
    """A page that depends on its address and the catalogue alone, for those who come without a cookie.

    `timed`: it names a date that the hour moves (see `span_end`); it stands for half an hour.
    """
    visit: _Visit | None = cast("dict[str, Any]", request.scope).get(_VISIT)
    if visit is None:
        return render()
    tag, kept = _tagged(request, session, visit.look, span_of(clock.now()) if timed else None)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Cookie"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(None, status_code=304, headers=headers)
    if kept is not None:
        return Response(kept, headers=headers, media_type="text/html; charset=utf-8")
    rendered = render()
    if not _of_before(request, session) and rendered.status_code in (None, 200):
        rendered.headers.update(headers)
    return rendered


def _of_before(request: Request[Any, Any, Any], session: Session) -> bool:
    """Whether the answer was made from an index older than its tag says; such a one is not kept."""
    if not session.info.pop(OLDER, False):
        return False
    if visit := cast("dict[str, Any]", request.scope).get(_VISIT):
        visit.state = None
    return True


def _tagged(
    request: Request[Any, Any, Any], session: Session, mark: str, span: int | None = None
) -> tuple[str, bytes | None]:
    """The present state's tag, and the body kept under it."""
    visit: _Visit | None = cast("dict[str, Any]", request.scope).get(_VISIT)
    if visit is not None and visit.believed is not None:
        state = visit.believed
        session.info[VERSION] = int(state.split("-")[0])
    else:
        version, instant = public_queries.edition(session)
        state = f"{version}-{instant}-{clock.today():%Y%m%d}"
    tag = f'W/"{state}-{mark}{"" if span is None else f"-{span}"}"'
    if visit is None:
        return tag, None
    visit.state, visit.span, visit.tag = state, span, tag
    return tag, visit.kept.body if visit.kept and visit.kept.tag == tag else None
