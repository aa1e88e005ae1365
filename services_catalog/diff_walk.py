"""Walking two contents side by side by a table of rules: values, lists of values, lists of parts. Pure.

Lists are compared by what their items are (key, number, channel), so that an item that moved is not
one that went and one that came. Nothing escapes: an attribute without a rule of its own counts as law.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal

import msgspec

from services_catalog.content import RevisionContent
from services_catalog.diff_words import Words, plain


class Effect(StrEnum):
    """How much a change weighs, lightest first.

    LEGAL changes one of the parts that make up a procedure to the burden of whoever applies, or what
    they rest on. NOTICE lightens it, or must be told. HARMLESS is words, order and hints.

    Source: Decree 63/2010/NĐ-CP, art. 8(2) (the parts a procedure must have).
    """

    HARMLESS = "harmless"
    NOTICE = "notice"
    LEGAL = "legal"

    @property
    def weight(self) -> int:
        return list(Effect).index(self)


Kind = Literal["added", "removed", "changed", "moved"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `place` is the path in the content, `tab` the editor's page that shows it."""

    tab: str
    place: str
    label: str
    kind: Kind
    before: str | None = None
    after: str | None = None
    effect: Effect


class Both(msgspec.Struct, frozen=True):
    """Two values of one attribute with the parts that hold them and the contents around them."""

    old: Any
    new: Any
    was: Any
    now: Any
    before: RevisionContent
    after: RevisionContent


Judge = Callable[[Both], Effect]
Weigh = Callable[[Any, RevisionContent, RevisionContent], Effect]  # a part, and both contents


class Value(msgspec.Struct, frozen=True):
    """An attribute compared as one value."""

    label: str
    judge: Judge
    words: Words = plain


class Group(msgspec.Struct, frozen=True):
    """A list of plain values: each that came or went is a change, another order is one more."""

    label: str
    added: Effect
    removed: Effect
    words: Words = plain
    order: Effect = Effect.HARMLESS


class Record(msgspec.Struct, frozen=True):
    """Rules by attribute; `named` tells an item apart in words."""

    rules: Mapping[str, "Value | Group | Items | One"]
    named: Callable[[Any], str] = lambda _: ""
    said: Callable[[Any], str] | None = None  # an item whole, when it came or went; its name if None
    apart: frozenset[str] = frozenset()  # compared elsewhere
    only: frozenset[str] | None = None  # None: every attribute

    def whole(self, part: Any) -> str:
        """The part in words, as one reads it when it came or went."""
        return (self.said or self.named)(part)


class Items(msgspec.Struct, frozen=True):
    """A list of parts, matched by `key` (the n-th of a key with the n-th)."""

    label: str
    record: Record
    key: Callable[[Any], str]
    added: Weigh
    removed: Weigh
    order: Effect = Effect.HARMLESS


class One(msgspec.Struct, frozen=True):
    """A part that may be missing."""

    label: str
    record: Record
    added: Weigh
    removed: Weigh


