"""What an officer means by the words in the one search box of the desk. Pure but for the index key."""

import re
from typing import Final

import msgspec

from dossiers import blind_search
from dossiers.blind_search import Kind
from dossiers.filing import ALPHABET, check_character
from portal.core import crypto
from portal.core.text import clean

MAX_WORDS: Final = 12
_WHOLE: Final = re.compile(f"[{ALPHABET}]{{9}}")
_NUMBER: Final = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9A-Z]+)*-[0-9]{6}-[0-9]{4,}")
_MARKS: Final = re.compile(r"[\\\\%_]")


class Sought(msgspec.Struct, frozen=True):
    """One search. `says` tells the officer what was understood; `part` is of a number, `index` of others."""

    kind: Kind
    says: str
    part: str = ""
    whole: str = ""  # a whole number or reference
    index: tuple[bytes, ...] = ()


def understood(text: str) -> Sought | None:
    """What a search means; None for an empty one.

    Twelve digits that can be a personal id are one, a Vietnamese number (0… or +84…) is a phone, words
    without digits are a name; everything else is a number or reference, or part of one.

    Raises:
        BadText: it holds hidden characters or is too long.
    """
    given = clean(text, max_length=120)
    if not given:
        return None
    for kind, called in ((Kind.PHONE, "số điện thoại"), (Kind.PERSONAL_ID, "số định danh cá nhân")):
        if whole := blind_search.normal(kind, given):
            return Sought(kind, f"{called} {whole}", index=(crypto.blind(kind, whole),))
    asked = blind_search.words(given)
    if asked and not any(ch.isdigit() for ch in given) and not _is_reference(given.upper()):
        says = f"tên có đủ các chữ “{given}”, không kể dấu và thứ tự"
        return Sought(
            Kind.NAME, says, index=tuple(crypto.blind(Kind.NAME, word) for word in asked[:MAX_WORDS])
        )
    part = _MARKS.sub("", given.upper())
    if _is_reference(part) or _NUMBER.fullmatch(part):
        return Sought(Kind.NUMBER, f"số hồ sơ hoặc mã tra cứu {part}", part=part, whole=part)
    return Sought(Kind.NUMBER, f"số hồ sơ hoặc mã tra cứu có “{part}”", part=part)


def _is_reference(given: str) -> bool:
    """Whether it is a whole reference, which may happen to hold letters only."""
    return _WHOLE.fullmatch(given) is not None and check_character(given[:8]) == given[8]
