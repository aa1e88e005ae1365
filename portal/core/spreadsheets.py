"""Tables for spreadsheets: XLSX, and CSV (RFC 4180) with a mark so that the Vietnamese is read. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

import xlsxwriter

from portal.core.clock import local

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


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST = 32_767  # characters a cell of a workbook holds


def xlsx(columns: Sequence[tuple[str, float]], rows: Iterable[Sequence[object]], *, sheet: str) -> bytes:
    """The table as a workbook of one sheet: (head, width in characters) of each column, then the rows.

    Text is written as text and never as a formula or a link; instants stand in Vietnamese time, numbers and
    days are numbers and days. The head stays in sight, is printed on every leaf, and filters.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "default_date_format": "dd/mm/yyyy"})
    page = book.add_worksheet(sheet[:31])
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    plain = book.add_format({"valign": "top"})
    at = book.add_format({"num_format": "hh:mm dd/mm/yyyy", "align": "left", "valign": "top"})
    day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"})
    for place, (name, width) in enumerate(columns):
        page.set_column(place, place, width)
        page.write_string(0, place, name, head)
    last = 0
    for last, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            match value:
                case None | "":
                    page.write_blank(last, place, None, plain)
                case datetime():
                    page.write_datetime(last, place, local(value).replace(tzinfo=None), at)
                case date():
                    page.write_datetime(last, place, value, day)
                case int() | float():
                    page.write_number(last, place, value, plain)
                case _:
                    page.write_string(last, place, str(value)[:_LONGEST], text)
    page.autofilter(0, 0, max(last, 1), len(columns) - 1)
    book.close()
    return out.getvalue()
