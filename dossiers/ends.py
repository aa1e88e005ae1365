"""Ends before a decision: the applicant wants the dossier back, or did not supply in time (form 05).

Source: Decree 118/2025/NĐ-CP, art. 21; Circular 03/2025/TT-VPCP, art. 7.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session

from auth.actor import Actor
from dossiers import calendars, open_request, queries, supplement_queries, supplements
from dossiers.models import Dossier
from dossiers.processing import begin, facts, finish, worded
from dossiers.supplement_models import Supplement, SupplementState
from dossiers.workflow import Action, Status, advance
from portal.core.clock import local, now
from portal.core.errors import Conflict
from portal.core.text import clean

SYSTEM = Actor()


class Cause(StrEnum):
    """Why a dossier was stopped before it was decided."""

    WITHDRAWN = "withdrawn"
    SUPPLEMENT_LAPSED = "supplement_lapsed"
    DUTY_LAPSED = "duty_lapsed"


CAUSES = {
    Cause.WITHDRAWN: "Người nộp đã rút hồ sơ",
    Cause.SUPPLEMENT_LAPSED: "Hết thời hạn mà chưa bổ sung",
    Cause.DUTY_LAPSED: "Hết thời hạn mà chưa thực hiện nghĩa vụ tài chính",
}


class StillTime(Conflict):
    """The applicant's time has not ended: the dossier is not stopped over their head."""

    title = "Người nộp còn thời gian"


def ask_withdrawal(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    reason: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """The applicant wants the dossier back, for whatever reason, while it is not decided.

    Source: Decree 118/2025/NĐ-CP, art. 21; Circular 03/2025/TT-VPCP, art. 7.

    Raises:
        those of `begin` (a decided dossier is in a state that knows no withdrawal).
    """
    reason = clean(reason, max_length=2000, multiline=True)
    begun = begin(session, actor, dossier_id, Action.ASK_WITHDRAWAL, seq=seq, key=key, body=reason)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    name = "dossier.withdrawal_asked"
    data = supplements.clock_data(session, dossier, name, {})
    return finish(session, dossier, after, name, actor, data, {"reason": reason} if reason else None)


def keep(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    reason: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """The dossier goes on: the applicant takes the wish back, or the desk cannot grant it and says why.

    Raises:
        Invalid: the desk gives no reason; and those of `begin`.
    """
    found = queries.get(session, actor, dossier_id)
    own = found.applicant_id == actor.id
    reason = (
        clean(reason, max_length=2000, multiline=True)
        if own
        else worded(reason, "Ghi lý do không cho rút hồ sơ, người nộp đọc được.")
    )
    begun = begin(session, actor, dossier_id, Action.KEEP, seq=seq, key=key, body=reason)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    data: dict[str, Any] = {"by_applicant": own}
    if after is Status.SUPPLEMENT:
        data |= _more_time(session, dossier)
    data |= supplements.clock_data(session, dossier, "dossier.kept", data)
    return finish(
        session, dossier, after, "dossier.kept", actor, data, {"reason": reason} if reason else None
    )


def _more_time(session: Session, dossier: Dossier) -> dict[str, Any]:
    """Give the applicant at least the next working day, where the wish took what was left of their time."""
    row = open_request.demand_open(session, dossier)
    if row.due_at is None:
        return {}
    calendar = calendars.of(session, dossier.competent_agency_id)
    least = calendar.close(calendar.next_working_day(local(now()).date()))
    if row.due_at >= least:
        return {}
    row.due_at = least
    session.add(row)
    return {"supplement_due_at": least}


def stop(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    note: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Stop the dossier: the withdrawal is granted, or the applicant's time has ended.

    Source: Decree 118/2025/NĐ-CP, art. 21; form 05 of Circular 03/2025/TT-VPCP.

    Raises:
        StillTime: the applicant may still supply or pay; and those of `begin`.
    """
    note = clean(note, max_length=2000, multiline=True)
    begun = begin(session, actor, dossier_id, Action.STOP, seq=seq, key=key, body=note)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    return _stop(session, dossier, after, actor, _cause(session, dossier), note)


def _cause(session: Session, dossier: Dossier) -> Cause:
    if dossier.status is Status.WITHDRAWAL_ASKED:
        return Cause.WITHDRAWN
    if dossier.status is Status.SUPPLEMENT:
        due_at = open_request.demand_open(session, dossier).due_at
        if due_at is None or due_at >= now():
            raise StillTime(
                "Người nộp còn thời gian bổ sung, chưa dừng được. Có thể rút lại yêu cầu.", due_at=due_at
            )
        return Cause.SUPPLEMENT_LAPSED
    raise StillTime("Chưa có hạn nào đã qua cho khoản phải nộp, chưa dừng được. Có thể rút lại yêu cầu.")


def stop_lapsed(session: Session, dossier: Dossier) -> bool:
    """Stop a locked dossier whose applicant did not supply in time, by the system; False: nothing lapsed.

    Source: Decree 118/2025/NĐ-CP, art. 17; the procedure's own law on the applicant's time.
    """
    if dossier.status is not Status.SUPPLEMENT:
        return False
    row = supplement_queries.open_row(session, dossier.id)
    if row is None or row.due_at is None or row.due_at >= now():
        return False
    after = advance(dossier.status, Action.STOP)
    _stop(session, dossier, after, SYSTEM, Cause.SUPPLEMENT_LAPSED, "")
    return True


def _stop(
    session: Session, dossier: Dossier, after: Status, actor: Actor, cause: Cause, note: str
) -> Dossier:
    row: Supplement | None = supplement_queries.open_row(session, dossier.id)
    if row is not None:
        lapsed = cause is Cause.SUPPLEMENT_LAPSED
        state = SupplementState.LAPSED if lapsed else SupplementState.REVOKED
        supplements.close(session, dossier, row, state)
    data = {**facts(dossier), "cause": cause}
    return finish(session, dossier, after, "dossier.stopped", actor, data, {"note": note} if note else None)
