"""Fees of foreign records as items of a revision: one item for all ways of filing that owe the same. Pure."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from portal.core.text import fold
from services_catalog.content import Channel, FeeItem
from services_catalog.imports.pieces import Charge, Method
from services_catalog.words import money

NAMES: Final = {"fee": "Phí", "charge": "Lệ phí", "price": "Giá dịch vụ"}
UNSAID: Final = "Nguồn không nêu mức thu."

# A typed 0 beside such words is no promise that nothing is owed: the amount stands elsewhere.
_ELSEWHERE = re.compile(
    r"theo quy dinh|theo quyet dinh|theo nghi quyet|theo muc|hoi dong nhan dan|hdnd|nghi quyet so|thong tu so"
    r"|muc thu|muc phi|muc le phi|bieu phi|bieu muc|chi tiet tai|van ban kem theo|luat phi"
)
_FREE = re.compile(r"\W*(?:mien|khong (?:thu|mat|phai nop|co|quy dinh))|\W*khong\W*\Z|\W*0 dong")
_OWN_NAME = re.compile(r"(?:lệ phí|phí|giá|chi phí)\b[^.;:]{1,190}", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\W_]+")


def fee_items(
    methods: Sequence[Method], everywhere: Sequence[Charge], channels: Sequence[Channel]
) -> list[FeeItem]:
    """The items in order of first mention; owed by every way of filing, an item names none."""
    found: dict[tuple[str, int | None, str], tuple[Charge, set[str]]] = {}
    by_channel = [(method.channel, charge) for method in methods for charge in method.charges]
    for channel, charge in [*by_channel, *((one, charge) for charge in everywhere for one in channels)]:
        alike = (charge.kind, charge.amount_vnd, _PUNCTUATION.sub(" ", fold(charge.words)).strip())
        found.setdefault(alike, (charge, set()))[1].add(channel)
    items = []
    for number, (charge, owed_by) in enumerate(found.values(), 1):
        narrowed = [one for one in channels if one in owed_by] if owed_by != set(channels) else []
        items.append(_item(f"fee_{number}", charge, narrowed))
    return items


def _item(key: str, charge: Charge, channels: list[Channel]) -> FeeItem:
    words = charge.words
    named = words if _OWN_NAME.fullmatch(words) and not _ELSEWHERE.search(fold(words)) else ""
    stated = charge.amount_vnd is None or (charge.amount_vnd == 0 and _set_elsewhere(words))
    note = None if named and not stated else words or (UNSAID if stated else None)
    return FeeItem(
        key=key,
        name=named or NAMES[charge.kind],
        kind="charge" if charge.kind == "charge" else "fee",
        amount_vnd=0 if stated else charge.amount_vnd or 0,
        per=_per(charge),
        stated=stated,
        note=note,
        channels=channels,
    )


def _set_elsewhere(words: str) -> bool:
    """Whether the words say that an amount is set somewhere, so that the typed 0 only fills the field."""
    bare = fold(words)
    return _FREE.match(bare) is None and _ELSEWHERE.search(bare) is not None


def _per(charge: Charge) -> Literal["dossier", "copy", "page", "case"]:
    """What the amount is multiplied by, where the words say it right behind the amount."""
    if charge.amount_vnd:
        behind = fold(charge.words).partition(f"{fold(money(charge.amount_vnd))}/")[2]
        for start, per in _BY:
            if behind.startswith(start):
                return per
    return "dossier"


_BY: Final[tuple[tuple[str, Literal["copy", "page", "case"]], ...]] = (
    ("ban", "copy"),
    ("trang", "page"),
    ("truong hop", "case"),
)
