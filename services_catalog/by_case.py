"""What a case (trường hợp) asks and promises, chosen by name before anything is answered. Pure.

`terms` says the same of answers. No case chosen stands for all of them together.
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from services_catalog import terms
from services_catalog.content import Case, FeeItem, Requirement, RevisionContent, TimeLimit
from services_catalog.form_parts import Condition


def case_named(content: RevisionContent, key: str) -> Case | None:
    """The case with this key."""
    return next((case for case in content.cases if case.key == key), None)


def limits(content: RevisionContent, case: Case | None, channel: str) -> list[TimeLimit]:
    """The time limits one may meet by this channel, the general one first: one when the case is chosen."""
    general = terms.limit_by(content, channel)
    if case is not None:
        return [case.time_limit or general]
    own = [one.time_limit for one in content.cases if one.time_limit]
    every = bool(content.cases) and len(own) == len(content.cases)
    return _distinct([*([] if every else [general]), *own])


def fees(content: RevisionContent, case: Case | None, channel: str, on: date) -> list[FeeItem]:
    """The fee items of the case by this channel on a day, at what is owed by it."""
    due = [
        fee
        for fee in terms.fees_by(content, channel, on)
        if case is None or not fee.cases or case.key in fee.cases
    ]
    if channel == "online":
        return due
    return [msgspec.structs.replace(fee, online_amount_vnd=None) for fee in due]


def papers(content: RevisionContent, case: Case | None) -> list[Requirement]:
    """The papers that may concern whoever is in the case: neither bound to others nor ruled out by it."""
    if case is None:
        return list(content.requirements)
    return [
        paper
        for paper in content.requirements
        if (not paper.cases or case.key in paper.cases) and not _ruled_out(paper.show_when, case)
    ]


def _ruled_out(conditions: Sequence[Condition], case: Case) -> bool:
    settled = {one.field: set(map(repr, one.any_of)) for one in case.show_when}
    return any(
        one.field in settled and not settled[one.field] & set(map(repr, one.any_of)) for one in conditions
    )


def _distinct(limits: Sequence[TimeLimit]) -> list[TimeLimit]:
    found: list[TimeLimit] = []
    for limit in limits:
        if limit not in found:
            found.append(limit)
    return found
