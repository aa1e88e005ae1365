"""Every SELECT on dossiers. Each starts from `access.visible_to` (or the tracking policy)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from auth.actor import Actor
from auth.models import Agency
from dossiers import access
from dossiers.models import Attachment, Dossier, FeeLine
from dossiers.workflow import Status
from portal.core import crypto
from portal.core.clock import now
from portal.core.crypto import SubjectKey
from portal.core.errors import NotFound
from portal.core.paging import decode_cursor, encode_cursor
from services_catalog.content import RevisionContent
from services_catalog.models import Level, Offering, Procedure, ProcedureRevision

D = access.D
_content = msgspec.json.Decoder(RevisionContent)


class NotOffered(NotFound):
    """No agency of that id takes this procedure online here."""

    title = "Chưa nhận trực tuyến ở đây"


class Offer(msgspec.Struct, frozen=True):
    """A published procedure at one agency: what a draft pins."""

    procedure_id: UUID
    revision_id: UUID
    offering_id: UUID
    name: str
    level: Level
    agency_name: str
    content: RevisionContent

    @property
    def return_ways(self) -> list[str]:
        return list(self.content.return_ways)


def open_offering(session: Session, code: str, agency_id: UUID) -> Offer:
    """The current published offering of a procedure at an agency.

    Raises:
        NotOffered: the code is unknown, only listed, withdrawn, or not offered online there.
    """
    row = session.execute(
        sa.select(
            col(Procedure.id).label("procedure_id"),
            col(ProcedureRevision.id).label("revision_id"),
            col(Offering.id).label("offering_id"),
            col(Procedure.name).label("name"),
            col(Offering.declared).label("level"),
            col(Agency.name).label("agency_name"),
            sa.cast(col(ProcedureRevision.content), sa.Text).label("content"),
        )
        .join(ProcedureRevision, col(ProcedureRevision.id) == col(Procedure.current_revision_id))
        .join(Offering, col(Offering.revision_id) == col(ProcedureRevision.id))
        .join(Agency, col(Agency.id) == col(Offering.agency_id))
        .where(
            col(Procedure.code) == code,
            col(Offering.agency_id) == agency_id,
            col(Offering.declared) != Level.INFO,
            col(ProcedureRevision.status) == "published",
        )
    ).one_or_none()
    if row is None:
        raise NotOffered("Cơ quan này chưa nhận thủ tục đó trực tuyến.")
    return Offer(
        row.procedure_id,
        row.revision_id,
        row.offering_id,
        row.name,
        Level(row.level),
        row.agency_name,
        _content.decode(row.content),
    )


def content(session: Session, revision_id: UUID) -> RevisionContent:
    """The content a dossier pins."""
    text = session.execute(
        sa.select(sa.cast(col(ProcedureRevision.content), sa.Text)).where(
            col(ProcedureRevision.id) == revision_id
        )
    ).scalar_one()
    return _content.decode(text)


def get(session: Session, actor: Actor, dossier_id: UUID, *, for_update: bool = False) -> Dossier:
    """The dossier with its data key at hand; locked when it is about to change.

    Raises:
        DossierNotFound: it does not exist, or the actor may not see it.
    """
    return _one(session, sa.and_(D.c.id == dossier_id, access.visible_to(actor)), for_update)


def by_submission(session: Session, actor: Actor, submission_id: UUID) -> Dossier:
    """The actor's dossier made with this client id."""
    return _one(
        session, sa.and_(D.c.submission_id == submission_id, D.c.applicant_id == actor.id), for_update=False
    )


def _one(session: Session, where: sa.ColumnElement[bool], for_update: bool) -> Dossier:
    statement = (
        select(Dossier, col(SubjectKey.wrapped))
        .join(SubjectKey, col(SubjectKey.subject_id) == col(Dossier.subject_id))
        .where(where)
        .execution_options(populate_existing=True)
    )
    if for_update:
        statement = statement.with_for_update(of=D)
    row = session.exec(statement).one_or_none()
    if row is None:
        raise access.DossierNotFound
    dossier, wrapped = row
    crypto.preload(session, dossier.subject_id, wrapped)
    return dossier


def attachments(session: Session, dossier_id: UUID) -> list[Attachment]:
    """The dossier's files that were not removed, oldest first. Call after `get`."""
    return list(
        session.exec(
            select(Attachment)
            .where(Attachment.dossier_id == dossier_id, col(Attachment.state) != "removed")
            .order_by(col(Attachment.created_at), col(Attachment.id))
        )
    )


def filename(session: Session, subject_id: UUID, attachment: Attachment) -> str:
    """The name the applicant's file had."""
    opened = crypto.open_(session, subject_id, f"attachment|{attachment.id}", attachment.sealed)
    return str(opened["filename"])


def fee_lines(session: Session, dossier_id: UUID, *, for_update: bool = False) -> Sequence[FeeLine]:
    """What is owed for the dossier, in order. Call after `get`."""
    statement = select(FeeLine).where(FeeLine.dossier_id == dossier_id).order_by(col(FeeLine.key))
    return session.exec(statement.with_for_update() if for_update else statement).all()


