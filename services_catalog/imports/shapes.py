"""What a value of the wrong shape is refused with: msgspec's message in Vietnamese, the place first. Pure."""

import re
from collections.abc import Callable
from typing import Final

_KINDS: Final = {
    "str": "chữ",
    "int": "số nguyên",
    "float": "số",
    "bool": "đúng/sai",
    "array": "danh sách",
    "object": "nhóm giá trị",
    "null": "trống",
    "date": "ngày dạng 2026-01-31",
}
_PLACE = re.compile(r"(?P<told>.*?)(?: - at `\$\.?(?P<place>.*)`)?", re.DOTALL)


def _kinds(told: str) -> str:
    return " hoặc ".join(_KINDS.get(one.strip(), one.strip()) for one in told.split("|"))


def _bound(kind: str, sign: str, bound: str) -> str:
    unit = {"str": " ký tự", "array": " mục", "object": " mục"}.get(kind, "")
    return f"{'nhiều' if sign in ('<=', '<') else 'ít'} hơn mức {bound}{unit}"


_TOLD: Final[tuple[tuple[re.Pattern[str], Callable[..., str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Object missing required field `(.*)`", lambda name: f"thiếu {name}"),
        (r"Object contains unknown field `(.*)`", lambda name: f"trường lạ {name}"),
        (r"Invalid enum value (.*)", lambda value: f"giá trị {value} không có trong các giá trị đã biết"),
        (r"Invalid value (.*)", lambda value: f"giá trị {value} không có trong các giá trị đã biết"),
        (r"Expected `(\w+)` (?:of (?:length|size) )?(<=|>=|<|>) (\d+)", _bound),
        (r"Expected `([^`]*)`, got `([^`]*)`", lambda want, got: f"cần {_kinds(want)}, đây là {_kinds(got)}"),
        (r"Expected `(\w+)` matching regex .*", lambda _: "không đúng dạng cho phép"),
        (r"Invalid RFC3339 encoded date", lambda: f"cần {_KINDS['date']}"),
    )
)


def in_words(message: str) -> str:
    """The message in Vietnamese, the place first; one nobody foresaw stays as it is, and says so."""
    found = _PLACE.fullmatch(message)
    told, place = (found["told"], found["place"] or "") if found else (message, "")
    place = place.strip("`")
    for pattern, words in _TOLD:
        if hit := pattern.fullmatch(told):
            return f"{place}: {words(*hit.groups())}." if place else f"{words(*hit.groups()).capitalize()}."
    return f"Không đúng khuôn dạng: {message}"
