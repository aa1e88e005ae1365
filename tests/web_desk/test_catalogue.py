"""Keeping the catalogue by its pages: lists, a new procedure, the editor's tabs, review by another."""

import re
from typing import Any

import pytest
from sqlmodel import Session

from auth.actor import Role
from portal.core import clock, events
from services_catalog import drafting, editor_queries
from services_catalog.content import RevisionContent
from services_catalog.models import Level, Origin, Procedure
from tests import factories
from tests.web_desk.conftest import Desk
from tests.web_desk.forms import Sheet, form_of
from tests.web_desk.test_desk import INLINE

TABS = ("", "/giay-to", "/phi-thoi-han", "/co-quan", "/quy-trinh", "/so-sanh", "/lich-su")


@pytest.fixture
def keeper(desk: Desk, session: Session) -> Desk:
    """The desk with an editor of the catalogue signed in."""
    factories.officer(
        session, desk.agency.id, Role.CATALOGUE_EDITOR, email="bien-tap@example.vn", name="Ngô Thanh Vân"
    )
    session.add(
        Procedure(
            code="9.999001",
            name="Thủ tục chỉ có tên",
            name_folded="thu tuc chi co ten",
            origin=Origin.LISTING,
        )
    )
    factories.officer(
        session, desk.agency.id, Role.CATALOGUE_REVIEWER, email="duyet@example.vn", name="Hoàng Văn Nghĩa"
    )
    session.commit()
    factories.signed_in(desk.client, "bien-tap@example.vn")
    return desk


def as_reviewer(keeper: Desk) -> Desk:
    """The same desk with the second person signed in."""
    factories.signed_in(keeper.client, "duyet@example.vn")
    return keeper


def as_editor(keeper: Desk) -> Desk:
    factories.signed_in(keeper.client, "bien-tap@example.vn")
    return keeper


def base(code: str) -> str:
    return f"/quan-tri/thu-tuc/{code}"


def post(keeper: Desk, code: str, act: str, **more: str) -> Any:
    """Post a small form of the procedure's first tab."""
    path = f"{base(code)}/{act}"
    return keeper.send(path, keeper.fields(keeper.get(base(code)).text, path) | more)


def drafted(keeper: Desk, session: Session, **changes: Any) -> str:
    """A procedure with a draft that says the same as what is published; its code."""
    made = factories.procedure(session, keeper.agency.id, made_content=factories.simple(**changes))
    session.commit()
    assert post(keeper, made.code, "ban-nhap").status_code == 303
    return made.code


def tab(keeper: Desk, code: str, slug: str) -> Sheet:
    """The form of a tab as a browser would fill and send it."""
    answer = keeper.get(base(code) + slug)
    assert answer.status_code == 200
    return form_of(answer.text, base(code) + slug)


def saved(session: Session, code: str) -> RevisionContent:
    session.expire_all()
    return drafting.draft(session, code)[2]


