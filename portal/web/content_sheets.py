"""A revision's content as a form holds it: nested strings, whatever was typed, right or not yet.

A page is always drawn from a sheet, so that a refused post shows what was typed. `spread` makes the
sheet of a content, `collect` the sheet of a post; `content_posts` reads a sheet back into content.
Rows are numbered: "requirements.0.name". A condition is one string: "0|field|s:value".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

import msgspec

from services_catalog.content import Condition, Offer, RevisionContent

Sheet: TypeAlias = dict[str, Any]  # name → text, list of texts, sheet, list of sheets

# What one reads and writes line by line in one box.
BY_LINE: Final = frozenset({"keywords", "related", "usual_mistakes", "departments", "applicants"})
NESTED: Final = frozenset({"time_limit", "template", "result"})  # parts that may be missing
CONDITIONS: Final = frozenset({"show_when"})
CHANNELS: Final = ("online", "counter", "post")
BLANK: Final[dict[str, Sheet]] = {
    "requirements": {
        "originals": "1",
        "needed": "always",
        "electronic_ok": "1",
        "accept": ["pdf", "jpeg", "png"],
        "max_mb": "20",
        "max_files": "5",
    },
    "fees": {"kind": "charge", "per": "dossier"},
    "steps": {"hours": "8"},
    "cases": {},
    "legal_basis": {},
    "sequence": {},
    "conditions": {},
    "faq": {},
    "other_results": {},
    "remarks": {},
}
_NUMBER = re.compile(r"[0-9]{1,4}")
_PART = re.compile(r"[a-z0-9_]{1,60}")
MAX_ROWS: Final = 5000


def spread(part: Any, names: Iterable[str] | None = None) -> Sheet:
    """The sheet of a content's part; `names`: only these attributes."""
    sheet: Sheet = {}
    for name in names or part.__struct_fields__:
        value = getattr(part, name)
        if name == "ways":
            sheet[name] = _ways(part)
        elif name == "conditions" and isinstance(part, RevisionContent):
            sheet[name] = [{"text": line} for line in value]
        elif name in BY_LINE:
            sheet[name] = "\n".join(value)
        elif name in CONDITIONS:
            sheet[name] = spread_conditions(value)
        elif name in NESTED:
            sheet[name] = {} if value is None else spread(value)
        elif isinstance(value, list) and value and isinstance(value[0], msgspec.Struct):
            sheet[name] = [spread(one) for one in value]
        elif isinstance(value, list):
            sheet[name] = [str(one) for one in value]
        elif name.endswith("_vnd") and value is not None:
            sheet[name] = f"{value:,}".replace(",", ".")
        else:
            sheet[name] = typed(value)
    return sheet


def typed(value: Any) -> str:
    """A value as one types it."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return str(value)


def spread_conditions(conditions: Sequence[Condition]) -> list[str]:
    """Conditions as lines "group|field|value"; the value says whether it is text or yes/no."""
    return [
        f"{group}|{one.field}|{marked(value)}" for group, one in enumerate(conditions) for value in one.any_of
    ]


def marked(value: str | bool) -> str:
    """A value with its type before it."""
    return f"b:{int(value)}" if isinstance(value, bool) else f"s:{value}"


def _ways(content: RevisionContent) -> list[Sheet]:
    """The ways of filing in their order, then the channels without one."""
    rows = [spread(way) for way in content.ways]
    there = {way.channel for way in content.ways}
    return [*rows, *({"channel": channel, "time_limit": {}} for channel in CHANNELS if channel not in there)]


def spread_offer(offer: Offer) -> Sheet:
    """What an agency declares, without its own steps."""
    return spread(offer, ("declared", "reason_code", "reason_basis", "unit"))


def collect(pairs: Iterable[tuple[str, str]], names: Iterable[str]) -> Sheet:
    """The sheet of a post: only what lies below these names. Rows keep the order of their numbers."""
    wanted = frozenset(names)
    tree: dict[str, Any] = {}
    for name, value in pairs:
        way = name.split(".")
        if way[0] not in wanted or len(way) > 6 or not all(_PART.fullmatch(part) for part in way):
            continue
        at: dict[str, Any] = tree
        for part in way[:-1]:
            below = at.setdefault(part, {})
            if not isinstance(below, dict):
                break
            at = below
        else:
            _put(at, way[-1], value)
    return {name: _rows(value) for name, value in tree.items()}


def _put(at: dict[str, Any], name: str, value: str) -> None:
    """Keep a value; the second of a name makes a list."""
    value = value.replace("\r\n", "\n")
    before = at.get(name)
    if before is None:
        at[name] = value
    elif isinstance(before, list):
        before.append(value)
    elif isinstance(before, str):
        at[name] = [before, value]


def _rows(value: Any) -> Any:
    """Dictionaries of numbers become lists."""
    if not isinstance(value, dict):
        return value
    inner = {name: _rows(one) for name, one in value.items()}
    if inner and all(_NUMBER.fullmatch(name) for name in inner):
        return [inner[name] for name in sorted(inner, key=int) if isinstance(inner[name], dict)]
    return inner


def rows(sheet: Mapping[str, Any], name: str) -> list[Sheet]:
    """The rows of a list in a sheet; [] when there is none."""
    found = sheet.get(name)
    return found if isinstance(found, list) else []


def part(sheet: Mapping[str, Any], name: str) -> Sheet:
    """The sheet of a part within a sheet; empty when there is none."""
    found = sheet.get(name)
    return found if isinstance(found, dict) else {}


def several(sheet: Mapping[str, Any], name: str) -> list[str]:
    """The values ticked or chosen under a name."""
    found = sheet.get(name)
    values = found if isinstance(found, list) else [found]
    return [value for value in values if isinstance(value, str) and value]


def one(sheet: Mapping[str, Any], name: str) -> str:
    """The text typed under a name."""
    found = sheet.get(name)
    first = found[0] if isinstance(found, list) and found else found
    return first if isinstance(first, str) else ""


def rearrange(sheet: Sheet, act: str) -> str | None:
    """Add, remove or move a row as a button asks ("add:fees", "remove:fees.2", "up:fees.2").

    Returns the place to go to, e.g. "fees.3"; None when the button asks for no such thing.
    """
    verb, _, place = act.partition(":")
    name, _, number = place.partition(".")
    if name not in BLANK or verb not in ("add", "remove", "up", "down"):
        return None
    found = rows(sheet, name)
    sheet[name] = found
    if verb == "add":
        if len(found) < MAX_ROWS:
            found.append({**BLANK[name]})
        return f"{name}.{len(found) - 1}"
    if not _NUMBER.fullmatch(number) or int(number) >= len(found):
        return None
    at = int(number)
    if verb == "remove":
        del found[at]
        return f"{name}.{min(at, len(found) - 1)}" if found else name
    to = at - 1 if verb == "up" else at + 1
    if not 0 <= to < len(found):
        return f"{name}.{at}"
    found[at], found[to] = found[to], found[at]
    return f"{name}.{to}"
