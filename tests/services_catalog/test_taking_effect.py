"""Days and instants: a revision begins on its day, a procedure closes at its cut-off, each once."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.core import clock, events
from portal.core.errors import Invalid, NotFound, Stale
from services_catalog import (
    admin_queries,
    drafting,
    editor_queries,
    importing,
    public_queries,
    publishing,
    queries,
)
from services_catalog.admin_queries import Shelf
from services_catalog.content import Offer
from services_catalog.levels import Level
from services_catalog.models import RevisionStatus
from tests import factories
from tests.services_catalog.drafts import CODE, draft, names, publish
from tests.services_catalog.following import follow_due

DAY = timedelta(days=1)


@pytest.fixture
def after(monkeypatch) -> Any:
    """Let so much time pass since the test began."""
    return lambda passed: monkeypatch.setattr(clock._Ahead, "by", passed)


@pytest.fixture
def second(session):
    """The reviewer of the machine: some second person."""
    return importing.machine_hands(session).reviewer


def in_days(days: int) -> date:
    return clock.today() + days * DAY


def planned(session, editor, agency_id, days: int, **changes: Any) -> Any:
    """A revision published with its day so many days ahead."""
    draft(session, editor, agency_id, effective_on=in_days(days), **changes)
    return publish(session, CODE, editor)


def follow(session) -> list[str]:
    return follow_due(session, clock.now())


def current(session) -> int | None:
    kept = editor_queries.by_code(session, CODE)
    if kept.current_revision_id is None:
        return None
    return editor_queries.revision(session, kept.current_revision_id).number


def test_a_day_ahead_is_approved_now_and_published_on_the_day(session, editor, agency_id, after):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    found = planned(session, editor, agency_id, 10, summary="Sang năm.")

    assert (found.status, found.began_at, current(session)) == (RevisionStatus.PUBLISHED, None, 1)
    assert names(session)[-1] == "procedure.approved"
    assert follow(session) == []
    after(9 * DAY)
    assert follow(session) == []

    after(10 * DAY)
    assert (follow(session), follow(session)) == ([CODE], [])

    assert (current(session), queries.procedure_page(session, CODE).content.summary) == (2, "Sang năm.")
    last = events.history(session, found.procedure_id)[-1]
    assert (last.name, last.actor_id, last.data["number"]) == ("procedure.published", None, 2)
    assert names(session).count("procedure.published") == 2
    assert clock.local(found.began_at).date() == found.effective_on


def test_of_two_revisions_of_one_day_the_newer_begins_and_the_older_never(session, editor, agency_id, after):
    planned(session, editor, agency_id, 5)
    planned(session, editor, agency_id, 5, summary="Bản sau.")
    after(5 * DAY)

    assert follow(session) == [CODE]

    assert (current(session), names(session).count("procedure.published")) == (2, 1)
    after(6 * DAY)
    assert follow(session) == []
    publishing.withdraw(session, CODE, editor)
    assert follow(session) == []


def test_a_worker_that_slept_over_two_days_begins_what_applies_now(session, editor, agency_id, after):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    planned(session, editor, agency_id, 3, summary="Ba ngày.")
    planned(session, editor, agency_id, 6, summary="Sáu ngày.")
    after(8 * DAY)

    assert follow(session) == [CODE]

    assert (current(session), names(session).count("procedure.published")) == (3, 2)
    began = {row.number: row.began_at for row in public_queries.revisions(session, CODE)}
    assert began[3] is not None
    assert began[2] is None


def test_what_was_withdrawn_does_not_come_back_as_an_earlier_revision(session, editor, agency_id):
    for summary in ("Một.", "Hai."):
        draft(session, editor, agency_id, summary=summary)
        publish(session, CODE, editor)
    publishing.withdraw(session, CODE, editor)

    assert follow(session) == []
    assert current(session) is None


def test_a_revision_published_later_is_not_earlier(session, editor, agency_id):
    planned(session, editor, agency_id, 5)

    for days in (0, 4):
        with pytest.raises(publishing.OverlappingValidity) as error:
            planned(session, editor, agency_id, days, summary=f"{days} ngày.")
        assert f"{in_days(5):%d/%m/%Y}" in error.value.detail


def test_a_revision_is_called_off_before_its_day(session, editor, second, agency_id, after):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    planned(session, editor, agency_id, 4, summary="Bốn ngày.")
    planned(session, editor, agency_id, 6, summary="Sáu ngày.")
    with pytest.raises(Invalid):
        publishing.call_off(session, CODE, 3, second, reason=" ")

    gone = publishing.call_off(session, CODE, 3, second, reason="Nghị định lùi ngày")

    assert gone.status is RevisionStatus.WITHDRAWN
    event = events.history(session, gone.procedure_id)[-1]
    assert (event.name, event.data["number"], event.data["reason"]) == (
        "procedure.revision_cancelled",
        3,
        "Nghị định lùi ngày",
    )
    assert [row.number for row in public_queries.revisions(session, CODE)] == [2, 1]
    after(7 * DAY)
    assert follow(session) == [CODE]
    assert current(session) == 2
    for number in (1, 2, 3):
        with pytest.raises(publishing.NotWaiting):
            publishing.call_off(session, CODE, number, second, reason="Muộn rồi")
    with pytest.raises(NotFound):
        publishing.call_off(session, CODE, 9, second, reason="Không có")


def test_on_its_day_it_is_too_late_to_call_off_though_the_worker_sleeps(
    session, editor, second, agency_id, after
):
    planned(session, editor, agency_id, 2)
    after(2 * DAY)

    with pytest.raises(publishing.NotWaiting):
        publishing.call_off(session, CODE, 1, second, reason="Muộn rồi")


def test_a_draft_is_no_revision_to_call_off(session, editor, second, agency_id):
    draft(session, editor, agency_id)

    with pytest.raises(NotFound):
        publishing.call_off(session, CODE, 1, second, reason="Chưa công bố")


def close_at(session, second, at: datetime) -> None:
    publishing.withdraw(session, CODE, second, closes_at=at, reason="Luật bãi bỏ")


def test_a_cut_off_closes_the_procedure_at_its_instant(session, editor, second, agency_id, after):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    at = clock.now() + 2 * DAY
    close_at(session, second, at)
    assert (current(session), names(session)[-1]) == (1, "procedure.closing_set")
    assert queries.procedure_page(session, CODE).closes_at == at
    assert follow(session) == []

    after(5 * DAY)
    assert (follow(session), follow(session)) == ([CODE], [])

    assert current(session) is None
    event = events.history(session, editor_queries.by_code(session, CODE).id)[-1]
    assert (event.name, event.actor_id) == ("procedure.withdrawn", None)
    assert datetime.fromisoformat(event.data["closed_at"]) == at


def test_a_cut_off_is_taken_back_before_it_comes(session, editor, second, agency_id, after):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    close_at(session, second, clock.now() + 2 * DAY)

    publishing.keep_open(session, CODE, second, reason="Luật lùi ngày")

    assert names(session)[-1] == "procedure.closing_cancelled"
    after(3 * DAY)
    assert (follow(session), current(session)) == ([], 1)
    with pytest.raises(publishing.NotClosing):
        publishing.keep_open(session, CODE, second, reason="Lần nữa")


@pytest.mark.parametrize(
    ("begins", "closes", "stays"),
    [(2, 4, None), (4, 2, 2)],
    ids=["begins, then closes", "closes, then begins anew"],
)
def test_days_and_cut_offs_are_followed_in_the_order_of_time_however_late(
    session, editor, second, agency_id, after, begins, closes, stays
):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    close_at(session, second, clock.now() + closes * DAY)
    planned(session, editor, agency_id, begins, summary="Bản sau.")
    after(9 * DAY)

    assert (follow(session), follow(session)) == ([CODE], [])

    assert current(session) == stays
    assert names(session)[-2:] == (
        ["procedure.published", "procedure.withdrawn"]
        if stays is None
        else ["procedure.withdrawn", "procedure.published"]
    )


def test_a_cut_off_at_midnight_ends_the_old_before_the_new_of_that_day_begins(
    session, editor, second, agency_id, after
):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    midnight = datetime.combine(in_days(3), datetime.min.time(), clock.ZONE)
    close_at(session, second, midnight)
    planned(session, editor, agency_id, 3, summary="Từ ngày ấy.")
    after(4 * DAY)

    follow(session)

    assert (current(session), editor_queries.by_code(session, CODE).closes_at) == (2, None)


def test_a_new_revision_does_not_lift_a_cut_off_that_lies_ahead(session, editor, second, agency_id, after):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    close_at(session, second, clock.now() + 4 * DAY)
    draft(session, editor, agency_id, summary="Sửa lỗi chính tả.")
    publish(session, CODE, editor)
    assert current(session) == 2

    after(5 * DAY)
    follow(session)

    assert current(session) is None


def test_whoever_publishes_after_a_cut_off_the_worker_slept_over_opens_anew(
    session, editor, second, agency_id, after
):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    close_at(session, second, clock.now() + DAY)
    after(2 * DAY)
    draft(session, editor, agency_id, summary="Mở lại.")

    publish(session, CODE, editor)

    assert names(session)[-2:] == ["procedure.withdrawn", "procedure.published"]
    assert (current(session), editor_queries.by_code(session, CODE).closes_at) == (2, None)


def test_a_cut_off_in_the_past_or_of_a_changed_procedure_is_refused(session, editor, second, agency_id):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    seq = editor_queries.by_code(session, CODE).seq

    with pytest.raises(Invalid):
        close_at(session, second, clock.now() - DAY)
    with pytest.raises(Stale):
        publishing.withdraw(session, CODE, second, seq=seq - 1)


def test_a_revision_begins_once_in_the_database_too(session, editor, agency_id):
    draft(session, editor, agency_id)
    found = publish(session, CODE, editor)

    for change in ("began_at = now() + interval '1 day'", "began_at = NULL"):
        with pytest.raises(sa.exc.DBAPIError), session.begin_nested():
            session.execute(
                sa.text(f"UPDATE procedure_revision SET {change} WHERE id = :id"),
                {"id": found.id},
            )
    draft(session, editor, agency_id, summary="Khác.")
    with pytest.raises(sa.exc.DBAPIError), session.begin_nested():
        session.execute(sa.text("UPDATE procedure_revision SET began_at = now() WHERE status = 'draft'"))


@pytest.mark.parametrize(
    "change",
    ["UPDATE level_change SET after = 'info'", "DELETE FROM level_change"],
)
def test_the_history_of_levels_is_only_added_to(session, editor, agency_id, change):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)

    with pytest.raises(sa.exc.DBAPIError), session.begin_nested():
        session.execute(sa.text(change))


def test_the_history_of_levels_follows_what_is_offered(session, editor, second, agency_id, after):
    other = factories.agency(session, "H99.78.05").id
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    offers = [Offer(agency_id=other, declared=Level.FULL)]
    planned(session, editor, agency_id, 2, offers=offers)
    assert len(public_queries.level_changes(session, CODE)) == 1

    after(2 * DAY)
    follow(session)
    publishing.withdraw(session, CODE, second, reason="Bãi bỏ")

    told = [(row.agency_code, row.before, row.after) for row in public_queries.level_changes(session, CODE)]
    assert told == [
        ("H99.78.05", Level.FULL, None),
        ("H99.77.05", Level.FULL, None),
        ("H99.78.05", None, Level.FULL),
        ("H99.77.05", None, Level.FULL),
    ]


def test_what_is_refused_on_the_way_leaves_the_draft_in_review(session, editor, second, agency_id):
    draft(session, editor, agency_id)
    drafting.send_to_review(session, CODE, editor)

    with pytest.raises(drafting.SamePerson), session.begin_nested():
        publishing.publish(session, CODE, editor)

    assert drafting.draft(session, CODE)[1].status is RevisionStatus.REVIEW


def shelves(session) -> set[Shelf]:
    return {
        shelf
        for shelf in Shelf
        for row in admin_queries.kept(session, admin_queries.Sought(shelf=shelf, query=CODE))[0]
        if row.code == CODE
    }


def test_keepers_find_a_procedure_once_and_where_it_stands(session, editor, agency_id, after):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    planned(session, editor, agency_id, 3, summary="Ba ngày.")
    planned(session, editor, agency_id, 6, summary="Sáu ngày.")
    found, _ = admin_queries.kept(session, admin_queries.Sought(shelf=Shelf.PLANNED, query=CODE))
    assert [row.code for row in found] == [CODE]  # two wait: it stands there once
    assert shelves(session) == {Shelf.OWN, Shelf.PLANNED}

    after(8 * DAY)
    follow(session)  # the second begins, the first never does
    publishing.withdraw(session, CODE, editor)

    assert shelves(session) == {Shelf.ENDED}
