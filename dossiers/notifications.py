"""A message on each change: to the applicant, and to the desk when a dossier arrives.

A message says what happened, who acts and where to look; reasons, answers and papers stay behind the
sign-in. Each person gets one message of an event: a repeated task finds the effect, and a repeated
sending carries the same Message-ID.

Source: Decree 224/2026/NĐ-CP, art. 15(1)(g): every change is told at once, with the agency, the person
who receives or handles it, and the time.
"""

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
import structlog
from celery import shared_task
from sqlmodel import Session, col

from auth import queries as people
from auth.actor import Role
from auth.models import Account, Membership
from dossiers import clocks, forwarding_words, queries, return_words, turn_words
from dossiers.documents import event_of, office
from dossiers.models import Dossier
from dossiers.notifications_money import ABOUT_MONEY, of_money
from dossiers.tasks import effect_key
from dossiers.words import clock_and_weekday
from portal.core import crypto, events, runtime
from portal.core.clock import today
from portal.core.errors import NotFound, Unavailable
from portal.core.events import EventRow
from portal.core.failpoints import failpoint
from portal.core.mail import Mailer, MailRefused
from portal.core.outbox import done, effect
from portal.core.work import unit_of_work

log = structlog.get_logger("notifications")
RETRY: Final[dict[str, Any]] = {"autoretry_for": (Unavailable,), "retry_backoff": 5, "max_retries": 5}


class Message(msgspec.Struct, frozen=True):
    """What one person is sent. `lines` are paragraphs; `link` is where to go on."""

    to: str
    subject: str
    greeting: str
    lines: list[str]
    link: str
    link_text: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a message may say of an event: no personal value but names of those who act."""

    event: EventRow
    reference: str
    number: str
    agency: str
    officer: str
    return_way: str
    reception_words: str
    reception_due_at: datetime
    due_at: datetime | None

    @property
    def lookup(self) -> str:
        """The official number, or the reference before there is one."""
        return self.number or self.reference


@shared_task(name="dossiers.notifications.tell_applicant", **RETRY)  # type: ignore[untyped-decorator]
def tell_applicant(stream_id: str, seq: int) -> None:
    """Tell the applicant what happened to the dossier.

    Source: Decree 224/2026/NĐ-CP, art. 15(1)(g).
    """
    task = "dossiers.notifications.tell_applicant"
    dossier_id = UUID(stream_id)
    with unit_of_work() as session:
        if done(session, effect_key(task, dossier_id, seq)):
            return
        dossier = filed(session, dossier_id)
        change = change_of(session, dossier, seq)
        letters = {}
        if not _repeated(session, dossier_id, change.event):
            name, email = applicant_of(session, dossier)
            if email:  # who came to the counter without one is told there, and by look-up
                letters[dossier.subject_id] = to_applicant(change, dossier_id, name, email)
    send_all(task, dossier_id, seq, letters)


@shared_task(name="dossiers.notifications.tell_desk", **RETRY)  # type: ignore[untyped-decorator]
def tell_desk(stream_id: str, seq: int) -> None:
    """Tell the officers of the receiving agency that a dossier waits for their check."""
    task = "dossiers.notifications.tell_desk"
    dossier_id = UUID(stream_id)
    with unit_of_work() as session:
        if done(session, effect_key(task, dossier_id, seq)):
            return
        dossier = filed(session, dossier_id)
        change = change_of(session, dossier, seq)
        letters = {
            account_id: to_desk(change, dossier_id, *name_and_email(session, account_id))
            for account_id in officers_of(session, dossier)
        }
    send_all(task, dossier_id, seq, letters)


def to_applicant(change: Change, dossier_id: UUID, name: str, email: str) -> Message:
    """The applicant's message of an event."""
    headline, lines = _WORDS[change.event.name](change)
    who = f"Cơ quan: {change.agency}."
    if change.officer:
        who += f" Người thực hiện: {change.officer}."
    return Message(
        to=email,
        subject=f"Hồ sơ {change.lookup}: {headline}",
        greeting=f"Kính gửi {name},",
        lines=[*lines, f"{who} Thời điểm: {clock_and_weekday(change.event.at)}."],
        link=f"{runtime.settings.public_url}/ho-so/{dossier_id}",
        link_text="Mở hồ sơ",
    )


