"""Documents a dossier's events call for: drawn once, kept in the store, proved by a code.

Each is a task of (stream_id, seq): it may run twice or at the same time in two workers, and leaves
one document. Nothing of its content passes through the queue.
"""

import hashlib
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
import structlog
from celery import shared_task
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from auth import queries as people
from auth.models import Agency
from dossiers import clocks, queries
from dossiers.documents_acts import told
from dossiers.documents_contents import Facts, File, Office, context, template
from dossiers.documents_pdf import PRESS, DocumentFailed
from dossiers.documents_receipt import collected
from dossiers.documents_sets import FORMS, PRESENT, form, set_on
from dossiers.filing import ALPHABET
from dossiers.models import Decision, Document, DocumentKind, Dossier
from dossiers.tasks import effect_key
from dossiers.words import local
from portal.core import crypto, events, receipts, runtime
from portal.core.clock import now
from portal.core.errors import NotFound, Unavailable
from portal.core.events import Event, EventRow
from portal.core.failpoints import failpoint
from portal.core.outbox import done, effect
from portal.core.work import unit_of_work

log = structlog.get_logger("documents")
CODE_LENGTH: Final = 12
PDF: Final = "application/pdf"
_RETRY: Final[dict[str, Any]] = {
    "autoretry_for": (Unavailable,),
    "dont_autoretry_for": (DocumentFailed,),
    "retry_backoff": 5,
    "max_retries": 5,
}


@shared_task(name="dossiers.documents.acknowledge", **_RETRY)  # type: ignore[untyped-decorator]
def acknowledge(stream_id: str, seq: int) -> None:
    """Say what was filed: the sealed manifest, with the public reference."""
    issue(DocumentKind.ACKNOWLEDGEMENT, "dossiers.documents.acknowledge", UUID(stream_id), seq)


@shared_task(name="dossiers.documents.form01", **_RETRY)  # type: ignore[untyped-decorator]
def form01(stream_id: str, seq: int) -> None:
    """Draw up form 01: receipt of the dossier and appointment for its result.

    Source: Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3); Circular
    03/2025/TT-VPCP, annex I.
    """
    issue(DocumentKind.FORM_01, "dossiers.documents.form01", UUID(stream_id), seq)


@shared_task(name="dossiers.documents.form03", **_RETRY)  # type: ignore[untyped-decorator]
def form03(stream_id: str, seq: int) -> None:
    """Draw up form 03: refusal at reception, or rejection after appraisal, with its reason.

    Source: Decree 118/2025/NĐ-CP, art. 17; Circular 03/2025/TT-VPCP.
    """
    issue(DocumentKind.FORM_03, "dossiers.documents.form03", UUID(stream_id), seq)


@shared_task(name="dossiers.documents.form02", **_RETRY)  # type: ignore[untyped-decorator]
def form02(stream_id: str, seq: int) -> None:
    """Draw up form 02: everything the applicant is to supply, and until when.

    Source: Decree 118/2025/NĐ-CP, art. 17(2)(a) as amended by Decree 309/2026, art. 8(1).
    """
    issue(DocumentKind.FORM_02, "dossiers.documents.form02", UUID(stream_id), seq)


@shared_task(name="dossiers.documents.form04", **_RETRY)  # type: ignore[untyped-decorator]
def form04(stream_id: str, seq: int) -> None:
    """Draw up form 04: the apology with its reason and the new date.

    Source: Decree 61/2018/NĐ-CP, art. 19(9); Circular 03/2025/TT-VPCP, annex I.
    """
    issue(DocumentKind.FORM_04, "dossiers.documents.form04", UUID(stream_id), seq)


@shared_task(name="dossiers.documents.form05", **_RETRY)  # type: ignore[untyped-decorator]
def form05(stream_id: str, seq: int) -> None:
    """Draw up form 05: the dossier is stopped, why and at what stage; the set of 2018 has none.

    Source: Circular 03/2025/TT-VPCP, art. 7; Decree 118/2025/NĐ-CP, art. 21.
    """
    issue(DocumentKind.FORM_05, "dossiers.documents.form05", UUID(stream_id), seq)


