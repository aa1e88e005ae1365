"""A trial run: the last dossiers of a procedure through a draft's form and papers, as counts.

It runs in the worker, which sees every dossier; no person and no answer leaves it: the journal keeps
keys of questions and papers, kinds of faults, and how many dossiers met each.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from celery import shared_task
from sqlmodel import Session, col

from auth.actor import Actor
from dossiers.models import Attachment, AttachmentState, Channel, Dossier
from dossiers.tasks import effect_key
from dossiers.workflow import Status
from portal.core import crypto, events
from portal.core.crypto import SubjectKey
from portal.core.errors import NotFound, Unavailable
from portal.core.outbox import done, effect
from portal.core.work import unit_of_work
from services_catalog import checking, drafting, editor_queries, forms, terms
from services_catalog.content import RevisionContent
from services_catalog.form_parts import Field

ASKED: Final = "procedure.simulation_asked"
DONE: Final = "procedure.simulated"
TASK: Final = "dossiers.simulation.run"
LAST: Final = 200
KINDS: Final = {"missing": "chưa có câu trả lời", "unfit": "câu trả lời không còn hợp quy tắc"}
FINISHED: Final = (Status.REFUSED, Status.STOPPED, Status.SETTLED, Status.RETURNED)


class Fail(msgspec.Struct, frozen=True):
    """A question at which dossiers would fail: its key ("children.name"), the kind of fault, how many."""

    field: str
    kind: str
    count: int


class Lack(msgspec.Struct, frozen=True):
    """A paper that dossiers would lack: its key, and how many."""

    paper: str
    count: int


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What a trial run found. `unreadable`: dossiers whose personal data was erased, in no other count.

    `running` and `drafts`: dossiers in work keep their revision, applicants' drafts follow the new one.
    """

    total: int
    passed: int
    unreadable: int
    fails: list[Fail]
    papers: list[Lack]
    running: int
    drafts: int


class Latest(msgspec.Struct, frozen=True, kw_only=True):
    """The newest trial run of a procedure; `trial` None while it is under way."""

    asked_at: Any
    number: int
    content_hash: str
    trial: Trial | None


def replay(session: Session, code: str, content: RevisionContent, last: int = LAST) -> Trial:
    """The last dossiers that were filed online, judged by a content they were not filed under.

    Answers to questions the content does not ask are left aside. Needs a session that sees all
    dossiers: the worker's.

    Raises:
        NotFound: no procedure has this code.
    """
    procedure_id = editor_queries.by_code(session, code).id
    papers = _papers(session, procedure_id, last)
    fails: Counter[tuple[str, str]] = Counter()
    lacking: Counter[str] = Counter()
    total = passed = unreadable = 0
    for row in _filed(session, procedure_id, last):
        if row.wrapped is None:
            unreadable += 1
            continue
        try:
            crypto.preload(session, row.subject_id, row.wrapped)
            answers = crypto.open_(session, row.subject_id, f"dossier.answers|{row.id}", row.answers)
        except crypto.Unreadable:
            unreadable += 1
            continue
        total += 1
        wrong, missing = _judge(content, answers, papers.get(row.id, frozenset()))
        fails.update(wrong)
        lacking.update(missing)
        passed += not wrong and not missing
    crypto.forget(session)
    running, drafts = _touched(session, procedure_id)
    return Trial(
        total=total,
        passed=passed,
        unreadable=unreadable,
        fails=[Fail(field, kind, count) for (field, kind), count in fails.most_common(200)],
        papers=[Lack(key, count) for key, count in lacking.most_common(200)],
        running=running,
        drafts=drafts,
    )


def _judge(
    content: RevisionContent, answers: Mapping[str, Any], ready: frozenset[str]
) -> tuple[set[tuple[str, str]], set[str]]:
    """Where one dossier would fail: questions with the kind of fault, and papers it lacks."""
    fields = {field.key: field for section in content.form for field in section.fields}
    known = {key: _trimmed(fields[key], value) for key, value in answers.items() if key in fields}
    given = {key: value for key, value in known.items() if key in forms.keys(content.form)}
    wrong = set()
    for error in forms.check(content.form, given, complete=True):
        path = error.field.split(".")
        kind = "missing" if _at(given, path) in (None, "", []) else "unfit"
        wrong.add((".".join(part for part in path if not part.isdecimal()), kind))
    missing = {
        paper.key
        for paper in content.requirements
        if terms.needed(paper, content, given) and paper.key not in ready
    }
    return wrong, missing


def _trimmed(field: Field, value: Any) -> Any:
    """The answer without parts of a row that are asked for no longer."""
    if field.kind != "repeat" or not isinstance(value, list):
        return value
    asked = {sub.key for sub in field.fields}
    return [
        {key: one for key, one in row.items() if key in asked} if isinstance(row, dict) else row
        for row in value
    ]


