"""The search box by keys and fingers: what comes up while one types, and without script the plain form."""

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.journeys.browser import Shots, Visitor, violations, visit
from tests.journeys.stack import Stack


def typed(visitor: Visitor, path: str, text: str) -> tuple[Locator, Locator]:
    """The field with the text typed, and the list that came up."""
    visitor.go(path)
    field = visitor.page.locator("#tim")
    field.click()
    field.press_sequentially(text, delay=20)
    options = visitor.page.get_by_role("option")
    expect(options.first).to_be_visible()
    return field, options


@pytest.mark.parametrize("path", ["/", "/thu-tuc?muc-do=full"])
def test_a_procedure_is_chosen_by_keys_alone(
    path: str, stack: Stack, chromium: Browser, shots: Shots
) -> None:
    visitor = visit(chromium, stack, shots, "wide")
    field, options = typed(visitor, path, "giay khai si")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(visitor.page.get_by_role("status").filter(has_text="gợi ý")).to_have_count(1)

    field.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(0).get_attribute("id")
    expect(field).to_have_attribute("aria-activedescendant", str(chosen))
    assert violations(visitor.page) == []
    field.press("Enter")

    visitor.page.wait_for_url("**/thu-tuc/1.001193")
    visitor.leave()


def test_escape_closes_the_list_and_enter_searches_for_what_was_typed(
    stack: Stack, chromium: Browser, shots: Shots
) -> None:
    visitor = visit(chromium, stack, shots, "wide")
    field, options = typed(visitor, "/", "thuong tru")
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    field.press("Escape")

    expect(options.first).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("thuong tru")
    field.press("Enter")
    visitor.page.wait_for_url("**/thu-tuc?q=thuong+tru")
    expect(visitor.page.get_by_role("link", name="Đăng ký thường trú", exact=True)).to_be_visible()
    visitor.look("tim-thuong-tru")
    visitor.leave()


def test_a_suggestion_is_taken_by_a_finger(stack: Stack, chromium: Browser, shots: Shots) -> None:
    visitor = visit(chromium, stack, shots, "phone", phone=True)
    _, options = typed(visitor, "/", "ket ho")
    wide = visitor.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0
    options.first.tap()

    visitor.page.wait_for_url("**/thu-tuc/1.000894")
    visitor.leave()


def test_the_box_is_a_form_without_script(stack: Stack, chromium: Browser, shots: Shots) -> None:
    visitor = visit(chromium, stack, shots, "plain", script=False)
    visitor.go("/")
    visitor.page.locator("#tim").fill("sao y ban chinh")
    visitor.page.get_by_role("button", name="Tìm thủ tục").click()

    expect(visitor.page.locator(".mc-rows li").first).to_contain_text("Chứng thực bản sao từ bản chính")
    expect(visitor.page.get_by_role("status")).to_contain_text("chứng thực bản sao từ bản chính")
    visitor.leave()
