"""One request, one transaction, committed before the answer leaves (decision 2)."""

import time
from collections.abc import Callable
from functools import wraps
from operator import itemgetter
from typing import Annotated, Any, TypeAlias, cast

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.utils.sync import AsyncCallable
from sqlmodel import Session

from portal.core.db import Sessions, act_as
from portal.core.errors import Malformed, Unavailable
from portal.core.failpoints import failpoint
from portal.core.settings import Settings
from portal.core.storage import Storage

DbSession: TypeAlias = NamedDependency[Session]  # parameter name: session
AppSettings: TypeAlias = NamedDependency[Settings]  # parameter name: settings
AppStorage: TypeAlias = NamedDependency[Storage]  # parameter name: storage

IdempotencyKey: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        required=False,
        max_length=200,
        description="Made by the client; the same key with the same body repeats the first answer",
    ),
]

TURN_SECONDS = 5
_ASKED_AT = "asked_at"


class Busy(Unavailable):
    """More people ask than can be answered; whoever waited too long is asked to come back."""


async def read_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The form that was posted; it is kept in the scope, so that it may be read again.

    Raises:
        Malformed: a part is in a charset that nobody knows, or is not what it says.
    """
    try:
        return await request.form()
    except (LookupError, UnicodeError, RecursionError) as error:
        raise Malformed("Biểu mẫu gửi lên không đọc được. Tải lại trang rồi thử lại.") from error


def session_provider(sessions: Sessions) -> Callable[..., Session]:
    """Build the dependency `session`; `OneErrand` ends what it gives.

    It takes no connection. Row-level security is told who is asking (decision 13) when the session
    first works, in the handler's thread.
    """

    def provide_session(request: Request[Any, Any, Any]) -> Session:
        session = sessions()
        actor = request.scope.get("actor")
        act_as(session, getattr(actor, "id", None), getattr(actor, "agency_ids", frozenset()))
        session.info[_ASKED_AT] = time.monotonic()
        return session

    return provide_session


class OneErrand(ReceiveRoutePlugin):
    """A handler with a session is one errand of one thread: it works, commits, and gives the connection back.

    The answer is built and sent after that, so no client sees success ahead of the commit; any error
    rolls back. There is a connection for every thread, so a crowd waits for threads and for nothing else.
    """

    def receive_route(self, route: BaseRoute) -> None:
        """Let every handler of the route that is given a session end it in its own thread."""
        if not isinstance(route, HTTPRoute):
            return
        for handler, given in route.route_handler_map.values():
            # what handlers are given is at hand or read from the same connection: tasks would only cost
            given.dependency_batches = [
                {one} for batch in given.dependency_batches for one in sorted(batch, key=lambda one: one.key)
            ]
            wanted = {one.key for batch in given.dependency_batches for one in batch}
            if "session" in wanted and not getattr(handler.fn, "errand", False):
                _end_with(handler)


def _end_with(handler: HTTPRouteHandler) -> None:
    """Wrap the handler's function; it has the session itself, or something that carries it.

    Raises:
        ImproperlyConfiguredException: it has neither, or does not run in a thread.
    """
    runs, parameters = handler.fn, handler.parsed_fn_signature.parameters
    carriers = [
        name
        for name, field in parameters.items()
        if "session" in getattr(field.annotation, "__annotations__", ())
    ]
    if not isinstance(runs, AsyncCallable) or not ("session" in parameters or carriers):
        raise ImproperlyConfiguredException(f"{handler}: nobody would commit its session")
    work: Callable[..., Any] = runs.func
    find = itemgetter("session") if "session" in parameters else _carried_by(carriers[0])

    @wraps(work)
    def errand(**given: Any) -> Any:
        session: Session = find(given)
        kept = False
        try:
            if time.monotonic() - session.info[_ASKED_AT] > TURN_SECONDS:
                raise Busy("Nhiều người đang cùng gửi yêu cầu. Thử lại sau ít giây; gửi lại là an toàn.")
            answer = work(**given)
            kept = True
        finally:
            end(session, kept=kept)
        return answer

    runs.func = errand  # type: ignore[assignment]
    runs.errand = True  # type: ignore[attr-defined]


def _carried_by(name: str) -> Callable[[dict[str, Any]], Session]:
    return lambda given: cast("Session", given[name].session)


def end(session: Session, *, kept: bool) -> None:
    """Commit or roll back, and give the connection back."""
    try:
        if kept:
            failpoint("http.before_commit")
            session.commit()
            failpoint("http.after_commit")
    finally:
        session.close()  # rolls back what was not committed
