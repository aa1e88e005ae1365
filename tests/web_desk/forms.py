"""A form of a page as a browser sees it: its controls with their values, changed and sent."""

from html.parser import HTMLParser
from typing import Any

from tests.web_desk.conftest import Desk

SEVERAL = ("checkbox", "radio")


class _Controls(HTMLParser):
    """The controls of the form with this action, with what a browser would send of them."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside = action, False
        self.values: dict[str, list[str]] = {}
        self._name, self._text, self._chosen = "", "", False
        self._first: str | None = None
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("action") == self.action and given.get("method") == "post"
        if not self.inside or ("name" not in given and tag != "option"):
            return
        if tag == "input":
            kind = given.get("type", "text")
            if kind != "file" and (kind not in SEVERAL or "checked" in given):
                self._add(given["name"], given.get("value", "on" if kind in SEVERAL else ""))
        elif tag in ("textarea", "select"):
            self._within, self._name, self._text = tag, given["name"], ""
            self._chosen, self._first = "multiple" in given, None
        elif tag == "option" and self._within == "select":
            if "selected" in given:
                self._add(self._name, given.get("value", ""))
                self._chosen = True
            self._first = given.get("value", "") if self._first is None else self._first

    def handle_data(self, data: str) -> None:
        if self._within == "textarea":
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if self.inside and tag == self._within:
            if tag == "textarea":
                self._add(self._name, self._text.removeprefix("\n").replace("\n", "\r\n"))
            elif not self._chosen:
                self._add(self._name, self._first or "")
            self._within = ""

    def _add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


class Sheet:
    """A form with its values."""

    def __init__(self, action: str, values: dict[str, list[str]]) -> None:
        self.action, self.values = action, values

    def send(self, desk: Desk, *, headers: dict[str, str] | None = None, **changes: str | None) -> Any:
        """Send it with changes; None leaves a name out."""
        sent = {name: values for name, values in self.values.items() if changes.get(name, "") is not None}
        sent |= {name: [value] for name, value in changes.items() if value is not None}
        asked = {"accept": "text/html"} | (headers or {})
        return desk.client.post(self.action, data=sent, headers=asked, follow_redirects=False)


def form_of(page: str, action: str) -> Sheet:
    """The page's form with this action."""
    parser = _Controls(action)
    parser.feed(page)
    assert parser.values, action
    return Sheet(action, parser.values)
