"""A portal with an editor at a browser, a store and a worker: what imports on the web need."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar.testing import TestClient

from auth.actor import Actor, Role
from portal.core import crypto, runtime
from portal.core.storage import Storage
from services_catalog import import_requests, import_tasks
from tests import factories
from tests.conftest import Database, settings_for

ADDRESS = "/api/v1/catalogue/import"


@dataclass
class Place:
    database: Database
    storage: Storage
    editor: Actor
    browser: TestClient[Any]
    csrf: str

    def post(self, body: bytes, *, name: str = "records.jsonl", **form: str) -> Any:
        return self.browser.post(
            ADDRESS,
            files={"file": (name, body, "application/octet-stream")},
            data=form,
            headers={"x-csrf-token": self.csrf},
        )

    def ask(self, body: bytes, **form: str) -> UUID:
        answer = self.post(body, **form)
        assert answer.status_code == 202, answer.text
        return UUID(answer.json()["id"])

    def run(self, import_id: UUID) -> None:
        runtime.install(self.database.settings, self.database.worker, self.storage)
        import_tasks.run_import(str(import_id), 1)

    def show(self, import_id: UUID, **query: Any) -> Any:
        answer = self.browser.get(f"/api/v1/catalogue/imports/{import_id}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stored(self) -> list[str]:
        return [one.key for one in self.storage.listing(import_requests.PREFIX)]


def opened(database: Database, store: Any) -> Iterator[Place]:
    """One place, its store empty."""
    from portal.app import create_app

    settings = database.settings.model_copy(
        update={key: value for key, value in settings_for(store, "none") if key.startswith("store_")}
    )
    database.settings = settings
    crypto.configure(settings)
    storage = Storage(settings)
    storage.ensure_bucket()
    for key in [one.key for one in storage.listing(import_requests.PREFIX)]:
        storage.remove(key)
    with database.worker() as session:
        agency = factories.agency(session, "H99.77.05")
        editor = factories.officer(session, agency.id, Role.CATALOGUE_EDITOR, email="editor@example.vn")
        session.commit()
    app = create_app(settings, database.app, storage)
    runtime.install(settings, database.worker, storage)
    with TestClient(app, base_url="https://testserver.local", raise_server_exceptions=False) as browser:
        factories.signed_in(browser, "editor@example.vn")
        found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/tai-khoan").text)
        assert found
        csrf = found[1]
        yield Place(database, storage, editor, browser, csrf)


def lines(*rows: Any) -> bytes:
    """Rows as JSON, one a line."""
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
