"""Complaints on a dossier: made by the applicant, answered by the desk within ten working days."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from auth.actor import Actor
from dossiers import access, calendars, queries
from dossiers.deadlines import due
from dossiers.models import Dossier
from dossiers.processing import begin, finish, worded
from dossiers.return_models import Complaint, ComplaintState
from dossiers.workflow import Action
from portal.core import crypto
from portal.core.clock import now
from portal.core.db import Instant, built_once, new_id
from portal.core.direct import Direct
from portal.core.errors import Conflict, NotFound
from portal.core.paging import decode_cursor, encode_cursor
from services_catalog.content import TimeLimit

# What one-stop centres promise for an answer: ten working days from the complaint.
ANSWER_WITHIN: Final = TimeLimit(amount=10, unit="working_day")
C = Complaint.__table__  # type: ignore[attr-defined]


class ComplaintOpen(Conflict):
    title = "Phản ánh trước chưa được trả lời"


class ComplaintAnswered(Conflict):
    title = "Phản ánh này đã được trả lời"


class ComplaintNotFound(NotFound):
    title = "Không có phản ánh này"


class ComplaintView(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint with its answer. `late`: it is overdue, or was answered late."""

    id: UUID
    made_at: datetime
    due_at: datetime
    state: str
    text: str
    answer: str
    answered_at: datetime | None
    late: bool


class ComplaintRow(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint in the desk's list; its words are read on the dossier's page."""

    id: UUID
    dossier_id: UUID
    number: str | None
    reference: str | None
    procedure_name: str
    state: str
    made_at: datetime
    due_at: datetime
    answered_at: datetime | None
    late: bool


class ComplaintPage(msgspec.Struct, frozen=True):
    items: list[ComplaintRow]
    next: str | None


def complain(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    text: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Complain about the handling; one complaint at a time waits for its answer.

    Raises:
        Invalid: no words. ComplaintOpen: an earlier one waits; and those of `begin`.
    """
    text = worded(text, "Viết điều bạn muốn phản ánh, khiếu nại.")
    begun = begin(session, actor, dossier_id, Action.COMPLAIN, seq=seq, key=key, body=text)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    if any(one.state is ComplaintState.OPEN for one in _of(session, dossier.id)):
        raise ComplaintOpen("Phản ánh trước của bạn đang chờ trả lời. Cần nói thêm, hãy nhắn tin.")
    complaint_id, at = new_id(), now()
    until = due(ANSWER_WITHIN, at, calendars.of(session, dossier.competent_agency_id)).due_at
    session.add(
        Complaint(
            id=complaint_id,
            dossier_id=dossier.id,
            agency_id=dossier.competent_agency_id,
            made_at=at,
            due_at=until,
            sealed=crypto.seal(session, dossier.subject_id, f"complaint|{complaint_id}", {"text": text}),
        )
    )
    data = {"complaint_id": complaint_id, "due_at": until}
    return finish(session, dossier, after, "dossier.complained", actor, data, {"text": text})


def answer(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    complaint_id: UUID,
    text: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Answer a complaint, once; also after it was due, and then it counts as late.

    Raises:
        Invalid: no words. ComplaintNotFound, ComplaintAnswered; and those of `begin`.
    """
    text = worded(text, "Viết câu trả lời.")
    body = f"{complaint_id} {text}"
    begun = begin(session, actor, dossier_id, Action.ANSWER_COMPLAINT, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    made = next((one for one in _of(session, dossier.id) if one.id == complaint_id), None)
    if made is None:
        raise ComplaintNotFound("Hồ sơ này không có phản ánh đó.")
    if made.state is ComplaintState.ANSWERED:
        raise ComplaintAnswered("Đồng nghiệp đã trả lời phản ánh này.")
    made.state, made.answered_by, made.answered_at = ComplaintState.ANSWERED, actor.id, now()
    made.sealed_answer = crypto.seal(
        session, dossier.subject_id, f"complaint_answer|{made.id}", {"text": text}
    )
    session.add(made)
    data = {"complaint_id": made.id, "answered_at": made.answered_at}
    return finish(session, dossier, after, "dossier.complaint_answered", actor, data, {"text": text})


def _of(session: Session, dossier_id: UUID) -> list[Complaint]:
    return list(
        session.exec(
            select(Complaint).where(Complaint.dossier_id == dossier_id).order_by(col(Complaint.made_at))
        )
    )


def of_dossier(session: Session, actor: Actor, dossier_id: UUID) -> list[ComplaintView]:
    """The complaints of a dossier, oldest first.

    Raises:
        DossierNotFound: not visible. Forbidden: the actor is on neither side.
    """
    dossier = queries.get(session, actor, dossier_id)
    access.demand(actor, Action.MESSAGE, dossier)  # the two sides, and nobody whose opinion was asked
    return opened(session, dossier.id, dossier.subject_id)


def opened(session: Session, dossier_id: UUID, subject_id: UUID) -> list[ComplaintView]:
    """The same of a dossier at hand; one statement."""
    return [_view(session, subject_id, one) for one in _of(session, dossier_id)]


def _view(session: Session, subject_id: UUID, one: Complaint) -> ComplaintView:
    text = crypto.open_(session, subject_id, f"complaint|{one.id}", one.sealed)["text"]
    told = ""
    if one.sealed_answer is not None:
        told = crypto.open_(session, subject_id, f"complaint_answer|{one.id}", one.sealed_answer)["text"]
    return ComplaintView(
        id=one.id,
        made_at=one.made_at,
        due_at=one.due_at,
        state=one.state,
        text=text,
        answer=told,
        answered_at=one.answered_at,
        late=(one.answered_at or now()) > one.due_at,
    )


def desk(
    session: Session, actor: Actor, *, state: ComplaintState, after: str | None = None, limit: int = 20
) -> ComplaintPage:
    """Complaints on dossiers of the officer's agencies, soonest due first.

    Raises:
        BadCursor: `after` is none of ours.
    """
    values: dict[str, Any] = {"state": state.value, "limit": limit + 1, **access.asking(actor)}
    if after:
        values["after_at"], values["after_id"] = decode_cursor(after, datetime, UUID)
    rows = _desk(bool(after)).all(session, values)
    items = [
        ComplaintRow(
            **{name: getattr(row, name) for name in ComplaintRow.__struct_fields__ if name != "late"},
            late=(row.answered_at or now()) > row.due_at,
        )
        for row in rows[:limit]
    ]
    more = len(rows) > limit
    return ComplaintPage(items, encode_cursor(items[-1].due_at, items[-1].id) if more else None)


@built_once
def _desk(after: bool) -> Direct:
    served: Any = C.c.agency_id == sa.any_(access.AGENCIES)
    statement = (
        sa.select(
            C.c.id,
            C.c.dossier_id,
            access.D.c.number,
            access.D.c.reference,
            access.D.c.procedure_name,
            C.c.state,
            C.c.made_at,
            C.c.due_at,
            C.c.answered_at,
        )
        .join(access.D, access.D.c.id == C.c.dossier_id)
        .where(
            served,
            C.c.state == sa.bindparam("state", type_=sa.Text),
            access.visible_to(),
            access.D.c.applicant_id.is_distinct_from(access.ACTOR),
        )
        .order_by(C.c.due_at, C.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )
    here = sa.tuple_(sa.bindparam("after_at", type_=Instant), sa.bindparam("after_id", type_=sa.Uuid))
    return Direct(statement.where(sa.tuple_(C.c.due_at, C.c.id) > here) if after else statement)
