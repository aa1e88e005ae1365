"""The holder's acts on the plan: this step is done, or it goes back to an earlier one."""

from typing import Final
from uuid import UUID

from sqlmodel import Session

from auth.actor import Actor
from dossiers import plan, steps
from dossiers.models import Dossier
from dossiers.process_models import DossierStep, StepState
from dossiers.processing import MAX_REASON, begin, finish, worded
from dossiers.workflow import Action
from portal.core.errors import Conflict, Invalid
from portal.core.text import clean

_BACK_TO: Final = (StepState.DONE, StepState.LEFT_OUT)


class NoStep(Conflict):
    """The plan has no such step to go to."""

    title = "Quy trình không có bước này"


def following(rows: list[DossierStep]) -> DossierStep | None:
    """The step of the work that comes after the open one; the return follows the decision instead."""
    now = next((one.position for one in rows if one.state is StepState.OPEN), None)
    if now is None:
        return None
    return next((one for one in rows if one.position > now and not _is_return(one)), None)


def earlier(rows: list[DossierStep]) -> list[DossierStep]:
    """The steps of the work that may be gone back to, the nearest first."""
    now = next((one.position for one in rows if one.state is StepState.OPEN), 0)
    return [one for one in reversed(rows) if one.position < now and not _is_reception(one)]


def complete(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    note: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """The open step is done, the next one of the work opens; the dossier stays in hand.

    Source: Decree 61/2018/NĐ-CP, art. 19: each step with its unit and its time.

    Raises:
        NoStep: there is no plan, or the decision is what comes next; and those of `begin` (the holder's act).
    """
    note = clean(note, max_length=MAX_REASON, multiline=True)
    begun = begin(session, actor, dossier_id, Action.COMPLETE_STEP, seq=seq, key=key, body=note)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    rows = steps.of(session, dossier.id)
    position, to = dossier.step, following(rows)
    if position is None or to is None:
        raise NoStep("Không còn bước nào trước khi quyết định. Ghi quyết định để kết thúc bước này.")
    steps.move(session, dossier, rows, to.position)
    data = {"position": position, "next": to.position, "step": to.position}
    return finish(session, dossier, after, "dossier.step_done", actor, data, {"note": note} if note else None)


def send_back(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    to: int,
    reason: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Back to an earlier step of the work, with the reason; what came between is to be done again.

    Raises:
        Invalid: no reason, or no earlier step has this position; and those of `begin` (the holder's act).
    """
    reason = worded(reason, "Nhập lý do trả lại bước trước.")
    begun = begin(session, actor, dossier_id, Action.RETURN_STEP, seq=seq, key=key, body=f"{to} {reason}")
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    rows = steps.of(session, dossier.id)
    if all(one.position != to for one in earlier(rows)):
        told = "Chọn một bước đã qua."
        raise (
            NoStep(told) if dossier.step is None else Invalid(told, errors=[{"field": "to", "message": told}])
        )
    position = dossier.step
    steps.move(session, dossier, rows, to)
    data = {"position": position, "to": to, "step": to}
    return finish(session, dossier, after, "dossier.step_returned", actor, data, {"reason": reason})


def _is_return(row: DossierStep) -> bool:
    return plan.is_return(row.key, row.acts)


def _is_reception(row: DossierStep) -> bool:
    return plan.is_reception(row.key, row.acts)
