"""Bringing data in: complete procedures, agencies, the national listing."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

import services_catalog
from portal.core import events
from services_catalog import importing, queries
from services_catalog.models import Origin, Procedure

SEED = Path(services_catalog.__file__).parent / "seed"
FILES = sorted((SEED / "procedures").glob("*.json"))

hands = importing.machine_hands


@pytest.fixture
def seeded(session: Session) -> Session:
    importing.seed_agencies(session, SEED / "agencies.json")
    return session


def edited(code: str, /, **changes: Any) -> bytes:
    given = json.loads((SEED / "procedures" / f"{code}.json").read_text("utf-8"))
    return json.dumps({**given, **changes}).encode()


def test_the_whole_seed_is_taken_and_a_second_time_changes_nothing(seeded):
    first = [importing.import_file(seeded, path, hands(seeded)) for path in FILES]
    before = queries.version(seeded)
    second = [importing.import_file(seeded, path, hands(seeded)) for path in FILES]
    agencies = importing.seed_agencies(seeded, SEED / "agencies.json")

    assert [row for row in first if row.outcome != "created"] == []
    assert {row.outcome for row in second} == {"unchanged"}
    assert (agencies.created, agencies.updated) == (0, 0)
    assert queries.version(seeded) == before


def test_a_changed_file_becomes_the_next_revision(seeded):
    importing.import_file(seeded, SEED / "procedures" / "1.001193.json", hands(seeded))
    content = json.loads(edited("1.001193"))["content"] | {"summary": "Lời mới."}

    row = importing.import_procedure(seeded, "x", edited("1.001193", content=content), hands(seeded))

    assert row == importing.ImportRow("1.001193", "updated")
    page = queries.procedure_page(seeded, "1.001193")
    assert (page.number, page.content and page.content.summary) == (2, "Lời mới.")
    assert queries.procedure_page(seeded, "1.001193", 1).number == 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "khuôn dạng"),
        (b"\xff\xfe", "khuôn dạng"),
        (b"[" * 100_000, "Cần nhóm giá trị, đây là danh sách."),
        (edited("1.001193", colour="red"), "Trường lạ colour."),
        (edited("1.001193", agencies=["A01"]), "Không có cơ quan mang mã A01."),
        (edited("1.001193", agencies=[]), "Chọn ít nhất một cơ quan"),
        (
            edited("1.000894", declared="full", reason_code=None, reason_basis=None),
            "đạt 6 trên 8 điều kiện. C6",
        ),
        (edited("1.000894", reason_code=None, reason_basis=None), "Nêu lý do"),
        (edited("1.001193", eligible=False), "Tệp ghi eligible False, nội dung cho True."),
        (edited("1.001193", code="mã lạ"), "Mã thủ tục gồm"),
    ],
)
def test_a_file_is_refused_whole_with_the_reason(seeded, raw, reason):
    row = importing.import_procedure(seeded, "1.000000", raw, hands(seeded))

    assert row.outcome == "refused"
    assert reason in (row.reason or "")
    assert seeded.execute(sa.select(sa.func.count()).select_from(Procedure)).scalar_one() == 0


def test_a_condition_on_nothing_is_refused_by_place(seeded):
    content = json.loads(edited("1.001193"))["content"]
    content["form"][0]["fields"][2]["show_when"] = [{"field": "nowhere", "any_of": ["x"]}]

    row = importing.import_procedure(seeded, "x", edited("1.001193", content=content), hands(seeded))

    assert "Tờ khai, “Lưu ý”: điều kiện hỏi một câu không còn trong tờ khai (nowhere)" in (row.reason or "")


def test_the_listing_is_taken_in_seconds_and_never_over_what_is_kept_here(seeded):
    importing.import_file(seeded, SEED / "procedures" / "1.001193.json", hands(seeded))
    said: list[str] = []
    started = time.monotonic()

    report = importing.import_listing(seeded, SEED / "listing.tsv", progress=said.append)

    assert time.monotonic() - started < 10
    assert (report.total, report.kept, report.refused) == (5670, 1, [])
    assert report.created == 5669
    assert len(said) >= 3
    page = queries.procedure_page(seeded, "1.001193")
    assert (page.origin, page.name, page.publisher) == (Origin.OWN, "Thủ tục đăng ký khai sinh", "Bộ Tư pháp")
    entry = queries.procedure_page(seeded, "1.014325-2")
    assert (entry.origin, entry.content, entry.level, entry.offerings) == (Origin.LISTING, None, None, [])

    again = importing.import_listing(seeded, SEED / "listing.tsv")
    assert (again.created, again.updated, again.unchanged, again.kept) == (0, 0, 5669, 1)


def test_a_listing_entry_becomes_own_when_published_and_stays_so(seeded):
    importing.import_listing(seeded, SEED / "listing.tsv")

    importing.import_file(seeded, SEED / "procedures" / "1.001193.json", hands(seeded))

    assert queries.procedure_page(seeded, "1.001193").origin is Origin.OWN
    assert importing.import_listing(seeded, SEED / "listing.tsv").kept == 1


def test_bad_rows_are_refused_one_by_one(session, tmp_path):
    file = tmp_path / "listing.tsv"
    rows = [
        "code\tname\tsectors",
        "1.000001\tCấp phép A\tHộ tịch|Chứng thực",
        "1.000001\tCấp phép A lần hai\t",
        "\tKhông mã\t",
        "1.000002\t\t",
        "mã lạ\tTên\t",
        "1.000003\tẩn\u202eký tự\t",
        "1.000004\t" + "dài " * 2000 + "\t",
        "1.000005",
    ]
    file.write_text("\n".join(rows), encoding="utf-8")

    report = importing.import_listing(session, file)

    assert report.created == 1
    assert [row.code for row in report.refused] == [
        "1.000001",
        "",
        "1.000002",
        "mã lạ",
        "1.000003",
        "1.000004",
        "1.000005",
    ]
    assert queries.procedure_page(session, "1.000001").sectors == ["Hộ tịch", "Chứng thực"]
    assert {sector.name: sector.listed for sector in queries.sectors(session)} == {
        "Hộ tịch": 1,
        "Chứng thực": 1,
    }


def test_an_agency_that_changes_is_brought_up_to_date_with_an_event(seeded, tmp_path):
    agencies = json.loads((SEED / "agencies.json").read_text("utf-8"))
    agencies[0]["phone"] = "0299 3810 999"
    file = tmp_path / "agencies.json"
    file.write_text(json.dumps(agencies), encoding="utf-8")

    report = importing.seed_agencies(seeded, file)

    assert (report.created, report.updated) == (0, 1)
    ids = importing.agency_ids(seeded)
    assert [event.name for event in events.history(seeded, ids["H99"])] == [
        "agency.created",
        "agency.changed",
    ]
    assert seeded.execute(sa.text("SELECT phone FROM agency WHERE code = 'H99'")).scalar() == "0299 3810 999"
