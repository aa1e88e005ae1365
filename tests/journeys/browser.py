"""A browser page that notices faults: console errors, strangers' origins, CSP, axe, sideways scroll."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from tests.journeys.stack import Stack

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=vi",
]
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TIMEOUT = 20_000  # ms


@dataclass
class Shots:
    """Numbered pictures of the pages visited, in one folder."""

    folder: Path

    def take(self, page: Page, name: str) -> None:
        """Keep a picture of the whole page."""
        self.folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(self.folder / f"{name}.png"), full_page=True, animations="disabled")


@dataclass
class Visitor:
    """One person at one browser; `look()` checks the page they stand on and keeps its picture."""

    stack: Stack
    page: Page
    context: BrowserContext
    shots: Shots
    label: str  # names the pictures: "wide", "phone", "plain"
    script: bool = True
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)  # statuses a step provokes on purpose, as patterns

    def go(self, path: str) -> None:
        """Type an address, as for the first page and for a link from an e-mail."""
        self.page.goto(self.stack.origin + path)

    def look(self, name: str) -> None:
        """Check the page with axe, its width and its title; keep its picture."""
        self.page.wait_for_load_state("networkidle" if self.script else "load")
        self.shots.take(self.page, f"{self.label}-{name}")
        assert self.page.title(), f"{name}: no title"
        wide = self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{name}: {wide} px wider than the window ({self.page.url})"
        if self.script:
            found = violations(self.page)
            assert not found, f"{name} ({self.page.url}):\n" + "\n".join(found)
        assert not self.faults, f"{name}: {self.faults}"

    def leave(self) -> None:
        """Close the browser; nothing may have gone wrong on the way."""
        self.context.close()
        assert not self.faults, self.faults


def violations(page: Page) -> list[str]:
    """What axe finds on the page, one line for each element."""
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    result = Axe().run(page, options=options)
    return [
        f"{rule['id']}: {rule['help']} — {' '.join(map(str, node['target']))} {node['html'][:160]}"
        for rule in result.response["violations"]
        for node in rule["nodes"]
    ]


def visit(
    browser: Browser,
    stack: Stack,
    shots: Shots,
    label: str,
    *,
    phone: bool = False,
    script: bool = True,
) -> Visitor:
    """A new person's browser: nothing remembered, in Vietnamese, at this width."""
    context = browser.new_context(
        viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=2 if phone else 1,
        java_script_enabled=script,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        accept_downloads=True,
    )
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    visitor = Visitor(stack, page, context, shots, label, script)
    origins = {stack.origin, stack.store}

    def stranger(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and f"{address.scheme}://{address.netloc}" not in origins:
            visitor.faults.append(f"request to another origin: {request.url}")

    def failed(response: Response) -> None:
        line = f"{response.status} {response.request.method} {response.url}"
        if response.status >= 400 and not any(re.search(known, line) for known in visitor.expected):
            visitor.faults.append(line)

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(
            re.search(known, message.text) for known in visitor.expected
        ):
            visitor.faults.append(f"console {message.type}: {message.text} ({page.url})")

    context.on("request", stranger)
    context.on("response", failed)
    context.on("console", said)
    page.on("pageerror", lambda error: visitor.faults.append(f"script error: {error} ({page.url})"))
    return visitor
