"""A citizen's list and dossier page in each state: whose turn, by when and why, what happened."""

from typing import Any

import pytest

from dossiers import decision, processing
from dossiers.documents_contents import TITLES
from dossiers.models import Document, DocumentKind, Dossier
from portal.core.db import act_as
from tests import factories
from tests.web.conftest import World, seen


def filed(world: World) -> Dossier:
    made = factories.procedure(world.session, world.agency.id)
    return factories.filed(world.session, world.citizen, made, world.agency.id)


def as_officer(world: World) -> Any:
    act_as(world.session, world.officer.id, world.officer.agency_ids)
    return world.officer


def shown(world: World, dossier: Dossier) -> str:
    world.session.commit()
    world.sign_in()
    answer = world.get(f"/ho-so/{dossier.id}")
    assert answer.status_code == 200
    page = seen(answer)
    assert "tinh-trang" in page.ids
    listed = world.get("/ho-so")
    seen(listed)
    assert dossier.procedure_name in listed.text
    return str(answer.text)


def test_filed_shows_the_reception_check_and_no_due_date(world: World) -> None:
    page = shown(world, filed(world))
    assert "trả lời chậm nhất" in page
    assert "Bạn không cần làm gì lúc này" in page
    assert "Vì sao là ngày này?" not in page


def test_accepted_shows_the_date_and_its_proof(world: World) -> None:
    dossier = filed(world)
    processing.receive(world.session, as_officer(world), dossier.id)
    page = shown(world, dossier)
    assert dossier.number
    assert dossier.number in page
    for words in (
        "Hẹn trả kết quả",
        "Vì sao là ngày này?",
        "Ngày 3, hẹn trả",
        "Đồng hồ đang chạy",
        "Căn cứ:",
    ):
        assert words in page, words


def test_in_hand_rejected_and_refused(world: World) -> None:
    dossier = factories.in_hand(world.session, filed(world), world.officer)
    assert "Đang xử lý" in shown(world, dossier)
    decision.reject(world.session, as_officer(world), dossier.id, ground="Không đúng thẩm quyền <b>x</b>")
    page = shown(world, dossier)
    assert "Hồ sơ không được giải quyết" in page
    assert "Không đúng thẩm quyền &lt;b&gt;x&lt;/b&gt;" in page
    other = filed(world)
    processing.refuse(world.session, as_officer(world), other.id, reason="Ảnh mờ")
    assert "Hồ sơ không được tiếp nhận" in shown(world, other)


def test_settled_and_returned(world: World) -> None:
    dossier = factories.in_hand(world.session, filed(world), world.officer)
    result = factories.ready_file(world.session, dossier, "result")
    decision.approve(world.session, as_officer(world), dossier.id, ground="", result_attachment_id=result.id)
    page = shown(world, dossier)
    assert "Kết quả đã có" in page
    assert "Tải kết quả" in page
    decision.deliver(world.session, as_officer(world), dossier.id)
    assert "Đã trả kết quả" in shown(world, dossier)
    assert "Đã xong: 1 hồ sơ" in world.get("/ho-so").text


def test_an_officer_is_led_to_the_desk_and_strangers_see_nothing(world: World) -> None:
    dossier = filed(world)
    world.session.commit()
    world.sign_in("tuan@example.vn")
    assert world.get(f"/ho-so/{dossier.id}").headers["location"] == f"/can-bo/ho-so/{dossier.id}"
    world.sign_in("bao@example.vn")
    answer = world.get(f"/ho-so/{dossier.id}")
    assert answer.status_code == 404
    assert dossier.reference not in answer.text


def test_a_document_goes_to_its_owner_only(world: World) -> None:
    dossier = factories.in_hand(world.session, filed(world), world.officer)
    result = factories.ready_file(world.session, dossier, "result")
    decision.approve(world.session, as_officer(world), dossier.id, ground="", result_attachment_id=result.id)
    world.session.commit()
    world.sign_in()
    page = seen(world.get(f"/ho-so/{dossier.id}"))
    link = next(link for link in page.links if "/tai-lieu/" in link)
    answer = world.get(link)
    assert answer.status_code == 303
    assert "X-Amz-Signature" in answer.headers["location"]
    code = next(link for link in page.links if link.startswith("/kiem-tra/"))
    world.sign_in("tuan@example.vn")
    assert world.get(link).status_code == 404  # officers open it at the desk, where the reading is logged
    world.sign_out()
    proof = world.get(code)
    assert "Giấy tờ này do Cổng cấp" in proof.text
    assert "Nguyễn Thị Hường" not in proof.text


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_of_document_is_named_where_it_is_checked(world: World, kind: DocumentKind) -> None:
    """Whoever holds a paper reads what it is, never a code word of ours."""
    dossier = filed(world)
    made = Document(
        dossier_id=dossier.id,
        kind=kind,
        object_key=f"documents/{kind}",
        sha256=b"1" * 32,
        size=1,
        code="ABCD2345WXYZ",
        made_by_seq=dossier.seq,
    )
    world.session.add(made)
    world.session.commit()
    proof = world.get("/kiem-tra/ABCD2345WXYZ")
    assert f"<dt>Loại</dt><dd>{TITLES[kind]}</dd>" in proof.text


@pytest.mark.parametrize("path", ["/ho-so", "/ho-so/{id}", "/tai-khoan"])
def test_pages_ask_the_database_little(world: World, count_statements: Any, path: str) -> None:
    dossier = filed(world)
    world.session.commit()
    world.sign_in()
    counted = count_statements()
    assert world.get(path.format(id=dossier.id)).status_code == 200
    assert len(counted) <= 8, counted.seen


@pytest.mark.parametrize("step", ["to-khai", "giay-to", "kiem-tra"])
def test_pages_of_a_draft_ask_the_database_little(world: World, count_statements: Any, step: str) -> None:
    dossier = world.draft(full_name="An")
    world.sign_in()
    counted = count_statements()
    assert world.get(f"/ho-so/{dossier.id}/{step}").status_code == 200
    assert len(counted) <= 8, counted.seen
