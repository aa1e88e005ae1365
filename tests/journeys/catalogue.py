"""The journey of a procedure: what editor, reviewer and citizen do, page after page, at both widths."""

import re
from datetime import date

from playwright.sync_api import Locator, expect

from tests.journeys.browser import PHONE, WIDE
from tests.journeys.hands import Hands

EDITOR, REVIEWER = "loan@motcua.example", "nghia@motcua.example"
CODE = "9.000777"
NAME = "Thủ tục cấp giấy xác nhận chuyến đi chung"
COPIED = "2.000908"  # fully online at four offices
TRIP = "Chuyến đi"


class Person(Hands):
    """Somebody at a browser, whose pages are looked at on a desk and on a phone."""

    def show(self, name: str) -> None:
        """Judge the page at both widths and keep its pictures."""
        for label, size in (("phone", PHONE), ("wide", WIDE)):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.visitor.label = f"cong-bo-{label}"
            self.visitor.look(name)

    def sign_in(self, path: str, email: str) -> None:
        """Come to a page by way of the sign-in."""
        self.visitor.go(path)
        self.enter(email, self.visitor.stack.password(email))
        expect(self.page).to_have_url(re.compile(re.escape(path)))

    def heading(self, words: str) -> Locator:
        """The page's first heading, which begins so."""
        found = self.page.get_by_role("heading", level=1)
        expect(found).to_have_text(re.compile(rf"^{re.escape(words)}"))
        return found


class Editor(Person):
    """Writes the procedure; may not publish it."""

    def begin(self) -> None:
        """A new procedure, from the words of one that is much like it."""
        self.sign_in("/quan-tri/thu-tuc/moi", EDITOR)
        self.write("Mã", CODE)
        self.write("Tên", NAME)
        self.write("Lĩnh vực", "Hộ tịch")
        self.write("Nội dung lấy từ đâu", "Quyết định 1/QĐ-UBND")
        self.write("Chép nội dung của thủ tục", COPIED)
        self.show("them-thu-tuc")
        self.press("Tạo bản nháp")
        self.heading(NAME)

    def tab(self, name: str) -> None:
        """Open a part of the editor."""
        self.page.get_by_label("Phần của thủ tục").get_by_role("link", name=name).click()

    def build(self) -> None:
        """A section with a question, and a repeatable block that is asked only after a yes."""
        self.tab("Tờ khai")
        self.write("Tên phần mới", TRIP)
        self.press("Thêm phần")
        self.told(f"Đã thêm phần “{TRIP}”")
        self.add(f"phần “{TRIP}”", "Có người đi cùng", "Có hoặc không")
        self.press("Lưu câu hỏi")
        self.told("Đã lưu “Có người đi cùng”")
        self.add(f"phần “{TRIP}”", "Người đi cùng", "Mục lặp")
        shown = self.page.locator("#sua-hien-khi")
        shown.locator("summary", has_text="Có người đi cùng").click()
        shown.get_by_role("checkbox", name="Có", exact=True).check()
        self.show("to-khai-muc-lap")
        self.press("Lưu câu hỏi")
        self.told("Đã lưu “Người đi cùng”")
        self.add("mục lặp “Người đi cùng”", "Tên người đi cùng", "Chữ ngắn")
        self.press("Lưu câu hỏi")
        self.told("Đã lưu “Tên người đi cùng”")
        expect(self.page.get_by_text("Hiện khi “Có người đi cùng” là “Có”").first).to_be_visible()
        self.show("to-khai-da-dung")

    def ask_more(self, question: str) -> None:
        """Begin the next revision and add one question to it."""
        self.sign_in(f"/quan-tri/thu-tuc/{CODE}", EDITOR)
        self.press("Soạn bản mới")
        self.told("Đã tạo bản nháp 2")
        self.tab("Tờ khai")
        self.add(f"phần “{TRIP}”", question, "Chữ ngắn")
        self.press("Lưu câu hỏi")
        self.told(f"Đã lưu “{question}”")

    def add(self, into: str, label: str, kind: str) -> None:
        """Add a question to a part of the form."""
        fold = self.page.locator("details.mc-add", has=self.page.locator("summary", has_text=into))
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        self.write("Nội dung câu hỏi mới", label, fold)
        fold.get_by_label("Kiểu của câu hỏi mới").select_option(label=kind)
        fold.get_by_role("button", name=re.compile("^Thêm")).click()
        self.told(f"Đã thêm “{label}”")

    def told(self, words: str) -> None:
        """The page says what was done."""
        expect(self.page.get_by_text(words).first).to_be_attached()

    def send(self, number: int, why: str, day: date | None = None) -> None:
        """Send the draft to a second person, with its day and its reason."""
        self.tab("Tổng quan")
        if day:
            self.write("Áp dụng từ ngày", f"{day:%d/%m/%Y}")
        self.write("Vì sao có bản này", why)
        self.press(f"Gửi duyệt bản {number}")
        self.told(f"Đã gửi duyệt bản {number}")
        self.show(f"da-gui-duyet-{number}")

    def cannot_publish(self) -> None:
        """Whoever wrote it finds no way to publish it."""
        self.page.get_by_role("link", name="Mở trang duyệt").click()
        self.heading(NAME)
        expect(self.page.get_by_role("button", name=re.compile("^Công bố"))).to_have_count(0)
        self.show("nguoi-soan-khong-duyet")


