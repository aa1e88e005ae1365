"""How much a change weighs, attribute by attribute: whether it burdens whoever applies. Pure."""

from collections.abc import Callable
from typing import Any

from services_catalog.content import FeeItem, Requirement, RevisionContent, TimeLimit, Way
from services_catalog.diff_walk import Both, Effect, Judge, Weigh
from services_catalog.levels import Level

HARMLESS, NOTICE, LEGAL = Effect.HARMLESS, Effect.NOTICE, Effect.LEGAL


def always(effect: Effect) -> Judge:
    return lambda _: effect


def part(effect: Effect) -> Weigh:
    return lambda *_: effect


def _when(worse: Callable[[Any, Any], bool], if_so: Effect, otherwise: Effect) -> Judge:
    return lambda both: if_so if worse(both.old, both.new) else otherwise


harmless, notice, legal = always(HARMLESS), always(NOTICE), always(LEGAL)
more_is_law = _when(lambda old, new: new > old, LEGAL, NOTICE)
yes_is_law = _when(lambda _, new: bool(new), LEGAL, NOTICE)
no_is_law = _when(lambda _, new: not new, LEGAL, NOTICE)
less_is_told = _when(lambda old, new: new < old, NOTICE, HARMLESS)


def days_given(both: Both) -> Effect:
    """Of working days an applicant has, none = no end: fewer burden."""
    if both.new is None or (both.old is not None and both.new > both.old):
        return NOTICE
    return LEGAL


def own_reception(both: Both) -> Effect:
    """Of a limit for the check at reception, none = the general one: told only when surely shorter."""
    return NOTICE if both.old is not None and both.new is not None and both.new < both.old else LEGAL


def intake(both: Both) -> Effect:
    """Of how far away it may be handed in: a narrower circle burdens."""
    circles = ("unit", "province", "nation")
    return NOTICE if circles.index(both.new) > circles.index(both.old) else LEGAL


def clock_mode(both: Both) -> Effect:
    """Of what a supplement does to the limit: to begin it anew burdens."""
    return LEGAL if both.new == "restart" else NOTICE


def where_owed(both: Both) -> Effect:
    """Cases or channels a paper or fee belongs to, none = all: fewer lighten, any other change weighs."""
    old, new = set(both.old), set(both.new)
    fewer = bool(new) and (not old or new < old)
    return HARMLESS if old == new else NOTICE if fewer else LEGAL


def _days(limit: TimeLimit) -> tuple[float, float] | None:
    """The fewest and the most calendar days a limit can take; None where it has no number."""
    n = limit.amount + limit.extra_hours / 8
    match limit.unit:
        case "same_day":
            return 0, 11
        case "working_hour":
            return n / 24, n / 8 * 7 / 5 + 12
        case "working_day":
            return n, n * 7 / 5 + 12  # weekends, and the longest holidays
        case "day":
            return n, n + 12
        case "month":
            return 28 * n, 31 * n + 12
        case _:
            return None


def _limits(old: TimeLimit, new: TimeLimit) -> Effect:
    """Of two time limits: none, a shorter or a longer one; in other units shorter only when surely so."""
    if old.basis != new.basis:
        return LEGAL
    cut, cuts = old.result_cutoff or "15:00", new.result_cutoff or "15:00"
    if old.unit == new.unit and old.unit != "stated":
        was, now = (old.amount, old.extra_hours), (new.amount, new.extra_hours)
        if was != now and old.unit != "same_day":
            return NOTICE if now < was else LEGAL
        if cut != cuts:
            return NOTICE if cuts > cut else LEGAL
        return HARMLESS
    spans = _days(old), _days(new)
    if old.unit == new.unit or None in spans:
        return LEGAL if old.unit != new.unit else HARMLESS
    return NOTICE if spans[1][1] <= spans[0][0] else LEGAL  # type: ignore[index]


def own_limit(both: Both) -> Effect:
    """A limit of a case or channel; without one the procedure's holds."""
    return _limits(both.old or both.before.time_limit, both.new or both.after.time_limit)


def new_way(way: Way, before: RevisionContent, after: RevisionContent) -> Effect:
    return _limits(before.time_limit, way.time_limit or after.time_limit)


def old_way(way: Way, before: RevisionContent, after: RevisionContent) -> Effect:
    return _limits(way.time_limit or before.time_limit, after.time_limit)


def fee_amount(both: Both) -> Effect:
    """Of what one pays at the counter."""
    return LEGAL if both.new > both.old else NOTICE


def online_amount(both: Both) -> Effect:
    """Of what one pays online; without an amount of its own, the common one."""
    was, now = (
        fee.amount_vnd if fee.online_amount_vnd is None else fee.online_amount_vnd
        for fee in (both.was, both.now)
    )
    return LEGAL if now > was else NOTICE if now < was else HARMLESS


def new_fee(fee: FeeItem, *_: RevisionContent) -> Effect:
    return LEGAL if fee.stated or max(fee.amount_vnd, fee.online_amount_vnd or 0) else NOTICE


def need(both: Both) -> Effect:
    """Of whether a paper is asked for: never, in some cases, always."""
    order = ("not_needed", "conditional", "always")
    return LEGAL if order.index(both.new) > order.index(both.old) else NOTICE


def new_paper(paper: Requirement, *_: RevisionContent) -> Effect:
    return LEGAL if paper.asked else HARMLESS


def old_paper(paper: Requirement, *_: RevisionContent) -> Effect:
    return NOTICE if paper.asked else HARMLESS


def new_question(field: Any, *_: RevisionContent) -> Effect:
    """A question added: required ones are law, optional ones are told, words and papers are neither."""
    if field.kind in ("note", "file"):
        return HARMLESS
    return LEGAL if field.required or field.required_when else NOTICE


def old_question(field: Any, *_: RevisionContent) -> Effect:
    return HARMLESS if field.kind in ("note", "file") else NOTICE


def promise(both: Both) -> Effect:
    """The words of a commitment bind; other words do not."""
    return LEGAL if "commit" in (both.was.kind, both.now.kind) else HARMLESS


def at_least(both: Both) -> Effect:
    """The smallest answer allowed; None: none."""
    return HARMLESS if both.new is None or (both.old is not None and both.new < both.old) else LEGAL


def at_most(both: Both) -> Effect:
    """The largest answer allowed; None: none."""
    return HARMLESS if both.new is None or (both.old is not None and both.new > both.old) else LEGAL


def length(both: Both) -> Effect:
    """The longest answer allowed; None: the kind's own."""
    return HARMLESS if both.old is not None and both.new is not None and both.new > both.old else NOTICE


def pattern(both: Both) -> Effect:
    return HARMLESS if both.new is None else LEGAL


def level_declared(both: Both) -> Effect:
    order = (Level.INFO, Level.PARTIAL, Level.FULL)
    return LEGAL if order.index(both.new) < order.index(both.old) else NOTICE


def named(attribute: str) -> Callable[[Any], str]:
    return lambda it: str(getattr(it, attribute))
