"""What stands against publishing a content, as the side panel of the editor says it, with ways to mend it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from portal.web.admin_frame import address
from services_catalog import judging, levels, rulesets
from services_catalog.content import Offer, RevisionContent
from services_catalog.diff_rules import CONTENT, TABS
from services_catalog.levels import LEVEL_NAMES, ConditionResult

_PLACE = re.compile(r"([a-z_]+)(?:\.([A-Za-z0-9_.\-]+))?: (.+)", re.DOTALL)
_TAB_OF = {name: tab for tab, names in TABS for name in names}


class Line(msgspec.Struct, frozen=True):
    """One thing to mend; `href` leads to it."""

    text: str
    href: str = ""


class Condition(msgspec.Struct, frozen=True):
    """One of the eight conditions."""

    number: str
    title: str
    holds: bool
    reason: str
    href: str
    link: str


class VerdictView(msgspec.Struct, frozen=True, kw_only=True):
    """The side panel. `marks`: what to say beside a control, by its place with hyphens."""

    title: str
    sentence: str
    may_publish: bool
    ruleset: str
    day: date
    conditions: list[Condition]
    problems: list[Line]
    obstacles: list[Line]
    hint: str
    offers_href: str
    unread: str
    marks: dict[str, str]


def view(
    code: str,
    content: RevisionContent,
    offers: Sequence[Offer],
    day: date,
    *,
    problems: Sequence[str],
    agencies: Mapping[UUID, str],
    drafted: bool,
    mistakes: int = 0,
) -> VerdictView:
    """The panel for a content and what agencies declare of it.

    Args:
        code: the procedure.
        content: as it stands or is typed.
        offers: as they stand or are typed.
        day: the planned day, which decides the rule set.
        problems: what contradicts itself (checking.problems).
        agencies: names by id.
        drafted: whether this is a draft, to be published, or what is in force.
        mistakes: how many places could not be read, so that the saved words stand there.
    """
    ruleset = rulesets.in_force(day)
    verdict = levels.derive(judging.facts_of(content, day, channel=judging.channel_open()), ruleset)
    judged = judging.judge(content, offers, day)
    blocked: dict[str, list[UUID]] = {}
    for one in judged:
        if one.obstacle:
            blocked.setdefault(one.obstacle, []).append(one.agency_id)
    may = bool(offers) and not problems and not blocked and not mistakes
    obstacles = [
        Line(f"{_some(ids, agencies)}: {told}", address(code, "co-quan")) for told, ids in blocked.items()
    ]
    if not offers:
        obstacles.append(Line("Chưa có cơ quan nào thực hiện.", address(code, "co-quan")))
    shown = sorted(verdict.conditions, key=lambda condition: condition.holds)
    return VerdictView(
        title=_title(verdict, may=may, drafted=drafted),
        sentence=f"Đạt {verdict.holding} trên {len(verdict.conditions)} điều kiện. "
        f"Với nội dung này, mức độ là {LEVEL_NAMES[verdict.level]}.",
        may_publish=may,
        ruleset=ruleset.code,
        day=day,
        conditions=[_condition(code, content, one) for one in shown],
        problems=[problem_line(code, content, one) for one in problems],
        obstacles=obstacles if drafted else [],
        hint=next((one.hint for one in judged if one.hint), "") if drafted else "",
        offers_href=address(code, "co-quan"),
        unread=f"Còn {mistakes} chỗ chưa đọc được: kết luận này tính theo bản đã lưu ở các chỗ đó."
        if mistakes
        else "",
        marks=marks(content),
    )


def _title(verdict: levels.Verdict, *, may: bool, drafted: bool) -> str:
    if drafted and not may:
        return "Chưa công bố được"
    if verdict.level is levels.Level.FULL:
        return "Công bố toàn trình được" if drafted else "Đạt toàn trình"
    return f"Công bố {LEVEL_NAMES[verdict.level].lower()} được" if drafted else "Chưa đạt toàn trình"


def _some(ids: Sequence[UUID], agencies: Mapping[UUID, str]) -> str:
    """The first agency, and how many more."""
    first = agencies.get(ids[0], "Cơ quan không còn")
    return first if len(ids) == 1 else f"{first} và {len(ids) - 1} nơi khác"


def _condition(code: str, content: RevisionContent, one: ConditionResult) -> Condition:
    tab, anchor, link = _where(content, one.code) if not one.holds else ("", "", "")
    href = f"{address(code, tab)}#{anchor}" if link and anchor else address(code, tab) if link else ""
    return Condition(one.code[1:], one.title, one.holds, one.reason, href, link)


def _where(content: RevisionContent, code: str) -> tuple[str, str, str]:
    """Where a failing condition is decided: tab, control, words of the link."""
    papers = list(enumerate(content.requirements))
    paper_only = next((n for n, one in papers if one.needed != "not_needed" and not one.electronic_ok), None)
    shown = next((n for n, one in papers if one.needed != "not_needed" and one.original_shown), None)
    match code:
        case "C1" if not content.legal_basis:
            return "", "legal_basis", "Thêm căn cứ"
        case "C1" if not content.steps:
            return "quy-trinh", "steps", "Thêm bước"
        case "C1":
            return "giay-to", "requirements", "Thêm giấy tờ"
        case "C2":
            return "giay-to", "forms_downloadable", "Sửa"
        case "C3" if not content.form:
            return "to-khai", "", "Soạn tờ khai"
        case "C3":
            return "co-quan", "signing_ways", "Sửa"
        case "C4" if "online" not in content.channels or paper_only is None:
            return "phi-thoi-han", "channels", "Sửa"
        case "C4":
            return "giay-to", f"requirements.{paper_only}", "Sửa"
        case "C5":
            return "phi-thoi-han", "online_payment", "Sửa"
        case "C6" if shown is not None and not content.presence_required and not content.field_verification:
            return "giay-to", f"requirements.{shown}", "Sửa"
        case "C6":
            anchor = "presence_required" if content.presence_required else "field_verification"
            return "co-quan", anchor, "Sửa"
        case "C7":
            return "", "result.electronic", "Sửa"
        case _ if not content.result_returned_without_presence:
            return "co-quan", "result_returned_without_presence", "Sửa"
        case _:
            return "phi-thoi-han", "return_ways", "Sửa"


def marks(content: RevisionContent) -> dict[str, str]:
    """What to say beside each paper: which conditions it breaks, "" where none."""
    said = {}
    for number, paper in enumerate(content.requirements):
        asked = paper.needed != "not_needed"
        broken = [
            condition
            for condition, so in (
                ("4", asked and not paper.electronic_ok),
                ("6", asked and paper.original_shown),
            )
            if so
        ]
        said[f"requirements-{number}"] = f"Làm hỏng điều kiện {' và '.join(broken)}" if broken else ""
    return said


def problem_line(code: str, content: RevisionContent, problem: str) -> Line:
    """A contradiction in words, with the way to its place ("fees.copies: …" → the fees)."""
    match = _PLACE.fullmatch(problem)
    if match is None:
        return Line(problem, address(code, "to-khai") if problem.startswith("Tờ khai,") else "")
    part, rest, told = match.groups()
    if part not in CONTENT.rules:
        return Line(problem)
    items, label, anchor = getattr(content, part), CONTENT.rules[part].label, part
    if rest and isinstance(items, list):
        keys = [getattr(item, "key", None) or getattr(item, "channel", "") for item in items]
        if rest in keys:
            number = keys.index(rest)
            label += f" “{getattr(items[number], 'name', rest)}”"
            anchor = f"{part}.{number}"
    return Line(f"{label}: {told}", f"{address(code, _TAB_OF[part])}#{anchor}")
