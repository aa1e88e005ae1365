"""People at browsers: each goes to pages and sends forms; what they see is judged at both widths."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.journeys.browser import TIMEOUT
from tests.pages.ground import Ground
from tests.pages.judge import Judge

WIDTHS = (1280, 390)
HEIGHTS = {1280: 900, 390: 844}
SEND = """({action, values}) => {
  let form = [...document.forms].find((one) => new URL(one.action).pathname === action
    && one.method === "post");
  if (!form) {  // as from a window that was left open
    form = document.createElement("form");
    form.method = "post";
    form.action = action;
    const proof = document.querySelector("input[name=csrf]");
    if (proof) form.append(proof.cloneNode());
    document.body.append(form);
  }
  for (const [name, value] of Object.entries(values)) {
    const own = [...form.elements].filter((one) => one.name === name);
    const pick = own.find((one) => one.type === "radio" || one.type === "checkbox");
    const field = own.find((one) => one.type !== "submit" && one.type !== "button");
    const meant = own.some((one) => one.value === value);  // one of several boxes, else the only one there is
    if (pick) own.forEach((one) => { one.checked = meant ? one.value === value : one.type === "checkbox"; });
    else if (field) field.value = value;
    else {
      const made = document.createElement("input");
      made.type = "hidden";
      made.name = name;
      made.value = value;
      form.append(made);
    }
  }
  HTMLFormElement.prototype.submit.call(form);
}"""


@dataclass
class Walker:
    """One person's browser."""

    ground: Ground
    who: str
    context: BrowserContext
    page: Page
    judge: Judge
    answer: Response | None = None
    width: int = WIDTHS[0]

    def at(self, text: str) -> str:
        """The text with ids in place of <draft>, <code> and the like."""
        return re.sub(r"<(\w+)>", lambda found: self.ground.places[found[1]], text)

    def go(self, path: str) -> None:
        """Open an address."""
        self.answer = self.page.goto(self.ground.stack.origin + self.at(path), wait_until="load")

    def send(self, page: str, action: str, values: dict[str, str]) -> None:
        """Open a page and send one of its forms with these values."""
        self.go(page)
        filled = {name: self.at(value) for name, value in values.items()}
        told = {"action": self.at(action), "values": filled}
        with self.page.expect_navigation(wait_until="load") as going:
            self.page.evaluate(SEND, told)
        self.answer = going.value

    @property
    def status(self) -> int:
        """Of the page that stands there."""
        return self.answer.status if self.answer else 0

    def widen(self, width: int) -> None:
        """Give the window this width."""
        if width == self.width:
            return
        self.width = width
        self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})


Reach = Callable[[Walker], None]


class Walkers:
    """Everybody's browser, opened when first needed."""

    def __init__(self, browser: Browser, ground: Ground, *, script: bool = True) -> None:
        """`script`: whether their browsers run JavaScript."""
        self.browser, self.ground, self.script = browser, ground, script
        self._open: dict[str, Walker] = {}

    def of(self, who: str) -> Walker:
        """The browser of this person, signed in."""
        if who not in self._open:
            self._open[who] = self._start(who)
        return self._open[who]

    def _start(self, who: str) -> Walker:
        stack = self.ground.stack
        context = self.browser.new_context(
            viewport={"width": WIDTHS[0], "height": HEIGHTS[WIDTHS[0]]},
            java_script_enabled=self.script,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
        )
        context.set_default_timeout(TIMEOUT)
        if who in self.ground.lines:
            cookie: Any = {
                "name": "__Host-motcua",
                "value": self.ground.lines[who].cookie,
                "url": stack.origin.replace("http://", "https://"),  # a __Host- cookie is a secure one
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
            context.add_cookies([cookie])
        page = context.new_page()
        judge = Judge(frozenset({stack.origin, stack.store}))
        judge.listen(context, page)
        return Walker(self.ground, who, context, page, judge)

    def close(self) -> None:
        """Close all browsers."""
        for walker in self._open.values():
            walker.context.close()
        self._open.clear()
