"""Asking another agency for its opinion: the question with its deadline, the answer, taking it back.

Several agencies may be asked side by side, each once at a time. The dossier's own clock goes on meanwhile:
no law in force lets the time of a consultation be left out (docs/clock.md).

Source: Decree 61/2018/NĐ-CP, art. 19(5): the question names its content and its deadline.
"""

import datetime as dt
from typing import Any, Final, NoReturn
from uuid import UUID

from sqlmodel import Session

from auth.actor import Actor
from dossiers import attachments, calendars, opinion_queries, queries
from dossiers.attachment_rules import opinion_key
from dossiers.messages import FileNotReady
from dossiers.models import AttachmentState, Dossier
from dossiers.opinion_queries import OpinionNotFound, aad, sorted_ids
from dossiers.process_models import Ballot, Opinion, OpinionState
from dossiers.processing import begin, finish, worded
from dossiers.workflow import Action
from portal.core import crypto
from portal.core.calendar import WorkCalendar
from portal.core.clock import local, now
from portal.core.errors import Conflict, Invalid
from portal.core.text import clean

ASKED: Final = "dossier.consulted"
GIVEN: Final = "dossier.opinion_given"
REVOKED: Final = "dossier.opinion_revoked"
MAX_TEXT: Final = 4000  # characters of a question or an answer
MOST_DAYS: Final = 60  # working days an agency may be given
LONGEST: Final = dt.timedelta(days=180)

BALLOTS: Final = {
    Ballot.AGREE: "Đồng ý",
    Ballot.DISAGREE: "Không đồng ý",
    Ballot.OTHER: "Ý kiến khác",
}


class AlreadyAsked(Conflict):
    """This agency has an open question on the dossier."""

    title = "Cơ quan này đang được hỏi"


class NotWaiting(Conflict):
    """The question was answered, taken back, or fell away when the dossier was decided."""

    title = "Câu hỏi này không còn chờ trả lời"


