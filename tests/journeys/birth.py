"""The journey of a birth registration: what the citizen and the officer do, page after page."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from portal.core.clock import today
from tests.journeys.browser import Visitor
from tests.journeys.hands import Hands

OFFICER = "tuan@motcua.example"
HOME = ("Lam Giang", "xã Tân Hòa", "Thôn Đông")


@dataclass(frozen=True)
class Mother:
    """The citizen of one journey."""

    email: str
    name: str = "Nguyễn Thị Ễ Ộ Ẵ"
    phone: str = "0912345678"
    personal_id: str = "001195000123"
    birth: str = "15/03/1995"
    password: str = "mot cau du dai de nho"


class Citizen(Hands):
    """What the mother does."""

    def __init__(self, visitor: Visitor, mother: Mother) -> None:
        """Somebody new at the portal."""
        super().__init__(visitor)
        self.mother = mother

    def register(self) -> None:
        """From the first page to an account."""
        self.visitor.go("/")
        self.visitor.look("trang-dau")
        self.follow("Đăng nhập")
        self.visitor.look("dang-nhap")
        self.page.get_by_role("link", name="Tạo tài khoản").click()
        self.write("Họ và tên", self.mother.name)
        self.write("Thư điện tử", self.mother.email)
        self.write("Mật khẩu", self.mother.password)
        self.write("Số điện thoại", self.mother.phone)
        self.write("Số định danh cá nhân", self.mother.personal_id)
        self.write("Ngày sinh", self.mother.birth)
        self.tick("Tôi đồng ý để Cổng lưu các thông tin trên")
        self.visitor.look("dang-ky")
        self.press("Tạo tài khoản")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Đăng nhập")
        self.visitor.look("da-dang-ky")
        self.enter(self.mother.email, self.mother.password)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Bạn cần làm việc gì?")

    def find(self) -> None:
        """Search without accents and open the procedure."""
        self.page.get_by_label(re.compile("^Tên việc, tên giấy tờ")).click()
        self.page.keyboard.type("khai sinh")
        self.page.keyboard.press("Enter")
        expect(self.page).to_have_url(re.compile(r"/thu-tuc\?"))  # or the look is at no page yet
        self.visitor.look("tim-khai-sinh")
        self.page.get_by_role("link", name="Thủ tục đăng ký khai sinh", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Thủ tục đăng ký khai sinh")
        self.visitor.look("thu-tuc")
        self.choose("Cơ quan nhận hồ sơ", "Trung tâm Phục vụ hành chính công xã Tân Hòa")
        self.press("Bắt đầu nộp hồ sơ")

    def on(self, title: str, picture: str) -> None:
        """Stand on a section of the form; look at it."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        self.visitor.look(picture)

    def go_on(self) -> None:
        """To the next section; without script the same page may come back with more questions."""
        self.press("Tiếp tục")

    def opened(self) -> None:
        """Without script, send what is chosen so that the questions it opens appear."""
        if not self.visitor.script:
            self.go_on()

    def fill_form(self) -> None:
        """All sections of the birth declaration."""
        self.on("Việc đăng ký", "to-khai-viec")
        self.choose("Thời điểm đăng ký", "Trong 60 ngày từ ngày sinh")
        self.choose("Trường hợp của trẻ", "Đã xác định được cả cha và mẹ")
        self.go_on()
        self.on("Người yêu cầu", "to-khai-nguoi-yeu-cau")
        expect(self.page.get_by_label("Họ, chữ đệm, tên người yêu cầu")).to_have_value(self.mother.name)
        self.choose("Bạn là gì của trẻ?", "Mẹ")
        self.go_on()
        self.on("Trẻ được khai sinh", "to-khai-tre")
        self.write("Họ, chữ đệm, tên của trẻ", "Trần Nguyễn Minh An")
        self.write("Ngày sinh", f"{today() - timedelta(days=12):%d/%m/%Y}")
        self.choose("Giới tính", "Nữ")
        self.pick("Dân tộc", "Kinh")
        self.choose("Quốc tịch", "Việt Nam")
        self.choose("Trẻ sinh ở đâu?", "Tại cơ sở y tế")
        self.address("Địa chỉ nơi sinh", "Lam Giang", "phường Trung Tâm", "1 đường Bệnh Viện")
        self.address("Quê quán", *HOME)
        self.opened()
        self.write("Tên cơ sở y tế", "Bệnh viện Đa khoa tỉnh Lam Giang")
        self.go_on()
        self.on("Người mẹ", "to-khai-me")
        self.parent(self.mother.name, self.mother.birth, self.mother.personal_id)
        self.on("Người cha", "to-khai-cha")
        self.parent("Trần Văn Bảo", "02/09/1992", "001092000456")
        self.on("Đăng ký kết hôn của cha, mẹ", "to-khai-ket-hon")
        self.choose("Cha, mẹ đã đăng ký kết hôn?", "Có")
        self.opened()
        self.write("Số giấy chứng nhận kết hôn", "118/2021")
        self.write("Ngày đăng ký kết hôn", "20/11/2021")
        self.write("Nơi đăng ký kết hôn", "Ủy ban nhân dân xã Tân Hòa")
        self.go_on()
        self.on("Nhận kết quả và cam đoan", "to-khai-cam-doan")
        self.choose("Bạn có cần thêm bản sao Giấy khai sinh?", "Không")
        self.choose("Cách nhận kết quả", "Bản điện tử trong tài khoản")
        self.tick("Lời cam đoan")
        self.go_on()

    def parent(self, name: str, birth: str, personal_id: str) -> None:
        """The section of one parent."""
        self.write("Họ, chữ đệm, tên", name)
        self.write("Ngày, tháng, năm sinh", birth)
        self.pick("Dân tộc", "Kinh")
        self.choose("Quốc tịch", "Việt Nam")
        self.choose("Giấy tờ tùy thân", "Có số định danh cá nhân")
        self.choose("Người này đã mất?", "Không")
        self.opened()
        self.write("Số định danh cá nhân", personal_id)
        self.address("Nơi cư trú", *HOME)
        self.go_on()

    def send(self, photo: Path, scan: Path) -> str:
        """Hand in two files, look at everything once more, file; returns the reference."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Giấy tờ")
        self.hand_in("Giấy chứng sinh", photo, scan)
        self.visitor.look("giay-to")
        self.page.get_by_role("link", name=re.compile("^Tiếp tục")).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Kiểm tra và nộp")
        self.visitor.look("kiem-tra")
        self.tick("Tôi đồng ý cho")
        self.press("Nộp hồ sơ")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Đã nộp hồ sơ")
        self.visitor.look("da-nop")
        return self.text("output.mc-number")

    def follow_dossier(self) -> None:
        """Open one's own dossier from the list."""
        self.visitor.go("/ho-so")
        self.visitor.look("ho-so-cua-toi")
        self.page.get_by_role("link", name="Thủ tục đăng ký khai sinh").first.click()

    def take_result(self, number: str, folder: Path) -> Path:
        """See that it is done and download the result."""
        self.follow_dossier()
        expect(self.page.locator(".mc-number").first).to_have_text(number)
        self.load_until(self.page.get_by_role("link", name="Tải kết quả"))
        self.visitor.look("ho-so-xong")
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Tải kết quả").first.click()
        result = folder / f"{self.visitor.label}-{download.value.suggested_filename}"
        download.value.save_as(result)
        return result

    def rates(self, picture: str) -> list[str]:
        """The three rates as the public page tells them."""
        self.visitor.go("/thong-ke")
        self.visitor.look(picture)
        return [" ".join(text.split()) for text in self.page.locator(".mc-stat .of").all_inner_texts()]

    def sign_out(self) -> None:
        """Leave by the menu under one's name."""
        menu = self.page.locator("summary", has_text=re.compile(f"{self.mother.name}|Trình đơn"))
        menu.and_(self.page.locator(":visible")).first.click()
        self.press("Đăng xuất")
        self.visitor.look("da-dang-xuat")


