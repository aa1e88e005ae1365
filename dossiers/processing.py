"""The desk: reception, claim. One function an act; each is one transaction and one event."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from dossiers import access, calendars, clocks, opinion_queries, queries, reasons, standing_in, steps
from dossiers.deadlines import forward_due
from dossiers.documents_sets import set_on
from dossiers.ledger import charge
from dossiers.models import Dossier, FeeLine
from dossiers.workflow import END, Action, Status, advance, way_back
from portal.core import crypto, events, idempotency, runtime
from portal.core.clock import local, now
from portal.core.errors import Conflict, Invalid, Stale
from portal.core.text import clean
from services_catalog import terms

LEASE = timedelta(hours=24)
MAX_REASON = 2000


class HeldByAnother(Conflict):
    """Another officer holds the dossier; `until` is when their lease ends."""

    title = "Đồng nghiệp đang giữ hồ sơ này"


def begin(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    action: Action,
    *,
    seq: int | None,
    key: str | None,
    body: str = "",
) -> tuple[Dossier, Status] | Dossier:
    """Lock the dossier for an act: visible, allowed, in a fitting state, at the version seen.

    Returns (dossier, state after), or the dossier alone when the key tells of a retry.

    Raises:
        DossierNotFound, Forbidden and kin, WrongState, Stale, KeyReused.
    """
    assert actor.id is not None
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    request = f"{action} {dossier_id} {body}".encode()
    if idempotency.claim(session, actor.id, key, request, dossier_id) is not None:
        return dossier
    access.demand(actor, action, dossier)
    after = advance(dossier.status, action, came_from(dossier))
    demand_version(dossier, seq)
    access.demand_place(action, dossier)
    return dossier, after


def demand_version(dossier: Dossier, seq: int | None) -> None:
    """Refuse an act meant for an earlier version of the dossier.

    Raises:
        Stale: somebody acted meanwhile; `seq` and `status_now` tell the present.
    """
    if seq is not None and seq != dossier.seq:
        raise Stale(
            "Hồ sơ vừa có thay đổi. Xem lại trạng thái mới rồi làm tiếp.",
            seq=dossier.seq,
            status_now=dossier.status,
        )


def finish(
    session: Session,
    dossier: Dossier,
    after: Status,
    name: str,
    actor: Actor,
    data: dict[str, Any],
    private: dict[str, Any] | None = None,
) -> Dossier:
    """Move the dossier on, record the act and write both; `actor` without id is the system."""
    dossier.way_back = [*way_back(dossier.status, after, [Status(one) for one in dossier.way_back])]
    dossier.status, dossier.updated_at = after, now()
    if after in END:
        dossier.holder_id = dossier.lease_until = dossier.offered_to_id = None
    if (after in END or after is Status.SETTLED) and dossier.asked_agency_ids:
        opinion_queries.lapse(session, dossier)
    data = {**data, **steps.follow(session, dossier, name, data)}
    events.record(session, dossier, name, actor.id, data, private)
    session.add(dossier)
    session.flush()
    return dossier


def came_from(dossier: Dossier) -> Status | None:
    """Where a waiting dossier goes back to."""
    return Status(dossier.way_back[-1]) if dossier.way_back else None


def facts(dossier: Dossier) -> dict[str, Any]:
    """The facts of a dossier that statistics fold (ids and codes only)."""
    return {
        "agency_id": dossier.competent_agency_id,
        "procedure_id": dossier.procedure_id,
        "level": dossier.level,
        "channel": dossier.channel,
    }


def receive(
    session: Session, actor: Actor, dossier_id: UUID, *, seq: int | None = None, key: str | None = None
) -> Dossier:
    """Accept the dossier as full and correct: official number, due date, fee lines; the clock starts.

    Where another agency is competent, no clock runs before that one takes the dossier over.

    Source: Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3).

    Raises:
        those of `begin`.
    """
    begun = begin(session, actor, dossier_id, Action.RECEIVE, seq=seq, key=key)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    content = queries.content(session, dossier.revision_id)
    answers = crypto.open_(session, dossier.subject_id, f"dossier.answers|{dossier.id}", dossier.answers)
    code = people.agency_code(session, dossier.receiving_agency_id)
    dossier.accepted_at = now()
    dossier.form_set = set_on(local(dossier.accepted_at).date())
    dossier.number = allot_number(dossier.receiving_agency_id, code, dossier.accepted_at)
    deadline = None
    if dossier.competent_agency_id == dossier.receiving_agency_id:
        deadline = clocks.start(session, dossier, content, answers, dossier.accepted_at)
    else:
        calendar = calendars.of(session, dossier.receiving_agency_id)
        dossier.forward_due_at = forward_due(dossier.accepted_at, calendar)
    day = local(dossier.accepted_at).date()
    owed = terms.amounts(content, answers, channel=dossier.channel, on=day)
    charge(
        session,
        dossier,
        [FeeLine(dossier_id=dossier.id, key=one.key, name=one.name, amount_vnd=vnd) for one, vnd in owed],
        actor=actor,
    )
    return finish(
        session,
        dossier,
        after,
        "dossier.accepted",
        actor,
        {
            **facts(dossier),
            "number": dossier.number,
            "accepted_at": dossier.accepted_at,
            "due_at": dossier.due_at,
            "owed_vnd": sum(amount for _, amount in owed),
            "rule": deadline.rule if deadline else None,
            "calendar": dossier.calendar,
            "form_set": dossier.form_set,
            **({"forward_due_at": dossier.forward_due_at} if dossier.forward_due_at else {}),
        },
    )


_UNHURRIED = sa.text("SET LOCAL synchronous_commit = off")
_NEXT = sa.text(
    """
    INSERT INTO number_counter (agency_id, day, n) VALUES (:agency_id, :day, 1)
    ON CONFLICT (agency_id, day) DO UPDATE SET n = number_counter.n + 1 RETURNING n
    """
)


def allot_number(agency_id: UUID, agency_code: str, accepted_at: datetime) -> str:
    """The next number of the agency's day, `<agency>-YYMMDD-NNNN`, in its own short transaction.

    It does not wait for the disk: the dossier's own commit does, and a number that reached a
    committed dossier is never given again; a rollback leaves a gap, which is allowed.

    Source: Decree 61/2018/NĐ-CP, art. 26; Circular 03/2025/TT-VPCP, art. 13(1).
    """
    day = local(accepted_at).date()
    with runtime.sessions() as own:
        own.execute(_UNHURRIED)
        n = own.execute(_NEXT, {"agency_id": agency_id, "day": day}).scalar_one()
        own.commit()
    return f"{agency_code}-{day:%y%m%d}-{n:04d}"


def refuse(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    reason: str,
    reason_code: str = "other",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Refuse the dossier at reception, with a reason for form 03 and its code (reasons.REFUSAL).

    Source: Decree 118/2025/NĐ-CP, art. 17; form 03 of Circular 03/2025/TT-VPCP.

    Raises:
        Invalid: no reason, or an unknown code; and those of `begin`.
    """
    reasons.demand(reasons.REFUSAL, reason_code)
    reason = worded(reason, "Nhập lý do không tiếp nhận.")
    body = f"{reason_code} {reason}"
    begun = begin(session, actor, dossier_id, Action.REFUSE, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    data = {**facts(dossier), "reason_code": reason_code}
    return finish(session, dossier, after, "dossier.refused", actor, data, {"reason": reason})


def worded(text: str, message: str) -> str:
    """A reason or ground in words, cleaned.

    Raises:
        Invalid: it is empty, or has hidden characters.
    """
    cleaned = clean(text, max_length=MAX_REASON, multiline=True)
    if not cleaned:
        raise Invalid(message, errors=[{"field": "reason", "message": message}])
    return cleaned


def claim(
    session: Session, actor: Actor, dossier_id: UUID, *, seq: int | None = None, key: str | None = None
) -> Dossier:
    """Take the dossier in hand for a day: nobody else decides it meanwhile.

    Out of the hand of a colleague whom one stands in for, or who does not serve there any more, too.

    Raises:
        HeldByAnother: a colleague's lease still runs; and those of `begin`.
    """
    begun = begin(session, actor, dossier_id, Action.START, seq=seq, key=key)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    data: dict[str, Any] = {}
    holder, agency_id = dossier.holder_id, dossier.competent_agency_id
    if holder not in (None, actor.id) and dossier.lease_until is not None and dossier.lease_until > now():
        if standing_in.stands_in(session, actor, holder, agency_id):
            data["for_id"] = holder
        elif standing_in.serves(session, holder, agency_id):
            raise HeldByAnother("Đồng nghiệp đang giải quyết hồ sơ này.", until=dossier.lease_until)
    dossier.holder_id, dossier.lease_until = actor.id, now() + LEASE
    dossier.offered_to_id = None
    return finish(session, dossier, after, "dossier.claimed", actor, {"until": dossier.lease_until, **data})


def release(
    session: Session, actor: Actor, dossier_id: UUID, *, seq: int | None = None, key: str | None = None
) -> Dossier:
    """Give a claimed dossier back to the unit's queue; its state stays.

    Raises:
        NotHolder: the actor does not hold it; and those of `begin`.
    """
    begun = begin(session, actor, dossier_id, Action.RELEASE, seq=seq, key=key)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    dossier.holder_id = dossier.lease_until = dossier.offered_to_id = None
    return finish(session, dossier, after, "dossier.released", actor, {})
