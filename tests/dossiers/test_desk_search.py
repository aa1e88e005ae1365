"""The desk finds a dossier by who is in it, and puts it into the views its status and clock say."""

import unicodedata
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from dossiers import access, blind_search, desk_search, inbox
from dossiers.blind_search import Kind
from dossiers.workflow import Status
from portal.core.clock import now
from tests import factories

NAME, PHONE, ID = "Đặng Thị Hoàng Ánh", "0912345678", "001190123456"


@pytest.fixture
def desk(session):
    agency = factories.agency(session)
    made = factories.procedure(session, agency.id)
    officer = factories.officer(session, agency.id)
    applicant = factories.citizen(session, name=NAME, phone=PHONE, personal_id=ID)
    return agency, made, applicant, officer, factories.filed(session, applicant, made, agency.id)


def found(session, officer, query, view="all"):
    factories.act_as(session, officer.id, officer.agency_ids)
    page = inbox.desk(session, officer, view=view, day_end=now() + timedelta(hours=1), query=query)
    return [row.id for row in page.items]


@pytest.mark.parametrize(
    ("query", "kind", "hit"),
    [
        ("Đặng Thị Hoàng Ánh", Kind.NAME, True),
        ("dang thi hoang anh", Kind.NAME, True),
        ("ÁNH HOÀNG", Kind.NAME, True),
        (unicodedata.normalize("NFD", "Hoàng Ánh Đặng"), Kind.NAME, True),
        ("ánh, đặng", Kind.NAME, True),
        ("Đặng Văn Ánh", Kind.NAME, False),
        ("Hoà", Kind.NAME, False),  # no part of a word
        ("0912345678", Kind.PHONE, True),
        ("+84 912 345 678", Kind.PHONE, True),
        ("0912.345.678", Kind.PHONE, True),
        ("0912345679", Kind.PHONE, False),
        ("091234567", Kind.NUMBER, False),
        ("001190123456", Kind.PERSONAL_ID, True),
        ("001 190 123 456", Kind.PERSONAL_ID, True),
        ("001190123457", Kind.PERSONAL_ID, False),
        ("%_", Kind.NUMBER, None),
    ],
)
def test_one_box_understands_and_finds(session, desk, query, kind, hit):
    _, _, _, officer, dossier = desk

    understood = desk_search.understood(query)

    assert understood is not None
    assert understood.kind is kind
    if hit is not None:
        assert found(session, officer, query) == ([dossier.id] if hit else [])


def test_a_reference_or_a_part_of_it_is_found(session, desk):
    _, _, _, officer, dossier = desk

    assert found(session, officer, dossier.reference.lower()) == [dossier.id]
    digit = next((place for place, ch in enumerate(dossier.reference) if ch.isdigit()), None)
    if digit is not None:
        assert found(session, officer, dossier.reference[: digit + 1]) == [dossier.id]
    assert desk_search.understood("  ") is None


@pytest.mark.parametrize("few", [0, 1, 500])
def test_a_name_is_found_by_its_few_dossiers_or_along_the_list_alike(session, desk, monkeypatch, few):
    """Many bear a frequent name: then the list itself is walked (inbox.FEW)."""
    agency, made, applicant, officer, dossier = desk
    factories.act_as(session, applicant.id, frozenset())
    other = factories.filed(session, applicant, made, agency.id)
    monkeypatch.setattr(inbox, "FEW", few)

    assert set(found(session, officer, "hoàng ánh")) == {dossier.id, other.id}
    assert set(found(session, officer, "hoàng ánh", "to_receive")) == {dossier.id, other.id}
    assert found(session, officer, "hoàng ánh", "overdue") == []


def test_a_whole_number_is_found_and_no_other_like_it(session, desk):
    _, _, _, officer, dossier = desk
    factories.in_hand(session, dossier, officer)
    assert dossier.number is not None

    assert found(session, officer, dossier.number.lower()) == [dossier.id]
    assert found(session, officer, dossier.number[:-1]) == [dossier.id]  # a part of it
    assert found(session, officer, f"{dossier.number}0") == []


def test_the_index_of_names_tells_nobody_of_elsewhere(session, desk):
    _, _, applicant, officer, dossier = desk
    words = sorted(blind_search.tokens([NAME]))
    ask = sa.text("SELECT id FROM dossiers_named(:words, 10) id")
    stranger = factories.officer(session, factories.agency(session).id)
    told = {}
    for name, actor in (("desk", officer), ("applicant", applicant), ("stranger", stranger)):
        factories.act_as(session, actor.id, actor.agency_ids)
        told[name] = list(session.execute(ask, {"words": words}).scalars())

    assert told == {"desk": [dossier.id], "applicant": [], "stranger": []}


