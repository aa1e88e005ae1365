"""The whole tour: every page route of the application, how to stand on its pages, who and in what state."""

from tests.pages.looking import STATES, Look, Stop
from tests.pages.tour_beside import BESIDE
from tests.pages.tour_catalogue import EDITORS
from tests.pages.tour_citizen import CITIZENS
from tests.pages.tour_clock import CLOCKS
from tests.pages.tour_designer import DESIGNER
from tests.pages.tour_desk import DESKS, FAULTS
from tests.pages.tour_imports import IMPORTS
from tests.pages.tour_money import MONEY
from tests.pages.tour_public import PUBLIC
from tests.pages.tour_turn import TURN

TOUR: dict[str, Stop] = (
    PUBLIC | CITIZENS | DESKS | EDITORS | DESIGNER | IMPORTS | MONEY | TURN | BESIDE | CLOCKS
)


def looks(state: str, *, long: bool) -> list[tuple[str, Look]]:
    """The looks of one state with their routes, in the order of the tour."""
    listed = [(route, look) for route, stop in TOUR.items() for look in stop.looks]
    listed += [("", look) for look in FAULTS]
    return [(route, look) for route, look in listed if look.state == state and (long or not look.long)]


def untold(tour: dict[str, Stop]) -> list[str]:
    """States of routes that have neither a look nor a reason, or both."""
    found = []
    for route, stop in tour.items():
        if "page" in stop.without and not stop.looks:
            continue
        for state in STATES:
            told = state in stop.without
            if any(look.state == state for look in stop.looks) == told:
                found.append(f"{route}: {state} {'is there, and a reason why not' if told else 'is untold'}")
    return found


def differ(routes: set[str], tour: dict[str, Stop]) -> list[str]:
    """Page routes that the tour lacks, and stops whose route is gone."""
    return [f"{one} is not in the tour" for one in sorted(routes - set(tour))] + [
        f"{one} is in the tour but gone" for one in sorted(set(tour) - routes)
    ]
