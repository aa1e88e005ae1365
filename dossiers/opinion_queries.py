"""Questions to other agencies and their answers, as each side may read them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, select

from auth.actor import Actor, Role
from auth.models import Agency, Membership
from auth.queries import held_on
from dossiers import access, queries
from dossiers.models import Attachment, AttachmentState, Dossier
from dossiers.process_models import Opinion, OpinionState
from portal.core import crypto
from portal.core.clock import now, today
from portal.core.db import built_once
from portal.core.errors import Forbidden, NotFound

O = Opinion.__table__  # type: ignore[attr-defined]  # noqa: E741
A = Attachment.__table__  # type: ignore[attr-defined]
G, M = Agency.__table__, Membership.__table__  # type: ignore[attr-defined]


class OpinionNotFound(NotFound):
    """There is no such question on the dossier, or it is put to another agency."""

    title = "Không tìm thấy câu hỏi"

    def __init__(self) -> None:
        super().__init__("Hồ sơ này không có câu hỏi đó, hoặc câu hỏi gửi cơ quan khác.")


class OpinionFile(msgspec.Struct, frozen=True):
    """The file of an answer; `state` and `reason` as of every file."""

    id: UUID
    filename: str
    state: str
    reason: str | None


class OpinionView(msgspec.Struct, frozen=True, kw_only=True):
    """One question and what became of it.

    `mine`: it is put to an agency of the reader. `due_at`: by when the answer is waited for; `late`: it has
    passed without one. `text`: the answer in words, or why the question was taken back.
    """

    id: UUID
    agency_id: UUID
    agency_name: str
    mine: bool
    asked_at: datetime
    asker: str
    question: str
    due_at: datetime
    late: bool
    state: str
    ballot: str | None
    text: str
    author: str
    ended_at: datetime | None
    file: OpinionFile | None


def aad(opinion_id: UUID, part: str) -> str:
    """Where the sealed `question` or `answer` of a row belongs."""
    return f"opinion.{part}|{opinion_id}"


def of_dossier(session: Session, actor: Actor, dossier_id: UUID) -> list[OpinionView]:
    """The questions on a dossier, newest first; an agency that is asked reads its own only.

    Raises:
        DossierNotFound: not visible. Forbidden: the actor is on neither side.
    """
    dossier = queries.get(session, actor, dossier_id)
    if dossier.applicant_id == actor.id or not (
        access.serves(actor, dossier) or _was_asked(actor, dossier.consulted_agency_ids)
    ):
        raise Forbidden("Ý kiến giữa các cơ quan chỉ cán bộ của các cơ quan đó đọc được.")
    return opened(session, actor, dossier.id, dossier.subject_id, serves=access.serves(actor, dossier))


def _was_asked(actor: Actor, agency_ids: list[UUID]) -> bool:
    return Role.OFFICER in actor.roles and not actor.agency_ids.isdisjoint(agency_ids)


def opened(
    session: Session, actor: Actor, dossier_id: UUID, subject_id: UUID, *, serves: bool
) -> list[OpinionView]:
    """The same where the dossier is at hand, its key too; one statement."""
    rows = session.execute(_statement(), {"dossier_id": dossier_id}).all()
    return [
        _view(session, row, subject_id, mine=row.agency_id in actor.agency_ids)
        for row in rows
        if serves or row.agency_id in actor.agency_ids
    ]


@built_once
def _statement() -> Any:
    own = A.c.requirement_key == sa.literal("opinion-") + sa.func.replace(sa.cast(O.c.id, sa.Text), "-", "")
    file = (
        sa.select(A.c.id, A.c.sealed, A.c.state, A.c.reason, A.c.sealed_at)
        .where(A.c.dossier_id == O.c.dossier_id, own, A.c.state != AttachmentState.REMOVED)
        .order_by(A.c.sealed_at.nulls_last(), A.c.created_at.desc())
        .limit(1)
        .correlate(O)
        .lateral("file")
    )
    return (
        sa.select(
            *O.c,
            G.c.name.label("agency_name"),
            file.c.id.label("file_id"),
            file.c.sealed.label("file_sealed"),
            file.c.state.label("file_state"),
            file.c.reason.label("file_reason"),
            file.c.sealed_at.label("file_sent_at"),
        )
        .join(G, G.c.id == O.c.agency_id)
        .outerjoin(file, sa.true())
        .where(O.c.dossier_id == sa.bindparam("dossier_id", type_=sa.Uuid))
        .order_by(O.c.asked_at.desc(), O.c.id.desc())
    )


def _view(session: Session, row: Any, subject_id: UUID, *, mine: bool) -> OpinionView:
    asked = crypto.open_(session, subject_id, aad(row.id, "question"), row.sealed)
    said = (
        crypto.open_(session, subject_id, aad(row.id, "answer"), row.sealed_answer)
        if row.sealed_answer
        else {}
    )
    shown = row.file_id is not None and (mine or row.file_sent_at is not None)
    named = (
        crypto.open_(session, subject_id, f"attachment|{row.file_id}", row.file_sealed)["filename"]
        if shown
        else ""
    )
    return OpinionView(
        id=row.id,
        agency_id=row.agency_id,
        agency_name=row.agency_name,
        mine=mine,
        asked_at=row.asked_at,
        asker=asked.get("asker", ""),
        question=asked.get("question", ""),
        due_at=row.due_at,
        late=row.state == OpinionState.ASKED and row.due_at < now(),
        state=row.state,
        ballot=row.ballot,
        text=said.get("text", ""),
        author=said.get("author", ""),
        ended_at=row.ended_at,
        file=OpinionFile(row.file_id, named, row.file_state, row.file_reason) if shown else None,
    )


def get(session: Session, dossier_id: UUID, opinion_id: UUID) -> Opinion:
    """A question on the dossier at hand, which is locked.

    Raises:
        OpinionNotFound: the dossier has none of this id.
    """
    row = session.get(Opinion, opinion_id, populate_existing=True)
    if row is None or row.dossier_id != dossier_id:
        raise OpinionNotFound
    return row


def open_of(session: Session, dossier_id: UUID, agency_id: UUID) -> Opinion:
    """The open question to this agency on the dossier at hand.

    Raises:
        OpinionNotFound: there is none.
    """
    row = session.exec(
        select(Opinion).where(
            Opinion.dossier_id == dossier_id,
            Opinion.agency_id == agency_id,
            Opinion.state == OpinionState.ASKED,
        )
    ).one_or_none()
    if row is None:
        raise OpinionNotFound
    return row


def of_ones_agency(session: Session, actor: Actor, dossier_id: UUID, opinion_id: UUID) -> bool:
    """Whether the question is put to an agency of the actor."""
    row = session.get(Opinion, opinion_id)
    return row is not None and row.dossier_id == dossier_id and _was_asked(actor, [row.agency_id])


def is_open(session: Session, actor: Actor, dossier_id: UUID, opinion_id: UUID) -> bool:
    """Whether the question is put to an agency of the actor, and waits for its answer."""
    return (
        of_ones_agency(session, actor, dossier_id, opinion_id)
        and get(session, dossier_id, opinion_id).state is OpinionState.ASKED
    )


def lapse(session: Session, dossier: Dossier) -> None:
    """End the open questions of a dossier that is decided or ends."""
    dossier.asked_agency_ids = []
    session.execute(
        sa.update(O)
        .where(O.c.dossier_id == dossier.id, O.c.state == OpinionState.ASKED)
        .values(state=OpinionState.LAPSED, ended_at=now())
    )


def askable(session: Session, competent_agency_id: UUID) -> list[tuple[UUID, str]]:
    """(id, name) of the agencies that can be asked today: they exist, and an officer works there."""
    return [
        (row.id, row.name)
        for row in session.execute(
            _askable(), {"own": competent_agency_id, "day": today(), "role": Role.OFFICER}
        )
    ]


@built_once
def _askable() -> Any:
    day: Any = sa.bindparam("day", type_=sa.Date)
    staffed = sa.exists().where(
        M.c.agency_id == G.c.id, M.c.role == sa.bindparam("role", type_=M.c.role.type), *held_on(day)
    )
    return (
        sa.select(G.c.id, G.c.name)
        .where(
            G.c.id != sa.bindparam("own", type_=sa.Uuid),
            G.c.valid_from <= day,
            sa.or_(G.c.valid_to.is_(None), G.c.valid_to > day),
            staffed,
        )
        .order_by(G.c.name, G.c.id)
    )


def is_askable(session: Session, agency_id: UUID, competent_agency_id: UUID) -> bool:
    """Whether this agency can be asked today."""
    return any(known == agency_id for known, _ in askable(session, competent_agency_id))


def sorted_ids(agency_ids: list[UUID], *, add: UUID | None = None, drop: UUID | None = None) -> list[UUID]:
    """A list of agencies with one more, or one less, in the order of their ids."""
    return sorted({*agency_ids, *([add] if add else [])} - {drop})
