"""Review by another person, the day it applies from, withdrawal and its cut-off, the history."""

import re

from sqlmodel import Session

from auth.actor import Role
from portal.core import clock
from services_catalog import drafting, editor_queries
from tests import factories
from tests.web_desk.conftest import Desk
from tests.web_desk.keepers import as_editor, as_reviewer, base, drafted, post, publish, tab


def test_a_revision_is_written_reviewed_and_published_by_two_people(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    tab(keeper, code, "/phi-thoi-han").send(keeper, **{"time_limit.amount": "5"})
    assert post(keeper, code, "gui-duyet", reason="Nghị định mới kéo dài thời hạn").status_code == 303

    own = keeper.get(f"/quan-tri/duyet/{code}").text
    assert "có quyền duyệt danh mục" in own
    assert "cong-bo" not in own
    queue = as_reviewer(keeper).get("/quan-tri/duyet").text
    assert code in queue
    assert "Pháp lý" in queue
    text = keeper.get(f"/quan-tri/duyet/{code}").text
    assert "Nghị định mới kéo dài thời hạn" in text
    assert "3 ngày làm việc" in text
    assert "5 ngày làm việc" in text
    assert publish(keeper, code, reason="Đã đối chiếu").status_code == 303

    assert "đang áp dụng: bản 2" in keeper.get(base(code)).text
    told = keeper.get(f"{base(code)}/lich-su").text
    assert "Bản 2 bắt đầu áp dụng" in told
    assert "Đã đối chiếu" in told
    assert "Nghị định mới kéo dài thời hạn" in told


def test_a_draft_is_returned_with_a_reason_and_goes_on(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    post(keeper, code, "gui-duyet")
    path = f"{base(code)}/tra-lai"
    page = as_reviewer(keeper).get(f"/quan-tri/duyet/{code}").text

    empty = keeper.send(path, keeper.fields(page, path) | {"reason": " "})
    assert empty.status_code == 422
    assert "Nêu lý do trả lại" in empty.text
    assert keeper.send(path, keeper.fields(page, path) | {"reason": "Thiếu căn cứ"}).status_code == 303

    assert "Thiếu căn cứ" in as_editor(keeper).get(f"{base(code)}/lich-su").text
    assert keeper.get(f"/quan-tri/duyet/{code}").status_code == 303


def test_whoever_wrote_it_sees_why_they_may_not_decide(keeper: Desk, session: Session) -> None:
    factories.officer(
        session,
        keeper.agency.id,
        Role.CATALOGUE_EDITOR,
        Role.CATALOGUE_REVIEWER,
        email="hai-vai@example.vn",
        name="Hai Vai",
    )
    session.commit()
    factories.signed_in(keeper.client, "hai-vai@example.vn")
    code = drafted(keeper, session)
    post(keeper, code, "gui-duyet")

    text = keeper.get(f"/quan-tri/duyet/{code}").text
    assert "Bạn không tự duyệt được" in text
    assert "soạn và gửi duyệt" in text
    assert f'action="{base(code)}/cong-bo"' not in text


def test_a_change_while_it_waits_takes_it_back(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    post(keeper, code, "gui-duyet")
    assert "đang chờ người khác duyệt" in keeper.get(base(code)).text

    tab(keeper, code, "").send(keeper, summary="Đổi lại.")

    assert "Bản nháp 2" in keeper.get(base(code)).text


def test_a_day_ahead_is_chosen_with_the_review(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    past = post(keeper, code, "gui-duyet", effective_on="01/01/2020")
    assert past.status_code == 422
    assert "Ngày áp dụng đã qua" in past.text
    odd = post(keeper, code, "gui-duyet", effective_on="mai")
    assert odd.status_code == 422
    assert 'value="mai"' in odd.text
    year = clock.today().year + 1

    assert post(keeper, code, "gui-duyet", effective_on=f"01/03/{year}").status_code == 303
    assert f"01/03/{year}" in as_reviewer(keeper).get(f"/quan-tri/duyet/{code}").text
    assert publish(keeper, code).status_code == 303

    assert f"bản 2 áp dụng từ 01/03/{year}" in keeper.get(base(code)).text
    assert code in keeper.get("/quan-tri/thu-tuc?loai=planned").text


def test_withdrawing_needs_a_reason_and_may_name_an_hour(keeper: Desk) -> None:
    code = as_reviewer(keeper).procedure.code
    assert post(keeper, code, "ngung").status_code == 422
    odd = post(keeper, code, "ngung", reason="Bãi bỏ", closes_at="chiều mai")
    assert odd.status_code == 422
    assert "Ghi giờ và ngày" in odd.text
    year = clock.today().year + 1

    assert post(keeper, code, "ngung", reason="Bãi bỏ", closes_at=f"17:00 31/12/{year}").status_code == 303
    assert "ngừng nhận từ 17:00 " in keeper.get(base(code)).text
    assert post(keeper, code, "ngung", reason="Bãi bỏ sớm").status_code == 303

    assert "đã ngừng nhận, bản cuối: 1" in keeper.get(base(code)).text
    assert code in keeper.get("/quan-tri/thu-tuc?loai=ended").text


def test_what_was_planned_may_be_called_off_with_a_reason(keeper: Desk, session: Session) -> None:
    code, year = drafted(keeper, session), clock.today().year + 1
    post(keeper, code, "gui-duyet", effective_on=f"01/03/{year}")
    publish(as_reviewer(keeper), code)

    silent = post(keeper, code, "huy-hen")
    assert silent.status_code == 422
    assert "Nêu lý do hủy" in silent.text
    assert post(keeper, code, "huy-hen", number="x", reason="Hoãn").status_code == 400
    assert post(keeper, code, "huy-hen", reason="Hoãn").status_code == 303

    text = keeper.get(f"{base(code)}/lich-su").text
    assert "Hủy bản 2 trước ngày áp dụng" in text
    assert "Hoãn" in text
    assert f"bản 2 áp dụng từ 01/03/{year}" not in text


def test_a_cut_off_may_be_taken_back_with_a_reason(keeper: Desk) -> None:
    code, year = as_reviewer(keeper).procedure.code, clock.today().year + 1
    post(keeper, code, "ngung", reason="Bãi bỏ", closes_at=f"31/12/{year}")

    assert post(keeper, code, "bo-hen-ngung").status_code == 422
    assert post(keeper, code, "bo-hen-ngung", reason="Còn hiệu lực").status_code == 303

    assert "ngừng nhận từ" not in keeper.get(base(code)).text


def test_no_name_of_a_colleague_stands_in_the_history(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    post(keeper, code, "gui-duyet")

    text = as_reviewer(keeper).get(f"{base(code)}/lich-su").text

    assert "Ngô Thanh Vân" not in text
    assert re.search(r"Người biên tập #[0-9A-F]{4}", text)
    assert "Bạn" in as_editor(keeper).get(f"{base(code)}/lich-su").text


def test_any_two_revisions_may_be_compared(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    tab(keeper, code, "").send(keeper, summary="Câu mới.")

    text = keeper.get(f"{base(code)}/so-sanh?tu=2&den=1").text

    assert "Bản 1 khác gì bản 2" in text
    assert "Câu mới." in text
    assert keeper.get(f"{base(code)}/so-sanh?tu=9&den=8").status_code == 200
    assert keeper.get(f"{base(code)}/so-sanh?tu=x").status_code == 400


def test_what_was_not_seen_is_not_published(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    assert post(keeper, code, "gui-duyet").status_code == 303
    as_reviewer(keeper)
    seen = keeper.get(f"/quan-tri/duyet/{code}").text
    as_editor(keeper)
    assert tab(keeper, code, "").send(keeper, summary="Nói khác đi").status_code == 303
    assert post(keeper, code, "gui-duyet").status_code == 303
    as_reviewer(keeper)

    path = f"{base(code)}/cong-bo"
    old = keeper.fields(seen, path)["seq"]
    now = keeper.fields(keeper.get(f"/quan-tri/duyet/{code}").text, path)
    answer = keeper.send(path, now | {"seq": old, "reason": "Đã đọc"})
    returned = keeper.send(f"{base(code)}/tra-lai", now | {"seq": old, "reason": "Sửa lại"})

    assert (answer.status_code, returned.status_code) == (409, 409)
    assert editor_queries.by_code(session, code).current_revision_id is not None
    assert drafting.draft(session, code)[1].status == "review"
    note, why = (area(answer.text, name) for name in ("cb-ly-do", "tl-ly-do"))
    assert (note, why) == ("Đã đọc", "")  # a note for the public is no reason to send it back


def area(page: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]*id="{name}"[^>]*>([^<]*)<', page)
    assert found, name
    return found[1].strip()


def test_what_ended_is_told_so_and_keeps_its_pages(keeper: Desk, session: Session) -> None:
    made = factories.procedure(session, keeper.agency.id)
    session.commit()
    as_reviewer(keeper)
    assert post(keeper, made.code, "ngung", reason="Bỏ thủ tục").status_code == 303

    page = keeper.get(f"{base(made.code)}/lich-su").text

    assert "đã ngừng nhận, bản cuối: 1" in page
    assert "chưa công bố" not in page
    assert f'href="{base(made.code)}/giay-to"' in page