def to_desk(change: Change, dossier_id: UUID, name: str, email: str) -> Message:
    """An officer's message of a dossier that arrived; it does not name the applicant."""
    return Message(
        to=email,
        subject=f"Hồ sơ mới {change.reference} chờ tiếp nhận",
        greeting=f"Kính gửi {name},",
        lines=[
            f"{change.agency} vừa nhận hồ sơ {change.reference}, "
            f"nộp lúc {clock_and_weekday(change.event.at)}.",
            f"Kiểm tra và báo kết quả trước {clock_and_weekday(change.reception_due_at)} "
            f"({change.reception_words}).",
        ],
        link=f"{runtime.settings.public_url}/can-bo/ho-so/{dossier_id}",
        link_text="Mở hồ sơ tại bàn làm việc",
    )


def _submitted(change: Change) -> tuple[str, list[str]]:
    return "đã nộp", [
        f"Chúng tôi đã nhận hồ sơ của bạn. Mã tra cứu: {change.reference}.",
        f"Trong {change.reception_words}, chậm nhất {clock_and_weekday(change.reception_due_at)}, cơ quan "
        "kiểm tra giấy tờ. Nếu thiếu, bạn nhận một danh sách đầy đủ. Thời hạn giải quyết tính từ khi hồ sơ "
        "được tiếp nhận.",
    ]


def _accepted(change: Change) -> tuple[str, list[str]]:
    due = forwarding_words.date_of(change.due_at)
    return "đã được tiếp nhận", [
        f"Hồ sơ đã được tiếp nhận, số hồ sơ {change.number}. {due}",
        "Giấy tiếp nhận hồ sơ và hẹn trả kết quả (mẫu số 01) có trong trang hồ sơ.",
        "Bạn không cần làm gì lúc này.",
    ]


def _refused(change: Change) -> tuple[str, list[str]]:  # noqa: ARG001
    return "không được tiếp nhận", [
        "Hồ sơ không được tiếp nhận. Lý do và Phiếu từ chối (mẫu số 03) có trong trang hồ sơ.",
        "Bạn có thể sửa rồi nộp lại, hoặc khiếu nại.",
    ]


def _claimed(change: Change) -> tuple[str, list[str]]:  # noqa: ARG001
    return "đang được giải quyết", ["Hồ sơ đã có người giải quyết. Bạn không cần làm gì lúc này."]


def _approved(change: Change) -> tuple[str, list[str]]:
    how = {
        "online": "Tải bản điện tử trong trang hồ sơ.",
        "counter": "Bạn nhận kết quả tại bộ phận tiếp nhận và trả kết quả.",
        "post": "Kết quả được gửi qua bưu chính công ích tới địa chỉ bạn đã khai.",
    }
    return "đã có kết quả", [f"Kết quả đã có. {how[change.return_way]}"]


def _rejected(change: Change) -> tuple[str, list[str]]:  # noqa: ARG001
    return "bị từ chối giải quyết", [
        "Cơ quan từ chối giải quyết hồ sơ. Lý do và Phiếu từ chối (mẫu số 03) có trong trang hồ sơ.",
        "Bạn có thể hoàn thiện rồi nộp hồ sơ mới, hoặc khiếu nại.",
    ]


def _delivered(change: Change) -> tuple[str, list[str]]:  # noqa: ARG001
    return "đã trả kết quả", ["Kết quả đã được trả. Bản điện tử vẫn có trong trang hồ sơ khi bạn cần."]


def _moved(change: Change) -> tuple[str, list[str]]:
    due = clock_and_weekday(datetime.fromisoformat(change.event.data["due_at"]))
    why = "Lịch làm việc thay đổi nên thời hạn được đếm lại."
    if change.event.name == "dossier.incident_passed":
        why = "Thời gian hệ thống gặp sự cố không tính vào thời hạn giải quyết."
    return "có ngày hẹn trả mới", [f"{why} Hẹn trả kết quả trước {due}. Cách đếm có trong trang hồ sơ."]


_WORDS: Final[dict[str, Callable[[Change], tuple[str, list[str]]]]] = {
    **dict.fromkeys(ABOUT_MONEY, lambda change: of_money(change.event)),
    "dossier.submitted": _submitted,
    "dossier.accepted": _accepted,
    "dossier.refused": _refused,
    "dossier.claimed": _claimed,
    "dossier.approved": _approved,
    "dossier.rejected": _rejected,
    "dossier.delivered": _delivered,
    **turn_words.WORDS,
    **return_words.WORDS,
    **forwarding_words.WORDS,
    "dossier.due_recounted": _moved,
    "dossier.incident_passed": _moved,
}


def plain(message: Message) -> str:
    """The message as text."""
    body = "\n\n".join([message.greeting, *message.lines, f"{message.link_text}: {message.link}"])
    return f"{body}\n\n{_footer()}\n"


