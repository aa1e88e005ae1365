"""The forms that acts leave: drawn from real events, in the set of the dossier."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from auth.actor import Actor
from dossiers import calendars, decision, desk_queries, documents, ends, extensions, processing, supplements
from dossiers.models import DocumentKind, Dossier
from dossiers.supplement_models import ItemKind
from dossiers.supplements import Item
from dossiers.workflow import Action
from portal.core.clock import local
from portal.core.db import act_as
from tests import factories
from tests.dossiers.test_documents import Office, office, world

__all__ = ["office", "world"]


def test_each_act_leaves_its_form(office: Office) -> None:
    """Forms 02, 04, 05 and the control slip of Circular 03/2025 follow from the events of real acts."""
    office.act(processing.receive)
    office.act(processing.claim)
    extended = office.act(extensions.extend, until=_later(office, 3), reason="Chờ xác minh ở xã cũ.")
    asked = office.act(
        supplements.ask,
        items=[Item(kind=ItemKind.PAPER, key="proof", reason="unreadable", why="Trang 2 bị lóa.")],
        note="Gửi lại bản chụp rõ.",
    )
    office.act(ends.ask_withdrawal, by=office.applicant, reason="Tôi nộp nhầm.")
    stopped = office.act(ends.stop, note="Đã trả bản chính.")
    documents.form04(str(office.dossier_id), extended)
    documents.form02(str(office.dossier_id), asked)
    documents.form05(str(office.dossier_id), stopped)
    documents.form06(str(office.dossier_id), stopped)

    texts = {one.kind: office.text(one) for one in office.documents()}
    assert "Chờ xác minh ở xã cũ." in texts["form04"]
    assert "đề nghị gia hạn thời gian giải quyết, trả kết quả vào" in texts["form04"]
    assert "Giấy tờ chứng minh Lý do: Mờ, không đọc được. Trang 2 bị lóa." in texts["form02"]
    assert "Gửi lại bản chụp rõ." in texts["form02"]
    assert "Người nộp đã rút hồ sơ" in texts["form05"]
    assert "Tình trạng hồ sơ lúc đó Đang giải quyết" in texts["form05"]
    assert "Đã trả bản chính." in texts["form05"]
    assert "Tôi nộp nhầm." not in texts["form05"]
    slip = texts["form06"]
    assert [word for word in _WAY if word in slip] == _WAY
    assert [slip.index(word) for word in _WAY] == sorted(slip.index(word) for word in _WAY)
    assert all("Mẫu số" in text and "Thông tư số 03/2025/TT-VPCP" in text for text in texts.values())
    with office.worker() as session:
        assert session.get_one(Dossier, office.dossier_id).form_set == "2025"


_WAY = ["Tiếp nhận hồ sơ", "Nhận giải quyết", "Yêu cầu bổ sung", "Dừng giải quyết"]


def _later(office: Office, days: int) -> dt.date:
    """A working day after the due day."""
    with office.worker() as session:
        due_at = session.get_one(Dossier, office.dossier_id).due_at
        calendar = calendars.of(session, office.agency_id)
    assert due_at is not None
    day = local(due_at).date()
    for _ in range(days):
        day = calendar.next_working_day(day)
    return day


def test_a_dossier_goes_to_a_colleague_with_its_slip_and_a_result_with_another(office: Office) -> None:
    """Decree 118/2025, art. 18(2): the dossier is handed over with a slip that both sides keep."""
    with office.app() as session:
        email = f"nhung-{office.reference.lower()}@coquan.example.vn"
        colleague = factories.officer(session, office.agency_id, email=email)
        session.commit()
    office.act(processing.receive)
    office.act(processing.claim)

    def hand_over(session: Any, actor: Actor, dossier_id: UUID) -> Dossier:
        begun = processing.begin(session, actor, dossier_id, Action.HAND_OVER, seq=None, key=None)
        assert not isinstance(begun, Dossier)
        dossier, after = begun
        return processing.finish(
            session,
            dossier,
            after,
            "dossier.handed_over",
            actor,
            {"to_id": colleague.id},
            {"note": "Đã đối chiếu bản chính."},
        )

    handed = office.act(hand_over)
    documents.hand_over(str(office.dossier_id), handed)
    approved = office.act(decision.approve, ground="Đủ điều kiện.")
    documents.hand_over(str(office.dossier_id), approved)

    slip, with_result = (office.text(one) for one in office.documents())
    assert "GIẤY BÀN GIAO HỒ SƠ" in slip
    assert "Đã đối chiếu bản chính." in slip
    assert "Giấy tờ chứng minh" in slip
    assert "PHIẾU BÀN GIAO KẾT QUẢ" in with_result
    assert "Cấp kết quả" in with_result


def test_what_goes_between_desks_is_not_shown_to_the_applicant(office: Office) -> None:
    """Control slip and hand-over slips name colleagues and their notes; officers open them."""
    office.act(processing.receive)
    office.act(processing.claim)
    approved = office.act(decision.approve, ground="Đủ điều kiện.")
    documents.hand_over(str(office.dossier_id), approved)
    (made,) = office.documents()

    for who, shown in ((office.applicant, False), (office.officer, True)):
        with office.app() as session:
            act_as(session, who.id, who.agency_ids)
            if shown:
                assert desk_queries.document(session, who, office.dossier_id, made.id)[1].id == made.id
            else:
                with pytest.raises(desk_queries.DocumentNotFound):
                    desk_queries.document(session, who, office.dossier_id, made.id)


def test_the_set_of_2018_leaves_no_notice_of_a_stop(office: Office) -> None:
    """Before Circular 03/2025 a stop had no form: the task ends with nothing drawn."""
    office.act(processing.receive)
    office.act(ends.ask_withdrawal, by=office.applicant)
    stopped = office.act(ends.stop)
    with office.worker() as session:
        session.execute(sa.update(Dossier).where(Dossier.id == office.dossier_id).values(form_set="2018"))
        session.commit()
    documents.form05(str(office.dossier_id), stopped)
    documents.form06(str(office.dossier_id), stopped)

    (made,) = office.documents()
    assert made.kind == DocumentKind.FORM_06
    assert "Mẫu số 05 (Thông tư số 01/2018/TT-VPCP)" in office.text(made)
    assert office.is_done("dossiers.documents.form05", stopped)
