"""Messages between applicant and desk: sent, read, counted. Their words are sealed beside the event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from auth.actor import Actor
from dossiers import access, queries
from dossiers.attachment_rules import MESSAGE, REPLY
from dossiers.models import Attachment, AttachmentState, Dossier
from dossiers.processing import begin, finish
from dossiers.return_models import ReadMark
from dossiers.workflow import Action
from portal.core import crypto, events
from portal.core.clock import now
from portal.core.db import built_once
from portal.core.errors import Invalid
from portal.core.events import Event, EventPrivate, EventRow
from portal.core.text import clean

Side = Literal["applicant", "desk"]
SENT: Final = "dossier.message_sent"
MAX_TEXT: Final = 4000  # characters
MAX_FILES: Final = 5  # of one message
KEYS: Final[dict[str, str]] = {"applicant": MESSAGE, "desk": REPLY}

E, P = Event.__table__, EventPrivate.__table__  # type: ignore[attr-defined]
M = ReadMark.__table__  # type: ignore[attr-defined]


class FileNotReady(Invalid):
    """A file named with the message is not there, not yet checked, or was refused."""

    title = "Tệp gửi kèm chưa dùng được"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `attachments` are ids of files of the dossier; `read`: the other side saw it."""

    seq: int
    side: str
    at: datetime
    text: str
    attachments: list[UUID]
    read: bool


class MessagePage(msgspec.Struct, frozen=True):
    """Messages, newest first; `next` is the `before` of those that follow."""

    items: list[Message]
    unread: int
    next: int | None


def side_of(actor: Actor, dossier: access.Guarded) -> Side:
    """For whom the actor speaks and reads."""
    return "applicant" if actor.id is not None and dossier.applicant_id == actor.id else "desk"


