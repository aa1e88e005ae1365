"""A document of law as foreign records name it; day and articles only where they are certain. Pure."""

import re
from datetime import date

from services_catalog.content import LegalBasis

_NUMBER = re.compile(r"\b\d{1,5}(?:\.\w{1,3})?\s?/\s?(?:\d{4}/)?[A-ZĐ][A-Za-zĐ0-9\-]{1,30}\b")
_DAY = re.compile(r"ngày\s+(\d{1,2})\s*(?:/|-|\s+tháng\s+)\s*(\d{1,2})\s*(?:/|-|\s+năm\s+)\s*(\d{4})\b")
_KINDS = r"(?:Bộ luật|Luật|Pháp lệnh|Nghị quyết|Nghị định|Quyết định|Thông tư(?: liên tịch)?)"
_ARTICLES = re.compile(
    rf"^((?:(?:điểm|khoản)\s[^;]{{1,60}}?\s)?Điều\s+\d+[\w\s,]{{0,80}}?)\s+(?:của\s+)?({_KINDS}\b.*)",
    re.IGNORECASE | re.DOTALL,
)


def legal_basis(number: str, name: str, day: date | None = None) -> LegalBasis:
    """The document; without a number of its own, the one its name holds, else its name."""
    bare = number.strip().rstrip(".,; ")
    articles = _ARTICLES.match(name)
    in_name = _NUMBER.search(name)
    told = bare or (in_name[0] if in_name else name[:200]) or "Không ghi số"
    return LegalBasis(
        number=told[:200],
        name=name or told,
        articles=articles[1].strip()[:500] if articles else None,
        issued_on=day or _issued_on(told, name),
    )


def _issued_on(number: str, name: str) -> date | None:
    """The day beside the document's own number, or in its name before any other document's.

    Certain only when the year is that of the number ("31/2024/QH15": 2024).
    """
    day = _DAY.search(name)
    if day is None:
        return None
    before = [found.replace(" ", "") for found in _NUMBER.findall(name[: day.start()])]
    year = re.search(r"/(\d{4})/", number.replace(" ", ""))
    if any(one not in number.replace(" ", "") for one in before) or year is None or year[1] != day[3]:
        return None
    try:
        return date(int(day[3]), int(day[2]), int(day[1]))
    except ValueError:
        return None
