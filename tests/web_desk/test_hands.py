"""Passing on at the desk: offers, answers, what a head gives out, and who stands in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from auth import sessions
from auth.actor import Role
from dossiers.models import Dossier
from portal.core.clock import today
from tests import factories
from tests.web_desk.conftest import Desk

HERE = "/can-bo/thay-viec"
COLLEAGUE, HEAD = "dong-nghiep@example.vn", "lanh-dao@example.vn"


class Unit:
    def __init__(self, desk: Desk) -> None:
        self.desk, session = desk, desk.session
        self.colleague = factories.officer(session, desk.agency.id, email=COLLEAGUE, name="Vũ Thu Trang")
        self.head = factories.officer(session, desk.agency.id, Role.HEAD, email=HEAD, name="Trịnh Như Quỳnh")
        self.dossier: Dossier = desk.in_hand()
        desk.open()

    def sign_in(self, email: str) -> None:
        factories.signed_in(self.desk.client, email)

    def page(self) -> str:
        return self.desk.page(self.dossier.id)

    def post(self, act: str, **more: str) -> Any:
        return self.desk.post(self.dossier.id, act, **more)


@pytest.fixture
def unit(desk: Desk) -> Unit:
    return Unit(desk)


def test_a_dossier_goes_from_hand_to_hand(unit: Unit, session: Session) -> None:
    before = unit.page()
    offered = unit.post("ban-giao", to_id=str(unit.colleague.id), note="Còn chờ sổ lưu")
    waiting = unit.page()
    unit.sign_in(COLLEAGUE)
    asked = unit.page()
    taken = unit.post("nhan-ban-giao")
    session.expire_all()

    assert "Vũ Thu Trang" in before
    assert (offered.status_code, taken.status_code) == (303, 303)
    assert "Đang chờ <strong>Vũ Thu Trang</strong> nhận" in waiting
    assert "Hồ sơ được bàn giao cho bạn" in asked
    assert "Nhận bàn giao" in asked
    assert session.get_one(Dossier, unit.dossier.id).holder_id == unit.colleague.id
    assert "Đã nhận bàn giao" in unit.page()


def test_an_offer_is_taken_back(unit: Unit, session: Session) -> None:
    unit.post("ban-giao", to_id=str(unit.colleague.id))
    unit.post("khong-nhan-ban-giao")
    session.expire_all()

    assert session.get_one(Dossier, unit.dossier.id).offered_to_id is None
    assert "Bàn giao cho đồng nghiệp" in unit.page()


def test_nobody_chosen_comes_back_with_the_word_kept(unit: Unit) -> None:
    answer = unit.post("ban-giao", to_id="", note="Còn chờ sổ lưu")

    assert answer.status_code == 422
    assert "Chọn đồng nghiệp." in answer.text
    assert "Còn chờ sổ lưu" in answer.text


def test_a_head_assigns_and_others_have_no_such_form(unit: Unit, session: Session) -> None:
    plain = unit.page()
    unit.sign_in(HEAD)
    text = unit.page()
    empty = unit.post("phan-cong", to_id=str(unit.colleague.id), reason="")
    given = unit.post("phan-cong", to_id=str(unit.colleague.id), reason="Chia lại việc")
    session.expire_all()

    assert "Phân công người giải quyết" not in plain
    assert "Phân công người giải quyết" in text
    assert empty.status_code == 422
    assert "Nhập lý do phân công lại." in empty.text
    assert given.status_code == 303
    assert session.get_one(Dossier, unit.dossier.id).holder_id == unit.colleague.id


def test_the_applicant_reads_nothing_of_it(unit: Unit) -> None:
    unit.post("ban-giao", to_id=str(unit.colleague.id), note="Còn chờ sổ lưu")
    text = seen_by_applicant(unit.desk, unit.dossier)

    for word in ("bàn giao", "Còn chờ sổ lưu", "Vũ Thu Trang"):
        assert word not in text


def seen_by_applicant(desk: Desk, dossier: Dossier) -> str:
    """The applicant's own page of it."""
    assert desk.applicant is not None
    assert desk.applicant.id is not None
    token = sessions.start(desk.session, desk.applicant.id, desk.applicant.name, hours=1)
    desk.session.commit()
    desk.client.cookies.clear()
    headers = {"accept": "text/html", "cookie": f"__Host-motcua={token}"}
    answer = desk.client.get(f"/ho-so/{dossier.id}", headers=headers, follow_redirects=False)
    assert answer.status_code == 200
    return str(answer.text)


