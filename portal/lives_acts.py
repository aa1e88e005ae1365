"""What people and officers do in invented lives (portal.lives), each by the portal's own function."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlmodel import Session

from auth.actor import Actor
from dossiers import (
    access,
    calendars,
    complaints,
    decision,
    duties,
    ends,
    extensions,
    fees,
    messages,
    notes,
    open_request,
    processing,
    queries,
    ratings,
    returning,
    supplements,
    supplying,
    touches,
)
from dossiers.models import Attachment, AttachmentState, Dossier, PaymentMethod, UploadWay
from dossiers.reasons import SUPPLEMENT
from dossiers.supplement_models import FurtherGround, ItemKind
from dossiers.workflow import Status
from portal import invented
from portal.core import clock, crypto, events, runtime
from portal.core.db import new_id
from portal.lives_between import consult, opine, pass_on, send_on, step
from portal.lives_scene import Act, Scene

_PAPER: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
_DIGEST: Final = hashlib.sha256(_PAPER).digest()


def paper(
    session: Session, dossier: Dossier, requirement: str, by: Actor, supplement_id: UUID | None = None
) -> None:
    """A checked file of the dossier, in the store."""
    made = Attachment(
        id=new_id(),
        dossier_id=dossier.id,
        requirement_key=requirement,
        object_key=f"files/{uuid4().hex}",
        sealed=b"",
        declared_size=len(_PAPER),
        size=len(_PAPER),
        kind="pdf",
        sha256=_DIGEST,
        state=AttachmentState.READY,
        via=UploadWay.MULTIPART,
        supplement_id=supplement_id,
    )
    made.sealed = crypto.seal(
        session, dossier.subject_id, f"attachment|{made.id}", {"filename": "giấy tờ.pdf"}
    )
    runtime.storage.put_bytes(made.object_key, _PAPER, "application/pdf")
    session.add(made)
    facts = {"attachment_id": made.id, "kind": made.kind, "size": made.size, "sha256": _DIGEST.hex()}
    events.record(session, dossier, "attachment.completed", by.id, {"attachment_id": made.id})
    events.record(session, dossier, "attachment.ready", None, facts)
    session.add(dossier)
    session.flush()


def _receive(at: Scene) -> object:
    return processing.receive(at.session, at.front(), at.dossier.id)


def _refuse(at: Scene) -> object:
    return processing.refuse(at.session, at.front(), at.dossier.id, reason="Thiếu giấy tờ theo quy định.")


def _claim(at: Scene) -> object:
    if access.on_the_way(at.dossier):
        return send_on(at)
    return processing.claim(at.session, at.desk(), at.dossier.id)


def _release(at: Scene) -> object:
    return processing.release(at.session, at.desk(), at.dossier.id)


def _collect(at: Scene) -> object:
    by = at.desk()
    lines = queries.fee_lines(at.session, at.dossier.id)
    owed = [line for line in lines if line.settled_at is None and line.waived_at is None]
    return fees.settle_fee(at.session, by, at.dossier.id, fee_line_id=owed[0].id) if owed else None


def _ask_supplement(at: Scene) -> object:
    """One to three fields and papers; now and then once more in the same stage, with its ground."""
    by = at.desk()
    content = queries.content(at.session, at.dossier.revision_id)
    answers = crypto.open_(
        at.session, at.dossier.subject_id, f"dossier.answers|{at.dossier.id}", at.dossier.answers
    )
    able = [(ItemKind.FIELD, key) for key in supplements.askable_fields(content, answers)]
    able += [(ItemKind.PAPER, key) for key in supplements.askable_papers(content)]
    if not able:
        return None
    chosen = at.draw.sample(able, min(len(able), at.draw.randrange(1, 4)))
    items = [
        supplements.Item(
            kind=kind,
            key=key,
            reason=at.draw.choice(list(SUPPLEMENT)),
            why="Ghi hoặc nộp lại cho đúng.",
            again="Lần trước chưa đúng.",
        )
        for kind, key in chosen
    ]
    ground = FurtherGround.NEW_FACT if at.draw.random() < 0.5 else None
    days = at.draw.randrange(3, 15)
    due = calendars.of(at.session, at.dossier.competent_agency_id).working_day_from(
        clock.today() + timedelta(days=days)
    )
    return supplements.ask(
        at.session,
        by,
        at.dossier.id,
        items=items,
        due_on=due if at.draw.random() < 0.7 else None,
        ground=ground,
        ground_words="Mới phát hiện." if ground else "",
    )


def _supply(at: Scene) -> object:
    by = at.own()
    asked = open_request.opened(at.session, at.dossier)
    for key in asked.asked.keys(ItemKind.PAPER):
        paper(at.session, at.dossier, key, by, asked.row.id)
    fields = {field.key: field for section in asked.content.form for field in section.fields}
    given = {
        key: invented.answer(fields[key], at.draw, clock.today()) for key in asked.asked.keys(ItemKind.FIELD)
    }
    return supplying.respond(at.session, by, at.dossier.id, answers=given)


def _revoke_supplement(at: Scene) -> object:
    return supplements.revoke(at.session, at.desk(), at.dossier.id, reason="Không cần nữa.")


def _ask_withdrawal(at: Scene) -> object:
    return ends.ask_withdrawal(at.session, at.own(), at.dossier.id, reason="Không có nhu cầu nữa.")


def _keep(at: Scene) -> object:
    by = at.own() if at.draw.random() < 0.5 else at.desk()
    return ends.keep(at.session, by, at.dossier.id, reason="Kết quả đã ký.")


def _stop(at: Scene) -> object:
    """Grants a withdrawal; a supplement is stopped only when its time has ended."""
    return ends.stop(at.session, at.desk(), at.dossier.id)


def _extend(at: Scene) -> object:
    by = at.desk()
    calendar = calendars.of(at.session, at.dossier.competent_agency_id)
    until = calendar.working_day_from(clock.today() + timedelta(days=at.draw.randrange(3, 40)))
    return extensions.extend(at.session, by, at.dossier.id, until=until, reason="Cần thẩm tra thêm.")


def _approve(at: Scene) -> object:
    by = at.desk()
    result = queries.content(at.session, at.dossier.revision_id).result
    file = None
    if result is not None and not result.generated:
        paper(at.session, at.dossier, decision.RESULT, by)
        files = queries.attachments(at.session, at.dossier.id)
        file = next(
            one.id for one in files if one.requirement_key == decision.RESULT and one.sealed_at is None
        )
    return decision.approve(at.session, by, at.dossier.id, result_attachment_id=file)


def _reject(at: Scene) -> object:
    return decision.reject(at.session, at.desk(), at.dossier.id, ground="Không đủ điều kiện theo quy định.")


def _ask_duty(at: Scene) -> object:
    lines = [duties.DutyLine("Thuế trước bạ", at.draw.randrange(1, 5_000) * 1_000)]
    return duties.ask_duty(at.session, at.desk(), at.dossier.id, lines=lines)


def _meet_duty(at: Scene) -> object:
    way = at.draw.choice([PaymentMethod.CASH, PaymentMethod.TRANSFER])
    return duties.meet_duty(at.session, at.desk(), at.dossier.id, method=way, note="Giấy nộp tiền.")


def _revoke_duty(at: Scene) -> object:
    return duties.revoke_duty(at.session, at.desk(), at.dossier.id, reason="Tính nhầm.")


def _waive(at: Scene) -> object:
    by = at.desk()
    lines = queries.fee_lines(at.session, at.dossier.id)
    owed = [line for line in lines if line.settled_at is None and line.waived_at is None]
    if not owed:
        return None
    return fees.waive_fee(
        at.session, by, at.dossier.id, fee_line_id=owed[0].id, code="council", reason="Có giấy xác nhận."
    )


def _message(at: Scene) -> object:
    by = at.own() if at.draw.random() < 0.6 else at.desk()
    return messages.send(at.session, by, at.dossier.id, text="Xin cho biết hồ sơ đến đâu rồi.")


def _touch(at: Scene) -> object:
    kind = at.draw.choice(list(touches.Touch))
    return touches.touch(at.session, at.desk(), at.dossier.id, kind=kind)


def _note(at: Scene) -> object:
    return notes.note(at.session, at.desk(), at.dossier.id, text="Đã gọi cho người nộp, hẹn gọi lại.")


def _reopen(at: Scene) -> object:
    return returning.reopen(at.session, at.desk(), at.dossier.id, reason="Kết quả ghi sai họ tên.")


def _rate(at: Scene) -> object:
    reasons = at.draw.sample(sorted(ratings.REASONS), 2)
    return ratings.rate(at.session, at.own(), at.dossier.id, score=at.draw.randrange(1, 6), reasons=reasons)


def _complain(at: Scene) -> object:
    return complaints.complain(at.session, at.own(), at.dossier.id, text="Hồ sơ chậm so với hẹn.")


def _deliver(at: Scene) -> object:
    return decision.deliver(at.session, at.desk(), at.dossier.id)


# What tends to happen next, by where the dossier stands.
_BESIDE: Final[Sequence[tuple[Act, int]]] = [(_message, 1), (_touch, 1), (_note, 1)]
_TURNS: Final[Sequence[tuple[Act, int]]] = [(_ask_supplement, 2), (_ask_withdrawal, 1), (_ask_duty, 1)]
_ENDED: Final[Sequence[tuple[Act, int]]] = [(_rate, 4), (_complain, 1), (_message, 1)]
COURSE: Final[Mapping[Status, Sequence[tuple[Act, int]]]] = {
    Status.SUBMITTED: [(_receive, 20), (_refuse, 1), *_TURNS, *_BESIDE],
    Status.ACCEPTED: [(_claim, 16), (_collect, 8), (_waive, 1), (_extend, 1), *_TURNS, *_BESIDE],
    Status.PROCESSING: [
        (_collect, 10),
        (_approve, 16),
        (_reject, 2),
        (_release, 2),
        (_claim, 4),
        (_waive, 1),
        (_extend, 2),
        (consult, 4),
        (opine, 10),
        (pass_on, 2),
        (step, 4),
        *_TURNS,
        *_BESIDE,
    ],
    Status.SUPPLEMENT: [(_supply, 12), (_revoke_supplement, 1), (_ask_withdrawal, 1), (_stop, 2), *_BESIDE],
    Status.FINANCIAL_DUTY: [(_meet_duty, 8), (_revoke_duty, 1), (_ask_withdrawal, 1), *_BESIDE],
    Status.WITHDRAWAL_ASKED: [(_stop, 3), (_keep, 2)],
    Status.SETTLED: [(_deliver, 12), (_reopen, 1), (_message, 1)],
    Status.REFUSED: _ENDED,
    Status.STOPPED: _ENDED,
    Status.RETURNED: _ENDED,
}
