"""Faults planted into the portal's real answers on their way to the browser."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page, Route

PAGE = "/huong-dan"
SCRIPT = '<script src="/tinh/js/planted.js"></script>'


@dataclass(frozen=True)
class Planted:
    """What is changed in the page, and the word the judge must say."""

    name: str
    change: Callable[[str], str]
    word: str
    script: str = ""  # what the page's planted script does
    policy: bool = True  # whether the page keeps its CSP
    status: int = 200


def _into_main(markup: str) -> Callable[[str], str]:
    return lambda page: page.replace("</main>", f"{markup}</main>")


def _replace(old: str, new: str) -> Callable[[str], str]:
    return lambda page: page.replace(old, new)


def _same(page: str) -> str:
    return page


FAULTS = (
    Planted("an unlabelled control", _into_main('<input type="text" name="x">'), "a control without a label"),
    Planted("a nameless button", _into_main('<button type="button"></button>'), "axe button-name"),
    Planted("faint words", _into_main('<p><font color="#dddddd">mờ</font></p>'), "axe color-contrast"),
    Planted("an inline script", _into_main("<script>window.planted = 1</script>"), "Content Security Policy"),
    Planted("an inline style", _into_main('<p style="color:red">đỏ</p>'), "Content Security Policy"),
    Planted(
        "a foreign origin",
        _into_main('<img alt="" src="http://nguoi-la.example/a.png">'),
        "a request to another origin: http://nguoi-la.example/a.png",
        policy=False,
    ),
    Planted("a console error", _into_main(SCRIPT), "console error: hỏng", "console.error('hỏng')"),
    Planted("a console warning", _into_main(SCRIPT), "console warning: lạ", "console.warn('lạ')"),
    Planted("a script that breaks", _into_main(SCRIPT), "script error", "null.planted"),
    Planted("an image that is gone", _into_main('<img alt="" src="/tinh/img/gone.png">'), "status of 404"),
    Planted(
        "a wide thing",
        _into_main('<img alt="" width="700" src="/tinh/img/favicon.svg">'),
        "px wider",
    ),
    Planted("two first headings", _into_main("<h1>Hai</h1>"), "2 h1 instead of one"),
    Planted("no first heading", lambda page: page.replace("<h1", "<h2").replace("</h1>", "</h2>"), "h1 “”"),
    Planted("no title", lambda page: re.sub("<title>[^<]*</title>", "<title></title>", page), "no title"),
    Planted("another language", _replace('<html lang="vi"', '<html lang="en"'), 'lang is "en"'),
    Planted("no viewport", _replace('name="viewport"', 'name="ngam"'), "no viewport for phones"),
    Planted("an error in place of the page", _same, "status 500 instead of 200", status=500),
    Planted("another page in its place", _replace("Nộp hồ sơ", "Nộp gì"), "instead of “Nộp hồ sơ"),
)


@contextmanager
def planted(page: Page, origin: str, fault: Planted) -> Iterator[None]:
    """While it lasts, the page at PAGE has the fault."""

    def altered(route: Route) -> None:
        real = route.fetch()
        headers = dict(real.headers)
        headers.pop("content-length", None)
        if not fault.policy:
            headers.pop("content-security-policy", None)
            headers.pop("cross-origin-resource-policy", None)
        route.fulfill(status=fault.status, headers=headers, body=fault.change(real.text()))

    def script(route: Route) -> None:
        route.fulfill(status=200, content_type="text/javascript; charset=utf-8", body=fault.script)

    def stranger(route: Route) -> None:
        route.fulfill(
            status=200, content_type="image/svg+xml", body='<svg xmlns="http://www.w3.org/2000/svg"/>'
        )

    page.route(origin + PAGE, altered)
    page.route(origin + "/tinh/js/planted.js", script)
    page.route("http://nguoi-la.example/**", stranger)
    try:
        yield
    finally:
        page.unroute_all()