def html(message: Message) -> str:
    """The message as simple HTML: nothing is loaded, every word is escaped."""
    paragraphs = "\n".join(f"<p>{escape(line)}</p>" for line in [message.greeting, *message.lines])
    link = (
        f'<p><a href="{escape(message.link)}">{escape(message.link_text)}</a><br>{escape(message.link)}</p>'
    )
    return (
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        f"<title>{escape(message.subject)}</title></head><body>\n{paragraphs}\n{link}\n<p><small>{escape(_footer())}</small></p>\n</body></html>\n"
    )


def _footer() -> str:
    settings = runtime.settings
    return (
        f"Cổng Dịch vụ công {settings.province_name}. Thư tự động, xin đừng trả lời; cần giúp đỡ, gọi "
        f"{settings.support_phone}. Chúng tôi không bao giờ hỏi mật khẩu của bạn."
    )


def applicant_of(session: Session, dossier: Dossier) -> tuple[str, str]:
    """Name and e-mail: those of the account now, else those given at the counter."""
    if dossier.applicant_id is not None:
        return name_and_email(session, dossier.applicant_id)
    told = crypto.open_(session, dossier.subject_id, f"dossier.applicant|{dossier.id}", dossier.applicant)
    return told.get("name", ""), told.get("email") or ""


def send_all(task: str, dossier_id: UUID, seq: int, letters: dict[UUID, Message]) -> None:
    """Send each person's letter once, then mark the task done.

    Raises:
        MailUnavailable: the relay does not answer; those who have their letter will not get another.
    """
    for account_id, letter in letters.items():
        key = f"{effect_key(task, dossier_id, seq)}:{account_id}"
        with unit_of_work() as session:
            if done(session, key):
                continue
        send_and_note(letter, key, message_id=f"{dossier_id}.{seq}.{account_id}")
    with unit_of_work() as session:
        effect(session, effect_key(task, dossier_id, seq))


def send_and_note(letter: Message, key: str, *, message_id: str) -> None:
    """Hand one letter to the relay, then keep that it went; one refused for good is kept too.

    Raises:
        MailUnavailable: the relay does not answer.
    """
    try:
        Mailer(runtime.settings).send(
            to=letter.to,
            subject=letter.subject,
            text=plain(letter),
            html=html(letter),
            message_id=message_id,
        )
    except MailRefused:
        log.warning("mail_refused", effect=key)
    failpoint("mail.after_send")
    with unit_of_work() as session:
        effect(session, key)


def filed(session: Session, dossier_id: UUID) -> Dossier:
    dossier = session.get(Dossier, dossier_id)
    if dossier is None or dossier.submitted_at is None:
        raise NotFound("Không có hồ sơ này.")
    return dossier


def change_of(session: Session, dossier: Dossier, seq: int) -> Change:
    event = event_of(session, dossier.id, seq)
    assert dossier.submitted_at is not None
    reception = clocks.reception(session, dossier, queries.content(session, dossier.revision_id))
    by_officer = event.actor_id is not None and event.actor_id != dossier.applicant_id
    return Change(
        event=event,
        reference=dossier.reference or "",
        number=dossier.number or "",
        agency=office(session, dossier.receiving_agency_id).name,
        officer=people.person(session, event.actor_id).name if by_officer and event.actor_id else "",
        return_way=dossier.return_way,
        reception_words=reception.rule,
        reception_due_at=reception.due_at,
        due_at=dossier.due_at,
    )


def _repeated(session: Session, dossier_id: UUID, event: EventRow) -> bool:
    """A second claim is no news to the applicant, nor a count that comes to the same due date."""
    if "was_due_at" in event.data:
        return bool(event.data["was_due_at"] == event.data["due_at"])
    if event.name != "dossier.claimed":
        return False
    earlier = (one for one in events.history(session, dossier_id) if one.seq < event.seq)
    return any(one.name == event.name for one in earlier)


def officers_of(session: Session, dossier: Dossier) -> list[UUID]:
    """Accounts of the receiving agency's officers today, the applicant left out."""
    return list(
        session.execute(
            sa.select(col(Membership.account_id))
            .join(Account, col(Account.id) == col(Membership.account_id))
            .where(
                col(Membership.role) == Role.OFFICER,
                col(Membership.agency_id) == dossier.receiving_agency_id,
                *people.held_on(today()),
                col(Account.disabled_at).is_(None),
                col(Membership.account_id) != dossier.applicant_id,
            )
            .distinct()
            .order_by(col(Membership.account_id))
        ).scalars()
    )


def name_and_email(session: Session, account_id: UUID) -> tuple[str, str]:
    person = people.person(session, account_id)
    return person.name, person.email
