"""A dossier opened: everything a page or the API shows of one, in one or two statements."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from auth.models import Agency
from dossiers import access, clocks, queries, watching
from dossiers.attachment_rules import in_sight
from dossiers.deadlines import Deadline
from dossiers.draft_shapes import DraftNews
from dossiers.models import Attachment, Decision, Document, FeeLine, FiledAs
from dossiers.timeline import INTERNAL
from dossiers.view_parts import AttachmentView, DecisionView, DocumentView, FeeView
from dossiers.workflow import Action, Status
from portal.core import crypto, events
from portal.core.crypto import SubjectKey
from portal.core.db import built_once
from portal.core.direct import Direct
from portal.core.events import EventRow
from services_catalog.content import RevisionContent


class DossierView(msgspec.Struct, frozen=True, kw_only=True):
    """One dossier with answers opened. `allowed` are the acts the law and the actor's role permit now."""

    id: UUID
    subject_id: UUID
    seq: int
    answers_seq: int
    reference: str | None
    number: str | None
    procedure_id: UUID
    procedure_code: str
    procedure_name: str
    revision_id: UUID
    level: str
    channel: str
    status: Status
    agency_id: UUID
    agency_name: str
    agency_code: str
    receiving_agency_id: UUID
    receiving_agency_name: str  # who took it in; `agency`: who settles it
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    reception_due_at: datetime | None
    accepted_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    settled_at: datetime | None
    returned_at: datetime | None
    return_way: str
    holder_id: UUID | None
    lease_until: datetime | None
    forward_due_at: datetime | None
    forwarded_at: datetime | None
    competent_received_at: datetime | None
    extended_at: datetime | None
    paused_since: datetime | None
    calendar: str | None
    offered_to_id: UUID | None
    step: int | None
    supplements: int
    way_back: list[str]
    consulted_agency_ids: list[UUID]
    asked_agency_ids: list[UUID]
    filed_as: FiledAs
    form_set: str | None
    is_own: bool
    is_keyed: bool  # the actor entered it for somebody who came or wrote
    holds: bool
    watched: bool  # the officer follows it (watching.py)
    applicant: dict[str, Any]
    answers: dict[str, Any]
    manifest: list[dict[str, Any]]
    content: RevisionContent
    attachments: list[AttachmentView]
    fees: list[FeeView]
    documents: list[DocumentView]
    decision: DecisionView | None
    timeline: list[EventRow]
    deadline: Deadline | None
    allowed: list[Action]
    news: DraftNews | None = None  # of a draft its owner opens (draft_news)

    @property
    def party(self) -> dict[str, str] | None:
        """Whose dossier it is where that is not who files it, or who helped to file it (parties.Party)."""
        return self.applicant.get("owner") or self.applicant.get("helper")

    @property
    def elsewhere(self) -> bool:
        """Whether one agency takes it in and another settles it."""
        return self.receiving_agency_id != self.agency_id

    @property
    def on_the_way(self) -> bool:
        """Whether it is accepted and the agency that settles it has not taken it over yet."""
        return self.elsewhere and self.status is Status.ACCEPTED and self.competent_received_at is None


class _Attachment(msgspec.Struct):
    id: UUID
    requirement_key: str
    sealed: str
    state: str
    reason: str | None
    kind: str | None
    size: int | None
    declared_size: int
    sha256: str | None
    supplement_id: UUID | None
    sealed_at: datetime | None


class _Decision(msgspec.Struct):
    outcome: str
    decided_at: datetime
    on_time: bool
    sealed: str


def _rows(model: Any, fields: tuple[str, ...], hexed: tuple[str, ...], order: str) -> sa.ColumnElement[Any]:
    """A correlated JSON list of a child table's rows: one statement instead of one a table."""
    table = model.__table__
    pairs: list[Any] = []
    for field in fields:
        column = table.c[field]
        pairs += [field, sa.func.encode(column, "hex") if field in hexed else column]
    where = table.c.dossier_id == access.D.c.id
    if model is Attachment:
        where = sa.and_(where, table.c.state != "removed")
    if model is Decision:
        where = sa.and_(where, table.c.undone_at.is_(None))
    inner = sa.select(sa.func.json_build_object(*pairs).label("row")).where(where).order_by(table.c[order])
    sub = inner.correlate(access.D).subquery()
    return sa.cast(
        sa.select(sa.func.coalesce(sa.func.json_agg(sub.c.row), sa.text("'[]'::json"))).scalar_subquery(),
        sa.Text,
    )


_ATTACHMENTS = _rows(
    Attachment,
    _Attachment.__struct_fields__,
    ("sealed", "sha256"),
    "id",
)
_FEES = _rows(
    FeeLine, ("id", "key", "name", "amount_vnd", "settled_at", "waived_at", "waiver", "duty"), (), "key"
)
_DOCUMENTS = _rows(Document, ("id", "kind", "code", "size", "sha256", "created_at"), ("sha256",), "id")
_DECISION = _rows(Decision, ("outcome", "decided_at", "on_time", "sealed"), ("sealed",), "decided_at")

_decode_attachments = msgspec.json.Decoder(list[_Attachment]).decode
_decode_fees = msgspec.json.Decoder(list[FeeView]).decode
_decode_documents = msgspec.json.Decoder(list[DocumentView]).decode
_decode_decision = msgspec.json.Decoder(list[_Decision]).decode


