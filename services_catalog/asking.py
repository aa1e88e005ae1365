"""What somebody who typed this may mean: slips mended, everyday words put into the law's. Pure."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from typing import Final

import msgspec
from msgspec import Struct

from services_catalog.index import Vocabulary
from services_catalog.spelling import Word, respelled, slips, telex, vni, words
from services_catalog.thesaurus import Phrase, Thesaurus, Way

MAX_WORDS: Final = 24
MAX_READINGS: Final = 8
SAID, OTHER_MARKS = 97, 80  # how sure, in percent, an everyday phrase is; with other marks than typed
TYPED, PREFIX, SOUND, SLIP, COMPANY = 8, 6, 6, 5, 4  # what a word counts, of 8, by how surely it is meant


class Slot(Struct, frozen=True):
    """One word of a question: the forms it may have, surest first, with what each counts."""

    forms: tuple[tuple[str, int], ...]
    key: str = ""  # with its marks, when they were typed
    start: str = ""  # how it begins, when it may be unfinished
    idle: bool = False  # says nothing about the matter

    @property
    def folded(self) -> list[str]:
        """The forms alone."""
        return [form for form, _ in self.forms]


class Reading(Struct, frozen=True):
    """One way to understand a question; `share` is how sure it is, in percent.

    `put`: the official words that stand for what was said.
    """

    slots: tuple[Slot, ...]
    share: int = 100
    put: tuple[str, ...] = ()


def readings(typed: str, vocabulary: Vocabulary, thesaurus: Thesaurus) -> list[Reading]:
    """The ways to understand it, at most eight; [] when it holds no word."""
    slots = _mended(words(typed)[:MAX_WORDS], vocabulary, thesaurus)
    if not slots:
        return []
    spans = list(_said(slots, thesaurus))
    for start, phrase, _ in spans:
        if not phrase.official:
            end = start + len(phrase.said)
            slots[start:end] = [msgspec.structs.replace(slot, idle=True) for slot in slots[start:end]]
    places = [span for span in spans if span[1].official]
    if not places:
        slots = _in_company(slots, vocabulary)
    ways: list[list[Way | None]] = [[*phrase.official, None] for _, phrase, _ in places]
    found = [_put(slots, places, chosen) for chosen in islice(product(*ways), MAX_READINGS - 1)]
    plain = Reading(tuple(slots))
    return [*(one for one in found if one != plain), plain]


def _mended(typed: Sequence[Word], vocabulary: Vocabulary, thesaurus: Thesaurus) -> list[Slot]:
    """The words typed; those that nobody knows are read again as slips."""

    def known(word: str) -> bool:
        return word in vocabulary.known or word in thesaurus.known

    marked = any(one.key != one.folded for one in typed)
    slots: list[Slot] = []
    place = 0
    while place < len(typed):
        one, last = typed[place], place == len(typed) - 1
        following = typed[place + 1].folded if not last else ""
        key = one.key if marked else ""
        known_here = known(one.folded) or (last and vocabulary.begins(one.plain))
        if following and known(one.folded + following) and not (known_here and known(following)):
            slots.append(Slot(((one.folded + following, TYPED),)))  # torn in two
            place += 1
        elif known_here:
            slots.append(Slot(((one.folded, TYPED),), key, start=one.plain if last else ""))
        else:
            slots += _read_again(one.folded, vocabulary, known, last=last)
        place += 1
    return slots


def _read_again(
    folded: str, vocabulary: Vocabulary, known: Callable[[str], bool], *, last: bool
) -> list[Slot]:
    for read in (telex(folded), vni(folded)):
        if read and known(read):
            return [Slot(((read, TYPED),))]
    if not folded.isalpha():
        return [Slot(((folded, TYPED),), start=folded if last else "")]
    if parts := _parts(folded, vocabulary, known, last=last):
        apart = [Slot(((part, TYPED),)) for part in parts]
        return [*apart[:-1], msgspec.structs.replace(apart[-1], start=parts[-1])] if last else apart
    forms: dict[str, int] = {}
    for near, counts in ((respelled(folded), SOUND), (slips(folded), SLIP)):
        found = {form for form in near if form not in forms and known(form)}
        common = sorted(found, key=lambda form: (-vocabulary.names.count(form), form))
        forms.update((form, counts) for form in common[:4])
    return [Slot(tuple(forms.items()) or ((folded, TYPED),))]


def _in_company(slots: Sequence[Slot], vocabulary: Vocabulary) -> list[Slot]:
    """Words that stand beside neither neighbour in any name may be another one that does: "thương chú"."""
    found: list[Slot] = []
    for place, slot in enumerate(slots):
        before = slots[place - 1].folded[0] if place else ""
        after = slots[place + 1].folded[0] if place + 1 < len(slots) else ""
        typed = slot.folded[0]
        if slot.idle or not typed.isalpha() or len(typed) < 3 or not (before or after):
            found.append(slot)
            continue
        beside = vocabulary.beside(before, slot.start or typed, unfinished=bool(slot.start))
        if beside or vocabulary.beside(before, typed) or vocabulary.beside(typed, after):
            found.append(slot)
            continue
        known = vocabulary.known
        near = [
            form
            for form in dict.fromkeys([*respelled(typed), *slips(typed)])
            if form in known and (vocabulary.beside(before, form) or vocabulary.beside(form, after))
        ]
        near.sort(
            key=lambda form: -(vocabulary.beside(before, form) | vocabulary.beside(form, after)).bit_count()
        )
        more = tuple((form, COMPANY) for form in near[:3])
        found.append(msgspec.structs.replace(slot, forms=(*slot.forms, *more)))
    return found


def _parts(folded: str, vocabulary: Vocabulary, known: Callable[[str], bool], *, last: bool) -> list[str]:
    """The fewest known words that were written together; [] if it is none."""
    if not 4 <= len(folded) <= 40:
        return []
    best: dict[int, list[str]] = {0: []}
    for end in range(2, len(folded) + 1):
        for start in range(max(0, end - 7), end - 1):
            part = folded[start:end]
            if start not in best or not (
                known(part) or (last and end == len(folded) and start and vocabulary.begins(part))
            ):
                continue
            before = best[start]
            if before and not vocabulary.beside(before[-1], part, unfinished=last and end == len(folded)):
                continue
            if end not in best or len(before) + 1 < len(best[end]):
                best[end] = [*before, part]
    return best.get(len(folded), [])


def _said(slots: Sequence[Slot], thesaurus: Thesaurus) -> Iterator[tuple[int, Phrase, int]]:
    """The everyday phrases in it, from left to right, the longest where several begin; how sure each is."""
    place = 0
    while place < len(slots):
        for phrase in thesaurus.starting(slots[place].folded):
            if share := _says(slots[place : place + len(phrase.said)], phrase):
                yield place, phrase, share
                place += len(phrase.said)
                break
        else:
            place += 1


def _says(slots: Sequence[Slot], phrase: Phrase) -> int:
    if len(slots) < len(phrase.said):
        return 0
    share = SAID
    for place, (slot, said) in enumerate(zip(slots, phrase.said, strict=True)):
        unfinished = slot.start and place > 0 and said.folded.startswith(slot.start)
        if said.folded not in slot.folded and not unfinished:
            return 0
        if slot.key and slot.key != said.key and not unfinished:
            share = OTHER_MARKS
    return share


def _put(
    slots: Sequence[Slot],
    places: Sequence[tuple[int, Phrase, int]],
    chosen: Sequence[Way | None],
) -> Reading:
    """The question with the official words chosen in the place of what was said (None: left as said)."""
    put: list[Slot] = []
    said: list[str] = []
    share, at = 100, 0
    for (start, phrase, sure), official in zip(places, chosen, strict=True):
        if official is None:
            continue
        put += slots[at:start]
        put += [Slot(((one.folded, TYPED),), one.key) for one in official.words]
        if len(official.words) > 1 < len(phrase.said):  # single verbs need no telling
            said.append(official.text)
        at, share = start + len(phrase.said), min(share, sure)
    return Reading((*put, *slots[at:]), share, tuple(said))
