"""The same portal with one deliberate fault, to see that the harness notices. Never part of the product.

`python -m tests.chaos.faulty FAULT --port N`
"""

import contextlib
import sys
import threading
import time
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import uvicorn
from litestar.types import ASGIApp, Receive, Scope, Send
from sqlalchemy.dialects.postgresql import Insert
from sqlmodel import Session

import portal.app
import portal.core.http
from auth.actor import Actor
from dossiers import access, attachments, filing, queries
from dossiers.models import Dossier
from portal.core.lifeline import Bounded
from portal.core.storage import StoreUnavailable

LATE = 0.8  # seconds from the answer to the commit
_path: ContextVar[str] = ContextVar("path", default="")


def answer_before_commit() -> None:
    """A submission is answered first and committed a moment later."""
    original = portal.core.http.end

    def careless(session: Session, *, kept: bool) -> None:
        if kept and _path.get().endswith("/submission"):
            threading.Timer(LATE, original, (session,), {"kept": True}).start()
        else:
            original(session, kept=kept)

    portal.core.http.end = careless


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


def dead_pool() -> None:
    """Connections that the server has closed are handed out again and again."""
    made: list[Bounded] = []
    original = Bounded.connect

    def connect(*given: Any, **named: Any) -> Bounded:
        dead = [connection for connection in made if connection.closed]
        made.append(dead[0] if dead else original(*given, **named))
        return made[-1]

    Bounded.connect = connect  # type: ignore[method-assign, assignment]


def completion_unseen() -> None:
    """An upload is called complete although the store did not answer."""
    original = attachments._join

    def careless(*given: Any) -> None:
        with contextlib.suppress(StoreUnavailable):
            original(*given)

    attachments._join = careless


FAULTS = {
    "answer-before-commit": answer_before_commit,
    "check-then-insert": check_then_insert,
    "dead-pool": dead_pool,
    "completion-unseen": completion_unseen,
}


def create() -> ASGIApp:
    """The application with the fault named on the command line."""
    FAULTS[sys.argv[1]]()
    app = portal.app.create()

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        _path.set(scope.get("path", ""))
        await app(scope, receive, send)

    return told  # type: ignore[return-value]


if __name__ == "__main__":
    uvicorn.run(
        create, factory=True, host="127.0.0.1", port=int(sys.argv[3]), log_level="warning", access_log=False
    )
