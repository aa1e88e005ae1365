"""Letters between agencies: a question, its answer, its end; a reminder a day ahead, and what is late.

What is asked and answered stays behind the sign-in. Each letter goes once; what was sent is an effect.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from celery import shared_task
from sqlmodel import Session

from auth.actor import Role
from auth.models import Agency
from dossiers import calendars, notifications
from dossiers.documents import event_of
from dossiers.models import Dossier
from dossiers.notifications import RETRY, Message, send_and_note
from dossiers.opinions import ASKED, GIVEN
from dossiers.overdue import staff
from dossiers.process_models import Opinion, OpinionState
from dossiers.tasks import effect_key
from dossiers.words import clock_and_weekday
from portal.core import runtime
from portal.core.clock import ZONE, local, now, today
from portal.core.outbox import Effect, done, effect
from portal.core.work import unit_of_work

TELL: Final = "dossiers.opinion_messages.tell"
WATCH: Final = "dossiers.opinion_messages.watch"
BATCH: Final = 500
_OLD: Final = timedelta(days=30)  # what was due longer ago was told of, or is from before this task
O, D = Opinion.__table__, Dossier.__table__  # type: ignore[attr-defined]  # noqa: E741
G = Agency.__table__  # type: ignore[attr-defined]


class Stage(StrEnum):
    REMINDER = "reminder"  # the asked agency's last working day before the day
    LATE = "late"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says of a question: no personal value, and not what is asked."""

    id: UUID
    dossier_id: UUID
    number: str
    procedure_name: str
    agency_id: UUID
    agency_name: str
    asked_by: UUID
    due_at: datetime
    receiving_agency_id: UUID
    holder_id: UUID | None
    applicant_id: UUID | None


@shared_task(name=TELL, **RETRY)  # type: ignore[untyped-decorator]
def tell(stream_id: str, seq: int) -> None:
    """Tell the asked agency of a question or of its end, and who holds the dossier of an answer."""
    dossier_id = UUID(stream_id)
    with unit_of_work() as session:
        if done(session, effect_key(TELL, dossier_id, seq)):
            return
        event = event_of(session, dossier_id, seq)
        one = _questions(session, O.c.id == UUID(event.data["opinion_id"]))[0]
        if event.name == GIVEN:
            to = [one.holder_id or one.asked_by]
        else:
            to = staff(session, Role.OFFICER, one.agency_id)
        letters = _letters(session, one, to, *_said(event.name, one))
    notifications.send_all(TELL, dossier_id, seq, letters)


def _said(name: str, one: Question) -> tuple[str, str]:
    """Subject and sentence of an event's letter."""
    if name == ASKED:
        return (
            f"Hồ sơ {one.number}: xin ý kiến, trả lời trước {clock_and_weekday(one.due_at)}",
            f"{one.agency_name} được hỏi ý kiến về hồ sơ {one.number} ({one.procedure_name}). Trả lời trước "
            f"{clock_and_weekday(one.due_at)}.",
        )
    if name == GIVEN:
        return (
            f"Hồ sơ {one.number}: {one.agency_name} đã cho ý kiến",
            f"{one.agency_name} đã trả lời ý kiến về hồ sơ {one.number} ({one.procedure_name}).",
        )
    return (
        f"Hồ sơ {one.number}: không cần ý kiến nữa",
        f"Câu hỏi gửi {one.agency_name} về hồ sơ {one.number} ({one.procedure_name}) đã được rút. Lý do ghi "
        "trong hồ sơ.",
    )


@shared_task(name=WATCH, **RETRY)  # type: ignore[untyped-decorator]
def watch() -> int:
    """Remind the asked agencies a working day ahead, tell both sides what is late; how many questions.

    Source: Decree 61/2018/NĐ-CP, art. 19(5): of a late opinion the head of the one-stop centre is told.
    """
    told = 0
    for stage in Stage:
        with unit_of_work() as session:
            found = [one for one in waiting(session, stage) if _is_time(session, stage, one)]
        for one in found:
            told += _watch(stage, one)
    return told


def key_of(stage: Stage, opinion_id: UUID) -> str:
    """The effect that says this stage of a question was told."""
    return f"{WATCH}:{stage}:{opinion_id}"


