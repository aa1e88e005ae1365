"""Around procedures: planned stops told in time, and the agencies."""

from datetime import timedelta

from sqlmodel import Session

from portal.core import clock
from portal.core.calendar import VIET_NAM
from services_catalog import agency_queries, downtimes, public_queries
from tests.web_desk.conftest import Desk
from tests.web_desk.forms import form_of
from tests.web_desk.keepers import as_reviewer
from tests.web_desk.test_desk import INLINE

STOPS, AGENCIES = "/quan-tri/tam-dung", "/quan-tri/co-quan"


def test_a_stop_is_told_seven_working_days_ahead_and_called_off(keeper: Desk, session: Session) -> None:
    page = as_reviewer(keeper).get(STOPS).text
    earliest = downtimes.earliest_start(clock.today(), VIET_NAM)
    assert not INLINE.search(page)
    assert f"{earliest:%d/%m/%Y}" in page
    sheet = form_of(page, STOPS)
    begins, ends = earliest + timedelta(hours=22), earliest + timedelta(hours=26)
    typed = {
        "starts_at": f"{begins:%H:%M %d/%m/%Y}",
        "ends_at": f"{ends:%H:%M %d/%m/%Y}",
        "reason": "Bảo trì",
    }

    soon = sheet.send(keeper, **typed | {"starts_at": f"22:00 {clock.today():%d/%m/%Y}"})
    assert soon.status_code == 422
    assert "ít nhất 7 ngày làm việc" in soon.text
    assert "Bảo trì" in soon.text
    odd = sheet.send(keeper, **typed | {"ends_at": "khuya"})
    assert odd.status_code == 422
    assert 'value="khuya"' in odd.text
    assert sheet.send(keeper, **typed | {"code": "0.000000"}).status_code == 404
    assert sheet.send(keeper, **typed | {"reason": " "}).status_code == 422
    assert sheet.send(keeper, **typed).status_code == 303

    stop = public_queries.downtimes(session)[0]
    text, path = keeper.get(STOPS).text, f"{STOPS}/{stop.id}/huy"
    assert "Mọi thủ tục" in text
    assert form_of(text, path).send(keeper, reason=" ").status_code == 422
    assert form_of(text, path).send(keeper, reason="Hoãn bảo trì").status_code == 303
    assert "Không có đợt ngừng nào" in keeper.get(STOPS).text


def test_an_editor_sees_stops_and_makes_none(keeper: Desk) -> None:
    text = keeper.get(STOPS).text

    assert "Báo đợt ngừng" not in text
    assert keeper.send(STOPS, {"csrf": "x"}).status_code == 403


def test_an_agency_is_made_and_changed_with_its_rules(keeper: Desk, session: Session) -> None:
    sheet = form_of(keeper.get(f"{AGENCIES}/moi").text, f"{AGENCIES}/moi")
    typed = {"code": "H99.77.01", "name": "Xã Mới", "valid_from": "01/07/2025"}

    wrong = sheet.send(keeper, code="h1", name="", valid_from="mai", kind="x")
    assert wrong.status_code == 422
    for told in ("Nhập tên cơ quan", "Chọn loại cơ quan", "Nhập ngày bắt đầu"):
        assert told in wrong.text
    assert sheet.send(keeper, **typed | {"code": "x"}).status_code == 422
    assert sheet.send(keeper, **typed | {"parent": "H99.00"}).status_code == 422
    assert sheet.send(keeper, **typed).status_code == 303
    taken = sheet.send(keeper, **typed)
    assert taken.status_code == 409
    assert "Mã không dùng lại" in taken.text

    address = f"{AGENCIES}/H99.77.01"
    first = form_of(keeper.get(address).text, address)
    assert first.send(keeper, phone="0299 3810 221").status_code == 303
    stale = first.send(keeper, name="Xã Khác")
    assert stale.status_code == 409
    assert form_of(stale.text, address).send(keeper).status_code == 303
    facts = agency_queries.facts(session, "H99.77.01")
    assert facts.name == "Xã Khác"
    assert form_of(keeper.get(address).text, address).send(keeper, parent="H99.77.01").status_code == 422


def test_a_reviewer_reads_an_agency_and_changes_nothing(keeper: Desk) -> None:
    address = f"{AGENCIES}/{keeper.agency.code}"

    text = as_reviewer(keeper).get(address).text

    assert "Lưu cơ quan" not in text
    assert "disabled" in text
    assert keeper.send(address, {}).status_code == 403
