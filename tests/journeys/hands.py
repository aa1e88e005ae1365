"""What a person does with a page: reads names, clicks, types. Only the browser itself makes requests."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.journeys.browser import Visitor


class Hands:
    """Clicks and keys on the page a visitor stands on; everything is found by the words one sees."""

    def __init__(self, visitor: Visitor) -> None:
        """Work on this visitor's page."""
        self.visitor = visitor
        self.page: Page = visitor.page

    def write(self, label: str, text: str, within: Locator | None = None) -> None:
        """Click a field, empty it and type."""
        field = self.labelled(label, within)
        field.click()
        field.press("Control+a")
        field.press_sequentially(text, delay=2)

    def labelled(self, label: str, within: Locator | None = None) -> Locator:
        """The control with this label, "(không bắt buộc)" behind it or not."""
        return (within or self.page).get_by_label(re.compile(rf"^{re.escape(label)}( \(|$)"))

    def address(self, question: str, province: str, commune: str, detail: str) -> None:
        """Fill the three boxes of an address."""
        group = self.group(question)
        self.write("Tỉnh, thành phố", province, group)
        self.write("Xã, phường, đặc khu", commune, group)
        self.write("Số nhà, đường, thôn, tổ", detail, group)

    def group(self, question: str) -> Locator:
        """The set of controls under a question."""
        return self.page.get_by_role("group", name=re.compile(rf"^{re.escape(question)}"))

    def choose(self, question: str, option: str) -> None:
        """Click one answer of a question."""
        self.group(question).get_by_text(option, exact=True).click()

    def pick(self, label: str, start: str) -> None:
        """Choose from a list by typing how the entry begins."""
        field = self.labelled(label)
        field.focus()
        field.press_sequentially(start, delay=2)
        chosen = field.locator("option:checked")
        expect(chosen).to_have_text(re.compile(rf"^{re.escape(start)}"))

    def tick(self, words: str) -> None:
        """Tick a box by its words."""
        self.page.get_by_label(words).check()

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}")).and_(
            self.page.locator(":visible:not([aria-hidden=true])")
        ).first.click()

    def follow(self, name: str) -> None:
        """Follow a link, opening the menu of narrow screens where it hides there."""
        link = self.page.get_by_role("link", name=name, exact=True).and_(self.page.locator(":visible"))
        if link.count() == 0:
            self.page.locator("summary", has_text="Trình đơn").and_(self.page.locator(":visible")).click()
        link.first.click()

    def hand_in(self, paper: str, *files: Path) -> None:
        """Choose files for a paper in the browser's dialog, and wait until the portal has checked them."""
        block = self.page.locator(".mc-paper", has=self.page.get_by_role("heading", name=re.compile(paper)))
        checked = block.get_by_text("Đã nhận đủ và kiểm tra")
        before = checked.count()
        for count, file in enumerate(files, before + 1):
            with self.page.expect_file_chooser() as dialog:
                block.locator("input[type=file]").click()
            dialog.value.set_files(file)
            if not self.visitor.script:
                block.get_by_role("button", name=re.compile("^Tải tệp lên")).click()
            self.until(checked.nth(count - 1))

    def until(self, wanted: Locator, seconds: int = 60) -> None:
        """Wait for something the portal does by itself; without script, load the page again and again."""
        if self.visitor.script:
            expect(wanted).to_be_visible(timeout=seconds * 1000)
            return
        for _ in range(seconds):
            if wanted.count():
                return
            self.page.wait_for_timeout(1000)
            self.page.reload()
        expect(wanted.first).to_be_visible()

    def load_until(self, wanted: Locator, seconds: int = 60) -> None:
        """Load the page again until something is there, as the page itself advises."""
        for _ in range(seconds // 2):
            if wanted.count():
                return
            self.page.wait_for_timeout(2000)
            self.page.reload()
        expect(wanted.first).to_be_visible()

    def text(self, selector: str) -> str:
        """The words of one element, in one line."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def enter(self, email: str, password: str) -> None:
        """Fill the sign-in page and press its button."""
        self.write("Thư điện tử", email)
        self.write("Mật khẩu", password)
        self.press("Đăng nhập")
