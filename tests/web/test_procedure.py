"""A procedure's page: what do I need, how long, how much, where, and if not online, why."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from sqlmodel import Session

from portal.core import clock
from portal.web import procedure_view as shown
from services_catalog import by_case, drafting, editor_queries, importing, publishing
from services_catalog.content import Offer, RevisionContent
from services_catalog.levels import Level
from services_catalog.models import Downtime, RevisionStatus
from tests import factories
from tests.services_catalog.following import follow_due
from tests.web.conftest import World, seen

BASIS = "Điều 18 Luật Hộ tịch 60/2014/QH13"
CASES = [
    {"key": "plain", "name": "Nộp thường", "show_when": [{"field": "speed", "any_of": ["plain"]}]},
    {
        "key": "urgent",
        "name": "Nộp gấp",
        "show_when": [{"field": "speed", "any_of": ["urgent"]}],
        "time_limit": {"amount": 1, "unit": "working_day"},
    },
]
PAPERS = [
    {"key": "one", "name": "Đơn xin", "originals": 1, "copies": 2, "needed": "always", "accept": ["pdf"]},
    {
        "key": "two",
        "name": "Giấy chứng minh việc gấp",
        "certified": 1,
        "cases": ["urgent"],
        "needed": "always",
        "accept": ["pdf"],
    },
    {
        "key": "three",
        "name": "Thẻ căn cước",
        "needed": "not_needed",
        "replaced_by": "Cơ sở dữ liệu quốc gia về dân cư",
        "accept": ["pdf"],
    },
]
FEES = [
    {
        "key": "fee",
        "name": "Lệ phí cấp giấy",
        "kind": "charge",
        "amount_vnd": 20000,
        "online_amount_vnd": 10000,
        "per": "dossier",
    },
    {
        "key": "extra",
        "name": "Phí làm gấp",
        "kind": "fee",
        "amount_vnd": 50000,
        "per": "dossier",
        "cases": ["urgent"],
        "channels": ["counter"],
    },
]
SPEED = {
    "key": "speed",
    "kind": "choice",
    "label": "Cách nộp",
    "options": [{"value": "plain", "label": "Thường"}, {"value": "urgent", "label": "Gấp"}],
}


def said(**more: Any) -> dict[str, Any]:
    form = [{"key": "a", "title": "Yêu cầu", "fields": [SPEED]}]
    simple = factories.simple(channels=["online", "counter", "post"], online_payment=True)
    return {**simple, "form": form, "cases": CASES, "requirements": PAPERS, "fees": FEES, **more}


def content(**more: Any) -> RevisionContent:
    return msgspec.convert(said(**more), RevisionContent)


def published(session: Session, code: str, *agencies: Any, on: date | None = None, **more: Any) -> None:
    """A revision through the hands of an editor and a reviewer."""
    hands = importing.machine_hands(session)
    offers = more.pop("offers", [Offer(agency_id=one.id, declared=Level.FULL) for one in agencies])
    drafting.save_draft(session, code, hands.editor, content=content(**more), offers=offers, effective_on=on)
    drafting.send_to_review(session, code, hands.editor)
    publishing.publish(session, code, hands.reviewer)
    session.commit()


CODE = "1.999007"


def page(world: World, query: str = "", tail: str = "") -> str:
    answer = world.get(f"/thu-tuc/{CODE}{tail}{query}")
    assert answer.status_code == 200, answer.text
    seen(answer)
    return " ".join(answer.text.replace("\u00a0", " ").split())


def test_without_a_case_chosen_the_page_tells_of_all(world: World) -> None:
    published(world.session, CODE, world.agency)

    told = page(world)

    assert "1 hoặc 3 ngày làm việc, tùy trường hợp" in told
    assert "Trường hợp: Nộp gấp" in told
    assert "(1 bản chính, 2 bản sao)" in told
    assert "(1 bản sao có chứng thực)" in told
    assert "Cơ quan tự tra từ Cơ sở dữ liệu quốc gia về dân cư" in told


def test_a_case_is_chosen_by_a_link_and_the_page_is_of_it_alone(world: World) -> None:
    published(world.session, CODE, world.agency)

    plain, urgent = page(world, "?truong-hop=plain"), page(world, "?truong-hop=urgent")

    assert "Giấy chứng minh việc gấp" not in plain
    assert "Giấy chứng minh việc gấp" in urgent
    assert "3 ngày làm việc" in plain
    assert "1 ngày làm việc" in urgent
    assert f'href="/thu-tuc/{CODE}?truong-hop=urgent"' in plain


def test_each_way_of_filing_has_its_own_time_and_price(world: World) -> None:
    ways = [
        {"channel": "counter", "time_limit": {"amount": 5, "unit": "working_day"}, "note": "Lấy số trước."}
    ]
    rows = shown.ways(content(ways=ways), by_case.case_named(content(), "plain"), clock.today())

    assert [(row.channel, row.time.split(",")[0], row.fee) for row in rows] == [
        ("online", "3 ngày làm việc", "10.000 đồng"),
        ("counter", "5 ngày làm việc", "20.000 đồng"),
        ("post", "3 ngày làm việc", "20.000 đồng"),
    ]
    assert rows[1].notes == ["Lấy số trước."]
    gaps = shown.ways(content(), by_case.case_named(content(), "urgent"), clock.today())
    assert [row.fee for row in gaps] == ["10.000 đồng", "70.000 đồng", "20.000 đồng"]


def test_a_time_nobody_can_count_is_told_in_the_words_of_its_source(world: World) -> None:
    stated = {"amount": 1, "unit": "stated", "note": "Ngay khi cơ quan thuế trả lời."}
    published(
        world.session,
        CODE,
        offers=[Offer(agency_id=world.agency.id, declared=Level.INFO)],
        time_limit=stated,
        cases=[],
        requirements=[],
        fees=[],
        channels=["counter"],
        form=[],
    )

    assert "Ngay khi cơ quan thuế trả lời." in page(world)


def test_a_fee_without_a_number_is_not_called_free_and_remarks_are_told(world: World) -> None:
    fee = {**FEES[0], "amount_vnd": 0, "stated": True, "note": "Do Hội đồng nhân dân tỉnh quy định."}
    fee.pop("online_amount_vnd")
    published(
        world.session,
        CODE,
        offers=[Offer(agency_id=world.agency.id, declared=Level.INFO)],
        fees=[fee],
        cases=[],
        requirements=[],
        channels=["counter"],
        form=[],
        remarks=[{"text": "Bản sao do cơ quan cấp thì không cần chứng thực.", "about": "Lưu ý"}],
        applicants=["Công dân Việt Nam"],
    )

    told = page(world)

    assert "theo mức thu được quy định" in told
    assert "Không thu" not in told
    assert "Do Hội đồng nhân dân tỉnh quy định." in told
    assert "Bản sao do cơ quan cấp thì không cần chứng thực." in told
    assert "Công dân Việt Nam" in told


def test_of_several_offices_none_is_chosen_for_anybody(world: World) -> None:
    other = factories.agency(world.session, "H99.88.05", name="Trung tâm xã Sông Hậu")
    published(world.session, CODE, world.agency, other)

    asked = seen(world.get(f"/thu-tuc/{CODE}"))
    chosen = seen(world.get(f"/thu-tuc/{CODE}?co-quan=H99.88.05"))

    def picked(found: Any) -> list[Any]:
        radios = [one for one in found.controls if one.get("type") == "radio"]
        assert len(radios) == 2
        return [one["value"] for one in radios if "checked" in one]

    assert picked(asked) == []
    assert picked(chosen) == ["H99.88.05"]
    world.sign_in()
    missing = world.post(f"/thu-tuc/{CODE}/bat-dau", {"submission_id": "x"})
    assert missing.headers["location"] == f"/thu-tuc/{CODE}#nop-ho-so"


def test_what_was_chosen_before_signing_in_is_chosen_afterwards(world: World) -> None:
    published(world.session, CODE, world.agency)
    address = f"/thu-tuc/{CODE}/bat-dau?co-quan={world.agency.code}&truong-hop=urgent"
    assert world.get(address).headers["location"].startswith("/dang-nhap?next=/thu-tuc/")

    world.sign_in()

    back = f"/thu-tuc/{CODE}?truong-hop=urgent&co-quan={world.agency.code}#nop-ho-so"
    assert world.get(address).headers["location"] == back


def test_each_office_says_its_level_reason_and_basis(world: World) -> None:
    other = factories.agency(world.session, "H99.88.05", name="Trung tâm xã Sông Hậu", phone="0299 123")
    partial = Offer(
        agency_id=other.id,
        declared=Level.PARTIAL,
        reason_code="TECH_OTHER",
        reason_basis=BASIS,
        unit="Quầy 3",
    )
    published(world.session, CODE, offers=[Offer(agency_id=world.agency.id, declared=Level.FULL), partial])

    told = page(world)

    assert "Mức độ tùy nơi nộp" in told
    assert "Còn vướng mắc kỹ thuật khác chưa xử lý được" in told
    assert f"Căn cứ: {BASIS}" in told
    assert "Nơi tiếp nhận: Quầy 3" in told
    assert "0299 123" in told
    assert "Vì sao thủ tục này là một phần?" in page(world, "?co-quan=H99.88.05")


def test_revisions_levels_and_what_changed_can_be_read_back(world: World) -> None:
    published(world.session, CODE, world.agency)
    later = clock.today() + timedelta(days=12)
    partial = Offer(
        agency_id=world.agency.id, declared=Level.PARTIAL, reason_code="TECH_OTHER", reason_basis=BASIS
    )
    published(world.session, CODE, summary="Nói rõ hơn.", offers=[partial])
    published(world.session, CODE, world.agency, on=later, time_limit={"amount": 2, "unit": "working_day"})

    told = page(world)

    assert f"{later:%d/%m/%Y} áp dụng bản mới" in told
    assert "Từ toàn trình thành một phần" in told
    assert "Bắt đầu cung cấp: toàn trình" in told
    assert f'href="/thu-tuc/{CODE}/ban/1"' in told
    assert "không còn áp dụng" in page(world, tail="/ban/1")
    assert "Bắt đầu nộp" not in page(world, tail="/ban/1")
    assert "áp dụng từ" in page(world, tail="/ban/3")
    changed = page(world, tail="/ban/3/thay-doi")
    assert "3 ngày làm việc" in changed
    assert "2 ngày làm việc" in changed
    assert "Một phần" in page(world, tail="/ban/2/thay-doi")
    assert "là bản đầu tiên" in page(world, tail="/ban/1/thay-doi")
    assert world.get(f"/thu-tuc/{CODE}/ban/2").headers["location"] == f"/thu-tuc/{CODE}"
    assert world.get(f"/thu-tuc/{CODE}/ban/4").status_code == 404


def test_a_draft_and_what_waits_for_review_have_no_page(world: World) -> None:
    published(world.session, CODE, world.agency)
    hands = importing.machine_hands(world.session)
    offers = [Offer(agency_id=world.agency.id, declared=Level.FULL)]
    drafting.save_draft(world.session, CODE, hands.editor, content=content(summary="Kín."), offers=offers)
    drafting.send_to_review(world.session, CODE, hands.editor)
    world.session.commit()
    found = editor_queries.draft_of(world.session, editor_queries.by_code(world.session, CODE).id)
    assert found is not None
    assert found.status is RevisionStatus.REVIEW

    assert world.get(f"/thu-tuc/{CODE}/ban/2").status_code == 404
    assert world.get(f"/thu-tuc/{CODE}/ban/2/thay-doi").status_code == 404


def test_a_cut_off_is_told_and_ends_the_button_at_its_instant(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(world.session, CODE, world.agency)
    reviewer = importing.machine_hands(world.session).reviewer
    publishing.withdraw(world.session, CODE, reviewer, closes_at=clock.now() + timedelta(hours=3))
    world.session.commit()

    before = page(world)
    monkeypatch.setattr(clock._Ahead, "by", timedelta(hours=4))
    world.client.app.state.ready.forget()
    after = page(world)
    follow_due(world.session, clock.now())
    world.session.commit()
    closed = page(world)

    assert "Ngừng nhận từ" in before
    assert "Bắt đầu nộp" in before
    assert "Đã ngừng nhận từ" in after
    assert "Bắt đầu nộp" not in after
    assert "Cổng đã ngừng nhận thủ tục này" in closed


def test_a_planned_stop_is_told_on_the_procedure_and_the_first_page(world: World) -> None:
    published(world.session, CODE, world.agency)
    now = clock.now()
    stop = Downtime(
        reason="Nâng cấp máy chủ",
        announced_at=now,
        starts_at=now + timedelta(days=12),
        ends_at=now + timedelta(days=12, hours=6),
        actor_id=importing.machine_hands(world.session).editor.id,
    )
    world.session.add(stop)
    world.session.commit()

    for told in (page(world), world.get("/").text):
        assert "Sẽ tạm dừng nhận hồ sơ trực tuyến của cả Cổng" in told
        assert "Nâng cấp máy chủ" in told


def test_a_page_without_a_session_is_kept_and_carries_nothing_of_one_reader(
    world: World, count_statements: Any
) -> None:
    published(world.session, CODE, world.agency)
    first = world.get(f"/thu-tuc/{CODE}")
    counted = count_statements()

    again = world.get(f"/thu-tuc/{CODE}", params={})

    assert counted.seen == []
    assert again.content == first.content
    assert "submission_id" not in first.text
    world.sign_in()
    assert "submission_id" in world.get(f"/thu-tuc/{CODE}").text


@pytest.mark.parametrize(
    "path", ["/thu-tuc/linh-vuc", "/thu-tuc/linh-vuc/ho-tich", "/thu-tuc/co-quan", "/thu-tuc/viec/birth"]
)
def test_browsing_leads_to_the_procedure(world: World, path: str, count_statements: Any) -> None:
    published(world.session, CODE, world.agency, life_events=["birth"])

    told = world.get(path)
    counted = count_statements()
    world.get(path)

    seen(told)
    assert told.status_code == 200
    assert counted.seen == []
    wanted = {
        "/thu-tuc/linh-vuc": "/thu-tuc/linh-vuc/ho-tich",
        "/thu-tuc/co-quan": f"/thu-tuc/co-quan/{world.agency.code}",
    }.get(path, f"/thu-tuc/{CODE}")
    assert wanted in told.text


def test_an_agency_lists_what_it_offers(world: World) -> None:
    published(world.session, CODE, world.agency)

    told = world.get(f"/thu-tuc/co-quan/{world.agency.code}")

    assert f"/thu-tuc/{CODE}?co-quan={world.agency.code}" in told.text


@pytest.mark.parametrize(
    "path", ["/thu-tuc/viec/x", "/thu-tuc/linh-vuc/x", "/thu-tuc/co-quan/x", "/thu-tuc/linh-vuc/%00"]
)
def test_what_is_not_there_is_a_page_that_says_so(world: World, path: str) -> None:
    assert world.get(path).status_code in (400, 404)


@pytest.mark.parametrize("path", ["/thu-tuc/linh-vuc/ho-tich", "/thu-tuc/co-quan"])
def test_a_cursor_from_elsewhere_is_refused_in_words(world: World, path: str) -> None:
    published(world.session, CODE, world.agency)

    assert world.get(f"{path}?sau=x").status_code in (400, 422)
