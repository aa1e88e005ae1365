"""Asking for a supplement, supplying it, and what stays locked."""

import datetime as dt

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossiers import (
    access,
    attachment_rules,
    attachments,
    filing,
    open_request,
    processing,
    statistics,
    supplement_queries,
    supplements,
    supplying,
    unlocking,
    views,
)
from dossiers.models import AttachmentState
from dossiers.supplement_models import FurtherGround, Stage, SupplementState
from dossiers.workflow import Status, WrongState
from portal.core import clock, events
from portal.core.calendar import VIET_NAM
from portal.core.clock import local, now
from portal.core.errors import Invalid, Stale
from services_catalog.content import RevisionContent
from tests import factories
from tests.dossiers.supplementing import ANSWERS, FORM, PAPERS, field, paper, tomorrow, world_of


@pytest.fixture
def world(session):
    return world_of(session)


def requests(world):
    return supplement_queries.of(world.session, world.dossier.id, world.dossier.subject_id)


def names(world):
    return [event.name for event in events.history(world.session, world.dossier.id)]


def answers(world):
    world.be(world.applicant)
    return views.summary(world.session, world.applicant, world.dossier.id).answers


def at(monkeypatch, instant):
    """Let it be this instant everywhere."""
    for module in (clock, supplements, open_request, supplying, processing, filing):
        if hasattr(module, "now"):
            monkeypatch.setattr(module, "now", lambda: instant)


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


def test_only_what_was_asked_is_open(world):
    world.ask(field("full_name"))
    world.be(world.applicant)

    with pytest.raises(open_request.Locked) as refused:
        supplying.save_draft(
            world.session, world.applicant, world.dossier.id, seq=0, answers={"copies_count": 9}
        )
    with pytest.raises(open_request.Locked):
        supplying.respond(world.session, world.applicant, world.dossier.id, answers={"note": "thêm"})
    with pytest.raises(open_request.Locked) as no_paper:
        attachment_rules.writable(world.session, world.applicant, world.dossier.id, "proof")

    assert [error["field"] for error in refused.value.extra["errors"]] == ["copies_count"]
    assert no_paper.value.extra["errors"][0]["field"] == "proof"
    assert answers(world) == ANSWERS


def test_the_draft_is_kept_apart_until_it_is_sent(world):
    world.ask(field("full_name"))
    world.be(world.applicant)

    row, _ = supplying.save_draft(
        world.session, world.applicant, world.dossier.id, seq=0, answers={"full_name": "Nguyễn Ánh"}
    )

    assert row.draft_seq == 1
    assert answers(world)["full_name"] == "Nguyễn Thị Ánh"
    with pytest.raises(Stale):
        supplying.save_draft(world.session, world.applicant, world.dossier.id, seq=0, answers={})
    supplying.respond(world.session, world.applicant, world.dossier.id)
    assert answers(world)["full_name"] == "Nguyễn Ánh"
    assert (requests(world)[0].items[0].before, requests(world)[0].after) == (
        "Nguyễn Thị Ánh",
        {"full_name": "Nguyễn Ánh"},
    )


def test_an_answer_that_opens_a_question_and_a_paper_lets_them_be_given_and_asks_for_them(world):
    world.ask(field("by_proxy"))
    world.be(world.applicant)

    with pytest.raises(filing.Incomplete) as refused:
        supplying.respond(world.session, world.applicant, world.dossier.id, answers={"by_proxy": True})

    assert [one["field"] for one in refused.value.extra["fields"]] == ["proxy_name"]
    assert [one["key"] for one in refused.value.extra["papers"]] == ["proxy"]
    given = {"by_proxy": True, "proxy_name": "Lê Văn Bình"}
    supplying.save_draft(world.session, world.applicant, world.dossier.id, seq=None, answers=given)
    attachment_rules.writable(world.session, world.applicant, world.dossier.id, "proxy")
    world.send_file("proxy")
    done = supplying.respond(world.session, world.applicant, world.dossier.id)
    assert done.status is Status.SUBMITTED
    assert answers(world) == {**ANSWERS, **given}


def test_a_new_file_takes_the_old_ones_place_which_is_kept(world):
    old = views.summary(world.session, world.applicant, world.dossier.id).attachments[0]
    world.ask(paper("proof"))
    new = world.send_file()

    supplying.respond(world.session, world.applicant, world.dossier.id)
    seen = views.summary(world.session, world.applicant, world.dossier.id)

    assert {one.id: one.state for one in seen.attachments} == {old.id: "replaced", new.id: "ready"}
    assert [line["attachment_id"] for line in seen.manifest] == [str(new.id)]
    event = events.history(world.session, world.dossier.id)[-1]
    assert (event.data["papers"], event.data["replaced"]) == (["proof"], [str(old.id)])


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (AttachmentState.UPLOADING, "chưa tải xong"),
        (AttachmentState.CHECKING, "đang được kiểm tra"),
        (AttachmentState.REFUSED, "cần thay"),
        (None, "Tải lên"),
    ],
)
def test_a_supplement_lacking_its_paper_is_not_sent(world, state, word):
    world.ask(paper("proof"))
    if state is not None:
        file = world.send_file()
        file.state = state
        world.session.add(file)
        world.session.flush()
    world.be(world.applicant)

    with pytest.raises(filing.Incomplete) as refused:
        supplying.respond(world.session, world.applicant, world.dossier.id)

    assert word in refused.value.extra["papers"][0]["message"]
    assert world.dossier.status is Status.SUPPLEMENT


