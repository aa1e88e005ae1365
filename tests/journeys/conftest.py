"""Where the journeys keep their pictures."""

import pytest

from tests.journeys.browser import Shots
from tests.journeys.running import ROOT


@pytest.fixture(scope="session")
def shots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shots:
    """Where the pictures go: docs/pictures when asked for, else a folder that pytest forgets."""
    asked = request.config.getoption("--pictures")
    return Shots(ROOT / "docs" / "pictures" if asked else tmp_path_factory.mktemp("pictures"))
