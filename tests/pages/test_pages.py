"""Every page of the portal, for every role, empty, in use and in error, on a desk and on a phone."""

import io
import os
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.pages import doors, routes
from tests.pages.crawl import Crawl
from tests.pages.ground import Ground
from tests.pages.looking import STATES, Stop
from tests.pages.pictures import INDEX, document, keep, place
from tests.pages.teeth import FAULTS, PAGE, Planted, planted
from tests.pages.tour import TOUR, differ, looks, untold
from tests.pages.walker import Walkers

pytestmark = pytest.mark.browser
GUIDE = next(look for look in TOUR["GET /huong-dan"].looks if look.path == PAGE)


@pytest.fixture(scope="session")
def listed(ground: Ground) -> set[str]:
    return routes.pages(routes.table({**os.environ, **ground.environment}))


def test_every_page_route_is_in_the_tour_and_no_other(listed: set[str]) -> None:
    assert differ(listed, TOUR) == []
    assert len(listed) > 60


def test_every_state_of_every_route_is_told() -> None:
    names = [look.name for state in STATES for _, look in looks(state, long=True)]
    short = {route for state in STATES for route, _ in looks(state, long=False)} - {""}

    assert untold(TOUR) == []
    assert len(names) == len(set(names))
    assert short == {route for route, stop in TOUR.items() if stop.looks}


def test_every_page_is_sound(
    request: pytest.FixtureRequest, crawl: Crawl, ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    long = request.config.getoption("--long") or request.config.getoption("--pictures")
    begun = time.monotonic()
    for state in STATES:
        if state == "filled":
            ground.fill()
        for _, look in looks(state, long=long):
            for who in look.by:
                crawl.look(look, who)
    tried, found = doors.shut(ground)
    crawl.faults += found + doors.led_on(ground)
    if crawl.pictures:
        INDEX.write_text(document(), encoding="utf-8")

    with capsys.disabled():
        took = time.monotonic() - begun
        print(
            f"\npages: {len(TOUR)} routes, {crawl.looked} pages looked at, {tried} shut doors tried, "
            f"{len(crawl.faults)} faults, {took:.0f} s"
        )
    assert not crawl.faults, "\n".join(crawl.faults)


@pytest.mark.long
def test_every_page_is_sound_for_everybody_else(
    crawl: Crawl, ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    ground.fill()
    for _, look, who, sign in doors.others():
        ground.forget_tries()
        crawl.look(look, who, door=doors.PAGES.get(sign, (look.status, "")))

    with capsys.disabled():
        print(f"\npages, everybody else: {crawl.looked} pages looked at, {len(crawl.faults)} faults")
    assert not crawl.faults, "\n".join(crawl.faults)


@pytest.mark.long
def test_every_page_is_there_without_script(chromium: Browser, ground: Ground) -> None:
    ground.fill()
    walkers = Walkers(chromium, ground, script=False)
    crawl = Crawl(walkers)
    for state in STATES:
        for _, look in looks(state, long=True):
            if look.path:
                ground.forget_tries()
                crawl.look(look, look.by[0], axe=False)
    walkers.close()

    assert not crawl.faults, "\n".join(crawl.faults)
    assert crawl.looked > 100


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_seen(fault: Planted, walkers: Walkers, ground: Ground) -> None:
    crawl = Crawl(walkers)
    with planted(walkers.of("nobody").page, ground.stack.origin, fault):
        crawl.look(GUIDE, "nobody")

    assert any(fault.word in line for line in crawl.faults), crawl.faults


def test_the_page_without_a_planted_fault_is_sound(walkers: Walkers) -> None:
    crawl = Crawl(walkers)
    crawl.look(GUIDE, "nobody")

    assert crawl.faults == []


def test_a_missing_route_a_vanished_one_and_an_untold_state_are_seen(listed: set[str]) -> None:
    missing = {route: stop for route, stop in TOUR.items() if route != "GET /tai-khoan"}
    vanished = TOUR | {"GET /cu": TOUR["GET /huong-dan"]}
    untold_one = TOUR | {"GET /huong-dan": Stop(TOUR["GET /huong-dan"].looks, {"empty": "always the same"})}

    assert differ(listed, missing) == ["GET /tai-khoan is not in the tour"]
    assert differ(listed, vanished) == ["GET /cu is in the tour but gone"]
    assert untold(untold_one) == ["GET /huong-dan: error is untold"]


def test_a_door_that_opens_is_seen(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "letter", lambda route, *_: "-" if route == "GET /huong-dan" else "+")

    _, found = doors.shut(ground)

    assert any(line.startswith("GET /huong-dan (citizen): 200") for line in found)


def test_the_index_is_of_this_tour() -> None:
    assert INDEX.read_text(encoding="utf-8") == document(), "script/test tests/pages --pictures writes it"


def test_a_picture_keeps_the_ground_of_the_page(tmp_path: Path) -> None:
    """A choice of few colours once turned the grey ground cream where a page had much amber."""
    page = Image.effect_noise((400, 300), 60).convert("RGB")
    page.paste((0xF4, 0xF7, 0xF7), (0, 0, 400, 200))
    page.paste((0xFF, 0xFF, 0xFF), (100, 20, 400, 180))
    for at, amber in enumerate(range(0xC0, 0xFF)):
        page.paste((0xFF, amber, 0x66), (at * 6, 200, at * 6 + 6, 240))
    shot = io.BytesIO()
    page.save(shot, "PNG")

    keep(shot.getvalue(), GUIDE, 390, tmp_path)

    kept = Image.open(place(GUIDE, 390, tmp_path)).convert("RGB")
    assert kept.getpixel((10, 10)) == (0xF4, 0xF7, 0xF7)
    assert kept.getpixel((200, 100)) == (0xFF, 0xFF, 0xFF)
