"""Texts that leave as CSV or as a file's name: a spreadsheet runs nothing, a header is not broken."""

import csv
import io
import re
from urllib.parse import unquote

import pytest

from portal.core import spreadsheets
from portal.core.spreadsheets import csv_text
from portal.core.storage import attachment_disposition
from tests.hostile.tables.payloads import FORMULAS, MARKUP, NAMES

RUNS = re.compile(r"\s*[=+\-@＝＋－＠]")


def running(text: str) -> list[str]:
    """The cells that a spreadsheet would run, with whatever separator it takes the file to have."""
    found = []
    for separator in (",", ";", "\t", "|"):
        rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=separator)
        quoted = [cell for row in rows for cell in row]
        found += [cell for cell in quoted if RUNS.match(cell)]
        found += [
            cell
            for line in text.splitlines()
            for cell in line.split(separator)
            if RUNS.match(cell.strip('"'))
        ]
    return found


@pytest.mark.parametrize("payload", FORMULAS)
def test_no_cell_runs_in_a_spreadsheet(payload: str) -> None:
    text = csv_text([["tên", "số"], [payload, 1], [f"Xã {payload}", None]])

    assert running(text) == []


def test_numbers_stay_numbers() -> None:
    assert (
        csv_text([[-1, 0.5, None, "Xã Tân Hòa", "toàn trình"]]) == "\ufeff-1,0.5,,Xã Tân Hòa,toàn trình\r\n"
    )


def test_fault_formulas_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: cells are written as they come."""
    monkeypatch.setattr(spreadsheets, "_cell", lambda value: value)

    assert all(running(csv_text([[payload]])) for payload in ("=1+1", "a;=1+1", "@A1"))


@pytest.mark.parametrize(
    "name", [*NAMES, *MARKUP, *FORMULAS, "a\r\nSet-Cookie: x=y", "a\x00b", "\u202efdp.exe"]
)
def test_a_files_name_breaks_no_header(name: str) -> None:
    header = attachment_disposition(name)

    found = re.fullmatch(
        r"attachment; filename=\"([^\"\\%]*)\"; filename\*=UTF-8''([A-Za-z0-9%._~-]*)", header
    )
    assert found is not None, header
    assert header.isascii()
    assert header.isprintable()
    assert unquote(found[2]) == name
