"""Expressions that administrators write: matched whole, in linear time, never by Python's `re`. Pure.

The engine knows no back-references and no look-around, and its memory is bounded.
"""

from functools import lru_cache
from typing import Final

import jsonschema_rs

SIZE: Final = 1 << 17  # bytes of a compiled expression: (\p{L}{50}){50} is refused within a millisecond


def whole(pattern: str) -> str:
    """The expression for the whole text."""
    return f"^(?:{pattern})$"


@lru_cache(maxsize=256)
def _engine(pattern: str) -> jsonschema_rs.Draft202012Validator | None:
    try:
        # alone as well: "a)|(b" is sound only between the brackets of `whole`, and then not whole at all
        _compile(pattern)
        return _compile(whole(pattern))
    except (ValueError, jsonschema_rs.ValidationError):
        return None


def _compile(pattern: str) -> jsonschema_rs.Draft202012Validator:
    engine = jsonschema_rs.RegexOptions(size_limit=SIZE, dfa_size_limit=SIZE)
    schema = {"type": "string", "pattern": pattern}
    return jsonschema_rs.Draft202012Validator(schema, offline=True, pattern_options=engine)


def sound(pattern: str) -> bool:
    """Whether the engine can run the expression."""
    return _engine(pattern) is not None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text is of the pattern; an expression that is not sound asks for nothing."""
    engine = _engine(pattern)
    return engine is None or engine.is_valid(text)
