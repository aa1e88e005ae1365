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
from services_catalog.postings import Postings, bits
from services_catalog.spelling import Word, words

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
        self._numbers: dict[str, int] = {}  # of the words of names, as they are met
        self._names, self._marked, self._pairs = _many(), _many(), _many()
        self._sectors, self._elsewhere = _many(), _many()
        self._brief = [array("I") for _ in BRIEF]
        self._texts = lru_cache(maxsize=4096)(words)

    def take(self, place: int, entry: Entry) -> str:
        """Read an entry; returns its name's words, folded."""
        name = words(entry.name)
        numbers = self._numbers
        met = [numbers.setdefault(one.folded, len(numbers)) for one in name]
        for number in set(met):
            self._names[number].append(place)
        for key in {one.key for one in name}:
            self._marked[key].append(place)
        for most, brief in zip(BRIEF, self._brief, strict=True):
            if len(name) <= most:
                brief.append(place)
        neighbours = set(pairwise(met))
        short = [self._abbreviations[one.folded] for one in name if one.folded in self._abbreviations]
        near = [text for text in (*entry.sectors.split("|"), entry.keywords, *short) if text]
        for text in near:
            beside = [numbers.setdefault(one.folded, len(numbers)) for one in self._read(text)]
            neighbours.update(pairwise(beside))
        for first, second in neighbours:
            self._pairs[first * PAIR + second].append(place)
        for held, texts in (
            (self._sectors, near),
            (self._elsewhere, [entry.publisher, entry.departments, entry.about]),
        ):
            for folded in {one.folded for text in texts if text for one in self._read(text)}:
                held[folded].append(place)
        return " ".join(one.folded for one in name)

    def _read(self, text: str) -> list[Word]:
        return self._texts(text) if len(text) < 500 else words(text)

    def vocabulary(self, size: int) -> Vocabulary:
        """Everything read, sorted; pairs go by the places of their words."""
        names = Postings({word: self._names[number] for word, number in self._numbers.items()}, size)
        places = [0] * len(self._numbers)
        for place, word in enumerate(names.keys):
            places[self._numbers[word]] = place
        pairs = {places[key // PAIR] * PAIR + places[key % PAIR]: held for key, held in self._pairs.items()}
        return Vocabulary(
            names=names,
            marked=Postings(self._marked, size),
            pairs=Postings(pairs, size),
            sectors=Postings(self._sectors, size),
            elsewhere=Postings(self._elsewhere, size),
            brief=tuple(bits(held, size) for held in self._brief),
            known=frozenset([*names.keys, *self._sectors, *self._elsewhere]),
        )
