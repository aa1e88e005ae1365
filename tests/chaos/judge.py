"""Compares what clients were promised with what the portal holds, and asks `portal verify` besides."""

import hashlib
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from dossiers.models import Attachment, Document, Dossier
from portal import worker
from portal.core.events import Event
from portal.core.outbox import Effect, Outbox
from portal.core.storage import ObjectMissing, Storage
from tests.chaos.ledger import Ledger, Submission

LONGEST = 10.0  # seconds for one answer, whatever is broken (I13)
D, A, E = Dossier.__table__, Attachment.__table__, Event.__table__  # type: ignore[attr-defined]
P, F, O = Document.__table__, Effect.__table__, Outbox.__table__  # type: ignore[attr-defined]  # noqa: E741


@dataclass
class Verdict:
    """Green when every list is empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)  # consequences that did not come, or came twice
    odd: list[str] = field(default_factory=list)  # what clients may never see, and what `portal verify` found
    checked: dict[str, int] = field(default_factory=dict)  # by `portal verify`, of each kind
    found: dict[str, int] = field(default_factory=dict)
    files: int = 0  # completions compared with the store

    @property
    def green(self) -> bool:
        return not (self.lost or self.doubled or self.undone or self.odd)

    def __str__(self) -> str:
        lists = {"lost": self.lost, "doubled": self.doubled, "undone": self.undone, "odd": self.odd}
        counts = ", ".join(f"{len(found)} {name}" for name, found in lists.items())
        examples = [*self.lost[:3], *self.doubled[:3], *self.undone[:3], *self.odd[:6]]
        return "\n  ".join([counts, *examples])


def waiting(session: Session) -> int:
    """How many consequences of committed events are still to come: 0 is a quiet moment."""
    wanted = [(name, task) for name, tasks in worker.SUBSCRIBERS.items() for task in tasks]
    table = sa.values(sa.column("name", sa.Text), sa.column("task", sa.Text), name="wanted").data(wanted)
    key = table.c.task + ":" + sa.cast(E.c.stream_id, sa.Text) + ":" + sa.cast(E.c.seq, sa.Text)
    missing = session.execute(
        sa.select(sa.func.count())
        .select_from(E)
        .join(table, table.c.name == E.c.name)
        .outerjoin(F, F.c.key == key)
        .where(F.c.key.is_(None))
    ).scalar_one()
    return int(missing + session.execute(sa.select(sa.func.count()).select_from(O)).scalar_one())


def judge(
    session: Session,
    ledger: Ledger,
    environment: Mapping[str, str],
    command: list[str] | None,
    storage: Storage | None = None,
) -> Verdict:
    """The verdict on everything the ledger names.

    Args:
        command: how to call `portal verify`; None judges what clients were told only, not what follows it.
        storage: where the files lie whose completion was answered; None leaves them out.
    """
    verdict = Verdict(odd=list(ledger.odd), lost=list(ledger.gone))
    if ledger.longest_answer > LONGEST:
        verdict.odd.append(f"an answer took {ledger.longest_answer:.1f} s")
    rows: dict[UUID, list[Any]] = {}
    for row in session.execute(
        sa.select(D.c.id, D.c.submission_id, D.c.applicant_id, D.c.status, D.c.reference)
    ):
        rows.setdefault(row.submission_id, []).append(row)
    filings = dict(
        session.execute(
            sa.select(E.c.stream_id, sa.func.count())
            .where(E.c.name == "dossier.submitted")
            .group_by(E.c.stream_id)
        ).all()
    )
    papers = dict(
        session.execute(
            sa.select(P.c.dossier_id, sa.func.count())
            .where(P.c.kind == "acknowledgement")
            .group_by(P.c.dossier_id)
        ).all()
    )
    files: dict[UUID, set[str]] = {}
    for row in session.execute(sa.select(A.c.dossier_id, A.c.sha256).where(A.c.sealed_at.is_not(None))):
        files.setdefault(row.dossier_id, set()).add(bytes(row.sha256).hex())

    if storage is not None:
        _judge_completions(session, ledger, storage, verdict)
    for submission in ledger.submissions.values():
        _judge_one(submission, rows.get(submission.id, []), filings, files, verdict)
    if command is None:
        return verdict
    if left := waiting(session):
        verdict.undone.append(f"{left} consequences never came")
    verdict.undone += [
        f"dossier {row.id} has {papers.get(row.id, 0)} acknowledgements"
        for kept in rows.values()
        for row in kept
        if row.reference and papers.get(row.id, 0) != 1
    ]
    session.rollback()  # the check takes its time, in a process of its own
    checked = subprocess.run(
        [*command, "--json"], env=dict(environment), capture_output=True, text=True, check=False
    )
    if checked.returncode not in (0, 1):
        verdict.odd.append(f"verify: {checked.stderr.strip()[-500:]}")
        return verdict
    told = json.loads(checked.stdout)
    verdict.checked, verdict.found = told["checked"], told["found"]
    verdict.odd += [f"verify: {line}" for line in told["lines"] if line.startswith("✗")]
    return verdict


def _judge_completions(session: Session, ledger: Ledger, storage: Storage, verdict: Verdict) -> None:
    """A file whose completion was answered lies in the store, whole, unless it was removed since (I2)."""
    rows = {
        str(row.id): row
        for row in session.execute(sa.select(A.c.id, A.c.object_key, A.c.state).where(A.c.state != "removed"))
    }
    for submission in ledger.submissions.values():
        for file, sha256 in submission.completed.items():
            if (row := rows.get(file)) is None:
                continue
            try:
                kept = hashlib.sha256(storage.get_bytes(row.object_key)).hexdigest()
            except ObjectMissing:
                kept = "not there"
            if kept != sha256:
                verdict.lost.append(f"file {file} of submission {submission.id}, completed, is {kept}")
            verdict.files += 1


def _judge_one(
    submission: Submission,
    rows: list[Any],
    filings: Mapping[UUID, int],
    files: Mapping[UUID, set[str]],
    verdict: Verdict,
) -> None:
    name = f"submission {submission.id}"
    if len(rows) > 1 or len(submission.dossiers) > 1:
        verdict.doubled.append(f"{name} became {max(len(rows), len(submission.dossiers))} dossiers")
    if len(submission.references) > 1:
        verdict.doubled.append(f"{name} was acknowledged as {sorted(submission.references)}")
    if not submission.acknowledged:
        return
    kept = [row for row in rows if row.reference in submission.references and row.status != "draft"]
    if not kept:
        verdict.lost.append(f"{name}, acknowledged as {sorted(submission.references)}, is not there")
        return
    (row, *_) = kept
    if filings.get(row.id, 0) != 1:
        verdict.doubled.append(f"{name} has {filings.get(row.id, 0)} filing events")
    if submission.sha256 and submission.sha256 not in files.get(row.id, set()):
        verdict.lost.append(f"the file of {name} is not in its manifest")
