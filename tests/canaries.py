"""What a person's answers may never hold: another person's e-mail or personal id.

Every account the factories make is a canary. Every answer of the application under test is searched,
the whole suite long, and charged to whoever asked. An officer may read of applicants whose filed
dossiers their agency serves, or was asked about; what the asker typed in the same request is theirs to
see again. The demo's mail inbox shows everybody's mail by design.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

import sqlalchemy as sa
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlmodel import Session

from auth.actor import ANONYMOUS, Actor

OURS = "/* canary */"  # how the watch's own statement begins
EXEMPT = ("/hop-thu",)
_SEEN = re.compile(rb"[\w.+-]+@[\w-]+\.[\w.]+|(?<!\d)\d{12}(?!\d)")
_OWNERS: dict[str, UUID] = {}
LEAKS: list[str] = []


def mark(account_id: UUID, *values: str) -> None:
    """From here on these values belong to this person alone."""
    for value in values:
        if value:
            _OWNERS[value.lower()] = account_id


def foreign(actor: Actor, answer: bytes, asked: bytes) -> set[UUID]:
    """The other people whose values stand in the answer and were not typed in the request."""
    found = {one.decode().lower().rstrip(".") for one in _SEEN.findall(answer)}
    typed = unquote_plus(asked.decode("utf-8", "replace")).lower()
    return {
        _OWNERS[value]
        for value in found
        if value in _OWNERS and _OWNERS[value] != actor.id and value not in typed
    }


def served(session: Session, actor: Actor, person: UUID) -> bool:
    """Whether the person has a filed dossier that an agency of the actor serves, or was asked about."""
    acting = {"actor": str(actor.id), "at": ",".join(map(str, actor.agency_ids))}
    session.execute(
        sa.text(
            f"{OURS} SELECT set_config('app.actor', :actor, true), set_config('app.agencies', :at, true)"
        ),
        acting,
    )
    rows = session.execute(
        sa.text(
            f"{OURS} SELECT 1 FROM dossier WHERE applicant_id = :person AND status <> 'draft' AND"
            " (receiving_agency_id = ANY(:at) OR competent_agency_id = ANY(:at)"
            " OR support_agency_id = ANY(:at) OR consulted_agency_ids && :at) LIMIT 1"
        ),
        {"person": person, "at": list(actor.agency_ids)},
    )
    return rows.first() is not None


def watched(app: ASGIApp, make: Callable[[], Session]) -> ASGIApp:
    """The application, with every answer searched before it is sent on."""

    async def watching(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        asked, told = [scope["path"].encode(), scope["query_string"]], []

        async def hear() -> Any:
            message = await receive()
            asked.append(message.get("body", b""))  # type: ignore[union-attr]
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                told.extend(value for _, value in message["headers"])
            elif message["type"] == "http.response.body":
                told.append(message["body"])
            await send(message)

        await app(scope, hear, say)  # type: ignore[arg-type]
        if not scope["path"].startswith(EXEMPT):
            actor = scope.get("actor", ANONYMOUS)  # type: ignore[call-overload]
            judge(actor, scope["path"], b"\n".join(told), b"\n".join(asked), make)

    return watching


def judge(actor: Actor, path: str, answer: bytes, asked: bytes, make: Callable[[], Session]) -> None:
    """Note a leak for each person the actor had no right to read of."""
    for person in foreign(actor, answer, asked):
        with make() as session:
            if actor.agency_ids and served(session, actor, person):
                continue
        LEAKS.append(f"{path} told {actor.id or 'nobody'} of {person}")
