"""Which documents answer a question, and how well: sums of weighted words over sets of bits. Pure.

A word weighs the more the fewer documents hold it. It counts fully in the name, less elsewhere, more
with the marks typed, and more beside its neighbour. Several readings of a question count by the best.
"""

import heapq
import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from services_catalog.asking import PREFIX, TYPED, Reading, Slot
from services_catalog.index import LAST, Index, sector_code
from services_catalog.postings import Tally

SCALE = 1000  # the score of a document that holds all, side by side, with its marks
SECTOR, ELSEWHERE, MARKS, BESIDE = 5, 3, 2, 6
UNKNOWN = 5  # the weight of a word that nothing holds
HEAVIEST = 12
ENOUGH = 65  # percent of the weight that a document has to hold
RECEIVED = 4  # percent of the score for what is received here


_CODE = re.compile(r"[0-9A-Z.\-]*[0-9][0-9A-Z.\-]*", re.ASCII)
WHOLE_SECTOR = 950  # of all that is in the sector that was named
WHOLE_CODE, CODE_START, CODE_PART, CODE_LIKE = 1300, 1200, 1100, 300
TELLING = 4  # so many characters of a code are no accident


def ranked(index: Index, readings: Sequence[Reading], typed: str) -> tuple[int, Iterator[tuple[int, int]]]:
    """The documents that answer; and the scores, highest first, each with its documents.

    A document comes once, by its best reading, or by its code.
    """
    coded = list(_coded(index, typed.replace(" ", "").upper()))
    found, streams = 0, [iter(coded)]
    if sector := index.narrowed({"sector": sector_code(typed)}):
        streams.append(iter([(WHOLE_SECTOR, sector)]))
    for _, held in [*coded, (WHOLE_SECTOR, sector)]:
        found |= held
    for reading in readings:
        held, levels = _scored(index, reading)
        if held:
            found |= held
            streams.append(levels)
    return found, _merged(streams)


def _coded(index: Index, fragment: str) -> Iterator[tuple[int, int]]:
    """By code, whole or in part."""
    if not _CODE.fullmatch(fragment):
        return
    starting = index.codes.starting(fragment)
    whole = starting & -starting if starting else 0
    if whole and index.code[whole.bit_length() - 1].upper() == fragment:
        yield WHOLE_CODE, whole
    holding = index.codes.holding(fragment) if len(fragment) >= TELLING - 1 else 0
    if len(fragment) >= TELLING:
        yield CODE_START, starting
        yield CODE_PART, holding
    else:
        yield CODE_LIKE, starting | holding


def _merged(streams: Sequence[Iterator[tuple[int, int]]]) -> Iterator[tuple[int, int]]:
    seen = 0
    for score, group in groupby(heapq.merge(*streams, key=lambda one: -one[0]), key=lambda one: one[0]):
        held = 0
        for _, documents in group:
            held |= documents
        if fresh := held ^ (held & seen):
            yield score, fresh
        seen |= held


def _scored(index: Index, reading: Reading) -> tuple[int, Iterator[tuple[int, int]]]:
    covered, score = Tally(), Tally()
    weights, total, best = [], 0, 0
    for slot in reading.slots:
        weight = _slot(index, slot, covered, score)
        weights.append(weight)
        total += 0 if slot.idle else weight
        best += weight * (TYPED + (MARKS if slot.key else 0))
    for (one, weight), (other, following) in pairwise(zip(reading.slots, weights, strict=True)):
        lighter = BESIDE * min(weight, following)
        best += lighter
        score.add(_beside(index, one, other), lighter)
    if not total:
        return 0, iter(())
    found = covered.at_least(math.ceil(total * ENOUGH / 100), index.everything)
    score.add(found & index.received, best * RECEIVED // 100)
    share = SCALE * reading.share // 100
    return found, ((number * share // best, held) for number, held in score.levels(found))


def _slot(index: Index, slot: Slot, covered: Tally, score: Tally) -> int:
    """Count one word; returns its weight."""
    vocabulary, parts, held = index.vocabulary, [], 0
    for form, counts in slot.forms:
        for documents, worth in (
            (vocabulary.names.of(form), counts),
            (
                vocabulary.names.between(slot.start, slot.start + LAST) if slot.start else 0,
                min(counts, PREFIX),
            ),
        ):
            if fresh := documents ^ (documents & held):
                parts.append((fresh, worth))
                held |= fresh
    for place, most in ((vocabulary.sectors, SECTOR), (vocabulary.elsewhere, ELSEWHERE)):
        for form, counts in slot.forms:
            documents = place.of(form)
            if slot.start:
                documents |= place.between(slot.start, slot.start + LAST)
            if fresh := documents ^ (documents & held):
                parts.append((fresh, min(counts, most)))
                held |= fresh
    weight = _weight(index.size, held.bit_count())
    if slot.idle:
        weight = 1
    else:
        covered.add(held, weight)
    for documents, worth in parts:
        score.add(documents, weight * worth)
    if slot.key:
        score.add(vocabulary.marked.of(slot.key), weight * MARKS)
    return weight


def _weight(size: int, holding: int) -> int:
    if not holding:
        return UNKNOWN
    return max(1, min(HEAVIEST, round(1.6 * math.log((size + 1) / (holding + 1)))))


def _beside(index: Index, one: Slot, other: Slot) -> int:
    found = 0
    for first in one.folded[:3]:
        for second in other.folded[:3]:
            found |= index.vocabulary.beside(first, second)
        if other.start:
            found |= index.vocabulary.beside(first, other.start, unfinished=True)
    return found
