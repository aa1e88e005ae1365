"""The worker looks at every file once, before anyone else may: size, hash, kind, malware (trust.md T11).

A file is `checking` until a verdict is written; a scanner or store that does not answer leaves it so.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from celery import shared_task
from sqlmodel import Session, select

from dossiers import antivirus, refusals
from dossiers.attachment_rules import INCOMING, new_key, paper_of
from dossiers.models import Attachment, AttachmentState, Dossier, UploadWay
from dossiers.tasks import effect_key
from portal.core import crypto, events, runtime
from portal.core.clock import now
from portal.core.errors import Unavailable
from portal.core.failpoints import failpoint
from portal.core.outbox import done, effect
from portal.core.storage import ObjectMissing, Storage
from portal.core.work import unit_of_work
from services_catalog.content import RevisionContent
from services_catalog.models import ProcedureRevision

PROGRAM: Final = Path(__file__).with_name("examine.py")
WALL_SECONDS: Final = 60
INSPECT_EVENT: Final = "dossiers.inspection.inspect_event"
INSPECT_AGAIN: Final = "dossiers.inspection.inspect_again"


class ExaminerBroken(Unavailable):
    """The examining program itself did not start: the file is not to blame and waits."""


class Verdict(msgspec.Struct, frozen=True):
    """What was found. `reason` None means ready; the hash and size are of the bytes that were judged."""

    size: int
    sha256: bytes | None = None
    kind: str | None = None
    reason: str | None = None


class _Job(msgspec.Struct, frozen=True):
    """What the inspection must know, read in one short transaction."""

    object_key: str
    via: UploadWay
    declared_size: int
    max_bytes: int
    accept: tuple[str, ...]
    filename: str


@shared_task(  # type: ignore[untyped-decorator]
    name=INSPECT_EVENT, autoretry_for=(Unavailable,), retry_backoff=2, retry_backoff_max=60, max_retries=4
)
def inspect_event(stream_id: str, seq: int) -> None:
    """Inspect the file of an `attachment.completed` event, once."""
    key = effect_key(INSPECT_EVENT, stream_id, seq)
    with unit_of_work() as session:
        if done(session, key):
            return
        event = next(event for event in events.history(session, UUID(stream_id)) if event.seq == seq)
    inspect(UUID(event.data["attachment_id"]))
    failpoint("inspection.after_verdict")
    with unit_of_work() as session:
        effect(session, key)


@shared_task(  # type: ignore[untyped-decorator]
    name=INSPECT_AGAIN, autoretry_for=(Unavailable,), retry_backoff=2, max_retries=2
)
def inspect_again(attachment_id: str) -> None:
    """Inspect a file that the sweeper found waiting."""
    inspect(UUID(attachment_id))


def inspect(attachment_id: UUID) -> None:
    """Judge a `checking` file and write the verdict; any other state is left alone.

    Safe to repeat and to run twice at once: the judging reads, the writing locks and looks again.

    Raises:
        Unavailable: the store, the scanner or the examiner did not answer; the file stays `checking`.
    """
    with unit_of_work() as session:
        job = _job(session, attachment_id)
    if job is None:
        return
    if job.via is UploadWay.FORM and job.object_key.startswith(INCOMING):
        _settle(runtime.storage, attachment_id, job.object_key)
        inspect(attachment_id)
        return
    verdict = judge(runtime.storage, job, runtime.settings.clamd_address)
    failpoint("inspection.before_verdict")
    with unit_of_work() as session:
        record(session, attachment_id, verdict)


def _job(session: Session, attachment_id: UUID) -> _Job | None:
    file = session.get(Attachment, attachment_id)
    if file is None or file.state is not AttachmentState.CHECKING:
        return None
    dossier = session.get_one(Dossier, file.dossier_id)
    revision = session.get_one(ProcedureRevision, dossier.revision_id)
    paper = paper_of(msgspec.convert(revision.content, RevisionContent), file.requirement_key)
    opened = crypto.open_(session, dossier.subject_id, f"attachment|{file.id}", file.sealed)
    return _Job(
        object_key=file.object_key,
        via=file.via,
        declared_size=file.declared_size,
        max_bytes=paper.max_bytes if paper else file.declared_size,
        accept=tuple(paper.accept) if paper else tuple(refusals.KINDS),
        filename=opened["filename"],
    )


def _settle(storage: Storage, attachment_id: UUID, incoming: str) -> None:
    """Move a file sent by the store's form to a key that its sender cannot write to again."""
    settled = new_key()
    try:
        storage.copy(incoming, settled)
    except ObjectMissing:
        settled = incoming.replace(INCOMING, "lost/", 1)  # judged as not received
    with unit_of_work() as session:
        moved = session.execute(
            sa.update(Attachment.__table__)  # type: ignore[attr-defined]
            .where(sa.column("id") == attachment_id, sa.column("object_key") == incoming)
            .values(object_key=settled)
            .returning(sa.column("id"))
        ).one_or_none()
    storage.remove(incoming if moved else settled)


