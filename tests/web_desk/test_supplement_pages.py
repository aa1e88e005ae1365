"""The pages of the applicant's turn, at the desk and at home, without a script."""

import re

import pytest

from dossiers import supplement_queries, supplements
from dossiers.models import Dossier
from dossiers.workflow import Status
from portal.core import events
from portal.core.clock import local
from portal.core.db import act_as
from tests import factories
from tests.dossiers.supplementing import ANSWERS, FORM, PAPERS, field, paper, submitted, tomorrow


@pytest.fixture
def dossier(desk, session):
    content = factories.content(
        form=FORM, requirements=PAPERS, fees=[], cases=[], time_limit={"amount": 5, "unit": "working_day"}
    )
    procedure = factories.procedure(session, desk.agency.id, made_content=content)
    desk.applicant = factories.citizen(session, email="dan@example.vn")
    draft = factories.draft(session, desk.applicant, procedure, desk.agency.id, **ANSWERS)
    factories.ready_file(session, draft)
    made = submitted(session, desk.applicant, draft)
    desk.open()
    return made


def asked(desk, dossier, *items, **more):
    act_as(desk.session, desk.officer.id, desk.officer.agency_ids)
    supplements.ask(desk.session, desk.officer, dossier.id, items=items or [field("full_name")], **more)
    desk.session.commit()


def at_home(desk):
    factories.signed_in(desk.client, "dan@example.vn")


def now_of(desk, dossier):
    act_as(desk.session, desk.officer.id, desk.officer.agency_ids)
    desk.session.expire_all()
    return desk.session.get_one(Dossier, dossier.id)


def posted(desk, dossier, text, **more):
    """Post the step form of the request page, its choices with it."""
    path = f"/can-bo/ho-so/{dossier.id}/bo-sung"
    start = text.index(f'action="{path}"')
    form = text[start : text.index("</form>", start)]
    names = re.findall(r'<input type="hidden" name="(item|[rwg]\.[^"]+)" value="([^"]*)"', form)
    fields = desk.fields(text, path) | dict(names)
    items = more.pop("item", [value for name, value in names if name == "item"])
    return desk.client.post(
        path,
        data={**fields, **{name.replace("__", "."): value for name, value in more.items()}, "item": items},
        headers={"accept": "text/html"},
        follow_redirects=False,
    )


def test_the_officer_chooses_says_why_looks_and_sends(desk, dossier):
    assert "Yêu cầu bổ sung" in desk.page(dossier.id)
    chosen = desk.get(f"/can-bo/ho-so/{dossier.id}/bo-sung")
    assert "Giấy tờ chứng minh" in chosen.text
    assert "Họ và tên" in chosen.text
    assert "Họ tên người được nộp thay" not in chosen.text  # the applicant never saw it

    words = posted(desk, dossier, chosen.text, item=["field:full_name", "paper:proof"], do="words")
    assert words.text.count("Cần bổ sung gì, sửa thế nào") == 2
    lacking = posted(
        desk,
        dossier,
        words.text,
        do="preview",
        **{"r.field:full_name": "incorrect", "w.field:full_name": "Ghi đủ họ."},
    )
    assert lacking.status_code == 422
    assert "Giấy tờ chứng minh: Chọn lý do" in lacking.text
    assert "Ghi đủ họ." in lacking.text
    preview = posted(
        desk,
        dossier,
        lacking.text,
        do="preview",
        due_on=f"{tomorrow():%d/%m/%Y}",
        **{
            "r.field:full_name": "incorrect",
            "w.field:full_name": "Ghi đủ họ.",
            "r.paper:proof": "unreadable",
            "w.paper:proof": "Chụp lại rõ.",
        },
    )
    assert preview.status_code == 200, preview.text
    assert "mẫu 02" in preview.text
    assert "Chụp lại rõ." in preview.text
    assert f"{tomorrow():%d/%m/%Y}" in preview.text
    assert now_of(desk, dossier).status is Status.SUBMITTED  # looking sends nothing

    sent = posted(desk, dossier, preview.text, do="confirm")

    assert sent.status_code == 303, sent.text
    after = now_of(desk, dossier)
    assert after.status is Status.SUPPLEMENT
    found = supplement_queries.of(desk.session, dossier.id, dossier.subject_id)[0]
    assert [(one.key, one.why) for one in found.items] == [
        ("full_name", "Ghi đủ họ."),
        ("proof", "Chụp lại rõ."),
    ]
    assert local(found.due_at).date() == tomorrow()
    assert "Đang chờ người nộp bổ sung" in desk.page(dossier.id)


