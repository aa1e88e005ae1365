"""Keys of questions and values of options: made from words, and kept when the words change. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from difflib import SequenceMatcher
from typing import Final

from portal.core.text import fold
from services_catalog.form_checks import RESERVED
from services_catalog.form_parts import Kind, Option

LONGEST: Final = 48  # characters made of a label; a number may follow
ALIKE: Final = 0.6  # how much two labels share when one is the other, corrected
_OTHER = re.compile(r"[^a-z0-9]+")


def snake(label: str, otherwise: str) -> str:
    """The label in ASCII small letters and underscores: "Họ, chữ đệm, tên" is ho_chu_dem_ten."""
    made = _OTHER.sub("_", fold(label)).strip("_")[:LONGEST].strip("_")
    return made if made[:1].isalpha() else f"{otherwise}_{made}".strip("_")


def new_key(
    label: str,
    kind: Kind | None = None,
    *,
    taken: Set[str],
    earlier: Mapping[str, Set[str]] | None = None,
    block: str = "",
) -> str:
    """A key for a new question, or a new section when it has no kind.

    It is none of those taken and none that a published revision used for another kind.

    Args:
        label: what people call it.
        kind: what it asks.
        taken: the keys beside it.
        earlier: key, or "BLOCK.KEY" → kinds, of all that was ever published of the procedure.
        block: the key of the repeatable block it stands in.
    """
    stem = snake(label, "cau" if kind else "phan")
    for number in range(1, len(taken) + len(earlier or {}) + len(RESERVED) + 2):
        key = stem if number == 1 else f"{stem}_{number}"
        used = (earlier or {}).get(f"{block}.{key}" if block else key, {kind})
        if key not in taken and key not in RESERVED and used == {kind}:
            return key
    raise AssertionError("more names than were taken were tried")


def options_from(lines: Iterable[str], before: Sequence[Option]) -> list[Option]:
    """Options of these labels. A label keeps the value it had, and so does one put right in place."""
    labels = list(dict.fromkeys(line for line in lines if line))
    known = {option.label: option.value for option in before}
    values = {label: known[label] for label in labels if label in known}
    for place, label in enumerate(labels):
        if label in values or place >= len(before):
            continue
        old = before[place]
        if old.label not in labels and _alike(old.label, label):
            values[label] = old.value
    taken = set(values.values()) | {option.value for option in before}
    for label in labels:
        if label not in values:
            values[label] = _new_value(label, taken)
            taken.add(values[label])
    return [Option(value=values[label], label=label) for label in labels]


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, fold(one), fold(other)).ratio() >= ALIKE


def _new_value(label: str, taken: Set[str]) -> str:
    stem = snake(label, "lua_chon")
    return next(
        value
        for number in range(1, len(taken) + 2)
        if (value := stem if number == 1 else f"{stem}_{number}") not in taken
    )
