"""The catalogue in memory, for finding: words, neighbours, codes, and what lists are narrowed by. Pure.

An index is made once (`indexing.build`) and never changes. Its documents stand in the order of lists:
received here before entries of the listing, popular first, then shorter names, then by code.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from portal.core.text import fold
from services_catalog.postings import Postings, bits, members
from services_catalog.spelling import words

GROUPS: Final = ("sector", "agency", "level", "audience", "life_event", "origin")
BRIEF: Final = (10, 18, 30)  # so many words: what is said in few words says more with each
LAST: Final = "\uffff"  # comes after every word
PAIR: Final = 1 << 32  # neighbours are one number: place of the first word * PAIR + that of the second


def sector_code(name: str) -> str:
    """The code of a sector: its folded name with hyphens."""
    return fold(name).replace(" ", "-")[:200]


Agency = tuple[str, date, date | None]  # name, first day, day after the last


class Texts:
    """Many short texts in one piece of memory."""

    def __init__(self) -> None:
        self._held, self._starts = bytearray(), array("I", [0])

    def add(self, text: str) -> None:
        """One more, at the end."""
        self._held += text.encode()
        self._starts.append(len(self._held))

    def __getitem__(self, place: int) -> str:
        return self._held[self._starts[place] : self._starts[place + 1]].decode()


@dataclass(frozen=True, slots=True)
class Shown:
    """What lists show, by document."""

    names: Texts
    facts: array[int]  # place in `told`
    told: list[tuple[str, str, str]]  # origin, sectors joined by |, publisher
    terms: list[tuple[str, str]]  # of those received here: JSON of the time limit and of the fees


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words without marks, and the documents that hold them."""

    names: Postings
    marked: Postings  # words of names with their marks
    pairs: Postings  # neighbours in names, sectors and keywords
    sectors: Postings  # words of sectors and keywords
    elsewhere: Postings  # words of publisher, departments, summary, result
    known: frozenset[str]
    brief: tuple[int, ...]  # documents whose names have few words, by `BRIEF`

    def begins(self, start: str) -> bool:
        """Whether any word begins so."""
        return any(_begins(held.keys, start) for held in (self.names, self.sectors, self.elsewhere))

    def beside(self, first: str, second: str, *, unfinished: bool = False) -> int:
        """The documents whose name or sector holds the two words side by side."""
        at, to = self.names.place(first), self.names.place(second)
        if at is None:
            return 0
        if unfinished:
            low = bisect_left(self.names.keys, second)
            return self.pairs.between(
                at * PAIR + low, at * PAIR + bisect_left(self.names.keys, second + LAST)
            )
        return 0 if to is None else self.pairs.of(at * PAIR + to)


def _begins(keys: Sequence[str], start: str) -> bool:
    at = bisect_left(keys, start)
    return at < len(keys) and keys[at].startswith(start)


class Codes:
    """The codes, whole or in part, with or without their dots."""

    def __init__(self, codes: Sequence[str]) -> None:
        self._codes = codes
        self._order = array("I", sorted(range(len(codes)), key=codes.__getitem__))
        self._dotted = _Lines([code.upper() for code in codes])
        self._plain = _Lines([code.upper().replace(".", "") for code in codes])

    def starting(self, fragment: str) -> int:
        """Documents whose code starts so."""
        first = bisect_left(self._order, fragment, key=self._codes.__getitem__)
        end = bisect_left(self._order, fragment + LAST, key=self._codes.__getitem__)
        return bits(self._order[first:end], len(self._codes))

    def holding(self, fragment: str) -> int:
        """Documents whose code holds it, dots apart if it has none."""
        found = self._dotted.holding(fragment)
        return found if found or "." in fragment else self._plain.holding(fragment)


class _Lines:
    def __init__(self, lines: Sequence[str]) -> None:
        self._text, self._starts = "\n".join(lines), array("I")
        at = 0
        for line in lines:
            self._starts.append(at)
            at += len(line) + 1

    def holding(self, fragment: str) -> int:
        found, at = [], self._text.find(fragment)
        while at >= 0:
            line = bisect_left(self._starts, at + 1) - 1
            found.append(line)
            after = self._text.find("\n", at)
            at = self._text.find(fragment, after) if after >= 0 else -1
        return bits(found, len(self._starts))


