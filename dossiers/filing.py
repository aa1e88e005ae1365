"""A citizen opens a draft, fills it and files it."""

import hashlib
import secrets
from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from dossiers import access, blind_search, clocks, offering, owners, queries
from dossiers.authority import amended
from dossiers.models import Attachment, AttachmentState, Channel, Dossier
from dossiers.workflow import Action, Status, advance
from portal.core import crypto, events, idempotency
from portal.core.clock import now
from portal.core.db import new_id
from portal.core.errors import Conflict, Invalid, Stale
from services_catalog import forms, terms
from services_catalog.content import RevisionContent

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"  # 29, a prime; no 0 O 1 I L U Z
MAX_ANSWERS = 200_000  # bytes of JSON
RETURN_WAY = "return_way"  # a form may ask it, with the address for the post


class Incomplete(Invalid):
    """Answers or papers are missing or wrong: `fields` [{field, message}], `papers` [{key, message}]."""

    title = "Hồ sơ chưa đủ để nộp"


class RevisionMoved(Conflict):
    """The procedure has a newer revision than the draft was written for."""

    title = "Thủ tục vừa có bản mới"


class AnswersTooLarge(Invalid):
    title = "Tờ khai quá dài"


def reference() -> str:
    """A random public reference: eight characters without look-alikes and one check character.

    Every single wrong character and every swap of neighbours is caught (weights modulo the prime 29).
    """
    body = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return body + check_character(body)


def check_character(body: str) -> str:
    """The check character of a reference's first eight."""
    return ALPHABET[sum((2 * place + 1) * ALPHABET.index(ch) for place, ch in enumerate(body)) % 29]


def open_draft(session: Session, actor: Actor, *, submission_id: UUID, code: str, agency_id: UUID) -> Dossier:
    """Start a dossier for the procedure at the agency; the same submission_id finds the same draft.

    Raises:
        NotOffered: no published procedure has this code, or the agency does not offer it online.
        Closed, Stopped: its cut-off has passed, or an announced stop is running.
    """
    assert actor.id is not None  # guarded: requires(CITIZEN)
    offer = offering.open_offering(session, code, agency_id, now())
    person = people.person(session, actor.id)
    draft_id = new_id()
    key = crypto.subject_key(session, actor.id, create=True)
    values: dict[str, Any] = {
        "id": draft_id,
        "submission_id": submission_id,
        "applicant_id": actor.id,
        "subject_id": actor.id,
        "procedure_id": offer.procedure_id,
        "revision_id": offer.revision_id,
        "offering_id": offer.offering_id,
        "procedure_code": code,
        "procedure_name": offer.name,
        "level": offer.level,
        "channel": Channel.ONLINE,
        "receiving_agency_id": agency_id,
        "competent_agency_id": agency_id,
        "status": Status.DRAFT,
        "created_at": now(),
        "updated_at": now(),
        "return_way": offer.return_ways[0] if offer.return_ways else "counter",
        "answers_seq": 0,
        "answers": crypto.encrypt(key, b"{}", f"dossier.answers|{draft_id}"),
        "applicant": crypto.encrypt(key, msgspec.json.encode(person), f"dossier.applicant|{draft_id}"),
        "factor_personal_id": factor(draft_id, person.personal_id),
        "factor_phone": factor(draft_id, person.phone),
    }
    made = session.execute(
        insert(access.D)
        .values(values)
        .on_conflict_do_nothing(index_elements=["applicant_id", "submission_id"])
        .returning(access.D.c.id)
    ).scalar_one_or_none()
    if made is None:
        return queries.by_submission(session, actor, submission_id)
    dossier = queries.get(session, actor, draft_id, for_update=True)
    events.record(
        session,
        dossier,
        "dossier.opened",
        actor.id,
        {
            "procedure_id": offer.procedure_id,
            "revision_id": offer.revision_id,
            "agency_id": agency_id,
            "level": offer.level,
            "channel": Channel.ONLINE,
        },
    )
    session.flush()
    return dossier


def factor(dossier_id: UUID, value: str | None) -> bytes | None:
    """The blind second factor of public tracking: the last four digits, bound to the dossier."""
    digits = "".join(ch for ch in value or "" if ch.isdigit())
    return crypto.blind("tracking", f"{dossier_id}:{digits[-4:]}") if len(digits) >= 4 else None


