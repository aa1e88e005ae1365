"""The SQL statements one of our requests runs, and its answer: what the references then repeat."""

import logging
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from litestar.testing import TestClient
from sqlalchemy.orm import Session as OrmSession

from portal.app import create_app
from portal.core.db import make_engine, make_sessions
from tests.bench.ground import Ground


def _plain(value: Any) -> Any:
    """A bound value in types that psycopg knows without us."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.encode().decode() if isinstance(value, str) else value  # enums, quoted names


class Recorder:
    """Our application in this process, listened to."""

    def __init__(self, ground: Ground) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._engine = make_engine(ground.settings.database_url.get_secret_value(), threads=2)
        self._app = create_app(ground.settings, make_sessions(self._engine), ground.storage)
        self.lines: dict[str, dict[str, Any]] = {}

    def record(self, name: str, method: str, path: str, headers: dict[str, str], **more: Any) -> int:
        """Ask once to warm up, once to listen; returns how many statements there were."""
        seen: list[tuple[str, Any]] = []

        def hear(_c: Any, _cur: Any, statement: str, values: Any, *_: Any) -> None:
            seen.append((_plain(statement), _plain(values)))

        def announced(session: OrmSession, *_: Any) -> None:
            """Who is asking goes out with BEGIN, below SQLAlchemy; the references need it too."""
            pairs = list(session.info.get("acting", {}).items())
            if pairs:
                asked = ", ".join(["set_config(%s, %s, true)"] * len(pairs))
                seen.append((f"SELECT {asked}", [one for pair in pairs for one in pair]))

        with TestClient(self._app, base_url="https://bench.local") as client:
            client.follow_redirects = False
            if method == "GET":
                client.request(method, path, headers=headers, **more)
            sa.event.listen(self._engine, "before_cursor_execute", hear)
            sa.event.listen(OrmSession, "after_begin", announced)
            answer = client.request(method, path, headers=headers, **more)
            sa.event.remove(OrmSession, "after_begin", announced)
            sa.event.remove(self._engine, "before_cursor_execute", hear)
        if answer.status_code not in (200, 201, 304):
            raise RuntimeError(f"{name}: {answer.status_code} {answer.text[:300]}")
        self.lines[name] = {"statements": seen, "body": answer.content}
        return len([one for one in seen if not one[0].startswith("SELECT set_config")])

    def write(self, path: Path) -> None:
        """Keep the lines for the references, and close."""
        path.write_bytes(pickle.dumps(self.lines))
        self._engine.dispose()
