"""`portal import-catalogue` and its report, as the operator runs it."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import cli
from portal.operations import catalogue as operations
from tests.services_catalog import records
from tests.services_catalog.import_place import Place


@pytest.fixture
def file(tmp_path: Path) -> Path:
    step = [{"name": "", "description": "Tổ chức kiểm tra thực địa."}]
    rows = [
        records.national("1.900001", isFullProcess=True, executionSteps=step),
        records.national("=1+1"),
        records.national("1.900002", isFullProcess=True),
    ]
    made = tmp_path / "bản ghi.jsonl"
    made.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return made


def drafts(place: Place) -> int:
    with place.database.worker() as session:
        return int(session.execute(sa.text("SELECT count(*) FROM procedure_revision")).scalar_one())


def test_a_dry_run_then_the_real_one_with_a_report(place: Place, file: Path, tmp_path: Path) -> None:
    said: list[str] = []
    report = tmp_path / "out.csv"

    def run(*, dry_run: bool) -> int:
        return operations.import_files(
            [str(file)], kind=None, dry_run=dry_run, report_to=str(report), say=said.append
        )

    assert run(dry_run=True) == 1
    assert drafts(place) == 0
    assert run(dry_run=False) == 1
    assert drafts(place) == 2
    assert run(dry_run=False) == 1
    assert drafts(place) == 2

    told = "\n".join(said)
    assert "Chạy thử 3 dòng: 2 thêm mới, 0 cập nhật, 0 không đổi, 1 từ chối." in told
    assert "Đã nạp 3 dòng: 2 thêm mới" in told
    assert "Đã nạp 3 dòng: 0 thêm mới, 0 cập nhật, 2 không đổi, 1 từ chối." in told
    assert "dòng 2 =1+1: code: =1+1 không phải mã thủ tục" in told
    assert ",'=1+1," in report.read_text("utf-8")


def test_the_report_says_where_the_typed_level_and_the_words_differ(
    place: Place, file: Path, tmp_path: Path
) -> None:
    report = tmp_path / "out.csv"
    operations.import_files([str(file)], kind=None, dry_run=True, report_to=str(report), say=lambda _: None)

    lines = report.read_text("utf-8").splitlines()

    assert "Nguồn ghi toàn trình, nhưng nội dung đòi hỏi: xác minh tại chỗ" in lines[1]
    assert "toàn trình" not in lines[3]


def test_files_that_cannot_be_read_are_named_and_the_others_taken(
    place: Place, file: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    names = [str(tmp_path / "none"), str(file)]

    code = operations.import_files(names, kind=None, dry_run=False, report_to=None, say=said.append)

    assert code == 1
    assert "không mở được tệp" in said[0]
    assert drafts(place) == 2


def test_the_command_line_knows_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["import-catalogue", "--help"])

    told = capsys.readouterr().out
    assert all(option in told for option in ("--kind", "--dry-run", "--report", "laythutuc", "replaced"))
