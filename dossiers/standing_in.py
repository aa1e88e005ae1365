"""Who stands in for whom while somebody is away, and dossiers whose holder does not serve any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
import structlog
from celery import shared_task
from sqlmodel import Session, col, select

from auth import queries as people
from auth.actor import Actor
from dossiers import queries
from dossiers.access import D
from dossiers.models import Dossier
from dossiers.process_models import Delegation
from portal.core import clock, events
from portal.core.clock import now
from portal.core.errors import Forbidden, Invalid, NotFound
from portal.core.render import date_vi
from portal.core.text import clean
from portal.core.work import unit_of_work

log = structlog.get_logger("standing_in")
SWEEP: Final = "dossiers.standing_in.release_left_behind"
MOST: Final = 100  # shown at once
LONGEST: Final = timedelta(days=366)  # from today


class DelegationNotFound(NotFound):
    title = "Không tìm thấy việc thay"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One stands in for another from an instant until another."""

    id: UUID
    agency_id: UUID
    from_id: UUID
    to_id: UUID
    since: datetime
    until: datetime
    reason: str
    ended_at: datetime | None


def delegate(
    session: Session,
    actor: Actor,
    *,
    agency_id: UUID,
    from_id: UUID,
    to_id: UUID,
    since: datetime,
    until: datetime,
    reason: str = "",
) -> Delegation:
    """Name who takes one's dossiers over while one is away: oneself does, or the head for them.

    Said again, it is the same one. Source: Decree 309/2026/NĐ-CP, art. 5 and 6: a substitute, so that
    receiving never stops.

    Raises:
        Forbidden: the actor is neither the one who is away nor their head.
        Invalid: the two do not both serve there, are one, the time makes no sense, or overlaps with another.
    """
    assert actor.id is not None
    if actor.id != from_id and agency_id not in actor.headed_ids:
        raise Forbidden("Chỉ người nghỉ hoặc lãnh đạo đơn vị mới cử người thay.")
    serving = {one.id for one in people.serving(session, agency_id)}
    wrong = []
    if from_id not in serving:
        wrong.append({"field": "from_id", "message": "Chọn cán bộ của cơ quan."})
    if to_id not in serving or to_id == from_id:
        wrong.append({"field": "to_id", "message": "Chọn một đồng nghiệp khác của cơ quan."})
    if until <= since or until <= now():
        wrong.append({"field": "until", "message": "Ngày cuối phải sau ngày đầu và chưa qua."})
    elif until - now() > LONGEST:
        wrong.append({"field": "until", "message": "Chỉ cử người thay trong vòng một năm tới."})
    if wrong:
        raise Invalid(wrong[0]["message"], errors=wrong)
    account = people.account(session, from_id, for_update=True)  # of two at once, the second sees the first
    for one in _overlapping(session, agency_id, from_id, to_id, since, until):
        if (one.since, one.until) == (since, until):
            return one  # said twice
        last = date_vi(one.until - timedelta(microseconds=1))
        told = f"Đồng nghiệp này đã thay từ {date_vi(one.since)} đến hết {last}. Kết thúc việc đó trước."
        raise Invalid(told, errors=[{"field": "since", "message": told}])
    made = Delegation(
        agency_id=agency_id,
        from_id=from_id,
        to_id=to_id,
        since=since,
        until=until,
        reason=clean(reason, max_length=500),
        made_by=actor.id,
        made_at=now(),
    )
    session.add(made)
    session.flush()
    facts = {"delegation_id": made.id, "agency_id": agency_id, "to_id": to_id, "since": since, "until": until}
    events.record(session, account, "account.stand_in_named", actor.id, facts)
    return made


def _overlapping(
    session: Session, agency_id: UUID, from_id: UUID, to_id: UUID, since: datetime, until: datetime
) -> Sequence[Delegation]:
    """What already lets the one stand in for the other in part of this time."""
    return session.exec(
        select(Delegation)
        .where(
            Delegation.agency_id == agency_id,
            Delegation.from_id == from_id,
            Delegation.to_id == to_id,
            col(Delegation.since) < until,
            col(Delegation.until) > since,
            col(Delegation.ended_at).is_(None),
        )
        .order_by(col(Delegation.since))
    ).all()


