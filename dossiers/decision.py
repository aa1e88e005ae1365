"""How a dossier ends: approved with a result, rejected with a ground, and the result returned."""

import secrets
from uuid import UUID

import msgspec
from sqlmodel import Session, select

from auth.actor import Actor
from dossiers import ledger, queries, reasons, returning
from dossiers.attachment_rules import SIGNATURE
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


class NotSent(Conflict):
    """A result that goes by post has not been handed to it."""

    title = "Kết quả chưa gửi bưu điện"


class Receiver(msgspec.Struct, frozen=True):
    """Who took the result at the counter; `authorisation`: of the applicant, when it is somebody else."""

    name: str
    id_last4: str
    authorisation: str = ""


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
    dossier.holder_id = dossier.lease_until = dossier.offered_to_id = None
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
    if file.sealed_at is not None:  # the result of a decision that a reopening undid
        raise NoResult("Tệp này là kết quả của quyết định đã hủy. Tải tệp kết quả mới lên rồi phê duyệt.")
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
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    receiver: Receiver | None = None,
    signature_attachment_id: UUID | None = None,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Return the result in the way the applicant chose; the dossier closes.

    Args:
        session, actor, dossier_id, seq, key: as for every act.
        receiver: who took it at the counter; the applicant when nobody else is named.
        signature_attachment_id: the scan of what the receiver signed.

    Raises:
        ResultPending: the result document is not written yet. NotSent: it goes by post and has not left.
        Invalid: the receiver is not told well enough; and those of `begin`.
    """
    told = _receiver(receiver)
    body = f"{told} {signature_attachment_id}" if told or signature_attachment_id else ""
    begun = begin(session, actor, dossier_id, Action.DELIVER, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    try:
        returning.demand_result(session, dossier)
    except returning.NoResultYet as error:
        raise ResultPending(error.detail) from error
    row = returning.delivery_of(session, dossier)
    if dossier.return_way == returning.POST and row.sent_at is None:
        raise NotSent("Kết quả trả qua bưu điện: gửi và nhập mã vận đơn trước khi ghi nhận đã trả.")
    if signature_attachment_id is not None:
        _signed(session, dossier, signature_attachment_id)
    if dossier.return_way == returning.COUNTER and not told:
        told = _applicant_as_receiver(session, dossier)
    dossier.returned_at = row.handed_at = now()
    row.way = dossier.return_way
    known = returning.told_of(session, dossier.subject_id, row)
    if told:
        known = {**known, "receiver": told}
        row.sealed = crypto.seal(session, dossier.subject_id, f"delivery|{dossier.id}", known)
    session.add(row)
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
            "signature": signature_attachment_id,
        },
        {"receiver": told} if told else None,
    )


def _receiver(given: Receiver | None) -> dict[str, str]:
    """The receiver, cleaned; {} when nobody is named."""
    if given is None or not (given.name.strip() or given.id_last4.strip() or given.authorisation.strip()):
        return {}
    told = {
        "name": clean(given.name, max_length=100),
        "id_last4": clean(given.id_last4, max_length=4),
        "authorisation": clean(given.authorisation, max_length=300),
    }
    wrong = []
    if len(told["name"]) < 2:
        wrong.append({"field": "receiver_name", "message": "Nhập họ và tên người nhận kết quả."})
    if not (len(told["id_last4"]) == 4 and told["id_last4"].isascii() and told["id_last4"].isdigit()):
        wrong.append({"field": "receiver_id", "message": "Nhập 4 chữ số cuối của giấy tờ người nhận."})
    if wrong:
        raise Invalid("Ghi đủ người nhận kết quả.", errors=wrong)
    return told


def _applicant_as_receiver(session: Session, dossier: Dossier) -> dict[str, str]:
    aad = f"dossier.applicant|{dossier.id}"
    person = crypto.open_(session, dossier.subject_id, aad, dossier.applicant)
    number = person.get("personal_id") or ""
    return {"name": person.get("name") or "", "id_last4": number[-4:], "authorisation": ""}


def _signed(session: Session, dossier: Dossier, attachment_id: UUID) -> None:
    file = next((one for one in queries.attachments(session, dossier.id) if one.id == attachment_id), None)
    if file is None or file.requirement_key != SIGNATURE or file.state is not AttachmentState.READY:
        told = "Phiếu ký nhận chưa kiểm tra xong, hoặc cần thay. Xem lại tệp."
        raise Invalid(told, errors=[{"field": "signature_attachment_id", "message": told}])
    file.sealed_at = now()
    session.add(file)
