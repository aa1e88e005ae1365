"""The clock of one dossier: counted from its events on the calendar that counts it, kept in its columns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by
from sqlmodel import Session

from dossiers import calendars, queries
from dossiers.course import CLOCK_EVENTS, Told, course_of
from dossiers.deadlines import Deadline, count, due, reception_due
from dossiers.models import Dossier
from portal.core import crypto, events
from portal.core.clock import now
from portal.core.events import Event, EventRow
from services_catalog import terms
from services_catalog.content import RevisionContent

RESTART: Final = "restart"


def start(
    session: Session, dossier: Dossier, content: RevisionContent, answers: dict[str, Any], at: datetime
) -> Deadline:
    """Start the clock: due dates and calendar of the dossier are set.

    Source: Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3).
    """
    calendar = calendars.of(session, dossier.competent_agency_id)
    deadline = due(terms.time_limit(content, answers, dossier.channel), at, calendar)
    dossier.due_at = dossier.original_due_at = deadline.due_at
    dossier.paused_since, dossier.calendar = None, calendar.revision
    return deadline


def limit_words(session: Session, dossier: Dossier, content: RevisionContent, answers: dict[str, Any]) -> str:
    """The dossier's limit in words, whether its clock has started or not."""
    calendar = calendars.of(session, dossier.competent_agency_id)
    return due(terms.time_limit(content, answers, dossier.channel), now(), calendar).rule


def turn(session: Session, dossier: Dossier, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Count the clock as the event about to be recorded leaves it; due dates and pause of the row are set.

    Returns what the event's `data` gains: "at" (the instant that was counted with) and "due_at" (None before
    the clock has started). Call it in the act's transaction, with the dossier locked, before
    `processing.finish`; an act that touches the clock and does not would leave a due date nobody can prove.
    """
    at = now()
    told = [*of_clock(session, dossier.id), EventRow(dossier.seq + 1, name, at, None, {"at": at, **data})]
    deadline = counted(session, dossier, told)
    if deadline is not None:
        dossier.due_at, dossier.original_due_at = deadline.due_at, deadline.original_due_at
        dossier.paused_since = deadline.paused_since
    return {"at": at, "due_at": dossier.due_at, "original_due_at": dossier.original_due_at}


def counted(
    session: Session, dossier: Dossier, told: Sequence[Told], *, calendar: str | None = None
) -> Deadline | None:
    """The dossier's deadline by these events, on its own revision of the calendar or the one named."""
    content = queries.content(session, dossier.revision_id)
    answers = crypto.open_(session, dossier.subject_id, f"dossier.answers|{dossier.id}", dossier.answers)
    return deadline(session, dossier, content, answers, told, calendar=calendar)


def deadline(
    session: Session,
    dossier: Any,
    content: RevisionContent,
    answers: dict[str, Any],
    told: Sequence[Told],
    *,
    calendar: str | None = None,
) -> Deadline | None:
    """The due date with the trace that proves it; None while no clock runs.

    `dossier` has id, channel, competent_agency_id and calendar (a row or a view).
    """
    course = course_of(told)
    if course is None:
        return None
    named = calendar or dossier.calendar or course.counted_on
    return count(
        terms.time_limit(content, answers, dossier.channel),
        course,
        calendars.at(session, named, dossier.competent_agency_id),
        restarts=content.supplement_clock == RESTART,
    )


def reception(
    session: Session, dossier: Dossier, content: RevisionContent, at: datetime | None = None
) -> Deadline:
    """By when the desk tells the outcome of its check; `at`: when it was filed, or supplied anew."""
    submitted_at = at or dossier.submitted_at
    assert submitted_at is not None
    return reception_due(
        submitted_at,
        dossier.channel,
        calendars.of(session, dossier.receiving_agency_id),
        hours=content.reception_hours,
        days=content.reception_days,
    )


def course_column(dossier_id: Any) -> sa.ColumnElement[Any]:
    """A correlated column: the dossier's events that the clock knows, as JSON; `read` reads it."""
    table = Event.__table__.alias("told")  # type: ignore[attr-defined]
    body = sa.cast(sa.func.convert_from(table.c.body, "UTF8"), JSON)
    every = sa.func.coalesce(sa.func.json_agg(aggregate_order_by(body, table.c.seq)), sa.text("'[]'::json"))
    names: list[Any] = [
        sa.literal_column(f"'{name}'") for name in sorted(CLOCK_EVENTS)
    ]  # ours, so no bound values
    return sa.cast(
        sa.select(every)
        .where(table.c.stream_id == dossier_id, table.c.name.in_(names))
        .correlate_except(table)
        .scalar_subquery(),
        sa.Text,
    )


read = msgspec.json.Decoder(list[EventRow]).decode


def of_clock(session: Session, dossier_id: UUID) -> list[EventRow]:
    """The dossier's events that the clock knows, oldest first."""
    table = Event.__table__  # type: ignore[attr-defined]
    bodies = session.execute(
        sa.select(table.c.body)
        .where(table.c.stream_id == dossier_id, table.c.name.in_(CLOCK_EVENTS))
        .order_by(table.c.seq)
    ).scalars()
    return [events.read(body) for body in bodies]
