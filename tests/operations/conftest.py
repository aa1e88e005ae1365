"""The settings of real processes on the run's services."""

import os

import pytest

from portal.embedded import Embedded
from tests.conftest import Database


@pytest.fixture
def environment(database: Database, services: Embedded) -> dict[str, str]:
    """The environment of the portal's processes, on a database and a queue of their own."""
    services.start()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    settings = services.settings_environment()
    settings |= {f"MOTCUA_{name.upper()}": value for name, value in database.urls.items()}
    settings["MOTCUA_BROKER_URL"] = settings["MOTCUA_BROKER_URL"].rsplit("/", 1)[0] + "/9"
    return kept | settings | {"MOTCUA_LOG_LEVEL": "WARNING"}