def test_nothing_chosen_is_told_at_the_list(desk, dossier):
    chosen = desk.get(f"/can-bo/ho-so/{dossier.id}/bo-sung")

    answer = posted(desk, dossier, chosen.text, item=[], do="words")

    assert answer.status_code == 422
    assert 'href="#items"' in answer.text


def test_a_page_looked_at_before_somebody_acted_tells_the_present(desk, dossier):
    chosen = desk.get(f"/can-bo/ho-so/{dossier.id}/bo-sung").text
    asked(desk, dossier)

    answer = posted(desk, dossier, chosen, item=["field:full_name"], do="words")

    assert answer.status_code == 409
    assert "Hồ sơ vừa có thay đổi" in answer.text


def test_at_home_only_what_is_asked_can_be_edited_and_sent(desk, dossier):
    asked(desk, dossier, field("full_name"), note="Sửa sớm giúp.")
    at_home(desk)
    home = desk.get(f"/ho-so/{dossier.id}").text
    assert "Bổ sung ngay" in home
    assert "Ghi đúng như trên căn cước." in home
    page = desk.get(f"/ho-so/{dossier.id}/bo-sung").text
    assert 'name="full_name"' in page
    assert 'name="copies_count"' not in page
    path = f"/ho-so/{dossier.id}/bo-sung"
    fields = desk.fields(page, path)

    kept = desk.send(path, fields | {"do": "save", "full_name": "Nguyễn Ánh"})
    assert kept.status_code == 303
    again = desk.get(path).text
    assert 'value="Nguyễn Ánh"' in again
    sent = desk.send(path, desk.fields(again, path) | {"do": "send", "full_name": ""})
    assert sent.status_code == 422
    assert "việc cần làm trước khi gửi" in sent.text
    done = desk.send(path, desk.fields(sent.text, path) | {"do": "send", "full_name": "Nguyễn Ánh"})

    assert done.status_code == 303, done.text
    assert now_of(desk, dossier).status is Status.SUBMITTED
    factories.signed_in(desk.client, "can-bo@example.vn")
    at_desk = desk.page(dossier.id)
    assert "<del" in at_desk
    assert "Nguyễn Thị Ánh" in at_desk
    assert "Nguyễn Ánh" in at_desk


def test_an_answer_that_was_not_asked_for_is_not_taken(desk, dossier):
    asked(desk, dossier)
    at_home(desk)
    path = f"/ho-so/{dossier.id}/bo-sung"
    fields = desk.fields(desk.get(path).text, path)

    desk.send(path, fields | {"do": "send", "full_name": "Nguyễn Ánh", "copies_count": "9"})

    desk.client.cookies.clear()
    factories.signed_in(desk.client, "can-bo@example.vn")
    assert desk.client.get(f"/api/v1/dossiers/{dossier.id}").json()["answers"]["copies_count"] == 2


def test_a_choice_opens_its_question_on_the_page_and_what_was_typed_survives(desk, dossier):
    asked(desk, dossier, field("by_proxy"))
    at_home(desk)
    path = f"/ho-so/{dossier.id}/bo-sung"
    fields = desk.fields(desk.get(path).text, path)

    answer = desk.send(path, fields | {"do": "send", "by_proxy": "true"})

    assert answer.status_code == 422
    assert 'href="#proxy_name"' in answer.text
    assert 'id="proxy"' in answer.text  # the paper it calls for


def test_a_paper_asked_for_has_its_own_place_and_others_have_none(desk, dossier):
    asked(desk, dossier, paper("proof"))
    at_home(desk)

    page = desk.get(f"/ho-so/{dossier.id}/bo-sung").text

    assert 'data-paper="proof"' in page
    assert 'data-paper="photo"' not in page
    assert desk.get(f"/ho-so/{dossier.id}/giay-to").headers["location"].endswith("/bo-sung")


