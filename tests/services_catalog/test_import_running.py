"""Whole files taken: row by row, twice, for a try only, cut off in the middle."""

import copy
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session

from auth.actor import Actor
from portal.core import events
from services_catalog import drafting, editor_queries, importing
from services_catalog.imports import running
from services_catalog.imports.kinds import Kind
from services_catalog.imports.rows import ImportRow
from tests import factories
from tests.services_catalog import records


def write(folder: Path, rows: Sequence[Any], name: str = "records.jsonl") -> Path:
    path = folder / name
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def taken(
    session: Session, path: Path, actor: Actor, *, kind: Kind | None = None, dry_run: bool = False
) -> list[ImportRow]:
    with running.opened(path, kind) as (plain, found):
        job = running.Job(path=plain, kind=found, editor=actor, dry_run=dry_run)
        seen: dict[str, int] = {}
        return [
            row for batch in running.batches(job, seen) for row in running.take(session, job, batch, seen)
        ]


def test_records_become_drafts_and_a_second_time_nothing_changes(session, editor, tmp_path):
    path = write(tmp_path, [records.national("1.900001"), records.national("1.900002")])

    first, second = taken(session, path, editor), taken(session, path, editor)

    assert [(row.code, row.outcome, row.line) for row in first] == [
        ("1.900001", "created", 1),
        ("1.900002", "created", 2),
    ]
    assert [row.outcome for row in second] == ["unchanged", "unchanged"]
    procedure, draft, content, offers = drafting.draft(session, "1.900001")
    assert (draft.number, content.name, offers, procedure.current_revision_id) == (
        1,
        "Thủ tục cấp giấy phép thử",
        [],
        None,
    )
    assert [one.name for one in events.history(session, procedure.id)] == [
        "procedure.drafted",
        "procedure.imported",
    ]


def test_a_bad_row_in_the_middle_leaves_the_rest(session, editor, tmp_path):
    rows = [records.national("1.900001"), '{"code": "1.900002", ', records.national("1.900003")]

    done = taken(session, write(tmp_path, rows), editor)

    assert [row.outcome for row in done] == ["created", "refused", "created"]
    assert "Dòng 2: JSON hỏng" in (done[1].reason or "")
    assert editor_queries.by_code(session, "1.900003").name == "Thủ tục cấp giấy phép thử"


def test_a_changed_record_changes_the_draft_that_an_import_made(session, editor, tmp_path):
    taken(session, write(tmp_path, [records.national("1.900001")]), editor)

    done = taken(session, write(tmp_path, [records.national("1.900001", name="Tên mới")]), editor)

    assert done[0].outcome == "updated"
    assert drafting.draft(session, "1.900001")[2].name == "Tên mới"
    assert drafting.draft(session, "1.900001")[1].number == 1


def test_a_draft_a_person_changed_is_left_alone(session, editor, tmp_path):
    path = write(tmp_path, [records.national("1.900001")])
    taken(session, path, editor)
    content = drafting.draft(session, "1.900001")[2]
    mine = type(content)(
        **{name: getattr(content, name) for name in content.__struct_fields__} | {"summary": "Lời tôi."}
    )
    drafting.save_draft(session, "1.900001", editor, content=mine, offers=[])

    done = taken(session, path, editor)

    assert (done[0].outcome, done[0].reason) == (
        "refused",
        "Có bản nháp do người soạn (bản 1); công bố hoặc sửa tại đó.",
    )
    assert drafting.draft(session, "1.900001")[2].summary == "Lời tôi."


def test_the_same_code_twice_in_a_file_is_refused_with_the_first_line(session, editor, tmp_path):
    path = write(tmp_path, [records.national("1.900001"), "", records.national("1.900001", name="Khác")])

    done = taken(session, path, editor)

    assert [(row.outcome, row.line) for row in done] == [("created", 1), ("refused", 3)]
    assert done[1].reason == "Mã này đã có ở dòng 1."


def test_an_agency_of_ours_offers_what_a_record_names_by_code_or_name(session, editor, agency_id, tmp_path):
    named = factories.agency(session, "H99.77.06", name="Sở Thử nghiệm")
    path = write(
        tmp_path,
        [
            records.national(
                "1.900001",
                departmentsExecuting=[
                    {"code": "H99.77.05", "name": "Tên khác"},
                    {"code": "X1", "name": "sở thử  nghiệm"},
                    {"code": "X2", "name": "Sở lạ"},
                ],
            )
        ],
    )

    taken(session, path, editor)

    _, _, content, offers = drafting.draft(session, "1.900001")
    assert {offer.agency_id for offer in offers} == {agency_id, named.id}
    assert {offer.declared for offer in offers} == {"info"}
    assert content.departments == ["Tên khác", "sở thử nghiệm", "Sở lạ"]


def test_a_published_procedure_gets_its_next_draft_and_keeps_its_form(session, editor, agency_id, tmp_path):
    made = factories.procedure(session, agency_id)

    done = taken(session, write(tmp_path, [records.national(made.code)]), editor)
    again = taken(session, write(tmp_path, [records.national(made.code)]), editor)

    assert ([row.outcome for row in done], [row.outcome for row in again]) == (["updated"], ["unchanged"])
    procedure, draft, content, offers = drafting.draft(session, made.code)
    assert (draft.number, procedure.current_revision_id) == (2, made.current_revision_id)
    assert content.form
    assert [offer.agency_id for offer in offers] == [agency_id]


def test_the_line_of_a_row_is_that_of_the_file(session, editor, tmp_path):
    path = write(tmp_path, ["", "", records.national("x y")])

    done = taken(session, path, editor)

    assert (done[0].line, done[0].reason) == (3, "code: x y không phải mã thủ tục, ví dụ 1.001193.")
    assert importing.ImportRow("a", "unchanged").line == 0


def test_a_number_nobody_thought_of_holds_up_no_other_row(session, editor, tmp_path):
    odd = copy.deepcopy(records.national("1.900011"))
    odd["executionMethods"][0]["processingTime"] = int("9" * 400)
    path = write(tmp_path, [records.national("1.900010"), odd, records.national("1.900012")])

    rows = taken(session, path, editor)

    assert [row.outcome for row in rows] == ["created", "refused", "created"], rows
    assert rows[1].reason


def test_an_agency_that_ended_is_offered_nothing_and_shadows_nobody(session, editor, tmp_path):
    now = factories.agency(session, "H99.81", name="Sở Thử nghiệm")
    factories.agency(session, "H99.82", name="Sở Thử nghiệm", valid_to=date(2026, 1, 1))
    record = records.national("1.900013")
    record["departmentsExecuting"] = [{"id": "x", "code": "Z", "name": "Sở Thử nghiệm"}]

    assert [row.outcome for row in taken(session, write(tmp_path, [record]), editor)] == ["created"]

    offers = drafting.draft(session, "1.900013")[3]
    assert [offer.agency_id for offer in offers] == [now.id]
