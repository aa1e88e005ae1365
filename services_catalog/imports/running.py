"""A whole file taken, a batch of rows in each transaction, so that whoever is cut off goes on where it was.

Each row stands alone: what is wrong in one leaves the others. A dry run does all the same and takes it back.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from auth.actor import Actor
from portal.core.errors import DomainError
from services_catalog import import_queries, shelf
from services_catalog.imports import (
    agencies,
    kinds,
    laythutuc,
    listing,
    national,
    own,
    reading,
    replaced,
    taking,
)
from services_catalog.imports.given import one_line, tidy
from services_catalog.imports.kinds import NAMES, Kind
from services_catalog.imports.pieces import Imported
from services_catalog.imports.rows import GivenRow, ImportRow, Refused
from services_catalog.imports.shapes import in_words

log = structlog.get_logger("imports")

BATCHES: Final[dict[Kind, int]] = {
    "national": 10,
    "laythutuc": 10,
    "own": 5,
    "listing": 2000,
    "replaced": 500,
    "agencies": 5000,  # a parent must be there for its children, in a dry run too
}
MAX_REASON: Final = 1000  # characters of a reason: it may quote a value of any length
READERS: Final[dict[Kind, Callable[[Any], Imported]]] = {
    "national": national.read,
    "laythutuc": laythutuc.read,
}


class Job(Struct, frozen=True, kw_only=True):
    """A file in UTF-8 of a known kind, and who takes it. Without a reviewer nothing is published."""

    path: Path
    kind: Kind
    editor: Actor
    reviewer: Actor | None = None
    dry_run: bool = False


@contextmanager
def opened(path: Path, kind: Kind | None) -> Iterator[tuple[Path, Kind]]:
    """The file in UTF-8, and its kind: as told, else as recognised.

    Raises:
        Refused: it is too large, broken, or of no kind we know.
    """
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        plain = reading.utf8(path, Path(folder))
        yield plain, kind or kinds.recognised(plain)


def total(path: Path, kind: Kind) -> int:
    """How many rows the file has.

    Raises:
        Refused: it cannot be read as a file of this kind.
    """
    return sum(1 for _ in kinds.rows(path, kind))


def batches(job: Job, seen: dict[str, int], *, skip: int = 0) -> Iterator[list[GivenRow]]:
    """The rows in batches after the first `skip`; `seen` learns the codes of those left out.

    Raises:
        Refused: the file cannot be read.
    """
    rows = kinds.rows(job.path, job.kind)
    for row in islice(rows, skip):
        if code := _code(job.kind, row):
            seen.setdefault(code, row.line)
    while batch := list(islice(rows, BATCHES[job.kind])):
        yield batch


def rows_read(path: Path, kind: Kind) -> Iterator[Imported | ImportRow]:
    """The records of another portal's file as they are understood, or why one is refused; no database.

    Raises:
        Refused: it cannot be read, or its rows are of another kind.
    """
    if kind not in READERS:
        raise Refused(f"Cần {' hoặc '.join(NAMES[one] for one in READERS)}; tệp này là {NAMES[kind]}.")
    for row in kinds.rows(path, kind):
        if row.broken is not None:
            yield ImportRow("", "refused", row.broken, row.line)
            continue
        try:
            yield READERS[kind](row.values)
        except Refused as wrong:
            yield ImportRow(_code(kind, row)[:60], "refused", wrong.reason[:MAX_REASON], row.line, _name(row))


def take(session: Session, job: Job, rows: Sequence[GivenRow], seen: dict[str, int]) -> list[ImportRow]:
    """Take a batch in the session's transaction; one outcome for each row, in order."""
    with session.begin_nested() as kept:
        done = _take(session, job, rows, seen)
        if job.kind in ("listing", "agencies") and any(one.outcome in ("created", "updated") for one in done):
            shelf.bump(session)
        if job.dry_run:
            kept.rollback()
    if job.dry_run:
        shelf.forget_changes(session)
    return done


def _take(session: Session, job: Job, rows: Sequence[GivenRow], seen: dict[str, int]) -> list[ImportRow]:
    if job.kind == "listing":
        return listing.take(session, rows, seen)
    one = _taker(session, job)
    return [_alone(session, job.kind, row, seen, one) for row in rows]


def _taker(session: Session, job: Job) -> Callable[[GivenRow], ImportRow]:
    """How one row of this kind is taken."""
    actor = job.editor
    if job.kind in READERS:
        known = import_queries.agencies(session)
        read = READERS[job.kind]

        def foreign(row: GivenRow) -> ImportRow:
            given = read(row.values)
            return taking.take(session, given, actor, known, kind=job.kind, line=row.line)

        return foreign
    if job.kind == "own":
        return lambda row: own.take(session, own.read(row.values), actor, job.reviewer, line=row.line)
    if job.kind == "replaced":
        return lambda row: replaced.take(session, row)
    ids: dict[str, UUID] = import_queries.agency_ids(session)
    return lambda row: agencies.take(session, row, ids, actor.id)


def _alone(
    session: Session, kind: Kind, row: GivenRow, seen: dict[str, int], one: Callable[[GivenRow], ImportRow]
) -> ImportRow:
    """One row in a savepoint of its own: refused, it leaves nothing behind."""
    if row.broken is not None:
        return ImportRow("", "refused", row.broken, row.line)
    code, name = _code(kind, row), _name(row)
    first = seen.setdefault(code, row.line) if code and kind != "replaced" else row.line
    if first != row.line:
        return ImportRow(code[:60], "refused", f"Mã này đã có ở dòng {first}.", row.line, name)
    try:
        with session.begin_nested() as kept:
            done = one(row)
            if done.outcome == "refused":
                kept.rollback()
            return done
    except Refused as wrong:
        reason = wrong.reason
    except DomainError as wrong:
        reason = wrong.detail
    except msgspec.ValidationError as wrong:
        reason = in_words(str(wrong))
    except (DataError, IntegrityError):
        reason = "Cơ sở dữ liệu không nhận giá trị của dòng này."
    except (ArithmeticError, LookupError, TypeError, ValueError) as fault:
        # a row nobody thought of may not hold up the others, nor every later import
        log.warning("row_not_read", kind=kind, line=row.line, fault=type(fault).__name__)
        reason = "Có giá trị ngoài mọi mức đọc được, ví dụ một số quá lớn."
    return ImportRow(code[:60], "refused", reason[:MAX_REASON], row.line, name)


def _code(kind: Kind, row: GivenRow) -> str:
    if not isinstance(row.values, dict):
        return ""
    if kind == "laythutuc":
        told: object = laythutuc.code_of(row.values)
    else:
        told = national.code_of(row.values) if kind == "national" else row.values.get("code")
    return one_line(told) if isinstance(told, str) else ""


def _name(row: GivenRow) -> str:
    """What a refused row calls itself, as far as it can be shown."""
    values = row.values if isinstance(row.values, dict) else {}
    told = next((values[key] for key in ("name", "TENTTHC", "paper") if key in values), None)
    return tidy(told)[:500] if isinstance(told, str) else ""