def test_every_list_and_page_renders_without_inline_code(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    paths = [
        f"/quan-tri/thu-tuc?loai={shelf}"
        for shelf in ["own", "draft", "review", "planned", "ended", "listing"]
    ]
    paths += ["/quan-tri/thu-tuc?query=<script>", "/quan-tri/thu-tuc?query=chi+co&loai=listing"]
    paths += ["/quan-tri/thu-tuc?muc-do=eligible&linh-vuc=%3Cb%3E", "/quan-tri/co-quan", "/quan-tri/duyet"]
    paths += ["/quan-tri/thu-tuc/9.999001", "/quan-tri/thu-tuc/moi", "/quan-tri/thu-tuc/moi?code=9.999001"]
    paths += [base(code) + slug for slug in TABS] + [base(keeper.procedure.code) + slug for slug in TABS]

    for path in paths:
        answer = keeper.get(path)
        assert answer.status_code == 200, path
        assert not INLINE.search(answer.text), path
    assert "chưa nhận trực tuyến ở đây" in keeper.get("/quan-tri/thu-tuc/9.999001").text
    assert keeper.get("/quan-tri/thu-tuc/khong-co").status_code == 404
    assert keeper.get("/quan-tri/thu-tuc?after=zzz").status_code == 303
    assert keeper.get("/quan-tri/co-quan?after=zzz").status_code == 303


def test_shelves_hold_what_they_say_and_filters_narrow_them(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    info = factories.procedure(session, keeper.agency.id, level=Level.INFO, code="9.555001")
    session.commit()

    own = keeper.get("/quan-tri/thu-tuc").text
    assert code in own
    assert info.code in own
    draft = keeper.get("/quan-tri/thu-tuc?loai=draft").text
    assert code in draft
    assert info.code not in draft
    assert "9.999001" in keeper.get("/quan-tri/thu-tuc?loai=listing&query=CHI+CO+ten").text
    level = keeper.get("/quan-tri/thu-tuc?muc-do=info").text
    assert info.code in level
    assert f">{code}<" not in level
    assert "Không có thủ tục nào khớp" in keeper.get("/quan-tri/thu-tuc?query=xyzzyq").text
    assert f">{info.code}<" in keeper.get("/quan-tri/thu-tuc?query=9.5550").text


def test_what_could_be_full_process_and_is_not_is_found(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    group = {
        "groups.0.declared": "partial",
        "groups.0.reason_code": "TECH_OTHER",
        "groups.0.reason_basis": "Điều 14",
    }
    assert tab(keeper, code, "/co-quan").send(keeper, **group).status_code == 303
    post(keeper, code, "gui-duyet")
    publish(as_reviewer(keeper), code)

    text = keeper.get("/quan-tri/thu-tuc?muc-do=eligible").text
    assert code in text
    assert "Đủ điều kiện toàn trình" in text
    assert keeper.procedure.code not in text


def publish(keeper: Desk, code: str, **more: str) -> Any:
    page = keeper.get(f"/quan-tri/duyet/{code}").text
    path = f"{base(code)}/cong-bo"
    return keeper.send(path, keeper.fields(page, path) | more)


@pytest.mark.parametrize("slug", ["", "/giay-to", "/phi-thoi-han", "/co-quan", "/quy-trinh"])
def test_a_tab_sent_as_it_was_shown_changes_nothing(keeper: Desk, session: Session, slug: str) -> None:
    body = factories.content("1.013225")
    made = factories.procedure(session, keeper.agency.id, made_content=body)
    session.commit()
    post(keeper, made.code, "ban-nhap")
    before = saved(session, made.code)

    answer = tab(keeper, made.code, slug).send(keeper)

    assert answer.status_code == 303
    assert saved(session, made.code) == before


def test_what_is_saved_on_one_tab_leaves_the_others_alone(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    before = saved(session, code)

    assert tab(keeper, code, "").send(keeper, name="Tên mới", conditions=None).status_code == 303
    assert tab(keeper, code, "/quy-trinh").send(keeper, **{"steps.0.hours": "3"}).status_code == 303

    after = saved(session, code)
    assert (after.name, after.steps[0].hours) == ("Tên mới", 3)
    assert (after.form, after.requirements, after.fees) == (before.form, before.requirements, before.fees)


def test_a_mistake_keeps_what_was_typed_and_is_named_beside_its_field(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)

    answer = tab(keeper, code, "/giay-to").send(
        keeper, **{"requirements.0.name": "Giấy rất mới", "requirements.0.max_mb": "hai mươi"}
    )

    assert answer.status_code == 422
    assert "Lỗi: " in answer.text
    assert 'href="#requirements.0.max_mb"' in answer.text
    shown = form_of(answer.text, f"{base(code)}/giay-to").values
    assert shown["requirements.0.name"] == ["Giấy rất mới"]
    assert shown["requirements.0.max_mb"] == ["hai mươi"]
    assert saved(session, code).requirements[0].name == "Giấy tờ chứng minh"


def test_a_stale_save_shows_both_and_may_be_sent_again(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    mine = tab(keeper, code, "")
    tab(keeper, code, "").send(keeper, summary="Lời của người khác.")

    refused = mine.send(keeper, summary="Lời của tôi.")

    assert refused.status_code == 409
    assert "đang lưu “Lời của người khác.”, bạn ghi “Lời của tôi.”" in refused.text
    again = form_of(refused.text, base(code)).send(keeper)
    assert again.status_code == 303
    assert saved(session, code).summary == "Lời của tôi."


def test_rows_are_added_moved_and_left_out_without_script_and_without_saving(
    keeper: Desk, session: Session
) -> None:
    code = drafted(keeper, session)
    before = saved(session, code)

    added = tab(keeper, code, "/giay-to").send(keeper, do="add:requirements")
    assert added.status_code == 200
    sheet = form_of(added.text, f"{base(code)}/giay-to")
    assert saved(session, code) == before
    moved = sheet.send(keeper, do="up:requirements.1", **{"requirements.1.name": "Văn bản ủy quyền"})
    assert form_of(moved.text, f"{base(code)}/giay-to").send(keeper).status_code == 303

    assert [paper.name for paper in saved(session, code).requirements] == [
        "Văn bản ủy quyền",
        "Giấy tờ chứng minh",
    ]
    gone = tab(keeper, code, "/giay-to").send(keeper, do="remove:requirements.0")
    form_of(gone.text, f"{base(code)}/giay-to").send(keeper)
    assert [paper.name for paper in saved(session, code).requirements] == ["Giấy tờ chứng minh"]


def test_the_verdict_follows_what_is_typed_before_it_is_saved(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    sheet = tab(keeper, code, "/giay-to")

    live = sheet.send(
        keeper, do="check", headers={"hx-request": "true"}, **{"requirements.0.electronic_ok": None}
    )

    assert live.status_code == 200
    assert "<!doctype" not in live.text.lower()
    assert "Đạt 7 trên 8 điều kiện" in live.text
    assert "Chưa công bố được" in live.text  # full process is declared
    assert 'href="/quan-tri/thu-tuc/' + code + '/giay-to#requirements.0">Sửa' in live.text
    assert 'id="k-requirements-0" hx-swap-oob="true">Làm hỏng điều kiện 4<' in live.text
    whole = sheet.send(keeper, do="check", **{"requirements.0.electronic_ok": None})
    assert "Đạt 7 trên 8 điều kiện" in whole.text
    assert "thay đổi chưa lưu" in whole.text
    assert saved(session, code).requirements[0].electronic_ok


def test_what_cannot_be_read_is_told_in_the_verdict(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)

    live = tab(keeper, code, "/phi-thoi-han").send(
        keeper, do="check", headers={"hx-request": "true"}, **{"time_limit.amount": "ba"}
    )

    assert "Còn 1 chỗ chưa đọc được" in live.text


def test_agencies_are_grouped_by_what_they_declare(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    other = factories.agency(session, name="Phường Bến Gỗ")
    session.commit()

    second = tab(keeper, code, "/co-quan").send(keeper, do="add:groups")
    declared = {
        "groups.1.declared": "partial",
        "groups.1.reason_code": "PRESENCE",
        "groups.1.reason_basis": "Điều 18 Luật Hộ tịch",
        "groups.1.add": str(other.id),
    }
    assert form_of(second.text, f"{base(code)}/co-quan").send(keeper, **declared).status_code == 303

    offers = {offer.agency_id: offer for offer in drafting.draft(session, code)[3]}
    assert offers[keeper.agency.id].declared is Level.FULL
    assert (offers[other.id].declared, offers[other.id].reason_code) == (Level.PARTIAL, "PRESENCE")
    text = keeper.get(f"{base(code)}/co-quan").text
    assert "Nhóm 2" in text
    moved = tab(keeper, code, "/co-quan").send(keeper, **{"groups.0.add": str(other.id)})
    assert moved.status_code == 303
    session.expire_all()
    assert {offer.declared for offer in drafting.draft(session, code)[3]} == {Level.FULL}


def test_a_level_that_does_not_hold_is_refused_with_the_way_to_mend_it(
    keeper: Desk, session: Session
) -> None:
    code = drafted(keeper, session, presence_required=True)

    refused = post(keeper, code, "gui-duyet", reason="Thử")

    assert refused.status_code == 422
    assert "Chưa công bố toàn trình được: đạt 7 trên 8 điều kiện" in refused.text
    assert f'href="{base(code)}/co-quan#presence_required">Sửa' in refused.text
    assert 'aria-disabled="true" aria-describedby="vs"' in refused.text
    assert ">Thử<" in refused.text.replace("\n", "")


def test_a_contradiction_is_told_in_the_words_of_the_page(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    sheet = tab(keeper, code, "/giay-to")
    sheet.send(keeper, **{"requirements.0.replaced_by": "Cơ sở dữ liệu quốc gia về dân cư"})

    text = keeper.get(base(code)).text

    assert "Giấy tờ “Giấy tờ chứng minh”: Cơ sở dữ liệu quốc gia về dân cư đã có dữ liệu này" in text
    assert f'href="{base(code)}/giay-to#requirements.0">Sửa' in text


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

    assert "chưa công bố" in keeper.get(base(code)).text
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


def test_a_new_procedure_begins_empty_or_as_a_copy(keeper: Desk, session: Session) -> None:
    path = "/quan-tri/thu-tuc/moi"
    fields = {"name": "Cấp thẻ", "sector": "Hộ tịch", "source": "Quyết định 1/QĐ-BTP"}
    sheet = form_of(keeper.get(path).text, path)

    wrong = sheet.send(keeper, code="abc", name="", copy="0.0")
    assert wrong.status_code == 422
    for told in ("Nhập mã gồm", "Nhập tên thủ tục", "Nhập lĩnh vực", "Không có thủ tục nào mang mã 0.0"):
        assert told in wrong.text
    assert sheet.send(keeper, code="9.888001", **fields).status_code == 303
    assert sheet.send(keeper, code="9.888002", copy=keeper.procedure.code, **fields).status_code == 303
    taken = sheet.send(keeper, code="9.888001", **fields)

    assert taken.status_code == 422
    assert "đã có nội dung ở đây" in taken.text
    assert saved(session, "9.888001").form == []
    copied = saved(session, "9.888002")
    assert (copied.name, len(copied.form)) == ("Cấp thẻ", 1)
    assert "Chưa công bố được" in keeper.get(base("9.888001")).text


def test_a_listed_procedure_is_taken_in(keeper: Desk, session: Session) -> None:
    path = "/quan-tri/thu-tuc/moi"
    sheet = form_of(keeper.get(f"{path}?code=9.999001").text, path)
    assert sheet.values["name"] == ["Thủ tục chỉ có tên"]

    assert sheet.send(keeper, sector="Hộ tịch", source="Danh mục quốc gia").status_code == 303

    assert saved(session, "9.999001").name == "Thủ tục chỉ có tên"


def test_a_trial_run_is_asked_for_and_does_not_make_a_form_stale(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    open_form = tab(keeper, code, "")
    path = f"{base(code)}/chay-thu"
    page = keeper.get(f"{base(code)}/so-sanh").text

    assert keeper.send(path, keeper.fields(page, path)).status_code == 303
    assert "Đang chạy từ" in keeper.get(f"{base(code)}/so-sanh").text

    assert open_form.send(keeper, summary="Vẫn lưu được.").status_code == 303
    procedure = editor_queries.by_code(session, code)
    assert [one.name for one in events.history(session, procedure.id)][-2:] == [
        "procedure.simulation_asked",
        "procedure.drafted",
    ]


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
