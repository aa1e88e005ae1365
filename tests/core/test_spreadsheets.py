"""A workbook as a spreadsheet reads it: text stays text, instants are Vietnamese, numbers are numbers."""

import io
import re
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from portal.core.spreadsheets import xlsx
from tests.hostile.tables.payloads import FORMULAS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read(book: bytes) -> dict[str, tuple[str, str]]:
    """Kind and value of every cell that holds something, by its address."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    cells = {}
    for cell in sheet.iter(f"{MAIN}c"):
        assert cell.find(f"{MAIN}f") is None, "a formula"
        text = "".join(cell.itertext())
        if text:
            cells[cell.attrib["r"]] = (cell.attrib.get("t", "n"), text)
    assert sheet.find(f"{MAIN}hyperlinks") is None
    return cells


def test_kinds_of_cells():
    rows = [["001088000001", 25, date(2026, 11, 30), datetime(2026, 11, 30, 17, 30, tzinfo=UTC), None]]
    book = xlsx([("Số", 12), ("Tuổi", 5), ("Ngày", 12), ("Lúc", 16), ("Trống", 5)], rows, sheet="Sổ")

    cells = read(book)

    assert [cells[f"{column}1"][1] for column in "ABCDE"] == ["Số", "Tuổi", "Ngày", "Lúc", "Trống"]
    assert cells["A2"] == ("inlineStr", "001088000001")
    assert cells["B2"] == ("n", "25")
    assert cells["C2"] == ("n", "46356")
    assert float(cells["D2"][1]) == pytest.approx(46357 + 0.5 / 24)  # 00:30 of the next day here
    assert "E2" not in cells


@pytest.mark.parametrize("payload", [*FORMULAS, "https://example.vn", "mailto:a@example.vn", "ftp://x"])
def test_text_is_neither_formula_nor_link(payload: str):
    cells = read(xlsx([("Tên", 20)], [[payload]], sheet="Bảng"))

    kind, text = cells["A2"]
    assert kind == "inlineStr"
    assert (
        text.strip() == re.sub(r"[\x00-\x08\x0b-\x1f]", lambda bad: f"_x{ord(bad[0]):04X}_", payload).strip()
    )


def test_a_table_without_rows_opens():
    assert read(xlsx([("Tên", 20)], [], sheet="Bảng"))["A1"][1] == "Tên"
