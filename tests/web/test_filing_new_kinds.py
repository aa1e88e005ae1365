"""What an earlier dossier answered, papers among the questions, places in force: on the pages of filing."""

from typing import Any

from sqlmodel import Session

from dossiers import earlier, filing, queries
from portal.core.db import act_as
from services_catalog.content import Field
from services_catalog.models import Procedure
from services_catalog.units import directory
from tests import factories
from tests.web.conftest import World, seen

HOME = {"province": "Thành phố Huế", "commune": "Phường Thuận Hóa", "detail": "Tổ 4"}


def asking(session: Session, world: World, *fields: dict[str, Any]) -> Procedure:
    """A procedure that asks these questions and no paper."""
    form = [{"key": "request", "title": "Yêu cầu", "fields": list(fields)}]
    body = {**factories.simple(), "form": form, "requirements": []}
    made = factories.procedure(session, world.agency.id, made_content=body)
    session.commit()
    return made


def asked(session: Session, made: Procedure) -> list[Field]:
    assert made.current_revision_id
    return queries.content(session, made.current_revision_id).form[0].fields


def told_before(session: Session, world: World, made: Procedure, **answers: Any) -> None:
    dossier = factories.draft(session, world.citizen, made, world.agency.id, **answers)
    filing.submit(session, world.citizen, dossier.id, idempotency_key=None)
    session.commit()


JOB = {"key": "job", "kind": "text", "label": "Nghề nghiệp", "prefill": "earlier", "required": False}
PLACE = {"key": "home", "kind": "address", "label": "Nơi ở", "prefill": "earlier", "required": False}


def test_what_was_answered_before_is_offered_again_and_may_be_changed(session: Session, world: World) -> None:
    made = asking(session, world, JOB, PLACE)
    told_before(session, world, made, job="Thợ may", home=HOME)
    world.sign_in()
    draft = factories.draft(session, world.citizen, made, world.agency.id, job="")
    session.commit()

    answer = world.get(f"/ho-so/{draft.id}/to-khai")

    page = seen(answer)
    assert page.value_of("job") == "Thợ may"
    assert page.value_of("home.commune") == "Phường Thuận Hóa"
    assert answer.text.count("Lấy từ hồ sơ trước; sửa được") == 2
    world.post(f"/ho-so/{draft.id}/to-khai", {"_section": "request", "job": "Thợ điện", "do": "save"})
    again = world.get(f"/ho-so/{draft.id}/to-khai")
    assert seen(again).value_of("job") == "Thợ điện"
    assert "Lấy từ hồ sơ trước" not in again.text


def test_the_same_procedure_comes_first_then_any_and_only_what_fits(session: Session, world: World) -> None:
    choice = {"key": "way", "kind": "choice", "label": "Cách", "prefill": "earlier", "required": False}
    here = asking(session, world, JOB, PLACE, {**choice, "options": [{"value": "new", "label": "Mới"}]})
    other = asking(
        session,
        world,
        {**JOB, "prefill": None},
        {"key": "home", "kind": "text", "label": "Nơi ở", "required": False},
        {**choice, "options": [{"value": "old", "label": "Cũ"}]},
    )
    told_before(session, world, here, job="Thợ may")
    told_before(session, world, other, job="Thợ điện", home="Tổ 4", way="old")
    draft = factories.draft(session, world.citizen, here, world.agency.id, job="")
    fields = asked(session, here)

    found = earlier.answers(session, world.citizen, fields, code=here.code, dossier_id=draft.id)

    assert found == {"job": "Thợ may"}  # its home is another kind, its way no option any more
    elsewhere = earlier.answers(session, world.citizen, fields, code="9.0", dossier_id=draft.id)
    assert elsewhere == {"job": "Thợ điện"}


def test_nobody_is_offered_the_answers_of_another(session: Session, world: World) -> None:
    made = asking(session, world, JOB)
    told_before(session, world, made, job="Thợ may")
    stranger = factories.citizen(session, email="khac@example.vn")
    mine = factories.draft(session, stranger, made, world.agency.id, job="")
    fields = asked(session, made)

    act_as(session, stranger.id, stranger.agency_ids)

    assert earlier.answers(session, stranger, fields, code=made.code, dossier_id=mine.id) == {}


def test_a_paper_stands_among_the_questions_and_a_condition_in_words(session: Session, world: World) -> None:
    made = asking(
        session,
        world,
        {"key": "married", "kind": "yesno", "label": "Đã kết hôn"},
        {
            "key": "spouse",
            "kind": "text",
            "label": "Tên vợ, chồng",
            "required": False,
            "required_when": [{"field": "married", "any_of": [True]}],
        },
        {"key": "proof", "kind": "file", "label": "Giấy chứng nhận kết hôn"},
    )
    world.sign_in()
    draft = factories.draft(session, world.citizen, made, world.agency.id, married=True)
    session.commit()

    text = world.get(f"/ho-so/{draft.id}/to-khai").text

    assert "Tải lên ở bước Giấy tờ" in text
    assert "Bắt buộc khi “Đã kết hôn” là “Có”" in text
    assert "Tên vợ, chồng <span" not in text  # not called optional, since it may be required
    refused = world.post(f"/ho-so/{draft.id}/to-khai", {"_section": "request", "married": "true"})
    assert refused.status_code == 422
    assert "Nhập tên vợ, chồng" in refused.text
    assert "Giấy chứng nhận kết hôn" in world.get(f"/thu-tuc/{made.code}/to-khai").text


def test_an_old_place_is_noticed_before_filing_and_not_refused(session: Session, world: World) -> None:
    made = asking(session, world, PLACE)
    world.sign_in()
    old = {"province": "Tỉnh Hà Giang", "commune": "Phường Trần Phú"}
    draft = factories.draft(session, world.citizen, made, world.agency.id, home=old)
    session.commit()

    review = world.get(f"/ho-so/{draft.id}/kiem-tra").text

    assert "“Tỉnh Hà Giang” không có trong danh mục đơn vị hành chính hiện hành" in review
    form = world.get(f"/ho-so/{draft.id}/to-khai").text
    assert f'<option value="{directory().provinces[0].name}">' in form
    assert 'data-province="home.province"' in form