class Walk:
    """One comparison under way: collects changes in the order of the content."""

    def __init__(self, before: RevisionContent, after: RevisionContent) -> None:
        self.before, self.after = before, after
        self.found: list[Change] = []
        self.tab = ""

    def note(self, place: str, label: str, kind: Kind, effect: Effect, **words: str | None) -> None:
        """Write one change down."""
        self.found.append(Change(tab=self.tab, place=place, label=label, kind=kind, effect=effect, **words))

    def record(self, record: Record, was: Any, now: Any, place: str, label: str) -> None:
        """Compare two parts attribute by attribute."""
        for name in was.__struct_fields__:
            old, new = getattr(was, name), getattr(now, name)
            if old == new or name in record.apart or (record.only is not None and name not in record.only):
                continue
            rule = record.rules.get(name) or Value(name, lambda _: Effect.LEGAL)
            inner = f"{place}.{name}" if place else name
            said = f"{label}: {rule.label}" if label else rule.label
            match rule:
                case Value():
                    self.value(rule, Both(old, new, was, now, self.before, self.after), inner, said)
                case Group():
                    self.group(rule, old, new, inner, said)
                case Items():
                    self.items(rule, old, new, inner, said)
                case One():
                    self.one(rule, old, new, inner, said)

    def value(self, rule: Value, both: Both, place: str, label: str) -> None:
        """Two values that differ."""
        said = None if both.old is None else rule.words(both.old, self.before)
        says = None if both.new is None else rule.words(both.new, self.after)
        kind: Kind = "added" if said is None else "removed" if says is None else "changed"
        self.note(place, label, kind, rule.judge(both), before=said, after=says)

    def group(self, rule: Group, old: Sequence[Any], new: Sequence[Any], place: str, label: str) -> None:
        """Two lists of plain values."""
        gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
        for value in gone.elements():
            self.note(place, label, "removed", rule.removed, before=rule.words(value, self.before))
        for value in come.elements():
            self.note(place, label, "added", rule.added, after=rule.words(value, self.after))
        stayed = Counter(old) & Counter(new)
        if _common(old, stayed) != _common(new, stayed):
            orders = [", ".join(rule.words(one, self.after) for one in side) for side in (old, new)]
            self.note(place, label, "moved", rule.order, before=orders[0], after=orders[1])

    def items(self, rule: Items, old: Sequence[Any], new: Sequence[Any], place: str, label: str) -> None:
        """Two lists of parts."""
        was, now = by_key(old, rule.key), by_key(new, rule.key)
        stay = [key for key in now if key in was]
        moved = moved_among([key for key in was if key in now], stay)
        for key, part in now.items():
            inner, said = f"{place}.{path_of(key)}", told(label, rule.record.named(part))
            if key not in was:
                effect = rule.added(part, self.before, self.after)
                self.note(inner, said, "added", effect, after=rule.record.whole(part))
                continue
            self.record(rule.record, was[key], part, inner, told(label, rule.record.named(was[key])))
            if key in moved:
                places = [f"thứ {list(side).index(key) + 1}" for side in (was, now)]
                self.note(inner, said, "moved", rule.order, before=places[0], after=places[1])
        for key, part in was.items():
            if key not in now:
                inner, said = f"{place}.{path_of(key)}", told(label, rule.record.named(part))
                effect = rule.removed(part, self.before, self.after)
                self.note(inner, said, "removed", effect, before=rule.record.whole(part))

    def one(self, rule: One, old: Any, new: Any, place: str, label: str) -> None:
        """A part that came, went or changed."""
        if old is None:
            self.note(
                place, label, "added", rule.added(new, self.before, self.after), after=rule.record.whole(new)
            )
        elif new is None:
            self.note(
                place,
                label,
                "removed",
                rule.removed(old, self.before, self.after),
                before=rule.record.whole(old),
            )
        else:
            self.record(rule.record, old, new, place, label)


def _common(values: Sequence[Any], stayed: Counter[Any]) -> list[Any]:
    """The values on both sides, in the order of this one."""
    left, found = Counter(stayed), []
    for value in values:
        if left[value] > 0:
            left[value] -= 1
            found.append(value)
    return found


def told(label: str, name: str) -> str:
    short = name if len(name) <= 90 else name[:89] + "…"
    return f"{label} “{short}”" if name else label


def path_of(key: tuple[str, int]) -> str:
    return key[0] if key[1] == 0 else f"{key[0]}#{key[1] + 1}"


def by_key(parts: Sequence[Any], key: Callable[[Any], str]) -> dict[tuple[str, int], Any]:
    seen: Counter[str] = Counter()
    found = {}
    for part in parts:
        name = key(part)
        found[name, seen[name]] = part
        seen[name] += 1
    return found


def moved_among(old: Sequence[Any], new: Sequence[Any]) -> set[Any]:
    """The fewest items that changed their place among those on both sides."""
    at = {key: place for place, key in enumerate(old)}
    longest: list[Any] = []
    ending: list[list[Any]] = []  # ending[n]: the longest rising run that ends at new[n]
    for key in new:
        run: list[Any] = []
        for earlier in ending:
            if at[earlier[-1]] < at[key] and len(earlier) > len(run):
                run = earlier
        ending.append([*run, key])
        longest = max(longest, ending[-1], key=len)
    return set(new) - set(longest)
