"""A dossier filed at the counter by who came for another: keyed in, scanned, filed, received, printed."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Shots, visit
from tests.journeys.hands import Hands
from tests.journeys.stack import Stack
from tests.pages.answers import right
from tests.pages.ground import DEATH, PEOPLE, Ground, scan
from tests.pages.line import Line

pytestmark = pytest.mark.browser
PAPER = "old_death_certificate"


def test_an_officer_files_for_who_came_and_receives_it(
    stack: Stack, chromium: Browser, shots: Shots, tmp_path: Path
) -> None:
    content = Ground(stack).citizen.content(DEATH)
    paper = next(one.name for one in content.requirements if one.key == PAPER)
    password = stack.password(PEOPLE["officer"])

    desk = visit(chromium, stack, shots, "wide")
    desk.go("/dang-nhap")
    officer = Hands(desk)
    officer.enter(PEOPLE["officer"], password)
    desk.go("/can-bo")
    officer.follow("Nộp tại quầy")
    officer.page.get_by_label("Thủ tục").select_option(DEATH)
    officer.write("Họ và tên người nộp", "Đỗ Thị Hoa")
    officer.write("Số định danh cá nhân", "001190123456")
    officer.write("Số điện thoại", "0987654321")
    desk.look("quay-nguoi-nop")
    officer.press("Mở hồ sơ và nhập tờ khai")
    expect(officer.page.get_by_text("Bạn đang nhập tại quầy cho Đỗ Thị Hoa")).to_be_visible()
    desk.look("quay-to-khai")

    # she came for her father, with his authorisation
    officer.follow("Đổi người mà hồ sơ này nộp cho")
    officer.choose("Nộp cho ai?", "Thay người khác, theo ủy quyền")
    expect(officer.page.get_by_label("Tên doanh nghiệp, tổ chức")).to_be_hidden()
    officer.write("Họ và tên chủ hồ sơ", "Đỗ Văn Minh")
    officer.write("Số định danh cá nhân của chủ hồ sơ", "001060123456")
    desk.look("quay-nop-cho")
    officer.press("Lưu, về tờ khai")
    expect(officer.page.get_by_text("Đỗ Văn Minh")).to_be_visible()

    # the form itself is the one that every journey of a citizen types: here its answers come by the API
    dossier = officer.page.url.split("/ho-so/")[1].split("/")[0]
    line = Line(stack, PEOPLE["officer"], password)
    line.ask("PATCH", f"/api/v1/dossiers/{dossier}/answers", {"seq": 0, "answers": right(content.form, {})})
    desk.go(f"/ho-so/{dossier}/giay-to")
    scanned = tmp_path / "Giấy chứng tử, bản quét.png"
    scanned.write_bytes(scan())
    officer.hand_in(paper, scanned)
    authorised = tmp_path / "Giấy ủy quyền, bản quét.png"
    authorised.write_bytes(scan())
    officer.hand_in("Văn bản ủy quyền", authorised)
    desk.look("quay-giay-to")
    desk.go(f"/ho-so/{dossier}/kiem-tra")
    officer.page.get_by_label("Người nộp đồng ý cho").check()
    desk.look("quay-kiem-tra")
    officer.press("Nộp hồ sơ")
    expect(officer.page.get_by_text("Đã nộp hồ sơ. In biên nhận")).to_be_visible()

    officer.press("Tiếp nhận")
    expect(officer.page.get_by_text("Đã tiếp nhận").first).to_be_visible()
    line.until(dossier, lambda seen: len(seen["documents"]) >= 2)
    desk.go(f"/can-bo/ho-so/{dossier}")
    expect(officer.page.get_by_text("Đỗ Thị Hoa").first).to_be_visible()
    expect(officer.page.get_by_text("Đỗ Văn Minh").first).to_be_visible()
    desk.look("quay-da-tiep-nhan")
    form01 = officer.page.get_by_role("link", name="Giấy tiếp nhận và hẹn trả kết quả")
    with officer.page.expect_download() as download:
        form01.first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    desk.leave()
    seen = line.ask("GET", f"/api/v1/dossiers/{dossier}")
    assert (seen["channel"], seen["status"]["name"]) == ("counter", "accepted")
    assert (seen["filed_as"], seen["party"]["name"]) == ("authorised", "Đỗ Văn Minh")