def test_autosave_keeps_the_draft_and_tells_its_version(desk, dossier):
    asked(desk, dossier)
    at_home(desk)
    path = f"/ho-so/{dossier.id}/bo-sung"
    fields = desk.fields(desk.get(path).text, path)

    told = desk.client.patch(path, data=fields | {"full_name": "Nguyễn"}).json()

    assert told["seq"] == 1
    assert 'value="Nguyễn"' in desk.get(path).text


def test_the_desk_takes_its_request_back_with_a_reason(desk, dossier):
    asked(desk, dossier)

    empty = desk.post(dossier.id, "rut-yeu-cau", note="")
    assert empty.status_code == 422
    done = desk.post(dossier.id, "rut-yeu-cau", note="Hồ sơ đã đủ.")

    assert done.status_code == 303
    at_home(desk)
    assert "Hồ sơ đã đủ." in desk.get(f"/ho-so/{dossier.id}").text


def test_a_withdrawal_goes_from_home_to_the_desk_and_back(desk, dossier):
    at_home(desk)
    home = desk.get(f"/ho-so/{dossier.id}").text
    path = f"/ho-so/{dossier.id}/rut-ho-so"
    assert desk.send(path, desk.fields(home, path) | {"reason": "Nộp nhầm nơi."}).status_code == 303
    assert "Không rút nữa" in desk.get(f"/ho-so/{dossier.id}").text
    factories.signed_in(desk.client, "can-bo@example.vn")
    assert "Nộp nhầm nơi." in desk.page(dossier.id)

    lacking = desk.post(dossier.id, "giu-ho-so", note=" ")
    assert lacking.status_code == 422
    assert desk.post(dossier.id, "giu-ho-so", note="Kết quả đang ký.").status_code == 303
    at_home(desk)
    home = desk.get(f"/ho-so/{dossier.id}").text
    assert "Kết quả đang ký." in home
    assert desk.send(path, desk.fields(home, path)).status_code == 303
    factories.signed_in(desk.client, "can-bo@example.vn")
    assert desk.post(dossier.id, "dung").status_code == 303

    assert now_of(desk, dossier).status is Status.STOPPED
    at_home(desk)
    ended = desk.get(f"/ho-so/{dossier.id}").text
    assert "Người nộp đã rút hồ sơ" in ended
    assert "khiếu nại tới" not in ended  # it was their own wish


def test_who_was_refused_reads_why_and_where_to_appeal(desk, dossier):
    act_as(desk.session, desk.officer.id, desk.officer.agency_ids)
    from dossiers import processing

    processing.refuse(
        desk.session, desk.officer, dossier.id, reason="Nộp ở xã khác.", reason_code="wrong_agency"
    )
    desk.session.commit()
    at_home(desk)

    page = desk.get(f"/ho-so/{dossier.id}").text

    assert "Không thuộc thẩm quyền giải quyết của cơ quan" in page
    assert "Luật Khiếu nại 2011" in page


def test_an_apology_is_made_and_read(desk, dossier):
    factories.in_hand(desk.session, dossier, desk.officer)
    desk.session.commit()
    page = desk.page(dossier.id)
    until = re.search(r'<option value="(\d{4}-\d\d-\d\d)"', page)[1]

    lacking = desk.post(dossier.id, "gia-han", note="", until=until)
    assert lacking.status_code == 422
    done = desk.post(dossier.id, "gia-han", note="Chúng tôi xin lỗi, còn chờ trích lục.", until=until)

    assert done.status_code == 303, done.text
    assert local(now_of(desk, dossier).due_at).date().isoformat() == until
    assert "Không kịp ngày hẹn?" not in desk.page(dossier.id)
    at_home(desk)
    assert "còn chờ trích lục" in desk.get(f"/ho-so/{dossier.id}").text


def test_the_code_of_a_refusal_is_chosen_seen_and_kept(desk, dossier):
    looked = desk.post(dossier.id, "khong-tiep-nhan", note="Nộp ở xã khác.", code="wrong_agency")
    assert "Không thuộc thẩm quyền giải quyết của cơ quan" in looked.text
    assert "khiếu nại tới" in looked.text

    done = desk.post(dossier.id, "khong-tiep-nhan", text=looked.text, do="confirm")

    assert done.status_code == 303, done.text
    act_as(desk.session, desk.officer.id, desk.officer.agency_ids)
    assert events.history(desk.session, dossier.id)[-1].data["reason_code"] == "wrong_agency"
