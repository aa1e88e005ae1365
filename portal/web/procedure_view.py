"""What a procedure's page shows, put into rows: papers, ways of filing, offices, levels, revisions."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from portal.core.clock import local
from portal.core.render import capital, date_vi
from services_catalog import by_case
from services_catalog.content import Case, FeeItem, Requirement, RevisionContent, TimeLimit
from services_catalog.levels import LEVEL_NAMES, ConditionResult, Level
from services_catalog.public_queries import LevelChangeRow, RevisionRow
from services_catalog.queries import OfferingRow, ProcedurePage
from services_catalog.rulesets import REASONS
from services_catalog.words import due_now, fee_text, money, time_text

RETURNS: Final = {"online": "Qua mạng", "counter": "Tại quầy", "post": "Qua bưu điện"}
PER: Final = {"dossier": "", "copy": "/bản", "page": "/trang", "case": "/trường hợp"}
FEW: Final = 8  # offices, cases, papers: more of them are folded or chosen from a list


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """The page's address with a choice changed; an empty one is left open."""

    code: str
    case: str = ""
    agency: str = ""

    def href(self, **changes: str) -> str:
        wanted = {"case": self.case, "agency": self.agency, **changes}
        named = {"truong-hop": wanted["case"], "co-quan": wanted["agency"]}
        query = urlencode({name: value for name, value in named.items() if value})
        return f"/thu-tuc/{self.code}" + (f"?{query}" if query else "")


class PaperLine(msgspec.Struct, frozen=True):
    """A paper with how many of it, and the cases it belongs to when none is chosen."""

    paper: Requirement
    counts: str
    cases: list[str]


def papers(content: RevisionContent, case: Case | None) -> tuple[list[PaperLine], list[PaperLine]]:
    """What one prepares, and what one is spared."""
    names = {one.key: one.name for one in content.cases}
    lines = [
        PaperLine(one, counts(one), [] if case else [names[key] for key in one.cases if key in names])
        for one in by_case.papers(content, case)
    ]
    return [one for one in lines if one.paper.asked], [one for one in lines if not one.paper.asked]


def counts(paper: Requirement) -> str:
    """How many of a paper: "1 bản chính, 2 bản sao"; "" when the record does not say."""
    given = (
        (paper.originals, "bản chính"),
        (paper.certified, "bản sao có chứng thực"),
        (paper.copies, "bản sao"),
    )
    return ", ".join(f"{many}\u00a0{what}" for many, what in given if many)


class WayLine(msgspec.Struct, frozen=True):
    """A way of filing: time, fee, how the result comes, and words about it."""

    channel: str
    time: str
    fee: str
    returned: str
    notes: list[str]


def ways(content: RevisionContent, case: Case | None, on: date) -> list[WayLine]:
    """A row per way of filing."""
    back = [RETURNS[way] for way in content.return_ways]
    returned = ", ".join([back[0], *(word[0].lower() + word[1:] for word in back[1:])]) if back else ""
    notes = {way.channel: way.note for way in content.ways if way.note}
    lines = []
    for channel in ("online", "counter", "post"):
        if channel not in content.channels:
            continue
        late = ", kể từ khi hồ sơ đến nơi" if channel == "post" else ""
        own = notes.get(channel)
        lines.append(
            WayLine(
                channel,
                times(content, case, channel) + late,
                price(content, case, channel, on),
                returned,
                [own] if own else [],
            )
        )
    return lines


def times(content: RevisionContent, case: Case | None, channel: str) -> str:
    """The time limit in a few words; of several, all when they are few: "3 hoặc 8 ngày làm việc"."""
    limits = by_case.limits(content, case, channel)
    found = list(dict.fromkeys(limit_text(one) for one in limits))
    if len(found) == 1:
        return found[0]
    units = {one.unit for one in limits}
    if len(found) > 3:
        return "Tùy trường hợp"
    if len(units) == 1 and units <= {"working_day", "working_hour", "day", "month"}:
        ordered = sorted(limits, key=lambda one: (one.amount, one.extra_hours))
        found = list(dict.fromkeys(limit_text(one) for one in ordered))
        numbers = [one.partition(" ")[0] for one in found[:-1]]
        return f"{' hoặc '.join([*numbers, found[-1]])}, tùy trường hợp"
    return " hoặc ".join([found[0], *(one[0].lower() + one[1:] for one in found[1:])]) + ", tùy trường hợp"


