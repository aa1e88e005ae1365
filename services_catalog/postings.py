"""Which documents hold what, as sets of bits in plain integers, and sums over such sets. Pure.

Documents are numbered in the order in which they are shown when nothing else decides, so the first
ones of a set are its lowest bits. A set of 20,000 is 2.5 kB; and, or and counting take about a microsecond.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

_KEPT: Final = 256
_DENSE: Final = 256  # from so many documents on the set is kept ready; below it is made when asked for


def bits(documents: Iterable[int], size: int) -> int:
    """The set of these documents, each below `size`."""
    held = bytearray((size >> 3) + 1)
    for one in documents:
        held[one >> 3] |= 1 << (one & 7)
    return int.from_bytes(held, "little")


def members(held: int) -> Iterator[int]:
    """The documents of a set, first ones first; the first few of a large set are cheap."""
    base = 0
    while held:
        low = held & 0xFFFFFFFFFFFFFFFF
        while low:
            bit = low & -low
            yield base + bit.bit_length() - 1
            low ^= bit
        held >>= 64
        base += 64
        if held and not held & 0xFFFFFFFFFFFFFFFF:
            skip = (held & -held).bit_length() - 1
            held >>= skip
            base += skip


class Gathering:
    """Keys as they are met, document after document: in two flat arrays until all are known."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}  # of the keys, in the order of meeting
        self._met, self._ends = array("I"), array("I")

    def number(self, key: Any) -> int:
        """The number that stands for a key."""
        return self._numbers.setdefault(key, len(self._numbers))

    def take(self, numbers: Iterable[int]) -> None:
        """The keys of the next document, each once."""
        self._met.extend(numbers)
        self._ends.append(len(self._met))

    @property
    def known(self) -> list[Any]:
        """All keys, by number."""
        return list(self._numbers)

    def done(self, named: Sequence[Any] | None = None) -> Postings:
        """The postings; `named` are other names for the keys, by number."""
        keys = self.known if named is None else named
        order = sorted(range(len(keys)), key=keys.__getitem__)
        many = [0] * len(keys)
        for number in self._met:
            many[number] += 1
        places, at = [0] * len(keys), 0
        for number in order:
            places[number] = at
            at += many[number]
        documents = array("I", bytes(4 * at))
        at = 0
        for document, end in enumerate(self._ends):
            for number in self._met[at:end]:
                place = places[number]
                documents[place] = document
                places[number] = place + 1
            at = end
        return Postings(
            [keys[number] for number in order], [many[number] for number in order], documents, len(self._ends)
        )


class Postings:
    """Keys in order, each with its documents; a run of neighbouring keys is one set."""

    def __init__(self, keys: Sequence[Any], many: Sequence[int], documents: array[int], size: int) -> None:
        """`documents`: those of all keys one after the other, so many of each."""
        self.size = size
        self.keys: Sequence[Any] = array("Q", keys) if keys and isinstance(keys[0], int) else keys
        self._starts, self._documents = array("I", [0]), array("I")
        self._ready: dict[int, int] = {}
        self._kept: dict[tuple[int, int], int] = {}
        at = 0
        for place, number in enumerate(many):
            held = documents[at : at + number]
            at += number
            if number >= _DENSE:
                self._ready[place] = bits(held, size)
            else:
                self._documents.extend(held)
            self._starts.append(len(self._documents))

    @classmethod
    def of_sets(cls, held: Mapping[Any, Iterable[int]], size: int) -> Postings:
        """From the documents of each key."""
        keys = sorted(held)
        sets = [sorted(held[key]) for key in keys]
        flat = array("I", (document for one in sets for document in one))
        return cls(keys, [len(one) for one in sets], flat, size)

    def place(self, key: Any) -> int | None:
        """Where the key stands."""
        at = bisect_left(self.keys, key)
        return at if at < len(self.keys) and self.keys[at] == key else None

    def of(self, key: Any) -> int:
        """The documents of one key."""
        at = self.place(key)
        return 0 if at is None else self.run(at, at + 1)

    def between(self, first: Any, end: Any) -> int:
        """The documents of all keys from `first` to before `end`."""
        return self.run(bisect_left(self.keys, first), bisect_left(self.keys, end))

    def _few(self, first: int, end: int) -> int:
        """Those of a run that are not kept ready; sets made last are kept."""
        if (first, end) not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[first, end] = bits(self._documents[self._starts[first] : self._starts[end]], self.size)
        return self._kept.get((first, end), 0)

    def run(self, first: int, end: int) -> int:
        """The documents of the keys at these places."""
        found = 0
        if end - first == 1 and first in self._ready:
            return self._ready[first]
        for place in range(first, end) if self._ready else ():
            found |= self._ready.get(place, 0)
        return found | self._few(first, end) if first < end else found

    def count(self, key: Any) -> int:
        """How many documents hold the key."""
        at = self.place(key)
        if at is None:
            return 0
        ready = self._ready.get(at)
        return self._starts[at + 1] - self._starts[at] if ready is None else ready.bit_count()


class Tally:
    """A number for each document, held as planes of bits: adding to thousands takes microseconds."""

    def __init__(self) -> None:
        self._planes: list[int] = []

    def add(self, documents: int, amount: int) -> None:
        """Add the amount to the number of each of these documents."""
        place = 0
        while amount and documents:
            if amount & 1:
                carry, at = documents, place
                while carry:
                    while at >= len(self._planes):
                        self._planes.append(0)
                    before = self._planes[at]
                    self._planes[at] = before ^ carry
                    carry &= before
                    at += 1
            amount >>= 1
            place += 1

    def at_least(self, limit: int, among: int) -> int:
        """Those of `among` whose number is the limit or more."""
        if limit >> len(self._planes):
            return 0
        above, even = 0, among
        for place in range(len(self._planes) - 1, -1, -1):
            plane = self._planes[place]
            if limit >> place & 1:
                even &= plane
            else:
                above |= even & plane
                even ^= even & plane
        return above | even

    def levels(self, among: int) -> Iterator[tuple[int, int]]:
        """The numbers that occur in `among`, highest first, with the documents of each."""
        todo = [(len(self._planes) - 1, 0, among)] if among else []
        while todo:
            place, number, held = todo.pop()
            if place < 0:
                yield number, held
                continue
            high = held & self._planes[place]
            if low := held ^ high:
                todo.append((place - 1, number, low))
            if high:
                todo.append((place - 1, number | 1 << place, high))
