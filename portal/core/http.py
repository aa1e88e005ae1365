"""One request, one transaction, committed before the answer leaves (decision 2)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeAlias

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import HeaderParameter
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

Commit = Callable[[Session], None]
TURN_SECONDS = 5


class Busy(Unavailable):
    """As many requests as there are connections are under way, and none ends."""


async def read_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The form that was posted; it is kept in the scope, so that it may be read again.

    Raises:
        Malformed: a part is in a charset that nobody knows, or is not what it says.
    """
    try:
        return await request.form()
    except (LookupError, UnicodeError, RecursionError) as error:
        raise Malformed("Biểu mẫu gửi lên không đọc được. Tải lại trang rồi thử lại.") from error


def session_provider(sessions: Sessions, *, at_once: int = 16) -> Callable[..., AsyncIterator[Session]]:
    """Build the app's only generator dependency.

    Litestar resumes it once the answer is built and before it is sent, so no client sees success
    ahead of the commit; any error rolls back. Row-level security is told who is asking (decision
    13) when the session first works, in the handler's thread.

    Args:
        sessions: makes sessions.
        at_once: how many requests may hold a session; the others wait here, holding nothing. No more
            than the pool has connections, or handlers that wait for a connection would keep the
            threads in which others could commit and give theirs back.
    """
    turns = asyncio.Semaphore(at_once)

    async def provide_session(request: Request[Any, Any, Any]) -> AsyncIterator[Session]:
        async with _turn(turns):
            session = sessions()
            actor = request.scope.get("actor")
            act_as(session, getattr(actor, "id", None), getattr(actor, "agency_ids", frozenset()))
            try:
                yield session
            except BaseException:
                await sync_to_thread(_end, session, kept=False)
                raise
            await sync_to_thread(_end, session, kept=True)

    return provide_session


@asynccontextmanager
async def _turn(turns: asyncio.Semaphore) -> AsyncIterator[None]:
    """Hold one of the turns.

    Raises:
        Busy: all were held for so long that those who hold them are stuck.
    """
    try:
        async with asyncio.timeout(TURN_SECONDS):
            await turns.acquire()
    except TimeoutError as error:
        raise Busy("Nhiều người đang cùng gửi yêu cầu. Thử lại sau ít giây; gửi lại là an toàn.") from error
    try:
        yield
    finally:
        turns.release()


def _end(session: Session, *, kept: bool) -> None:
    """Commit or roll back, and give the connection back: one errand of one thread."""
    try:
        if kept:
            failpoint("http.before_commit")
            session.commit()
            failpoint("http.after_commit")
    finally:
        session.close()  # rolls back what was not committed
