"""A foreign record, read and put right, as the content of a revision. Pure.

What has no field of its own goes as words where a citizen finds it; nothing is left out.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from portal.core.text import fold
from services_catalog import evidence
from services_catalog.content import (
    Channel,
    LegalBasis,
    LifeEvent,
    NamedResult,
    Remark,
    Result,
    RevisionContent,
    SequenceStep,
    TimeLimit,
    Way,
)
from services_catalog.imports import fees, times
from services_catalog.imports.bases import legal_basis
from services_catalog.imports.cases import ORDER, cases_of, limit_of_all, limits_of, noted
from services_catalog.imports.papers import HeadedGroup, Papers, headed
from services_catalog.imports.pieces import Imported, Record
from services_catalog.imports.rows import Refused
from services_catalog.imports.shapes import in_words

_NOTHING = re.compile(
    r"\W*(?:khong(?: co)?(?: yeu cau)?(?:,? dieu kien)?(?: quy dinh)?|chua quy dinh|khong quy dinh|n/?a)?\W*"
)
_PEOPLE = ("cong dan", "nguoi", "can bo", "ca nhan", "ho gia dinh")
_EVENTS: Final[tuple[tuple[str, LifeEvent], ...]] = (
    ("khai sinh", "birth"),
    ("ket hon", "marriage"),
    ("khai tu", "death"),
    ("tam tru", "move"),
    ("thuong tru", "move"),
    ("ho khau", "move"),
    ("cu tru", "move"),
    ("xay dung", "build"),
    ("nha o", "build"),
    ("doanh nghiep", "business"),
    ("ho chieu", "travel"),
    ("xuat nhap canh", "travel"),
    ("chung thuc", "copies"),
    ("trich luc", "copies"),
)


def build(record: Record) -> Imported:
    """The record as the draft of a revision.

    Raises:
        Refused: a part is longer, or there is more of it, than a revision holds.
    """
    channels = [one for one in ORDER if any(method.channel == one for method in record.methods)]
    groups = headed(record.groups)
    cases, of_heading, of_place = cases_of(record, groups)
    papers = Papers()
    if record.papers:
        papers.add(HeadedGroup("common", "", record.papers), [])
    for group in groups:
        papers.add(group, [of_heading[group.name]] if group.kind == "case" else [])
    for known, key in zip(record.cases, of_place, strict=True):
        if known.papers:
            papers.add(HeadedGroup("case", known.name, known.papers), [key])
    limit = limit_of_all(record.methods)
    events, topics = _topics(record.topics)
    remarks = [*papers.remarks, *(Remark(text=text, about=about or None) for about, text in record.remarks)]
    result = record.results[0] if record.results else None
    made: dict[str, Any] = {
        "name": record.name,
        "summary": record.summary or _summary(record),
        "audience": _audience(record.applicants),
        "life_events": events,
        "sector": (record.sectors or ["Chưa phân loại"])[0],
        "agency_level": record.agency_level,
        "time_limit": limit,
        "cases": cases,
        "requirements": papers.requirements,
        "fees": fees.fee_items(record.methods, record.charges, channels or ["counter"]),
        "online_payment": False,
        "channels": channels or ["counter"],
        "return_ways": record.return_ways or ["counter"],
        "ways": _ways(record, channels or ["counter"], limit),
        "result": Result(
            name=result.name,
            code=result.code or None,
            electronic="online" in record.return_ways,
            generated=False,
        )
        if result
        else None,
        "other_results": [NamedResult(name=one.name, code=one.code or None) for one in record.results[1:]],
        "forms_downloadable": any(one.template for one in papers.requirements),
        "signature_required": False,
        "signing_ways": [],
        "presence_required": False,
        "field_verification": False,
        "result_returned_without_presence": bool({"online", "post"} & set(record.return_ways)),
        "legal_basis": _bases(record),
        "sequence": [_step(name, text) for name, text in record.steps],
        "conditions": [] if _NOTHING.fullmatch(fold(record.conditions)) else [record.conditions],
        "departments": _departments(record),
        "applicants": list(dict.fromkeys(record.applicants)),
        "remarks": remarks,
        "steps": [],
        "related": list(dict.fromkeys(record.related)),
        "keywords": _keywords(record, topics),
        "source": record.source,
    }
    content = _checked(made)
    return Imported(
        code=record.code,
        content=_by_law(content),
        publisher=record.publisher,
        sectors=record.sectors,
        agencies=[*record.settled_by, *record.decided_by],
        typed_full=record.typed_full,
        returns_told=bool(record.return_ways),
        notes=record.notes,
    )


def _by_law(content: RevisionContent) -> RevisionContent:
    """The content with what its own words say of presence and of checks on the spot, be it in some cases.

    An editor who knows better takes it back; one who does not is not misled into the full process.
    """
    found = {one.demand for one in evidence.demands(content)}
    return msgspec.structs.replace(
        content,
        presence_required=bool({"presence", "collected"} & found),
        field_verification="field" in found,
        result_returned_without_presence=content.result_returned_without_presence
        and "collected" not in found,
    )


def _checked(made: dict[str, Any]) -> RevisionContent:
    """The content, with every bound of its shape kept.

    Raises:
        Refused: one is not; the reason names the part.
    """
    try:
        return msgspec.convert(msgspec.to_builtins(made), RevisionContent)
    except msgspec.ValidationError as wrong:
        raise Refused(in_words(str(wrong))) from wrong


def _ways(record: Record, channels: Sequence[Channel], limit: TimeLimit) -> list[Way]:
    """What differs by way of filing: its time, and the words about it."""
    ways = []
    for channel in channels:
        own = [method for method in record.methods if method.channel == channel]
        limits = limits_of(own)
        words = [noted(own, one) for one in limits] if len(limits) > 1 else [*{m.words: 0 for m in own}]
        if channel == "counter" and record.receiving:
            words.append(f"Nơi nhận: {record.receiving}")
        note = "\n".join(one for one in dict.fromkeys(words) if one)
        differs = limits[0] if limits and not times.same(limits[0], limit) else None
        if note or differs:
            ways.append(Way(channel=channel, time_limit=differs, note=note or None))
    return ways


def _summary(record: Record) -> str:
    by = f", do {record.publisher} công bố" if record.publisher else ""
    sector = record.sectors[0] if record.sectors else ""
    return (f"Thủ tục thuộc lĩnh vực {sector}{by}." if sector else f"{record.name}{by}.")[:4000]


def _audience(applicants: Sequence[str]) -> list[str]:
    """Persons, organisations or both; both when the source does not say."""
    people = [fold(one).startswith(_PEOPLE) for one in applicants]
    found = ["citizen"] if any(people) else []
    if not all(people):
        found.append("organisation")
    return found or ["citizen", "organisation"]


def _topics(topics: Sequence[str]) -> tuple[list[LifeEvent], list[str]]:
    """The life events the source's groups of services stand for, and the groups that stand for none."""
    events: dict[LifeEvent, None] = {}
    others = []
    for topic in topics:
        hits = [event for words, event in _EVENTS if words in fold(topic)]
        events |= dict.fromkeys(hits)
        if not hits:
            others.append(topic)
    return list(events), others


def _keywords(record: Record, topics: Sequence[str]) -> list[str]:
    named = fold(record.name)
    told = [*record.keywords, *topics, *record.sectors[1:]]
    return list(dict.fromkeys(one for one in told if one and fold(one) != named))


def _step(name: str, text: str) -> SequenceStep:
    bare = name.rstrip(" :")
    return SequenceStep(name=bare or None, text=text) if text else SequenceStep(text=name)


def _departments(record: Record) -> list[str]:
    """Who settles it; others with their part before their name."""
    found = [one.name for one in record.settled_by]
    decided = [one.name for one in record.decided_by if one.name not in found]
    found += [f"Có thẩm quyền quyết định: {name}" for name in decided]
    found += [f"{part}: {one.name}" for part, one in record.helped_by]
    return list(dict.fromkeys(one[:500] for one in found if one))


def _bases(record: Record) -> list[LegalBasis]:
    """The documents of law, each once."""
    made = [legal_basis(one.code, one.name, one.day) for one in record.bases]
    return [one for place, one in enumerate(made) if one not in made[:place]]
