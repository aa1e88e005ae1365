"""Asking for a supplement: one complete request in each stage, item by item."""

import datetime as dt

import pytest

from dossiers import (
    statistics,
    supplements,
    supplying,
)
from dossiers.supplement_models import FurtherGround, Stage, SupplementState
from dossiers.workflow import Status
from portal.core import events
from portal.core.calendar import VIET_NAM
from portal.core.clock import local, now
from portal.core.errors import Invalid
from tests.dossiers.supplementing import (
    field,
    names,
    paper,
    requests,
    tomorrow,
    world_of,
)


@pytest.fixture
def world(session):
    return world_of(session)


def test_a_request_says_item_by_item_what_is_wanted_and_the_journal_holds_codes_only(world):
    asked = world.ask(field("full_name"), paper("proof"), note="Đọc kỹ hướng dẫn.")

    one = requests(world)[0]
    assert (asked.status, asked.supplements) == (Status.SUPPLEMENT, 1)
    assert (one.number, one.stage, one.state) == (1, Stage.RECEPTION, SupplementState.OPEN)
    assert [(item.kind, item.key, item.reason) for item in one.items] == [
        ("field", "full_name", "incorrect"),
        ("paper", "proof", "unreadable"),
    ]
    assert one.items[0].before == "Nguyễn Thị Ánh"
    assert len(one.items[1].before) == 1
    event = events.history(world.session, world.dossier.id)[-1]
    assert event.data["items"][0] == {"kind": "field", "key": "full_name", "reason": "incorrect"}
    assert "căn cước" not in str(event.data)
    told = events.private_of(world.session, world.dossier.id, event.seq)
    assert told["why"]["field:full_name"] == "Ghi đúng như trên căn cước."


@pytest.mark.parametrize(
    ("items", "named"),
    [
        ([], "items"),
        ([field("khong_co")], "items.field:khong_co"),
        ([field("proxy_name")], "items.field:proxy_name"),  # hidden: nobody could answer it
        ([paper("full_name")], "items.paper:full_name"),
        ([field("full_name"), field("full_name")], "items.field:full_name"),
        ([field("full_name", reason="boi_vi")], "items.field:full_name.reason"),
        ([field("full_name", why="  ")], "items.field:full_name.why"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_by_name(world, items, named):
    world.be(world.officer)

    with pytest.raises(Invalid) as refused:
        supplements.ask(world.session, world.officer, world.dossier.id, items=items)

    assert named in [error["field"] for error in refused.value.extra["errors"]]
    assert "dossier.supplement_asked" not in names(world)


@pytest.mark.parametrize(
    ("days", "chosen", "message"),
    [(None, -1, "sau hôm nay"), (None, 0, "sau hôm nay"), (None, 400, "một năm"), (7, 1, "7 ngày làm việc")],
)
def test_the_date_of_the_applicant_is_the_laws_or_one_that_can_be(session, days, chosen, message):
    world = world_of(session, **({"supplement_days": days} if days else {}))
    due_on = local(now()).date() + dt.timedelta(days=chosen)

    with pytest.raises(Invalid, match=message):
        world.ask(due_on=due_on)


def test_the_procedures_own_law_gives_the_applicant_so_many_working_days(session):
    world = world_of(session, supplement_days=7)

    world.ask()

    day = local(now()).date()
    for _ in range(7):
        day = VIET_NAM.next_working_day(day)
    assert requests(world)[0].due_at == VIET_NAM.close(day)


def test_without_such_a_law_the_officer_chooses_a_day_or_none(world):
    world.ask(due_on=tomorrow())

    assert requests(world)[0].due_at == VIET_NAM.close(tomorrow())


def test_one_request_in_each_stage_a_further_one_needs_a_ground_and_its_words(world):
    world.ask(field("full_name"))
    world.be(world.applicant)
    supplying.respond(world.session, world.applicant, world.dossier.id, answers={"full_name": "Nguyễn Ánh"})

    with pytest.raises(supplements.FurtherRequest):
        world.ask(field("copies_count"))
    with pytest.raises(Invalid) as refused:
        world.ask(field("copies_count"), ground=FurtherGround.NEW_FACT)
    assert refused.value.extra["errors"][0]["field"] == "ground_words"
    world.ask(field("copies_count"), ground=FurtherGround.NEW_FACT, ground_words="Sổ gốc vừa tìm thấy.")

    assert [one.ground for one in requests(world)] == [None, "new_fact"]
    assert events.history(world.session, world.dossier.id)[-1].data["ground"] == "new_fact"


def test_what_was_asked_before_is_asked_again_only_with_a_word_why(world):
    world.ask(field("full_name"))
    world.be(world.applicant)
    supplying.respond(world.session, world.applicant, world.dossier.id, answers={"full_name": "Nguyễn Ánh"})
    world.in_hand()

    with pytest.raises(Invalid) as refused:
        world.ask(field("full_name"))
    world.ask(field("full_name", again="Tên vẫn chưa khớp căn cước."))

    assert [error["field"] for error in refused.value.extra["errors"]] == ["items.field:full_name.again"]
    assert [one.stage for one in requests(world)] == [Stage.RECEPTION, Stage.APPRAISAL]
    assert requests(world)[1].items[0].again == "Tên vẫn chưa khớp căn cước."


def test_a_request_taken_back_does_not_count_as_the_stages_one(world):
    world.ask(field("full_name"))
    supplements.revoke(world.session, world.officer, world.dossier.id, reason="Hồ sơ đã đủ.")

    world.ask(field("copies_count"))

    assert [one.state for one in requests(world)] == [SupplementState.REVOKED, SupplementState.OPEN]


def test_the_figures_count_requests_dossiers_asked_and_those_asked_further(world):
    world.ask(field("full_name"))
    world.be(world.applicant)
    supplying.respond(world.session, world.applicant, world.dossier.id)
    world.ask(field("copies_count"), ground=FurtherGround.NEW_FACT, ground_words="Sổ gốc vừa tìm thấy.")
    world.session.flush()

    total = statistics.online_rates(world.session, agency=world.agency.code).total

    assert (total.counts.requests, total.counts.dossiers_asked, total.counts.further_requests) == (2, 1, 1)
    assert (total.requests_per_dossier.numerator, total.requests_per_dossier.denominator) == (2, 1)
    assert total.requests_per_dossier.rate == 200.0
