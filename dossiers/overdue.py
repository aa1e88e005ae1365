"""Before and after the due date: a reminder on the last day for an apology, letters when it has passed.

Each letter goes once per dossier, stage and due date; what was sent is an effect in the database.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
import structlog
from celery import shared_task
from sqlmodel import Session

from auth import queries as people
from auth.actor import Role
from auth.models import Account, Membership
from dossiers import access, calendars
from dossiers.notifications import Message, send_and_note
from dossiers.words import clock_and_weekday
from dossiers.workflow import Status
from portal.core import runtime
from portal.core.clock import ZONE, local, now, today
from portal.core.errors import Unavailable
from portal.core.outbox import Effect, done, effect
from portal.core.work import unit_of_work

TASK: Final = "dossiers.overdue.watch_due_dates"
BATCH: Final = 500
_OLD: Final = timedelta(days=30)  # what was due longer ago was told of, or is from before this task
_RETRY: Final[dict[str, Any]] = {"autoretry_for": (Unavailable,), "retry_backoff": 5, "max_retries": 5}
log = structlog.get_logger("overdue")


class Stage(StrEnum):
    REMINDER = "reminder"  # the last working day before the due day: an apology is still allowed
    OVERDUE = "overdue"


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says of a dossier: no personal value."""

    id: UUID
    number: str
    procedure_name: str
    due_at: datetime
    receiving_agency_id: UUID
    competent_agency_id: UUID
    holder_id: UUID | None
    extended_at: datetime | None


def key_of(stage: Stage, dossier_id: UUID, due_at: datetime) -> str:
    """The effect that says this stage of a dossier was told."""
    return f"{TASK}:{stage}:{dossier_id}:{int(due_at.timestamp())}"


@shared_task(name=TASK, **_RETRY)  # type: ignore[untyped-decorator]
def watch_due_dates() -> int:
    """Remind holders a working day ahead, tell officer, head and centre what is overdue; how many dossiers.

    Source: Decree 61/2018/NĐ-CP, art. 19(9): the apology comes at the latest one day before the due date.
    """
    told = 0
    for stage in Stage:
        with unit_of_work() as session:
            found = [one for one in waiting(session, stage) if _is_time(session, stage, one)]
        for one in found:
            told += _tell(stage, one)
    return told


def waiting(session: Session, stage: Stage) -> Sequence[Due]:
    """Dossiers whose clock runs and of which nobody was told yet at this stage, soonest due first."""
    instant, marks = now(), Effect.__table__  # type: ignore[attr-defined]
    seconds = sa.cast(sa.func.floor(sa.extract("epoch", access.D.c.due_at)), sa.BigInteger)
    mark = sa.literal(f"{TASK}:{stage}:") + sa.cast(access.D.c.id, sa.Text) + ":" + sa.cast(seconds, sa.Text)
    if stage is Stage.OVERDUE:
        when = sa.and_(access.D.c.due_at < instant, access.D.c.due_at > instant - _OLD)
    else:
        tonight = datetime.combine(today() + timedelta(days=1), time(), ZONE)
        furthest = calendars.of(session, None).next_working_day(today()) + timedelta(days=1)
        when = sa.and_(
            access.D.c.due_at >= tonight, access.D.c.due_at < datetime.combine(furthest, time(), ZONE)
        )
    rows = session.execute(
        sa.select(*(access.D.c[name] for name in Due.__struct_fields__))
        .where(
            access.D.c.status.in_((Status.ACCEPTED, Status.PROCESSING)),
            access.D.c.paused_since.is_(None),
            when,
            ~sa.exists().where(marks.c.key == mark),
        )
        .order_by(access.D.c.due_at, access.D.c.id)
        .limit(BATCH)
    )
    return [Due(**row._mapping) for row in rows]


def _is_time(session: Session, stage: Stage, one: Due) -> bool:
    """Whether today is the last working day of the agency before the due day."""
    if stage is Stage.OVERDUE:
        return True
    calendar = calendars.of(session, one.competent_agency_id)
    return calendar.is_working_day(today()) and local(one.due_at).date() <= calendar.next_working_day(today())


def _tell(stage: Stage, one: Due) -> int:
    key = key_of(stage, one.id, one.due_at)
    with unit_of_work() as session:
        if done(session, key):
            return 0
        letters = {
            account_id: _letter(stage, one, person.name, person.email)
            for account_id in readers(session, stage, one)
            if (person := people.person(session, account_id)).email
        }
    for account_id, letter in letters.items():
        own = f"{key}:{account_id}"
        with unit_of_work() as session:
            if done(session, own):
                continue
        send_and_note(letter, own, message_id=f"{one.id}.{stage}.{int(one.due_at.timestamp())}.{account_id}")
    if not letters:
        log.warning("nobody_to_tell", stage=stage, dossier=str(one.id))
    with unit_of_work() as session:
        effect(session, key)
    return 1


def readers(session: Session, stage: Stage, one: Due) -> list[UUID]:
    """Who is told: the holder, else the heads, else the officers; overdue: holder, heads and the centre.

    The centre is the agency that received it: its heads, or its officers where it has no head.
    """
    heads = staff(session, Role.HEAD, one.competent_agency_id)
    if stage is Stage.REMINDER:
        first = [one.holder_id] if one.holder_id else heads
        return first or staff(session, Role.OFFICER, one.competent_agency_id)
    at_work = heads or staff(session, Role.OFFICER, one.competent_agency_id)
    centre = staff(session, Role.HEAD, one.receiving_agency_id) or staff(
        session, Role.OFFICER, one.receiving_agency_id
    )
    return list(dict.fromkeys([*([one.holder_id] if one.holder_id else []), *at_work, *centre]))


def staff(session: Session, role: Role, agency_id: UUID) -> list[UUID]:
    """Accounts that hold the role in the agency today."""
    member, account = Membership.__table__, Account.__table__  # type: ignore[attr-defined]
    return list(
        session.execute(
            sa.select(member.c.account_id)
            .join(account, account.c.id == member.c.account_id)
            .where(
                member.c.role == role,
                member.c.agency_id == agency_id,
                *people.held_on(today()),
                account.c.disabled_at.is_(None),
            )
            .distinct()
            .order_by(member.c.account_id)
        ).scalars()
    )


def _letter(stage: Stage, one: Due, name: str, email: str) -> Message:
    due = clock_and_weekday(one.due_at)
    if stage is Stage.REMINDER:
        subject = f"Hồ sơ {one.number} đến hạn {due}"
        lines = [
            f"Hồ sơ {one.number} ({one.procedure_name}) phải có kết quả trước {due}.",
            "Hôm nay là ngày cuối được gửi văn bản xin lỗi, hẹn lại ngày trả kết quả (mẫu số 04); mỗi hồ sơ"
            " chỉ một lần."
            if one.extended_at is None
            else "Hồ sơ này đã xin lỗi và gia hạn một lần, không gia hạn thêm được.",
        ]
    else:
        subject = f"Hồ sơ {one.number} đã quá hạn"
        lines = [
            f"Hồ sơ {one.number} ({one.procedure_name}) quá hạn từ {due}, chưa có kết quả.",
            "Giải quyết ngay, và xin lỗi người nộp về việc trễ hẹn.",
        ]
    return Message(
        to=email,
        subject=subject[:200],
        greeting=f"Kính gửi {name},",
        lines=lines,
        link=f"{runtime.settings.public_url}/can-bo/ho-so/{one.id}",
        link_text="Mở hồ sơ tại bàn làm việc",
    )
