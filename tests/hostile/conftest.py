"""The ground of the hostile tests: made once a module, in a transaction that is never committed."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlmodel import Session

from portal.core import runtime
from portal.core.settings import Settings
from tests.authorisation.building import build
from tests.conftest import Switch
from tests.hostile.ground import Ground, Kept


@pytest.fixture(scope="session")
def kept(engine: sa.Engine) -> Kept:
    return Kept(engine)


@pytest.fixture(scope="module")
def ground(engine: sa.Engine, application: tuple[Any, Switch, Settings, Any], kept: Kept) -> Iterator[Ground]:
    app, switch, settings, storage = application
    connection = engine.connect()
    outer = connection.begin()

    def make() -> Session:
        return Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    switch.make = make
    runtime.install(settings, make, storage)  # type: ignore[arg-type]
    app.state.ready.forget()
    with TestClient(app, base_url="https://testserver.local", raise_server_exceptions=False) as client:
        client.follow_redirects = False
        yield Ground(build(connection, make, client, settings), kept, storage)
    outer.rollback()
    connection.close()
