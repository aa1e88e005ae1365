"""Agencies: the code's form, days in order, a parent that is there, no circle, no end while they offer."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from auth.actor import Role
from auth.models import AgencyKind
from portal.core import clock, events
from portal.core.errors import Invalid, NotFound, Stale
from services_catalog import agencies, agency_queries, checking, drafting, importing, publishing
from services_catalog.agencies import Given
from services_catalog.content import Offer
from services_catalog.levels import Level
from tests import factories
from tests.services_catalog.drafts import CODE, draft, publish

DAY = timedelta(days=1)


def given(code: str, **more: Any) -> Given:
    usual = {"name": f"Cơ quan {code}", "kind": AgencyKind.DEPARTMENT, "valid_from": date(2026, 1, 1)}
    return Given(code=code, **usual | more)


def keep(session, code: str, **more: Any) -> str:
    return agencies.keep(session, given(code, **more), None)


def test_an_agency_is_made_changed_and_left_alone(session, editor):
    keep(session, "H95")
    made = agencies.create(session, given("H95.01", parent="H95", name="  Sở  Tư pháp "), editor.id)
    changed = agencies.change(
        session, given("H95.01", parent="H95", name="Sở Tư pháp", phone="1022"), editor.id, seq=made.seq
    )
    again = keep(session, "H95.01", parent="H95", name="Sở Tư pháp", phone="1022")

    assert (made.name, changed.phone, again) == ("Sở Tư pháp", "1022", "unchanged")
    history = events.history(session, made.id)
    assert [(event.name, event.actor_id) for event in history] == [
        ("agency.created", editor.id),
        ("agency.changed", editor.id),
    ]
    assert history[1].data["changed"] == ["phone"]
    facts = agency_queries.facts(session, "H95.01")
    assert (facts.parent, facts.seq) == ("H95", 2)


@pytest.mark.parametrize("code", ["H95", "A00", "Y99.1", "H95.12.05", "G15.A1.0B", "H95." + "1" * 31])
def test_a_code_of_the_form_is_taken(session, code):
    assert agencies.is_code(code)
    assert keep(session, code) == "created"


@pytest.mark.parametrize(
    "code",
    ["", "Z01", "h95", "H9", "H955", "H95.", "H95..1", "H95.a", "H95.Đ1", " H95", "H95\n", "H95." + "1" * 32],
)
def test_a_code_of_another_form_is_refused(session, code):
    with pytest.raises(Invalid):
        keep(session, code)


def test_a_code_is_never_used_twice(session, editor):
    keep(session, "H95", valid_to=date(2026, 2, 1))

    with pytest.raises(agencies.AgencyCodeTaken):
        agencies.create(session, given("H95"), editor.id)
    with pytest.raises(NotFound):
        agencies.change(session, given("H96"), editor.id)


def test_two_keepers_do_not_overwrite_each_other(session, editor):
    keep(session, "H95")
    agencies.change(session, given("H95", phone="1022"), editor.id, seq=1)

    with pytest.raises(Stale) as error:
        agencies.change(session, given("H95", phone="1900"), editor.id, seq=1)

    assert error.value.extra["seq_now"] == 2


@pytest.mark.parametrize("days", [0, -1])
def test_days_are_in_order(session, days):
    with pytest.raises(Invalid, match="không sau ngày bắt đầu"):
        keep(session, "H95", valid_to=date(2026, 1, 1) + days * DAY)


def test_an_agency_needs_a_name(session):
    with pytest.raises(Invalid):
        keep(session, "H95", name="   ")


def test_nobody_stands_above_themselves(session):
    keep(session, "H95")
    keep(session, "H95.01", parent="H95")
    keep(session, "H95.01.01", parent="H95.01")

    for code, parent, chain in (
        ("H95", "H95", ["H95", "H95"]),
        ("H95", "H95.01", ["H95", "H95.01", "H95"]),
        ("H95", "H95.01.01", ["H95", "H95.01.01", "H95.01", "H95"]),
    ):
        with pytest.raises(agencies.CyclicParents) as error:
            keep(session, code, parent=parent)
        assert error.value.extra["chain"] == chain
        assert " → ".join(chain) in error.value.detail
    assert keep(session, "H95.01.01", parent="H95") == "updated"


@pytest.mark.parametrize(
    ("own", "wrong"),
    [
        ({}, True),  # without end, the parent ends
        ({"valid_to": date(2026, 6, 1)}, False),
        ({"valid_to": date(2026, 6, 2)}, True),
        ({"valid_from": date(2025, 12, 31), "valid_to": date(2026, 6, 1)}, True),
    ],
)
def test_the_parent_exists_all_that_time(session, own, wrong):
    keep(session, "H95", valid_to=date(2026, 6, 1))

    if wrong:
        with pytest.raises(agencies.ParentNotThere, match="từ 01/01/2026 đến trước 01/06/2026"):
            keep(session, "H95.01", parent="H95", **own)
    else:
        assert keep(session, "H95.01", parent="H95", **own) == "created"


def test_an_unknown_parent_is_named(session):
    with pytest.raises(agencies.ParentNotThere, match="H94"):
        keep(session, "H95.01", parent="H94")


def test_a_parent_does_not_end_before_those_below(session):
    keep(session, "H95")
    keep(session, "H95.01", parent="H95")

    for days in ({"valid_to": date(2026, 6, 1)}, {"valid_from": date(2026, 1, 2)}):
        with pytest.raises(agencies.ChildrenLeft) as error:
            keep(session, "H95", **days)
        assert error.value.extra["children"] == ["H95.01"]
    keep(session, "H95.01", parent="H95", valid_to=date(2026, 6, 1))
    assert keep(session, "H95", valid_to=date(2026, 6, 1)) == "updated"


@pytest.fixture
def offering_agency(session, editor):
    """An agency that offers the small procedure."""
    keep(session, "H95")
    made = agency_queries.by_code(session, "H95")
    draft(session, editor, made.id)
    publish(session, CODE, editor)
    return made


def in_days(days: int) -> date:
    return clock.today() + days * DAY


@pytest.mark.parametrize("days", [-30, 0, 1, 30])
def test_an_agency_that_offers_does_not_end(session, offering_agency, days):
    with pytest.raises(agencies.StillOffers) as error:
        keep(session, "H95", valid_to=in_days(days))

    assert error.value.extra["procedures"] == [CODE]
    assert CODE in error.value.detail


def test_it_ends_once_a_revision_without_it_applies_by_then(session, editor, offering_agency, agency_id):
    draft(session, editor, agency_id, effective_on=in_days(10))
    publish(session, CODE, editor)

    with pytest.raises(agencies.StillOffers):
        keep(session, "H95", valid_to=in_days(9))
    assert keep(session, "H95", valid_to=in_days(10)) == "updated"


def test_what_waits_for_a_later_day_counts_too(session, editor, offering_agency, agency_id):
    draft(session, editor, agency_id, effective_on=in_days(5))
    publish(session, CODE, editor)
    offers = [Offer(agency_id=offering_agency.id, declared=Level.FULL)]
    draft(session, editor, agency_id, offers=offers, effective_on=in_days(20))
    publish(session, CODE, editor)

    with pytest.raises(agencies.StillOffers):
        keep(session, "H95", valid_to=in_days(10))


def test_a_closed_procedure_keeps_no_agency(session, editor, offering_agency):
    second = importing.machine_hands(session).reviewer
    publishing.withdraw(session, CODE, second, closes_at=clock.now() + DAY)

    with pytest.raises(agencies.StillOffers):
        keep(session, "H95", valid_to=in_days(1))
    assert keep(session, "H95", valid_to=in_days(2)) == "updated"


def test_no_revision_is_published_for_an_agency_that_is_gone(session, editor, agency_id):
    keep(session, "H95", valid_to=in_days(5))
    gone = agency_queries.by_code(session, "H95")
    offers = [Offer(agency_id=gone.id, declared=Level.FULL)]
    draft(session, editor, agency_id, offers=offers, effective_on=in_days(5))

    check = drafting.check(session, CODE)

    assert check.problems == [f"Cơ quan H95 không hoạt động vào ngày {in_days(5):%d/%m/%Y}"]
    with pytest.raises(checking.UnsoundContent):
        publish(session, CODE, editor)
    draft(session, editor, agency_id, offers=offers, effective_on=in_days(4))
    publish(session, CODE, editor)


def test_over_http_agencies_are_made_shown_and_changed(client, session):
    factories.officer(session, uuid4(), Role.CATALOGUE_EDITOR, email="bientap@example.vn")
    session.commit()
    body = {"name": "Sở Tư pháp", "kind": "department", "valid_from": "2026-01-01"}
    factories.signed_in(client, "bientap@example.vn")

    made = client.post("/api/v1/agencies", json=body | {"code": "H95.01"})
    again = client.post("/api/v1/agencies", json=body | {"code": "H95.01"})
    changed = client.put("/api/v1/agencies/H95.01", json=body | {"phone": "1022", "seq": 1})
    circle = client.put("/api/v1/agencies/H95.01", json=body | {"parent": "H95.01"})

    assert (made.status_code, made.json()["seq"]) == (201, 1)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/AgencyCodeTaken")
    assert (changed.status_code, changed.json()["phone"]) == (200, "1022")
    assert (circle.status_code, circle.json()["chain"]) == (422, ["H95.01", "H95.01"])
    assert client.get("/api/v1/agencies/H95.01").json()["phone"] == "1022"
    assert client.get("/api/v1/agencies/H94").status_code == 404
    assert "H95.01" in [row["code"] for row in client.get("/api/v1/agencies").json()["items"]]