def waiting(session: Session, stage: Stage) -> Sequence[Question]:
    """Open questions of which nobody was told yet at this stage, soonest due first."""
    instant, marks = now(), Effect.__table__  # type: ignore[attr-defined]
    mark = sa.literal(f"{WATCH}:{stage}:") + sa.cast(O.c.id, sa.Text)
    if stage is Stage.LATE:
        when = sa.and_(O.c.due_at < instant, O.c.due_at > instant - _OLD)
    else:
        tonight = datetime.combine(today() + timedelta(days=1), time(), ZONE)
        furthest = calendars.of(session, None).next_working_day(today()) + timedelta(days=1)
        when = sa.and_(O.c.due_at >= tonight, O.c.due_at < datetime.combine(furthest, time(), ZONE))
    unmarked = ~sa.exists().where(marks.c.key == mark)
    return _questions(session, O.c.state == OpinionState.ASKED, when, unmarked)


def _questions(session: Session, *where: Any) -> list[Question]:
    named = {"agency_name": G.c.name, "dossier_id": O.c.dossier_id}
    of = {name: O.c[name] for name in ("id", "agency_id", "asked_by", "due_at")} | named
    rest = {name: D.c[name] for name in Question.__struct_fields__ if name not in of}
    rows = session.execute(
        sa.select(*(column.label(name) for name, column in (of | rest).items()))
        .join(D, D.c.id == O.c.dossier_id)
        .join(G, G.c.id == O.c.agency_id)
        .where(*where)
        .order_by(O.c.due_at, O.c.id)
        .limit(BATCH)
    )
    return [Question(**row._mapping) for row in rows]


def _is_time(session: Session, stage: Stage, one: Question) -> bool:
    """Whether today is the last working day of the asked agency before the day."""
    if stage is Stage.LATE:
        return True
    calendar = calendars.of(session, one.agency_id)
    return calendar.is_working_day(today()) and local(one.due_at).date() <= calendar.next_working_day(today())


def _watch(stage: Stage, one: Question) -> int:
    key = key_of(stage, one.id)
    due = clock_and_weekday(one.due_at)
    with unit_of_work() as session:
        if done(session, key):
            return 0
        to = staff(session, Role.OFFICER, one.agency_id)
        if stage is Stage.REMINDER:
            subject = f"Hồ sơ {one.number}: chờ ý kiến đến {due}"
            line = f"{one.agency_name} chưa trả lời ý kiến về hồ sơ {one.number}. Hạn trả lời là {due}."
        else:
            heads = [
                *staff(session, Role.HEAD, one.agency_id),
                *staff(session, Role.HEAD, one.receiving_agency_id),
            ]
            to = [*to, *heads, one.holder_id or one.asked_by]
            subject = f"Hồ sơ {one.number}: ý kiến đã quá hạn"
            line = (
                f"{one.agency_name} chưa trả lời ý kiến về hồ sơ {one.number} ({one.procedure_name}), quá "
                f"hạn từ {due}."
            )
        letters = _letters(session, one, to, subject, line)
    for account_id, letter in letters.items():
        own = f"{key}:{account_id}"
        with unit_of_work() as session:
            if done(session, own):
                continue
        send_and_note(letter, own, message_id=f"{one.id}.{stage}.{account_id}")
    with unit_of_work() as session:
        effect(session, key)
    return 1


def _letters(
    session: Session, one: Question, to: Sequence[UUID], subject: str, line: str
) -> dict[UUID, Message]:
    """A letter to each of these people who has an address; the applicant gets none."""
    letters = {}
    for account_id in dict.fromkeys(to):
        if account_id == one.applicant_id:
            continue
        name, email = notifications.name_and_email(session, account_id)
        if email:
            letters[account_id] = Message(
                to=email,
                subject=subject[:200],
                greeting=f"Kính gửi {name},",
                lines=[line],
                link=f"{runtime.settings.public_url}/can-bo/ho-so/{one.dossier_id}#y-kien",
                link_text="Mở hồ sơ tại bàn làm việc",
            )
    return letters
