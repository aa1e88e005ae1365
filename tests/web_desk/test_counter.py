"""Keying in at the counter on the applicant's own pages: who came, the form, the papers, the slip."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from dossiers.models import Channel, Dossier
from dossiers.workflow import Status
from portal.core.db import act_as
from tests import factories
from tests.web_desk.conftest import Desk

HERE = "/can-bo/nop-ho"
WHO = {
    "name": "Đỗ Thị Hoa",
    "personal_id": "001190123456",
    "phone": "0987654321",
    "email": "",
    "address": "Tổ 3",
}


def begun(desk: Desk, **more: str) -> Any:
    fields = desk.fields(desk.get(HERE).text, HERE)
    return desk.send(HERE, fields | WHO | {"procedure": desk.procedure.code, "channel": "counter"} | more)


def draft_of(answer: Any) -> UUID:
    found = re.fullmatch(r"/ho-so/([0-9a-f-]+)/to-khai", answer.headers["location"])
    assert found is not None, answer.headers
    return UUID(found[1])


def test_a_whole_dossier_is_keyed_in_filed_and_received(desk: Desk, session: Session) -> None:
    desk.open()
    draft = draft_of(begun(desk))
    form = desk.get(f"/ho-so/{draft}/to-khai").text
    fields = desk.fields(form, f"/ho-so/{draft}/to-khai")

    saved = desk.send(f"/ho-so/{draft}/to-khai", fields | factories.SIMPLE_ANSWERS | {"do": "next"})
    act_as(session, desk.officer.id, desk.officer.agency_ids)
    factories.ready_file(session, session.get_one(Dossier, draft))
    session.commit()
    papers = desk.get(f"/ho-so/{draft}/giay-to").text
    review = desk.get(f"/ho-so/{draft}/kiem-tra").text
    consents = {"truth": "1", "data": "1"}
    filed = desk.send(f"/ho-so/{draft}/kiem-tra", desk.fields(review, f"/ho-so/{draft}/kiem-tra") | consents)
    received = desk.post(draft, "tiep-nhan")
    session.expire_all()
    dossier = session.get_one(Dossier, draft)

    assert "Bạn đang nhập tại quầy cho <strong>Đỗ Thị Hoa</strong>" in form
    assert "001190123456" not in re.sub(r'value="[^"]*"', "", form)
    assert saved.status_code == 303
    assert "Về danh sách nộp tại quầy" in papers
    assert "Người nộp cam đoan" in review
    assert filed.headers["location"] == f"/can-bo/ho-so/{draft}"
    assert received.status_code == 303
    assert (dossier.status, dossier.channel, dossier.applicant_id) == (Status.ACCEPTED, Channel.COUNTER, None)
    assert dossier.entered_by == desk.officer.id


def test_what_was_begun_is_gone_on_with(desk: Desk) -> None:
    desk.open()
    draft = draft_of(begun(desk, channel="post"))

    text = desk.get(HERE).text
    saved = desk.send(
        f"/ho-so/{draft}/to-khai",
        desk.fields(desk.get(f"/ho-so/{draft}/to-khai").text, f"/ho-so/{draft}/to-khai") | {"do": "save"},
    )

    assert f"/ho-so/{draft}/to-khai" in text
    assert "Đỗ Thị Hoa" in text
    assert "Qua bưu điện" in text
    assert saved.headers["location"] == HERE


def test_a_second_press_finds_the_same_draft(desk: Desk) -> None:
    desk.open()
    fields = desk.fields(desk.get(HERE).text, HERE)
    given = fields | WHO | {"procedure": desk.procedure.code, "channel": "counter"}

    assert draft_of(desk.send(HERE, given)) == draft_of(desk.send(HERE, given))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("procedure", "", "Chọn thủ tục."),
        ("procedure", "9.000000", ""),
        ("channel", "online", "Chọn nộp tại quầy hoặc qua bưu điện."),
        ("name", " ", "Nhập họ và tên người nộp."),
        ("name", "Hoa\u202e", "ký tự"),
        ("personal_id", "12", "12"),
        ("phone", "không có", "điện thoại"),
        ("email", "khong@", ""),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_typed(desk: Desk, field: str, value: str, told: str) -> None:
    desk.open()

    answer = begun(desk, **{field: value})

    assert answer.status_code == 422
    assert told in answer.text
    assert "Chưa mở được hồ sơ" in answer.text
    assert 'value="Tổ 3"' in answer.text


def test_a_colleague_and_the_applicant_have_no_way_in(desk: Desk, session: Session) -> None:
    desk.open()
    draft = draft_of(begun(desk))
    factories.officer(session, desk.agency.id, email="dong-nghiep@example.vn")
    factories.citizen(session, email="hoa@example.vn", personal_id=WHO["personal_id"])
    session.commit()

    for email in ("dong-nghiep@example.vn", "hoa@example.vn"):
        factories.signed_in(desk.client, email)
        for page in ("to-khai", "giay-to", "kiem-tra"):
            assert desk.get(f"/ho-so/{draft}/{page}").status_code == 404


def test_an_agency_one_does_not_serve_is_refused(desk: Desk) -> None:
    other = factories.agency(desk.session)
    desk.open()

    answer = begun(desk, agency=str(other.id))

    assert answer.status_code == 422
    assert "Bạn chỉ nhập hồ sơ cho cơ quan của mình." in answer.text


def test_nothing_of_the_officers_own_dossiers_is_filled_in(desk: Desk, session: Session) -> None:
    """What is offered comes from who came, never from the account that types."""
    desk.open()

    text = desk.get(f"/ho-so/{draft_of(begun(desk))}/to-khai").text

    assert f'value="{desk.officer.name}"' not in text
    assert "từ tài khoản của bạn" not in text
