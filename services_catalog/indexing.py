"""Making an index of the catalogue's entries. Pure."""

from __future__ import annotations

import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct

from services_catalog.index import BRIEF, GROUPS, PAIR, Agency, Index, Shown, Texts, Vocabulary, sector_code
from services_catalog.postings import Gathering, bits
from services_catalog.spelling import words

BREATH: Final = 100  # entries between two breaths: whoever answers requests meanwhile goes first


class Entry(Struct, frozen=True, gc=False, kw_only=True):
    """What the index is told of a procedure. Entries come in the order of `Index.order`."""

    code: str
    name: str
    sectors: str = ""  # joined by |
    publisher: str = ""
    departments: str = ""
    keywords: str = ""  # JSON of a list
    about: str = ""  # summary and result
    audience: tuple[str, ...] = ()
    life_events: tuple[str, ...] = ()
    origin: str = "own"
    received: bool = True  # published here
    popularity: int = 0
    offers: tuple[tuple[str, str], ...] = ()  # code of an agency and the level it declares
    time_limit: str = ""  # JSON of a content.TimeLimit
    fees: str = ""  # JSON of a list of content.FeeItem


def _many() -> defaultdict[Any, array[int]]:
    return defaultdict(lambda: array("I"))


def _pause() -> None:
    time.sleep(0)


def build(
    entries: Iterable[Entry],
    *,
    version: int = 0,
    agencies: Mapping[str, Agency] | None = None,
    abbreviations: Mapping[str, str] | None = None,
    breathe: Callable[[], None] = _pause,
) -> Index:
    """Make the index; `breathe` is called often, to let other threads work.

    Where a name holds one of the abbreviations (folded), it is found by the words in full too.
    """
    codes: list[str] = []
    popularity, lengths, facts = array("q"), array("H"), array("I")
    names = Texts()
    told: dict[tuple[str, str, str], int] = {}
    terms: list[tuple[str, str]] = []
    browsing: list[tuple[bool, int, str, str, int]] = []
    reading, choosing = _Reading(abbreviations or {}), _Choosing()
    for place, entry in enumerate(entries):
        if place % BREATH == 0:
            breathe()
        codes.append(entry.code)
        popularity.append(entry.popularity)
        lengths.append(len(entry.name))
        names.add(entry.name)
        facts.append(told.setdefault((entry.origin, entry.sectors, entry.publisher), len(told)))
        if entry.received:
            terms.append((entry.time_limit, entry.fees))
        folded = reading.take(place, entry)
        choosing.take(place, entry)
        browsing.append((not entry.received, -entry.popularity, folded, entry.code, place))
    size = len(codes)
    browsing.sort()
    return Index(
        version=version,
        codes=codes,
        popularity=popularity,
        lengths=lengths,
        browsing=array("I", (one[-1] for one in browsing)),
        shown=Shown(names, facts, list(told), terms),
        vocabulary=reading.vocabulary(size),
        chosen={
            group: {key: bits(held, size) for key, held in values.items()}
            for group, values in choosing.found.items()
        },
        sectors=choosing.sectors,
        agencies=dict(agencies or {}),
    )


class _Choosing:
    """What lists are narrowed by."""

    def __init__(self) -> None:
        self.found = {group: _many() for group in (*GROUPS, "offer")}
        self.sectors: dict[str, str] = {}
        self._code = lru_cache(maxsize=4096)(sector_code)

    def take(self, place: int, entry: Entry) -> None:
        found = self.found
        found["origin"][entry.origin].append(place)
        for name in filter(None, entry.sectors.split("|")):
            code = self._code(name)
            self.sectors.setdefault(code, name)
            found["sector"][code].append(place)
        for group, values in (("audience", entry.audience), ("life_event", entry.life_events)):
            for value in values:
                found[group][value].append(place)
        for agency, level in entry.offers:
            found["offer"][agency, level].append(place)
            found["agency"][agency].append(place)
            found["level"][level].append(place)


class _Reading:
    """The words of names and of what stands beside them."""

    def __init__(self, abbreviations: Mapping[str, str]) -> None:
        self._abbreviations = abbreviations
        self._names, self._marked, self._pairs = Gathering(), Gathering(), Gathering()
        self._sectors, self._elsewhere = Gathering(), Gathering()
        self._brief = [array("I") for _ in BRIEF]
        self._near: dict[str, tuple[list[int], list[int]]] = {}
        self._far: dict[str, list[int]] = {}

    def take(self, place: int, entry: Entry) -> str:
        """Read an entry; returns its name's words, folded."""
        name = words(entry.name)
        number, marked, pair = self._names.number, self._marked.number, self._pairs.number
        met = [number(one.folded) for one in name]
        self._names.take(set(met))
        self._marked.take({marked(one.key) for one in name})
        for most, brief in zip(BRIEF, self._brief, strict=True):
            if len(name) <= most:
                brief.append(place)
        neighbours = {pair(first * PAIR + second) for first, second in pairwise(met)}
        near: set[int] = set()
        short = [self._abbreviations[one.folded] for one in name if one.folded in self._abbreviations]
        for text in (*entry.sectors.split("|"), entry.keywords, *short):
            if text:
                held, pairs = self._read_near(text)
                near.update(held)
                neighbours.update(pairs)
        self._pairs.take(neighbours)
        self._sectors.take(near)
        texts = (entry.publisher, entry.departments, entry.about)
        self._elsewhere.take({held for text in texts if text for held in self._read_far(text)})
        return " ".join([one.folded for one in name])

    def _read_near(self, text: str) -> tuple[list[int], list[int]]:
        """Words and pairs of a sector or of keywords, which many entries share."""
        if text not in self._near:
            folded = [one.folded for one in words(text)]
            pairs = [
                self._pairs.number(self._names.number(first) * PAIR + self._names.number(second))
                for first, second in pairwise(folded)
            ]
            self._near[text] = [self._sectors.number(one) for one in folded], pairs
        return self._near[text]

    def _read_far(self, text: str) -> list[int]:
        if text not in self._far:
            self._far[text] = [self._elsewhere.number(one.folded) for one in words(text)]
        return self._far[text]

    def vocabulary(self, size: int) -> Vocabulary:
        """Everything read, sorted; pairs go by the places of their words."""
        names = self._names.done()
        places = {word: place for place, word in enumerate(names.keys)}
        by_number = [places[word] for word in self._names.known]
        pairs = [by_number[key // PAIR] * PAIR + by_number[key % PAIR] for key in self._pairs.known]
        sectors, elsewhere = self._sectors.done(), self._elsewhere.done()
        return Vocabulary(
            names=names,
            marked=self._marked.done(),
            pairs=self._pairs.done(pairs),
            sectors=sectors,
            elsewhere=elsewhere,
            brief=tuple(bits(held, size) for held in self._brief),
            known=frozenset([*names.keys, *sectors.keys, *elsewhere.keys]),
        )
