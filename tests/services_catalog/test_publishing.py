"""Drafting, publishing and withdrawing a revision."""

from uuid import uuid4

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal.core import clock, events
from portal.core.errors import Conflict, Invalid, NotFound, Stale
from portal.core.idempotency import KeyReused
from services_catalog import checking, drafting, importing, publishing, queries
from services_catalog import content as contents
from services_catalog.content import Offer, RevisionContent
from services_catalog.levels import Level
from services_catalog.models import Origin, RevisionStatus
from tests import factories
from tests.services_catalog.drafts import CODE, draft, names, publish, said


def test_a_draft_is_unseen_until_published(session, editor, agency_id):
    draft(session, editor, agency_id)

    with pytest.raises(NotFound):
        queries.procedure_page(session, CODE)
    assert queries.search(session, CODE).items == []
    before = queries.version(session)

    revision = publish(session, CODE, editor)

    assert (revision.status, revision.number, revision.published_by) == (
        RevisionStatus.PUBLISHED,
        1,
        importing.machine_hands(session).reviewer.id,
    )
    assert revision.authors == [editor.id]
    assert revision.ruleset == "224/2026"
    page = queries.procedure_page(session, CODE)
    assert (page.level, page.number, page.sectors) == (Level.FULL, 1, ["Hộ tịch"])
    assert [row.code for row in queries.search(session, CODE).items] == [CODE]
    assert names(session) == ["procedure.drafted", "procedure.review_requested", "procedure.published"]
    assert queries.version(session) == before + 1


def test_the_event_names_who_offers_what(session, editor, agency_id):
    draft(session, editor, agency_id)
    revision = publish(session, CODE, editor)

    event = events.history(session, revision.procedure_id)[-1]

    assert event.actor_id == revision.published_by != editor.id
    assert event.data == {
        "revision": str(revision.id),
        "number": 1,
        "ruleset": "224/2026",
        "effective_on": clock.today().isoformat(),
        "offerings": [{"agency_id": str(agency_id), "declared": "full", "eligible": True}],
    }


@pytest.mark.parametrize("offers", ["none", "twice", "unknown"])
def test_every_offer_names_an_agency_once(session, editor, agency_id, offers):
    given = {
        "none": [],
        "twice": [Offer(agency_id=agency_id, declared=Level.FULL)] * 2,
        "unknown": [Offer(agency_id=uuid4(), declared=Level.FULL)],
    }[offers]

    def drafted_and_published() -> None:
        draft(session, editor, agency_id, offers=given)
        publish(session, CODE, editor)

    with pytest.raises(Invalid):
        drafted_and_published()


def test_unsound_content_is_refused_by_place(session, editor, agency_id):
    form = [
        {
            "key": "s",
            "title": "Phần",
            "fields": [
                {"key": "a", "kind": "choice", "label": "A"},
                {"key": "a", "kind": "text", "label": "A", "show_when": [{"field": "b", "any_of": ["x"]}]},
            ],
        }
    ]
    drafting.save_draft(
        session,
        CODE,
        editor,
        content=msgspec.convert({**factories.simple(), "form": form}, RevisionContent),
        offers=[Offer(agency_id=agency_id, declared=Level.FULL)],
    )

    check = drafting.check(session, CODE)
    with pytest.raises(checking.UnsoundContent) as error:
        publish(session, CODE, editor)

    assert error.value.extra["problems"] == check.problems
    assert len(check.problems) == 3
    assert not check.may_publish


def test_the_check_says_what_publishing_would(session, editor, agency_id):
    draft(session, editor, agency_id, presence_required=True)

    check = drafting.check(session, CODE)

    assert not check.may_publish
    assert check.offers[0].obstacle == "Chưa công bố toàn trình được: đạt 7 trên 8 điều kiện."
    assert [c.holds for c in check.offers[0].verdict.conditions].count(False) == 1
    draft(session, editor, agency_id)
    assert drafting.check(session, CODE).may_publish


def test_without_a_draft_there_is_nothing_to_publish(session, editor, agency_id):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)

    with pytest.raises(drafting.NoDraft):
        publish(session, CODE, editor)
    with pytest.raises(NotFound):
        publish(session, "1.999999", editor)


def test_the_same_key_publishes_once(session, editor, agency_id):
    draft(session, editor, agency_id)

    first = publish(session, CODE, editor, key="k-1")
    again = publish(session, CODE, editor, key="k-1")

    assert again.id == first.id
    assert names(session).count("procedure.published") == 1
    offers = [Offer(agency_id=agency_id, declared=Level.FULL)]
    drafting.save_draft(session, "1.999002", editor, content=said(), offers=offers)
    with pytest.raises(KeyReused):
        publish(session, "1.999002", editor, key="k-1")