def test_nobody_elsewhere_finds_the_person(session, desk):
    *_, dossier = desk
    elsewhere = factories.officer(session, factories.agency(session).id, email="xa@example.vn")

    for query in (NAME, PHONE, ID, dossier.reference):
        assert found(session, elsewhere, query) == []


def test_dossiers_filed_before_are_indexed_and_what_a_search_showed_is_logged(database):
    with database.worker() as session:
        agency = factories.agency(session)
        made = factories.procedure(session, agency.id)
        applicant = factories.citizen(session, name="Võ Thị Quỳnh Xuyến", phone="0987654321")
        dossier = factories.filed(session, applicant, made, agency.id)
        officer = factories.officer(session, agency.id)
        dossier.name_tokens, dossier.phone_index = [], None
        session.add(dossier)
        session.flush()
        before = found(session, officer, "quynh xuyen")

        after: UUID | None = UUID(int=0)
        while after is not None:
            after = blind_search.backfill(session, after)

        assert before == []
        assert found(session, officer, "quynh xuyen") == [dossier.id]
        assert found(session, officer, "0987654321") == [dossier.id]
        log = sa.text("SELECT act FROM access_log WHERE dossier_id = :id AND actor_id = :by")
        acts = session.execute(log, {"id": dossier.id, "by": officer.id}).scalars().all()
        assert acts == ["search", "search"]
        session.rollback()


CASES = [  # status, due in hours, paused, views it is in beside "all"
    (Status.SUBMITTED, None, False, {"to_receive"}),
    (Status.ACCEPTED, -1, False, {"unit", "overdue"}),
    (Status.ACCEPTED, 1, False, {"unit", "due_today"}),
    (Status.PROCESSING, -1, False, {"unit", "mine", "overdue"}),
    (Status.PROCESSING, 1, False, {"unit", "mine", "due_today"}),
    (Status.PROCESSING, 99, False, {"unit", "mine"}),
    (Status.PROCESSING, -1, True, {"unit", "mine"}),  # another agency is asked: the clock rests
    (Status.SUPPLEMENT, -1, True, {"unit", "mine", "waiting"}),
    (Status.FINANCIAL_DUTY, -1, True, {"unit", "mine", "waiting"}),
    (Status.WITHDRAWAL_ASKED, -1, True, {"withdrawal"}),
    (Status.SETTLED, -1, False, {"settled"}),
    (Status.RETURNED, -1, False, set()),
    (Status.STOPPED, -1, False, set()),
    (Status.REFUSED, None, False, set()),
]


@pytest.mark.parametrize(("status", "hours", "paused", "wanted"), CASES)
def test_views_by_status_and_clock(session, desk, status, hours, paused, wanted):
    _, _, _, officer, dossier = desk
    factories.act_as(session, officer.id, officer.agency_ids)
    instant = now()
    values = {
        "status": status,
        "holder_id": officer.id if status not in (Status.SUBMITTED, Status.ACCEPTED) else None,
        "due_at": None if hours is None else instant + timedelta(hours=hours),
        "paused_since": instant if paused else None,
        "settled_at": instant if status is Status.SETTLED else None,
    }
    session.execute(sa.update(access.D).where(access.D.c.id == dossier.id).values(values))
    day_end = instant + timedelta(hours=2)

    seen = {view for view in inbox.VIEWS if inbox.desk(session, officer, view=view, day_end=day_end).items}
    counts = inbox.desk_counts(session, officer, day_end=day_end)

    assert seen == wanted | {"all"}
    assert {view for view, count in counts.items() if count} == wanted


def test_a_view_is_counted_up_to_a_bound(session, desk, monkeypatch):
    agency, made, applicant, officer, _ = desk
    for _ in range(2):
        factories.act_as(session, applicant.id, frozenset())
        factories.filed(session, applicant, made, agency.id)
    factories.act_as(session, officer.id, officer.agency_ids)
    whole = inbox.desk_counts(session, officer, day_end=now())
    monkeypatch.setattr(inbox, "COUNTED", 2)

    assert (whole["to_receive"], whole["unit"]) == (3, 0)
    assert inbox.desk_counts(session, officer, day_end=now())["to_receive"] == 2
