"""Which documents answer a question, and how well: sums of weighted words over sets of bits. Pure.

A word weighs the more the fewer documents hold it. It counts fully in the name, less in the sector,
least elsewhere; more with the marks typed, and more beside its neighbour. Several readings of a
question count by the best. docs/decisions/0007-search-in-memory.md tells why.
"""

import heapq
import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from services_catalog.asking import PREFIX, TYPED, Reading, Slot
from services_catalog.index import LAST, Index, sector_code
from services_catalog.postings import Tally

Levels = Iterator[tuple[int, int]]  # scores, highest first, each with its documents

SCALE: Final = 1000  # the score of a document that holds all, side by side, with its marks
SECTOR, ELSEWHERE = 4, 2  # what a word counts there, of 8 in the name; powers of two are summed fastest
MARKS, BESIDE, TOPIC = 4, 8, 1  # more for the marks typed, for its neighbour, for being in the sector too
HEAVIEST, UNKNOWN = 12, 5  # weights of a rare word, and of one that nothing holds
RECEIVED = 4  # percent more for what is received here
BRIEFLY = 2  # percent more for a short name, for a shorter, for the shortest
ENOUGH = 45  # percent of the weight that an answer holds
CUT = 60  # percent of the best score that an answer reaches
WHOLE_SECTOR = 950  # the score of all that is in the sector that was named
WHOLE_CODE, CODE_START, CODE_PART, CODE_LIKE = 1400, 1300, 1200, 300
TELLING = 4  # so many characters of a code are no accident
_CODE = re.compile(r"[0-9A-Z.\-]*[0-9][0-9A-Z.\-]*", re.ASCII)
_AMONG_WORDS = re.compile(r"(?<!\S)([0-9])[.,]([0-9]{4,}[0-9A-Z.\-]*)", re.ASCII)


