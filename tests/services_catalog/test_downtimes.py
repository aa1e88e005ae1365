"""Planned stops: told seven working days ahead (Decree 224/2026/NĐ-CP, art. 13), in force while they last."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from auth.actor import Role
from dossiers import filing, offering
from dossiers.workflow import Status
from portal.core import clock, events
from portal.core.calendar import VIET_NAM
from portal.core.db import act_as
from portal.core.errors import Invalid, NotFound
from portal.core.idempotency import KeyReused
from services_catalog import downtimes
from services_catalog import public_queries as public
from tests import factories

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = date(2026, 12, 7)


def midnight(on: date) -> datetime:
    return datetime.combine(on, datetime.min.time(), clock.ZONE)


@pytest.fixture
def live(monkeypatch) -> Any:
    """Live at an instant."""
    return lambda at: monkeypatch.setattr(clock._Ahead, "by", at - datetime.now(clock.ZONE))


@pytest.fixture
def keeper(session):
    return factories.officer(session, uuid4(), Role.CATALOGUE_REVIEWER)


@pytest.fixture
def world(session):
    agency = factories.agency(session)
    return agency, factories.procedure(session, agency.id), factories.citizen(session)


def announce(session, keeper, start, end=None, code=None, **more: Any) -> Any:
    reason = more.pop("reason", "Nâng cấp máy chủ")
    return downtimes.announce(
        session, keeper, code=code, reason=reason, starts_at=start, ends_at=end or start + 4 * HOUR, **more
    )


@pytest.mark.parametrize(
    ("told", "first"),
    [
        (date(2026, 12, 7), date(2026, 12, 17)),  # Mon; seven working days: 8–11, 14–16
        (date(2026, 12, 11), date(2026, 12, 23)),  # Fri
        (date(2026, 12, 12), date(2026, 12, 23)),  # Sat: the days begin on Monday all the same
        (date(2026, 12, 24), date(2027, 1, 6)),  # over New Year's Day; the seventh is Tuesday 5
        (date(2026, 4, 20), date(2026, 5, 5)),  # off: 27/04 for the Kings' day, 30/04, 01/05
        (date(2026, 8, 20), date(2026, 8, 29)),  # Saturday 22/08 is worked for 31/08
    ],
    ids=str,
)
def test_the_first_permitted_start_follows_seven_whole_working_days(told, first):
    earliest = downtimes.earliest_start(told, VIET_NAM)

    assert earliest == midnight(first)
    assert VIET_NAM.working_days_between(told, first - DAY) == 7


def test_a_notice_too_short_is_refused_with_the_first_permitted_start(session, keeper, live):
    live(midnight(MONDAY) + 23 * HOUR)
    earliest = midnight(date(2026, 12, 17))

    with pytest.raises(downtimes.NoticeTooShort) as error:
        announce(session, keeper, earliest - timedelta(microseconds=1))

    assert "00:00 ngày 17/12/2026" in error.value.detail
    assert error.value.extra["earliest"] == earliest.isoformat()
    made = announce(session, keeper, earliest)
    [event] = events.history(session, made.id)
    assert (event.name, event.actor_id, event.data["reason"]) == (
        "downtime.announced",
        keeper.id,
        "Nâng cấp máy chủ",
    )
    assert datetime.fromisoformat(event.data["starts_at"]) == earliest


def test_force_majeure_may_be_told_at_once_but_says_why(session, keeper):
    now = clock.now()

    assert announce(session, keeper, now - HOUR, forced=True).forced
    with pytest.raises(Invalid):
        announce(session, keeper, now, reason=" ", forced=True)
    with pytest.raises(Invalid):
        announce(session, keeper, now - 2 * DAY, now + HOUR, forced=True)


@pytest.mark.parametrize(("start", "end"), [(2, 2), (3, 2), (-5, -4)], ids=["empty", "reversed", "over"])
def test_a_period_has_an_end_after_its_beginning_that_lies_ahead(session, keeper, start, end):
    now = clock.now()

    with pytest.raises(Invalid):
        announce(session, keeper, now + start * HOUR, now + end * HOUR, forced=True)


def test_a_stop_is_of_a_procedure_that_exists(session, keeper):
    with pytest.raises(NotFound):
        announce(session, keeper, clock.now() + 30 * DAY, code="9.999999")


def test_the_same_key_tells_once(session, keeper):
    start = clock.now() + 30 * DAY

    first = announce(session, keeper, start, key="k")
    assert announce(session, keeper, start, key="k").id == first.id

    with pytest.raises(KeyReused):
        announce(session, keeper, start + HOUR, key="k")


def test_a_stop_is_called_off_before_or_while_it_runs_and_once(session, keeper, live):
    start = clock.now() + 30 * DAY
    ahead, running = (announce(session, keeper, start) for _ in range(2))
    with pytest.raises(Invalid):
        downtimes.call_off(session, ahead.id, keeper, reason=" ")

    downtimes.call_off(session, ahead.id, keeper, reason="Dời ngày")
    live(start + HOUR)
    downtimes.call_off(session, running.id, keeper, reason="Xong sớm")

    assert public.downtimes(session) == []
    assert [event.name for event in events.history(session, ahead.id)] == [
        "downtime.announced",
        "downtime.cancelled",
    ]
    for stop in (ahead, running):
        with pytest.raises(downtimes.StopOver):
            downtimes.call_off(session, stop.id, keeper, reason="Lần nữa")
    with pytest.raises(NotFound):
        downtimes.call_off(session, uuid4(), keeper, reason="Không có")


def test_a_stop_that_is_over_is_not_called_off(session, keeper, live):
    start = clock.now() + 30 * DAY
    made = announce(session, keeper, start)
    live(start + 5 * HOUR)

    with pytest.raises(downtimes.StopOver):
        downtimes.call_off(session, made.id, keeper, reason="Muộn rồi")


def test_all_that_last_or_lie_ahead_are_listed(session, keeper, world):
    _, procedure, _ = world
    start = clock.now() + 30 * DAY
    announce(session, keeper, start + DAY, code=procedure.code)
    announce(session, keeper, start)

    told = [(row.procedure, row.name, row.everything) for row in public.downtimes(session)]

    assert told == [(None, None, True), (procedure.code, procedure.name, False)]


@pytest.mark.parametrize("everything", [True, False])
def test_while_it_runs_nothing_is_opened_or_filed_and_drafts_stay_editable(
    session, keeper, world, live, everything
):
    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id)
    factories.ready_file(session, dossier)
    other = factories.procedure(session, agency.id)
    start = clock.now() + 30 * DAY
    announce(session, keeper, start, code=None if everything else procedure.code)
    act_as(session, applicant.id, applicant.agency_ids)

    live(start)
    with pytest.raises(offering.Stopped) as error:
        filing.submit(session, applicant, dossier.id, idempotency_key=None)
    with pytest.raises(offering.Stopped):
        filing.open_draft(session, applicant, submission_id=uuid4(), code=procedure.code, agency_id=agency.id)
    filing.save_answers(session, applicant, dossier.id, seq=None, answers={"note": "Vẫn sửa được."})

    end = start + 4 * HOUR
    assert error.value.status == 503
    assert 4 * 3600 - 5 <= int(error.value.headers["Retry-After"]) <= 4 * 3600
    assert f"{clock.local(end):%H:%M ngày %d/%m/%Y}" in error.value.detail
    if everything:
        with pytest.raises(offering.Stopped):
            offering.open_offering(session, other.code, agency.id, clock.now())
    else:
        assert offering.open_offering(session, other.code, agency.id, clock.now())
    live(end)
    assert filing.submit(session, applicant, dossier.id, idempotency_key=None).status is Status.SUBMITTED


def test_a_cut_off_is_told_before_a_stop(session, keeper, world):
    agency, procedure, _ = world
    announce(session, keeper, clock.now() - HOUR, forced=True)
    procedure.closes_at = clock.now() - HOUR
    session.add(procedure)
    session.flush()

    with pytest.raises(offering.Closed):
        offering.open_offering(session, procedure.code, agency.id, clock.now())


def test_over_http_a_stop_is_announced_listed_and_called_off(client, session):
    factories.officer(session, uuid4(), Role.ADMINISTRATOR, email="quan.tri@example.vn")
    session.commit()
    start = clock.now() + 30 * DAY
    body = {
        "reason": "Nâng cấp máy chủ",
        "starts_at": start.isoformat(),
        "ends_at": (start + HOUR).isoformat(),
    }
    assert client.post("/api/v1/downtimes", json=body).status_code == 401
    factories.signed_in(client, "quan.tri@example.vn")

    made = client.post("/api/v1/downtimes", json=body)
    soon = client.post("/api/v1/downtimes", json=body | {"starts_at": clock.now().isoformat()})
    naive = client.post("/api/v1/downtimes", json=body | {"starts_at": "2030-01-01T00:00:00"})

    assert (made.status_code, made.json()["procedure"]) == (201, None)
    assert (soon.status_code, soon.json()["type"]) == (422, "/problems/NoticeTooShort")
    assert naive.status_code == 400
    assert [row["id"] for row in client.get("/api/v1/downtimes").json()["items"]] == [made.json()["id"]]
    gone = client.post(f"/api/v1/downtimes/{made.json()['id']}/cancellation", json={"reason": "Dời ngày"})
    assert gone.json()["cancelled_at"]
    assert client.get("/api/v1/downtimes").json()["items"] == []