class TestStandIns:
    def given(self, unit: Unit, **more: str) -> Any:
        fields = unit.desk.fields(unit.desk.get(HERE).text, HERE)
        values = {"to_id": str(unit.colleague.id), "since": str(today()), "reason": "Nghỉ phép"}
        until = str(today() + timedelta(days=4))
        return unit.desk.send(HERE, fields | values | {"until": until} | more)

    def test_one_is_named_and_ended(self, unit: Unit) -> None:
        assert self.given(unit).status_code == 303
        text = unit.desk.get(HERE).text
        found = re.search(rf'action="({HERE}/[0-9a-f-]+/ket-thuc)"', text)
        assert found is not None
        ended = unit.desk.send(found[1], unit.desk.fields(text, found[1]))

        assert "<strong>Vũ Thu Trang</strong> thay Lê Minh Tuấn" in text
        assert (today() + timedelta(days=4)).strftime("%d/%m/%Y") in text
        assert ended.headers["location"] == HERE
        assert "Không ai đang được thay." in unit.desk.get(HERE).text

    def test_a_head_names_one_for_an_officer(self, unit: Unit) -> None:
        unit.sign_in(HEAD)

        assert self.given(unit, from_id=str(unit.desk.officer.id)).status_code == 303
        assert "thay Lê Minh Tuấn" in unit.desk.get(HERE).text

    @pytest.mark.parametrize(
        ("more", "told"),
        [
            ({"to_id": ""}, "Chọn trong danh sách."),
            ({"until": ""}, "Nhập ngày"),
            ({"until": "2020-01-01"}, "Ngày cuối phải sau ngày đầu"),
            ({"since": "9999-12-31"}, "Nhập ngày"),
        ],
    )
    def test_what_is_wrong_comes_back(self, unit: Unit, more: dict[str, str], told: str) -> None:
        answer = self.given(unit, **more)

        assert answer.status_code == 422
        assert told in answer.text
        assert 'value="Nghỉ phép"' in answer.text

    def test_nobody_is_sent_away_by_a_colleague(self, unit: Unit) -> None:
        answer = self.given(unit, from_id=str(unit.head.id))

        assert answer.status_code == 422
        assert "Chỉ người nghỉ hoặc lãnh đạo đơn vị mới cử người thay." in answer.text


STEPS = [
    {"key": "receive", "name": "Tiếp nhận", "unit": "Một cửa", "role": "Cán bộ", "hours": 1},
    {"key": "examine", "name": "Thẩm tra", "unit": "Phòng chuyên môn", "role": "Chuyên viên", "hours": 4},
    {"key": "sign", "name": "Ký", "unit": "Ủy ban", "role": "Lãnh đạo", "hours": 2},
    {"key": "return", "name": "Trả kết quả", "unit": "Một cửa", "role": "Văn thư", "hours": 1},
]


class TestPlan:
    def started(self, desk: Desk) -> Dossier:
        made = factories.procedure(desk.session, desk.agency.id, made_content=factories.simple(steps=STEPS))
        dossier = desk.in_hand(made)
        desk.open()
        return dossier

    def test_the_holder_goes_on_and_back(self, desk: Desk) -> None:
        dossier = self.started(desk)
        before = desk.page(dossier.id)
        on = desk.post(dossier.id, "xong-buoc", note="Đủ căn cứ")
        after = desk.page(dossier.id)
        wrong = desk.post(dossier.id, "tra-buoc", to="2", reason="")
        back = desk.post(dossier.id, "tra-buoc", to="2", reason="Thiếu xác minh")

        assert "Xong bước này, sang “Ký”" in before
        assert "Trả lại bước trước" not in before
        assert on.status_code == 303
        assert "Quyết định kết thúc bước này." in after
        assert "Về bước" in after
        assert wrong.status_code == 422
        assert "Nhập lý do trả lại bước trước." in wrong.text
        assert back.status_code == 303
        assert "Xong bước này, sang “Ký”" in desk.page(dossier.id)

    def test_the_applicant_reads_where_it_is(self, desk: Desk) -> None:
        dossier = self.started(desk)
        desk.post(dossier.id, "xong-buoc", note="Chỉ nội bộ")
        text = seen_by_applicant(desk, dossier)

        assert "Đang ở bước <strong>Ký</strong>, Ủy ban" in text
        assert "dự kiến xong bước trước" in text
        assert "Chỉ nội bộ" not in text

    def test_the_api_tells_the_plan(self, desk: Desk) -> None:
        dossier = self.started(desk)

        items = desk.client.get(f"/api/v1/dossiers/{dossier.id}/plan").json()["items"]

        assert [(one["position"], one["state"]) for one in items] == [
            (1, "done"), (2, "open"), (3, "waiting"), (4, "waiting"),
        ]  # fmt: skip
        assert items[1]["due_at"] is not None


def test_an_instant_without_its_zone_is_bad_input(unit: Unit) -> None:
    token = unit.desk.fields(unit.desk.get(HERE).text, HERE)["csrf"]
    body = {
        "agency_id": str(unit.desk.agency.id),
        "from_id": str(unit.desk.officer.id),
        "to_id": str(unit.colleague.id),
        "since": "2040-01-01T00:00:00",
        "until": "2040-01-02T00:00:00",
    }

    answer = unit.desk.client.post("/api/v1/desk/delegations", json=body, headers={"x-csrf-token": token})

    assert answer.status_code == 400
