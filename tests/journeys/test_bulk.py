"""Fifty dossiers received at once by keys alone, while a colleague takes one of them; axe clean."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Shots, visit
from tests.journeys.hands import Hands
from tests.journeys.stack import Stack
from tests.pages.ground import COPY, PEOPLE, Ground
from tests.pages.line import Line

pytestmark = pytest.mark.browser
COLLEAGUE = "trang@motcua.example"


def test_fifty_are_received_by_keys_and_the_one_taken_meanwhile_is_told(
    stack: Stack, chromium: Browser, shots: Shots
) -> None:
    ground = Ground(stack)
    citizen = ground.citizen
    filed = []
    for _ in range(50):
        dossier = citizen.open(COPY, ground.agency)
        citizen.fill(dossier, COPY)
        citizen.act(dossier, "submission")
        filed.append(dossier)

    desk = visit(chromium, stack, shots, "wide")
    desk.go("/dang-nhap")
    officer = Hands(desk)
    officer.enter(PEOPLE["officer"], stack.password(PEOPLE["officer"]))
    desk.go(f"/can-bo?view=to_receive&procedure={COPY}&dong=100")
    page = officer.page
    waiting = page.locator('input[name="chon"]').count()
    assert waiting >= 50
    for _ in range(waiting):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.get_by_text(f"{waiting} hồ sơ đã chọn")).to_be_visible()
    expect(page.get_by_label("Chọn cả trang")).to_be_checked()
    desk.look("can-bo-chon-nhieu")

    Line(stack, COLLEAGUE, stack.password(COLLEAGUE)).act(filed[7], "reception")
    page.get_by_role("button", name="Tiếp nhận hồ sơ đã chọn").press("Enter")
    expect(page.get_by_text(re.compile(rf"Đã tiếp nhận {waiting - 1} hồ sơ\."))).to_be_visible(timeout=60_000)
    expect(page.get_by_text("1 hồ sơ được giữ lại")).to_be_visible()
    desk.look("can-bo-hang-loat-xong")
    kept = page.get_by_role("row").nth(1)
    expect(kept).to_contain_text("Được tiếp nhận")
    officer.follow("Về danh sách")
    desk.leave()

    for one in filed:  # the papers of fifty come as well, and what follows does not wait behind them
        citizen.until(one, lambda seen: len(seen["documents"]) >= 2)
    numbers = {citizen.ask("GET", f"/api/v1/dossiers/{one}")["number"] for one in filed}
    assert len(numbers) == 50
    assert None not in numbers
