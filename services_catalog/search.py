"""Finding procedures: what the API and the pages ask of the catalogue in memory, and what they get.

Accents or none, đ or d, telex keys, slips, a code's fragment, everyday words, the beginning of the
last word (docs/decisions/0007-search-in-memory.md).
"""

import re
from collections.abc import Iterator
from itertools import islice

import msgspec
from sqlmodel import Session

from portal.core import clock, text
from portal.core.paging import decode_cursor, encode_cursor
from services_catalog.asking import Reading, readings
from services_catalog.content import FeeItem, TimeLimit
from services_catalog.index import Index
from services_catalog.levels import Level
from services_catalog.live_index import current
from services_catalog.models import Origin
from services_catalog.postings import members
from services_catalog.ranking import ranked
from services_catalog.spelling import word
from services_catalog.thesaurus import thesaurus
from services_catalog.words import fee_text, time_text

MAX_QUERY = 200
MAX_SUGGESTIONS = 8
_WORD = re.compile(r"\w+")
_times = msgspec.json.Decoder(TimeLimit)
_fees = msgspec.json.Decoder(list[FeeItem])


class Filters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a list is narrowed to; None leaves it open."""

    sector: str | None = None  # code of a sector
    agency: str | None = None  # code of an agency that offers it
    level: Level | None = None
    audience: str | None = None  # citizen, organisation
    life_event: str | None = None
    origin: Origin | None = None


class ProcedureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A procedure in a list; `level` is the best any agency (or the agency asked for) offers."""

    code: str
    name: str
    origin: Origin
    sector: str
    publisher: str
    level: Level | None
    time: str | None
    fee: str | None


class FilterCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many procedures each value of a filter would leave, all else staying as asked; 0 is left out."""

    sector: dict[str, int] = {}
    agency: dict[str, int] = {}
    level: dict[str, int] = {}
    audience: dict[str, int] = {}
    life_event: dict[str, int] = {}
    origin: dict[str, int] = {}


class ProcedureList(msgspec.Struct, frozen=True):
    """A page of what was found; `total` and `counts` are of all of it.

    `meant`: official words that were looked for in the place of everyday ones.
    """

    items: list[ProcedureRow]
    next: str | None
    total: int = 0
    counts: FilterCounts = FilterCounts()
    meant: list[str] = []


class FilterNames(msgspec.Struct, frozen=True):
    """The names of what lists are narrowed by, by code; `received`: sectors with something received here."""

    sectors: dict[str, str]
    received: frozenset[str]
    agencies: dict[str, str]  # those that exist today


class Piece(msgspec.Struct, frozen=True):
    """A part of a name; `matched` where it is what was asked for."""

    text: str
    matched: bool


class Suggestion(msgspec.Struct, frozen=True):
    """A procedure while somebody types; the pieces joined are its name."""

    code: str
    name: list[Piece]
    level: Level | None


def words(name: str) -> str:
    """The sort key of a name: its folded words, single-spaced; punctuation separates words."""
    return " ".join(_WORD.findall(text.fold(name)))


def search(
    session: Session,
    query: str = "",
    filters: Filters | None = None,
    after: str | None = None,
    limit: int = 20,
) -> ProcedureList:
    """Procedures that hold what matters of the words, best ones first, or the code's fragment.

    Equal ones, and all without a query: what is received here before entries of the listing, popular
    ones first, then shorter names (without a query: by name).

    Raises:
        BadText: hidden characters, or longer than 200 characters.
        BadCursor: `after` comes from elsewhere.
    """
    typed = text.clean(query, max_length=MAX_QUERY)
    index = current(session)
    asked: dict[str, str] = msgspec.to_builtins(filters or Filters())
    for value in asked.values():
        text.clean(value, max_length=MAX_QUERY)  # a filter that could never be typed is a mistake, not a miss
    among = index.narrowed(asked)
    meant: list[Reading] = []
    if typed:
        meant = readings(typed, index.vocabulary, thesaurus())
        found, levels = ranked(index, meant, typed)
        hits = _hits(index, levels, among, after)
    else:
        found, hits = index.everything, ((0, place) for place in _browsed(index, among, after))
    page = list(islice(hits, limit + 1))
    return ProcedureList(
        [_row(index, place, asked.get("agency")) for _, place in page[:limit]],
        _cursor(index, typed, *page[limit - 1]) if len(page) > limit else None,
        (found & among).bit_count(),
        msgspec.convert(index.counts(found, asked), FilterCounts),
        list(meant[0].put) if meant else [],
    )


def filter_names(session: Session) -> FilterNames:
    """What the lists' filters are called."""
    index, today = current(session), clock.today()
    return FilterNames(
        sectors=dict(index.sectors),
        received=frozenset(index.counts(index.received, {})["sector"]),
        agencies={
            code: name
            for code, (name, begins, ends) in index.agencies.items()
            if begins <= today and (ends is None or today < ends)
        },
    )


