"""Ask and supply in real browsers: the officer at a desk, the applicant on a phone; axe clean all the way."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Shots, visit
from tests.journeys.hands import Hands
from tests.journeys.stack import Stack
from tests.pages.ground import DEATH, PASSWORD, PEOPLE, Ground, scan

pytestmark = pytest.mark.browser
PAPER = "old_death_certificate"


def test_an_officer_asks_and_the_applicant_supplies_on_a_phone(
    stack: Stack, chromium: Browser, shots: Shots, tmp_path: Path
) -> None:
    ground = Ground(stack)
    citizen = ground.citizen
    content = citizen.content(DEATH)
    label = content.form[0].fields[0].label
    paper = next(one.name for one in content.requirements if one.key == PAPER)
    dossier = citizen.open(DEATH, ground.agency)
    citizen.fill(dossier, DEATH)
    citizen.hand_in(dossier, PAPER, "Giấy chứng tử cũ, mờ.png", scan())
    citizen.until_checked(dossier)
    citizen.act(dossier, "submission")

    desk = visit(chromium, stack, shots, "wide")
    desk.go("/dang-nhap")
    officer = Hands(desk)
    officer.enter(PEOPLE["officer"], stack.password(PEOPLE["officer"]))
    desk.go(f"/can-bo/ho-so/{dossier}")
    desk.look("can-bo-truoc-khi-yeu-cau")
    officer.follow("Yêu cầu bổ sung")
    officer.tick(paper)
    officer.tick(label)
    desk.look("yeu-cau-chon-muc")
    officer.press("Tiếp tục: nói rõ từng mục")
    said = (("unreadable", "Chụp lại rõ bốn góc, không lóa."), ("incorrect", "Ghi đúng như trên căn cước."))
    for place, (reason, why) in enumerate(said):
        block = officer.page.locator("fieldset.mc-repeat").nth(place)
        block.get_by_label("Lý do").select_option(reason)
        block.get_by_label("Cần bổ sung gì, sửa thế nào").fill(why)
    desk.look("yeu-cau-noi-ro")
    officer.press("Xem trước yêu cầu")
    desk.look("yeu-cau-xem-truoc")
    officer.press("Gửi yêu cầu cho người nộp")
    expect(officer.page.get_by_text("Đã gửi yêu cầu bổ sung")).to_be_visible()
    desk.look("can-bo-dang-cho")

    phone = visit(chromium, stack, shots, "phone", phone=True)
    phone.go("/dang-nhap")
    hands = Hands(phone)
    hands.enter(PEOPLE["citizen"], PASSWORD)
    phone.go(f"/ho-so/{dossier}")
    phone.look("ho-so-cho-bo-sung")
    hands.page.get_by_role("link", name="Bổ sung ngay").last.click()
    expect(hands.page.get_by_role("heading", name="Bổ sung hồ sơ", level=1)).to_be_visible()
    phone.look("bo-sung")
    better = tmp_path / "Giấy chứng tử, chụp lại.png"
    better.write_bytes(scan())
    hands.hand_in(paper, better)
    phone.look("bo-sung-da-tai")
    hands.press("Gửi bổ sung")
    expect(hands.page.get_by_text("Đã gửi phần bổ sung")).to_be_visible()
    phone.look("ho-so-da-bo-sung")
    phone.leave()

    desk.go(f"/can-bo/ho-so/{dossier}")
    expect(officer.page.get_by_role("heading", name="Các lần bổ sung")).to_be_visible()
    expect(officer.page.get_by_text("Bản trước:")).to_be_visible()
    desk.look("can-bo-da-bo-sung")
    desk.leave()
    states = {one["state"] for one in citizen.ask("GET", f"/api/v1/dossiers/{dossier}")["attachments"]}
    assert states == {"ready", "replaced"}