@shared_task(name="dossiers.documents.form06", **_RETRY)  # type: ignore[untyped-decorator]
def form06(stream_id: str, seq: int) -> None:
    """Draw up the control slip at the end: every hand the dossier went through, and when.

    Source: Circular 03/2025/TT-VPCP, annex I, form 06 (Circular 01/2018/TT-VPCP, form 05).
    """
    issue(DocumentKind.FORM_06, "dossiers.documents.form06", UUID(stream_id), seq)


@shared_task(name="dossiers.documents.hand_over", **_RETRY)  # type: ignore[untyped-decorator]
def hand_over(stream_id: str, seq: int) -> None:
    """Draw up the slip that goes with a dossier, or with its result, to the next hand.

    Source: Decree 118/2025/NĐ-CP, art. 18(2) as amended by Decree 309/2026, art. 9.
    """
    issue(DocumentKind.HAND_OVER, "dossiers.documents.hand_over", UUID(stream_id), seq)


@shared_task(name="dossiers.documents.result", **_RETRY)  # type: ignore[untyped-decorator]
def result(stream_id: str, seq: int) -> None:
    """Draw up the result from the answers, where the procedure's result is made so."""
    issue(DocumentKind.RESULT, "dossiers.documents.result", UUID(stream_id), seq)


@shared_task(name="dossiers.documents.receipt", **_RETRY)  # type: ignore[untyped-decorator]
def receipt(stream_id: str, seq: int) -> None:
    """Draw up the receipt of money that came in; none where the event receipted nothing.

    Source: Decree 254/2026/NĐ-CP, content of receipts.
    """
    issue(DocumentKind.RECEIPT, "dossiers.documents.receipt", UUID(stream_id), seq)


def issue(kind: DocumentKind, task: str, dossier_id: UUID, seq: int) -> None:
    """Draw the document of an event, keep it, and enter it; once.

    Its content follows from the event alone, so that a second drawing gives the same bytes under the
    same key.

    Raises:
        DocumentFailed: it could not be drawn; Unavailable: store or database does not answer.
    """
    key = effect_key(task, dossier_id, seq)
    with unit_of_work() as session:
        if done(session, key):
            return
        facts = gather(session, kind, dossier_id, seq)
        if facts is None:  # an uploaded result, or a procedure that ends in no document
            effect(session, key)
            return
    try:
        pdf = PRESS.template(template(kind), context(kind, facts))
    except DocumentFailed as failure:
        log.error("document_failed", dossier_id=str(dossier_id), task=task, error=failure.reason)
        raise
    digest = hashlib.sha256(pdf).digest()
    secret = crypto.blind("document.key", f"{dossier_id}|{kind}|{seq}").hex()
    object_key = f"documents/{secret}/{digest.hex()[:16]}"
    runtime.storage.put_bytes(object_key, pdf, PDF)
    failpoint("documents.after_store")
    with unit_of_work() as session:
        if not effect(session, key):
            return
        session.add(
            Document(
                dossier_id=dossier_id,
                kind=kind,
                object_key=object_key,
                sha256=digest,
                size=len(pdf),
                code=facts.code,
                created_at=now(),
                made_by_seq=seq,
            )
        )


def code_of(kind: DocumentKind, dossier_id: UUID, seq: int) -> str:
    """The verification code of an event's document: secret, and the same at each drawing."""
    number = int.from_bytes(crypto.blind("document.code", f"{dossier_id}|{kind}|{seq}"))
    code = ""
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        code += ALPHABET[place]
    return code


