"""The editor's tabs: what is sent is saved or told, the verdict follows, nothing typed is lost."""

import pytest
from sqlmodel import Session

from portal.core import events
from services_catalog import drafting, editor_queries
from services_catalog.models import Level
from tests import factories
from tests.web_desk.conftest import Desk
from tests.web_desk.forms import form_of
from tests.web_desk.keepers import base, drafted, post, saved, tab


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