def test_files_that_were_filed_cannot_be_dropped_in_a_supplement(world):
    old = views.summary(world.session, world.applicant, world.dossier.id).attachments[0]
    world.ask(paper("proof"))
    mine = world.send_file()

    with pytest.raises(open_request.Locked):
        attachments.remove(world.session, world.applicant, world.dossier.id, old.id)
    attachments.remove(world.session, world.applicant, world.dossier.id, mine.id)

    assert [
        one.id for one in views.summary(world.session, world.applicant, world.dossier.id).attachments
    ] == [old.id]


def test_at_reception_the_limit_of_the_check_starts_anew(world, monkeypatch):
    before = world.dossier.reception_due_at
    world.ask(field("full_name"))
    later = now() + dt.timedelta(days=14)
    monkeypatch.setattr(supplying, "now", lambda: later)
    world.be(world.applicant)

    done = supplying.respond(world.session, world.applicant, world.dossier.id)

    assert (done.status, done.way_back) == (Status.SUBMITTED, [])
    assert done.reception_due_at > later > before


def test_while_the_applicant_supplements_the_clock_stands_still(world):
    due = world.in_hand().due_at
    asked = world.ask(field("full_name"))
    assert (asked.paused_since is not None, asked.due_at) == (True, due)
    world.be(world.applicant)

    done = supplying.respond(world.session, world.applicant, world.dossier.id)

    assert (done.status, done.paused_since) == (Status.PROCESSING, None)
    assert done.holder_id == world.officer.id
    event = events.history(world.session, world.dossier.id)[-1]
    assert event.data["due_at"] == done.due_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    assert done.due_at >= due


def test_after_the_date_nothing_is_taken_any_more(world, monkeypatch):
    world.ask(field("full_name"), paper("proof"), due_on=tomorrow())
    due = requests(world)[0].due_at
    world.be(world.applicant)

    monkeypatch.setattr(open_request, "now", lambda: due)
    supplying.save_draft(
        world.session, world.applicant, world.dossier.id, seq=None, answers={"full_name": "Nguyễn Ánh"}
    )
    monkeypatch.setattr(open_request, "now", lambda: due + dt.timedelta(seconds=1))
    for late in (
        lambda: supplying.save_draft(
            world.session, world.applicant, world.dossier.id, seq=None, answers={"full_name": "Ánh"}
        ),
        lambda: supplying.respond(world.session, world.applicant, world.dossier.id),
        lambda: attachment_rules.writable(world.session, world.applicant, world.dossier.id, "proof"),
    ):
        with pytest.raises(open_request.Lapsed, match="Thời hạn bổ sung đã hết"):
            late()


def test_a_supplement_is_sent_once_and_its_key_is_good_for_a_retry(world):
    world.ask(field("full_name"))
    world.be(world.applicant)
    again = [
        supplying.respond(world.session, world.applicant, world.dossier.id, key="mot-khoa").seq
        for _ in range(2)
    ]

    assert again[0] == again[1]
    assert names(world).count("dossier.supplemented") == 1
    with pytest.raises(WrongState):
        supplying.respond(world.session, world.applicant, world.dossier.id)


def test_a_stale_version_is_refused(world):
    seen = world.dossier.seq
    world.ask(field("full_name"))
    world.be(world.applicant)

    with pytest.raises(Stale):
        supplying.respond(world.session, world.applicant, world.dossier.id, seq=seen)


def test_another_citizen_has_nothing_to_supply(world):
    world.ask(field("full_name"))
    stranger = factories.citizen(world.session)

    with pytest.raises(access.DossierNotFound):
        supplying.respond(world.session, stranger, world.dossier.id)


def test_an_officer_does_not_supply_for_who_filed_online(world):
    world.ask(field("full_name"))

    with pytest.raises(access.Forbidden):
        supplying.respond(world.session, world.officer, world.dossier.id)


CONTENT = msgspec.convert(
    factories.content(form=FORM, requirements=PAPERS, fees=[], cases=[]), RevisionContent
)
VALUES = {
    "full_name": st.sampled_from(["Nguyễn Thị Ánh", "Trần Văn Bảy", "Lê Bình"]),
    "copies_count": st.integers(1, 20),
    "by_proxy": st.booleans(),
    "proxy_name": st.sampled_from(["Lê Văn Bình", "Phạm Thị Cúc"]),
    "note": st.sampled_from(["một", "hai"]),
}


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.sets(st.sampled_from(["full_name", "copies_count", "by_proxy", "note"]), min_size=1),
    given_=st.fixed_dictionaries({}, optional=VALUES),
    proxy=st.booleans(),
)
def test_no_answer_outside_what_is_open_ever_changes(asked, given_, proxy):
    before = {**ANSWERS, **({"by_proxy": True, "proxy_name": "Lê Văn Bình"} if proxy else {})}
    draft = dict(given_)
    after = open_request.merged(CONTENT, before, draft)
    opened = unlocking.fields(CONTENT, asked, before, after)
    refused = {key for key in draft if key not in opened and draft[key] != before.get(key)}
    kept = {key: value for key, value in draft.items() if key not in refused}

    result = open_request.merged(CONTENT, before, kept)
    still_open = unlocking.fields(CONTENT, asked, before, result)

    for key in before.keys() | result.keys():
        if key not in still_open:
            hidden = key == "proxy_name" and result.get("by_proxy") is False
            assert result.get(key) == before.get(key) or hidden, key
    assert asked <= still_open | {"proxy_name"}
    assert still_open - asked <= {"proxy_name"}


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
