"""An import that somebody asked for on the web: its file in the store, its row, its progress, its report.

One at a time: two files at once would tell their readers nothing of which came last.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from portal.core import clock, events, idempotency
from portal.core.db import new_id
from portal.core.errors import Conflict, Forbidden, Invalid
from portal.core.storage import ObjectMissing, Storage
from portal.core.text import clean
from services_catalog import import_queries
from services_catalog.imports import reading
from services_catalog.imports.kinds import Kind
from services_catalog.imports.rows import ImportRow
from services_catalog.models import CatalogueImport, ImportState

PREFIX = "imports/"
AUTO = "auto"
STARTED, FINISHED = "catalogue_import.started", "catalogue_import.finished"


class ImportRunning(Conflict):
    """Another import has not ended yet; `running` names it."""

    title = "Một lần nạp khác chưa xong"


class BadImportFile(Invalid):
    title = "Tệp này không nạp được"


def ask(
    session: Session,
    storage: Storage,
    actor: Actor,
    file: Path,
    *,
    filename: str,
    kind: Kind | None,
    dry_run: bool,
    key: str | None = None,
) -> UUID:
    """Keep the file and ask the worker to take it; the import's id. `key` makes a repeat harmless.

    Raises:
        Forbidden: the actor is no person.
        BadImportFile: it is empty or larger than 50 MB.
        ImportRunning: another import has not ended.
    """
    if actor.id is None:
        raise Forbidden("Đăng nhập bằng tài khoản của người soạn danh mục.")
    size = file.stat().st_size
    if not 0 < size <= reading.MAX_FILE:
        told = f"Tệp lớn hơn {reading.MAX_FILE // 1024 // 1024} MB." if size else "Tệp trống. Chọn lại tệp."
        raise BadImportFile(told)
    made = CatalogueImport(
        kind=kind or AUTO,
        dry_run=dry_run,
        filename=_name(filename),
        object_key=f"{PREFIX}{new_id()}",
        started_at=clock.now(),
        actor_id=actor.id,
    )
    body = f"{size}|{made.kind}|{dry_run}|{made.filename}".encode()
    if (first := idempotency.claim(session, actor.id, key, body, made.id)) is not None:
        return first
    import_queries.one_at_a_time(session)
    if (running := import_queries.unfinished(session)) is not None:
        raise ImportRunning("Chờ lần nạp đang chạy xong rồi nạp tệp này.", running=str(running))
    storage.put_file(made.object_key, file)
    session.add(made)
    session.flush()
    events.record(session, made, STARTED, actor.id, {"kind": made.kind, "dry_run": dry_run, "size": size})
    session.add(made)
    session.flush()
    return made.id


def again(
    session: Session, storage: Storage, actor: Actor, import_id: UUID, *, key: str | None = None
) -> UUID:
    """Import for real the file of a dry run that has ended; the new import's id.

    Raises:
        NotFound: there is no such import.
        BadImportFile: it was no dry run, or its file is no longer kept.
        ImportRunning: another import has not ended.
    """
    tried = import_queries.import_overview(session, import_id)
    if not tried.dry_run or tried.state is not ImportState.DONE:
        raise BadImportFile("Chỉ nạp thật được tệp đã chạy thử xong.")
    with tempfile.NamedTemporaryFile(prefix="motcua-") as file:
        try:
            with storage.open(import_queries.object_key(session, import_id)) as chunks:
                for chunk in chunks:
                    file.write(chunk)
        except ObjectMissing as gone:
            raise BadImportFile("Tệp chạy thử không còn được giữ. Chọn lại tệp rồi nạp.") from gone
        file.flush()
        kind = None if tried.kind == AUTO else cast(Kind, tried.kind)
        return ask(
            session,
            storage,
            actor,
            Path(file.name),
            filename=tried.filename,
            kind=kind,
            dry_run=False,
            key=key,
        )


def _name(filename: str) -> str:
    """The file's own name, as much of it as can be shown."""
    bare = filename.replace("\\", "/").rpartition("/")[2]
    try:
        return clean(bare[-200:], max_length=200) or "tệp"
    except Invalid:
        return "tệp"


def begun(session: Session, import_id: UUID) -> CatalogueImport | None:
    """The import, locked, to go on with; None when it has ended, or another worker has it in hand."""
    found = import_queries.import_locked(session, import_id)
    if found is None or found.state in (ImportState.DONE, ImportState.FAILED):
        return None
    found.state = ImportState.RUNNING
    session.add(found)
    session.flush()
    return found


def counted(session: Session, found: CatalogueImport, kind: Kind, total: int) -> None:
    """Note what the file turned out to be and how many rows it has."""
    found.kind, found.total = kind, total
    session.add(found)
    session.flush()


def append(session: Session, found: CatalogueImport, rows: Sequence[ImportRow]) -> None:
    """Note what became of the next rows, in the transaction that took them."""
    table = CatalogueImport.__table__  # type: ignore[attr-defined]
    told = msgspec.to_builtins(list(rows))
    session.execute(
        sa.update(table)
        .where(table.c.id == found.id)
        .values(
            report=table.c.report.op("||")(sa.literal(told, table.c.report.type)),
            done=table.c.done + len(rows),
        )
    )


def finish(session: Session, found: CatalogueImport, *, problem: str | None = None) -> None:
    """End the import: all rows are done, or the file as a whole cannot be read."""
    found.state = ImportState.FAILED if problem else ImportState.DONE
    found.problem = problem[:1000] if problem else None
    found.finished_at = clock.now()
    facts = {"state": found.state, "kind": found.kind, "dry_run": found.dry_run}
    facts |= import_queries.outcome_counts(session, found.id)
    events.record(session, found, FINISHED, found.actor_id, facts)
    session.add(found)
    session.flush()
