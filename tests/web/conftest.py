"""A small world for pages: one agency, procedures with every kind of question, two citizens, an officer."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlmodel import Session

from auth.actor import Actor, Role
from auth.models import Agency, Membership
from portal.core.clock import today
from services_catalog.models import Procedure
from tests import factories

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
PLACE = {"detail": "Tổ 4", "commune": "Xã Tân Hòa", "province": "Lam Giang"}

KINDS = [
    {"key": "full_name", "kind": "text", "label": "Họ và tên", "prefill": "account.name"},
    {"key": "reason", "kind": "longtext", "label": "Lý do", "required": False},
    {"key": "copies_count", "kind": "number", "label": "Số bản", "min": 1, "max": 20},
    {"key": "worth", "kind": "money", "label": "Giá trị", "required": False},
    {"key": "born", "kind": "date", "label": "Ngày sinh", "not_future": True},
    {"key": "father_born", "kind": "date_or_year", "label": "Năm sinh cha", "required": False},
    {"key": "meeting", "kind": "datetime", "label": "Giờ hẹn", "required": False},
    {
        "key": "way",
        "kind": "choice",
        "label": "Cách làm",
        "options": [{"value": "self", "label": "Tự làm"}, {"value": "other", "label": "Nhờ người khác"}],
    },
    {
        "key": "other_name",
        "kind": "text",
        "label": "Người được nhờ",
        "show_when": [{"field": "way", "any_of": ["other"]}],
    },
    {
        "key": "needs",
        "kind": "choices",
        "label": "Cần thêm",
        "required": False,
        "options": [{"value": "copy", "label": "Bản sao"}, {"value": "post", "label": "Gửi bưu điện"}],
    },
    {"key": "married", "kind": "yesno", "label": "Đã kết hôn?", "required": False},
    {"key": "person_id", "kind": "personal_id", "label": "Số định danh", "required": False},
    {"key": "phone", "kind": "phone", "label": "Điện thoại", "required": False},
    {"key": "email", "kind": "email", "label": "Thư điện tử", "required": False},
    {"key": "home", "kind": "address", "label": "Nơi ở", "required": False},
    {
        "key": "children",
        "kind": "repeat",
        "label": "Con",
        "required": False,
        "max_items": 3,
        "fields": [{"key": "name", "kind": "text", "label": "Tên con"}],
    },
    {"key": "hint", "kind": "note", "label": "Lưu ý", "required": False, "text": "Đọc kỹ."},
    {"key": "truth", "kind": "commit", "label": "Cam đoan", "text": "Tôi cam đoan."},
]
FORM = [
    {"key": "request", "title": "Yêu cầu", "fields": KINDS},
    {
        "key": "more",
        "title": "Thêm",
        "fields": [{"key": "remark", "kind": "text", "label": "Ghi chú", "required": False}],
    },
]
GOOD = {
    "_section": "request",
    "full_name": "Nguyễn Thị Ễ Ộ Ẵ ự",
    "reason": "Dòng một\nDòng hai",
    "copies_count": "2",
    "worth": "1.250.000",
    "born": "4-2-1988",
    "father_born": "1960",
    "meeting": "08:30 20/11/2026",
    "way": "self",
    "needs": ["copy", "post"],
    "married": "false",
    "home.detail": "Tổ 4",
    "home.commune": "Xã Tân Hòa",
    "home.province": "Lam Giang",
    "children.0.name": "An",
    "children.1.name": "Bình",
    "truth": "1",
}


@dataclass
class World:
    client: TestClient[Any]
    session: Session
    agency: Agency
    procedure: Procedure
    citizen: Actor
    officer: Actor
    csrf: str = ""

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, headers={"Accept": "text/html"}, follow_redirects=False, **more)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        token = {"csrf": self.csrf} if self.csrf else {}
        return self.client.post(
            path, data={**token, **(data or {})}, headers={**SAME_SITE, **headers}, follow_redirects=False
        )

    def patch(self, path: str, data: Any = None) -> Any:
        headers = {**SAME_SITE, "Accept": "application/json"}
        return self.client.patch(path, data={"csrf": self.csrf, **(data or {})}, headers=headers)

    def sign_in(self, email: str = "huong@example.vn") -> None:
        self.client.cookies.clear()
        factories.signed_in(self.client, email)
        self.csrf = Seen(self.get("/tai-khoan").text).value_of("csrf") or ""

    def sign_out(self) -> None:
        self.client.cookies.clear()
        self.csrf = ""

    def draft(self, **answers: Any) -> Any:
        made = factories.draft(self.session, self.citizen, self.procedure, self.agency.id, **answers)
        self.session.commit()
        return made


@pytest.fixture
def world(session: Session, client: TestClient[Any]) -> World:
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id, made_content={**factories.simple(), "form": FORM})
    citizen = factories.citizen(session, email="huong@example.vn", name="Nguyễn Thị Hường")
    factories.account(session, email="bao@example.vn", name="Trần Quốc Bảo")
    found = factories.account(session, email="tuan@example.vn", name="Lê Minh Tuấn")
    session.add(Membership(account_id=found.id, role=Role.OFFICER, agency_id=agency.id, valid_from=today()))
    session.commit()
    officer = Actor(
        id=found.id,
        roles=frozenset({Role.CITIZEN, Role.OFFICER}),
        agency_ids=frozenset({agency.id}),
        name="Lê Minh Tuấn",
    )
    return World(client, session, agency, procedure, citizen, officer)


class Seen(HTMLParser):
    """What a browser would make of a page: links, forms, and anything that could run."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.controls: list[dict[str, str | None]] = []
        self.alarms: list[str] = []
        self.values: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.alarms.append(f"<{tag} {name}={value!r}>")
            if (
                name in ("href", "src", "action", "formaction")
                and value
                and (value.strip().lower().startswith(("javascript:", "data:", "vbscript:")))
            ):
                self.alarms.append(f"<{tag} {name}={value!r}>")
        if tag == "script" and not (given.get("src") or "").startswith("/tinh/"):
            self.alarms.append(f"<script {given}>")
        if tag in ("iframe", "object", "embed", "base", "img", "math", "style", "video", "marquee"):
            self.alarms.append(f"<{tag}>")
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "label" and given.get("for"):
            self.labels.append(str(given["for"]))
        if tag in ("input", "select", "textarea", "button"):
            self.controls.append({"tag": tag, **given})
            if given.get("value") is not None:
                self.values.append(str(given["value"]))

    def value_of(self, name: str) -> str | None:
        """The value of the first control of this name."""
        return next((one.get("value") for one in self.controls if one.get("name") == name), None)


def seen(answer: Any) -> Seen:
    """Parse a page; nothing in it may run."""
    assert answer.headers["content-type"].startswith("text/html"), answer.headers
    page = Seen(answer.text)
    assert page.alarms == []
    assert len(page.ids) == len(set(page.ids)), "an id twice"
    return page
