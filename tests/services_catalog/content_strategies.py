"""Hypothesis strategies: any content of the shape `RevisionContent`, made from the shape itself."""

import re
from datetime import date
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from services_catalog.content import Offer, RevisionContent

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĐÊƠƯạảãàáặẵằắệễềếịĩìíộỗồốợỡờớựữừứỵỹỳý0123456789 ,.-/'\"&<>:;()%“”"
PATTERNS = {
    r"^[a-z][a-z0-9_]{0,59}\Z": st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
    r"^[0-9a-f]{64}\Z": st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
}
DEEP = 1  # how many levels of questions within questions


def words(longest: int | None) -> st.SearchStrategy[str]:
    """Text as people write it: normal form, no space at its ends, none doubled."""
    typed = st.text(LETTERS, min_size=1, max_size=min(longest or 20, 20))
    return typed.map(lambda text: " ".join(text.split())).filter(bool)


def of(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a type as msgspec.inspect tells it."""
    match kind:
        case inspect.Metadata():
            return of(kind.type, depth)
        case inspect.StrType():
            if kind.pattern is None:
                return words(kind.max_length)
            ascii_only = kind.pattern.replace(r"\d", "[0-9]").replace(r"\Z", "$").removesuffix("$")
            if kind.pattern in PATTERNS:
                return PATTERNS[kind.pattern]
            return st.from_regex(re.compile(ascii_only), fullmatch=True)
        case inspect.IntType():
            return st.integers(kind.ge if kind.ge is not None else 0, kind.le)
        case inspect.BoolType():
            return st.booleans()
        case inspect.DateType():
            return st.dates(date(1946, 1, 1), date(2099, 12, 31))
        case inspect.NoneType():
            return st.none()
        case inspect.UUIDType():
            return st.uuids()
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.EnumType():
            return st.sampled_from(list(kind.cls))
        case inspect.UnionType():
            return st.one_of([of(one, depth) for one in kind.types])
        case inspect.ListType():
            return _lists(kind, depth)
        case inspect.StructType():
            return _made(kind, depth)
    raise AssertionError(kind)


_KNOWN: dict[tuple[type, int], st.SearchStrategy[Any]] = {}


def _made(kind: inspect.StructType, depth: int) -> st.SearchStrategy[Any]:
    """One strategy for each struct and depth."""
    if (kind.cls, depth) not in _KNOWN:
        _KNOWN[kind.cls, depth] = st.deferred(lambda: struct(kind, depth))
    return _KNOWN[kind.cls, depth]


def _lists(kind: inspect.ListType, depth: int) -> st.SearchStrategy[list[Any]]:
    item, least = kind.item_type, kind.min_length or 0
    while isinstance(item, inspect.Metadata):
        item = item.type
    if isinstance(item, inspect.StructType) and item.cls.__name__ == "Field":
        if depth > DEEP:
            return st.just([])
        depth += 1
    unique: Any = None
    if isinstance(item, inspect.StructType):
        names = item.cls.__struct_fields__
        name = next((one for one in ("key", "channel", "value") if one in names), None)
        unique = (lambda part: getattr(part, name)) if name else None
    elif isinstance(item, inspect.LiteralType | inspect.StrType):
        unique = str
    most = min(kind.max_length or 3, max(least, 3))
    return st.lists(of(item, depth), min_size=least, max_size=most, unique_by=unique)


def struct(kind: inspect.StructType, depth: int = 0, **fixed: Any) -> st.SearchStrategy[Any]:
    """Values of a struct; attributes with a default are often left at it."""
    parts: dict[str, st.SearchStrategy[Any]] = {}
    for field in kind.fields:
        made = of(field.type, depth)
        if field.default is not msgspec.NODEFAULT:
            made = st.just(field.default) | made
        elif field.default_factory is not msgspec.NODEFAULT:
            made = st.builds(field.default_factory) | made
        parts[field.name] = fixed.get(field.name, made)
    return st.builds(kind.cls, **parts)


def _type(shape: Any) -> inspect.StructType:
    found = inspect.type_info(shape)
    assert isinstance(found, inspect.StructType)
    return found


def contents(**fixed: Any) -> st.SearchStrategy[RevisionContent]:
    """Contents of the right shape, sound or not."""
    return struct(_type(RevisionContent), **fixed)


def offers() -> st.SearchStrategy[list[Offer]]:
    """What agencies declare."""
    return st.lists(struct(_type(Offer)), max_size=3, unique_by=lambda offer: offer.agency_id)
