"""The officer's desk: who may open it, what it shows in each state, and that nothing typed is lost."""

import re
from typing import Any

import pytest
from sqlmodel import Session, select

from dossiers import decision, processing
from dossiers.inbox import VIEWS
from dossiers.models import AttachmentState, Dossier
from dossiers.workflow import Status
from tests import factories
from tests.conftest import acts_as
from tests.web_desk.conftest import Desk

SCRIPT = "<script>alert(1)</script>"
INLINE = re.compile(r"<[^>]+\s(?:style|on[a-z]+)=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


def generated(session: Session, desk: Desk) -> Any:
    """A procedure whose result the portal writes."""
    result = {"name": "Bản sao trích lục", "electronic": True, "generated": True}
    return factories.procedure(session, desk.agency.id, made_content=factories.simple(result=result))


def priced(session: Session, desk: Desk) -> Any:
    """A procedure with 8.000 đồng a copy."""
    body = factories.simple()
    body["fees"] = [
        {
            "key": "copy",
            "name": "Lệ phí bản sao",
            "kind": "charge",
            "amount_vnd": 8000,
            "per": "copy",
            "quantity_field": "copies_count",
        }
    ]
    body["result"] = {"name": "Bản sao trích lục", "electronic": True, "generated": True}
    return factories.procedure(session, desk.agency.id, made_content=body)


def test_nobody_is_sent_to_sign_in_and_a_citizen_is_refused(desk: Desk, session: Session) -> None:
    factories.account(session, email="dan@example.vn")
    session.commit()
    paths = ["/can-bo", "/quan-tri/thu-tuc", "/quan-tri/co-quan"]

    for path in paths:
        assert desk.get(path).headers["location"].startswith("/dang-nhap?next=")
    factories.signed_in(desk.client, "dan@example.vn")
    assert [desk.get(path).status_code for path in paths] == [403, 403, 403]


def test_an_officer_may_not_keep_the_catalogue(desk: Desk) -> None:
    desk.open()

    assert desk.get("/quan-tri/thu-tuc").status_code == 403


def test_another_agencys_dossier_does_not_exist_for_the_officer(desk: Desk, session: Session) -> None:
    elsewhere = factories.agency(session)
    made = factories.procedure(session, elsewhere.id)
    other = factories.filed(session, factories.citizen(session), made, elsewhere.id)
    desk.open()

    assert desk.get(f"/can-bo/ho-so/{other.id}").status_code == 404
    sent = desk.send(f"/can-bo/ho-so/{other.id}/tiep-nhan", {"seq": str(other.seq), "csrf": csrf_of(desk)})
    assert sent.status_code == 404
    assert other.number is None


def csrf_of(desk: Desk) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', desk.get("/can-bo").text)
    assert found is not None
    return found[1]


def test_every_view_of_the_inbox_renders_empty_and_with_rows(desk: Desk) -> None:
    views = ["", *VIEWS, "x"]
    desk.open()
    empty = [desk.get(f"/can-bo?view={view}") for view in views]
    desk.filed()
    desk.accepted()
    desk.in_hand()
    desk.session.commit()
    full = [desk.get(f"/can-bo?view={view}") for view in views]

    assert {answer.status_code for answer in [*empty, *full]} == {200}
    assert all("mc-empty" in answer.text for answer in empty)


def test_each_state_of_a_dossier_has_its_page_without_inline_code(desk: Desk, session: Session) -> None:
    written = generated(session, desk)
    states = {
        Status.SUBMITTED: desk.filed(),
        Status.ACCEPTED: desk.accepted(),
        Status.PROCESSING: desk.in_hand(),
    }
    refused = desk.filed()
    acts_as(session, desk.officer)
    states[Status.REFUSED] = processing.refuse(
        session, desk.officer, refused.id, reason="Ảnh mờ, không đọc được"
    )
    states[Status.STOPPED] = decision.reject(
        session, desk.officer, desk.in_hand().id, ground="Không thuộc thẩm quyền"
    )
    states[Status.SETTLED] = decision.approve(session, desk.officer, desk.in_hand(written).id)
    desk.open()

    for status, dossier in states.items():
        text = desk.page(dossier.id)
        assert dossier.status is status
        assert not INLINE.search(text), (status, INLINE.search(text))
    assert "Ảnh mờ, không đọc được" in desk.page(states[Status.REFUSED].id)
    assert "Không thuộc thẩm quyền" in desk.page(states[Status.STOPPED].id)


def test_what_people_typed_is_text_on_the_page(desk: Desk, session: Session) -> None:
    applicant = factories.citizen(session, name=f"Nguyễn {SCRIPT}")
    dossier = factories.draft(
        session,
        applicant,
        desk.procedure,
        desk.agency.id,
        full_name=SCRIPT,
        copies_count=1,
        note='"><img src=x>',
    )
    factories.ready_file(session, dossier, filename=f"{SCRIPT}.pdf")
    from dossiers import filing

    filing.submit(session, applicant, dossier.id, idempotency_key=None)
    desk.open()

    for text in (desk.page(dossier.id), desk.get("/can-bo?view=to_receive").text):
        assert SCRIPT not in text
        assert "<img src=x" not in text
    preview = desk.post(dossier.id, "khong-tiep-nhan", note=f"{SCRIPT} thiếu giấy")
    assert preview.status_code == 200
    assert SCRIPT not in preview.text
    assert "&lt;script&gt;" in preview.text


def test_the_personal_id_is_masked_until_shown_and_both_are_logged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr("portal.web.officer.note_reading", lambda _s, _a, _d, act: logged.append(act))
    dossier = desk.filed(personal_id="001190123456")
    desk.open()

    assert "001190123456" not in desk.page(dossier.id)
    assert "001190123456" in desk.get(f"/can-bo/ho-so/{dossier.id}?hien=1").text
    assert logged == ["read", "reveal"]


def test_a_dossier_goes_from_reception_to_delivery_by_its_forms(desk: Desk, session: Session) -> None:
    dossier = desk.filed(priced(session, desk))
    desk.open()
    page = desk.page(dossier.id)
    assert "Nếu tiếp nhận bây giờ" in page
    assert "16.000\u00a0đồng" in page

    received = desk.post(dossier.id, "tiep-nhan", text=page)
    assert received.status_code == 303
    text = desk.page(dossier.id)
    assert "Đã tiếp nhận. Số hồ sơ" in text
    assert desk.post(dossier.id, "nhan-viec", text=text).status_code == 303

    unpaid = desk.post(dossier.id, "quyet-dinh", outcome="approve")
    assert unpaid.status_code == 422
    assert "Ghi nhận đã thu" in unpaid.text
    assert desk.post(dossier.id, "thu-phi").status_code == 303

    preview = desk.post(dossier.id, "quyet-dinh", outcome="approve", note="Chúc mừng")
    assert preview.status_code == 200
    assert "Phê duyệt hồ sơ này?" in preview.text
    back = desk.post(dossier.id, "quyet-dinh", text=preview.text, do="back")
    assert "Chúc mừng</textarea>" in back.text
    decided = desk.post(dossier.id, "quyet-dinh", text=preview.text, do="confirm")
    assert decided.status_code == 303

    pending = desk.post(dossier.id, "tra-ket-qua")
    assert pending.status_code == 409
    assert "Kết quả đang được lập" in pending.text


def test_the_same_form_sent_twice_acts_once(desk: Desk, session: Session) -> None:
    dossier = desk.filed()
    before = dossier.seq
    desk.open()
    page = desk.page(dossier.id)

    answers = [desk.post(dossier.id, "tiep-nhan", text=page) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    acts_as(session, desk.officer)
    session.expire_all()
    assert session.exec(select(Dossier.seq).where(Dossier.id == dossier.id)).one() == before + 1


def test_a_conflict_shows_the_present_state_and_keeps_what_was_typed(desk: Desk, session: Session) -> None:
    dossier = desk.in_hand(generated(session, desk))
    desk.open()
    stale = desk.page(dossier.id)
    preview = desk.post(dossier.id, "quyet-dinh", text=stale, outcome="reject", note="Không đúng thẩm quyền")
    assert (
        desk.post(dossier.id, "nhan-viec", text=stale).status_code == 303
    )  # held longer: the version moves on

    late = desk.post(dossier.id, "quyet-dinh", text=preview.text, do="confirm")

    assert late.status_code == 409
    assert "Trang này là tình trạng hiện tại: Đang xử lý" in late.text
    assert "Không đúng thẩm quyền</textarea>" in late.text
    again = desk.post(
        dossier.id, "quyet-dinh", text=late.text, outcome="reject", note="Không đúng thẩm quyền"
    )
    assert desk.post(dossier.id, "quyet-dinh", text=again.text, do="confirm").status_code == 303


def test_a_step_not_open_any_more_still_shows_what_was_written(desk: Desk, session: Session) -> None:
    dossier = desk.filed()
    desk.open()
    stale = desk.page(dossier.id)
    assert desk.post(dossier.id, "tiep-nhan", text=stale).status_code == 303

    late = desk.post(dossier.id, "khong-tiep-nhan", text=stale, note="Thiếu giấy chứng sinh")

    assert late.status_code == 409
    assert "Được tiếp nhận" in late.text
    assert "Thiếu giấy chứng sinh" in late.text


def test_a_decision_names_what_it_lacks(desk: Desk) -> None:
    dossier = desk.in_hand()
    desk.open()
    lacking: list[tuple[dict[str, str], str]] = [
        ({"outcome": ""}, "Chọn phê duyệt hoặc từ chối giải quyết"),
        ({"outcome": "reject", "note": "  "}, "Nhập lý do từ chối giải quyết"),
        ({"outcome": "approve"}, "Tải tệp kết quả lên"),
    ]

    for fields, told in lacking:
        answer = desk.post(dossier.id, "quyet-dinh", **fields)

        assert answer.status_code == 422
        assert told in answer.text
        assert "<title>Lỗi: " in answer.text


def test_hidden_characters_in_a_reason_are_refused_beside_the_field(desk: Desk) -> None:
    dossier = desk.filed()
    desk.open()
    preview = desk.post(dossier.id, "khong-tiep-nhan", note="ảnh\u202emờ")

    answer = desk.post(dossier.id, "khong-tiep-nhan", text=preview.text, do="confirm")

    assert answer.status_code == 422
    assert "ký tự ẩn" in answer.text


def test_a_form_without_its_version_or_token_is_refused(desk: Desk) -> None:
    dossier = desk.filed()
    desk.open()
    fields = desk.fields(desk.page(dossier.id), f"/can-bo/ho-so/{dossier.id}/tiep-nhan")
    path = f"/can-bo/ho-so/{dossier.id}/tiep-nhan"

    assert desk.send(path, {**fields, "seq": "một"}).status_code == 400
    assert desk.send(path, {**fields, "csrf": "x"}).status_code == 403


def test_a_colleague_sees_who_holds_it_and_may_not_decide(desk: Desk, session: Session) -> None:
    dossier = desk.in_hand()
    factories.officer(session, desk.agency.id, email="trang@example.vn", name="Vũ Thu Trang")
    desk.open()
    factories.signed_in(desk.client, "trang@example.vn")

    text = desk.page(dossier.id)

    assert "Đồng nghiệp đang giữ hồ sơ này" in text
    assert "Xem trước quyết định" not in text


def test_an_officers_own_request_opens_as_a_citizens(desk: Desk, session: Session) -> None:
    acts_as(session, desk.officer)
    dossier = factories.filed(session, desk.officer, desk.procedure, desk.agency.id)
    desk.open()

    answer = desk.get(f"/can-bo/ho-so/{dossier.id}")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/ho-so/{dossier.id}")


def test_a_checked_file_opens_from_the_store_and_others_do_not(desk: Desk, session: Session) -> None:
    dossier = desk.filed()
    file = factories.ready_file(session, dossier)
    checking = factories.ready_file(session, dossier, state=AttachmentState.CHECKING)
    desk.open()

    opened = desk.get(f"/can-bo/ho-so/{dossier.id}/tep/{file.id}")
    viewed = desk.get(f"/can-bo/ho-so/{dossier.id}?tep={file.id}")

    assert opened.status_code == 303
    assert "response-content-disposition=attachment" in opened.headers["location"]
    assert "SHA-256" in viewed.text
    assert desk.get(f"/can-bo/ho-so/{dossier.id}/tep/{checking.id}").status_code == 409


def test_the_page_of_a_dossier_takes_few_statements(desk: Desk, count_statements: Any) -> None:
    dossier = desk.in_hand()
    desk.open()
    desk.get("/can-bo")
    counted = count_statements()
    desk.get("/can-bo?view=unit")
    inbox = len(counted)
    counted = count_statements()
    desk.page(dossier.id)

    assert inbox <= 8, counted.seen
    assert len(counted) <= 10, counted.seen