def suggestions(session: Session, query: str) -> list[Suggestion]:
    """The best few for what is being typed, with what matched.

    Raises:
        BadText: hidden characters, or longer than 200 characters.
    """
    typed = text.clean(query, max_length=MAX_QUERY)
    if not typed:
        return []
    index = current(session)
    meant = readings(typed, index.vocabulary, thesaurus())
    _, levels = ranked(index, meant, typed)
    places = islice((place for _, held in levels for place in members(held)), MAX_SUGGESTIONS)
    return [
        Suggestion(index.code[place], _pieces(index.name(place), meant), best(index.levels(place)))
        for place in places
    ]


def best(levels: list[str] | tuple[str, ...]) -> Level | None:
    """The highest level among those declared; None when nobody offers it."""
    return next((level for level in Level if level in levels), None)


def _hits(
    index: Index, levels: Iterator[tuple[int, int]], among: int, after: str | None
) -> Iterator[tuple[int, int]]:
    """Score and document, best ones first."""
    last, *order = decode_cursor(after, int, bool, int, int, str) if after else (None,)
    for score, held in levels:
        if last is not None and score >= last:
            if score > last:
                continue
            held &= index.after(tuple(order))
        for place in members(held & among):
            yield score, place


def _browsed(index: Index, among: int, after: str | None) -> Iterator[int]:
    start = index.browsed_after(decode_cursor(after, bool, int, str, str)) if after else 0
    held = among.to_bytes(index.size // 8 + 1, "little")
    return (place for place in index.browsing[start:] if held[place >> 3] >> (place & 7) & 1)


def _cursor(index: Index, typed: str, score: int, place: int) -> str:
    return encode_cursor(score, *index.order(place)) if typed else encode_cursor(*index.browsing_order(place))


def _row(index: Index, place: int, agency: str | None) -> ProcedureRow:
    origin, sectors, publisher = index.shown.told[index.shown.facts[place]]
    time_limit, fees = index.shown.terms[place] if index.received >> place & 1 else ("", "")
    return ProcedureRow(
        code=index.code[place],
        name=index.name(place),
        origin=Origin(origin),
        sector=sectors.replace("|", ", "),
        publisher=publisher,
        level=best(index.levels(place, agency)),
        time=time_text(_times.decode(time_limit)) if time_limit else None,
        fee=fee_text(_fees.decode(fees or "[]"), clock.today()) if time_limit else None,
    )


def _pieces(name: str, meant: list[Reading]) -> list[Piece]:
    """The name in parts: words that were asked for, and what lies between."""
    whole = {form for reading in meant for slot in reading.slots for form in slot.folded}
    begun = tuple({slot.start for reading in meant for slot in reading.slots if slot.start})
    pieces: list[tuple[str, bool]] = []
    at = 0
    for found in _WORD.finditer(name):
        folded = word(found.group().casefold())
        if folded.folded in whole or folded.plain.startswith(begun):
            between, at = name[at : found.start()], found.end()
            joined = bool(pieces) and between.isspace()
            if joined:
                pieces[-1] = (pieces[-1][0] + between + found.group(), True)
            else:
                pieces += [(between, False), (found.group(), True)]
    pieces.append((name[at:], False))
    return [Piece(text, matched) for text, matched in pieces if text]