def save_answers(
    session: Session, actor: Actor, dossier_id: UUID, *, seq: int | None, answers: dict[str, Any]
) -> tuple[Dossier, list[forms.FieldError]]:
    """Keep the answers given so far; what is typed is kept even when it is not yet right.

    Keys given replace those kept. `seq` is the `answers_seq` the writer saw; None overrides.
    A draft of an older revision moves to the newest one first.

    Raises:
        DossierNotFound, WrongState: not a draft of the actor.
        Stale: the answers changed meanwhile (`answers_seq` tells the present one).
        Invalid: an unknown field, a wrong type, hidden characters, or too long.
    """
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    access.demand(actor, Action.SUBMIT, dossier)
    advance(dossier.status, Action.SUBMIT)
    if seq is not None and seq != dossier.answers_seq:
        raise Stale(
            "Tờ khai vừa được sửa ở cửa sổ khác. Tải lại trang để thấy bản mới nhất.",
            answers_seq=dossier.answers_seq,
        )
    before = dossier.revision_id
    content = follow_revision(session, dossier, actor)
    kept = crypto.open_(session, dossier.subject_id, f"dossier.answers|{dossier.id}", dossier.answers)
    given = {**kept, **answers}
    moved = dossier.revision_id != before  # the writer's page asks what the new form may not
    merged = forms.carried(content.form, given) if moved else forms.normalise(content.form, given)
    if merged.get(RETURN_WAY) in content.return_ways:
        dossier.return_way = merged[RETURN_WAY]
    _keep(session, dossier, merged)
    return dossier, forms.check(content.form, merged, complete=False)


def _keep(session: Session, dossier: Dossier, answers: dict[str, Any]) -> None:
    plain = msgspec.json.encode(answers)
    if len(plain) > MAX_ANSWERS:
        raise AnswersTooLarge("Tờ khai dài quá mức cho phép. Rút ngắn các mục viết tự do.")
    key = crypto.subject_key(session, dossier.subject_id)
    dossier.answers = crypto.encrypt(key, plain, f"dossier.answers|{dossier.id}")
    dossier.answers_seq += 1
    dossier.updated_at = now()
    session.add(dossier)
    session.flush()


def follow_revision(session: Session, dossier: Dossier, actor: Actor) -> RevisionContent:
    """The content the draft is written for, after moving it to the newest revision (decision 3).

    Answers the new form cannot hold are dropped; the move is an event, shown as a notice. What is received no
    longer keeps the revision it was written for: the draft stays its owner's.
    """
    offer = offering.standing_offering(session, dossier.procedure_code, dossier.competent_agency_id, now())
    if offer is None or offer.revision_id == dossier.revision_id:
        return queries.content(session, dossier.revision_id)
    kept = crypto.open_(session, dossier.subject_id, f"dossier.answers|{dossier.id}", dossier.answers)
    before = dossier.revision_id
    dossier.revision_id, dossier.offering_id = offer.revision_id, offer.offering_id
    dossier.level, dossier.procedure_name = offer.level, offer.name
    if dossier.return_way not in offer.return_ways:
        dossier.return_way = offer.return_ways[0]
    facts = {"revision_id": offer.revision_id, "from_revision_id": before}
    events.record(session, dossier, "dossier.moved_to_revision", actor.id, facts)
    _keep(session, dossier, forms.carried(offer.content.form, kept))
    return offer.content


def choose_return(session: Session, actor: Actor, dossier_id: UUID, *, return_way: str) -> Dossier:
    """Choose how the result comes back, among the ways the procedure offers.

    Raises:
        Invalid: the procedure does not return results that way.
    """
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    access.demand(actor, Action.SUBMIT, dossier)
    advance(dossier.status, Action.SUBMIT)
    content = queries.content(session, dossier.revision_id)
    if return_way not in content.return_ways:
        raise Invalid("Thủ tục này không trả kết quả theo cách đó.", errors=[{"field": "return_way"}])
    dossier.return_way, dossier.updated_at = return_way, now()
    session.add(dossier)
    return dossier


