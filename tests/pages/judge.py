"""What is wrong with the page that stands in the browser, at the width the window has."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.journeys.browser import RULES

OPTIONS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": RULES},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
SCRIPT: str = Axe().axe_script
STILL = """async () => {  // fonts are there, and nothing moves
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))));
}"""
RUN = """async (options) => {
  const found = await axe.run(document, options);
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `axe ${rule.id}: ${rule.help} — ${node.target.join(" ")} ${node.html.slice(0, 160)}`));
}"""
FORM = """() => {
  const found = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) {
    const past = [...document.body.querySelectorAll("*")].filter((one) =>
      one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5);
    const who = past.slice(0, 3).map((one) => one.outerHTML.slice(0, 100)).join(" | ");
    found.push(`${wide} px wider than the window: ${who}`);
  }
  const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden";
  const heads = [...document.querySelectorAll("h1")];
  if (heads.length !== 1) found.push(`${heads.length} h1 instead of one`);
  else if (!heads[0].innerText.trim()) found.push("the h1 is empty");
  if (!document.title.trim()) found.push("no title");
  if (document.documentElement.lang !== "vi") found.push(`lang is "${document.documentElement.lang}"`);
  if (!document.querySelector("meta[name=viewport]")) found.push("no viewport for phones");
  for (const one of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!shown(one)) continue;
    const words = [...(one.labels ?? [])].map((label) => label.textContent).join("")
      + (one.getAttribute("aria-label") ?? "")
      + (one.getAttribute("aria-labelledby") ?? "").split(" ")
        .map((id) => document.getElementById(id)?.textContent ?? "").join("");
    if (!words.trim()) found.push(`a control without a label: ${one.outerHTML.slice(0, 160)}`);
  }
  return found;
}"""


@dataclass
class Judge:
    """Listens to one browser context; `faults()` looks at its page."""

    origins: frozenset[str]
    heard: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext, page: Page) -> None:
        """From here on hear what the browser complains of and whom it asks."""
        context.on("request", self._request)
        context.on("console", self._said)
        page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and f"{address.scheme}://{address.netloc}" not in self.origins:
            self.heard.append(f"a request to another origin: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        of_document = message.page is not None and message.location["url"] == message.page.url
        if of_document and re.match(r"Failed to load resource: .* status of [45]\d\d", message.text):
            return  # an error page: its status is compared with the one awaited
        self.heard.append(f"console {message.type}: {message.text}")

    def begin(self) -> None:
        """A new page: forget what was heard."""
        self.heard.clear()

    def faults(self, page: Page, *, axe: bool = True) -> list[str]:
        """What is wrong with the page now, and what was heard since `begin()`."""
        if axe:
            page.evaluate(STILL)
        found: list[str] = page.evaluate(FORM)
        if axe:
            if not page.evaluate("() => 'axe' in window"):
                page.evaluate(SCRIPT)
            found += page.evaluate(RUN, OPTIONS)
        return [*found, *dict.fromkeys(self.heard)]
