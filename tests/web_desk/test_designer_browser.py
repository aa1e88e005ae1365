"""The designer in a real browser: a form with a conditional repeatable block, built by the keyboard alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.browser import PHONE, WIDE, Shots, Visitor, visit
from tests.journeys.hands import Hands
from tests.journeys.stack import Stack

pytestmark = pytest.mark.browser
EDITOR = "loan@motcua.example"


_BEFORE = "(node) => Boolean(node.compareDocumentPosition(document.activeElement) & 4)"


class Keys:
    """Reaches everything by Tab and presses it; the mouse is never used."""

    def __init__(self, visitor: Visitor, base: str) -> None:
        self.visitor, self.page, self.base = visitor, visitor.page, base
        self.status = self.page.locator("#loi-bao")

    def open(self) -> None:
        self.visitor.go(f"{self.base}/to-khai")

    def reach(self, wanted: Locator) -> None:
        """Tab until the wanted control has the focus, as somebody without a mouse does."""
        expect(wanted).to_be_visible()
        back = False
        for pressed in range(400):
            if pressed % 80 == 0:  # a part of the page that comes anew may take the focus away on the way
                back = wanted.evaluate(_BEFORE)
            if wanted.evaluate("(node) => node === document.activeElement"):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"never reached {wanted}")

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        self.reach(wanted)
        self.page.keyboard.press(key)

    def write(self, wanted: Locator, text: str) -> None:
        self.reach(wanted)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def pick(self, wanted: Locator, label: str) -> None:
        """Choose an entry of a list by the arrows."""
        self.reach(wanted)
        self.page.keyboard.press("Home")
        for _ in range(40):
            if wanted.locator("option:checked").inner_text() == label:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no entry {label}")

    def told(self, words: str) -> None:
        expect(self.status).to_contain_text(words)

    def section(self, title: str) -> None:
        self.write(self.page.get_by_label("Tên phần mới"), title)
        self.page.keyboard.press("Enter")
        self.told(f"Đã thêm phần “{title}”")
        expect(self.page.get_by_label("Nội dung câu hỏi mới").locator("visible=true")).to_be_focused()

    def question(self, into: str, label: str, kind: str) -> None:
        """Add a question to a section or a block, with its add form open or not."""
        summary = self.page.locator("summary", has_text=f"Thêm câu hỏi vào {into}")
        form = summary.locator("xpath=..")
        if not form.evaluate("(node) => node.open"):
            self.press(summary)
        self.write(form.get_by_label("Nội dung câu hỏi mới"), label)
        self.pick(form.get_by_label("Kiểu của câu hỏi mới"), kind)
        self.press(form.get_by_role("button"))
        self.told(f"Đã thêm “{label}”")
        expect(self.page.get_by_label("Nội dung câu hỏi", exact=True)).to_be_focused()

    def row(self, label: str) -> Locator:
        return self.page.get_by_role("link", name=f"Sửa câu {label}", exact=True)

    def save(self) -> None:
        """Keep the open question, and wait for the answer: it brings the form anew, folds closed."""
        self.press(self.page.get_by_role("button", name="Lưu câu hỏi"))
        self.told("Đã lưu")


def given(page: Page, question: str, answer: str) -> tuple[Locator, Locator]:
    """The fold of an earlier question under "Chỉ hiện khi", and the box of one answer."""
    group = page.locator("#sua-hien-khi")
    fold = group.locator("summary", has_text=question)
    return fold, fold.locator("xpath=..").get_by_role("checkbox", name=answer, exact=True)


# Two procedures whose drafts no other test of this process touches: they share one running portal.
@pytest.mark.parametrize("code", ["2.001019", "2.001016"])
def test_a_form_with_a_conditional_repeatable_block_is_built_by_keyboard_alone(
    code: str, stack: Stack, chromium: Browser, tmp_path: Path
) -> None:
    visitor = visit(chromium, stack, Shots(tmp_path), "wide" if code == "2.001019" else "phone")
    visitor.page.set_viewport_size(WIDE if code == "2.001019" else PHONE)  # type: ignore[arg-type]
    visitor.go("/dang-nhap")
    Hands(visitor).enter(EDITOR, stack.password(EDITOR))
    keys = Keys(visitor, f"/quan-tri/thu-tuc/{code}")
    visitor.go(keys.base)
    page = visitor.page
    keys.press(page.get_by_role("button", name="Soạn bản mới"))
    expect(page.get_by_text("Đã tạo bản nháp").first).to_be_visible()
    keys.open()

    keys.section("Người cùng đi")
    keys.question("phần “Người cùng đi”", "Có người đi cùng", "Có hoặc không")
    keys.save()
    keys.question("phần “Người cùng đi”", "Người đi cùng", "Mục lặp")
    expect(page.locator("#van-de")).to_contain_text("Mục lặp chưa có câu hỏi con nào")
    fold, box = given(page, "Có người đi cùng", "Có")
    keys.press(fold)
    keys.press(box, "Space")
    visitor.look("khung-to-khai-cau")
    keys.save()
    keys.question("mục lặp “Người đi cùng”", "Quan hệ", "Chọn một")
    options = page.get_by_label("Các lựa chọn, mỗi dòng một lựa chọn")
    keys.reach(options)
    page.keyboard.insert_text("Con")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("Người khác")
    keys.question("mục lặp “Người đi cùng”", "Nói rõ quan hệ", "Chữ ngắn")  # the open question is kept first
    expect(page.get_by_text("Chọn một", exact=False).first).to_be_attached()
    fold, box = given(page, "Quan hệ", "Người khác")
    keys.press(fold)
    keys.press(box, "Space")
    keys.save()
    keys.told("Đã lưu “Nói rõ quan hệ”")
    expect(keys.row("Nói rõ quan hệ")).to_be_focused()
    expect(page.locator("#nguoi_di_cung")).to_contain_text("Hiện khi “Có người đi cùng” là “Có”")
    expect(page.locator("#nguoi_di_cung")).to_contain_text("Hiện khi “Quan hệ” là “Người khác”")

    page.keyboard.press("Alt+ArrowUp")
    keys.told("“Nói rõ quan hệ” đứng ở vị trí 1 trong 2 của mục lặp “Người đi cùng”")
    expect(page.locator("#nguoi_di_cung-noi_ro_quan_he")).to_contain_text("đứng sau nó")
    expect(page.locator("#nguoi_di_cung-noi_ro_quan_he :focus")).to_have_count(1)
    page.keyboard.press("Alt+ArrowUp")
    keys.told("Đã ở trên cùng.")
    page.keyboard.press("Alt+ArrowDown")
    keys.told("vị trí 2 trong 2 của mục lặp")
    expect(page.locator("#nguoi_di_cung-noi_ro_quan_he")).not_to_contain_text("đứng sau nó")
    keys.press(page.get_by_role("button", name="Đưa “Có người đi cùng” lên"))
    keys.told("“Có người đi cùng” đứng ở vị trí")
    page.keyboard.press("Alt+ArrowDown")
    visitor.look("khung-to-khai")

    keys.press(page.get_by_role("link", name="Xem thử trên điện thoại và máy tính"))
    page.wait_for_load_state()
    phone = page.get_by_role("form", name="Tờ khai trên điện thoại")
    block = phone.get_by_role("group", name="Người đi cùng 1")
    told = phone.get_by_label("Nói rõ quan hệ")
    expect(block).to_be_hidden()
    keys.press(phone.get_by_role("group", name="Có người đi cùng").get_by_label("Có", exact=True), "Space")
    expect(block).to_be_visible()
    expect(told).to_be_hidden()
    keys.press(block.get_by_role("radio", name="Con"), "Space")
    page.keyboard.press("ArrowDown")
    expect(told).to_be_visible()
    visitor.look("xem-thu-to-khai")
    visitor.leave()
