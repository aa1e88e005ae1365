"""A message to the owner of an open draft when a new revision asks other questions or papers.

Owners whose draft nobody has touched for a month are left alone, and so are those whose draft has moved
already: they have seen it on the page.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from celery import shared_task
from sqlmodel import Session

from auth import queries as people
from dossiers import access, queries
from dossiers.documents import event_of
from dossiers.notifications import Message, send_and_note
from dossiers.tasks import effect_key
from dossiers.workflow import Status
from portal.core import runtime
from portal.core.errors import Unavailable
from portal.core.outbox import done, effect
from portal.core.work import unit_of_work
from services_catalog import public_queries
from services_catalog.for_drafts import ForDraft, for_draft
from services_catalog.models import Level, Offering

TASK: Final = "dossiers.draft_messages.tell_drafts"
TOUCHED: Final = timedelta(days=30)
FEW: Final = 6  # names of questions or papers in a message; the page tells all
_RETRY: Final[dict[str, Any]] = {"autoretry_for": (Unavailable,), "retry_backoff": 5, "max_retries": 5}


class OpenDraft(msgspec.Struct, frozen=True):
    id: UUID
    applicant_id: UUID
    revision_id: UUID
    procedure_name: str


@shared_task(name=TASK, **_RETRY)  # type: ignore[untyped-decorator]
def tell_drafts(stream_id: str, seq: int) -> int:
    """Tell the owners of open drafts what a procedure's new revision asks of them; how many were told.

    Each draft's message is an effect of its own: a repeated task goes on where it stopped.
    """
    procedure_id = UUID(stream_id)
    with unit_of_work() as session:
        if done(session, effect_key(TASK, procedure_id, seq)):
            return 0
        event = event_of(session, procedure_id, seq)
        revision_id = UUID(str(event.data["revision"]))
        new = queries.content(session, revision_id)
        before = public_queries.revision_before(session, revision_id)
        drafts: list[OpenDraft] = []
        if before and for_draft(queries.content(session, before), new):  # else what is new was told before
            drafts = open_drafts(session, procedure_id, revision_id, event.at - TOUCHED)
        facts = public_queries.revision_facts(session, revision_id)
        earlier = {one.revision_id for one in drafts}
        changes = {one: for_draft(queries.content(session, one), new) for one in earlier}
    told = 0
    for draft in drafts:
        if changes[draft.revision_id]:
            told += _tell(
                draft, seq, procedure_id, changes[draft.revision_id], f"{facts.effective_on:%d/%m/%Y}"
            )
    with unit_of_work() as session:
        effect(session, effect_key(TASK, procedure_id, seq))
    return told


def open_drafts(session: Session, procedure_id: UUID, revision_id: UUID, since: Any) -> list[OpenDraft]:
    """Drafts of an earlier revision at agencies that offer the new one online, touched since."""
    offering = Offering.__table__  # type: ignore[attr-defined]
    rows = session.execute(
        sa.select(access.D.c.id, access.D.c.applicant_id, access.D.c.revision_id, access.D.c.procedure_name)
        .join(
            offering,
            sa.and_(
                offering.c.revision_id == revision_id,
                offering.c.agency_id == access.D.c.competent_agency_id,
                offering.c.declared != Level.INFO,
            ),
        )
        .where(
            access.D.c.procedure_id == procedure_id,
            access.D.c.status == Status.DRAFT,
            access.D.c.applicant_id.is_not(None),  # what is keyed at the counter, its officer sees there
            access.D.c.revision_id != revision_id,
            access.D.c.updated_at >= since,
        )
        .order_by(access.D.c.id)
    )
    return [OpenDraft(row.id, row.applicant_id, row.revision_id, row.procedure_name) for row in rows]


def _tell(draft: OpenDraft, seq: int, procedure_id: UUID, changes: ForDraft, day: str) -> bool:
    key = f"{effect_key(TASK, procedure_id, seq)}:{draft.id}"
    with unit_of_work() as session:
        if done(session, key):
            return False
        person = people.person(session, draft.applicant_id)
    letter = message(draft, person.name, person.email, changes, day)
    send_and_note(letter, key, message_id=f"{draft.id}.{procedure_id}.{seq}")
    return True


def message(draft: OpenDraft, name: str, email: str, changes: ForDraft, day: str) -> Message:
    """What the owner reads: what is new, what went, and that nothing typed is lost."""
    lines = [
        f"Thủ tục “{draft.procedure_name}” áp dụng bản mới từ {day}. Bản nháp của bạn vẫn còn và chuyển theo "
        "bản mới; điều bạn đã khai được giữ."
    ]
    for words, state, items in (
        ("Câu mới", "new", changes.questions),
        ("Câu hỏi khác trước", "changed", changes.questions),
        ("Câu đã bỏ", "gone", changes.questions),
        ("Giấy tờ mới", "new", changes.papers),
        ("Giấy tờ khác trước", "changed", changes.papers),
        ("Giấy tờ không còn cần", "gone", changes.papers),
    ):
        names = [one.label for one in items if one.state == state]
        if names:
            more = f" và {len(names) - FEW} mục nữa" if len(names) > FEW else ""
            lines.append(f"{words}: {'; '.join(names[:FEW])}{more}.")
    lines.append("Mở bản nháp để xem lại các mục này rồi nộp.")
    return Message(
        to=email,
        subject=f"Thủ tục bạn đang khai có bản mới: {draft.procedure_name}"[:200],
        greeting=f"Kính gửi {name},",
        lines=lines,
        link=f"{runtime.settings.public_url}/ho-so/{draft.id}/to-khai",
        link_text="Mở bản nháp",
    )
