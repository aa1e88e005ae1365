"""What every hostile test stands on: people and dossiers, what was written, and how a refusal must look."""

import json
import re
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from litestar.testing import TestClient

from tests.authorisation.world import DRAFTED, REVIEWED, WAITING, World

BOOKKEEPING = {
    "throttle",
    "web_session",
    "access_log",
}  # counts of tries, last use, readings: no act of a person
WRITES = re.compile(r"(?:INSERT INTO|(?<!FOR )(?<!DO )UPDATE|DELETE FROM)\s+\"?(\w+)")
VIETNAMESE = re.compile(
    r"[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE
)


class Kept:
    """The tables that the statements of one connection wrote to and that no rollback took back."""

    def __init__(self, engine: sa.Engine) -> None:
        self.levels: list[list[str]] = [[]]
        sa.event.listen(engine, "before_cursor_execute", self._seen)
        sa.event.listen(engine, "savepoint", lambda *_: self.levels.append([]))
        sa.event.listen(engine, "release_savepoint", lambda *_: self._end(keep=True))
        sa.event.listen(engine, "rollback_savepoint", lambda *_: self._end(keep=False))

    def _seen(self, _c: Any, _cur: Any, statement: str, *_: Any) -> None:
        self.levels[-1].extend(WRITES.findall(statement))

    def _end(self, *, keep: bool) -> None:
        if len(self.levels) > 1:
            ended = self.levels.pop()
            if keep:
                self.levels[-1].extend(ended)

    @contextmanager
    def watching(self) -> Any:
        """A list that holds, at the end of the block, what was written in it and kept."""
        found: list[str] = []
        self.levels.append([])
        try:
            yield found
        finally:
            found.extend(name for name in self.levels.pop() if name not in BOOKKEEPING)


class Ground:
    """The world of the authorisation matrix, asked with anything."""

    def __init__(self, world: World, kept: Kept, storage: Any) -> None:
        self.world, self.kept, self.storage = world, kept, storage
        self.client: TestClient[Any] = world.client
        self.places: dict[str, str] = {
            "code": world.code,
            "drafted": DRAFTED,
            "reviewed": REVIEWED,
            "waiting": WAITING,
            "downtime": str(world.downtime_id),
            "agency_code": world.agency_code,
            "agency": str(world.agency_id),
            "none": str(uuid4()),
            **{state: str(case.id) for state, case in world.cases.items()},
            **{f"{state}_file": str(case.attachment) for state, case in world.cases.items()},
            **{f"{state}_result": str(case.result) for state, case in world.cases.items()},
        }

    def fill(self, text: str) -> str:
        """The text with ids in place of <draft>, <processing>, <code> and the like."""
        return re.sub(r"<(\w+)>", lambda found: self.places.get(found[1], found[0]), text)

    def _filled(self, content: bytes | None) -> bytes | None:
        return None if content is None else self.fill(content.decode("latin-1")).encode("latin-1")

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        *,
        headers: Any = None,
        content: bytes | None = None,
        judge: Callable[[Any, list[str]], None] | None = None,
    ) -> tuple[Any, list[str]]:
        """One request as this person; the answer, and the tables it left changed. Nothing stays.

        Headers are sent as they are; those of the person come first, unless the name is given.
        """
        pairs = headers.items() if isinstance(headers, dict) else headers or []
        given = [(_bytes(name), self._filled(_bytes(value)) or b"") for name, value in pairs]
        names = {name.lower() for name, _ in given}
        own = [
            (_bytes(name), _bytes(value))
            for name, value in self.world.headers[who].items()
            if _bytes(name).lower() not in names
        ]
        place = self.world.connection.begin_nested()
        self.client.cookies.clear()
        try:
            with self.kept.watching() as written:
                answer = self.client.request(
                    method, self.fill(path), headers=own + given, content=self._filled(content)
                )
            if judge is not None:
                judge(answer, written)
            return answer, written
        finally:
            place.rollback()

    def json(self, who: str, method: str, path: str, body: Any, **more: Any) -> tuple[Any, list[str]]:
        """A JSON body; <names> in it are filled."""
        text = json.dumps(body, ensure_ascii=False)
        headers = {"content-type": "application/json", **more}
        return self.ask(who, method, path, headers=headers, content=text.encode())

    def form(self, who: str, path: str, data: dict[str, Any], **more: Any) -> tuple[Any, list[str]]:
        """A posted form with the session's token, as the browser of this person sends it."""
        from urllib.parse import urlencode

        given = {"csrf": self.world.csrf.get(who, ""), **data}
        text = urlencode({k: self.fill(v) if isinstance(v, str) else v for k, v in given.items()}, doseq=True)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "accept": "text/html",
            "sec-fetch-site": "same-origin",
            **more,
        }
        return self.ask(who, "POST", path, headers=headers, content=text.encode())


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "surrogateescape")


def wrong_with(answer: Any, *, page: bool) -> str | None:
    """What is wrong with an answer to something bad: None when it is a proper refusal."""
    kind = answer.headers.get("content-type", "")
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if kind.count("charset") > 1:
        return f"content type {kind}"
    if page:
        if answer.status_code >= 400 and not (
            kind.startswith("text/html") and VIETNAMESE.search(answer.text)
        ):
            return f"{answer.status_code} {kind} instead of a page"
        return None
    if answer.status_code < 400:
        return f"{answer.status_code}: accepted"
    if not kind.startswith("application/problem+json"):
        return f"{answer.status_code} {kind} instead of a problem document"
    found = answer.json()
    if {"type", "title", "status", "detail"} - set(found):
        return f"members are missing: {sorted(found)}"
    if found["status"] != answer.status_code or not found["type"].startswith("/problems/"):
        return f"status or type: {found}"
    if not VIETNAMESE.search(found["detail"]):
        return f"not in Vietnamese: {found['detail']}"
    return None
