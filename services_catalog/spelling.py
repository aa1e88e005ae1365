"""Vietnamese words as people write them: with accents or none, in telex or VNI keys, with slips. Pure.

A word has two keys: `folded` without any mark, and `key`, its letters with their tone at the end, so
that "hòa" and "hoà" are one. Both write y where y and i are one ("kí", "kỳ" → "ky").
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from portal.core import text

_WORD = re.compile(r"\w+")
_TONES: Final = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
_ALIKE: Final = {"hi": "hy", "ki": "ky", "li": "ly", "mi": "my", "si": "sy", "ti": "ty", "qui": "quy"}
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


class Word(NamedTuple):
    """One word: without marks, and with marks as `key` (equal to `folded` when it has none)."""

    folded: str
    key: str
    plain: str  # without marks, i and y as written: how unfinished words begin


def words(written: str) -> list[Word]:
    """The words of a text; punctuation separates them."""
    return [word(one) for one in _WORD.findall(text.nfc(written).casefold())]


@lru_cache(maxsize=8192)
def word(one: str) -> Word:
    """Both keys of a word in lower case."""
    tone, letters = "", []
    for character in unicodedata.normalize("NFD", one.replace("ð", "đ")):
        if character in _TONES:
            tone = _TONES[character]
        else:
            letters.append(character)
    marked = unicodedata.normalize("NFC", "".join(letters))
    folded = text.fold(one)
    return Word(_ALIKE.get(folded, folded), _ALIKE.get(marked, marked) + tone, folded)


def telex(typed: str) -> str | None:
    """What telex keys without an input method stand for, folded: "giaays" → "giay"; None if nothing."""
    if not typed.isascii() or not typed.isalpha():
        return None
    rest = typed
    if rest.startswith("d") and "d" in rest[1:]:
        rest = "d" + rest[1:].replace("d", "", 1)
    first = next((place for place, one in enumerate(rest) if one in "aeiouyw"), None)
    if first is None:
        return None
    head, tail = rest[:first], rest[first:]
    if tail[0] == "w":
        tail = "u" + tail[1:]
    tail = tail[0] + re.sub("[sfrxjzw]", "", tail[1:])
    for vowel in "aeo":
        if tail.count(vowel) == 2:  # aa, or an a typed at the end
            at = tail.rindex(vowel)
            tail = tail[:at] + tail[at + 1 :]
    found = head + tail
    return None if found == typed else _ALIKE.get(found, found)


def vni(typed: str) -> str | None:
    """What VNI keys stand for, folded: "gia61y" → "giay"; None if it holds no such key."""
    bare = re.sub("[0-9]", "", typed)
    if bare == typed or not bare.isalpha() or not typed[0].isalpha():
        return None
    return _ALIKE.get(bare, bare)


_BEGINNINGS: Final = (
    ("ph", ("f",)), ("f", ("ph",)), ("j", ("gi",)), ("z", ("d", "gi")), ("w", ("qu",)),
    ("ch", ("tr",)), ("tr", ("ch",)), ("s", ("x",)), ("x", ("s",)), ("r", ("d", "gi")),
    ("gi", ("d", "r")), ("d", ("gi", "r", "v")), ("v", ("d", "gi")), ("l", ("n",)), ("ngh", ("ng",)),
    ("ng", ("ngh",)), ("gh", ("g",)), ("g", ("gh",)), ("kh", ("k", "h")), ("k", ("c", "kh")), ("c", ("k",)),
    ("qu", ("w", "q")), ("q", ("qu",)), ("n", ("l", "nh")), ("nh", ("n",)), ("th", ("t",)), ("t", ("th",)),
)  # fmt: skip
_ENDINGS: Final = (
    ("ng", ("n",)), ("nh", ("n", "ng")), ("n", ("ng", "nh")), ("ch", ("c", "t")), ("c", ("t", "k")),
    ("t", ("c",)), ("k", ("c", "ch")), ("h", ("nh", "ch")), ("g", ("ng",)), ("o", ("u",)), ("i", ("y",)),
    ("y", ("i",)),
)  # fmt: skip


def respelled(folded: str) -> Iterator[str]:
    """The same sound written otherwise, as dialects and haste do: "fep" → "phep", "chu" → "tru"."""
    begun = [folded]
    for old, others in _BEGINNINGS:
        if folded.startswith(old):
            begun += [new + folded[len(old) :] for new in others]
    for one in begun:
        if one != folded:
            yield one
        for old, others in _ENDINGS:
            if len(one) > len(old) and one.endswith(old):
                yield from (one[: -len(old)] + new for new in others)


def slips(folded: str) -> Iterator[str]:
    """Every string one slip of a finger away: a letter too few, too many, another one, two swapped."""
    for place in range(len(folded) + 1):
        head, tail = folded[:place], folded[place:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS if letter != tail[0])
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in _LETTERS)
