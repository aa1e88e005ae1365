"""Messages of the applicant's turn to the desk, a reminder to the applicant, and the end of their time."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
import structlog
from celery import shared_task
from sqlmodel import Session, col, select

from dossiers import calendars, ends, notifications
from dossiers.documents import office
from dossiers.models import Dossier
from dossiers.notifications import RETRY, Message
from dossiers.supplement_models import Supplement, SupplementState
from dossiers.tasks import effect_key
from dossiers.turn_words import AT_DESK
from dossiers.words import clock_and_weekday
from dossiers.workflow import Status
from portal.core import runtime
from portal.core.clock import local, now
from portal.core.outbox import Effect, done
from portal.core.work import unit_of_work

log = structlog.get_logger("supplements")
TELL_DESK: Final = "dossiers.turn_messages.tell_desk"
SWEEP: Final = "dossiers.turn_messages.sweep_supplements"
REMINDED: Final = "dossiers.turn_messages.remind"
BATCH: Final = 200
AHEAD: Final = timedelta(days=14)  # the longest run of days off has fewer days than that


@shared_task(name=TELL_DESK, **RETRY)  # type: ignore[untyped-decorator]
def tell_desk(stream_id: str, seq: int) -> None:
    """Tell whoever holds the dossier, else the unit's officers, what the applicant did or let pass."""
    dossier_id = UUID(stream_id)
    with unit_of_work() as session:
        if done(session, effect_key(TELL_DESK, dossier_id, seq)):
            return
        dossier = notifications.filed(session, dossier_id)
        change = notifications.change_of(session, dossier, seq)
        letters = {}
        if not change.officer:  # what the desk itself did is no news to it
            people = [dossier.holder_id] if dossier.holder_id else notifications.officers_of(session, dossier)
            headline, line = AT_DESK[change.event.name]
            for account_id in people:
                name, email = notifications.name_and_email(session, account_id)
                letters[account_id] = Message(
                    to=email,
                    subject=f"Hồ sơ {change.lookup} {headline}",
                    greeting=f"Kính gửi {name},",
                    lines=[line, f"Thời điểm: {clock_and_weekday(change.event.at)}."],
                    link=f"{runtime.settings.public_url}/can-bo/ho-so/{dossier_id}",
                    link_text="Mở hồ sơ tại bàn làm việc",
                )
    notifications.send_all(TELL_DESK, dossier_id, seq, letters)


@shared_task(name=SWEEP)  # type: ignore[untyped-decorator]
def sweep_supplements() -> None:
    """Stop the dossiers whose applicants' time has passed; remind those who have one working day left."""
    stop_lapsed()
    remind()


def stop_lapsed() -> int:
    """Stop every dossier whose supplement did not come in time, each in a transaction; returns how many."""
    with unit_of_work() as session:
        due = list(
            session.execute(
                sa.select(col(Supplement.dossier_id))
                .join(Dossier, col(Dossier.id) == col(Supplement.dossier_id))
                .where(
                    col(Supplement.state) == SupplementState.OPEN,
                    col(Supplement.due_at) < now(),
                    col(Dossier.status) == Status.SUPPLEMENT,
                )
                .order_by(col(Supplement.due_at))
                .limit(BATCH)
            ).scalars()
        )
    stopped = 0
    for dossier_id in due:
        with unit_of_work() as session:
            dossier = session.exec(select(Dossier).where(Dossier.id == dossier_id).with_for_update()).one()
            stopped += ends.stop_lapsed(session, dossier)
    if stopped:
        log.info("supplements_lapsed", stopped=stopped)
    return stopped


def remind() -> int:
    """Remind, once, each applicant whose last working day is the next one or today; returns how many."""
    with unit_of_work() as session:
        waiting = _unreminded(session)
    told = 0
    for request_id, dossier_id in waiting:
        with unit_of_work() as session:
            row = session.get_one(Supplement, request_id)
            dossier = session.get_one(Dossier, dossier_id)
            if (
                row.due_at is None
                or row.state is not SupplementState.OPEN
                or not _near(session, dossier, row)
            ):
                continue
            name, email = notifications.applicant_of(session, dossier)
            agency, lookup = (
                office(session, dossier.receiving_agency_id).name,
                dossier.number or dossier.reference,
            )
            until = clock_and_weekday(row.due_at)
        if not email:
            continue
        letter = Message(
            to=email,
            subject=f"Hồ sơ {lookup}: sắp hết hạn bổ sung",
            greeting=f"Kính gửi {name},",
            lines=[
                f"Hạn bổ sung hồ sơ là {until}. Quá hạn này hồ sơ sẽ được dừng giải quyết.",
                f"Những mục cần bổ sung có trong trang hồ sơ. Cơ quan: {agency}.",
            ],
            link=f"{runtime.settings.public_url}/ho-so/{dossier_id}/bo-sung",
            link_text="Bổ sung hồ sơ",
        )
        key = f"{REMINDED}:{request_id}"
        notifications.send_and_note(letter, key, message_id=f"remind.{request_id}")
        told += 1
    return told


def _unreminded(session: Session) -> list[tuple[UUID, UUID]]:
    key = sa.literal(f"{REMINDED}:") + sa.cast(col(Supplement.id), sa.Text)
    rows = session.execute(
        sa.select(col(Supplement.id), col(Supplement.dossier_id))
        .join(Dossier, col(Dossier.id) == col(Supplement.dossier_id))
        .where(
            col(Supplement.state) == SupplementState.OPEN,
            col(Supplement.due_at) > now(),
            col(Supplement.due_at) < now() + AHEAD,
            col(Dossier.status) == Status.SUPPLEMENT,
            ~sa.exists().where(col(Effect.key) == key),
        )
        .order_by(col(Supplement.due_at))
        .limit(BATCH)
    )
    return [(row[0], row[1]) for row in rows]


def _near(session: Session, dossier: Dossier, row: Supplement) -> bool:
    """Whether the due day is today or the next working day; not on the day the request was made."""
    if row.due_at is None:
        return False
    calendar = calendars.of(session, dossier.competent_agency_id)
    today = local(now()).date()
    asked_today = local(row.asked_at).date() == today
    return not asked_today and local(row.due_at).date() <= calendar.next_working_day(today)
