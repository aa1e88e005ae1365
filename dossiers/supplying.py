"""The applicant supplies what was asked: only that is open, saved as it is typed, sent once.

Source: Decree 118/2025/NĐ-CP, art. 17 as amended by Decree 309/2026, art. 8.
"""

import hashlib
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from dossiers import (
    access,
    clocks,
    filing,
    open_request,
    queries,
    supplement_queries,
    supplements,
    unlocking,
)
from dossiers.models import Attachment, AttachmentState, Dossier
from dossiers.open_request import OpenRequest
from dossiers.processing import begin, finish
from dossiers.supplement_models import ItemKind, Supplement, SupplementState
from dossiers.workflow import Action, Status, advance
from portal.core import crypto
from portal.core.clock import now
from portal.core.errors import Stale
from services_catalog import forms


def save_draft(
    session: Session, actor: Actor, dossier_id: UUID, *, seq: int | None, answers: dict[str, Any]
) -> tuple[Supplement, list[forms.FieldError]]:
    """Keep what is typed so far for the open request; nothing of the dossier changes.

    `seq` is the `draft_seq` the writer saw; None overrides. Returns the hints about what is typed.

    Raises:
        DossierNotFound, Forbidden, WrongState: no request is open for the actor.
        Locked: a question that was not asked; Lapsed; Stale; BadAnswers.
    """
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    access.demand(actor, Action.SUPPLEMENT, dossier)
    _demand_waiting(dossier)
    desk = open_request.opened(session, dossier)
    if seq is not None and seq != desk.row.draft_seq:
        raise Stale(
            "Phần bổ sung vừa được sửa ở cửa sổ khác. Tải lại trang để thấy bản mới nhất.",
            draft_seq=desk.row.draft_seq,
        )
    draft, after = _put(desk, answers)
    plain = msgspec.json.encode(draft)
    if len(plain) > filing.MAX_ANSWERS:
        raise filing.AnswersTooLarge("Phần bổ sung dài quá mức cho phép. Rút ngắn các mục viết tự do.")
    key = crypto.subject_key(session, dossier.subject_id)
    desk.row.draft = crypto.encrypt(key, plain, supplement_queries.draft_aad(desk.row.id))
    desk.row.draft_seq += 1
    session.add(desk.row)
    session.flush()
    open_now = desk.fields(after)
    hints = forms.check(desk.content.form, after, complete=False)
    return desk.row, [one for one in hints if one.field.partition(".")[0] in open_now]


def _demand_waiting(dossier: Dossier) -> None:
    """Refuse where no supplement is waited for, as the act itself would."""
    came_from = Status(dossier.way_back[-1]) if dossier.way_back else None
    advance(dossier.status, Action.SUPPLEMENT, came_from)


