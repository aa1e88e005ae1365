"""A file made rows: its size, its encoding, its kind, its delimiter; each row with the line it stands in.

A file that cannot be read as a whole is refused; a row that cannot be read is a broken row among the others.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from portal.core.text import fold
from services_catalog.imports.rows import GivenRow, Refused

MAX_FILE: Final = 50 * 1024 * 1024
MAX_LINE: Final = 4 * 1024 * 1024
MAX_CELL: Final = 1024 * 1024
_PROBE: Final = 64 * 1024
_LOOKED_AT: Final = 50  # lines, to tell objects on lines of their own from one object over many
_WRAPPERS: Final = ("procedures", "result", "items", "data", "content", "rows")

_NO_TEXT: Final = {
    b"PK\3\4": "tệp Excel, Word hoặc tệp nén",
    b"\xd0\xcf\x11\xe0": "tệp Excel hoặc Word cũ",
    b"%PDF": "tệp PDF",
    b"\x89PNG": "tệp ảnh",
    b"\xff\xd8\xff": "tệp ảnh",
}

Row = dict[str, Any]


def check_size(path: Path) -> None:
    """Refuse what is larger than any file may be, before a byte of it is read.

    Raises:
        Refused: it is too large, or empty.
    """
    size = path.stat().st_size
    if size > MAX_FILE:
        raise Refused(f"Tệp {size / 1024 / 1024:.1f} MB, quá {MAX_FILE // 1024 // 1024} MB.")
    if size == 0:
        raise Refused("Tệp trống.")


def utf8(path: Path, folder: Path) -> Path:
    """The file in UTF-8 without a byte-order mark: itself, or a copy in `folder`.

    Raises:
        Refused: it is no text, or UTF-16 that breaks off or holds halves of characters.
    """
    check_size(path)
    with path.open("rb") as file:
        head = file.read(_PROBE)
    if kind := next((told for start, told in _NO_TEXT.items() if head.startswith(start)), None):
        raise Refused(f"Đây là {kind}, không phải JSON hay bảng CSV, TSV.")
    encoding = _encoding(head)
    if encoding is None:
        return path
    target = folder / "utf8"
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as made:
        done = 0
        while chunk := source.read(1024 * 1024):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as wrong:
                raise Refused(f"Tệp {encoding} hỏng quanh byte {done + wrong.start}.") from wrong
            made.write(text.removeprefix("\ufeff") if done == 0 else text)
            done += len(chunk)
        try:
            made.write(decoder.decode(b"", final=True))
        except UnicodeDecodeError as wrong:
            raise Refused(f"Tệp {encoding} đứt giữa chừng ở byte {done}.") from wrong
    return target


def _encoding(head: bytes) -> str | None:
    """How to decode the file; None for UTF-8 without a mark. Latin text in UTF-16 is half NULs."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) > 3 and max(even, odd) > len(head) / 5:
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


def is_json(path: Path) -> bool:
    """Whether the file begins as JSON does."""
    with path.open("rb") as file:
        return file.read(_PROBE).lstrip()[:1] in (b"{", b"[")


def no_text(path: Path) -> str | None:
    """Why nothing of the file can be read; None when its first line can."""
    first = next(lines(path), None)
    return first[2] if first else "Tệp không có dòng nào."


def lines(path: Path) -> Iterator[tuple[int, str | None, str | None]]:
    """Line by line: its number, and its text or why there is none. Lines without anything are left out."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(MAX_LINE)
                yield number, None, f"Dòng {number} dài quá {MAX_LINE // 1024 // 1024} MB."
                continue
            text, wrong = _text(number, raw)
            if wrong is not None or (text or "").strip():
                yield number, text, wrong


def _text(number: int, raw: bytes) -> tuple[str | None, str | None]:
    if b"\0" in raw:
        return None, f"Dòng {number} có byte NUL."
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError as wrong:
        return None, f"Dòng {number} không phải UTF-8 (byte thứ {wrong.start + 1} của dòng)."


def objects(path: Path) -> Iterator[GivenRow]:
    """The objects of a JSON file: one a line, one alone, a list of them, or a list in a wrapper.

    Raises:
        Refused: the file is one JSON value and broken.
    """
    return _line_by_line(path) if _one_a_line(path) else _whole(path)


def _one_a_line(path: Path) -> bool:
    """Whether each line is an object of its own, though some of them may be broken."""
    for place, (_, text, _wrong) in enumerate(lines(path)):
        bare = (text or "").strip()
        if place == 0 and bare.startswith("["):
            return False
        value = _decoded(bare) if bare.startswith("{") else None
        if isinstance(value, dict) and value:
            return _wrapped(value) is None or place > 0
        if place == _LOOKED_AT or (place == 0 and bare.endswith("}")):
            return place == 0
    return False


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _line_by_line(path: Path) -> Iterator[GivenRow]:
    for number, text, wrong in lines(path):
        if text is None:
            yield GivenRow(number, broken=wrong)
            continue
        yield _row(number, text)


def _row(number: int, text: str) -> GivenRow:
    try:
        value = msgspec.json.decode(text.rstrip())
    except RecursionError:
        return GivenRow(number, broken=f"Dòng {number}: JSON lồng quá sâu.")
    except (msgspec.MsgspecError, UnicodeError) as error:
        return GivenRow(number, broken=f"Dòng {number}: JSON hỏng ({_told(error)}).")
    if not isinstance(value, dict):
        return GivenRow(number, broken=f"Dòng {number}: cần một đối tượng JSON.")
    return GivenRow(number, value)


def _told(error: Exception) -> str:
    """The parser's complaint, its place in characters kept."""
    return str(error).replace("JSON is malformed: ", "").replace("Input data was truncated", "đứt giữa chừng")


