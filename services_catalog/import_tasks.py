"""The worker takes an imported file, batch by batch; cut off anywhere, it goes on where it was.

The queue only hints: `started` is an event whose effect is missing until the import has ended, so the
sweeper of effects asks again for one that got stuck.
"""

import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, cast
from uuid import UUID

from celery import shared_task

from auth.actor import Actor, Role
from portal.core import clock, runtime
from portal.core.errors import Unavailable
from portal.core.outbox import done, effect
from portal.core.storage import ObjectMissing
from portal.core.work import unit_of_work
from services_catalog import import_queries, import_requests
from services_catalog.imports import running
from services_catalog.imports.kinds import Kind
from services_catalog.imports.rows import Refused

RUN: Final = "services_catalog.import_tasks.run_import"
SWEEP: Final = "services_catalog.import_tasks.sweep"
KEPT: Final = timedelta(hours=12)  # how long the file of a dry run stays, to be imported for real
Left = Literal["more", "elsewhere"] | None  # what is left: rows for another task, or another worker's work
STUCK: Final = timedelta(hours=24)  # an import still not ended was left by every worker
MAX_ROWS: Final = 100_000
SECONDS: Final = 120  # then another task goes on: others wait behind this one


@shared_task(  # type: ignore[untyped-decorator]
    name=RUN, autoretry_for=(Unavailable,), retry_backoff=5, retry_backoff_max=300, max_retries=8
)
def run_import(stream_id: str, seq: int) -> None:
    """Take the file of an import as far as the time allows, and ask for more time if rows are left."""
    import_id, key = UUID(stream_id), f"{RUN}:{stream_id}:{seq}"
    with unit_of_work() as session:
        if done(session, key):
            return
        found = import_requests.begun(session, import_id)
        if found is None:
            return
        object_key, kind, dry_run = found.object_key, found.kind, found.dry_run
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        file = Path(folder) / "file"
        try:
            _fetch(object_key, file)
            with running.opened(file, None if kind == import_requests.AUTO else cast(Kind, kind)) as opened:
                left = _take(import_id, *opened)
        except ObjectMissing:
            left = _end(import_id, key, "Tệp không còn trong kho. Nạp lại tệp.")
        except Refused as wrong:
            left = _end(import_id, key, wrong.reason)
        else:
            left = left or _end(import_id, key)
    if left == "more":
        run_import.delay(stream_id, seq)
    elif left is None and not dry_run:  # what was tried may be imported for real for some hours
        runtime.storage.remove(object_key)


def _fetch(object_key: str, file: Path) -> None:
    with runtime.storage.open(object_key) as chunks, file.open("wb") as out:
        for chunk in chunks:
            out.write(chunk)


def _take(import_id: UUID, plain: Path, kind: Kind) -> Left:
    """Take the rows that are left; None when all are taken.

    Raises:
        Refused: the file cannot be read as one of its kind.
    """
    started = time.monotonic()
    total = running.total(plain, kind)
    if total > MAX_ROWS:
        told = f"{total:,}".replace(",", ".")
        raise Refused(f"Tệp có {told} dòng, tối đa {MAX_ROWS // 1000}.000. Chia nhỏ rồi nạp lần lượt.")
    with unit_of_work() as session:
        found = import_requests.begun(session, import_id)
        if found is None:
            return "elsewhere"
        import_requests.counted(session, found, kind, total)
        place = found.done
        editor = Actor(id=found.actor_id, roles=frozenset({Role.CATALOGUE_EDITOR}))
        job = running.Job(path=plain, kind=kind, editor=editor, dry_run=found.dry_run)
    seen: dict[str, int] = {}
    for batch in running.batches(job, seen, skip=place):
        if time.monotonic() - started > SECONDS:
            return "more"
        with unit_of_work() as session:
            found = import_requests.begun(session, import_id)
            if found is None or found.done != place:
                return "elsewhere"
            import_requests.append(session, found, running.take(session, job, batch, seen))
        place += len(batch)
    return None


def _end(import_id: UUID, key: str, problem: str | None = None) -> Left:
    """End the import, once."""
    with unit_of_work() as session:
        found = import_requests.begun(session, import_id)
        if found is None:
            return "elsewhere"
        import_requests.finish(session, found, problem=problem)
        effect(session, key)
    return None


@shared_task(name=SWEEP)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """End imports that nobody goes on with; remove old files of those that have ended; how many files."""
    with unit_of_work() as session:
        stuck = import_queries.unfinished_since(session, clock.now() - STUCK)
    for import_id in stuck:
        _end(import_id, f"{RUN}:{import_id}:1", "Hệ thống không nạp tiếp được trong 24 giờ. Nạp lại tệp.")
    before = clock.now() - KEPT
    old = [one.key for one in runtime.storage.listing(import_requests.PREFIX) if one.modified_at < before]
    with unit_of_work() as session:
        needed = import_queries.files_needed(session)
    left = [key for key in old if key not in needed]
    for key in left:
        runtime.storage.remove(key)
    return len(left)
