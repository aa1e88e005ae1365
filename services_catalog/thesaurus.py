"""How people say it, and the words of the law for it: `seed/synonyms.tsv`. Pure.

A line is: what people say, a tab, the official words (several ways apart by " | "). A line without
a dash names what says nothing. Lines that begin with # are notes.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from services_catalog.spelling import Word, words

FILE: Final = Path(__file__).parent / "seed" / "synonyms.tsv"


class Way(Struct, frozen=True):
    """One official way to say it, as written and in words."""

    text: str
    words: tuple[Word, ...]


class Phrase(Struct, frozen=True):
    """What people say, and each official way to say it."""

    said: tuple[Word, ...]
    official: tuple[Way, ...]


class Thesaurus:
    """The phrases by their first word without marks."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._by_first: dict[str, list[Phrase]] = {}
        self.abbreviations: dict[str, str] = {}  # those that official names use too, folded
        known: set[str] = set()
        for line in lines:
            said, _, official = line.rstrip("\n").partition("\t")
            if not said.strip() or said.startswith("#"):
                continue
            ways = tuple(
                Way(way.strip(), found) for way in official.split("|") if (found := tuple(words(way)))
            )
            phrase = Phrase(tuple(words(said)), ways)
            if said.startswith("="):
                self.abbreviations[phrase.said[0].folded] = official
            self._by_first.setdefault(phrase.said[0].folded, []).append(phrase)
            known.update(one.folded for one in phrase.said)
        for phrases in self._by_first.values():
            phrases.sort(key=lambda one: -len(one.said))
        self.known = frozenset(known)

    def __len__(self) -> int:
        return sum(len(phrases) for phrases in self._by_first.values())

    def starting(self, folded: Sequence[str]) -> list[Phrase]:
        """The phrases that begin with one of these words, longest first."""
        found = [phrase for word in folded for phrase in self._by_first.get(word, ())]
        return sorted(found, key=lambda one: -len(one.said))


@cache
def thesaurus() -> Thesaurus:
    """The one that comes with the product."""
    with FILE.open(encoding="utf-8") as lines:
        return Thesaurus(lines)