def test_the_next_revision_leaves_the_first_as_it_was(session, editor, agency_id):
    draft(session, editor, agency_id)
    first = publish(session, CODE, editor)
    second = draft(session, editor, agency_id, summary="Lời mới.")
    assert queries.procedure_page(session, CODE).number == 1

    publish(session, CODE, editor)

    assert (second.number, queries.procedure_page(session, CODE).number) == (2, 2)
    assert [row.number for row in queries.revisions(session, CODE)] == [2, 1]
    assert queries.revision_content(session, first.id) == said()


def test_saving_the_same_draft_again_records_nothing(session, editor, agency_id):
    one = draft(session, editor, agency_id)
    two = draft(session, editor, agency_id)

    assert one.id == two.id
    assert names(session) == ["procedure.drafted"]


def test_two_editors_do_not_overwrite_each_other(session, editor, agency_id):
    draft(session, editor, agency_id)
    seen = drafting.draft(session, CODE)[0].seq
    draft(session, editor, agency_id, summary="Của người khác.")

    with pytest.raises(Stale) as error:
        drafting.save_draft(session, CODE, editor, content=said(), offers=[], seq=seen)

    assert error.value.extra["seq_now"] == seen + 1


def test_withdrawing_ends_the_offer_and_keeps_the_record(session, editor, agency_id):
    draft(session, editor, agency_id)
    revision = publish(session, CODE, editor)

    publishing.withdraw(session, CODE, editor)

    with pytest.raises(NotFound):
        queries.procedure_page(session, CODE)
    assert queries.search(session, CODE).items == []
    assert queries.revisions(session, CODE)[0].status is RevisionStatus.WITHDRAWN
    assert queries.procedure_page(session, CODE, 1).content == said()
    assert names(session)[-1] == "procedure.withdrawn"
    with pytest.raises(Conflict):
        publishing.withdraw(session, CODE, editor)
    assert queries.revision_content(session, revision.id) == said()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE procedure_revision SET content = '{}' WHERE id = :id",
        "UPDATE procedure_revision SET content_hash = 'x' WHERE id = :id",
        "UPDATE procedure_revision SET number = 7 WHERE id = :id",
        "UPDATE procedure_revision SET effective_on = '2020-01-01' WHERE id = :id",
        "UPDATE procedure_revision SET ruleset = '42/2022' WHERE id = :id",
        "UPDATE procedure_revision SET status = 'draft', published_at = NULL WHERE id = :id",
        "DELETE FROM procedure_revision WHERE id = :id",
        "UPDATE offering SET declared = 'info' WHERE revision_id = :id",
        "UPDATE offering SET eligible = NOT eligible WHERE revision_id = :id",
        "DELETE FROM offering WHERE revision_id = :id",
    ],
)
def test_the_database_refuses_any_change_of_what_is_published(session, editor, agency_id, change):
    draft(session, editor, agency_id)
    revision = publish(session, CODE, editor)
    assert session.execute(sa.text("SELECT current_user")).scalar() == "motcua_app"

    with pytest.raises((DBAPIError, IntegrityError)), session.begin_nested():
        session.execute(sa.text(change), {"id": revision.id})

    assert queries.procedure_page(session, CODE).content == said()


def test_a_withdrawn_revision_never_comes_back(session, editor, agency_id):
    draft(session, editor, agency_id)
    revision = publish(session, CODE, editor)
    publishing.withdraw(session, CODE, editor)

    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(
            sa.text("UPDATE procedure_revision SET status = 'published' WHERE id = :id"), {"id": revision.id}
        )


@pytest.mark.parametrize("code", ["", "x", "1", "mã", "1.001193 ", "a.1", "1.001193\n", "1." + "0" * 40])
def test_a_code_has_a_shape(session, editor, code):
    with pytest.raises(Invalid):
        drafting.save_draft(session, code, editor, content=said(), offers=[])


def test_content_survives_the_database(session, editor, agency_id):
    content = msgspec.convert(factories.content("1.004222"), RevisionContent)
    drafting.save_draft(session, CODE, editor, content=content, offers=[])

    assert drafting.draft(session, CODE)[2] == content
    assert contents.content_hash(drafting.draft(session, CODE)[2]) == contents.content_hash(content)


def test_a_published_procedure_is_own(session, editor, agency_id):
    draft(session, editor, agency_id)
    publish(session, CODE, editor)

    assert queries.procedure_page(session, CODE).origin is Origin.OWN