def _put(desk: OpenRequest, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The draft and the answers after it with what is given.

    Raises:
        Locked: something is given that is not open.
    """
    draft = {**desk.asked.draft, **given}
    after = open_request.merged(desk.content, desk.answers, draft)
    open_now = desk.fields(after)
    closed = [key for key in given if key not in open_now and given[key] != desk.answers.get(key)]
    hidden = forms.keys(desk.content.form) - {
        field.key for section in forms.visible(desk.content.form, after) for field in section.fields
    }
    closed = [key for key in closed if key not in hidden or key in desk.answers]
    if closed:
        message = "Mục này không có trong yêu cầu bổ sung nên không sửa được"
        raise open_request.Locked(
            f"{message}.", errors=[{"field": key, "message": message} for key in closed]
        )
    return {key: value for key, value in draft.items() if key in open_now}, after


def shortfall(
    desk: OpenRequest, after: dict[str, Any], files: list[Attachment]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What keeps the supplement from being sent: fields and papers, of those that are open."""
    open_fields = desk.fields(after)
    fields, _ = filing.shortfall(desk.content, after, files)
    wrong = [one for one in fields if one["field"].partition(".")[0] in open_fields]
    told = {one["field"].partition(".")[0] for one in wrong}
    seen = {field.key for section in forms.visible(desk.content.form, after) for field in section.fields}
    for key in desk.asked.keys(ItemKind.FIELD):
        if key in seen and key not in after and key not in told:
            wrong.append({"field": key, "message": "Điền mục được yêu cầu bổ sung"})
    open_papers = unlocking.papers(desk.content, desk.asked.keys(ItemKind.PAPER), desk.answers, after)
    mine = [file for file in files if file.supplement_id == desk.row.id]
    papers = []
    for requirement in desk.content.requirements:
        if requirement.key not in open_papers:
            continue
        states = {file.state for file in mine if file.requirement_key == requirement.key}
        if message := filing.paper_problem(requirement.name, states, needed=True):
            papers.append({"key": requirement.key, "message": message})
    return wrong, papers


def respond(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    answers: dict[str, Any] | None = None,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Send the supplement: what was typed becomes the dossier's answers, new files take the old ones' place.

    Old files stay as replaced ones, old answers in the request; a new manifest is sealed. At reception the
    limit of the check starts anew.

    Raises:
        Incomplete: fields or papers are missing, each named; Locked; Lapsed; and those of `begin`.
    """
    given = answers or {}
    body = msgspec.json.encode(given, order="deterministic").decode()
    begun = begin(session, actor, dossier_id, Action.SUPPLEMENT, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, status = begun
    desk = open_request.opened(session, dossier)
    _, after = _put(desk, given)
    files = queries.attachments(session, dossier.id)
    fields, papers = shortfall(desk, after, files)
    if fields or papers:
        count = len(fields) + len(papers)
        raise filing.Incomplete(
            f"Còn {count} việc cần làm trước khi gửi bổ sung.", fields=fields, papers=papers
        )
    supplied = sorted({file.requirement_key for file in files if file.supplement_id == desk.row.id})
    replaced = _replace(session, desk.row, files, set(supplied))
    changed = sorted(key for key in desk.fields(after) if after.get(key) != desk.answers.get(key))
    _keep(session, dossier, desk, after, changed)
    digest, listed = filing.seal_manifest(session, dossier, desk.content, files)
    data: dict[str, Any] = {
        "supplement_id": desk.row.id,
        "fields": changed,
        "papers": supplied,
        "replaced": replaced,
        "manifest": digest,
        "return_way": dossier.return_way,
    }
    if status is Status.SUBMITTED:
        dossier.reception_due_at = clocks.reception(session, dossier, desk.content, now()).due_at
        data["reception_due_at"] = dossier.reception_due_at
    data |= supplements.clock_data(session, dossier, "dossier.supplemented", data)
    private = {
        "answers": hashlib.sha256(msgspec.json.encode(after, order="deterministic")).hexdigest(),
        "manifest": hashlib.sha256(listed).hexdigest(),
    }
    return finish(session, dossier, status, "dossier.supplemented", actor, data, private)


def _replace(session: Session, row: Supplement, files: list[Attachment], supplied: set[str]) -> list[str]:
    """Put the files that were there before aside, where new ones came; they are kept."""
    replaced = []
    for file in files:
        earlier = file.requirement_key in supplied and file.supplement_id != row.id
        if earlier and file.state is AttachmentState.READY:
            file.state = AttachmentState.REPLACED
            session.add(file)
            replaced.append(str(file.id))
    session.flush()
    return sorted(replaced)


def _keep(
    session: Session, dossier: Dossier, desk: OpenRequest, after: dict[str, Any], changed: list[str]
) -> None:
    row = desk.row
    key = crypto.subject_key(session, dossier.subject_id)
    dossier.answers = crypto.encrypt(key, msgspec.json.encode(after), f"dossier.answers|{dossier.id}")
    if after.get(filing.RETURN_WAY) in desk.content.return_ways:
        dossier.return_way = after[filing.RETURN_WAY]
    told = crypto.open_(session, dossier.subject_id, supplement_queries.aad(row.id), row.sealed)
    told["after"] = {field: after.get(field) for field in changed}
    told["earlier"] = {field: desk.answers.get(field) for field in changed}
    row.sealed = crypto.seal(session, dossier.subject_id, supplement_queries.aad(row.id), told)
    row.state, row.ended_at, row.draft = SupplementState.ANSWERED, now(), None
    session.add(row)