def consult(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    agency_id: UUID,
    question: str,
    working_days: int | None = None,
    due_on: dt.date | None = None,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Ask an agency; it sees the dossier from here on, and may do nothing but answer.

    The deadline is a number of working days of the asked agency, or one of its working days.

    Raises:
        Invalid: no question, no such agency, the dossier's own, or no sensible deadline.
        AlreadyAsked: an earlier question to it is open; and those of `begin`.
    """
    question = _words(question, "question", "Nêu điều cần hỏi.")
    said = f"{agency_id} {working_days} {due_on} {question}"
    begun = begin(session, actor, dossier_id, Action.CONSULT, seq=seq, key=key, body=said)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    if not opinion_queries.is_askable(session, agency_id, dossier.competent_agency_id):
        _wrong("agency_id", "Chọn một cơ quan khác đang làm việc trên Cổng.")
    if agency_id in dossier.asked_agency_ids:
        raise AlreadyAsked("Cơ quan này chưa trả lời câu hỏi trước. Chờ trả lời, hoặc rút câu hỏi đó.")
    row = Opinion(
        dossier_id=dossier.id,
        agency_id=agency_id,
        asked_by=actor.id,  # type: ignore[arg-type]  # guarded: officers
        asked_at=now(),
        due_at=due(calendars.of(session, agency_id), working_days, due_on),
        sealed=b"",
    )
    told = {"question": question, "asker": actor.name}
    row.sealed = crypto.seal(session, dossier.subject_id, aad(row.id, "question"), told)
    session.add(row)
    dossier.consulted_agency_ids = sorted_ids(dossier.consulted_agency_ids, add=agency_id)
    dossier.asked_agency_ids = sorted_ids(dossier.asked_agency_ids, add=agency_id)
    data = {"opinion_id": row.id, "agency_id": agency_id, "answer_by": row.due_at, "pauses": False}
    return finish(session, dossier, after, ASKED, actor, data, {"question": question})


def due(calendar: WorkCalendar, working_days: int | None, due_on: dt.date | None) -> dt.datetime:
    """By when the answer is waited for: the close of the n-th working day, or of the day chosen.

    Source: Decree 61/2018/NĐ-CP, art. 19(5); Civil Code 2015, art. 147(2) (the day of asking is not counted).

    Raises:
        Invalid: neither or both are given, or the day is past, off, or too far.
    """
    day = local(now()).date()
    if (working_days is None) == (due_on is None):
        _wrong("due_on", "Chọn số ngày làm việc, hoặc một ngày cụ thể.")
    if working_days is not None:
        if not 1 <= working_days <= MOST_DAYS:
            _wrong("working_days", f"Cho từ 1 đến {MOST_DAYS} ngày làm việc.")
        return calendar.close(calendar.add_working_days(day, working_days))
    assert due_on is not None
    if not day < due_on <= day + LONGEST:
        _wrong("due_on", "Chọn một ngày sau hôm nay và trong vòng sáu tháng.")
    if not calendar.is_working_day(due_on):
        _wrong("due_on", "Chọn một ngày làm việc của cơ quan được hỏi.")
    return calendar.close(due_on)


def opine(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    opinion_id: UUID,
    *,
    ballot: Ballot,
    text: str = "",
    attachment_id: UUID | None = None,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Answer the question put to the actor's agency: once, with words unless it simply agrees.

    Raises:
        Invalid: no words. FileNotReady: the file is not checked, or of another answer.
        OpinionNotFound: it is put to another agency. NotWaiting: it is closed; and those of `begin`.
    """
    text = clean(text, max_length=MAX_TEXT, multiline=True)
    if not text and ballot is not Ballot.AGREE:
        _wrong("text", "Nêu lý do không đồng ý, hoặc ý kiến khác.")
    said = f"{opinion_id} {ballot} {attachment_id} {text}"
    begun = begin(session, actor, dossier_id, Action.OPINE, seq=seq, key=key, body=said)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    row = opinion_queries.get(session, dossier.id, opinion_id)
    if row.agency_id not in actor.agency_ids:
        raise OpinionNotFound
    _demand_waiting(row)
    if attachment_id is not None:
        _send_along(session, dossier, row, attachment_id)
    row.state, row.ballot, row.attachment_id = OpinionState.GIVEN, ballot, attachment_id
    row.sealed_answer = crypto.seal(
        session, dossier.subject_id, aad(row.id, "answer"), {"text": text, "author": actor.name}
    )
    _close(session, dossier, row, actor)
    data: dict[str, Any] = {"opinion_id": row.id, "ballot": ballot, "resumes": False}
    data |= {"attachment_id": attachment_id} if attachment_id else {}
    return finish(session, dossier, after, GIVEN, actor, data, {"text": text} if text else None)


def _send_along(session: Session, dossier: Dossier, row: Opinion, attachment_id: UUID) -> None:
    own = opinion_key(row.id)
    file = next((one for one in queries.attachments(session, dossier.id) if one.id == attachment_id), None)
    if file is None or file.requirement_key != own or file.state is not AttachmentState.READY:
        raise FileNotReady(
            "Tệp trả lời chưa kiểm tra xong, hoặc cần thay. Chờ vài giây rồi gửi lại.",
            errors=[{"field": "attachment_id", "message": "Tệp chưa dùng được"}],
        )
    file.sealed_at = now()
    session.add(file)


def revoke(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    opinion_id: UUID,
    *,
    reason: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Take an open question back; the agency reads why, and can answer it no more.

    Raises:
        Invalid: no reason. OpinionNotFound. NotWaiting: it is closed; and those of `begin`.
    """
    reason = worded(reason, "Ghi lý do rút câu hỏi.")
    said = f"{opinion_id} {reason}"
    begun = begin(session, actor, dossier_id, Action.REVOKE_OPINION, seq=seq, key=key, body=said)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    row = opinion_queries.get(session, dossier.id, opinion_id)
    _demand_waiting(row)
    row.state = OpinionState.REVOKED
    row.sealed_answer = crypto.seal(
        session, dossier.subject_id, aad(row.id, "answer"), {"text": reason, "author": actor.name}
    )
    for file in queries.attachments(session, dossier.id):
        if file.requirement_key == opinion_key(row.id):
            attachments.drop(session, dossier, file, None)
    _close(session, dossier, row, actor)
    data = {"opinion_id": row.id, "resumes": False}
    return finish(session, dossier, after, REVOKED, actor, data, {"reason": reason})


def ready_file(session: Session, dossier_id: UUID, opinion_id: UUID) -> UUID | None:
    """What a page sends along with the answer: the file put there, unless it was refused."""
    return next(
        (
            one.id
            for one in queries.attachments(session, dossier_id)
            if one.requirement_key == opinion_key(opinion_id) and one.state is not AttachmentState.REFUSED
        ),
        None,
    )


def _close(session: Session, dossier: Dossier, row: Opinion, actor: Actor) -> None:
    row.ended_by, row.ended_at = actor.id, now()
    session.add(row)
    dossier.asked_agency_ids = sorted_ids(dossier.asked_agency_ids, drop=row.agency_id)


def _demand_waiting(row: Opinion) -> None:
    if row.state is not OpinionState.ASKED:
        raise NotWaiting("Câu hỏi này đã được trả lời, hoặc đã rút. Tải lại trang để xem.")


def _words(text: str, field: str, told: str) -> str:
    cleaned = clean(text, max_length=MAX_TEXT, multiline=True)
    if not cleaned:
        _wrong(field, told)
    return cleaned


def _wrong(field: str, told: str) -> NoReturn:
    raise Invalid(told, errors=[{"field": field, "message": told}])
