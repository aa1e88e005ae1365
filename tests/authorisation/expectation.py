"""The reviewed file, read; and an answer, judged against it."""

import tomllib
from pathlib import Path
from typing import Any

from tests.authorisation.world import PRINCIPALS

FILE = Path(__file__).with_name("authz.toml")
LETTERS = frozenset("+?-0=~^")
HELD = ("processing",)  # the states in which an officer has the step in hand


class Expectation:
    """Which letter each principal has on each route, for a draft, a filed dossier, and one in hand."""

    def __init__(self, text: str | None = None) -> None:
        read = tomllib.loads(text if text is not None else FILE.read_text("utf-8"))
        if tuple(read["principals"]) != PRINCIPALS:
            raise ValueError("authz.toml names other principals than the world has")
        self._rules = {
            name: {state: dict(zip(PRINCIPALS, row.split(), strict=True)) for state, row in rows.items()}
            for name, rows in read["rules"].items()
        }
        self.routes: dict[str, str] = read["routes"]
        letters = {one for rows in self._rules.values() for cells in rows.values() for one in cells.values()}
        if letters - LETTERS:
            raise ValueError(f"authz.toml has letters without a meaning: {sorted(letters - LETTERS)}")

    def of(self, route: str, state: str, principal: str) -> str:
        """The letter of one cell; `route` is "METHOD /path"."""
        rows = self._rules[self.routes[route]]
        line = "held" if state in HELD and "held" in rows else "draft" if state == "draft" else "filed"
        return rows.get("any", rows.get(line, {}))[principal]

    def by_state(self, route: str) -> bool:
        """Whether the route is about one dossier."""
        return "any" not in self._rules[self.routes[route]]


def letter(answer: Any) -> str:
    """What an answer is: + let in, ? sign in, - refused, 0 hidden, ! a fault of ours."""
    status, to = answer.status_code, answer.headers.get("location", "")
    if status == 401 or (status == 303 and to.startswith("/dang-nhap?")):
        return "?"
    if status >= 500 and status != 503:
        return "!"
    return {403: "-", 404: "0"}.get(status, "+")


def fits(expected: str, answer: Any) -> bool:
    """Whether the answer is the expected one."""
    if expected == "=":
        return answer.status_code in (403, 409)
    if expected == "^":
        return answer.status_code in (400, 403, 409, 422)
    if expected == "~":
        return letter(answer) in ("+", "0")
    return letter(answer) == expected