def send(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    text: str,
    attachment_ids: Sequence[UUID] = (),
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Write to the other side; the files named must be checked and of the writer's own side.

    Raises:
        Invalid: no text, or too many files. FileNotReady: a file cannot go along; and those of `begin`.
    """
    text = clean(text, max_length=MAX_TEXT, multiline=True)
    if not text:
        told = "Viết điều bạn muốn nhắn."
        raise Invalid(told, errors=[{"field": "text", "message": told}])
    chosen = sorted(set(attachment_ids))
    if len(chosen) > MAX_FILES:
        told = f"Mỗi tin nhắn kèm nhiều nhất {MAX_FILES} tệp."
        raise Invalid(told, errors=[{"field": "attachments", "message": told}])
    body = f"{text} {' '.join(map(str, chosen))}"
    begun = begin(session, actor, dossier_id, Action.MESSAGE, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    side = side_of(actor, dossier)
    _send_along(session, dossier, side, chosen)
    data = {"side": side, "attachments": chosen}
    return finish(session, dossier, after, SENT, actor, data, {"text": text})


def _send_along(session: Session, dossier: Dossier, side: Side, chosen: Sequence[UUID]) -> None:
    if not chosen:
        return
    mine = {one.id: one for one in waiting_files(session, dossier.id, side)}
    for attachment_id in chosen:
        file = mine.get(attachment_id)
        if file is None or file.state is not AttachmentState.READY:
            raise FileNotReady("Tệp gửi kèm chưa kiểm tra xong, hoặc cần thay. Chờ vài giây rồi gửi lại.")
        file.sealed_at = now()
        session.add(file)


def waiting_files(session: Session, dossier_id: UUID, side: Side) -> list[Attachment]:
    """Files the side put there for its next message. Call after `queries.get`."""
    return [
        one
        for one in queries.attachments(session, dossier_id)
        if one.requirement_key == KEYS[side] and one.sealed_at is None
    ]


def ready_files(session: Session, actor: Actor, dossier_id: UUID) -> list[UUID]:
    """What a page sends along with a message: all that the side put there and was not refused."""
    dossier = queries.get(session, actor, dossier_id)
    side = side_of(actor, dossier)
    return [
        one.id for one in waiting_files(session, dossier.id, side) if one.state is not AttachmentState.REFUSED
    ]


def page(
    session: Session, actor: Actor, dossier_id: UUID, *, before: int | None = None, limit: int = 50
) -> MessagePage:
    """The messages of a dossier, newest first.

    Raises:
        DossierNotFound: not visible. Forbidden: the actor sees the dossier, but is on neither side.
    """
    dossier = queries.get(session, actor, dossier_id)
    access.demand(actor, Action.MESSAGE, dossier)
    told = [one for one in events.history(session, dossier_id) if one.name == SENT]
    upto = [one for one in told if before is None or one.seq < before]
    shown = upto[-limit:]
    side = side_of(actor, dossier)
    items, marks = opened(session, dossier_id, shown)
    following = shown[0].seq if len(upto) > len(shown) else None
    return MessagePage(items[::-1], unread_of(told, side, marks.get(side, 0)), following)


def opened(
    session: Session, dossier_id: UUID, told: Sequence[EventRow]
) -> tuple[list[Message], dict[str, int]]:
    """The messages of these events with their words, and how far each side has read; one statement."""
    rows = session.execute(_texts(), {"dossier_id": dossier_id, "seqs": [one.seq for one in told]}).all()
    marks = {row.side: row.seq for row in rows if row.side is not None}
    sealed = {row.seq: row for row in rows if row.side is None}
    items = []
    for one in told:
        row = sealed.get(one.seq)
        kept = crypto.open_(
            session, row.subject_id, f"event_private|{dossier_id}|{one.seq}", row.sealed
        ) if row else {}  # fmt: skip
        side = one.data["side"]
        items.append(
            Message(
                seq=one.seq,
                side=side,
                at=one.at,
                text=kept.get("text", ""),
                attachments=[UUID(given) for given in one.data["attachments"]],
                read=marks.get(_other(side), 0) >= one.seq,
            )
        )
    return items, marks


@built_once
def _texts() -> Any:
    dossier, seqs = (
        sa.bindparam("dossier_id", type_=sa.Uuid),
        sa.bindparam("seqs", type_=sa.ARRAY(sa.BigInteger)),
    )
    words = sa.select(P.c.seq, P.c.subject_id, P.c.sealed, sa.null().label("side")).where(
        P.c.stream_id == dossier, P.c.seq == sa.any_(seqs)
    )
    empty = sa.cast(sa.null(), sa.Uuid), sa.cast(sa.null(), sa.LargeBinary)
    return words.union_all(sa.select(M.c.seq, *empty, M.c.side).where(M.c.dossier_id == dossier))


def _other(side: str) -> str:
    return "desk" if side == "applicant" else "applicant"


def unread_of(told: Sequence[EventRow], side: str, read: int) -> int:
    """How many messages of the other side stand behind the mark."""
    return sum(1 for one in told if one.name == SENT and one.data["side"] != side and one.seq > read)


def mark_read(session: Session, actor: Actor, dossier_id: UUID, *, seq: int) -> None:
    """Keep that the actor's side has read up to this event; a mark never goes back.

    Raises:
        DossierNotFound, Forbidden: as for `page`.
    """
    dossier = queries.get(session, actor, dossier_id)
    access.demand(actor, Action.MESSAGE, dossier)
    put_mark(session, dossier_id, side_of(actor, dossier), min(seq, dossier.seq))


def put_mark(session: Session, dossier_id: UUID, side: Side, seq: int) -> None:
    """The same where the dossier is at hand."""
    given = insert(M).values(dossier_id=dossier_id, side=side, seq=seq, at=now())
    session.execute(
        given.on_conflict_do_update(
            index_elements=["dossier_id", "side"],
            set_={"seq": given.excluded.seq, "at": given.excluded.at},
            where=M.c.seq < given.excluded.seq,
        )
    )


def unread(session: Session, dossier_ids: Sequence[UUID], side: Side) -> dict[UUID, int]:
    """How many messages wait unread for the side, of the dossiers of one page of a list."""
    if not dossier_ids:
        return {}
    rows = session.execute(_unread(), {"ids": list(dossier_ids), "side": side, "name": SENT}).all()
    return {row.stream_id: row.n for row in rows}


@built_once
def _unread() -> Any:
    side = sa.bindparam("side", type_=sa.Text)
    ids = sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))
    told = sa.cast(sa.func.convert_from(E.c.body, "UTF8"), sa.JSON)["data"]["side"].as_string()
    return (
        sa.select(E.c.stream_id, sa.func.count().label("n"))
        .select_from(E.outerjoin(M, sa.and_(M.c.dossier_id == E.c.stream_id, M.c.side == side)))
        .where(
            E.c.stream_id == sa.any_(ids),
            E.c.name == sa.bindparam("name", type_=sa.Text),
            E.c.seq > sa.func.coalesce(M.c.seq, 0),
            sa.case((E.c.name == SENT, told != side), else_=False),
        )
        .group_by(E.c.stream_id)
    )