class Reviewer(Person):
    """Looks at what changed and publishes."""

    def publish(self, number: int, why: str, said: str) -> None:
        """From the queue to the decision."""
        self.sign_in("/quan-tri/duyet", REVIEWER)
        self.page.get_by_role("link", name=CODE, exact=True).click()
        self.heading(NAME)
        expect(self.page.get_by_text(why).first).to_be_visible()
        self.show(f"duyet-{number}")
        self.press(f"Công bố bản {number}")
        expect(self.page.get_by_text(said).first).to_be_visible()
        self.show(f"da-duyet-{number}")


class Applicant(Person):
    """Finds the procedure, begins, and comes back later."""

    def finds_nothing(self) -> None:
        """Before its day there is no such procedure."""
        self.visitor.expected.append(f"404 GET .*/thu-tuc/{re.escape(CODE)}")
        self.visitor.expected.append("status of 404")
        self.visitor.go(f"/thu-tuc/{CODE}")
        self.heading("Không tìm thấy")
        self.show("chua-den-ngay")

    def finds(self) -> None:
        """By the words of its name, without accents."""
        self.visitor.go("/")
        self.page.get_by_label(re.compile("^Tên việc, tên giấy tờ")).click()
        self.page.keyboard.type("xac nhan chuyen di chung")
        self.page.keyboard.press("Enter")
        expect(self.page).to_have_url(re.compile(r"/thu-tuc\?"))
        row = self.page.get_by_role("link", name=NAME, exact=True)
        self.load_until(row)  # what another process published is found a little later
        row.first.click()
        self.heading(NAME)
        self.show("thu-tuc-da-ap-dung")

    def begin(self) -> None:
        """Choose where to file and answer the first question."""
        self.choose("Cơ quan nhận hồ sơ", "Trung tâm Phục vụ hành chính công xã Tân Hòa")
        self.press("Bắt đầu nộp hồ sơ")
        self.heading("Người yêu cầu")
        self.page.get_by_role("link", name=TRIP, exact=True).click()
        self.heading(TRIP)
        block = self.group("Người đi cùng 1")
        expect(block).to_be_hidden()
        self.choose("Có người đi cùng", "Có")
        expect(block).to_be_visible()
        self.write("Tên người đi cùng", "Lê Văn Ẵ", block)
        self.show("ban-nhap-dang-khai")
        self.press("Lưu, làm tiếp sau")
        self.heading("Hồ sơ của tôi")

    def reads_what_changed(self, question: str) -> None:
        """The public page of the procedure leads to what its new revision changes."""
        self.visitor.go(f"/thu-tuc/{CODE}")
        self.show("thu-tuc-hai-ban")
        self.page.get_by_role("link", name="Bản 2 đổi gì so với bản 1").first.click()
        self.heading("Bản 2 đổi gì so với bản 1")
        expect(self.page.get_by_text(question).first).to_be_visible()
        self.show("ban-2-doi-gi")

    def is_told(self, question: str) -> None:
        """The draft says at its top what is new, leads there, and keeps what was typed."""
        self.visitor.go("/ho-so")
        self.page.get_by_role("link", name=NAME).first.click()
        notice = self.page.get_by_role("region", name=re.compile("^Thủ tục có bản mới: bản 2"))
        expect(notice).to_be_visible()
        self.show("ban-nhap-duoc-bao")
        notice.get_by_role("link", name=question).click()
        self.heading(TRIP)
        expect(self.labelled("Tên người đi cùng")).to_have_value("Lê Văn Ẵ")
        expect(self.labelled(question)).to_be_visible()
        notice.get_by_role("button", name="Đã xem").click()
        expect(notice).to_have_count(0)
        self.show("ban-nhap-da-xem")

    def has_a_letter(self) -> None:
        """The demo's letter box holds the message."""
        self.visitor.go("/hop-thu")
        self.load_until(self.page.get_by_text(f"Thủ tục bạn đang khai có bản mới: {NAME}"))
        self.show("thu-bao-ban-moi")