def ranked(index: Index, readings: Sequence[Reading], typed: str) -> tuple[int, Levels]:
    """The documents that answer; and their scores. A document comes once, by its best reading or its code."""
    named = _AMONG_WORDS.search(typed.upper())
    sure = list(_coded(index, ".".join(named.groups()) if named else typed.replace(" ", "").upper()))
    if sector := index.narrowed({"sector": sector_code(typed)}):
        sure.append((WHOLE_SECTOR, sector))
    question = _Question(index)
    scored = [one for reading in readings if (one := question.scored(reading)).answers]
    top = max((one.top for one in scored), default=0)
    found, streams = 0, [iter(sure)]
    for _, held in sure:
        found |= held
    for one in scored:
        held = one.at_least(top * CUT // 100)
        found |= held
        streams.append(one.levels(held))
    return found, _merged(streams)


def _coded(index: Index, fragment: str) -> Levels:
    """By code, whole or in part."""
    if not _CODE.fullmatch(fragment):
        return
    starting = index.codes.starting(fragment)
    first = starting & -starting
    if first and index.code[first.bit_length() - 1].upper() == fragment:
        yield WHOLE_CODE, first
    holding = index.codes.holding(fragment) if len(fragment) >= TELLING - 1 else 0
    if len(fragment) >= TELLING:
        yield CODE_START, starting
        yield CODE_PART, holding
    else:
        yield CODE_LIKE, starting | holding


def _merged(streams: Sequence[Levels]) -> Levels:
    seen = 0
    for score, group in groupby(heapq.merge(*streams, key=lambda one: -one[0]), key=lambda one: one[0]):
        held = 0
        for _, documents in group:
            held |= documents
        if fresh := held ^ (held & seen):
            yield score, fresh
        seen |= held


class _Scored:
    """What one reading makes of every document; scores are parts of SCALE."""

    def __init__(self, answers: int, sums: Tally, best: int, share: int) -> None:
        self.answers = answers
        self._sums, self._best, self._share = sums, best, SCALE * share // 100
        self.top = next(sums.levels(answers), (0, 0))[0] * self._share // best

    def at_least(self, score: int) -> int:
        """The answers that reach the score."""
        return self._sums.at_least(math.ceil(score * self._best / self._share), self.answers)

    def levels(self, among: int) -> Levels:
        for number, held in self._sums.levels(among):
            yield number * self._share // self._best, held


class _Question:
    """What the words of one question count, kept while its readings, which share them, are scored."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._words: dict[Slot, tuple[int, int, list[tuple[int, int]]]] = {}
        self._pairs: dict[tuple[Slot, Slot], int] = {}

    def scored(self, reading: Reading) -> _Scored:
        """The documents that hold enough of the reading, and their sums."""
        words = [self._word(slot) for slot in reading.slots]
        covered, total = Tally(), 0
        for slot, (held, weight, _) in zip(reading.slots, words, strict=True):
            if not slot.idle:
                total += weight
                covered.add(held, weight)
        answers = covered.at_least(math.ceil(total * ENOUGH / 100), self._index.everything) if total else 0
        if not answers:
            return _Scored(0, covered, 1, reading.share)
        sums, best = Tally(), 0
        for slot, (_, weight, amounts) in zip(reading.slots, words, strict=True):
            best += weight * (TYPED + (MARKS if slot.key else 0))
            for documents, amount in amounts:
                sums.add(documents & answers, amount)
        pairs = pairwise(zip(reading.slots, words, strict=True))
        for (one, (_, weight, _)), (other, (_, following, _)) in pairs:
            lighter = BESIDE * min(weight, following)
            best += lighter
            sums.add(self._beside(one, other) & answers, lighter)
        sums.add(answers & self._index.received, best * RECEIVED // 100)
        for brief in self._index.vocabulary.brief:
            sums.add(answers & brief, best * BRIEFLY // 100)
        return _Scored(answers, sums, best, reading.share)

    def _word(self, slot: Slot) -> tuple[int, int, list[tuple[int, int]]]:
        """The documents that hold a word, its weight, and what it adds to which."""
        if slot in self._words:
            return self._words[slot]
        vocabulary, held, parts = self._index.vocabulary, 0, []
        begun = slot.start, slot.start + LAST
        fields = (vocabulary.names, TYPED), (vocabulary.sectors, SECTOR), (vocabulary.elsewhere, ELSEWHERE)
        for place, most in fields:
            for form, counts in slot.forms:
                ways = [(place.of(form), min(counts, most))]
                if slot.start:
                    ways.append((place.between(*begun), min(counts, most, PREFIX)))
                for documents, worth in ways:
                    if fresh := documents ^ (documents & held):
                        parts.append((fresh, worth))
                        held |= fresh
        weight = 1 if slot.idle else self._weight(slot, held.bit_count())
        amounts = [(documents, weight * worth) for documents, worth in parts]
        for form in slot.folded:
            amounts.append((vocabulary.names.of(form) & vocabulary.sectors.of(form), weight * TOPIC))
        if slot.key:
            amounts.append((vocabulary.marked.of(slot.key), weight * MARKS))
        self._words[slot] = held, weight, amounts
        return self._words[slot]

    def _weight(self, slot: Slot, holding: int) -> int:
        if not holding:  # a number says exactly what is meant, a word may be said otherwise
            return UNKNOWN if slot.folded[0].isalpha() else HEAVIEST
        return max(1, min(HEAVIEST, round(1.6 * math.log((self._index.size + 1) / (holding + 1)))))

    def _beside(self, one: Slot, other: Slot) -> int:
        """The documents that hold the two words side by side."""
        if (one, other) not in self._pairs:
            found, beside = 0, self._index.vocabulary.beside
            for first in one.folded[:3]:
                for second in other.folded[:3]:
                    found |= beside(first, second)
                if other.start:
                    found |= beside(first, other.start, unfinished=True)
            self._pairs[one, other] = found
        return self._pairs[one, other]
