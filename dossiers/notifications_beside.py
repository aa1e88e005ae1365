"""Letters to the other side: that a message or a complaint waits. What it says stays behind the sign-in."""

from datetime import datetime
from typing import Final
from uuid import UUID

from celery import shared_task
from sqlmodel import Session

from dossiers import notifications
from dossiers.models import Dossier
from dossiers.notifications import RETRY, Change, Message
from dossiers.tasks import effect_key
from dossiers.words import clock_and_weekday
from portal.core import runtime
from portal.core.outbox import done
from portal.core.work import unit_of_work

TASK: Final = "dossiers.notifications_beside.tell_other_side"


@shared_task(name=TASK, **RETRY)  # type: ignore[untyped-decorator]
def tell_other_side(stream_id: str, seq: int) -> None:
    """Tell the applicant of the desk's message, or whoever works on the dossier of the applicant's."""
    dossier_id = UUID(stream_id)
    with unit_of_work() as session:
        if done(session, effect_key(TASK, dossier_id, seq)):
            return
        dossier = notifications.filed(session, dossier_id)
        change = notifications.change_of(session, dossier, seq)
        by_desk = change.event.data.get("side") == "desk"
        letters = {}
        if by_desk:
            name, email = notifications.applicant_of(session, dossier)
            if email:
                letters[dossier.subject_id] = to_applicant(change, dossier_id, name, email)
        else:
            for account_id in _at_desk(session, dossier):
                who = notifications.name_and_email(session, account_id)
                letters[account_id] = to_desk(change, dossier_id, *who)
    notifications.send_all(TASK, dossier_id, seq, letters)


def _at_desk(session: Session, dossier: Dossier) -> list[UUID]:
    """Whoever has the dossier in hand, else the officers of the receiving agency."""
    if dossier.holder_id is not None and dossier.holder_id != dossier.applicant_id:
        return [dossier.holder_id]
    return notifications.officers_of(session, dossier)


def to_applicant(change: Change, dossier_id: UUID, name: str, email: str) -> Message:
    """The letter to the applicant; it says that there is a message, and no word of it."""
    return Message(
        to=email,
        subject=f"Hồ sơ {change.lookup}: có tin nhắn mới",
        greeting=f"Kính gửi {name},",
        lines=[f"{change.agency} vừa nhắn tin cho bạn về hồ sơ {change.lookup}. Mở hồ sơ để đọc và trả lời."],
        link=f"{runtime.settings.public_url}/ho-so/{dossier_id}#tin-nhan",
        link_text="Đọc tin nhắn",
    )


def to_desk(change: Change, dossier_id: UUID, name: str, email: str) -> Message:
    """The letter to an officer: a message or a complaint waits; it does not name the applicant."""
    complained = change.event.name == "dossier.complained"
    until, what = "", "nhắn tin"
    if complained:
        what = "phản ánh, khiếu nại"
        until = f" Trả lời trước {clock_and_weekday(datetime.fromisoformat(change.event.data['due_at']))}."
    return Message(
        to=email,
        subject=f"Hồ sơ {change.lookup}: {'có phản ánh, khiếu nại' if complained else 'có tin nhắn mới'}",
        greeting=f"Kính gửi {name},",
        lines=[f"Người nộp hồ sơ {change.lookup} vừa {what}.{until}"],
        link=f"{runtime.settings.public_url}/can-bo/ho-so/{dossier_id}"
        + ("#phan-anh" if complained else "#tin-nhan"),
        link_text="Mở hồ sơ tại bàn làm việc",
    )