def _at(answers: Any, path: Sequence[str]) -> Any:
    """The answer at a path, None when there is none."""
    for part in path:
        if isinstance(answers, dict):
            answers = answers.get(part)
        elif isinstance(answers, list) and part.isdecimal() and int(part) < len(answers):
            answers = answers[int(part)]
        else:
            return None
    return answers


def _last(procedure_id: UUID, last: int) -> sa.Select[UUID, UUID, bytes]:
    return (
        sa.select(col(Dossier.id), col(Dossier.subject_id), col(Dossier.answers))
        .where(
            col(Dossier.procedure_id) == procedure_id,
            col(Dossier.submitted_at).is_not(None),
            col(Dossier.channel) == Channel.ONLINE,
        )
        .order_by(col(Dossier.submitted_at).desc(), col(Dossier.id).desc())
        .limit(last)
    )


def _filed(session: Session, procedure_id: UUID, last: int) -> Sequence[sa.Row[Any]]:
    chosen = _last(procedure_id, last).subquery()
    key = SubjectKey.__table__  # type: ignore[attr-defined]
    statement = sa.select(chosen, key.c.wrapped).join(
        key, key.c.subject_id == chosen.c.subject_id, isouter=True
    )
    return session.execute(statement).all()


def _papers(session: Session, procedure_id: UUID, last: int) -> dict[UUID, frozenset[str]]:
    """The papers each of the dossiers has in good order, by key."""
    chosen = _last(procedure_id, last).subquery()
    rows = session.execute(
        sa.select(col(Attachment.dossier_id), sa.func.array_agg(sa.distinct(col(Attachment.requirement_key))))
        .where(
            col(Attachment.dossier_id).in_(sa.select(chosen.c.id)),
            col(Attachment.state) == AttachmentState.READY,
        )
        .group_by(col(Attachment.dossier_id))
    )
    return {dossier_id: frozenset(keys) for dossier_id, keys in rows}


def _touched(session: Session, procedure_id: UUID) -> tuple[int, int]:
    """How many dossiers are in work, and how many are drafts."""
    status = col(Dossier.status)
    draft = status == Status.DRAFT
    row = session.execute(
        sa.select(
            sa.func.count().filter(~draft, status.not_in(FINISHED)).label("running"),
            sa.func.count().filter(draft).label("drafts"),
        ).where(col(Dossier.procedure_id) == procedure_id)
    ).one()
    return row.running, row.drafts


def ask(session: Session, actor: Actor, code: str) -> None:
    """Let the worker try the procedure's draft; its result becomes an event of the procedure.

    Raises:
        NotFound: no procedure has this code.
        NoDraft: it has no draft to try.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    draft = drafting.locked(session, procedure, for_update=False)
    facts = {"revision": draft.id, "number": draft.number, "content_hash": draft.content_hash}
    events.record(session, procedure, ASKED, actor.id, facts)
    session.add(procedure)
    session.flush()


@shared_task(  # type: ignore[untyped-decorator]
    name=TASK, autoretry_for=(Unavailable,), retry_backoff=5, max_retries=5
)
def run(stream_id: str, seq: int) -> None:
    """Try the draft that an event asks for and record what was found; once for each event."""
    key = effect_key(TASK, stream_id, seq)
    with unit_of_work() as session:
        if done(session, key):
            return
        procedure = editor_queries.by_id(session, UUID(stream_id))
        asked = next(one for one in events.history(session, procedure.id) if one.seq == seq)
        # the revision that was asked of: published meanwhile, it says the same
        try:
            draft = editor_queries.revision(session, UUID(asked.data["revision"]))
        except NotFound:
            effect(session, key)
            return
        trial = replay(session, procedure.code, checking.said(draft))
        if not effect(session, key):
            return
        procedure = editor_queries.by_id(session, procedure.id, for_update=True)
        facts = {"revision": draft.id, "number": draft.number, "content_hash": draft.content_hash}
        found = {"asked": asked.seq, **facts, **msgspec.to_builtins(trial)}
        events.record(session, procedure, DONE, None, found)
        session.add(procedure)
        session.flush()


def latest(session: Session, procedure_id: UUID) -> Latest | None:
    """The newest trial run that was asked for; None when there was none."""
    history = events.history(session, procedure_id)
    asked = next((one for one in reversed(history) if one.name == ASKED), None)
    if asked is None:
        return None
    answer = next(
        (one for one in reversed(history) if one.name == DONE and one.data["asked"] == asked.seq), None
    )
    facts = (answer or asked).data
    return Latest(
        asked_at=asked.at,
        number=facts["number"],
        content_hash=facts["content_hash"],
        trial=msgspec.convert(facts, Trial) if answer else None,
    )
