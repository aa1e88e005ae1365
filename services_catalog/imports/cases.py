"""Cases and times of foreign records: headings of papers, cases named by code, ways repeated. Pure."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from portal.core.text import fold
from services_catalog.content import Case, Channel, TimeLimit
from services_catalog.imports import times
from services_catalog.imports.papers import HeadedGroup, core_name
from services_catalog.imports.pieces import KnownCase, Method, Record

ORDER: Final[tuple[Channel, ...]] = ("online", "counter", "post")


def cases_of(record: Record, groups: Sequence[HeadedGroup]) -> tuple[list[Case], dict[str, str], list[str]]:
    """The cases: those of the papers' headings, then those named by code.

    Both lists rarely say the same of a case; where the names agree, they are one. Also: the key of each
    heading's case, and of each case named by code.
    """
    cases: list[Case] = []
    of_heading: dict[str, str] = {}
    of_place = [""] * len(record.cases)
    for group in (one for one in groups if one.kind == "case"):
        key = of_heading[group.name] = f"case_{len(cases) + 1}"
        place = _coded(record, group.name)
        known = KnownCase("") if place is None else record.cases[place]
        if place is not None:
            of_place[place] = key
        limit = _limit_of_case(record.methods, group.name) or known.limit
        cases.append(Case(key=key, name=group.name, code=known.code or None, time_limit=limit))
    seen: dict[Any, str] = {}
    for place, known in enumerate(record.cases):
        if of_place[place]:
            continue
        alike = (known.code, known.name, known.limit and times.limit_words(known.limit))
        if alike not in seen:
            seen[alike] = f"case_{len(cases) + 1}"
            name, code = known.name or record.name, known.code or None
            limit = _noted_case(record.methods, known.limit) if known.limit else None
            cases.append(Case(key=seen[alike], name=name, code=code, time_limit=limit))
        of_place[place] = seen[alike]
    return cases, of_heading, of_place


def _coded(record: Record, name: str) -> int | None:
    """The place of the case named by code that a heading speaks of, if its own name tells it apart."""
    own = core_name(record.name)
    for place, known in enumerate(record.cases):
        if core_name(known.name) == core_name(name) != own:
            return place
    return None


def _limit_of_case(methods: Sequence[Method], name: str) -> TimeLimit | None:
    """The time of a case where a record repeats its ways of filing, once for each: by the words beside them.

    Certain where the words name the case whole, or one of them most of it and the others far less. Further
    times for the same case are noted.
    """
    if len(limits_of(methods)) < 2:
        return None
    told = [m for place, m in enumerate(methods) if not any(_same(m, other) for other in methods[:place])]
    core = core_name(name)
    near = [(_nearness(core, method.words), method) for method in told]
    best = max(score for score, _ in near)
    named = [method for score, method in near if score == 1] if len(core) > 15 else []
    if not named and best > 0.6 and sum(score > best - 0.25 for score, _ in near) == 1:
        named = [method for score, method in near if score == best]
    limits = [
        one for one in named if not any(times.same(one.limit, m.limit) for m in named[: named.index(one)])
    ]
    if not limits:
        return None
    note = "\n".join(f"{times.limit_words(one.limit)}: {one.words}" for one in limits)
    first = limits[0].limit
    return first if first.unit == "stated" else msgspec.structs.replace(first, note=note[:20_000])


def _same(one: Method, other: Method) -> bool:
    return times.same(one.limit, other.limit) and fold(one.words) == fold(other.words)


def _nearness(core: str, words: str) -> float:
    """How much of a case's name some words hold: the share of its runs of three words; 1 for all of it."""
    bare, parts = fold(words), core.split()
    if core and core in bare:
        return 1.0
    runs = [" ".join(parts[place : place + 3]) for place in range(len(parts) - 2)]
    return 0.99 * sum(run in bare for run in runs) / len(runs) if runs else 0.0


def _noted_case(methods: Sequence[Method], limit: TimeLimit) -> TimeLimit:
    """The time of a case named by code, with the words beside the only way of filing of the same time."""
    if len(limits_of(methods)) < 2 or limit.unit == "stated":
        return limit
    words = {fold(m.words): m.words for m in methods if m.words and times.same(m.limit, limit)}
    return limit if len(words) != 1 else msgspec.structs.replace(limit, note=next(iter(words.values())))


def limits_of(methods: Sequence[Method]) -> list[TimeLimit]:
    """The different times, in order of first mention."""
    found: list[TimeLimit] = []
    for method in methods:
        if not any(times.same(one, method.limit) for one in found):
            found.append(method.limit)
    return found


def limit_of_all(methods: Sequence[Method]) -> TimeLimit:
    """The procedure's own time: the first one told; others that hold in other cases are noted."""
    found = limits_of(methods)
    if not found:
        return TimeLimit(amount=1, unit="stated", note="Nguồn không nêu thời hạn.")
    by_channel = {one: limits_of([m for m in methods if m.channel == one]) for one in ORDER}
    if all(len(limits) < 2 for limits in by_channel.values()) or found[0].unit == "stated":
        return found[0]
    others = [noted(methods, limit) for limit in found[1:]]
    return msgspec.structs.replace(found[0], note="\n".join(others)[:20_000])


def noted(methods: Sequence[Method], limit: TimeLimit) -> str:
    words = next((m.words for m in methods if times.same(m.limit, limit) and m.words), "")
    told = times.limit_words(limit)
    return f"{told}: {words}" if words and words != told else told
