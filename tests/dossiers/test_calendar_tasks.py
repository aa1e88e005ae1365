"""Clocks moved by the portal itself: a new calendar, a failure that is over, letters about due dates."""

from datetime import timedelta
from typing import Any

import pytest

from auth.actor import Actor, Role
from dossiers import calendar_editing, calendars, incidents, overdue, processing, recounting, views
from dossiers.calendar_content import SpecialDay
from dossiers.calendar_models import IncidentScope
from dossiers.deadlines import StepKind
from dossiers.models import Dossier
from portal.core import clock, crypto, events, runtime
from portal.core.calendar import VIET_NAM, DayKind
from portal.core.db import make_engine, make_sessions
from portal.core.mail import inbox
from portal.core.storage import Storage
from tests import factories
from tests.conftest import clone, drop, settings_for


class World:
    """Two agencies, committed; the worker's sessions."""

    def __init__(self, sessions: Any, sink: str) -> None:
        self.sessions, self.sink = sessions, sink
        with sessions() as session:
            agency, other = factories.agency(session), factories.agency(session)
            procedure = factories.procedure(session, agency.id, made_content=factories.simple())
            self.procedure_id, self.code = procedure.id, procedure.code
            self.agency_id, self.other_id, self.agency_code = agency.id, other.id, agency.code
            self.officer = factories.officer(session, agency.id, email="canbo@due.example.vn")
            self.head = factories.officer(session, agency.id, Role.HEAD, email="truong@due.example.vn")
            self.admin = factories.officer(session, agency.id, Role.ADMINISTRATOR)
            self.applicant = factories.citizen(session, email="dan@due.example.vn")
            self.procedure = procedure
            session.commit()

    def accepted(self, *, held: bool = False) -> Any:
        with self.sessions() as session:
            made = factories.filed(session, self.applicant, self.procedure, self.agency_id)
            if held:
                factories.in_hand(session, made, self.officer)
            else:
                processing.receive(session, self.officer, made.id)
            session.commit()
            return made.id

    def dossier(self, dossier_id: Any) -> Dossier:
        with self.sessions() as session:
            found = session.get(Dossier, dossier_id)
            assert found is not None
            return found

    def told(self, dossier_id: Any) -> list[Any]:
        with self.sessions() as session:
            return events.history(session, dossier_id)

    def deadline(self, dossier_id: Any, actor: Actor | None = None) -> Any:
        with self.sessions() as session:
            return views.summary(session, actor or self.officer, dossier_id).deadline

    def publish(self, day: Any) -> Any:
        with self.sessions() as session:
            made = calendar_editing.draft(
                session,
                self.admin,
                calendar_editing.Changes(days=[SpecialDay(day, DayKind.HOLIDAY, "Nghỉ thêm", "Thông báo")]),
                reason="Thông báo nghỉ thêm",
            )
            calendar_editing.publish(session, self.admin, made.number)
            session.commit()
            return made.content["revision"]

    def letters(self, dossier_id: Any, subject: str) -> list[str]:
        return sorted(
            one.to
            for one in inbox(self.sink, limit=1000)
            if str(dossier_id) in one.text and subject in one.subject
        )


@pytest.fixture
def world(migrated: Any, smtp: Any) -> Any:
    name = clone(migrated)
    settings = settings_for(smtp, name)
    crypto.configure(settings)
    engine = make_engine(
        settings.database_url_worker.get_secret_value(), threads=2, statement_timeout_ms=60_000
    )
    sessions = make_sessions(engine)
    runtime.install(settings, sessions, Storage(settings))
    calendars.forget()
    incidents.forget()
    yield World(sessions, str(settings.mail_sink))
    engine.dispose()
    drop(migrated, name)
    calendars.forget()
    incidents.forget()


