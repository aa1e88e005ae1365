"""The desk's pages of opinions: asked at one agency, answered at another, nothing of it for the applicant."""

from typing import Any

import pytest

from auth.models import Agency
from dossiers import opinion_queries
from dossiers.attachment_rules import opinion_key
from dossiers.models import Dossier
from tests import factories
from tests.conftest import acts_as
from tests.web_desk.conftest import Desk

SCRIPT = "<script>alert(1)</script>"
QUESTION = "Ông Hải Đăng có cư trú ở đây không?"


@pytest.fixture
def there(desk: Desk) -> Agency:
    """An agency with an officer that can be asked."""
    agency = factories.agency(desk.session, name="Công an xã Tân Hòa")
    factories.officer(desk.session, agency.id, email="hoi@example.vn", name="Đinh Gia Khánh")
    return agency


@pytest.fixture
def dossier(desk: Desk, there: Agency) -> Dossier:
    return desk.in_hand(email="dan@example.vn")


def signed_in(desk: Desk, email: str) -> None:
    desk.session.commit()
    factories.signed_in(desk.client, email)


def ask(desk: Desk, dossier: Dossier, there: Agency, **more: str) -> Any:
    desk.open()
    given = {"agency_id": str(there.id), "question": QUESTION, "working_days": "3"} | more
    path = f"/can-bo/ho-so/{dossier.id}/lay-y-kien"
    return desk.send(path, desk.fields(desk.page(dossier.id), path) | given)


def opinion_id(desk: Desk, dossier: Dossier, there: Agency) -> Any:
    acts_as(desk.session, desk.officer)
    return opinion_queries.open_of(desk.session, dossier.id, there.id).id


def test_a_question_is_asked_answered_and_read(desk: Desk, dossier: Dossier, there: Agency) -> None:
    assert ask(desk, dossier, there, question=f"{QUESTION} {SCRIPT}").status_code == 303
    assert "Công an xã Tân Hòa" in desk.page(dossier.id)

    signed_in(desk, "hoi@example.vn")
    assert "Chờ ý kiến <span>1</span>" in desk.get("/can-bo").text
    listed = desk.get("/can-bo?view=asked").text
    assert dossier.number is not None
    assert dossier.number in listed
    text = desk.page(dossier.id)
    assert "Ông Hải Đăng" in text
    assert SCRIPT not in text
    for act in ("lay-y-kien", "quyet-dinh", "nhan-viec", "tra-lai", "tin-nhan", "ghi-chu", "phieu-kiem-soat"):
        assert f"/{dossier.id}/{act}" not in text
    act = f"y-kien/{opinion_id(desk, dossier, there)}/tra-loi"
    desk.session.commit()
    wrong = desk.post(dossier.id, act, text=text)
    assert wrong.status_code == 422
    assert "Chọn đồng ý" in wrong.text
    path = f"/can-bo/ho-so/{dossier.id}/{act}"
    sent = desk.send(path, desk.fields(text, path) | {"ballot": "disagree", "text": "Đã chuyển đi từ 2019"})
    assert sent.status_code == 303, sent.text
    assert path not in desk.page(dossier.id)
    assert "Chờ ý kiến <span>0</span>" in desk.get("/can-bo").text

    desk.open()
    told = desk.page(dossier.id)
    assert "Không đồng ý" in told
    assert "Đã chuyển đi từ 2019" in told
    assert "Đinh Gia Khánh" in told


def test_what_was_typed_comes_back_with_the_error_at_its_field(
    desk: Desk, dossier: Dossier, there: Agency
) -> None:
    for given, words in (
        ({"agency_id": ""}, "Chọn cơ quan cần hỏi."),
        ({"due_on": "2020-01-02"}, "Chọn một ngày sau hôm nay"),
        ({"due_on": "mai"}, "Nhập ngày dạng ngày/tháng/năm"),
    ):
        answer = ask(desk, dossier, there, **given)
        assert answer.status_code == 422
        assert words in answer.text
        assert "Hải Đăng" in answer.text
    empty = ask(desk, dossier, there, question="")
    assert empty.status_code == 422
    assert 'href="#cau-hoi"' in empty.text


