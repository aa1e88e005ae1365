"""What agencies declare, as the editor's form holds it: agencies that declare the same make one group."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from portal.web.content_posts import Read, read_part
from portal.web.content_sheets import Sheet, one, rows, several, spread_offer
from services_catalog.content import Offer
from services_catalog.diff_rules import OFFER
from services_catalog.levels import Level

DECLARED = ("declared", "reason_code", "reason_basis", "unit")
BLANK: Sheet = {"declared": Level.FULL.value, "agencies": []}


def spread_groups(offers: Sequence[Offer]) -> list[Sheet]:
    """The groups of a sheet: one for each way of declaring, in the order they first come."""
    groups: dict[bytes, Sheet] = {}
    for offer in offers:
        said = spread_offer(offer)
        group = groups.setdefault(msgspec.json.encode(said), {**said, "agencies": []})
        group["agencies"].append(str(offer.agency_id))
    return list(groups.values()) or [{**BLANK, "agencies": []}]


def rearrange_groups(sheet: Sheet, act: str) -> str | None:
    """Add a group or leave one out, as a button asks; the place to go to."""
    found = rows(sheet, "groups")
    sheet["groups"] = found
    if act == "add:groups" and len(found) < 50:
        found.append({**BLANK, "agencies": []})
        return f"groups.{len(found) - 1}"
    number = act.removeprefix("remove:groups.")
    if act.startswith("remove:groups.") and number.isdecimal() and int(number) < len(found):
        del found[int(number)]
        return "groups.0" if found else "groups"
    return None


def read_groups(sheet: Sheet, before: Sequence[Offer], known: Mapping[UUID, str]) -> tuple[list[Offer], Read]:
    """The offers of a sheet: kept in their order, new agencies last; an agency's own steps stay.

    An agency chosen to be added to a group leaves the one it was in.
    """
    mistakes = Read({}, {})
    homes: dict[UUID, int] = {}
    groups = rows(sheet, "groups")
    for name in ("agencies", "add"):
        for number, group in enumerate(groups):
            for agency_id in _ids(several(group, name)):
                if agency_id in known or any(offer.agency_id == agency_id for offer in before):
                    homes[agency_id] = number
    for number, group in enumerate(groups):  # the sheet shows what was read
        group["agencies"] = [str(agency_id) for agency_id, home in homes.items() if home == number]
        group.pop("add", None)
    declared = [_declared(group, number, mistakes) for number, group in enumerate(groups)]
    was = {offer.agency_id: offer for offer in before}
    order = [*(one for one in was if one in homes), *(one for one in homes if one not in was)]
    offers = []
    for agency_id in order:
        if (said := declared[homes[agency_id]]) is not None:
            steps = was[agency_id].steps if agency_id in was else []
            offers.append(Offer(agency_id=agency_id, steps=steps, **said))
    return offers, mistakes


def _ids(values: Sequence[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def _declared(group: Sheet, number: int, mistakes: Read) -> dict[str, Any] | None:
    """What a group declares; a reason stands only beside a level that needs one."""
    if one(group, "declared") == Level.FULL:
        group = {**group, "reason_code": "", "reason_basis": ""}
    found = read_part(Offer, group, DECLARED, OFFER, f"groups.{number}")
    mistakes.mistakes.update(found.mistakes)
    return found.values if not found.mistakes else None
