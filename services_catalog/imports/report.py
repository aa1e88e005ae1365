"""What became of a file, row by row: counts, and a table to download. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from services_catalog.imports.rows import OUTCOMES, ImportRow, Outcome

WORDS: Final[dict[Outcome, str]] = {
    "created": "Thêm mới",
    "updated": "Cập nhật",
    "unchanged": "Không đổi",
    "refused": "Từ chối",
}
HEADER: Final = ("Dòng", "Mã", "Tên", "Kết quả", "Lý do, ghi chú")


def counts(rows: Iterable[ImportRow]) -> dict[str, int]:
    """How many rows came to each outcome, all outcomes named."""
    found = Counter(row.outcome for row in rows)
    return {outcome: found.get(outcome, 0) for outcome in OUTCOMES}


def table(rows: Iterable[ImportRow]) -> Iterator[Sequence[object]]:
    """The rows as a table with its header."""
    yield HEADER
    for row in rows:
        yield (row.line or "", row.code, row.name, WORDS[row.outcome], row.reason or "")


def summary(rows: Sequence[ImportRow], *, dry_run: bool) -> str:
    """All outcomes in one sentence."""
    told = counts(rows)
    parts = ", ".join(f"{told[outcome]} {word.lower()}" for outcome, word in WORDS.items())
    return f"{'Chạy thử' if dry_run else 'Đã nạp'} {len(rows)} dòng: {parts}."