def test_a_checked_file_goes_along_with_the_answer(desk: Desk, dossier: Dossier, there: Agency) -> None:
    ask(desk, dossier, there)
    one = opinion_id(desk, dossier, there)
    file = factories.ready_file(desk.session, dossier, opinion_key(one))
    signed_in(desk, "hoi@example.vn")
    text = desk.page(dossier.id)
    assert "Sẽ gửi kèm" in text
    path = f"/can-bo/ho-so/{dossier.id}/y-kien/{one}/tra-loi"
    assert desk.send(path, desk.fields(text, path) | {"ballot": "agree"}).status_code == 303

    desk.open()
    assert f"/can-bo/ho-so/{dossier.id}/tep/{file.id}" in desk.page(dossier.id)
    assert desk.get(f"/can-bo/ho-so/{dossier.id}/tep/{file.id}").status_code == 303
    signed_in(desk, "dan@example.vn")
    assert desk.client.get(f"/api/v1/dossiers/{dossier.id}/attachments/{file.id}").status_code == 404
    assert str(file.id) not in desk.client.get(f"/api/v1/dossiers/{dossier.id}").text


def test_a_question_is_taken_back_with_a_reason(desk: Desk, dossier: Dossier, there: Agency) -> None:
    ask(desk, dossier, there)
    act = f"y-kien/{opinion_id(desk, dossier, there)}/rut"
    desk.session.commit()
    path = f"/can-bo/ho-so/{dossier.id}/{act}"
    fields = desk.fields(desk.page(dossier.id), path)
    assert desk.send(path, fields).status_code == 422
    sent = desk.send(path, desk.fields(desk.page(dossier.id), path) | {"text": "Hỏi nhầm cơ quan"})
    assert sent.status_code == 303

    signed_in(desk, "hoi@example.vn")
    text = desk.page(dossier.id)
    assert "Hỏi nhầm cơ quan" in text
    assert "/tra-loi" not in text


def test_the_applicant_sees_who_is_asked_and_no_word(desk: Desk, dossier: Dossier, there: Agency) -> None:
    ask(desk, dossier, there)
    signed_in(desk, "dan@example.vn")

    page = desk.get(f"/ho-so/{dossier.id}").text
    api = f"/api/v1/dossiers/{dossier.id}"
    answers = [desk.client.get(f"{api}{tail}") for tail in ("", "/timeline", "/messages")]
    assert [one.status_code for one in answers] == [200] * 3
    assert "Lấy ý kiến cơ quan khác" in page
    assert "Công an xã Tân Hòa" in page
    assert "Hải Đăng" not in page + "".join(one.text for one in answers)
    assert desk.client.get(f"{api}/opinions").status_code == 403


def test_the_api_asks_lists_answers_and_takes_back(desk: Desk, dossier: Dossier, there: Agency) -> None:
    desk.open()
    api = f"/api/v1/dossiers/{dossier.id}/opinions"
    assert desk.client.get(f"{api}/agencies").json() == [{"id": str(there.id), "name": there.name}]
    body = {"agency_id": str(there.id), "question": QUESTION, "working_days": 2}
    assert desk.client.post(api, json=body).status_code == 200
    again = desk.client.post(api, json=body)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/AlreadyAsked")
    (asked,) = desk.client.get(api).json()
    assert (asked["state"], asked["mine"], asked["question"]) == ("asked", False, QUESTION)
    back = desk.client.post(f"{api}/{asked['id']}/question-revocation", json={"reason": "Nhầm"})
    assert back.status_code == 200
    assert desk.client.post(api, json=body).status_code == 200
    one = next(found for found in desk.client.get(api).json() if found["state"] == "asked")

    signed_in(desk, "hoi@example.vn")
    page = desk.client.get("/api/v1/desk/dossiers?view=asked").json()
    assert [found["answer_by"] for found in page["items"]] == [one["due_at"]]
    done = desk.client.post(f"{api}/{one['id']}/opinion", json={"ballot": "agree"})
    assert done.status_code == 200
    assert {found["state"] for found in desk.client.get(api).json()} == {"given", "revoked"}
