"""The plan of a dossier as rows: drawn up at acceptance, moved by every act that ends or opens a step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from dossiers import calendars, plan, queries
from dossiers.models import Dossier
from dossiers.process_models import DossierStep, StepState
from portal.core.clock import now
from services_catalog.content import Step
from services_catalog.models import Offering

BEGINS: Final = frozenset({"dossier.accepted", "dossier.taken_over"})
ENDS: Final = frozenset({"dossier.rejected", "dossier.stopped", "dossier.delivered"})


def follow(session: Session, dossier: Dossier, name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Move the plan with an act; returns what its event tells of it: `step`, and at the beginning `plan`.

    A decision ends the work wherever it stands (the law ties it to no step) and opens the return; an end of
    the dossier leaves out what is left; a reopening opens the last step of the work again.
    """
    if name in BEGINS:
        return _draw_up(session, dossier) if data.get("due_at") is not None else {}
    if name in ENDS and dossier.step is not None:
        done = name != "dossier.stopped"
        return {"step": move(session, dossier, of(session, dossier.id), None, done=done)}
    if name == "dossier.approved" and dossier.step is not None:
        rows = of(session, dossier.id)
        to = next((one.position for one in rows if one.position > dossier.step and _returns(one)), None)
        return {"step": move(session, dossier, rows, to)}
    if name == "dossier.reopened":
        rows = of(session, dossier.id)
        work = [one.position for one in rows if not _returns(one) and one.state is not StepState.LEFT_OUT]
        return {"step": move(session, dossier, rows, max(work))} if work else {}
    return {}


def of(session: Session, dossier_id: UUID) -> list[DossierStep]:
    """The plan, in order; empty where none was drawn up."""
    return list(
        session.exec(
            select(DossierStep)
            .where(DossierStep.dossier_id == dossier_id)
            .order_by(col(DossierStep.position))
        )
    )


def move(
    session: Session, dossier: Dossier, rows: Sequence[DossierStep], to: int | None, *, done: bool = True
) -> int | None:
    """End the open step and open another; the dossier stands there from now. Returns `to`."""
    at = now()
    after = plan.moved({one.position: one.state for one in rows}, to, done=done)
    for one in rows:
        if one.position == to:
            one.opened_at, one.due_at, one.done_at = at, _due(session, dossier, at, one.hours), None
        elif one.state is StepState.OPEN and after[one.position] is StepState.DONE:
            one.done_at = at
        elif after[one.position] is StepState.WAITING:
            one.opened_at = one.due_at = one.done_at = None
        one.state = after[one.position]
        session.add(one)
    dossier.step = to
    return to


def _draw_up(session: Session, dossier: Dossier) -> dict[str, Any]:
    """The plan by the pinned revision, or by the agency's own process where it has one."""
    with session.no_autoflush:  # the dossier is written once, with its event
        return _drawn_up(session, dossier)


def _drawn_up(session: Session, dossier: Dossier) -> dict[str, Any]:
    own = session.exec(select(Offering.steps).where(Offering.id == dossier.offering_id)).one()
    steps = msgspec.convert(own, list[Step]) or queries.content(session, dossier.revision_id).steps
    if not steps:
        return {}
    at, opened = now(), plan.first(steps)
    states = plan.begun(len(steps), opened)
    session.execute(
        sa.insert(DossierStep.__table__),  # type: ignore[attr-defined]
        [
            {
                "dossier_id": dossier.id,
                "position": place,
                "key": step.key,
                "name": step.name,
                "unit": step.unit,
                "role": step.role,
                "hours": step.hours,
                "acts": list(step.actions),
                "state": states[place],
                "opened_at": at if states[place] is StepState.OPEN else None,
                "due_at": _due(session, dossier, at, step.hours) if states[place] is StepState.OPEN else None,
                "done_at": at if states[place] is StepState.DONE else None,
            }
            for place, step in enumerate(steps, 1)
        ],
    )
    dossier.step = opened
    return {"plan": [one.key for one in steps], "step": opened}


def _due(session: Session, dossier: Dossier, at: datetime, hours: int) -> datetime | None:
    """When a step of so many working hours, begun then, is to be done; None where none are allotted."""
    if not hours:
        return None
    return calendars.of(session, dossier.competent_agency_id).add_working_hours(at, hours)


def _returns(row: DossierStep) -> bool:
    return plan.is_return(row.key, row.acts)
