"""Invented people and answers that a form takes, for generated dossiers. Pure but for the draw."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from services_catalog import forms
from services_catalog.content import Field, Section

FAMILIES: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Huỳnh", "Phan")
MIDDLES: Final = ("Thị", "Văn", "Minh", "Thu", "Quốc", "Đình", "Ngọc", "Hữu")
GIVEN: Final = ("Ánh", "Bình", "Cúc", "Đức", "Hà", "Khánh", "Lan", "Nam", "Oanh", "Phúc", "Quỳnh", "Yến")
_WORDS: Final = ("xã", "phường", "thôn", "tổ", "đường", "số", "nhà", "khu", "ấp", "bản")
_REPEATED: Final = 2  # rows of a repeated block at most


def person_name(draw: random.Random) -> str:
    """A Vietnamese full name."""
    return f"{draw.choice(FAMILIES)} {draw.choice(MIDDLES)} {draw.choice(GIVEN)}"


def personal_id(draw: random.Random) -> str:
    """Twelve digits in the shape of a personal number."""
    return f"001{draw.choice('01')}{draw.randrange(60, 99)}{draw.randrange(10**6):06d}"


def phone(draw: random.Random) -> str:
    """A mobile number."""
    return f"09{draw.randrange(10**8):08d}"


def answers(sections: Sequence[Section], draw: random.Random, today: date) -> dict[str, Any]:
    """Answers to every question that is shown and must be answered, and to some of the others."""
    given: dict[str, Any] = {}
    for section in sections:
        if forms.holds(section.show_when, given):
            _fill(section.fields, given, draw, today)
    return given


def _fill(fields: Sequence[Field], given: dict[str, Any], draw: random.Random, today: date) -> None:
    for field in fields:
        if field.kind in ("note", "file") or not forms.holds(field.show_when, given):
            continue
        if forms.needed(field, given) or draw.random() < 0.3:
            given[field.key] = answer(field, draw, today)


def answer(field: Field, draw: random.Random, today: date) -> Any:
    """One answer of the field's kind, within its bounds."""
    past = today - timedelta(days=draw.randrange(1, 15_000 if field.not_future else 60))
    match field.kind:
        case "number" | "money":
            low = field.min if field.min is not None else 1
            high = field.max if field.max is not None else low + 20
            return draw.randint(low, min(high, low + 20))
        case "date":
            return past.isoformat()
        case "date_or_year":
            return str(past.year) if draw.random() < 0.3 else past.isoformat()
        case "datetime":
            return datetime.combine(past, datetime.min.time()).replace(hour=8).isoformat(timespec="minutes")
        case "choice":
            return draw.choice(field.options).value
        case "choices":
            return [draw.choice(field.options).value]
        case "yesno":
            return draw.random() < 0.5
        case "commit":
            return True
        case "personal_id":
            return personal_id(draw)
        case "tax_code":
            return "0100109106"
        case "phone":
            return phone(draw)
        case "email":
            return f"nguoi.dan.{draw.randrange(10**6)}@example.vn"
        case "address":
            detail = _words(draw, 3, 60)
            return {"province": "Thành phố Hà Nội", "commune": "Phường Ba Đình", "detail": detail}
        case "repeat":
            rows = []
            for _ in range(max(field.min_items, draw.randrange(1, _REPEATED + 1))):
                row: dict[str, Any] = {}
                _fill(field.fields, row, draw, today)
                rows.append(row)
            return rows
    if "name" in field.key:
        return person_name(draw)
    return _words(draw, 2 if field.kind == "text" else 12, field.max_length or 100)


def _words(draw: random.Random, count: int, longest: int) -> str:
    return f"{' '.join(draw.choice(_WORDS) for _ in range(count))} {draw.randrange(1, 200)}"[:longest].strip()
