"""Messages, off-line touches, the way of a result and complaints on both sides' pages."""

from typing import Any

import pytest
from sqlmodel import Session

from dossiers import complaints, decision, messages, returning
from dossiers.models import Dossier
from dossiers.workflow import Status
from tests import factories
from tests.conftest import acts_as
from tests.web_desk.conftest import Desk

SCRIPT = "<script>alert(1)</script>"
HTML = {"accept": "text/html"}
POSTED = {
    "return_ways": ["online", "counter", "post"],
    "result": {"name": "Trích lục", "electronic": True, "generated": False},
}
ADDRESS = "12 Nguyễn Trãi, xã Tân Hòa, tỉnh Lâm Đồng"


@pytest.fixture
def posted(desk: Desk, session: Session) -> Any:
    return factories.procedure(session, desk.agency.id, made_content=factories.simple(**POSTED))


def as_applicant(desk: Desk) -> Desk:
    desk.session.commit()
    factories.signed_in(desk.client, "dan@example.vn")
    return desk


def own(desk: Desk, dossier: Dossier) -> str:
    answer = desk.get(f"/ho-so/{dossier.id}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def own_post(desk: Desk, dossier: Dossier, act: str, **more: str) -> Any:
    path = f"/ho-so/{dossier.id}/{act}"
    return desk.send(path, desk.fields(own(desk, dossier), path) | more)


def settled(desk: Desk, made: Any, way: str) -> Dossier:
    dossier = desk.in_hand(made, email="dan@example.vn")
    assert desk.applicant is not None
    acts_as(desk.session, desk.applicant)
    returning.choose(desk.session, desk.applicant, dossier.id, return_way=way, address=ADDRESS)
    acts_as(desk.session, desk.officer)
    file = factories.ready_file(desk.session, dossier, "result")
    return decision.approve(desk.session, desk.officer, dossier.id, result_attachment_id=file.id)


def test_a_message_goes_to_the_desk_and_back(desk: Desk) -> None:
    dossier = desk.filed(email="dan@example.vn")
    as_applicant(desk)
    answer = own_post(desk, dossier, "tin-nhan", text=f"Mấy giờ mở cửa? {SCRIPT}")
    assert answer.headers["location"] == f"/ho-so/{dossier.id}#tin-nhan"

    desk.open()
    text = desk.page(dossier.id)
    assert "1 tin mới" in text
    assert "Mấy giờ mở cửa?" in text
    assert SCRIPT not in text
    assert "1 tin mới" not in desk.page(dossier.id)
    assert desk.post(dossier.id, "tin-nhan").status_code == 422
    path = f"/can-bo/ho-so/{dossier.id}/tin-nhan"
    desk.send(path, desk.fields(desk.page(dossier.id), path) | {"text": "Từ 7 giờ 30"})

    as_applicant(desk)
    assert "1 tin nhắn mới" in desk.get("/ho-so").text
    assert "Từ 7 giờ 30" in own(desk, dossier)
    assert "1 tin nhắn mới" not in desk.get("/ho-so").text


def test_what_is_typed_is_not_lost_when_a_message_is_refused(desk: Desk) -> None:
    dossier = desk.filed(email="dan@example.vn")
    as_applicant(desk)

    answer = own_post(desk, dossier, "tin-nhan", text="Chữ ẩn\u202e ở đây")

    assert answer.status_code == 422
    assert "Chữ ẩn" in answer.text
    assert "Chưa gửi được" in answer.text


def test_a_note_of_the_desk_never_reaches_the_applicant(desk: Desk) -> None:
    dossier = desk.in_hand(email="dan@example.vn")
    desk.open()
    path = f"/can-bo/ho-so/{dossier.id}/ngoai-mang"
    fields = desk.fields(desk.page(dossier.id), path) | {"kind": "visit", "text": "Người này hay quên giấy"}
    assert desk.send(path, fields).status_code == 303
    assert "Người này hay quên giấy" in desk.page(dossier.id)

    as_applicant(desk)
    seen = own(desk, dossier) + desk.client.get(f"/api/v1/dossiers/{dossier.id}").text
    assert "Người này hay quên giấy" not in seen


def test_an_internal_note_is_read_at_the_desk_and_nowhere_else(desk: Desk) -> None:
    dossier = desk.in_hand(email="dan@example.vn")
    desk.open()
    path = f"/can-bo/ho-so/{dossier.id}/ghi-chu"
    fields = desk.fields(desk.page(dossier.id), path) | {"text": f"Hẹn gọi lại {SCRIPT}"}
    assert desk.send(path, fields).status_code == 303
    text = desk.page(dossier.id)
    assert "Hẹn gọi lại" in text
    assert "Ghi chú nội bộ" in text
    assert SCRIPT not in text
    late = desk.send(path, fields | {"key": "khac", "text": "Ghi sau"})
    assert late.status_code == 409
    assert desk.post(dossier.id, "ghi-chu", text=desk.page(dossier.id)).status_code == 422

    as_applicant(desk)
    api = f"/api/v1/dossiers/{dossier.id}"
    answers = [desk.client.get(f"{api}{tail}") for tail in ("", "/timeline", "/messages", "/deadline")]
    assert [one.status_code for one in answers] == [200] * 4
    seen = own(desk, dossier) + "".join(one.text for one in answers)
    for word in ("Hẹn gọi lại", "Ghi chú nội bộ", "note_added"):
        assert word not in seen
    assert desk.client.get(f"{api}/notes").status_code == 403


def test_by_post_from_the_address_to_the_hand(desk: Desk, posted: Any) -> None:
    dossier = settled(desk, posted, "post")
    desk.open()
    page = desk.page(dossier.id)
    assert ADDRESS in page
    path = f"/can-bo/ho-so/{dossier.id}/gui-buu-dien"
    wrong = desk.send(path, desk.fields(page, path) | {"tracking_number": "RR123"})
    assert wrong.status_code == 422
    assert "RR123" in wrong.text
    sent = desk.send(path, desk.fields(page, path) | {"tracking_number": "RR123456785VN"})
    assert sent.status_code == 303, sent.text

    as_applicant(desk)
    seen = own(desk, dossier)
    assert "RR123456785VN" in seen
    assert "Đổi cách nhận" not in seen
    desk.open()
    assert desk.post(dossier.id, "tra-ket-qua").status_code == 303
    desk.session.refresh(dossier)
    assert dossier.status is Status.RETURNED


def test_the_counter_asks_who_takes_it(desk: Desk, posted: Any) -> None:
    dossier = settled(desk, posted, "counter")
    desk.open()
    fields = {"receiver_name": "Trần Văn Bình", "receiver_id": "12", "authorisation": "Giấy ủy quyền"}
    assert desk.post(dossier.id, "tra-ket-qua", **fields).status_code == 422
    assert desk.post(dossier.id, "tra-ket-qua", **fields | {"receiver_id": "1234"}).status_code == 303

    assert "Trần Văn Bình" in desk.page(dossier.id)


def test_a_settled_dossier_is_reopened_with_a_reason(desk: Desk, posted: Any) -> None:
    dossier = settled(desk, posted, "online")
    desk.open()
    path = f"/can-bo/ho-so/{dossier.id}/mo-lai"
    page = desk.page(dossier.id)
    assert desk.send(path, desk.fields(page, path) | {"text": ""}).status_code == 422
    assert desk.send(path, desk.fields(page, path) | {"text": "Ghi sai năm sinh"}).status_code == 303
    desk.session.refresh(dossier)
    assert dossier.status is Status.PROCESSING


def test_rating_and_complaint_of_the_applicant(desk: Desk, posted: Any) -> None:
    dossier = settled(desk, posted, "online")
    decision.deliver(desk.session, desk.officer, dossier.id)
    as_applicant(desk)
    assert own_post(desk, dossier, "danh-gia").status_code == 422
    assert own_post(desk, dossier, "danh-gia", score="2", reasons="slow").status_code == 303
    assert "Bạn đã đánh giá" in own(desk, dossier)
    assert own_post(desk, dossier, "phan-anh", complaint=f"Chậm {SCRIPT}").status_code == 303
    assert "Trả lời trước" in own(desk, dossier)
    assert "Trích lục" not in desk.get("/giay-to-cua-toi").text
    assert str(dossier.id) in desk.get("/giay-to-cua-toi").text

    desk.open()
    listed = desk.get("/can-bo/khieu-nai").text
    assert str(dossier.number) in listed
    assert "1 lượt đánh giá" in listed
    page = desk.page(dossier.id)
    assert SCRIPT not in page
    (asked,) = complaints.of_dossier(desk.session, acts_as(desk.session, desk.officer), dossier.id)
    path = f"/can-bo/ho-so/{dossier.id}/phan-anh/{asked.id}/tra-loi"
    assert desk.send(path, desk.fields(page, path) | {"text": "Xin lỗi"}).status_code == 303
    assert str(dossier.number) not in desk.get("/can-bo/khieu-nai").text
    assert str(dossier.number) in desk.get("/can-bo/khieu-nai?xem=answered").text


def test_messages_are_of_the_two_sides_only(desk: Desk, session: Session) -> None:
    dossier = desk.filed(email="dan@example.vn")
    assert desk.applicant is not None
    messages.send(session, acts_as(session, desk.applicant), dossier.id, text="Việc riêng của tôi")
    factories.account(session, email="nguoi-la@example.vn")
    session.commit()
    factories.signed_in(desk.client, "nguoi-la@example.vn")

    for path in (f"/ho-so/{dossier.id}", f"/api/v1/dossiers/{dossier.id}/messages"):
        answer = desk.client.get(path, headers=HTML)
        assert answer.status_code == 404
        assert "Việc riêng" not in answer.text
