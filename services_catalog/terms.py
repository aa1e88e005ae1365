"""What a revision asks and promises in one case, by one way of filing: time, papers, fees. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services_catalog import forms
from services_catalog.content import Case, FeeItem, Requirement, RevisionContent, TimeLimit
from services_catalog.words import due_now

Answers = Mapping[str, Any]


def case_of(content: RevisionContent, answers: Answers) -> Case | None:
    """The case (trường hợp) the answers describe: the first whose conditions hold; None when none differs."""
    told = (case for case in content.cases if case.show_when)
    return next((case for case in told if forms.holds(case.show_when, answers)), None)


def time_limit(content: RevisionContent, answers: Answers, channel: str) -> TimeLimit:
    """The time limit of the case; else that of the way of filing; else the procedure's own."""
    case = case_of(content, answers)
    if case is not None and case.time_limit is not None:
        return case.time_limit
    return limit_by(content, channel)


def limit_by(content: RevisionContent, channel: str) -> TimeLimit:
    """The time limit when one files by this channel and no case has its own."""
    own = next((way.time_limit for way in content.ways if way.channel == channel), None)
    return own or content.time_limit


def applies(requirement: Requirement, content: RevisionContent, answers: Answers) -> bool:
    """Whether the paper belongs to the applicant's case and its own conditions hold.

    A paper bound to cases of which none is settled by questions may be anyone's: it is shown to all.
    """
    if requirement.show_when and not forms.holds(requirement.show_when, answers):
        return False
    return _in_case(requirement.cases, content, answers)


def _in_case(cases: Sequence[str], content: RevisionContent, answers: Answers) -> bool:
    if not cases or not any(case.show_when for case in content.cases if case.key in cases):
        return True
    case = case_of(content, answers)
    return case is not None and case.key in cases


def needed(requirement: Requirement, content: RevisionContent, answers: Answers) -> bool:
    """Whether the applicant must hand in this paper online, given the answers."""
    if not requirement.asked or not requirement.electronic_ok:
        return False
    if requirement.needed == "always":
        return applies(requirement, content, answers)
    settled = bool(requirement.show_when)
    return settled and applies(requirement, content, answers)


def fees_by(content: RevisionContent, channel: str, on: date) -> list[FeeItem]:
    """The fee items in force on a day for those who file by this channel, whatever their case."""
    return [fee for fee in due_now(content.fees, on) if not fee.channels or channel in fee.channels]


def amounts(
    content: RevisionContent, answers: Answers, *, channel: str, on: date
) -> list[tuple[FeeItem, int]]:
    """The fee items owed on a day, and their amounts in đồng; what comes to nothing is left out.

    Fees have days of force: provinces set and cut them by resolution.
    """
    owed = []
    for item in fees_by(content, channel, on):
        quantity = 1
        if item.quantity_field is not None:
            given = answers.get(item.quantity_field)
            quantity = given if isinstance(given, int) and not isinstance(given, bool) else 0
        each = item.amount_vnd
        if channel == "online" and item.online_amount_vnd is not None:
            each = item.online_amount_vnd
        if quantity > 0 and each > 0 and _in_case(item.cases, content, answers):
            owed.append((item, quantity * each))
    return owed