def limit_text(limit: TimeLimit) -> str:
    """A time limit; one that cannot be counted is told in the source's words when they are short."""
    if limit.unit != "stated" or not limit.note:
        return time_text(limit)
    words = " ".join(limit.note.split())
    return words if len(words) <= 120 else "Tùy trường hợp, xem ghi chú"


def price(content: RevisionContent, case: Case | None, channel: str, on: date) -> str:
    """What one pays in any case; of several cases, the amounts when they are few."""
    chosen = [case] if case or not content.cases else list(content.cases)
    found = list(dict.fromkeys(fee_text(by_case.fees(content, one, channel, on), on) for one in chosen))
    if len(found) == 1:
        return found[0]
    if len(found) > 3:
        return "Tùy trường hợp"
    return " hoặc ".join([found[0], *(one[0].lower() + one[1:] for one in found[1:])])


def remarks(content: RevisionContent, case: Case | None) -> list[tuple[str, str]]:
    """What a source says among the papers and is none: heading and text, of the case if one is chosen."""
    return [
        (one.about or "", one.text)
        for one in content.remarks
        if case is None or not one.cases or case.key in one.cases
    ]


class FeeLine(msgspec.Struct, frozen=True):
    """A fee item as one reads it: name, amount, where it is owed, words."""

    name: str
    amount: str
    online: str
    where: str
    note: str
    optional: bool


def fee_lines(content: RevisionContent, case: Case | None, on: date) -> list[FeeLine]:
    """Every fee item in force, with what it is owed for."""
    names = {one.key: one.name for one in content.cases}
    lines = []
    for fee in due_now(content.fees, on):
        if case is not None and fee.cases and case.key not in fee.cases:
            continue
        where = [RETURNS[one].lower() for one in fee.channels]
        where += [] if case else [names[key] for key in fee.cases if key in names]
        lines.append(
            FeeLine(fee.name, amount(fee), online(fee), "; ".join(where), fee.note or "", fee.optional)
        )
    return lines


def amount(fee: FeeItem) -> str:
    """What an item costs: "8.000 đồng/bản"; "Không thu" when nothing is owed.

    Where the source puts no number on it, the words beside it say what it is.
    """
    if fee.stated:
        return "theo mức thu được quy định"
    if fee.amount_vnd == 0 and not fee.online_amount_vnd:
        return "Không thu"
    return money(fee.amount_vnd) + PER[fee.per]


def online(fee: FeeItem) -> str:
    """What an item costs online when that is another amount."""
    if fee.stated or fee.online_amount_vnd is None or fee.online_amount_vnd == fee.amount_vnd:
        return ""
    return money(fee.online_amount_vnd) + PER[fee.per] if fee.online_amount_vnd else "không thu"


class OfficeGroup(msgspec.Struct, frozen=True):
    """Offices that offer the procedure at one level, for one reason."""

    level: Level
    reason: str
    basis: str
    offices: list[OfferingRow]


def offices(offerings: Sequence[OfferingRow]) -> list[OfficeGroup]:
    """The offices by level and reason, the highest level first."""
    groups: dict[tuple[Level, str, str], list[OfferingRow]] = {}
    for one in offerings:
        reason = REASONS[one.reason_code] if one.reason_code else ""
        groups.setdefault((one.declared, reason, one.reason_basis or ""), []).append(one)
    order = list(Level)
    ranked = sorted(groups.items(), key=lambda pair: order.index(pair[0][0]))
    return [OfficeGroup(*key, rows) for key, rows in ranked]


def verdict_of(found: ProcedurePage, chosen: OfferingRow | None) -> OfferingRow | None:
    """The office whose eight conditions the page explains: the chosen one, or any when all are alike."""
    if chosen is not None:
        return chosen if chosen.verdict else None
    told = [one for one in found.offerings if one.verdict]
    alike = {(one.declared, one.reason_code, one.reason_basis, repr(one.verdict)) for one in found.offerings}
    return told[0] if told and len(alike) == 1 else None


def conditions(office: OfferingRow | None) -> list[ConditionResult]:
    """The eight conditions at the office, those that fail first."""
    if office is None or office.verdict is None:
        return []
    return sorted(office.verdict.conditions, key=lambda one: one.holds)


