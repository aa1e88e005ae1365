"""What follows from accounts' events, and the clearing of what has ended."""

from typing import Final
from uuid import UUID

from celery import shared_task

from auth import queries, sessions, throttle
from portal.core import runtime
from portal.core.crypto import Unreadable
from portal.core.errors import NotFound, Unavailable
from portal.core.mail import Mailer, MailRefused
from portal.core.outbox import effect
from portal.core.work import unit_of_work

TELL_OWNER: Final = "auth.tasks.tell_owner"
SWEEP: Final = "auth.tasks.sweep"

_SUBJECT = "Bạn đã có tài khoản trên Cổng Dịch vụ công"
_TEXT = """Xin chào {name},

Có người vừa đăng ký tài khoản bằng địa chỉ thư này. Địa chỉ này đã có tài khoản nên không có gì thay đổi.

Nếu đó là bạn, hãy đăng nhập tại {url}/dang-nhap
Nếu không phải bạn, bạn không cần làm gì.
"""


@shared_task(  # type: ignore[untyped-decorator]
    name=TELL_OWNER,
    autoretry_for=(Unavailable,),
    retry_backoff=5,
    retry_backoff_max=300,
    max_retries=8,
)
def tell_owner(stream_id: str, seq: int) -> None:
    """Write to the owner of an account that somebody tried to register it again; once per event."""
    settings = runtime.settings
    with unit_of_work() as session:
        if not effect(session, f"{TELL_OWNER}:{stream_id}:{seq}"):
            return
        try:
            person = queries.person(session, UUID(stream_id))
        except (NotFound, Unreadable):  # erased since
            return
        try:
            Mailer(settings).send(
                to=person.email,
                subject=_SUBJECT,
                text=_TEXT.format(name=person.name, url=settings.public_url),
                message_id=f"{stream_id}.{seq}.registration",
            )
        except MailRefused:  # the address takes no mail: trying again is of no use
            return


@shared_task(name=SWEEP)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Delete sessions and counts that have ended."""
    with unit_of_work() as session:
        sessions.sweep(session, idle_minutes=runtime.settings.session_idle_minutes)
        throttle.sweep(session)
