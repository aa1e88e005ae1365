"""Every SELECT on dossiers. Each starts from `access.visible_to` (or the tracking policy)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from auth.actor import Actor
from auth.models import Agency
from dossiers import access
from dossiers.authority import amended
from dossiers.models import Attachment, Dossier, FeeLine
from dossiers.workflow import Status
from portal.core import crypto
from portal.core.crypto import SubjectKey
from portal.core.db import Instant, built_once
from portal.core.direct import Direct
from portal.core.paging import decode_cursor, encode_cursor
from services_catalog import queries as catalogue
from services_catalog.content import RevisionContent

D = access.D


def content(session: Session, revision_id: UUID) -> RevisionContent:
    """The content a dossier pins. Published content never changes, so it is read and decoded once."""
    kept = _CONTENTS.get(revision_id)
    if kept is None:
        kept = catalogue.revision_content(session, revision_id)
        if len(_CONTENTS) >= MAX_CONTENTS:
            _CONTENTS.clear()
        _CONTENTS[revision_id] = kept
    return kept


def content_of(session: Session, dossier: Dossier | Any) -> RevisionContent:
    """The content as it is asked of who files this dossier (authority.amended)."""
    return amended(content(session, dossier.revision_id), dossier.filed_as)


MAX_CONTENTS = 256
_CONTENTS: dict[UUID, RevisionContent] = {}


def get(session: Session, actor: Actor, dossier_id: UUID, *, for_update: bool = False) -> Dossier:
    """The dossier with its data key at hand; locked when it is about to change.

    Raises:
        DossierNotFound: it does not exist, or the actor may not see it.
    """
    return _one(session, _by_id(for_update), {"dossier_id": dossier_id, **access.asking(actor)})


def locked(session: Session, dossier_id: UUID) -> Dossier | None:
    """A dossier about to be changed by the portal itself, whoever may see it."""
    return session.exec(select(Dossier).where(Dossier.id == dossier_id).with_for_update()).one_or_none()


def by_submission(session: Session, actor: Actor, submission_id: UUID) -> Dossier:
    """The actor's dossier made with this client id."""
    return _one(session, _by_submission(), {"submission_id": submission_id, **access.asking(actor)})


@built_once
def _by_id(for_update: bool) -> Any:
    statement = _with_key().where(D.c.id == sa.bindparam("dossier_id", type_=sa.Uuid), access.visible_to())
    return statement.with_for_update(of=D) if for_update else statement


@built_once
def _by_submission() -> Any:
    given = sa.bindparam("submission_id", type_=sa.Uuid)
    return _with_key().where(D.c.submission_id == given, D.c.applicant_id == access.ACTOR)


def _with_key() -> Any:
    return (
        select(Dossier, col(SubjectKey.wrapped))
        .join(SubjectKey, col(SubjectKey.subject_id) == col(Dossier.subject_id))
        .execution_options(populate_existing=True)
    )


def _one(session: Session, statement: Any, values: dict[str, Any]) -> Dossier:
    row = session.exec(statement, params=values).one_or_none()
    if row is None:
        raise access.DossierNotFound
    dossier, wrapped = row
    crypto.preload(session, dossier.subject_id, wrapped)
    return dossier  # type: ignore[no-any-return]


def attachments(session: Session, dossier_id: UUID) -> list[Attachment]:
    """The dossier's files that were not removed, oldest first. Call after `get`."""
    return list(session.exec(_attachments(), params={"dossier_id": dossier_id}))


@built_once
def _attachments() -> Any:
    return (
        select(Attachment)
        .where(col(Attachment.dossier_id) == sa.bindparam("dossier_id"), col(Attachment.state) != "removed")
        .order_by(col(Attachment.created_at), col(Attachment.id))
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
    """A dossier in a list. `applicant_name` is opened only on lists of the desk.

    `answer_by`: by when the agency's opinion is waited for, in the list of those questions.
    """

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
    forward_due_at: datetime | None  # by when the desk sends it on to another agency
    forwarded_at: datetime | None
    updated_at: datetime
    holder_id: UUID | None
    seq: int  # its version, for acts on what was seen
    applicant_name: str | None = None
    answer_by: datetime | None = None


class Page(msgspec.Struct, frozen=True):
    items: list[DossierRow]
    next: str | None


OF_DOSSIER = tuple(
    D.c[name]
    for name in DossierRow.__struct_fields__
    if name not in ("agency_name", "applicant_name", "answer_by")
)


def mine(
    session: Session, actor: Actor, *, status: Status | None = None, after: str | None = None, limit: int = 20
) -> Page:
    """The actor's own dossiers, latest change first."""
    values = {
        "status": status,
        "limit": limit + 1,
        **access.asking(actor),
        **(cursor(after) if after else {}),
    }
    rows = _mine(status is not None, bool(after)).all(session, values)
    return paged(rows, limit, "updated_at")


@built_once
def _mine(of_status: bool, after: bool) -> Direct:
    agency = Agency.__table__  # type: ignore[attr-defined]
    statement = (
        sa.select(*OF_DOSSIER, agency.c.name.label("agency_name"))
        .join(agency, agency.c.id == D.c.receiving_agency_id)
        .where(D.c.applicant_id == access.ACTOR, access.visible_to())
        .order_by(D.c.updated_at.desc(), D.c.id.desc())
        .limit(LIMIT)
    )
    if of_status:
        statement = statement.where(D.c.status == sa.bindparam("status", type_=D.c.status.type))
    return Direct(statement.where(sa.tuple_(D.c.updated_at, D.c.id) < HERE) if after else statement)


LIMIT = sa.bindparam("limit", type_=sa.Integer)
HERE = sa.tuple_(sa.bindparam("after_at", type_=Instant), sa.bindparam("after_id", type_=sa.Uuid))


def cursor(after: str) -> dict[str, Any]:
    """The values that statements with `HERE` go on behind.

    Raises:
        BadCursor: it is none of ours.
    """
    at, dossier_id = decode_cursor(after, datetime, UUID)
    return {"after_at": at, "after_id": dossier_id}


def paged(rows: Sequence[Any], limit: int, key: str, names: Mapping[UUID, str] | None = None) -> Page:
    """A page of at most `limit` of the rows, and where the next begins, sorted by `key` and id."""
    named = names or {}
    items = [
        DossierRow(
            id=row.id,
            reference=row.reference,
            number=row.number,
            procedure_code=row.procedure_code,
            procedure_name=row.procedure_name,
            level=row.level,
            channel=row.channel,
            status=row.status,
            agency_name=row.agency_name,
            submitted_at=row.submitted_at,
            accepted_at=row.accepted_at,
            reception_due_at=row.reception_due_at,
            due_at=row.due_at,
            forward_due_at=row.forward_due_at,
            forwarded_at=row.forwarded_at,
            updated_at=row.updated_at,
            holder_id=row.holder_id,
            seq=row.seq,
            applicant_name=named.get(row.id),
            answer_by=getattr(row, "answer_by", None),
        )
        for row in rows[:limit]
    ]
    more = len(rows) > limit
    return Page(items, encode_cursor(getattr(rows[limit - 1], key), rows[limit - 1].id) if more else None)
