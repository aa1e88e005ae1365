"""What the public is told of a procedure besides what it says now."""

from datetime import date, timedelta

import pytest

from portal.core import clock
from portal.core.errors import NotFound
from portal.core.text import alphabetical, initial
from services_catalog import browse_queries, drafting, editor_queries, publishing, queries
from services_catalog import public_queries as public
from services_catalog.content import Offer
from services_catalog.levels import Level
from services_catalog.models import Downtime, RevisionStatus
from tests import factories
from tests.services_catalog.drafts import BASIS, CODE, draft, publish, said
from tests.services_catalog.following import follow_due


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def test_what_waits_for_review_or_is_a_draft_is_read_by_nobody(session, editor, reviewer, agency_id):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    draft(session, editor, agency_id, summary="Bản sau.")
    for send in (lambda: None, lambda: drafting.send_to_review(session, CODE, editor)):
        send()
        assert [row.number for row in public.revisions(session, CODE)] == [1]
        with pytest.raises(NotFound):
            queries.procedure_page(session, CODE, 2)


def test_a_first_revision_is_not_public_before_its_day_and_a_second_is_announced(
    session, editor, agency_id, monkeypatch
):
    first = draft(session, editor, agency_id)
    first.effective_on = in_days(3)
    session.add(first)
    publish(session, CODE, editor)
    assert public.revisions(session, CODE) == []
    with pytest.raises(NotFound):
        queries.procedure_page(session, CODE, 1)

    monkeypatch.setattr(clock._Ahead, "by", timedelta(days=3))
    follow_due(session, clock.now())
    assert queries.procedure_page(session, CODE).coming == []
    second = draft(session, editor, agency_id, summary="Bản sau.")
    second.effective_on = in_days(5)
    session.add(second)
    publish(session, CODE, editor)

    assert queries.procedure_page(session, CODE).coming == [public.Coming(2, in_days(5))]
    assert queries.procedure_page(session, CODE, 2).content.summary == "Bản sau."


def test_revisions_say_from_when_until_when_they_held(session, editor, agency_id, monkeypatch):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    begun, day = clock.today(), timedelta(days=1)
    draft(session, editor, agency_id, summary="Sửa ngay trong ngày.")
    publish(session, CODE, editor)
    monkeypatch.setattr(clock._Ahead, "by", 10 * day)
    draft(session, editor, agency_id, summary="Bản sau.")
    publish(session, CODE, editor)
    monkeypatch.setattr(clock._Ahead, "by", 12 * day)
    publishing.withdraw(session, CODE, editor)

    found = public.revisions(session, CODE)

    assert [(row.number, clock.local(row.began_at).date(), row.until) for row in found] == [
        (3, begun + 10 * day, begun + 12 * day),
        (2, begun, begun + 9 * day),
        (1, begun, begun),
    ]
    assert found[0].status is RevisionStatus.WITHDRAWN


def test_the_history_of_levels_names_agency_reason_and_basis(session, editor, agency_id):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    offers = [
        Offer(agency_id=agency_id, declared=Level.PARTIAL, reason_code="PRESENCE", reason_basis=BASIS),
    ]
    drafting.save_draft(session, CODE, editor, content=said(presence_required=True), offers=offers)
    publish(session, CODE, editor)

    newest, first = public.level_changes(session, CODE)

    assert (first.before, first.after) == (None, Level.FULL)
    assert (newest.before, newest.after, newest.reason_basis) == (Level.FULL, Level.PARTIAL, BASIS)
    assert newest.agency_code == "H99.77.05"


def test_stops_are_told_until_they_end_and_only_of_what_they_stop(session, editor, agency_id):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    procedure_id = editor_queries.by_code(session, CODE).id
    other = factories.procedure(session, agency_id)
    now = clock.now()
    hour = timedelta(hours=1)

    def stop(of, start, end, **more):
        made = Downtime(
            procedure_id=of, reason="Nâng cấp", announced_at=now, starts_at=now + start * hour,
            ends_at=now + end * hour, actor_id=editor.id, **more,
        )  # fmt: skip
        session.add(made)

    stop(None, 5, 9)
    stop(procedure_id, 1, 2)
    stop(procedure_id, 1, 2, cancelled_at=now)
    stop(procedure_id, -3, -1)
    stop(other.id, 1, 2)
    session.flush()

    assert [one.everything for one in queries.procedure_page(session, CODE).stops] == [False, True]
    assert [one.everything for one in public.stops(session)] == [True]


def test_the_edition_moves_when_a_stop_begins_and_ends(session, editor, monkeypatch):
    now = clock.now()
    session.add(
        Downtime(
            reason="Nâng cấp",
            announced_at=now,
            starts_at=now + timedelta(hours=1),
            ends_at=now + timedelta(hours=2),
            actor_id=editor.id,
        )
    )
    session.flush()
    seen = []
    for hours in (0.5, 1.5, 2.5):
        monkeypatch.setattr(clock._Ahead, "by", timedelta(hours=hours))
        seen.append(public.edition(session))

    assert len({version for version, _ in seen}) == 1
    assert [instant for _, instant in seen] == sorted({instant for _, instant in seen})


def test_contents_are_of_what_is_in_force(session, editor, agency_id):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)
    draft(session, editor, agency_id, summary="Bản sau.")

    found = browse_queries.contents(session, [CODE, "9.999999"])

    assert list(found) == [CODE]
    assert found[CODE].summary != "Bản sau."


def test_sectors_stand_as_in_a_vietnamese_dictionary():
    names = [
        "Đất đai",
        "Ứng dụng",
        "An toàn",
        "Ẩm thực",
        "Ánh sáng",
        "Dân tộc",
        "Ăn uống",
        "ấn phẩm",
        "Ấn Độ",
    ]

    told = sorted(names, key=alphabetical)

    assert told == [
        "An toàn", "Ánh sáng", "Ăn uống", "Ẩm thực", "Ấn Độ", "ấn phẩm", "Dân tộc", "Đất đai", "Ứng dụng"
    ]  # fmt: skip
    assert [initial(name) for name in ("đất", "Ẩm", "Ứng", "4.0", "ánh")] == ["Đ", "Â", "Ư", "#", "A"]
