"""Files as they arrive: objects in every arrangement, broken lines among good ones, what is no text."""

import json
from pathlib import Path
from typing import Any

import pytest

from services_catalog.imports import kinds, running
from services_catalog.imports.rows import GivenRow, Refused
from services_catalog.imports.shapes import in_words
from tests.services_catalog import records

ONE = json.dumps(records.national("1.900001"), ensure_ascii=False).encode()
TWO = json.dumps(records.national("1.900002"), ensure_ascii=False).encode()
PRETTY = json.dumps(records.national("1.900001"), ensure_ascii=False, indent=1).encode()


def read(folder: Path, raw: bytes) -> list[GivenRow]:
    """The rows of a file whose kind is recognised."""
    file = folder / "tệp"
    file.write_bytes(raw)
    with running.opened(file, None) as (plain, kind):
        assert kind == "national"
        return list(kinds.rows(plain, kind))


def told(rows: list[GivenRow]) -> list[tuple[int, Any]]:
    """Line and code of each row, or why there is none."""
    return [(row.line, row.broken or row.values.get("code")) for row in rows]


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (ONE, [1]),
        (PRETTY, [1]),
        (ONE + b"\n" + TWO, [1, 2]),
        (b"\xef\xbb\xbf" + ONE + b"\r\n\r\n" + TWO + b"\r\n", [1, 3]),
        ((ONE + b"\n" + TWO).decode().encode("utf-16"), [1, 2]),
        ((ONE + b"\n" + TWO).decode().encode("utf-16-be"), [1, 2]),
        (b"[" + ONE + b",\n" + TWO + b"]", [1, 2]),
        (b"[\n" + ONE + b",\n" + ONE + b"\n]", [2, 3]),
        (b"[" + PRETTY + b",\n" + TWO + b"]", [1, PRETTY.count(b"\n") + 2]),
        (b'{"result": [' + ONE + b", " + TWO + b"]}", [1, 2]),
        (b'{"total": 2, "data": [' + ONE + b", " + TWO + b"]}", [1, 2]),
    ],
)
def test_records_are_found_in_every_arrangement(tmp_path: Path, raw: bytes, lines: list[int]) -> None:
    rows = read(tmp_path, raw)

    assert [row.line for row in rows] == lines
    assert all(row.values["name"] == "Thủ tục cấp giấy phép thử" for row in rows)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"code": "1.9', "Dòng 2: JSON hỏng (đứt giữa chừng)."),
        (b'{"code": 1.9,}', "Dòng 2: JSON hỏng ("),
        (b'{"code": NaN}', "Dòng 2: JSON hỏng ("),
        (b'{"a": 1e999}', "Dòng 2: JSON hỏng (Number out of range"),
        (b"[1, 2]", "Dòng 2: cần một đối tượng JSON."),
        (b"\x00\x00", "Dòng 2 có byte NUL."),
        (b'{"code": "\xe9"}', "Dòng 2 không phải UTF-8 (byte thứ 11 của dòng)."),
        (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "Dòng 2: JSON lồng quá sâu."),
        (b'{"code": "' + b"x" * (5 * 1024 * 1024) + b'"}', "Dòng 2 dài quá 4 MB."),
    ],
    ids=lambda one: one[:12] if isinstance(one, bytes) else "",
)
def test_a_broken_line_is_told_and_the_others_are_read(tmp_path: Path, broken: bytes, reason: str) -> None:
    rows = told(read(tmp_path, b"\n".join([ONE, broken, TWO])))

    assert [rows[0], rows[2]] == [(1, "1.900001"), (3, "1.900002")]
    assert rows[1][0] == 2
    assert rows[1][1].startswith(reason)


def test_a_broken_first_line_does_not_hide_the_kind(tmp_path: Path) -> None:
    assert told(read(tmp_path, b'{"code"\n' + ONE)) == [
        (1, "Dòng 1: JSON hỏng (đứt giữa chừng)."),
        (2, "1.900001"),
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "Tệp trống."),
        (b" \n\n", "Tệp không có dòng nào."),
        (b"{}", "Không nhận ra loại tệp."),
        (b"[]", "Không nhận ra loại tệp."),
        (b"[1, 2]", "Dòng 1: cần một đối tượng JSON."),
        (b"[" + ONE + b',\n{"a":]', "JSON hỏng ở dòng 2 ("),
        (b"[" * 10_000 + b"]" * 10_000, "JSON lồng quá sâu."),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "Dòng 1: JSON lồng quá sâu."),
        (b"[" + ONE + b",\n\x00]", "Dòng 2 có byte NUL."),
        (b"PK\x03\x04" + bytes(100), "Đây là tệp Excel, Word hoặc tệp nén"),
        (b"%PDF-1.7\n\x80", "Đây là tệp PDF"),
        (b"\x89PNG\r\n\x1a\n", "Đây là tệp ảnh"),
        (b"\xe9\n", "Dòng 1 không phải UTF-8 (byte thứ 1 của dòng)."),
        (ONE.decode().encode("utf-16")[:-1], "đứt giữa chừng ở byte"),
        (b"M\xe0u\tc\xf4t\n1\t2\n", "Dòng 1 không phải UTF-8"),
    ],
    ids=lambda one: one[:12] if isinstance(one, bytes) else "",
)
def test_what_cannot_be_read_as_a_whole_is_refused_with_the_reason(
    tmp_path: Path, raw: bytes, reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, raw)

    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Object missing required field `code`", "Thiếu code."),
        ("Object missing required field `key` - at `$.content.fees[0]`", "content.fees[0]: thiếu key."),
        ("Object contains unknown field `x` - at `$.a`", "a: trường lạ x."),
        ("Expected `str`, got `int` - at `$.a`", "a: cần chữ, đây là số nguyên."),
        ("Expected `int | null`, got `str` - at `$.a`", "a: cần số nguyên hoặc trống, đây là chữ."),
        ("Expected `str` of length <= 40 - at `$.a`", "a: nhiều hơn mức 40 ký tự."),
        ("Expected `array` of length >= 1 - at `$.a`", "a: ít hơn mức 1 mục."),
        ("Expected `int` <= 100 - at `$.a`", "a: nhiều hơn mức 100."),
        ("Invalid RFC3339 encoded date - at `$.a`", "a: cần ngày dạng 2026-01-31."),
        ("Something new", "Không đúng khuôn dạng: Something new"),
    ],
)
def test_a_wrong_shape_is_told_in_vietnamese(message: str, words: str) -> None:
    assert in_words(message) == words
