"""Where the desk says whose turn it is, what is lacking, and where to go when something failed."""

from sqlmodel import Session

from dossiers import processing
from tests.conftest import acts_as
from tests.web_desk.conftest import Desk
from tests.web_desk.test_desk import INLINE, priced


def test_a_failure_at_the_desk_stays_at_the_desk(desk: Desk) -> None:
    desk.open()

    missing = desk.get("/can-bo/ho-so/00000000-0000-7000-8000-000000000000")
    forbidden = desk.get("/quan-tri/co-quan")

    assert (missing.status_code, forbidden.status_code) == (404, 403)
    for answer in (missing, forbidden):
        assert 'class="mc-desk"' in answer.text
        assert "Về danh sách hồ sơ" in answer.text
        assert not INLINE.search(answer.text)
    assert 'action="/can-bo"' in missing.text


def test_the_dossier_says_whose_clock_runs_and_what_follows(desk: Desk, session: Session) -> None:
    running = desk.accepted()
    refused = desk.filed()
    acts_as(session, desk.officer)
    processing.refuse(session, desk.officer, refused.id, reason="Thiếu ảnh thẻ")
    desk.open()

    assert f"Đồng hồ đang chạy ở {desk.agency.name}." in desk.page(running.id)
    ended = desk.page(refused.id)
    assert "có thể sửa rồi nộp lại, hoặc khiếu nại" in ended
    assert 'aria-current="step"' not in ended  # nothing is "now" any more


def test_what_a_decision_lacks_is_said_beside_its_control_too(desk: Desk, session: Session) -> None:
    unpaid = desk.in_hand(priced(session, desk))
    desk.open()

    answer = desk.post(unpaid.id, "quyet-dinh", outcome="approve")

    assert 'href="#phi"' in answer.text
    assert 'id="phi-e"' in answer.text
