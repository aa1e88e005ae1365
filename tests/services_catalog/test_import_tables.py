"""Tables: the list of replaced papers, the listing, agencies; their encodings, delimiters and formulas."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa

import services_catalog
from services_catalog import editor_queries, importing, queries
from services_catalog.imports import kinds, reading, replaced
from services_catalog.imports.rows import Refused
from tests.services_catalog.test_import_running import taken

SEED = Path(services_catalog.__file__).parent / "seed"
HEADER = "code\tname\tpaper_replaced_by_data\tdatabase\tdb_owner"


def test_the_list_of_740_procedures_is_taken_whole_and_a_second_time_unchanged(session):
    started = time.monotonic()
    first = importing.import_replaced(session, SEED / "replaced_papers.tsv")
    second = importing.import_replaced(session, SEED / "replaced_papers.tsv")

    assert (first.refused, first.total) == ([], 761)
    assert (second.created, second.updated, second.unchanged) == (0, 0, 761)
    assert time.monotonic() - started < 20
    counted = session.execute(sa.text("SELECT count(DISTINCT procedure_code) FROM replaced_paper"))
    assert counted.scalar_one() == 740
    assert editor_queries.replaced_papers(session, "1.000479") == {
        "phieu ly lich tu phap so 1": "Cơ sở dữ liệu về lý lịch tư pháp",
        "giay chung nhan dang ky doanh nghiep": "CSDL quốc gia về đăng ký doanh nghiệp",
    }


def test_papers_of_one_row_are_told_apart_but_not_within_brackets(session, tmp_path):
    file = tmp_path / "list.tsv"
    row = "1.900001\tThử\tGiấy khai sinh; Giấy xác nhận (nếu có; bản sao)\tCSDL hộ tịch\tBộ Tư pháp"
    file.write_text(f"{HEADER}\n{row}\n", encoding="utf-8")

    importing.import_replaced(session, file)

    assert sorted(editor_queries.replaced_papers(session, "1.900001")) == [
        "giay khai sinh",
        "giay xac nhan (neu co; ban sao)",
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("\tThử\tGiấy\tCSDL\t", "thiếu mã"),
        ("mã lạ\tThử\tGiấy\tCSDL\t", "mã lạ không phải mã thủ tục"),
        ("1.900001\tThử\t\tCSDL\t", "thiếu giấy tờ"),
        ("1.900001\tThử\t;\tCSDL\t", "không có tên giấy tờ"),
        ("1.900001\tThử\tGiấy\t\t", "cơ sở dữ liệu"),
        ("1.900001\tThử\t" + "a" * 5000 + "\tCSDL\t", "dài 5000 ký tự"),
        ("1.900001\tThử\tGiấy\0\tCSDL\t", "Dòng 2 có byte NUL"),
    ],
)
def test_a_bad_row_of_the_list_is_refused_with_its_reason(session, tmp_path, row, reason):
    file = tmp_path / "list.tsv"
    file.write_text(f"{HEADER}\n{row}\n1.900002\tThử\tGiấy\tCSDL\tBộ\n", encoding="utf-8")

    report = importing.import_replaced(session, file)

    assert [reason in (one.reason or "") for one in report.refused] == [True]
    assert report.created == 1


LISTED = "code;name;sectors\n1.900001;Tên; có chấm phẩy\n"


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"),
    [
        ("utf-8", "\t", "\n"),
        ("utf-8-sig", ";", "\r\n"),
        ("utf-16", ",", "\r\n"),
        ("utf-16-le", "\t", "\n"),
        ("utf-16-be", ";", "\n"),
        ("utf-32", ",", "\n"),
    ],
)
def test_a_listing_is_read_in_every_encoding_and_with_every_delimiter(
    session, editor, tmp_path, encoding, delimiter, end
):
    rows = [["Mã thủ tục", "Tên thủ tục", "Lĩnh vực"], ["1.900001", "Đăng ký hộ tịch", "Hộ tịch|Cư trú"]]
    file = tmp_path / "listing.csv"
    file.write_bytes((end.join(delimiter.join(row) for row in rows) + end).encode(encoding))

    done = taken(session, file, editor)

    assert [(row.code, row.outcome, row.line, row.name) for row in done] == [
        ("1.900001", "created", 2, "Đăng ký hộ tịch")
    ]
    assert queries.procedure_page(session, "1.900001").sectors == ["Hộ tịch", "Cư trú"]


def test_quotes_hold_delimiters_and_line_breaks_and_formulas_are_text(session, editor, tmp_path):
    file = tmp_path / "listing.csv"
    file.write_text(
        'code;name;publisher\n1.900001;"Tên; có ""chấm phẩy""";=HYPERLINK("http://x")\n'
        "1.900002;'=1+1;@bộ\n1.900003;+Tên;-Bộ\n",
        encoding="utf-8",
    )

    done = taken(session, file, editor, kind="listing")

    assert [row.outcome for row in done] == ["created"] * 3
    assert [row.name for row in done] == ['Tên; có "chấm phẩy"', "=1+1", "+Tên"]
    assert queries.procedure_page(session, "1.900001").publisher == '=HYPERLINK("http://x")'


