"""The same portal with one deliberate fault, to see that the harness notices. Never part of the product.

`python -m tests.chaos.faulty FAULT --port N`
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import uvicorn
from litestar import Litestar, Request
from litestar.concurrency import sync_to_thread
from sqlalchemy.dialects.postgresql import Insert
from sqlmodel import Session

import portal.app
from auth.actor import Actor
from dossiers import access, filing, queries
from dossiers.models import Dossier
from portal.core.db import Sessions, act_as

LATE = 0.4  # seconds from the answer to the commit
_running: set[asyncio.Task[None]] = set()


def answer_before_commit() -> None:
    """A submission is answered first and committed a moment later."""

    async def commit(session: Session) -> None:
        await asyncio.sleep(LATE)
        await sync_to_thread(session.commit)
        await sync_to_thread(session.close)

    def provider(sessions: Sessions) -> Callable[..., AsyncIterator[Session]]:
        async def provide_session(request: Request[Any, Any, Any]) -> AsyncIterator[Session]:
            session = sessions()
            actor = request.scope.get("actor")
            act_as(session, getattr(actor, "id", None), getattr(actor, "agency_ids", frozenset()))
            try:
                yield session
            except BaseException:
                await sync_to_thread(session.rollback)
                await sync_to_thread(session.close)
                raise
            if request.url.path.endswith("/submission"):
                task = asyncio.get_running_loop().create_task(commit(session))
                _running.add(task)
                task.add_done_callback(_running.discard)
                return
            await sync_to_thread(session.commit)
            await sync_to_thread(session.close)

        return provide_session

    portal.app.session_provider = provider


class Unguarded(Insert):
    """An INSERT without its ON CONFLICT clause."""

    inherit_cache = False

    def on_conflict_do_nothing(self, *_: Any, **__: Any) -> "Unguarded":  # type: ignore[override]
        return self


def check_then_insert() -> None:
    """A draft is looked for and, when not there, inserted: no unique key decides (the test drops it too)."""
    original = filing.open_draft

    def open_draft(
        session: Session, actor: Actor, *, submission_id: UUID, code: str, agency_id: UUID
    ) -> Dossier:
        table = access.D
        seen = session.execute(
            sa.select(table.c.id)
            .where(table.c.applicant_id == actor.id, table.c.submission_id == submission_id)
            .limit(1)
        ).scalar_one_or_none()
        if seen is not None:
            return queries.get(session, actor, seen, for_update=True)
        time.sleep(0.02)
        return original(session, actor, submission_id=submission_id, code=code, agency_id=agency_id)

    filing.insert = Unguarded  # type: ignore[attr-defined, assignment]
    filing.open_draft = open_draft


FAULTS = {"answer-before-commit": answer_before_commit, "check-then-insert": check_then_insert}


def create() -> Litestar:
    """The application with the fault named on the command line."""
    FAULTS[sys.argv[1]]()
    return portal.app.create()


if __name__ == "__main__":
    uvicorn.run(
        create, factory=True, host="127.0.0.1", port=int(sys.argv[3]), log_level="warning", access_log=False
    )
