"""Files of a dossier: straight from the browser to the store, in parts, and checked before use.

Bytes never pass through this process (decision 11): `begin` gives addresses, `complete` makes the
parts one object and asks the worker to look, `download_url` gives a checked file out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, select

from auth.actor import Actor
from dossiers import open_request, queries, refusals
from dossiers.attachment_forms import form_for, form_plan, returned_from_store
from dossiers.attachment_rules import (
    MAX_ROWS,
    AttachmentNotFound,
    NotServed,
    PartsMissing,
    TooManyFiles,
    UploadLost,
    clean_name,
    demand_acceptable,
    demand_paper,
    demand_room,
    demand_seen,
    demand_unsent,
    demand_writable,
    new_key,
    paper_of,
    request_of,
    seal_name,
    writable,
)
from dossiers.models import Attachment, AttachmentState, Dossier, UploadWay
from portal.core import events
from portal.core.clock import now
from portal.core.db import new_id
from portal.core.failpoints import failpoint
from portal.core.storage import Storage, StoredPart, UploadGone

__all__ = [
    "UploadPlan", "begin", "complete", "download_url", "form_for", "form_plan", "message", "remove",
    "renew", "returned_from_store", "show",
]  # fmt: skip

PART_SIZE: Final = 5 * 1024 * 1024  # bytes; the least S3 allows for all parts but the last
PART_SECONDS: Final = 900


class PartAddress(msgspec.Struct, frozen=True):
    """Where to PUT the part of this number (from 1)."""

    number: int
    url: str


class UploadPlan(msgspec.Struct, frozen=True):
    """How to send a file: cut it every `part_size` bytes, PUT each listed part, then complete.

    `stored` are parts the store already has whole; they are not listed again.
    """

    attachment_id: UUID
    part_size: int
    parts: list[PartAddress]
    stored: list[int]
    expires_at: datetime


def begin(
    session: Session,
    storage: Storage,
    actor: Actor,
    dossier_id: UUID,
    requirement_key: str,
    filename: str,
    size: int,
    *,
    attachment_id: UUID | None = None,
) -> UploadPlan:
    """Start an upload of `size` bytes for a paper of the dossier; the same attachment_id goes on.

    Raises:
        DossierNotFound, Forbidden, WrongState: the actor may not add files now.
        UnknownPaper, FileRefused, TooManyFiles, BadText: this file cannot be taken.
    """
    dossier = writable(session, actor, dossier_id, requirement_key)
    paper = demand_paper(session, dossier, requirement_key)
    name = clean_name(filename)
    demand_acceptable(paper, name, size)
    known = session.get(Attachment, attachment_id) if attachment_id else None
    if known is not None:
        return _again(storage, dossier, known, size)
    request = request_of(session, dossier, requirement_key)
    demand_room(queries.attachments(session, dossier.id), paper, request)
    _demand_rows(session, dossier)
    attachment_id, key = attachment_id or new_id(), new_key()
    upload_id = storage.create_multipart(key)
    failpoint("attachments.after_begin")
    file = Attachment(
        id=attachment_id,
        dossier_id=dossier.id,
        requirement_key=requirement_key,
        object_key=key,
        upload_id=upload_id,
        sealed=seal_name(session, dossier, attachment_id, name),
        declared_size=size,
        via=UploadWay.DESK if dossier.applicant_id != actor.id else UploadWay.MULTIPART,
        supplement_id=request,
    )
    session.add(file)
    try:
        session.flush()
    except sa.exc.IntegrityError as error:  # the id is taken by a dossier this actor cannot see
        raise AttachmentNotFound from error
    return _plan(storage, file, [])


def _again(storage: Storage, dossier: Dossier, file: Attachment, size: int) -> UploadPlan:
    """The plan of an upload begun by an earlier call whose answer was lost."""
    if file.dossier_id != dossier.id or file.state is not AttachmentState.UPLOADING:
        raise AttachmentNotFound
    if file.declared_size != size:
        raise UploadLost
    return _plan(storage, file, _stored(storage, file))


def _stored(storage: Storage, file: Attachment) -> list[StoredPart]:
    try:
        return storage.parts(file.object_key, file.upload_id or "")
    except UploadGone as error:
        raise UploadLost from error


def _demand_rows(session: Session, dossier: Dossier) -> None:
    begun = session.exec(
        select(sa.func.count()).select_from(Attachment).where(Attachment.dossier_id == dossier.id)
    ).one()
    if begun >= MAX_ROWS:
        raise TooManyFiles("Hồ sơ này đã có quá nhiều lượt tải tệp. Lập hồ sơ mới để nộp.")


def _plan(storage: Storage, file: Attachment, stored: Sequence[StoredPart]) -> UploadPlan:
    whole = {part.number for part in _whole(file, stored)}
    return UploadPlan(
        attachment_id=file.id,
        part_size=PART_SIZE,
        parts=[
            PartAddress(
                number,
                storage.part_url(file.object_key, file.upload_id or "", number, seconds=PART_SECONDS),
            )
            for number in _sizes(file.declared_size)
            if number not in whole
        ],
        stored=sorted(whole),
        expires_at=now() + timedelta(seconds=PART_SECONDS),
    )


def _sizes(size: int) -> dict[int, int]:
    """The bytes each part must have, by number."""
    return {
        number: min(PART_SIZE, size - start)
        for number, start in enumerate(range(0, size, PART_SIZE), start=1)
    }


def _whole(file: Attachment, stored: Sequence[StoredPart]) -> list[StoredPart]:
    sizes = _sizes(file.declared_size)
    return [part for part in stored if sizes.get(part.number) == part.size]


def _file(session: Session, dossier: Dossier, attachment_id: UUID) -> Attachment:
    file = session.exec(
        select(Attachment)
        .where(Attachment.id == attachment_id, Attachment.dossier_id == dossier.id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if file is None or file.state is AttachmentState.REMOVED:
        raise AttachmentNotFound
    return file


def _own_file(
    session: Session, actor: Actor, dossier_id: UUID, attachment_id: UUID
) -> tuple[Dossier, Attachment]:
    """The file, with its dossier locked, that the actor may now change."""
    dossier, file = _locked(session, actor, dossier_id, attachment_id)
    if demand_writable(session, actor, dossier, file.requirement_key) != file.supplement_id:
        raise open_request.Locked("Tệp này đã nộp trước đó, không bỏ được. Tải tệp mới lên để thay.")
    return dossier, file


def _locked(
    session: Session, actor: Actor, dossier_id: UUID, attachment_id: UUID
) -> tuple[Dossier, Attachment]:
    """The file as it stands while nobody else changes its dossier."""
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    return dossier, _seen(session, actor, dossier, attachment_id)


def renew(
    session: Session, storage: Storage, actor: Actor, dossier_id: UUID, attachment_id: UUID
) -> UploadPlan:
    """New addresses for the parts that are missing, after a break or a reload.

    Raises:
        UploadLost: nothing is left to go on with; begin again.
    """
    _, file = _own_file(session, actor, dossier_id, attachment_id)
    if file.state is not AttachmentState.UPLOADING:
        raise UploadLost
    return _plan(storage, file, _stored(storage, file))


def complete(
    session: Session,
    storage: Storage,
    actor: Actor,
    dossier_id: UUID,
    attachment_id: UUID,
    parts: Sequence[tuple[int, str]] = (),
) -> Attachment:
    """Make the parts one object and have it checked; repeated, it changes nothing more.

    What counts is what the store holds. `parts` (number, etag), when given, must agree with it.

    Raises:
        PartsMissing: some parts are not there, or not of the declared size.
        UploadLost: the store knows no such upload.
    """
    dossier, file = _locked(session, actor, dossier_id, attachment_id)
    if file.state is not AttachmentState.UPLOADING:
        return file
    demand_writable(session, actor, dossier, file.requirement_key)
    _join(storage, file, parts)
    failpoint("attachments.after_join")
    file.state, file.completed_at = AttachmentState.CHECKING, now()
    dossier.updated_at = file.completed_at
    session.add(file)
    session.add(dossier)
    events.record(
        session,
        dossier,
        "attachment.completed",
        actor.id,
        {"attachment_id": file.id, "requirement": file.requirement_key},
    )
    session.flush()
    return file


def _join(storage: Storage, file: Attachment, told: Sequence[tuple[int, str]]) -> None:
    """Complete the upload in the store; one completed by an earlier, lost call is as good."""
    upload_id = file.upload_id or ""
    try:
        stored = _whole(file, storage.parts(file.object_key, upload_id))
        wrong = {number for number, etag in told if etag.strip('"') not in _etags(stored, number)}
        missing = sorted((set(_sizes(file.declared_size)) - {part.number for part in stored}) | wrong)
        if missing:
            raise PartsMissing("Tệp chưa tải lên đủ. Gửi lại các phần còn thiếu.", missing=missing)
        storage.complete_multipart(file.object_key, upload_id, stored)
    except UploadGone:
        facts = storage.stat(file.object_key)
        if facts is None or facts.size != file.declared_size:
            raise UploadLost from None


def _etags(stored: Sequence[StoredPart], number: int) -> set[str]:
    return {part.etag.strip('"') for part in stored if part.number == number}


def remove(session: Session, actor: Actor, dossier_id: UUID, attachment_id: UUID) -> None:
    """Drop a file; the worker removes its bytes after this transaction (`attachment.removed`)."""
    dossier, file = _own_file(session, actor, dossier_id, attachment_id)
    demand_unsent(file)
    drop(session, dossier, file, actor.id)


def drop(session: Session, dossier: Dossier, file: Attachment, actor_id: UUID | None) -> None:
    """Mark the file as removed, with its event; the dossier's row is locked by the caller."""
    file.state = AttachmentState.REMOVED
    dossier.updated_at = now()
    session.add(file)
    session.add(dossier)
    events.record(
        session,
        dossier,
        "attachment.removed",
        actor_id,
        {"attachment_id": file.id, "requirement": file.requirement_key},
    )
    session.flush()


