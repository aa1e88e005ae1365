"""How work stands at an agency: what is due on each day, and what each officer holds."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from dossiers import access
from dossiers.inbox import OPEN_AT_DESK, RUNNING, in_states, roles
from portal.core.clock import ZONE, now
from portal.core.db import Instant, built_once
from portal.core.direct import Direct
from portal.core.errors import Forbidden

D = access.D
SOON = dt.timedelta(days=3)


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What one officer holds now; `account_id` None: what nobody holds."""

    account_id: UUID | None
    name: str
    held: int
    overdue: int
    soon: int  # due within three days


def due_days(session: Session, actor: Actor, first: dt.date, last: dt.date) -> dict[dt.date, int]:
    """How many running dossiers of the officer's agencies are due on each day; days without are left out."""
    values = {
        "first": dt.datetime.combine(first, dt.time(), ZONE),
        "end": dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), ZONE),
        **access.asking(actor),
    }
    return {row.day: row.many for row in _due_days().all(session, values)}


@built_once
def _due_days() -> Direct:
    first, end = (sa.bindparam(name, type_=Instant) for name in ("first", "end"))
    parts = [
        sa.select(D.c.due_at).where(
            role,
            access.served_by(),
            in_states(*RUNNING),
            D.c.paused_since.is_(None),
            D.c.due_at >= first,
            D.c.due_at < end,
        )
        for role in roles(sa.any_(access.AGENCIES))
    ]
    due = sa.union_all(*parts).subquery("due")
    day = sa.cast(sa.func.timezone("Asia/Ho_Chi_Minh", due.c.due_at), sa.Date).label("day")
    return Direct(sa.select(day, sa.func.count().label("many")).group_by(day))


def workload(session: Session, actor: Actor, agency_id: UUID) -> list[Load]:
    """What each officer of an agency holds, the most first; what nobody holds at the end.

    Raises:
        Forbidden: the actor does not head the agency.
    """
    if agency_id not in actor.headed_ids:
        raise Forbidden("Chỉ lãnh đạo đơn vị mới xem khối lượng việc của từng cán bộ.")
    values = {"agency": agency_id, "instant": now(), "soon": now() + SOON, **access.asking(actor)}
    held = {row.holder_id: row for row in _held().all(session, values)}
    serving = {one.id: one.name for one in people.serving(session, agency_id)}
    found = [_load(one, name, held.get(one)) for one, name in serving.items()]
    found.sort(key=lambda one: (-one.held, one.name))
    return [*found, _load(None, "Chưa ai giữ", held.get(None))]


def _load(account_id: UUID | None, name: str, row: Any | None) -> Load:
    return Load(
        account_id=account_id,
        name=name,
        held=row.held if row else 0,
        overdue=row.overdue if row else 0,
        soon=row.soon if row else 0,
    )


@built_once
def _held() -> Direct:
    instant, soon = (sa.bindparam(name, type_=Instant) for name in ("instant", "soon"))
    agency = sa.bindparam("agency", type_=sa.Uuid)
    parts = [
        sa.select(D.c.holder_id, D.c.status, D.c.paused_since, D.c.due_at).where(
            access.served_by(), in_states(*OPEN_AT_DESK), D.c.competent_agency_id == agency, role
        )
        for role in (D.c.receiving_agency_id == agency, D.c.receiving_agency_id != D.c.competent_agency_id)
    ]
    row = sa.union_all(*parts).subquery("row")
    clock = sa.and_(in_states(*RUNNING, of=row), row.c.paused_since.is_(None))
    return Direct(
        sa.select(
            row.c.holder_id,
            sa.func.count().label("held"),
            sa.func.count().filter(clock, row.c.due_at < instant).label("overdue"),
            sa.func.count().filter(clock, row.c.due_at >= instant, row.c.due_at < soon).label("soon"),
        ).group_by(row.c.holder_id)
    )