def gather(session: Session, kind: DocumentKind, dossier_id: UUID, seq: int) -> Facts | None:
    """What the document of this event says; None when the event calls for none.

    Raises:
        NotFound: there is no such dossier or event.
    """
    dossier = session.get(Dossier, dossier_id)
    event = event_of(session, dossier_id, seq)
    if dossier is None or dossier.submitted_at is None:
        raise NotFound("Không có hồ sơ này.")
    content = queries.content_of(session, dossier)
    if kind is DocumentKind.RESULT:
        uploaded = event.data.get("result") == "uploaded"
        if uploaded or content.result is None or not content.result.generated:
            return None
    money = collected(session, event, dossier_id) if kind is DocumentKind.RECEIPT else None
    if kind is DocumentKind.RECEIPT and money is None:
        return None
    accepted = dossier.accepted_at is not None and dossier.accepted_at <= event.at
    since = dossier.accepted_at if accepted else None
    form_set = (dossier.form_set if accepted else None) or set_on(local(since or event.at).date())
    if kind in FORMS[PRESENT] and form(kind, form_set) is None:
        return None
    private = events.private_of(session, dossier_id, seq)
    answers = crypto.open_(session, dossier.subject_id, f"dossier.answers|{dossier.id}", dossier.answers)
    at_desk = kind is not DocumentKind.ACKNOWLEDGEMENT
    settings = runtime.settings
    return Facts(
        at=event.at,
        code=code_of(kind, dossier_id, seq),
        receipt=receipts.code(dossier.reference or "", events.hash_of(session, dossier_id, seq)),
        public_url=settings.public_url,
        support_phone=settings.support_phone,
        demo=settings.demo,
        office=office(
            session,
            dossier.competent_agency_id if kind is DocumentKind.RESULT else dossier.receiving_agency_id,
        ),
        officer=people.person(session, event.actor_id).name if at_desk and event.actor_id else "",
        reference=dossier.reference or "",
        number=(dossier.number or "") if accepted else "",
        procedure=dossier.procedure_name,
        procedure_code=dossier.procedure_code,
        channel=dossier.channel,
        return_way=dossier.return_way,
        submitted_at=dossier.submitted_at,
        accepted_at=dossier.accepted_at if accepted else None,
        deadline=clocks.counted(
            session, dossier, [one for one in clocks.of_clock(session, dossier.id) if one.seq <= seq]
        ),
        limit=clocks.limit_words(session, dossier, content, answers),
        reception=clocks.reception(session, dossier, content),
        applicant=crypto.open_(
            session, dossier.subject_id, f"dossier.applicant|{dossier.id}", dossier.applicant
        ),
        filed_as=dossier.filed_as,
        content=content,
        answers=answers,
        files=_files(session, dossier),
        digest=str(event.data.get("manifest", "")),
        fees=[(line.name, line.amount_vnd) for line in queries.fee_lines(session, dossier.id)],
        reason=str(private.get("reason") or private.get("ground") or ""),
        signer=_signer(session, dossier, event.at) if kind is DocumentKind.RESULT else "",
        form_set=form_set,
        competent=office(session, dossier.competent_agency_id).name,
        told=told(session, kind, dossier, event, content),
        collected=money,
    )


def event_of(session: Session, stream_id: UUID, seq: int) -> EventRow:
    """One event of a stream.

    Raises:
        NotFound: there is none.
    """
    table = Event.__table__  # type: ignore[attr-defined]
    body = session.execute(
        sa.select(table.c.body).where(table.c.stream_id == stream_id, table.c.seq == seq)
    ).scalar_one_or_none()
    if body is None:
        raise NotFound("Không có diễn biến này.")
    return events.read(body)


def office(session: Session, agency_id: UUID) -> Office:
    """The agency, with the one above it."""
    above = aliased(Agency)
    row = session.execute(
        sa.select(col(Agency.name), col(Agency.phone), col(above.name).label("superior"))
        .outerjoin(above, col(above.id) == col(Agency.parent_id))
        .where(col(Agency.id) == agency_id)
    ).one()
    return Office(row.name, row.superior or "", row.phone)


def _files(session: Session, dossier: Dossier) -> list[File]:
    if dossier.manifest is None:
        return []
    lines = crypto.open_(session, dossier.subject_id, f"dossier.manifest|{dossier.id}", dossier.manifest)
    return msgspec.convert(lines, list[File])


def _signer(session: Session, dossier: Dossier, at: datetime) -> str:
    """Who signed the decision that stood at this instant; it may be undone by now."""
    sealed = session.execute(
        sa.select(col(Decision.sealed))
        .where(col(Decision.dossier_id) == dossier.id, col(Decision.decided_at) <= at)
        .order_by(col(Decision.decided_at).desc())
        .limit(1)
    ).scalar_one()
    opened = crypto.open_(session, dossier.subject_id, f"decision|{dossier.id}", sealed)
    return str(opened.get("signer", ""))
