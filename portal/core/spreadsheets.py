"""Tables for spreadsheets: CSV (RFC 4180) with a byte-order mark, so that they read the Vietnamese. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"
# A formula at the start of the cell, or behind what another spreadsheet takes for the end of one.
_FORMULA = re.compile(r"(^|[;,|])([ \"]*[=+\-@＝＋－＠])")


def _cell(value: object) -> object:
    """A cell on one line; text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(value, str):
        return _FORMULA.sub(r"\1'\2", " ".join(value.split()))
    return "" if value is None else value


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The table line by line, the mark first: for long ones."""
    yield BOM
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow([_cell(value) for value in row])
        yield out.getvalue()


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """The whole table."""
    return "".join(csv_lines(rows))