class Officer(Hands):
    """What the one-stop officer of the commune does."""

    def start(self, stack_password: str) -> None:
        """Sign in and come to the desk."""
        self.visitor.go("/can-bo")
        self.enter(OFFICER, stack_password)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Hồ sơ")
        self.visitor.look("ban-lam-viec")

    def accept(self, reference: str) -> str:
        """Look at the papers, accept; returns the official number."""
        self.page.get_by_role("link", name="Chờ tiếp nhận").first.click()
        self.page.get_by_role("link", name=reference).click()
        self.visitor.look("can-bo-ho-so")
        self.page.get_by_role("link", name=re.compile(r"\.jpg")).click()
        self.visitor.look("can-bo-xem-tep")
        self.press("Tiếp nhận, cấp số hồ sơ")
        number = self.page.locator(".mc-number").first
        expect(number).to_have_text(re.compile(r"^H99\.12\.05-\d{6}-\d{4,}$"))
        expect(self.page.get_by_role("heading", name=re.compile(r"^Hẹn trả \d\d.\d\d.\d{4}"))).to_be_visible()
        self.load_until(self.page.get_by_role("link", name="Giấy tiếp nhận và hẹn trả kết quả (mẫu 01)"))
        self.visitor.look("can-bo-da-tiep-nhan")
        return number.inner_text()

    def approve(self, result: Path) -> None:
        """Take the dossier on, add the signed result, decide."""
        self.press("Nhận giải quyết")
        self.hand_in("Tệp kết quả", result)
        self.group("Kết quả").get_by_label(re.compile("^Phê duyệt")).check()
        self.write("Lời nhắn cho người nộp", "Chúc mừng gia đình.")
        self.visitor.look("can-bo-quyet-dinh")
        self.press("Xem trước quyết định")
        self.visitor.look("can-bo-xem-truoc")
        self.press("Phê duyệt hồ sơ")
        self.visitor.look("can-bo-da-duyet")
