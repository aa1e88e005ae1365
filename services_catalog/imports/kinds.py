"""The kinds of files that may be imported, and how to tell them apart."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from services_catalog.imports import agencies, laythutuc, listing, national, reading, replaced
from services_catalog.imports.rows import GivenRow, Refused

Kind = Literal["national", "laythutuc", "listing", "replaced", "agencies", "own"]

NAMES: Final[dict[Kind, str]] = {
    "national": "Bản ghi của Cổng Dịch vụ công quốc gia (2026)",
    "laythutuc": "Bản ghi LayThuTuc",
    "listing": "Danh mục thủ tục quốc gia (bảng)",
    "replaced": "Giấy tờ được thay bằng dữ liệu (bảng)",
    "agencies": "Cơ quan (JSON hoặc bảng)",
    "own": "Tệp của chính phần mềm này",
}
TABLES: Final[dict[Kind, dict[str, str]]] = {
    "listing": listing.COLUMNS,
    "replaced": replaced.COLUMNS,
    "agencies": agencies.COLUMNS,
}
_LOOKED_AT: Final = 20  # rows


def rows(path: Path, kind: Kind) -> Iterator[GivenRow]:
    """The rows of a file of this kind, in UTF-8.

    Raises:
        Refused: it cannot be read as such.
    """
    if kind in TABLES and not reading.is_json(path):
        return reading.table(path, TABLES[kind])
    if kind in ("listing", "replaced") or not reading.is_json(path):
        wanted = "bảng có dòng tên cột" if kind in TABLES else "JSON"
        raise Refused(f"Tệp này không phải {wanted}, như {NAMES[kind]} cần.")
    return reading.objects(path)


def recognised(path: Path) -> Kind:
    """The kind of a file in UTF-8, by its first rows.

    Raises:
        Refused: it is none we know.
    """
    if reading.is_json(path):
        broken = ""
        for row in islice(reading.objects(path), _LOOKED_AT):
            broken = broken or row.broken or ""
            if isinstance(row.values, dict) and (kind := _of_object(row.values)):
                return kind
        if broken:
            raise Refused(broken)
    else:
        if wrong := reading.no_text(path):
            raise Refused(f"{wrong} Cần tệp JSON, CSV hoặc TSV.")
        fitting: list[tuple[int, Kind]] = []
        for kind, names in TABLES.items():
            fitting.append((_columns(path, kind, names), kind))
        best, kind = max(fitting, key=lambda one: one[0])
        if best:
            return kind
    raise Refused(f"Không nhận ra loại tệp. Chọn một trong: {'; '.join(NAMES.values())}.")


def _of_object(values: dict[str, object]) -> Kind | None:
    if laythutuc.is_record(values):
        return "laythutuc"
    if national.is_record(values):
        return "national"
    if "content" in values and "code" in values:
        return "own"
    if "kind" in values and "valid_from" in values:
        return "agencies"
    return None


def _columns(path: Path, kind: Kind, names: dict[str, str]) -> int:
    """How many columns of a table this kind knows; 0 when one it cannot do without is missing."""
    needed: dict[str, set[str]] = {
        "listing": {"code", "name"},
        "replaced": {"code", "paper", "held_in"},
        "agencies": {"code", "name", "kind"},
    }
    try:
        _, header, _ = reading.heading(path, names)
    except Refused:
        return 0
    known = {one for one in header if one}
    return len(known) if needed[kind] <= known else 0
