"""The matrix's world: made once, in a transaction that is never committed."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlmodel import Session

from portal.core import runtime
from portal.core.settings import Settings
from tests.authorisation.building import build
from tests.authorisation.world import World
from tests.conftest import Switch


@pytest.fixture(scope="module")
def world(engine: sa.Engine, application: tuple[Any, Switch, Settings, Any]) -> Iterator[World]:
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
        yield build(connection, make, client, settings)
    outer.rollback()
    connection.close()