def detail(session: Session, actor: Actor, dossier_id: UUID) -> DossierView:
    """The dossier as a page shows it, with its timeline; two statements."""
    return summary(session, actor, dossier_id, with_timeline=True)


def summary(session: Session, actor: Actor, dossier_id: UUID, *, with_timeline: bool = False) -> DossierView:
    """The dossier as the actor may see it; one statement, one more for the timeline.

    Raises:
        DossierNotFound: it does not exist, or is not visible to the actor.
    """
    row: Any = _statement().one_or_none(session, {"dossier_id": dossier_id, **access.asking(actor)})
    if row is None:
        raise access.DossierNotFound
    crypto.preload(session, row.subject_id, row.wrapped)
    content = queries.content_of(session, row)
    answers = _opened(session, row, "answers")
    return DossierView(
        **{name: getattr(row, name) for name in _PLAIN},
        subject_id=row.subject_id,
        agency_id=row.competent_agency_id,
        agency_name=row.agency_name,
        agency_code=row.agency_code,
        receiving_agency_id=row.receiving_agency_id,
        receiving_agency_name=row.receiving_agency_name,
        is_own=row.applicant_id == actor.id,
        is_keyed=row.entered_by == actor.id,
        holds=access.held_by(actor, row),
        watched=row.watched,
        applicant=_opened(session, row, "applicant"),
        answers=answers,
        manifest=_opened(session, row, "manifest") if row.manifest else [],
        content=content,
        attachments=[
            _attachment(session, row, line)
            for line in _decode_attachments(row.attachments)
            if in_sight(actor, row, line.requirement_key, sent=line.sealed_at is not None)
        ],
        fees=_decode_fees(row.fees),
        documents=_decode_documents(row.documents),
        decision=_decision(session, row, _decode_decision(row.decision)),
        timeline=_timeline(session, actor, row) if with_timeline else [],
        deadline=clocks.deadline(session, row, content, answers, clocks.read(row.course)),
        allowed=access.permitted(actor, row),
    )


_PLAIN = [
    "id",
    "seq",
    "answers_seq",
    "reference",
    "number",
    "procedure_id",
    "procedure_code",
    "procedure_name",
    "revision_id",
    "level",
    "channel",
    "status",
    "created_at",
    "updated_at",
    "submitted_at",
    "reception_due_at",
    "accepted_at",
    "due_at",
    "original_due_at",
    "settled_at",
    "returned_at",
    "return_way",
    "holder_id",
    "lease_until",
    "forward_due_at",
    "forwarded_at",
    "competent_received_at",
    "extended_at",
    "paused_since",
    "calendar",
    "offered_to_id",
    "step",
    "supplements",
    "way_back",
    "consulted_agency_ids",
    "asked_agency_ids",
    "filed_as",
    "form_set",
]
_BESIDE = (
    "applicant_id", "entered_by", "subject_id", "receiving_agency_id", "competent_agency_id",
    "answers", "applicant", "manifest", "personal_id_index", "owner_id_index",
)  # fmt: skip


@built_once
def _statement() -> Direct:
    agency, key = Agency.__table__, SubjectKey.__table__  # type: ignore[attr-defined]
    receiving = agency.alias("receiving")
    return Direct(
        sa.select(
            *(access.D.c[name] for name in (*_PLAIN, *_BESIDE)),
            key.c.wrapped,
            agency.c.name.label("agency_name"),
            agency.c.code.label("agency_code"),
            receiving.c.name.label("receiving_agency_name"),
            _ATTACHMENTS.label("attachments"),
            _FEES.label("fees"),
            _DOCUMENTS.label("documents"),
            watching.followed().label("watched"),
            _DECISION.label("decision"),
            clocks.course_column(access.D.c.id).label("course"),
        )
        .select_from(access.D)
        .join(key, key.c.subject_id == access.D.c.subject_id)
        .join(agency, agency.c.id == access.D.c.competent_agency_id)
        .join(receiving, receiving.c.id == access.D.c.receiving_agency_id)
        .where(access.D.c.id == sa.bindparam("dossier_id", type_=sa.Uuid), access.visible_to())
    )


def _timeline(session: Session, actor: Actor, dossier: Any) -> list[EventRow]:
    """What happened, without what stays between the desks."""
    told = events.history(session, dossier.id)
    if access.serves(actor, dossier) and dossier.applicant_id != actor.id:
        return told
    return [one for one in told if one.name not in INTERNAL]


def _opened(session: Session, dossier: Any, column: str) -> Any:
    return crypto.open_(
        session, dossier.subject_id, f"dossier.{column}|{dossier.id}", getattr(dossier, column)
    )


def _attachment(session: Session, dossier: Any, line: _Attachment) -> AttachmentView:
    opened = crypto.open_(session, dossier.subject_id, f"attachment|{line.id}", bytes.fromhex(line.sealed))
    return AttachmentView(
        line.id,
        line.requirement_key,
        opened["filename"],
        line.state,
        line.reason,
        line.kind,
        line.size if line.size is not None else line.declared_size,
        line.sha256,
        line.supplement_id,
    )


def _decision(session: Session, dossier: Any, rows: list[_Decision]) -> DecisionView | None:
    if not rows:
        return None
    made = rows[0]
    opened = crypto.open_(session, dossier.subject_id, f"decision|{dossier.id}", bytes.fromhex(made.sealed))
    return DecisionView(
        made.outcome,
        made.decided_at,
        made.on_time,
        opened.get("ground", ""),
        opened.get("signer", ""),
    )
