"""The words of the tour: a stop for each route, with the looks people take at its pages."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.pages.ground import Ground
from tests.pages.walker import Reach, Walker

STATES = ("empty", "filled", "error")


@dataclass(frozen=True)
class Look:
    """One page as somebody sees it; `name` is that of its pictures."""

    name: str
    state: str
    by: tuple[str, ...]
    reach: Reach
    says: str  # how its h1 begins
    status: int = 200
    path: str = ""  # the address, where typing it is enough: such a page is also looked at without script
    long: bool = False  # only with --long


@dataclass(frozen=True)
class Stop:
    """A route: the looks at its pages, and why a state has none."""

    looks: tuple[Look, ...] = ()
    without: dict[str, str] = field(default_factory=dict)  # state, or "page" for all three: the reason
    leads: tuple[str, str] = ("", "")  # of a route without a page: who is led on, from which address


def at(
    name: str,
    state: str,
    by: str,
    path: str,
    says: str,
    *,
    status: int = 200,
    printed: tuple[str, int] | None = None,
    first: Callable[[Ground], None] | None = None,
    long: bool = False,
) -> Look:
    """A look at an address.

    Args:
        name: of the pictures.
        state: empty, filled or error.
        by: who.
        path: the address.
        says: how its h1 begins.
        status: of the answer.
        printed: the dossier, and how many documents must be there first.
        first: what must be done before.
        long: only with --long.
    """

    def reach(walker: Walker) -> None:
        if printed:
            walker.ground.until_printed(*printed)
        if first:
            first(walker.ground)
        walker.go(path)

    return Look(name, state, tuple(by.split()), reach, says, status, path, long)


def sent(
    name: str,
    by: str,
    page: str,
    action: str,
    values: dict[str, str],
    says: str,
    status: int,
    *,
    state: str = "error",
    checked: str = "",
    long: bool = False,
) -> Look:
    """A look at what a form answers: opened on `page`, sent to `action` with `values`.

    Args:
        name: of the pictures.
        by: who.
        page: where the form is.
        action: its address.
        values: its fields.
        says: how the h1 of the answer begins.
        status: of the answer.
        state: error, or filled for a page that follows a good form.
        checked: the dossier whose files must be checked first.
        long: only with --long.
    """

    def reach(walker: Walker) -> None:
        if checked:
            walker.ground.officer.until_checked(walker.ground.places[checked])
        walker.send(page, action, values)

    return Look(name, state, tuple(by.split()), reach, says, status, "", long)


def again(times: int, look: Look, action: str, values: dict[str, str] | None = None) -> Look:
    """The same look after so many tries: what a limit answers. `values`: of a form, None for an address."""

    def reach(walker: Walker) -> None:
        walker.ground.forget_tries()
        for _ in range(times):
            walker.ground.try_once(action, values)
        look.reach(walker)

    return Look(look.name, look.state, look.by, reach, look.says, look.status, "", look.long)


def nothing(who: str, path: str) -> Stop:
    """A route without a page of its own: who asks is led on, to a page or to a file in the store."""
    return Stop((), {"page": "leads on to another page, or to a file in the store"}, (who, path))
