"""Running dossiers counted anew when a calendar was published, or a failure of the system is over.

Both go through running dossiers by id, each in a transaction of its own; what is done is found in the
database, so a task that was killed goes on where it stopped, and one that runs twice changes nothing.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from celery import shared_task
from sqlmodel import Session

from auth.actor import ANONYMOUS
from dossiers import access, calendar_editing, calendars, clocks, processing, queries
from dossiers.calendar_models import CalendarRevision, Incident, IncidentScope
from dossiers.models import Dossier
from dossiers.tasks import effect_key
from dossiers.workflow import RUNNING
from portal.core import events
from portal.core.clock import now
from portal.core.errors import Unavailable
from portal.core.outbox import Effect, done, effect
from portal.core.work import unit_of_work

RECOUNT: Final = "dossiers.recounting.recount"
PASSED: Final = "dossiers.recounting.pass_incident"
BATCH: Final = 200
SECONDS: Final = 120.0  # a task stops here, and the next one goes on
_LATE: Final = timedelta(minutes=2)  # by then no process counts on the revision before
_RETRY: Final[dict[str, Any]] = {"autoretry_for": (Unavailable,), "retry_backoff": 5, "max_retries": 5}


@shared_task(name=RECOUNT, **_RETRY)  # type: ignore[untyped-decorator]
def recount() -> int:
    """Count running dossiers anew on the revision in force; how many were. The timetable repeats it."""
    with unit_of_work() as session:
        table = CalendarRevision.__table__  # type: ignore[attr-defined]
        row = session.execute(
            sa.select(table.c.content["revision"].astext.label("name"), table.c.published_at)
            .where(table.c.published_at.is_not(None))
            .order_by(table.c.number.desc())
            .limit(1)
        ).one_or_none()
        if row is None:
            calendar_editing.seed(session)  # the first start: nothing was counted on anything else
        if row is None or done(session, f"{RECOUNT}:{row.name}"):
            return 0
    calendars.forget()
    other = access.D.c.calendar.is_distinct_from(row.name)
    counted, whole = _each([other], lambda session, dossier: _recounted(session, dossier, row.name))
    if whole and now() - row.published_at > _LATE:
        with unit_of_work() as session:
            effect(session, f"{RECOUNT}:{row.name}")
    return counted


def _recounted(session: Session, dossier: Dossier, revision: str) -> bool:
    if dossier.calendar == revision:
        return False
    before = dossier.due_at
    dossier.calendar = revision
    facts: dict[str, Any] = {"calendar": revision, "was_due_at": before}
    facts |= clocks.turn(session, dossier, "dossier.due_recounted", facts)
    processing.finish(session, dossier, dossier.status, "dossier.due_recounted", ANONYMOUS, facts)
    return True


@shared_task(name=PASSED, **_RETRY)  # type: ignore[untyped-decorator]
def pass_incident(stream_id: str, seq: int) -> int:
    """Tell every running dossier in an incident's scope that it is over; how many were told.

    Source: Decree 301/2026/NĐ-CP, art. 3(4): the time goes on when the system works again.
    """
    incident_id, key = UUID(stream_id), effect_key(PASSED, stream_id, seq)
    with unit_of_work() as session:
        if done(session, key):
            return 0
        incident = session.get(Incident, incident_id)
        if incident is None or incident.ended_at is None:
            return 0
        began, ended, scope = incident.began_at, incident.ended_at, incident.scope
        where = [access.D.c.accepted_at < ended, _not_told(incident_id)]
        if scope is IncidentScope.AGENCY:
            where.append(access.D.c.competent_agency_id == incident.agency_id)
        elif scope is IncidentScope.PROCEDURE:
            where.append(access.D.c.procedure_id == incident.procedure_id)

    def told(session: Session, dossier: Dossier) -> bool:
        mark = f"{PASSED}:{incident_id}:{dossier.id}"
        if done(session, mark):
            return False
        facts: dict[str, Any] = {
            "incident_id": incident_id,
            "from": began,
            "to": ended,
            "was_due_at": dossier.due_at,
        }
        facts |= clocks.turn(session, dossier, "dossier.incident_passed", facts)
        processing.finish(session, dossier, dossier.status, "dossier.incident_passed", ANONYMOUS, facts)
        effect(session, mark)
        return True

    counted, whole = _each(where, told)
    if whole:
        with unit_of_work() as session:
            held = session.get(Incident, incident_id, with_for_update=True)
            assert held is not None
            if held.applied_at is None:
                held.applied_at = now()
                events.record(session, held, "incident.applied", None, {"applied_at": held.applied_at})
                session.add(held)
            effect(session, key)
    return counted


def _not_told(incident_id: UUID) -> sa.ColumnElement[bool]:
    marks = Effect.__table__  # type: ignore[attr-defined]
    mark = sa.literal(f"{PASSED}:{incident_id}:") + sa.cast(access.D.c.id, sa.Text)
    return ~sa.exists().where(marks.c.key == mark)


def _each(
    where: Sequence[sa.ColumnElement[bool]], act: Callable[[Session, Dossier], bool]
) -> tuple[int, bool]:
    """Act on every running dossier whose clock has started; how many were, and whether none is left."""
    after, acted, until = UUID(int=0), 0, time.monotonic() + SECONDS
    while True:
        with unit_of_work() as session:
            ids = list(
                session.execute(
                    sa.select(access.D.c.id)
                    .where(
                        access.D.c.status.in_(RUNNING),
                        access.D.c.due_at.is_not(None),
                        access.D.c.id > after,
                        *where,
                    )
                    .order_by(access.D.c.id)
                    .limit(BATCH)
                ).scalars()
            )
        for dossier_id in ids:
            with unit_of_work() as session:
                dossier = queries.locked(session, dossier_id)
                if dossier is not None and dossier.status in RUNNING and dossier.due_at is not None:
                    acted += act(session, dossier)
            if time.monotonic() > until:
                return acted, False
        if len(ids) < BATCH:
            return acted, True
        after = ids[-1]