class LevelLine(msgspec.Struct, frozen=True):
    """Changes of level of one day that say the same of several agencies."""

    on: date
    words: str
    reason: str
    ruleset: str
    agencies: list[str]


def level_lines(rows: Iterable[LevelChangeRow]) -> list[LevelLine]:
    """The history of levels, newest first, agencies with the same change together."""
    groups: dict[tuple[date, str, str, str], list[str]] = {}
    for row in rows:
        reason = f"{REASONS[row.reason_code]}. Căn cứ: {row.reason_basis}" if row.reason_code else ""
        key = (local(row.at).date(), _step(row.before, row.after), reason, row.ruleset)
        groups.setdefault(key, []).append(row.agency_name)
    return [LevelLine(*key, names) for key, names in groups.items()]


def _step(before: Level | None, after: Level | None) -> str:
    if before is None and after is not None:
        return f"Bắt đầu cung cấp: {LEVEL_NAMES[after].lower()}"
    if before is not None and after is None:
        return f"Ngừng cung cấp (trước đó {LEVEL_NAMES[before].lower()})"
    names = [LEVEL_NAMES[one].lower() if one else "" for one in (before, after)]
    return f"Từ {names[0]} thành {names[1]}"


class RevisionLine(msgspec.Struct, frozen=True):
    """A revision with its days of force in words; `before` is the revision it replaced."""

    number: int
    days: str
    state: str  # now, next, past, never
    before: int | None


def revision_lines(rows: Sequence[RevisionRow], current: int | None) -> list[RevisionLine]:
    """The revisions, newest first."""
    lines = []
    for place, row in enumerate(rows):
        before = rows[place + 1].number if place + 1 < len(rows) else None
        lines.append(RevisionLine(row.number, *_days(row, current), before))
    return lines


def _days(row: RevisionRow, current: int | None) -> tuple[str, str]:
    """The days of a revision in words, and whether it holds, waits, is past, or never held."""
    if row.number == current and row.began_at:
        return f"Áp dụng từ {date_vi(row.began_at)} đến nay", "now"
    if row.began_at is None and (current is None or row.number > current):
        return f"Áp dụng từ {date_vi(row.effective_on)}", "next"
    if row.began_at is None or row.until is None:
        return "Chưa áp dụng ngày nào, vì đã có bản thay", "never"
    begin, end = date_vi(row.began_at), date_vi(row.until)
    return f"Áp dụng trong ngày {begin}" if begin == end else f"Áp dụng từ {begin} đến hết {end}", "past"


def glance(
    found: ProcedurePage,
    content: RevisionContent,
    case: Case | None,
    level: Level | None,
    on: date,
    *,
    explained: bool,
) -> list[dict[str, Any]]:
    """The four answers of the first look: papers, time, money, online or not."""
    yours, ours = papers(content, case)
    always = sum(1 for one in yours if one.paper.needed == "always")
    some = len(yours) - always
    need = [f"{always} loại luôn cần" if always else "", f"{some} loại tùy trường hợp" if some else ""]
    need = need if some else [f"{always} loại" if always else ""]
    channel = next(iter(content.channels))
    spared = len(ours) + bool(content.form)
    return [
        {
            "name": "Giấy tờ",
            "value": capital(", ".join(filter(None, need)) or "không cần giấy tờ nào"),
            "note": f"{spared} loại không phải nộp" if spared else "",
            "href": "#giay-to",
        },
        {"name": "Thời hạn", "value": times(content, case, channel), "note": "", "href": "#noi-nop"},
        {"name": "Lệ phí", "value": price(content, case, channel, on), "note": "", "href": "#noi-nop"},
        {
            "name": "Làm trên mạng",
            "value": online_words(found, level),
            "note": "",
            "href": "#muc-do" if explained else "",
        },
    ]


def online_words(found: ProcedurePage, level: Level | None) -> str:
    """How much is done online, and if not all, where that is explained."""
    if len({one.declared for one in found.offerings}) > 1 and level is None:
        return "Tùy nơi nộp"
    match level or found.level:
        case Level.FULL:
            return "Trọn gói, không phải đến quầy"
        case Level.PARTIAL:
            return "Một phần, còn việc phải đến quầy"
        case _:
            return "Chưa, nộp tại quầy"
