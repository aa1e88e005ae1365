"""Letters to the agency that settles a dossier: it was sent on, and waits to be taken over."""

from typing import Final
from uuid import UUID

from celery import shared_task

from auth.actor import Role
from auth.models import Agency
from dossiers import notifications
from dossiers.notifications import RETRY, Message
from dossiers.overdue import staff
from dossiers.tasks import effect_key
from portal.core import runtime
from portal.core.outbox import done
from portal.core.work import unit_of_work

TELL: Final = "dossiers.forwarding_messages.tell_competent"


@shared_task(name=TELL, **RETRY)  # type: ignore[untyped-decorator]
def tell_competent(stream_id: str, seq: int) -> None:
    """Tell the officers of the competent agency that a dossier is on its way to them."""
    dossier_id = UUID(stream_id)
    with unit_of_work() as session:
        if done(session, effect_key(TELL, dossier_id, seq)):
            return
        dossier = notifications.filed(session, dossier_id)
        sender = session.get_one(Agency, dossier.receiving_agency_id).name
        letters = {}
        for account_id in staff(session, Role.OFFICER, dossier.competent_agency_id):
            name, email = notifications.name_and_email(session, account_id)
            if not email or account_id == dossier.applicant_id:
                continue
            letters[account_id] = Message(
                to=email,
                subject=f"Hồ sơ {dossier.number} chuyển đến, chờ nhận",
                greeting=f"Kính gửi {name},",
                lines=[
                    f"{sender} chuyển đến hồ sơ {dossier.number} ({dossier.procedure_name}).",
                    "Thời hạn giải quyết tính từ khi cơ quan của bạn xác nhận đã nhận hồ sơ.",
                ],
                link=f"{runtime.settings.public_url}/can-bo/ho-so/{dossier_id}",
                link_text="Mở hồ sơ tại bàn làm việc",
            )
    notifications.send_all(TELL, dossier_id, seq, letters)
