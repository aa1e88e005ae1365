"""Commands on the catalogue: files brought in, with a line of progress and a report."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from portal.core import runtime
from portal.core.spreadsheets import csv_lines
from portal.core.work import unit_of_work
from services_catalog import exporting, shelf
from services_catalog.imports import own, report, running, typed_levels
from services_catalog.imports.kinds import NAMES, Kind
from services_catalog.imports.pieces import Imported
from services_catalog.imports.rows import ImportRow, Refused

Say = Callable[[str], None]


def import_files(
    files: Sequence[str], *, kind: Kind | None, dry_run: bool, report_to: str | None, say: Say
) -> int:
    """Take files one after the other; 1 when a row or a file was refused.

    Records of other catalogues become drafts. Our own files are published, as the seed is: whoever may run
    this command holds both hands.
    """
    done: list[ImportRow] = []
    wrong = 0
    for name in files:
        started = time.monotonic()
        try:
            rows = _file(Path(name), kind, dry_run=dry_run, say=say)
        except Refused as refused:
            say(f"{name}: {refused.reason}")
            wrong += 1
            continue
        except OSError as error:
            say(f"{name}: không mở được tệp ({error.strerror}).")
            wrong += 1
            continue
        seconds = f"{time.monotonic() - started:.1f}".replace(".", ",")
        say(f"{name}: {report.summary(rows, dry_run=dry_run)} {seconds} giây.")
        for row in rows:
            if row.outcome == "refused":
                say(f"  dòng {row.line} {row.code}: {row.reason}")
        done += rows
    if report_to is not None:
        with Path(report_to).open("w", encoding="utf-8", newline="") as out:
            out.writelines(csv_lines(report.table(done)))
    return 1 if wrong or any(row.outcome == "refused" for row in done) else 0


def _file(path: Path, kind: Kind | None, *, dry_run: bool, say: Say) -> list[ImportRow]:
    """Take one file.

    Raises:
        Refused: it cannot be read as a whole.
    """
    with running.opened(path, kind) as (plain, found), _transactions(dry_run) as work:
        total = running.total(plain, found)
        say(f"{path}: {NAMES[found]}, {total} dòng.")
        with work() as session:
            hands = own.machine_hands(session)
        job = running.Job(path=plain, kind=found, editor=hands.editor, reviewer=hands.reviewer)
        seen: dict[str, int] = {}
        done: list[ImportRow] = []
        for batch in running.batches(job, seen):
            with work() as session:
                done += running.take(session, job, batch, seen)
            _tell(f"{len(done)}/{total}")
        _tell("")
    return done


def level_report(file: str, *, kind: Kind | None, report_to: str | None, say: Say) -> int:
    """Compare the flag another portal typed with what its records demand; 1 when a record is unreadable.

    The database is not asked, and nothing is changed.
    """
    compared: list[typed_levels.Comparison] = []
    refused = 0
    try:
        with running.opened(Path(file), kind) as (plain, found):
            for row in running.rows_read(plain, found):
                if isinstance(row, Imported):
                    compared.append(typed_levels.compare(row))
                else:
                    refused += 1
                    say(f"  dòng {row.line} {row.code}: {row.reason}")
    except (Refused, OSError) as wrong:
        say(f"{file}: {wrong}")
        return 1
    for one in compared:
        if one.finding != "agree":
            for line in typed_levels.told(one):
                say(line)
    say(typed_levels.summary(compared) + (f" Không đọc được {refused} bản ghi." if refused else ""))
    if report_to is not None:
        with Path(report_to).open("w", encoding="utf-8", newline="") as out:
            out.writelines(csv_lines(typed_levels.table(compared)))
    return 1 if refused else 0


def export(folder: str, *, say: Say) -> int:
    """Write the catalogue as open data into a folder, all of one moment; 1 when that cannot be done."""
    try:
        with unit_of_work() as session:
            session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            for path in exporting.write(session, Path(folder)):
                say(f"{path}: {path.stat().st_size} byte")
    except OSError as error:
        say(f"{folder}: không ghi được ({error.strerror}).")
        return 1
    return 0


@contextmanager
def _transactions(dry_run: bool) -> Iterator[Callable[[], AbstractContextManager[Session]]]:
    """What makes the transaction of a batch; in a dry run all batches share one that is taken back."""
    if not dry_run:
        yield unit_of_work
        return
    with runtime.sessions() as session:

        @contextmanager
        def shared() -> Iterator[Session]:
            yield session

        try:
            yield shared
        finally:
            session.rollback()
            shelf.forget_changes(session)


def _tell(words: str) -> None:
    """The line of progress, over the one before it, where a person looks."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{words:<30}" + ("" if words else "\r"))
        sys.stderr.flush()