class Index:
    """Everything a search needs, of one version of the catalogue."""

    def __init__(
        self,
        version: int,
        codes: list[str],
        popularity: array[int],
        lengths: array[int],
        browsing: array[int],
        shown: Shown,
        vocabulary: Vocabulary,
        chosen: dict[str, dict[Any, int]],
        sectors: Mapping[str, str],
        agencies: Mapping[str, Agency],
    ) -> None:
        self.version, self.size = version, len(codes)
        self.codes, self.code = Codes(codes), codes
        self.browsing = browsing  # documents in the order of names, for lists without a query
        self.shown, self.vocabulary = shown, vocabulary
        self.received = (1 << len(shown.terms)) - 1  # published here: they stand first
        self.everything = (1 << self.size) - 1
        self.sectors, self.agencies = sectors, agencies  # names by code
        self._sector_codes = [
            frozenset(sector_code(name) for name in joined.split("|") if name) for _, joined, _ in shown.told
        ]
        self._popularity, self._lengths, self._chosen = popularity, lengths, chosen

    def name(self, place: int) -> str:
        """The name as written."""
        return self.shown.names[place]

    def order(self, place: int) -> tuple[bool, int, int, str]:
        """What decides the order of lists: less comes first."""
        listed_only = place >= len(self.shown.terms)
        return listed_only, -self._popularity[place], self._lengths[place], self.code[place]

    def after(self, order: tuple[bool, int, int, str]) -> int:
        """The documents that come after one of this order."""
        place = bisect_left(range(self.size), order, key=self.order)
        if place < self.size and self.order(place) == order:
            place += 1
        return (self.everything >> place) << place

    def browsing_order(self, place: int) -> tuple[bool, int, str, str]:
        """What decides the order of lists without a query: less comes first."""
        listed_only, unpopular, _, code = self.order(place)
        return listed_only, unpopular, " ".join(one.folded for one in words(self.name(place))), code

    def browsed_after(self, order: tuple[bool, int, str, str]) -> int:
        """Where in `browsing` the documents begin that come after one of this order."""
        return bisect_right(self.browsing, order, key=self.browsing_order)

    def narrowed(self, filters: Mapping[str, str], *, open_group: str = "") -> int:
        """The documents that pass the filters, one of which may be left open."""
        asked = {group: value for group, value in filters.items() if group != open_group}
        found = self.everything
        if {"agency", "level"} <= asked.keys():  # one question: who offers it at this level
            found &= self._chosen["offer"].get((asked.pop("agency"), asked.pop("level")), 0)
        for group, value in asked.items():
            found &= self._chosen[group].get(value, 0)
        return found

    def counts(self, found: int, filters: Mapping[str, str]) -> dict[str, dict[str, int]]:
        """How many of `found` each value of each filter would leave, the other filters staying."""
        counted: dict[str, dict[str, int]] = {}
        for group in GROUPS:
            base = found & self.narrowed(filters, open_group=group)
            if group == "sector" and base.bit_count() < len(self.sectors):
                codes = (self._sectors_of(place) for place in members(base))
                counted[group] = dict(Counter(code for each in codes for code in each))
            else:
                each = ((value, (base & held).bit_count()) for value, held in self._values(group, filters))
                counted[group] = {value: number for value, number in each if number}
        return counted

    def _sectors_of(self, place: int) -> frozenset[str]:
        return self._sector_codes[self.shown.facts[place]]

    def _values(self, group: str, filters: Mapping[str, str]) -> list[tuple[str, int]]:
        offers = self._chosen["offer"]
        if group == "agency" and "level" in filters:
            return [(code, held) for (code, level), held in offers.items() if level == filters["level"]]
        if group == "level" and "agency" in filters:
            return [(level, held) for (code, level), held in offers.items() if code == filters["agency"]]
        return list(self._chosen[group].items())

    def levels(self, place: int, agency: str | None = None) -> list[str]:
        """The levels declared of a document, by anyone or by one agency."""
        if not self.received >> place & 1:
            return []
        if agency is not None:
            offers = self._chosen["offer"].items()
            return [level for (code, level), held in offers if code == agency and held >> place & 1]
        return [level for level, held in self._chosen["level"].items() if held >> place & 1]
