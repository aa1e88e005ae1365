"""A dossier's whole life, by all it meets: asked twice, an opinion, an apology, a duty, the post."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Shots, visit
from tests.journeys.hands import Hands
from tests.journeys.stack import Stack
from tests.pages.ground import DEATH, PASSWORD, PEOPLE, Ground, scan
from tests.pages.line import Line

pytestmark = pytest.mark.browser
PAPER, CONSULTED = "old_death_certificate", "khanh@motcua.example"
POLICE, PARCEL = "Công an xã Tân Hòa", "RR123456785VN"


def test_a_life_with_everything_in_it(stack: Stack, chromium: Browser, shots: Shots) -> None:
    ground = Ground(stack)
    citizen, officer = ground.citizen, ground.officer
    field = citizen.content(DEATH).form[0].fields[0].key
    dossier = citizen.open(DEATH, ground.agency)
    citizen.fill(dossier, DEATH)
    citizen.hand_in(dossier, PAPER, "Giấy chứng tử cũ.png", scan())
    citizen.until_checked(dossier)
    citizen.act(dossier, "submission")
    officer.act(dossier, "reception")
    officer.act(dossier, "claim")

    asked = [{"kind": "field", "key": field, "reason": "incorrect", "why": "Ghi đúng như trên căn cước."}]
    request = f"/api/v1/dossiers/{dossier}/supplement-request"
    officer.ask("POST", request, {"items": asked})
    citizen.ask("POST", f"/api/v1/dossiers/{dossier}/supplement-response", {})
    again = officer.http.request("POST", request, json={"items": asked})
    grounded = {"ground": "new_fact", "ground_words": "Trích lục gốc vừa tìm thấy ghi khác."}
    assert again.status_code in (409, 422), again.text  # one complete request a stage, unless on a ground
    assert "supplement" in ground_of(officer, dossier, request, asked, grounded)
    citizen.ask("POST", f"/api/v1/dossiers/{dossier}/supplement-response", {})

    desk = visit(chromium, stack, shots, "wide")
    desk.go("/dang-nhap")
    hands = Hands(desk)
    hands.enter(PEOPLE["officer"], stack.password(PEOPLE["officer"]))
    desk.go(f"/can-bo/ho-so/{dossier}")
    hands.page.get_by_text("Lấy ý kiến cơ quan khác").click()
    hands.page.locator("#co-quan-hoi").select_option(label=POLICE)
    hands.page.locator("#cau-hoi").fill("Đề nghị xác minh nơi cư trú cuối cùng của người đã chết.")
    hands.press("Gửi câu hỏi")
    expect(hands.page.get_by_role("heading", name="Ý kiến của cơ quan khác")).to_be_visible()
    desk.look("doi-lay-y-kien")

    police = visit(chromium, stack, shots, "wide")
    police.go("/dang-nhap")
    asked_one = Hands(police)
    asked_one.enter(CONSULTED, stack.password(CONSULTED))
    police.go(f"/can-bo/ho-so/{dossier}")
    expect(asked_one.page.get_by_role("heading", name="Cho ý kiến")).to_be_visible()
    police.look("doi-duoc-hoi")
    asked_one.page.get_by_label("Đồng ý", exact=True).check()
    asked_one.page.get_by_label("Nội dung").fill("Đã xác minh, đúng như khai.")
    asked_one.press("Gửi ý kiến")
    expect(asked_one.page.get_by_text("Đã xác minh, đúng như khai.")).to_be_visible()
    police.leave()

    desk.go(f"/can-bo/ho-so/{dossier}")
    expect(hands.page.get_by_text("Đã xác minh, đúng như khai.")).to_be_visible()
    hands.page.get_by_text("Xin lỗi và hẹn lại (mẫu số 04)").click()
    hands.page.locator("#gia-han-ly-do").fill("Sổ lưu đang được số hóa, chúng tôi xin lỗi vì sự chậm trễ.")
    hands.press("Gửi lời xin lỗi, hẹn lại")
    expect(hands.page.get_by_text("Xin lỗi và hẹn lại ngày trả kết quả").first).to_be_visible()
    hands.page.get_by_text("Yêu cầu nghĩa vụ tài chính").first.click()
    hands.page.locator("#nv-ten-1").fill("Phí tra cứu hồ sơ lưu trữ")
    hands.page.locator("#nv-tien-1").fill("50000")
    hands.press("Gửi yêu cầu")
    expect(hands.page.get_by_text("Yêu cầu thực hiện nghĩa vụ tài chính").first).to_be_visible()
    desk.look("doi-nghia-vu")
    hands.page.locator("#nx-loi").fill("Giấy nộp tiền số 0012 của kho bạc.")
    hands.press("Ghi đã thực hiện")
    expect(hands.page.get_by_text("Đang xử lý").first).to_be_visible()

    phone = visit(chromium, stack, shots, "phone", phone=True)
    phone.go("/dang-nhap")
    own = Hands(phone)
    own.enter(PEOPLE["citizen"], PASSWORD)
    phone.go(f"/ho-so/{dossier}")
    expect(own.page.get_by_role("heading", name="Hồ sơ đang ở đâu")).to_be_visible()
    phone.look("doi-cua-nguoi-dan")
    own.page.get_by_text("Đổi cách nhận").click()
    own.page.locator('input[name="return_way"][value="post"]').check()
    own.page.locator("#dia-chi-nhan").fill("Số 3, thôn Đông, xã Tân Hòa, tỉnh Lam Giang")
    own.press("Ghi lại")
    expect(own.page.get_by_text("Gửi tới: Số 3, thôn Đông")).to_be_visible()

    for fee in officer.ask("GET", f"/api/v1/dossiers/{dossier}")["fees"]:
        if fee["settled_at"] is None and fee["waived_at"] is None:
            officer.act(dossier, "fee-settlement", fee_line_id=fee["id"])
    officer.act(dossier, "approval", ground="Đủ căn cứ theo sổ lưu.")
    citizen.until(dossier, lambda seen: any(one["kind"] == "result" for one in seen["documents"]))
    desk.go(f"/can-bo/ho-so/{dossier}")
    hands.page.locator("#ma-van-don").fill(PARCEL)
    hands.press("Ghi nhận đã gửi bưu điện")
    expect(hands.page.get_by_text(re.compile("RR ?123 ?456 ?785 ?VN")).first).to_be_visible()
    hands.press("Ghi nhận đã trả kết quả")
    expect(hands.page.get_by_text("Đã trả kết quả").first).to_be_visible()
    desk.look("doi-da-tra")
    desk.leave()
    phone.go(f"/ho-so/{dossier}")
    phone.look("doi-nguoi-dan-da-nhan")
    phone.leave()

    told = [one["name"] for one in citizen.ask("GET", f"/api/v1/dossiers/{dossier}/timeline")]
    for name in (
        "accepted", "supplement_asked", "supplemented", "consulted", "opinion_given", "extended",
        "duty_asked", "duty_met", "return_chosen", "approved", "result_sent", "delivered",
    ):  # fmt: skip
        assert f"dossier.{name}" in told, (name, told)
    assert told.count("dossier.supplement_asked") == 2


def ground_of(officer: Line, dossier: str, request: str, asked: object, grounded: dict[str, str]) -> str:
    """The status after a further request on its ground."""
    officer.ask("POST", request, {"items": [{**one, "again": "Sai khác mới."} for one in asked], **grounded})  # type: ignore[attr-defined]
    return str(officer.ask("GET", f"/api/v1/dossiers/{dossier}")["status"]["name"])