def end(session: Session, actor: Actor, delegation_id: UUID) -> None:
    """Take it back, or end it before its time; what the stand-in holds, they keep.

    Raises:
        DelegationNotFound: there is none in the actor's agencies.
        Forbidden: it is neither one's own nor of a unit one heads.
    """
    one = select(Delegation).where(Delegation.id == delegation_id).with_for_update()
    found = session.exec(one).one_or_none()
    if found is None or found.agency_id not in actor.agency_ids:
        raise DelegationNotFound("Không có việc thay này.")
    if actor.id not in (found.from_id, found.made_by) and found.agency_id not in actor.headed_ids:
        raise Forbidden("Chỉ người nghỉ hoặc lãnh đạo đơn vị mới kết thúc việc thay.")
    if found.ended_at is None:
        found.ended_at = now()
        session.add(found)
        account = people.account(session, found.from_id, for_update=True)
        facts = {"delegation_id": found.id, "agency_id": found.agency_id, "to_id": found.to_id}
        events.record(session, account, "account.stand_in_ended", actor.id, facts)


def of_agencies(session: Session, actor: Actor) -> list[Standing]:
    """Who stands in, now or soon, in the agencies one serves; the earliest end first, at most MOST."""
    rows = session.exec(
        select(Delegation)
        .where(
            col(Delegation.agency_id).in_(actor.agency_ids),
            col(Delegation.until) > now(),
            col(Delegation.ended_at).is_(None),
        )
        .order_by(col(Delegation.until), col(Delegation.id))
        .limit(MOST)
    ).all()
    return [
        Standing(
            id=one.id,
            agency_id=one.agency_id,
            from_id=one.from_id,
            to_id=one.to_id,
            since=one.since,
            until=one.until,
            reason=one.reason,
            ended_at=one.ended_at,
        )
        for one in rows
    ]


def stands_in(session: Session, actor: Actor, holder_id: UUID, agency_id: UUID) -> bool:
    """Whether the actor stands in for the holder in the agency at this moment."""
    at = now()
    return (
        session.exec(
            select(Delegation.id)
            .where(
                Delegation.agency_id == agency_id,
                Delegation.from_id == holder_id,
                Delegation.to_id == actor.id,
                col(Delegation.since) <= at,
                col(Delegation.until) > at,
                col(Delegation.ended_at).is_(None),
            )
            .limit(1)
        ).first()
        is not None
    )


def serves(session: Session, account_id: UUID, agency_id: UUID) -> bool:
    """Whether somebody is still an officer of the agency."""
    return any(one.id == account_id for one in people.serving(session, agency_id))


@shared_task(name=SWEEP)  # type: ignore[untyped-decorator]
def release_left_behind() -> int:
    """Give back what somebody holds who does not serve there any more; how many.

    A lease ends with the function it was taken in: the dossier is in the unit's queue again, and its history
    says why.
    """
    with unit_of_work() as session:
        held = session.execute(
            sa.select(D.c.id, D.c.holder_id, D.c.competent_agency_id)
            .where(D.c.holder_id.is_not(None))
            .order_by(D.c.holder_id)
        ).all()
        agencies = {row.competent_agency_id for row in held}
        serving = {one: {who.id for who in people.serving(session, one)} for one in agencies}
    left = [row.id for row in held if row.holder_id not in serving[row.competent_agency_id]]
    return sum(_release(dossier_id) for dossier_id in left)


def _release(dossier_id: UUID) -> bool:
    with unit_of_work() as session:
        dossier: Dossier | None = queries.locked(session, dossier_id)
        if dossier is None or dossier.holder_id is None:
            return False
        if serves(session, dossier.holder_id, dossier.competent_agency_id):
            return False
        dossier.holder_id = dossier.lease_until = dossier.offered_to_id = None
        dossier.updated_at = clock.now()
        data: dict[str, Any] = {"cause": "left"}
        events.record(session, dossier, "dossier.released", None, data)
        session.add(dossier)
        log.info("released_left_behind", dossier_id=str(dossier_id))
        return True


def names(session: Session, agency_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of who serves in the agencies, by account."""
    return {one.id: one.name for agency_id in agency_ids for one in people.serving(session, agency_id)}
