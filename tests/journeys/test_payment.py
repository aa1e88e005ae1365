"""A fee is paid online: from the dossier's page to the sandbox gateway and back, the receipt downloaded."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.birth import OFFICER
from tests.journeys.browser import Shots, Visitor, visit
from tests.journeys.stack import Stack
from tests.pages.line import Line

COPY, DESK, PASSWORD = "2.000635", "H99.12.05", "mot cau du dai de nho"


def owing(stack: Stack, email: str) -> tuple[Line, str]:
    """A citizen and their dossier, accepted, whose fee is open."""
    who = {
        "name": "Trần Thị Hòa",
        "email": email,
        "password": PASSWORD,
        "phone": "0912345678",
        "personal_id": "001195000124",
        "birth": "1995-03-15",
    }
    same_site = {"sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=stack.origin, headers=same_site, trust_env=False) as http:
        assert http.post("/api/v1/auth/register", json=who).status_code < 400
    citizen = Line(stack, email, PASSWORD)
    officer = Line(stack, OFFICER, stack.password(OFFICER))
    agencies = citizen.ask("GET", "/api/v1/agencies")["items"]
    agency = next(str(one["id"]) for one in agencies if one["code"] == DESK)
    dossier = citizen.open(COPY, agency)
    citizen.fill(dossier, COPY)
    citizen.act(dossier, "submission")
    officer.act(dossier, "reception")
    return citizen, dossier


def open_dossier(visitor: Visitor, email: str, dossier: str) -> Any:
    """Sign in and stand on the dossier's page."""
    page = visitor.page
    visitor.go(f"/dang-nhap?next=/ho-so/{dossier}")
    page.get_by_label("Thư điện tử").fill(email)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", name="Việc của bạn: trả")).to_be_visible()
    return page


@pytest.mark.parametrize(
    ("label", "phone", "script"), [("wide", False, True), ("phone", True, True), ("plain", False, False)]
)
def test_a_fee_is_paid_online_and_its_receipt_downloaded(
    label: str, phone: bool, script: bool, stack: Stack, chromium: Browser, shots: Shots, tmp_path: Path
) -> None:
    email = f"tra-tien-{label}@motcua.example"
    citizen, dossier = owing(stack, email)
    visitor = visit(chromium, stack, shots, label, phone=phone, script=script)
    page = open_dossier(visitor, email, dossier)
    visitor.look("phai-tra")

    page.get_by_role("button", name="Trả trực tuyến").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cổng thanh toán thử")
    expect(page.get_by_text("không trừ tiền thật")).to_be_visible()
    visitor.look("cong-thanh-toan-thu")
    page.get_by_role("button", name="Trả ", exact=False).first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã nhận")
    visitor.look("da-tra-tien")
    citizen.until(dossier, lambda seen: any(one["kind"] == "receipt" for one in seen["documents"]))
    page.get_by_role("link", name="Về hồ sơ").click()
    expect(page.get_by_role("button", name="Trả trực tuyến")).to_have_count(0)
    visitor.look("het-no")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Biên lai thu tiền").click()
    coming.value.save_as(tmp_path / "bien-lai.pdf")
    assert (tmp_path / "bien-lai.pdf").read_bytes()[:5] == b"%PDF-"
    visitor.leave()
