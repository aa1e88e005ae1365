"""Supplying what was asked, and what stays locked."""

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
    supplying,
    unlocking,
    views,
)
from dossiers.models import AttachmentState
from dossiers.workflow import Status, WrongState
from portal.core import events
from portal.core.clock import now
from portal.core.errors import Stale
from services_catalog.content import RevisionContent
from tests import factories
from tests.dossiers.supplementing import (
    ANSWERS,
    FORM,
    PAPERS,
    answers,
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
