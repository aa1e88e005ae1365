"""The level another portal typed beside what its record demands: the finding, the sentence, the command."""

import json
from pathlib import Path
from typing import Any

import pytest

from portal import cli
from services_catalog import evidence
from services_catalog.imports import national, typed_levels
from tests.services_catalog import records


def compared(step: str, *, full: bool | None, **changes: Any) -> typed_levels.Comparison:
    steps = [{"name": "Bước 1:", "description": step}]
    record = records.national("1.900001", executionSteps=steps, isFullProcess=full, **changes)
    return typed_levels.compare(national.read(record))


@pytest.mark.parametrize(
    ("step", "demand"),
    [
        ("Hai bên nam, nữ phải có mặt tại trụ sở.", "presence"),
        ("Tổ chức thẩm định hồ sơ, kiểm tra thực địa và xem xét.", "field"),
        ("Khi nhận kết quả người yêu cầu phải nộp bản chính các giấy tờ.", "originals"),
        ("Người nộp trực tiếp đến Công an xã để nhận kết quả.", "collected"),
    ],
)
def test_a_demand_in_person_or_on_paper_contradicts_the_full_process(step: str, demand: str) -> None:
    found = compared(step, full=True)

    assert [one.demand for one in found.against] == [demand]
    assert found.against[0].sentence == step
    assert found.finding == "typed_full"
    assert compared(step, full=False).finding == "agree"


@pytest.mark.parametrize(
    "step",
    [
        "Kiểm tra thực địa (nếu cần thiết).",
        "Đối với trường hợp xác nhận thay đổi thì nộp bản gốc Giấy chứng nhận, kiểm tra thực địa.",
        "Đối với trường hợp xác nhận thay đổi trên Giấy đã\ncấp thì nộp bản gốc Giấy đã cấp.",
    ],
)
def test_what_is_left_open_or_holds_in_some_cases_does_not_count_against_all(step: str) -> None:
    found = compared(step, full=True)

    assert found.against == []
    assert found.sometimes
    assert found.finding == "agree"
    assert compared(step, full=False).finding == "typed_partial"


def test_nothing_demanded_agrees_with_the_full_process_and_no_flag_is_no_finding() -> None:
    assert compared("Nộp hồ sơ.", full=True).finding == "agree"
    assert compared("Nộp hồ sơ.", full=None).finding == "untyped"


def test_no_way_of_filing_online_and_results_at_the_counter_only_stand_against_it() -> None:
    counter = [records.METHOD | {"submissionMethod": "DIRECT"}]
    returned = [{"type": "DIRECT", "value": ["AT_SUBMISSION_PLACE"]}]

    found = compared("Nộp hồ sơ.", full=True, executionMethods=counter, returningMethods=returned)
    untold = compared("Nộp hồ sơ.", full=True, returningMethods=[])

    assert [one.demand for one in found.against] == ["offline", "counter_return"]
    assert untold.against == []


def test_lines_broken_in_the_middle_of_a_sentence_are_one_sentence_and_points_are_not() -> None:
    steps = [{"name": "", "description": "a) Nộp hồ sơ,\nb) kiểm tra thực\nđịa và trả kết quả."}]
    content = national.read(records.national("1.900001", executionSteps=steps)).content

    assert [one.sentence for one in evidence.demands(content)] == ["b) kiểm tra thực địa và trả kết quả."]


def test_the_command_tells_each_disagreement_and_writes_every_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [{"name": "", "description": "Tổ chức kiểm tra thực địa."}]
    rows = [
        records.national("1.900001", isFullProcess=True, executionSteps=steps),
        records.national("1.900002", isFullProcess=True),
        records.national("1.900003", isFullProcess=False),
    ]
    file, sheet = tmp_path / "a.jsonl", tmp_path / "a.csv"
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")

    code = cli.main(["level-report", str(file), "--report", str(sheet)])

    told = capsys.readouterr().out
    assert code == 0
    assert "C6 xác minh tại chỗ: “Tổ chức kiểm tra thực địa.”" in told
    assert "3 bản ghi: khớp 1; ghi toàn trình, nội dung đòi hỏi khác 1" in told
    assert "1.900002" not in told
    assert sheet.read_text("utf-8").count("\n") == 4


def test_the_command_refuses_what_is_no_record_of_another_portal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, broken = tmp_path / "a.tsv", tmp_path / "b.jsonl"
    table.write_text("code\tname\n1.1\tA\n", "utf-8")
    broken.write_text(json.dumps(records.national("1.900001", state="OLD")), "utf-8")

    assert cli.main(["level-report", str(table)]) == 1
    assert cli.main(["level-report", str(broken)]) == 1
    assert cli.main(["level-report", str(tmp_path / "none")]) == 1
    told = capsys.readouterr().out
    assert "tệp này là Danh mục thủ tục quốc gia" in told
    assert "state: OLD" in told
