"""Keeping the catalogue by its pages: begin a revision, declare levels, be refused with the list, publish."""

import re
from typing import Any

import pytest
from sqlmodel import Session

from auth.actor import Role
from services_catalog.models import Level, Origin, Procedure
from tests import factories
from tests.web_desk.conftest import Desk
from tests.web_desk.test_desk import INLINE


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
    session.commit()
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


def post(keeper: Desk, code: str, act: str, **more: str) -> Any:
    base = f"/quan-tri/thu-tuc/{code}"
    return keeper.send(f"{base}/{act}", keeper.fields(keeper.get(base).text, f"{base}/{act}") | more)


def test_every_list_and_page_renders_without_inline_code(keeper: Desk) -> None:
    paths = [
        "/quan-tri/thu-tuc",
        "/quan-tri/thu-tuc?loai=draft",
        "/quan-tri/thu-tuc?loai=listing&query=chi+co",
    ]
    paths += ["/quan-tri/thu-tuc?query=<script>", "/quan-tri/co-quan", "/quan-tri/thu-tuc/9.999001"]
    paths += [f"/quan-tri/thu-tuc/{keeper.procedure.code}"]

    for path in paths:
        answer = keeper.get(path)
        assert answer.status_code == 200, path
        assert not INLINE.search(answer.text), path
    assert "chưa nhận trực tuyến ở đây" in keeper.get("/quan-tri/thu-tuc/9.999001").text
    assert keeper.get("/quan-tri/thu-tuc/khong-co").status_code == 404
    assert keeper.get("/quan-tri/thu-tuc?after=zzz").status_code == 303


def test_a_new_revision_is_begun_declared_and_published(keeper: Desk) -> None:
    code, agency = keeper.procedure.code, keeper.agency.id
    assert post(keeper, code, "ban-nhap").status_code == 303

    unreasoned = post(keeper, code, "muc-do", **{f"level.{agency}": "partial"})
    assert unreasoned.status_code == 303
    refused = post(keeper, code, "gui-duyet")
    assert refused.status_code == 422
    assert "Nêu lý do chưa toàn trình" in refused.text

    reason = {
        f"level.{agency}": "partial",
        f"reason.{agency}": "PRESENCE",
        f"basis.{agency}": "Điều 18 Luật Hộ tịch",
    }
    assert post(keeper, code, "muc-do", **reason).status_code == 303
    assert post(keeper, code, "gui-duyet").status_code == 303
    assert "/cong-bo" not in keeper.get(f"/quan-tri/thu-tuc/{code}").text
    assert post(as_reviewer(keeper), code, "cong-bo").status_code == 303
    text = keeper.get(f"/quan-tri/thu-tuc/{code}").text
    assert "đang áp dụng: bản 2" in text
    assert "Điều 18 Luật Hộ tịch" in text


def test_a_level_that_does_not_hold_is_refused_with_the_failing_conditions(
    keeper: Desk, session: Session
) -> None:
    body = factories.simple(presence_required=True)
    made = factories.procedure(session, keeper.agency.id, level=Level.PARTIAL, made_content=body)
    session.commit()
    code = made.code
    post(keeper, code, "ban-nhap")
    post(keeper, code, "muc-do", **{f"level.{keeper.agency.id}": "full"})

    refused = post(keeper, code, "gui-duyet")

    assert refused.status_code == 422
    assert "Chưa công bố toàn trình được" in refused.text
    errors = re.search(r'class="mc-errors".*?</div>', refused.text, re.DOTALL)
    assert errors is not None
    assert "<li>6. " in errors[0]
    assert "đang áp dụng: bản 1" in refused.text


def test_a_reviewer_sends_a_draft_back_and_the_editor_sends_it_again(keeper: Desk) -> None:
    code = keeper.procedure.code
    post(keeper, code, "ban-nhap")
    assert "Người soạn chưa gửi duyệt" in as_reviewer(keeper).get(f"/quan-tri/thu-tuc/{code}").text
    factories.signed_in(keeper.client, "bien-tap@example.vn")
    post(keeper, code, "gui-duyet")
    assert "Danh mục" in as_reviewer(keeper).get("/can-bo").text
    assert post(keeper, code, "tra-lai", reason=" ").status_code == 422

    assert post(keeper, code, "tra-lai", reason="Thiếu căn cứ pháp lý").status_code == 303

    factories.signed_in(keeper.client, "bien-tap@example.vn")
    assert post(keeper, code, "gui-duyet").status_code == 303


def test_withdrawing_ends_what_is_offered(keeper: Desk) -> None:
    code = keeper.procedure.code

    assert post(as_reviewer(keeper), code, "ngung").status_code == 303
    assert "chưa công bố" in keeper.get(f"/quan-tri/thu-tuc/{code}").text


def test_a_failing_condition_links_to_what_decides_it(keeper: Desk, session: Session) -> None:
    person = {"name": "Cấp giấy", "electronic": False, "generated": False}
    made = factories.procedure(session, keeper.agency.id, made_content=factories.simple(result=person))
    session.commit()

    assert post(keeper, made.code, "ban-nhap").status_code == 303
    text = keeper.get(f"/quan-tri/thu-tuc/{made.code}").text

    assert '<a href="#ketqua">Xem kết quả</a>' in text
    assert 'id="ketqua"' in text
    assert 'aria-disabled="true" aria-describedby="vs"' in text
    assert 'href="/quan-tri/thu-tuc" aria-current="page"' in keeper.get("/quan-tri/co-quan").text
