"""One running portal, one browser and one walk through all pages for the tests of this folder."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.stack import Stack
from tests.pages.crawl import Crawl
from tests.pages.ground import Ground
from tests.pages.pictures import FOLDER
from tests.pages.walker import Walkers


@pytest.fixture(scope="session")
def ground(stack: Stack) -> Ground:
    """The people of the portal; nothing is filed yet."""
    return Ground(stack)


@pytest.fixture(scope="session")
def walkers(chromium: Browser, ground: Ground) -> Iterator[Walkers]:
    """Everybody's browser."""
    made = Walkers(chromium, ground)
    yield made
    made.close()


@pytest.fixture
def crawl(request: pytest.FixtureRequest, walkers: Walkers) -> Crawl:
    """A walk that has found nothing yet; it keeps pictures when asked to."""
    return Crawl(walkers, FOLDER if request.config.getoption("--pictures") else None)