def _whole(path: Path) -> Iterator[GivenRow]:
    raw = path.read_bytes()
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise Refused(f"Dòng {line} có byte NUL.")
    try:
        items = msgspec.json.decode(raw, type=list[msgspec.Raw] | dict[str, msgspec.Raw])
    except RecursionError as error:
        raise Refused("JSON lồng quá sâu.") from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Refused(f"JSON hỏng ở dòng {_line_of(raw, error)} ({_told(error)}).") from error
    if isinstance(items, dict):
        try:
            alone = msgspec.json.decode(raw)
        except RecursionError as error:
            raise Refused("JSON lồng quá sâu.") from error
        inner = _wrapped(alone)
        if inner is None:
            yield GivenRow(1, alone)
            return
        for place, value in enumerate(inner, 1):
            yield (
                GivenRow(place, value)
                if isinstance(value, dict)
                else GivenRow(place, broken=f"Mục {place}: cần một đối tượng JSON.")
            )
        return
    line, at = 1, 0
    for item in items:
        text = bytes(item)
        found = raw.find(text, at)
        line += raw.count(b"\n", at, found)
        yield _row(line, text.decode("utf-8", "replace"))
        at = found + len(text)
        line += text.count(b"\n")


def _wrapped(value: Row) -> list[Any] | None:
    """The list a wrapper holds; None when the object is a record itself."""
    for name in _WRAPPERS:
        inner = value.get(name)
        if isinstance(inner, list) and not {"code", "MATTHC", "maTTHC"} & set(value):
            return inner
    return None


def _line_of(raw: bytes, error: Exception) -> int:
    """The line of the byte a parser complains of; the last one where it names none."""
    told = str(error).rpartition("byte ")[2].rstrip(")")
    return raw.count(b"\n", 0, int(told)) + 1 if told.isdigit() else raw.count(b"\n") + 1


def table(path: Path, names: dict[str, str]) -> Iterator[GivenRow]:
    """The rows of a table with a header; `names` maps a folded heading to the field it is.

    Separated by tabs, semicolons or commas, whichever the header uses.

    Raises:
        Refused: there is no header with a known name.
    """
    delimiter, header, first = heading(path, names)
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    broken: list[GivenRow] = []

    def texts() -> Iterator[str]:
        for number, text, wrong in lines(path):
            if number <= first:
                continue
            if text is None:
                broken.append(GivenRow(number, broken=wrong))
                text = "\n"
            yield text

    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(texts(), delimiter=delimiter, quoting=quoting)
    numbers = [number for number, _, _ in lines(path) if number > first]
    while True:
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            yield from broken
            return
        except csv.Error as wrong:
            line = numbers[min(before, len(numbers) - 1)]
            yield GivenRow(line, broken=f"Dòng {line}: bảng hỏng ({wrong}).")
            continue
        yield from broken
        broken.clear()
        if any(cell.strip() for cell in cells):
            values = {name: _cell(cell, delimiter) for name, cell in zip(header, cells, strict=False) if name}
            yield GivenRow(numbers[before], values)


def heading(path: Path, names: dict[str, str]) -> tuple[str, list[str], int]:
    """The delimiter, the fields of the columns ("" for unknown ones) and the line of the header.

    Raises:
        Refused: there is no header with a known name.
    """
    for number, text, wrong in lines(path):
        if text is None:
            raise Refused(wrong or "Không đọc được dòng đầu.")
        best: tuple[str, list[str]] = ("\t", [])
        for delimiter in ("\t", ";", ","):
            cells = next(csv.reader(io.StringIO(text.strip("\r\n")), delimiter=delimiter), [])
            known = [names.get(fold(_cell(cell, delimiter)), "") for cell in cells]
            if sum(bool(one) for one in known) > sum(bool(one) for one in best[1]):
                best = (delimiter, known)
        if not any(best[1]):
            raise Refused(f"Dòng đầu không có tên cột nào đã biết: {', '.join(sorted(set(names.values())))}.")
        return best[0], best[1], number
    raise Refused("Tệp trống.")


def _cell(text: str, delimiter: str) -> str:
    """A cell's text: formulas are text, and a spreadsheet's quotes around a cell with tabs come off."""
    bare = text.strip()
    if delimiter == "\t" and len(bare) > 1 and bare[0] == bare[-1] == '"':
        inner = bare[1:-1]
        if '"' not in inner.replace('""', ""):
            return inner.replace('""', '"').strip()
    if len(bare) > 1 and bare[0] == "'" and bare[1] in "=+-@":
        return bare[1:]
    return bare