def judge(storage: Storage, job: _Job, clamd_address: str = "") -> Verdict:
    """Read the object once, to a file of our own, and judge that file.

    Raises:
        Unavailable: something that must speak did not.
    """
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        path = Path(folder) / "file"
        digest, size = hashlib.sha256(), 0
        try:
            with storage.open(job.object_key) as chunks, path.open("wb") as file:
                for chunk in chunks:
                    size += len(chunk)
                    if size > job.max_bytes:
                        return Verdict(size, reason="too_large")
                    digest.update(chunk)
                    file.write(chunk)
        except ObjectMissing:
            return Verdict(0, reason="size_mismatch")
        if size == 0:
            return Verdict(size, reason="empty")
        if size != job.declared_size:
            return Verdict(size, reason="size_mismatch")
        if clamd_address and antivirus.infected(clamd_address, path):
            return Verdict(size, digest.digest(), reason="infected")
        kind, reason = _examine(path)
    return Verdict(size, digest.digest(), kind, reason if kind is None else _fits(job, kind) or reason)


def judge_bytes(
    data: bytes, filename: str, accept: tuple[str, ...], clamd_address: str = ""
) -> tuple[str | None, str | None]:
    """The kind of a small file in hand, and the code of what speaks against it; None for nothing.

    Raises:
        Unavailable: something that must speak did not.
    """
    if not data:
        return None, "empty"
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        if clamd_address and antivirus.infected(clamd_address, path):
            return None, "infected"
        kind, reason = _examine(path)
    if reason is not None or kind is None:
        return kind, reason or "kind_unknown"
    if kind not in accept:
        return kind, "kind_not_accepted"
    return kind, "kind_mismatch" if refusals.contradicts(filename, kind) else None


def _fits(job: _Job, kind: str) -> str | None:
    if kind not in job.accept:
        return "kind_not_accepted"
    return "kind_mismatch" if refusals.contradicts(job.filename, kind) else None


def _examine(path: Path) -> tuple[str | None, str | None]:
    """The examining program's answer; when it dies of its limits, the file is too complex."""
    try:
        answer = subprocess.run(
            [sys.executable, "-I", str(PROGRAM), str(path)],
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
            cwd=path.parent,
            env={"PATH": "", "LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        return None, "too_complex"
    except OSError as error:
        raise ExaminerBroken("Chưa kiểm tra được tệp.") from error
    lines = answer.stdout.splitlines()
    if lines[:1] != [b"ready"]:
        raise ExaminerBroken("Chưa kiểm tra được tệp.")
    if answer.returncode != 0 or len(lines) < 2:
        return None, "too_complex"
    found: dict[str, Any] = json.loads(lines[1])
    return found["kind"], found["reason"]


def record(session: Session, attachment_id: UUID, verdict: Verdict) -> None:
    """Write the verdict of a file that is still `checking`, with its event on the dossier."""
    dossier_id = session.exec(select(Attachment.dossier_id).where(Attachment.id == attachment_id)).one()
    dossier = session.exec(select(Dossier).where(Dossier.id == dossier_id).with_for_update()).one()
    file = session.exec(
        select(Attachment).where(Attachment.id == attachment_id).execution_options(populate_existing=True)
    ).one()
    if file.state is not AttachmentState.CHECKING:
        return
    file.size, file.sha256, file.kind, file.reason = (
        verdict.size,
        verdict.sha256,
        verdict.kind,
        verdict.reason,
    )
    data: dict[str, Any] = {"attachment_id": file.id, "requirement": file.requirement_key}
    if verdict.reason is None:
        file.state = AttachmentState.READY
        if file.via is UploadWay.FORM:
            _name_by_kind(session, dossier, file)
        data |= {"kind": verdict.kind, "size": verdict.size, "sha256": (verdict.sha256 or b"").hex()}
        events.record(session, dossier, "attachment.ready", None, data)
    else:
        file.state = AttachmentState.REFUSED
        events.record(session, dossier, "attachment.refused", None, data | {"reason": verdict.reason})
    dossier.updated_at = now()
    session.add(dossier)
    session.add(file)


def _name_by_kind(session: Session, dossier: Dossier, file: Attachment) -> None:
    """Give a file of the store's form, which the portal named, the ending of its kind."""
    aad = f"attachment|{file.id}"
    opened = crypto.open_(session, dossier.subject_id, aad, file.sealed)
    opened["filename"] = refusals.download_name(opened["filename"], file.kind or "")
    file.sealed = crypto.seal(session, dossier.subject_id, aad, opened)
