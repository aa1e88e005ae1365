"""Whom each page lets in, by the reviewed matrix of tests/authorisation, and how it looks to the others."""

import re

import httpx

from tests.authorisation.expectation import Expectation
from tests.pages.ground import PEOPLE, Ground
from tests.pages.looking import Look
from tests.pages.tour import TOUR

EXPECTED = Expectation()
MATRIX = {
    "nobody": "anonymous",
    "newcomer": "stranger",
    "citizen": "owner",
    "officer": "holder",
    "idle": "elsewhere",
    "editor": "editor",
    "reviewer": "reviewer",
    "administrator": "admin",
}
EVERYBODY = ("nobody", *(one for one in PEOPLE if one in MATRIX))  # an adviser sees one dossier more
DRAFTS = ("<draft>", "<fresh>", "<complete>")
PAGES = {"?": (200, "Đăng nhập"), "-": (403, "Bạn không có quyền làm việc này"), "0": (404, "Không tìm thấy")}


def letter(route: str, look: Look, who: str) -> str:
    """What the matrix says of this person at this page: + in, ? sign in, - refused, 0 hidden."""
    draft = any(one in look.path for one in DRAFTS)
    return EXPECTED.of(route, "draft" if draft else "filed", MATRIX[who])


def others() -> list[tuple[str, Look, str, str]]:
    """Every page in use, with each person who has not looked at it: route, look, person, letter."""
    return [
        (route, look, who, letter(route, look, who))
        for route, stop in TOUR.items()
        for look in stop.looks
        if look.path and look.state == "filled"
        for who in EVERYBODY
        if who not in look.by
    ]


def shut(ground: Ground) -> tuple[int, list[str]]:
    """How many shut doors were tried, and those that do not show their proper page."""
    found, tried, seen = [], 0, set()
    for route, look, who, sign in others():
        if sign == "+" or (route, who) in seen:
            continue
        seen.add((route, who))
        tried += 1
        if wrong := _wrong(ground, who, look.path, sign):
            found.append(f"{route} ({who}): {wrong}")
    return tried, found


def _wrong(ground: Ground, who: str, path: str, sign: str) -> str:
    answer = ask(ground, who, path)
    if sign == "?":
        to = answer.headers.get("location", "")
        good = answer.status_code == 303 and to.startswith("/dang-nhap?next=")
        return "" if good else f"{answer.status_code} {to} instead of the sign-in page"
    status, heading = PAGES[sign]
    heads = re.findall(r"<h1[^>]*>([^<]*)", answer.text)
    page = answer.headers["content-type"].startswith("text/html") and '<html lang="vi"' in answer.text
    if (answer.status_code, len(heads), page) != (status, 1, True) or not heads[0].startswith(heading):
        return f"{answer.status_code} {heads} instead of {status} “{heading}”"
    return ""


def led_on(ground: Ground) -> list[str]:
    """Routes said to have no page that answer with one."""
    found = []
    for route, stop in TOUR.items():
        who, path = stop.leads
        if who and (status := ask(ground, who, path).status_code) not in (302, 303):
            found.append(f"{route}: {status} instead of a way on")
    return found


def ask(ground: Ground, who: str, path: str) -> httpx.Response:
    """What a browser of this person is answered at the address, not going on."""
    headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
    if who in ground.lines:
        headers["cookie"] = f"__Host-motcua={ground.lines[who].cookie}"
    address = re.sub(r"<(\w+)>", lambda one: ground.places[one[1]], path)
    return httpx.get(ground.stack.origin + address, headers=headers, timeout=30, trust_env=False)