def show(session: Session, actor: Actor, dossier_id: UUID, attachment_id: UUID) -> Attachment:
    """A file's row, for its state.

    Raises:
        DossierNotFound, AttachmentNotFound: not there, or not for this actor.
    """
    return _seen(session, actor, queries.get(session, actor, dossier_id), attachment_id)


def _seen(session: Session, actor: Actor, dossier: Dossier, attachment_id: UUID) -> Attachment:
    file = _file(session, dossier, attachment_id)
    demand_seen(session, actor, dossier, file)
    return file


def message(session: Session, file: Attachment) -> str | None:
    """What the applicant reads of a refused file: why, and how to put it right."""
    if file.reason is None:
        return None
    dossier = session.get_one(Dossier, file.dossier_id)
    paper = paper_of(queries.content_of(session, dossier), file.requirement_key)
    return (
        refusals.explain(file.reason, accept=paper.accept, max_mb=paper.max_mb)
        if paper
        else refusals.explain(file.reason)
    )


def download_url(
    session: Session, storage: Storage, actor: Actor, dossier_id: UUID, attachment_id: UUID
) -> tuple[str, Dossier]:
    """An address of the file for a minute, and the dossier it belongs to.

    Raises:
        NotServed: it is not checked yet, or was refused.
    """
    dossier = queries.get(session, actor, dossier_id)
    file = _seen(session, actor, dossier, attachment_id)
    if file.state not in (AttachmentState.READY, AttachmentState.REPLACED) or file.kind is None:
        raise NotServed("Tệp này chưa được kiểm tra xong hoặc cần thay, nên chưa mở được.")
    name = refusals.download_name(queries.filename(session, dossier.subject_id, file), file.kind)
    url = storage.presigned_get(
        file.object_key, filename=name, content_type=refusals.CONTENT_TYPES[file.kind]
    )
    return url, dossier
