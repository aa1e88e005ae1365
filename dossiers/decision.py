"""How a dossier ends: approved with a result, rejected with a ground, and the result returned."""

import secrets
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, select

from auth.actor import Actor
from dossiers import ledger, queries, reasons
from dossiers.filing import ALPHABET
from dossiers.models import (
    Attachment,
    AttachmentState,
    Decision,
    Document,
    DocumentKind,
    Dossier,
    Outcome,
)
from dossiers.processing import begin, facts, finish, worded
from dossiers.workflow import Action
from portal.core import crypto
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid
from portal.core.text import clean

RESULT = "result"  # the requirement key of an officer's result file


class Unpaid(Invalid):
    """Amounts are still owed; `fees` [{id, name, amount_vnd}]."""

    title = "Chưa thu đủ phí, lệ phí"


class NoResult(Invalid):
    """An approval needs a checked result file, or a procedure whose result the portal writes."""

    title = "Chưa có kết quả để trả"


class ResultPending(Conflict):
    """The result document is still being written; try again in a few seconds."""

    title = "Kết quả đang được lập"


def approve(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    ground: str = "",
    result_attachment_id: UUID | None = None,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Approve: the uploaded file becomes the result, or the portal writes it from the answers.

    Raises:
        Unpaid: a fee line is open.
        NoResult: no checked file was named and the procedure's result is not written by the portal.
        and those of `begin` (the actor must hold the dossier).
    """
    ground = clean(ground, max_length=2000, multiline=True)
    body = f"{result_attachment_id} {ground}"
    begun = begin(session, actor, dossier_id, Action.APPROVE, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    book = ledger.opened(session, dossier)
    owed = [(line, book.of(line.id)[1].owed) for line in book.owed()]
    if owed:
        total = sum(amount for _, amount in owed)
        raise Unpaid(
            f"Còn {total:,} đồng chưa thu. Ghi nhận đã thu trước khi phê duyệt.".replace(",", "."),
            fees=[{"id": line.id, "name": line.name, "amount_vnd": amount} for line, amount in owed],
        )
    if result_attachment_id is None:
        result = queries.content(session, dossier.revision_id).result
        if result is not None and not result.generated:
            raise NoResult("Tải tệp kết quả lên trước khi phê duyệt.")
    else:
        _file_result(session, dossier, result_attachment_id)
    on_time = _decide(session, dossier, actor, Outcome.APPROVED, ground, result_attachment_id)
    return finish(
        session,
        dossier,
        after,
        "dossier.approved",
        actor,
        {
            **facts(dossier),
            "on_time": on_time,
            "accepted_at": dossier.accepted_at,
            "settled_at": dossier.settled_at,
            "result": "generated" if result_attachment_id is None else "uploaded",
        },
        {"ground": ground} if ground else None,
    )


def _decide(
    session: Session,
    dossier: Dossier,
    actor: Actor,
    outcome: Outcome,
    ground: str,
    attachment_id: UUID | None,
) -> bool:
    """Write the decision; returns whether it came in time.

    It is judged against the original date: pauses moved that, an extension did not.
    """
    assert actor.id is not None
    dossier.settled_at = now()
    dossier.holder_id = dossier.lease_until = None
    on_time = dossier.original_due_at is None or dossier.settled_at <= dossier.original_due_at
    session.add(
        Decision(
            dossier_id=dossier.id,
            outcome=outcome,
            sealed=crypto.seal(
                session,
                dossier.subject_id,
                f"decision|{dossier.id}",
                {"ground": ground, "signer": actor.name},
            ),
            decided_by=actor.id,
            decided_at=dossier.settled_at,
            on_time=on_time,
            result_attachment_id=attachment_id,
        )
    )
    return on_time


def _file_result(session: Session, dossier: Dossier, attachment_id: UUID) -> None:
    """Make the officer's checked file the dossier's result document."""
    file = session.exec(
        select(Attachment).where(
            Attachment.id == attachment_id,
            Attachment.dossier_id == dossier.id,
            Attachment.requirement_key == RESULT,
        )
    ).one_or_none()
    if file is None or file.state is not AttachmentState.READY or file.sha256 is None or file.size is None:
        raise NoResult("Tệp kết quả chưa được kiểm tra xong, hoặc cần thay. Xem lại tệp rồi phê duyệt.")
    file.sealed_at = now()
    session.add(file)
    session.add(
        Document(
            dossier_id=dossier.id,
            kind=DocumentKind.RESULT,
            object_key=file.object_key,
            sha256=file.sha256,
            size=file.size,
            code=verification_code(),
            made_by_seq=dossier.seq + 1,
        )
    )


def verification_code() -> str:
    """A random code of 12 characters without look-alikes that proves a document."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


def reject(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    ground: str,
    reason_code: str = "other",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Reject after appraisal: form 03 with the ground; the dossier closes as stopped (status 8).

    The code is one of reasons.REJECTION.

    Raises:
        Invalid: no ground, or an unknown code; and those of `begin` (the actor must hold the dossier).
    """
    reasons.demand(reasons.REJECTION, reason_code)
    ground = worded(ground, "Nhập lý do từ chối giải quyết.")
    body = f"{reason_code} {ground}"
    begun = begin(session, actor, dossier_id, Action.REJECT, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    on_time = _decide(session, dossier, actor, Outcome.REJECTED, ground, None)
    return finish(
        session,
        dossier,
        after,
        "dossier.rejected",
        actor,
        {
            **facts(dossier),
            "on_time": on_time,
            "accepted_at": dossier.accepted_at,
            "settled_at": dossier.settled_at,
            "reason_code": reason_code,
        },
        {"reason": ground},
    )


def deliver(
    session: Session, actor: Actor, dossier_id: UUID, *, seq: int | None = None, key: str | None = None
) -> Dossier:
    """Return the result in the way the applicant chose; the dossier closes.

    Raises:
        ResultPending: the result document is not written yet; and those of `begin`.
    """
    begun = begin(session, actor, dossier_id, Action.DELIVER, seq=seq, key=key)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    document = Document.__table__  # type: ignore[attr-defined]
    found = session.execute(
        sa.select(document.c.id).where(
            document.c.dossier_id == dossier.id, document.c.kind == DocumentKind.RESULT
        )
    ).first()
    if found is None and queries.content(session, dossier.revision_id).result is not None:
        raise ResultPending("Kết quả đang được lập, thường mất vài giây. Thử lại.")
    dossier.returned_at = now()
    return finish(
        session,
        dossier,
        after,
        "dossier.delivered",
        actor,
        {
            **facts(dossier),
            "return_way": dossier.return_way,
            "accepted_at": dossier.accepted_at,
            "returned_at": dossier.returned_at,
        },
    )
