"""upload.js in a real browser: parts, a lost connection, a reload, a pause, a refusal, the keyboard."""

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, Playwright, Route, expect
from sqlmodel import select

from dossiers import inspection
from dossiers.models import Attachment, AttachmentState
from portal.app import create_app
from portal.core import runtime
from tests import factories
from tests.files.conftest import House
from tests.files.corpus import picture
from tests.journeys.browser import ARGUMENTS

pytestmark = pytest.mark.browser
MB = 1024 * 1024


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Any]:
    expect.set_options(timeout=15_000)
    # The store of the tests answers scripts of another origin only; the journeys use it as it is.
    found = os.environ.get("MOTCUA_CHROMIUM", "/usr/bin/chromium")
    browser = playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS, "--disable-web-security"])
    yield browser
    browser.close()


@pytest.fixture
def origin(house: House) -> Iterator[str]:
    """The web application on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = house.settings.model_copy(update={"public_url": f"http://localhost:{port}"})
    server = uvicorn.Server(
        uvicorn.Config(create_app(made, house.app, house.storage), port=port, log_level="error")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    runtime.install(made, house.worker, house.storage)
    yield f"http://localhost:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def dossier(house: House):
    return house.draft()


@pytest.fixture
def page(chromium: Any, house: House, origin: str, dossier: Any) -> Iterator[Page]:
    """The papers page of a draft, the citizen signed in."""
    context = chromium.new_context(locale="vi-VN")
    context.set_default_timeout(15_000)
    made = context.new_page()
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.goto(f"{origin}/dang-nhap")
    said = made.evaluate(
        """async (body) => (await fetch("/api/v1/auth/login", {method: "POST",
           headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)})).status""",
        {"email": house.emails["citizen"], "password": factories.PASSWORD},
    )
    assert said == 200
    made.goto(f"{origin}/ho-so/{dossier.id}/giay-to")
    yield made
    context.close()
    assert faults == []


@pytest.fixture
def large(tmp_path):
    """A picture of three parts."""
    file = tmp_path / "ảnh chụp.jpg"
    file.write_bytes(picture() + b"\0" * (11 * MB))
    return file


def choose(page: Page, *files: Any) -> None:
    page.locator("#f-proof").set_input_files([str(file) for file in files])


def row(page: Page) -> Any:
    return page.locator("#proof .mc-file")


def inspected(house: House, dossier: Any) -> None:
    """What the worker does, once the file is there."""
    until = time.monotonic() + 15
    while time.monotonic() < until:
        with house.worker() as session:
            found = session.exec(
                select(Attachment).where(
                    Attachment.dossier_id == dossier.id, Attachment.state == AttachmentState.CHECKING
                )
            ).all()
        if found:
            for file in found:
                inspection.inspect(file.id)
            return
        time.sleep(0.1)
    raise AssertionError("nothing came to be checked")


def puts(page: Page) -> list[str]:
    """The part numbers sent from here on."""
    seen: list[str] = []
    page.on(
        "request",
        lambda one: (
            seen.append(one.url.split("partNumber=")[1].split("&")[0]) if one.method == "PUT" else None
        ),
    )
    return seen


def test_a_file_is_sent_in_parts_and_told_as_ready_once(page, house, dossier, large):
    sent = puts(page)

    choose(page, large)

    expect(row(page)).to_have_attribute("data-state", "checking")
    inspected(house, dossier)
    expect(row(page)).to_contain_text("Đã nhận đủ và kiểm tra")
    expect(page.locator("#proof [data-upload-pill]")).to_have_text("Đã đủ")
    expect(page.locator("[data-upload-status]")).to_have_text("ảnh chụp.jpg: đã nhận đủ và kiểm tra.")
    assert sorted(sent) == ["1", "2", "3"]
    assert page.get_by_role("link", name="Tiếp tục").is_enabled()


def test_a_lost_connection_goes_on_by_itself_with_what_is_missing(page, house, dossier, large):
    lost = {"2": 1, "3": 1}
    sent = puts(page)

    def sometimes(route: Route) -> None:
        number = route.request.url.split("partNumber=")[1].split("&")[0]
        if lost.get(number, 0):
            lost[number] -= 1
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(re.compile("partNumber=[23]&"), sometimes)
    choose(page, large)

    expect(row(page)).to_contain_text("Mạng ngắt ở")
    expect(page.locator("[data-upload-status]")).to_contain_text("mạng ngắt")
    expect(row(page)).to_have_attribute("data-state", "checking")
    inspected(house, dossier)
    expect(row(page)).to_have_attribute("data-state", "ready")
    assert sent.count("1") == 1


def test_after_a_reload_the_same_file_goes_on_where_it_stood(page, house, dossier, large):
    page.route(re.compile("partNumber=[23]&"), lambda route: route.abort())
    choose(page, large)
    expect(row(page)).to_contain_text("Mạng ngắt ở")
    page.unroute_all()

    page.reload()
    expect(row(page)).to_contain_text("Chọn đúng tệp này lần nữa, chúng tôi chỉ tải 6,0 MB còn lại.")
    sent = puts(page)
    choose(page, large)

    expect(row(page)).to_have_attribute("data-state", "checking")
    inspected(house, dossier)
    expect(row(page)).to_have_attribute("data-state", "ready")
    assert sorted(sent) == ["2", "3"]
    expect(row(page)).to_have_count(1)


def test_sending_can_be_paused_and_gone_on_with_by_keyboard(page, house, dossier, large):
    page.route("**/*partNumber=*", lambda _: None)  # never answered
    choose(page, large)
    pause = row(page).get_by_role("button", name="Tạm dừng")
    pause.focus()
    page.keyboard.press("Enter")

    expect(row(page)).to_contain_text("Đang tạm dừng")
    go_on = row(page).get_by_role("button", name="Tải tiếp")
    expect(go_on).to_be_focused()
    page.unroute_all(behavior="ignoreErrors")
    page.keyboard.press("Enter")

    expect(row(page)).to_have_attribute("data-state", "checking")
    inspected(house, dossier)
    expect(row(page)).to_have_attribute("data-state", "ready")


def test_a_refused_file_says_how_to_put_it_right_and_can_be_dropped(page, house, dossier, tmp_path):
    heic, broken = tmp_path / "IMG_2291.HEIC", tmp_path / "a.jpg"
    heic.write_bytes(b"x")
    broken.write_bytes(picture()[:2000])

    choose(page, heic, broken)

    expect(row(page).first).to_contain_text("Trên iPhone: mở ảnh")
    inspected(house, dossier)
    expect(row(page).last).to_contain_text("Tệp hỏng hoặc chưa đầy đủ")
    expect(page.locator("#proof [data-upload-pill]")).to_have_text("Cần thay tệp")
    for _ in range(2):
        row(page).first.get_by_role("button", name="Bỏ").click()
    expect(row(page)).to_have_count(0)
    expect(page.locator("#f-proof")).to_be_focused()
    page.reload()
    expect(row(page)).to_have_count(0)