class DossierRow(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier in a list. `applicant_name` is opened only on lists of the desk."""

    id: UUID
    reference: str | None
    number: str | None
    procedure_code: str
    procedure_name: str
    level: str
    channel: str
    status: Status
    agency_name: str
    submitted_at: datetime | None
    accepted_at: datetime | None
    reception_due_at: datetime | None
    due_at: datetime | None
    updated_at: datetime
    holder_id: UUID | None
    applicant_name: str | None = None


class Page(msgspec.Struct, frozen=True):
    items: list[DossierRow]
    next: str | None


_ROW: tuple[Any, ...] = (
    D.c.id,
    D.c.reference,
    D.c.number,
    D.c.procedure_code,
    D.c.procedure_name,
    D.c.level,
    D.c.channel,
    D.c.status,
    col(Agency.name).label("agency_name"),
    D.c.submitted_at,
    D.c.accepted_at,
    D.c.reception_due_at,
    D.c.due_at,
    D.c.updated_at,
    D.c.holder_id,
)


def mine(
    session: Session, actor: Actor, *, status: Status | None = None, after: str | None = None, limit: int = 20
) -> Page:
    """The actor's own dossiers, latest change first."""
    statement = (
        sa.select(*_ROW)
        .join(Agency, col(Agency.id) == D.c.receiving_agency_id)
        .where(D.c.applicant_id == actor.id, access.visible_to(actor))
        .order_by(D.c.updated_at.desc(), D.c.id.desc())
        .limit(limit + 1)
    )
    if status is not None:
        statement = statement.where(D.c.status == status)
    if after:
        statement = statement.where(sa.tuple_(D.c.updated_at, D.c.id) < _cursor(after))
    return _page(session.execute(statement).all(), limit, "updated_at")


OPEN_AT_DESK = (Status.ACCEPTED, Status.PROCESSING, Status.SUPPLEMENT, Status.FINANCIAL_DUTY)
VIEWS = ("to_receive", "mine", "unit", "due_today", "overdue", "settled", "all")


def _view(view: str, actor: Actor, day_end: datetime) -> tuple[sa.ColumnElement[bool], Any, bool]:
    """The rows of a desk view, the column it is sorted by, and whether latest comes first."""
    instant = now()
    working = D.c.status.in_(OPEN_AT_DESK)
    views: dict[str, tuple[sa.ColumnElement[bool], Any, bool]] = {
        "to_receive": (D.c.status == Status.SUBMITTED, D.c.submitted_at, False),
        "mine": (sa.and_(working, D.c.holder_id == actor.id), D.c.due_at, False),
        "unit": (working, D.c.due_at, False),
        "due_today": (sa.and_(working, D.c.due_at >= instant, D.c.due_at <= day_end), D.c.due_at, False),
        "overdue": (sa.and_(working, D.c.due_at < instant), D.c.due_at, False),
        "settled": (D.c.status == Status.SETTLED, D.c.settled_at, False),
        "all": (sa.true(), D.c.updated_at, True),
    }
    if view not in views:
        raise NotFound("Không có danh sách này.", views=list(views))
    return views[view]


def desk(
    session: Session,
    actor: Actor,
    *,
    view: str,
    day_end: datetime,
    after: str | None = None,
    limit: int = 20,
    query: str | None = None,
    code: str | None = None,
    channel: str | None = None,
) -> Page:
    """A page of the officer's inbox, soonest due first; `query` is a number or reference, or part of one.

    `day_end` is the end of today in Viet Nam, as an instant.
    """
    where, key, latest_first = _view(view, actor, day_end)
    statement = (
        sa.select(*_ROW, D.c.applicant, D.c.subject_id, col(SubjectKey.wrapped))
        .join(Agency, col(Agency.id) == D.c.receiving_agency_id)
        .join(SubjectKey, col(SubjectKey.subject_id) == D.c.subject_id)
        .where(access.served_by(actor), where)
        .order_by(key.desc() if latest_first else key, D.c.id.desc() if latest_first else D.c.id)
        .limit(limit + 1)
    )
    if query:
        part = query.strip().upper().replace("\\", "").replace("%", "").replace("_", "")
        statement = statement.where(sa.or_(D.c.number.contains(part), D.c.reference.startswith(part)))
    if code:
        statement = statement.where(D.c.procedure_code == code)
    if channel:
        statement = statement.where(D.c.channel == channel)
    if after:
        here = sa.tuple_(key, D.c.id)
        statement = statement.where(here < _cursor(after) if latest_first else here > _cursor(after))
    rows = session.execute(statement).all()
    names = {}
    for row in rows:
        crypto.preload(session, row.subject_id, row.wrapped)
        opened = crypto.open_(session, row.subject_id, f"dossier.applicant|{row.id}", row.applicant)
        names[row.id] = opened.get("name", "")
    return _page(rows, limit, key.name, names)


def desk_counts(session: Session, actor: Actor, *, day_end: datetime) -> dict[str, int]:
    """How many dossiers wait in each view, in one statement over open dossiers."""
    counts = [
        sa.func.count().filter(_view(view, actor, day_end)[0]).label(view) for view in VIEWS if view != "all"
    ]
    row = session.execute(
        sa.select(*counts).where(
            access.served_by(actor), D.c.status.in_((*OPEN_AT_DESK, Status.SUBMITTED, Status.SETTLED))
        )
    ).one()
    return dict(row._mapping)


def _cursor(after: str) -> sa.Tuple:
    at, dossier_id = decode_cursor(after, datetime, UUID)
    return sa.tuple_(sa.literal(at, D.c.updated_at.type), sa.literal(dossier_id, D.c.id.type))


def _page(rows: Sequence[Any], limit: int, key: str, names: dict[UUID, str] | None = None) -> Page:
    items = [
        DossierRow(
            **{
                field: getattr(row, field)
                for field in DossierRow.__struct_fields__
                if field != "applicant_name"
            },
            applicant_name=(names or {}).get(row.id),
        )
        for row in rows[:limit]
    ]
    more = len(rows) > limit
    return Page(items, encode_cursor(getattr(rows[limit - 1], key), rows[limit - 1].id) if more else None)
