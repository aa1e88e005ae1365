"""Planned stops of receiving online: told to the public seven working days ahead, called off, listed."""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from portal.core import clock, events, idempotency
from portal.core.calendar import VIET_NAM, WorkCalendar
from portal.core.db import new_id
from portal.core.errors import Conflict, Invalid
from portal.core.text import clean
from services_catalog import editor_queries, shelf
from services_catalog.drafting import MAX_REASON, why
from services_catalog.models import Downtime

NOTICE_DAYS: Final = 7  # working days
_BACK: Final = timedelta(days=1)  # how long after its beginning a stop that nobody foresaw may be told


class NoticeTooShort(Invalid):
    """A planned stop is told too late: `earliest` is the first start that is not."""

    title = "Báo trước chưa đủ 7 ngày làm việc"


class StopOver(Conflict):
    """The stop was called off already, or is over."""

    title = "Đợt ngừng này đã hủy hoặc đã qua"


def earliest_start(announced_on: date, calendar: WorkCalendar) -> datetime:
    """The first instant at which a planned stop told on a day may begin: after seven whole working days.

    The day of the notice is not counted; the stop begins when the seventh working day is over.

    Source: Decree 224/2026/NĐ-CP, art. 13 (notice at least 7 working days ahead); Civil Code 2015,
    art. 147(2), 148 (the day of the event is not counted, a period ends with its last day).
    """
    last = calendar.add_working_days(announced_on, NOTICE_DAYS)
    return datetime.combine(last + timedelta(days=1), time(), clock.ZONE)


def announce(
    session: Session,
    actor: Actor,
    *,
    code: str | None,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    forced: bool = False,
    key: str | None = None,
) -> Downtime:
    """Tell of a stop of one procedure, or of everything (`code` None). `key` makes a repeat harmless.

    `forced`: force majeure, the only ground for a shorter notice.

    Raises:
        NotFound: no procedure has this code.
        Invalid: no reason, or a period that ends before it begins or is over.
        NoticeTooShort: it begins earlier than the law allows, and is not forced.
    """
    assert actor.id is not None  # guarded
    procedure_id = editor_queries.by_code(session, code).id if code is not None else None
    made = Downtime(
        id=new_id(),
        procedure_id=procedure_id,
        reason=clean(reason, max_length=MAX_REASON, multiline=True),
        forced=forced,
        announced_at=clock.now(),
        starts_at=starts_at,
        ends_at=ends_at,
        actor_id=actor.id,
    )
    asked = msgspec.json.encode([code, reason, starts_at, ends_at, forced])
    if (first := idempotency.claim(session, actor.id, key, asked, made.id)) is not None:
        return editor_queries.downtime(session, first)
    _require_notice(made)
    session.add(made)
    session.flush()
    facts = {
        "procedure_id": procedure_id,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "forced": forced,
        **why(reason),
    }
    events.record(session, made, "downtime.announced", actor.id, facts)
    session.add(made)
    session.flush()
    shelf.bump(session)
    return made


def _require_notice(stop: Downtime) -> None:
    if not stop.reason:
        raise Invalid("Nêu lý do ngừng nhận hồ sơ.", errors=[{"field": "reason"}])
    if stop.ends_at <= stop.starts_at:
        raise Invalid("Giờ kết thúc phải sau giờ bắt đầu.", errors=[{"field": "ends_at"}])
    if stop.ends_at <= stop.announced_at:
        raise Invalid("Đợt ngừng này đã qua.", errors=[{"field": "ends_at"}])
    if stop.forced:
        if stop.starts_at < stop.announced_at - _BACK:
            raise Invalid("Đợt ngừng bắt đầu đã quá một ngày.", errors=[{"field": "starts_at"}])
        return
    earliest = earliest_start(clock.local(stop.announced_at).date(), VIET_NAM)
    if stop.starts_at < earliest:
        raise NoticeTooShort(
            f"Ngừng theo kế hoạch phải báo trước ít nhất {NOTICE_DAYS} ngày làm việc:"
            f" sớm nhất từ {earliest:%H:%M ngày %d/%m/%Y} (Nghị định 224/2026/NĐ-CP, Điều 13)."
            " Sớm hơn chỉ khi bất khả kháng.",
            earliest=earliest.isoformat(),
        )


def call_off(session: Session, downtime_id: UUID, actor: Actor, *, reason: str) -> Downtime:
    """Call off a stop that lies ahead, or end one that is running.

    Raises:
        NotFound: there is none of this id.
        StopOver: it was called off already, or is over.
        Invalid: no reason.
    """
    if not reason.strip():
        raise Invalid("Nêu lý do hủy đợt ngừng.", errors=[{"field": "reason"}])
    found = editor_queries.downtime(session, downtime_id, for_update=True)
    now = clock.now()
    if found.cancelled_at is not None or found.ends_at <= now:
        raise StopOver("Đợt ngừng này đã hủy hoặc đã kết thúc.")
    found.cancelled_at = now
    facts = {"procedure_id": found.procedure_id, "cancelled_at": now, **why(reason)}
    events.record(session, found, "downtime.cancelled", actor.id, facts)
    session.add(found)
    session.flush()
    shelf.bump(session)
    return found
