"""The pages of a draft whose procedure has a new revision: told at the top, with links, until it is seen."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from portal.core import clock
from services_catalog import drafting, editor_queries, importing, publishing
from services_catalog.content import Offer, RevisionContent
from services_catalog.levels import Level
from services_catalog.models import Downtime
from tests import factories
from tests.web.conftest import World, seen

CODE = "1.999009"
FIRST = [
    {"key": "full_name", "kind": "text", "label": "Họ và tên"},
    {"key": "why", "kind": "text", "label": "Lý do"},
]
SECOND = [FIRST[0], {"key": "purpose", "kind": "text", "label": "Dùng vào việc gì?"}]
PAPER = {**factories.SIMPLE_PAPERS[0], "key": "photo", "name": "Ảnh chân dung"}


def publish(world: World, fields: list[Any], **more: Any) -> None:
    hands = importing.machine_hands(world.session)
    on = more.pop("on", None)
    form = [{"key": "request", "title": "Yêu cầu", "fields": fields}]
    content = msgspec.convert({**factories.simple(), "form": form, **more}, RevisionContent)
    offers = [Offer(agency_id=world.agency.id, declared=Level.FULL)]
    drafting.save_draft(world.session, CODE, hands.editor, content=content, offers=offers, effective_on=on)
    drafting.send_to_review(world.session, CODE, hands.editor)
    publishing.publish(world.session, CODE, hands.reviewer)
    world.session.commit()


@pytest.fixture
def base(world: World) -> str:
    """A draft of the first revision, at its address."""
    publish(world, FIRST)
    procedure = editor_queries.by_code(world.session, CODE)
    made = factories.draft(
        world.session, world.citizen, procedure, world.agency.id, full_name="Hường", why="Gấp"
    )
    world.session.commit()
    world.sign_in()
    return f"/ho-so/{made.id}"


@pytest.mark.parametrize("step", ["to-khai", "giay-to", "kiem-tra"])
def test_every_step_tells_what_changed_with_links_to_it(world: World, base: str, step: str) -> None:
    publish(world, SECOND, requirements=[PAPER])

    answer = world.get(f"{base}/{step}")

    page = seen(answer)
    assert "Thủ tục có bản mới: bản 2" in answer.text
    assert "Câu mới" in answer.text
    assert "Câu đã bỏ" in answer.text
    assert f"{base}/to-khai?phan=request#purpose" in page.links
    assert f"{base}/giay-to#photo" in page.links
    assert f"/thu-tuc/{CODE}/ban/2/thay-doi" in page.links


def test_the_notice_goes_when_it_was_seen_and_leads_back(world: World, base: str) -> None:
    publish(world, SECOND)
    world.get(f"{base}/giay-to")

    answer = world.post(f"{base}/ban-moi", {"back": f"{base}/giay-to"})

    assert answer.headers["location"] == f"{base}/giay-to"
    assert "Thủ tục có bản mới" not in world.get(f"{base}/giay-to").text
    assert world.post(f"{base}/ban-moi", {"back": "//evil.example"}).headers["location"] == f"{base}/to-khai"


def test_what_is_sent_from_a_page_of_before_is_kept_and_the_change_is_told(world: World, base: str) -> None:
    shown = seen(world.get(f"{base}/to-khai"))
    publish(world, SECOND)
    typed = {
        "_section": "request",
        "seq": shown.value_of("seq"),
        "full_name": "Nguyễn Thị Hường",
        "why": "Rất gấp",
    }

    answer = world.post(f"{base}/to-khai", typed)

    assert answer.headers["location"].startswith(f"{base}/to-khai?phan=request")
    after = world.get(answer.headers["location"])
    assert seen(after).value_of("full_name") == "Nguyễn Thị Hường"
    assert "Thủ tục có bản mới" in after.text


def test_autosave_of_a_page_of_before_is_no_fault(world: World, base: str) -> None:
    shown = seen(world.get(f"{base}/to-khai"))
    publish(world, SECOND)

    answer = world.patch(f"{base}/to-khai", {"_section": "request", "seq": shown.value_of("seq"), "why": "x"})

    assert answer.status_code == 200, answer.text


def test_a_draft_is_not_filed_by_surprise(world: World, base: str) -> None:
    page = seen(world.get(f"{base}/kiem-tra"))
    publish(world, SECOND)

    answer = world.post(f"{base}/kiem-tra", {"key": page.value_of("key"), "truth": "1", "data": "1"})

    assert answer.headers["location"] == f"{base}/to-khai"
    assert "Thủ tục có bản mới" in world.get(f"{base}/to-khai").text


def test_a_revision_to_come_and_a_stop_are_announced_on_the_draft(world: World, base: str) -> None:
    day = clock.today() + timedelta(days=9)
    publish(world, SECOND, on=day)
    now = clock.now()
    stop = Downtime(
        reason="Nâng cấp máy chủ", announced_at=now, starts_at=now + timedelta(days=12),
        ends_at=now + timedelta(days=13), actor_id=importing.machine_hands(world.session).editor.id,
    )  # fmt: skip
    world.session.add(stop)
    world.session.commit()

    told = world.get(f"{base}/to-khai").text

    assert f"{day:%d/%m/%Y} thủ tục có bản mới" in told
    assert "Dùng vào việc gì?" in told
    assert "Nâng cấp máy chủ" in told


def test_a_procedure_that_ended_leaves_the_draft_to_be_read(world: World, base: str) -> None:
    publishing.withdraw(world.session, CODE, importing.machine_hands(world.session).reviewer)
    world.session.commit()

    answer = world.get(f"{base}/to-khai")

    assert answer.status_code == 200
    assert "không còn nhận thủ tục này trực tuyến" in answer.text
    assert seen(answer).value_of("why") == "Gấp"