def ahead(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    monkeypatch.setattr(clock._Ahead, "by", by)


def test_a_new_calendar_counts_running_dossiers_anew_and_says_so(world: World) -> None:
    """docs/clock.md, Calendar changes; Labour Code 2019, art. 112."""
    dossier_id = world.accepted()
    before = world.dossier(dossier_id)
    day = VIET_NAM.next_working_day(clock.today())

    revision = world.publish(day)
    counted = [recounting.recount() for _ in range(2)]

    after = world.dossier(dossier_id)
    assert counted == [1, 0]
    assert (before.calendar, after.calendar) == (VIET_NAM.revision, revision)
    last = clock.local(before.due_at).date()
    assert after.due_at == VIET_NAM.close(VIET_NAM.next_working_day(last))
    assert after.original_due_at == after.due_at
    last_event = world.told(dossier_id)[-1]
    assert (last_event.name, last_event.data["calendar"]) == ("dossier.due_recounted", revision)
    proof = world.deadline(dossier_id)
    assert proof.calendar == revision
    assert proof.due_at == after.due_at
    assert any(f"lịch bản {revision}" in sentence for sentence in proof.summary)
    assert any(step.date == day and step.kind is StepKind.OFF for step in proof.trace)


def test_what_is_settled_stays_as_it_was_counted(world: World) -> None:
    dossier_id = world.accepted(held=True)
    with world.sessions() as session:
        from dossiers import decision

        decision.reject(session, world.officer, dossier_id, ground="Không đủ điều kiện")
        session.commit()
    due_at = world.dossier(dossier_id).due_at

    world.publish(VIET_NAM.next_working_day(clock.today()))

    assert recounting.recount() == 0
    assert world.dossier(dossier_id).due_at == due_at
    assert world.deadline(dossier_id).calendar == VIET_NAM.revision


def test_the_first_start_keeps_the_built_in_calendar_as_a_revision(world: World) -> None:
    recounting.recount()

    with world.sessions() as session:
        (only,) = calendar_editing.revisions(session)
        assert only.name == VIET_NAM.revision
        calendars.forget()
        kept = calendars.of(session, None)
        assert {day: kept.day(day) for day in VIET_NAM.days} == dict(VIET_NAM.days)


def test_an_incident_that_is_over_moves_the_clocks_of_its_scope_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decree 301/2026, art. 3(4): the time goes on when the system works again."""
    dossier_id = world.accepted()
    before = world.dossier(dossier_id).due_at
    ahead(monkeypatch, timedelta(days=7))
    began = clock.now() - timedelta(days=7) + timedelta(minutes=2)
    ended = clock.now()
    seqs = {}
    with world.sessions() as session:
        for agency in (world.other_id, world.agency_id):
            from auth.models import Agency

            code = session.get(Agency, agency).code
            made = incidents.note(
                session,
                world.admin,
                scope=IncidentScope.AGENCY,
                title="Mất kết nối",
                began_at=began,
                code=code,
            )
            seqs[agency] = (made.id, incidents.end(session, world.admin, made.id, ended_at=ended).seq)
        session.commit()

    elsewhere = recounting.pass_incident(str(seqs[world.other_id][0]), seqs[world.other_id][1])
    here = [recounting.pass_incident(str(seqs[world.agency_id][0]), seqs[world.agency_id][1]) for _ in "12"]

    assert (elsewhere, here) == (0, [1, 0])
    after = world.dossier(dossier_id)
    assert after.due_at > before
    assert [one.name for one in world.told(dossier_id)].count("dossier.incident_passed") == 1
    proof = world.deadline(dossier_id)
    assert proof.due_at == after.due_at == after.original_due_at
    paused = [step for step in proof.trace if step.kind is StepKind.PAUSED]
    assert paused
    assert all(step.word == "Tạm dừng: hệ thống gặp sự cố" for step in paused)
    with world.sessions() as session:
        assert all(one.applied_at for one in incidents.listed(session))
        assert incidents.lasting(session) == []


def test_the_holder_is_reminded_on_the_last_day_for_an_apology(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decree 61/2018, art. 19(9): at the latest one day before the due date."""
    dossier_id = world.accepted(held=True)
    due_on = clock.local(world.dossier(dossier_id).due_at).date()
    day = clock.today()
    while VIET_NAM.next_working_day(day) < due_on:
        ahead(monkeypatch, clock._Ahead.by + timedelta(days=1))
        day = clock.today()
        if VIET_NAM.next_working_day(day) < due_on:
            assert overdue.watch_due_dates() == 0

    told = [overdue.watch_due_dates() for _ in range(2)]

    assert told == [1, 0]
    assert world.letters(dossier_id, "đến hạn") == ["canbo@due.example.vn"]


def test_officer_head_and_centre_are_told_once_what_is_overdue(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier_id = world.accepted(held=True)
    ahead(monkeypatch, timedelta(days=15))

    told = [overdue.watch_due_dates() for _ in range(2)]

    assert told == [1, 0]
    assert world.letters(dossier_id, "quá hạn") == ["canbo@due.example.vn", "truong@due.example.vn"]


def test_a_clock_that_stands_still_is_not_overdue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier_id = world.accepted(held=True)
    with world.sessions() as session:
        dossier = session.get(Dossier, dossier_id)
        assert dossier is not None
        dossier.paused_since = clock.now()
        session.add(dossier)
        session.commit()
    ahead(monkeypatch, timedelta(days=15))

    assert overdue.watch_due_dates() == 0