def shortfall(
    content: RevisionContent, answers: dict[str, Any], attachments: list[Attachment]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What keeps the dossier from being filed: wrong fields, and papers missing or unfinished."""
    fields = [
        {"field": error.field, "message": error.message}
        for error in forms.check(content.form, answers, complete=True)
    ]
    papers = []
    for requirement in content.requirements:
        mine = [a for a in attachments if a.requirement_key == requirement.key]
        needed = terms.needed(requirement, content, answers)
        if message := paper_problem(requirement.name, {a.state for a in mine}, needed=needed):
            papers.append({"key": requirement.key, "message": message})
    return fields, papers


def paper_problem(name: str, states: Collection[AttachmentState], *, needed: bool) -> str | None:
    """What is wrong with a paper whose files are in these states; None when nothing is."""
    if AttachmentState.UPLOADING in states:
        return f"“{name}” còn tệp chưa tải xong. Chờ tải xong hoặc bỏ tệp đó."
    if AttachmentState.CHECKING in states:
        return f"“{name}” đang được kiểm tra. Chờ vài giây rồi nộp lại."
    if AttachmentState.REFUSED in states:
        return f"“{name}” có tệp cần thay. Bỏ tệp đó rồi tải tệp khác."
    if needed and AttachmentState.READY not in states:
        return f"Tải lên “{name}”."
    return None


def submit(session: Session, actor: Actor, dossier_id: UUID, *, idempotency_key: str | None) -> Dossier:
    """File the dossier: complete answers, checked papers, a sealed manifest, a public reference.

    The statutory clock does not start here but at acceptance (Decree 118/2025, art. 17(3)); the
    reception check has its own limit.

    Raises:
        DossierNotFound: not visible to the actor.
        WrongState: it was filed already (409, `status_now`), unless the key says it is a retry.
        NotOffered, Closed, Stopped: the procedure is not received (any more, or for now).
        RevisionMoved: the procedure changed; the draft must be looked through again.
        Incomplete: fields or papers are missing, each named.
    """
    assert actor.id is not None
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    body = f"submit {dossier_id}".encode()
    if idempotency.claim(session, actor.id, idempotency_key, body, dossier_id) is not None:
        return dossier
    access.demand(actor, Action.SUBMIT, dossier)
    status = advance(dossier.status, Action.SUBMIT)
    instant = now()
    offer = offering.open_offering(session, dossier.procedure_code, dossier.competent_agency_id, instant)
    if offer.revision_id != dossier.revision_id:
        raise RevisionMoved("Thủ tục vừa có bản mới. Mở lại tờ khai, xem các mục rồi nộp.")
    answers = crypto.open_(session, dossier.subject_id, f"dossier.answers|{dossier.id}", dossier.answers)
    attachments = queries.attachments(session, dossier.id)
    content = amended(offer.content, dossier.filed_as)
    fields, papers = shortfall(content, answers, attachments)
    if fields or papers:
        count = len(fields) + len(papers)
        raise Incomplete(f"Còn {count} việc cần làm trước khi nộp.", fields=fields, papers=papers)

    digest, listed = seal_manifest(session, dossier, content, attachments)
    dossier.status = status
    blind_search.fill(dossier, *owners.people(blind_search.opened(session, dossier)))
    dossier.reference = reference()
    dossier.submitted_at = dossier.updated_at = instant
    dossier.reception_due_at = clocks.reception(session, dossier, offer.content, instant).due_at
    events.record(
        session,
        dossier,
        "dossier.submitted",
        actor.id,
        {
            "reference": dossier.reference,
            "agency_id": dossier.receiving_agency_id,
            "procedure_id": dossier.procedure_id,
            "revision_id": dossier.revision_id,
            "level": dossier.level,
            "channel": dossier.channel,
            "submitted_at": dossier.submitted_at,
            "reception_due_at": dossier.reception_due_at,
            "return_way": dossier.return_way,
            "manifest": digest,
            "filed_as": dossier.filed_as,
        },
        {
            "answers": hashlib.sha256(msgspec.json.encode(answers, order="deterministic")).hexdigest(),
            "manifest": hashlib.sha256(listed).hexdigest(),
        },
    )
    session.add(dossier)
    session.flush()
    return dossier


def seal_manifest(
    session: Session, dossier: Dossier, content: RevisionContent, attachments: list[Attachment]
) -> tuple[str, bytes]:
    """Fix the list of files; returns the SHA-256 over their sorted hashes, in hex, and the list's bytes."""
    asked = {requirement.key for requirement in content.requirements}  # a newer revision may ask for less
    ready = [a for a in attachments if a.state is AttachmentState.READY and a.requirement_key in asked]
    lines = [
        {
            "attachment_id": a.id,
            "requirement": a.requirement_key,
            "filename": queries.filename(session, dossier.subject_id, a),
            "size": a.size,
            "kind": a.kind,
            "sha256": (a.sha256 or b"").hex(),
        }
        for a in sorted(ready, key=lambda a: (a.requirement_key, a.id))
    ]
    plain = msgspec.json.encode(lines, order="deterministic")
    key = crypto.subject_key(session, dossier.subject_id)
    dossier.manifest = crypto.encrypt(key, plain, f"dossier.manifest|{dossier.id}")
    if ready:
        session.execute(
            sa.update(Attachment).where(sa.column("id").in_([a.id for a in ready])).values(sealed_at=now())
        )
    hashes = sorted((a.sha256 or b"").hex() for a in ready)
    return hashlib.sha256(msgspec.json.encode(hashes)).hexdigest(), plain