def test_a_spreadsheets_quotes_come_off_cells_with_tabs_and_others_stay(tmp_path):
    file = tmp_path / "listing.tsv"
    file.write_text('code\tname\n1\t"Tên ""riêng"""\n2\t"Một" và "hai"\n', encoding="utf-8")

    rows = list(kinds.rows(file, "listing"))

    assert [row.values["name"] for row in rows] == ['Tên "riêng"', '"Một" và "hai"']


def test_a_line_of_the_listing_that_is_no_text_leaves_the_others(session, editor, tmp_path):
    file = tmp_path / "listing.tsv"
    file.write_bytes(b"code\tname\n1.900001\tA\n1.900002\t\xff\xfe\xff\n1.900003\tB\n1.900004\tC\0D\n")

    done = taken(session, file, editor, kind="listing")

    assert sorted((row.line, row.outcome) for row in done) == [
        (2, "created"),
        (3, "refused"),
        (4, "created"),
        (5, "refused"),
    ]
    reasons = {row.line: row.reason for row in done if row.outcome == "refused"}
    assert reasons == {
        3: "Dòng 3 không phải UTF-8 (byte thứ 10 của dòng).",
        5: "Dòng 5 có byte NUL.",
    }


def test_a_listing_that_is_cut_off_in_utf_16_is_refused_whole(session, editor, tmp_path):
    file = tmp_path / "listing.tsv"
    file.write_bytes("code\tname\n1.900001\tA\n".encode("utf-16")[:-1])

    with pytest.raises(Refused, match="đứt giữa chừng"):
        taken(session, file, editor)


def test_an_agency_table_is_taken_with_parents_before_children(session, editor, tmp_path):
    file = tmp_path / "agencies.csv"
    file.write_text(
        "code,name,kind,parent,valid_from,phone\n"
        "H77,Tỉnh Thử,province,,2025-07-01,\n"
        "H77.01,Xã Thử,commune,H77,2025-07-01,0299 1\n"
        "H77.02,Xã Mồ Côi,commune,H78,2025-07-01,\n"
        "H77.03,Xã Lạ,village,H77,2025-07-01,\n"
        "H77.04,Xã Không Ngày,commune,H77,,\n",
        encoding="utf-8",
    )

    tried = taken(session, file, editor, dry_run=True)
    done, again = taken(session, file, editor), taken(session, file, editor)

    assert [row.outcome for row in done] == ["created", "created", "refused", "refused", "refused"]
    assert [row.outcome for row in tried] == [row.outcome for row in done]
    assert done[2].reason == "Cơ quan H77.02 thuộc H78, mà không có cơ quan đó."
    assert "village" in (done[3].reason or "") or "kind" in (done[3].reason or "")
    assert "valid_from" in (done[4].reason or "")
    assert [row.outcome for row in again[:2]] == ["unchanged", "unchanged"]


def test_the_header_tells_the_kind(tmp_path):
    file = tmp_path / "table.tsv"
    for header, kind in (
        (HEADER, "replaced"),
        ("code\tname\tsectors\tpromulgated_by", "listing"),
        ("code\tname\tkind\tparent\tvalid_from", "agencies"),
    ):
        file.write_text(f"{header}\n", encoding="utf-8")
        assert kinds.recognised(file) == kind
    file.write_text("màu\tcân nặng\n", encoding="utf-8")
    with pytest.raises(Refused, match="Không nhận ra loại tệp"):
        kinds.recognised(file)


def test_a_file_over_50_mb_or_empty_is_refused_before_it_is_read(tmp_path):
    large, empty = tmp_path / "large", tmp_path / "empty"
    with large.open("wb") as file:
        file.truncate(reading.MAX_FILE + 1)
    empty.touch()

    with pytest.raises(Refused, match=r"50\.0 MB, quá 50 MB"):
        reading.utf8(large, tmp_path)
    with pytest.raises(Refused, match="Tệp trống"):
        reading.utf8(empty, tmp_path)
    assert replaced.COLUMNS["paper"] == "paper"
