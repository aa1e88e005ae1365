"""The walk itself: each look, judged at both widths; pictures where they are asked for."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Error

from tests.pages.looking import Look
from tests.pages.pictures import keep
from tests.pages.walker import WIDTHS, Walker, Walkers

H1 = "() => (document.querySelector('h1')?.innerText ?? '').trim()"


@dataclass
class Crawl:
    """What was looked at and what was wrong."""

    walkers: Walkers
    pictures: Path | None = None
    looked: int = 0  # pages, each at one width
    faults: list[str] = field(default_factory=list)
    slow: list[tuple[float, str]] = field(default_factory=list)

    def look(self, look: Look, who: str, *, door: tuple[int, str] | None = None, axe: bool = True) -> None:
        """Let a person take a look, and judge the page at each width.

        Args:
            look: what to look at.
            who: the person.
            door: status and heading, where this person sees something else.
            axe: whether scripts run, and axe with them.
        """
        begun = time.monotonic()
        walker = self.walkers.of(who)
        walker.judge.begin()
        label = f"{look.name} ({who})"
        try:
            look.reach(walker)
            found = standing(walker, *(door or (look.status, look.says)))
            widths = [walker.width, *(width for width in WIDTHS if width != walker.width)]
            for width in widths if not found else ():
                self.judge(walker, label, width, axe=axe)
                if self.pictures and who == look.by[0]:
                    self.picture(walker, look, width, self.pictures)
        except (Error, AssertionError) as error:
            found = [f"cannot be reached: {str(error)[:600]}"]
        self.faults += [f"{label}: {one}" for one in found]
        self.slow.append((time.monotonic() - begun, label))

    def judge(self, walker: Walker, label: str, width: int, *, axe: bool) -> None:
        """Judge the page where it stands, at this width."""
        walker.widen(width)
        self.looked += 1
        self.faults += [f"{label} at {width}: {one}" for one in walker.judge.faults(walker.page, axe=axe)]

    def picture(self, walker: Walker, look: Look, width: int, folder: Path) -> None:
        """Keep a picture of the page as it stands."""
        keep(walker.page.screenshot(full_page=True, animations="disabled"), look, width, folder)


def standing(walker: Walker, status: int, says: str) -> list[str]:
    """Whether this is the page that was looked for."""
    heading = walker.page.evaluate(H1)
    if walker.status != status:
        return [f"status {walker.status} instead of {status}, h1 “{heading}” ({walker.page.url})"]
    if not heading.startswith(says):
        return [f"h1 “{heading}” instead of “{says}” ({walker.page.url})"]
    return []
