"""Files nobody waits for: uploads given up, checks that got lost, bytes that no row names."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from celery import current_app, shared_task
from sqlmodel import Session, col, select

from dossiers.attachment_rules import INCOMING, STORED
from dossiers.attachments import drop
from dossiers.inspection import INSPECT_AGAIN, Verdict, record
from dossiers.models import Attachment, AttachmentState, Document, Dossier
from dossiers.tasks import effect_key
from portal.core import events, runtime
from portal.core.clock import now, today
from portal.core.errors import Unavailable
from portal.core.failpoints import failpoint
from portal.core.outbox import done, effect
from portal.core.storage import Storage
from portal.core.work import unit_of_work

ABANDONED: Final = timedelta(days=1)
STUCK: Final = timedelta(minutes=1)  # a check takes seconds; a killed worker leaves it waiting
AGAIN: Final = timedelta(minutes=2)  # between two asks for the same file
DAYS_BACK: Final = range(1, 10)  # days whose keys are compared with the rows, so that a missed run is no loss
ORPHANED: Final = timedelta(hours=24)  # what no row names is kept that long
ORPHANS_EVERY: Final = timedelta(hours=1)
BATCH: Final = 200
DISCARD: Final = "dossiers.attachments.discard"


@shared_task(name=DISCARD, autoretry_for=(Unavailable,), retry_backoff=2, max_retries=4)  # type: ignore[untyped-decorator]
def discard(stream_id: str, seq: int) -> None:
    """Remove the bytes of an `attachment.removed` event's file."""
    key = effect_key(DISCARD, stream_id, seq)
    with unit_of_work() as session:
        if done(session, key):
            return
        event = next(event for event in events.history(session, UUID(stream_id)) if event.seq == seq)
        file = session.get_one(Attachment, UUID(event.data["attachment_id"]))
        kept = session.exec(select(Document.id).where(Document.object_key == file.object_key)).first()
    if kept is None:
        if file.upload_id is not None:
            runtime.storage.abort_multipart(file.object_key, file.upload_id)
        runtime.storage.remove(file.object_key)
    failpoint("discard.after_remove")
    with unit_of_work() as session:
        effect(session, key)


@shared_task(name="dossiers.attachments.sweep_uploads")  # type: ignore[untyped-decorator]
def sweep_uploads() -> None:
    """Drop uploads given up, look again at files that wait for their check, remove orphans."""
    drop_abandoned()
    look_again()
    remove_orphans()


def drop_abandoned() -> int:
    """Remove files whose upload was given up; returns how many."""
    with unit_of_work() as session:
        found = _waiting(session, AttachmentState.UPLOADING, col(Attachment.created_at), now() - ABANDONED)
    for file_id, dossier_id in found:
        with unit_of_work() as session:
            dossier = session.exec(select(Dossier).where(Dossier.id == dossier_id).with_for_update()).one()
            file = session.get_one(Attachment, file_id)
            if file.state is AttachmentState.UPLOADING:
                drop(session, dossier, file, None)
    return len(found)


def look_again() -> int:
    """Ask again for the inspection of files that wait too long; refuse those that waited a day.

    Each is asked for once in two minutes at most. Returns how many were asked for.
    """
    asked = 0
    with unit_of_work() as session:
        found = _waiting(session, AttachmentState.CHECKING, col(Attachment.completed_at), now() - STUCK)
    for file_id, _ in found:
        with unit_of_work() as session:
            file = session.get_one(Attachment, file_id)
            age = now() - (file.completed_at or now())
            if age > ABANDONED:
                record(session, file_id, Verdict(file.declared_size, reason="not_checked"))
                continue
            again = effect(session, f"{INSPECT_AGAIN}:{file_id}:{age // AGAIN}")
        if again:
            current_app.send_task(INSPECT_AGAIN, args=[str(file_id)], retry=False)
            asked += 1
    return asked


def _waiting(
    session: Session, state: AttachmentState, since: sa.SQLColumnExpression[Any], before: datetime
) -> list[tuple[UUID, UUID]]:
    rows = session.execute(
        sa.select(col(Attachment.id), col(Attachment.dossier_id))
        .where(col(Attachment.state) == state, since < before)
        .order_by(since)
        .limit(BATCH)
    )
    return [(row.id, row.dossier_id) for row in rows]


def remove_orphans() -> int:
    """Every hour: remove objects older than a day that no row names, and uploads nobody completes."""
    with unit_of_work() as session:
        if not effect(session, f"orphans:{int(now().timestamp() // ORPHANS_EVERY.total_seconds())}"):
            return 0
        return sum(_remove_orphans_of(session, runtime.storage, prefix) for prefix in _past_prefixes())


def _past_prefixes() -> Iterator[str]:
    for days in DAYS_BACK:
        day = today() - timedelta(days=days)
        yield from (f"{STORED}{day:%Y%m%d}/", f"{INCOMING}{day:%Y%m%d}/")


def _remove_orphans_of(session: Session, storage: Storage, prefix: str) -> int:
    removed, before = 0, now() - ORPHANED
    old = (found.key for found in storage.listing(prefix) if found.modified_at < before)
    while some := list(islice(old, 500)):
        for key in set(some) - _named(session, some):
            storage.remove(key)
            removed += 1
    for key, upload_id in storage.unfinished(prefix, now() - ABANDONED):
        storage.abort_multipart(key, upload_id)
    return removed


def _named(session: Session, keys: list[str]) -> set[str]:
    """Those of the keys that a living file or a document names."""
    files = session.exec(
        select(Attachment.object_key).where(
            col(Attachment.object_key).in_(keys), col(Attachment.state) != AttachmentState.REMOVED
        )
    )
    documents = session.exec(select(Document.object_key).where(col(Document.object_key).in_(keys)))
    return {*files, *documents}
