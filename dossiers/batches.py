"""One act on up to 500 dossiers: each is its own transaction, its own event and its own result.

The portal does it in the background on the word of an officer, with the roles the officer has at that moment.
An item and its act are committed together, so that a batch cut off anywhere goes on where it was: nothing is
done twice, and nothing that was done is told as undone.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import msgspec
import sqlalchemy as sa
import structlog
from celery import shared_task
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, col, select

from auth import queries as people
from auth.actor import Actor
from dossiers import access, processing
from dossiers.access import D
from dossiers.desk_models import Batch, BatchItem, BatchState, ItemState
from dossiers.models import Dossier
from dossiers.workflow import Action
from portal.core import idempotency
from portal.core.clock import now
from portal.core.db import new_id
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from portal.core.outbox import Outbox
from portal.core.work import unit_of_work

log = structlog.get_logger("batches")
MOST: Final = 500
UNFORESEEN: Final = "Có lỗi ngoài dự kiến ở hồ sơ này. Bộ phận kỹ thuật đã được báo; mở hồ sơ để làm lại."
AT_ONCE: Final = 5  # batches of one officer
SECONDS: Final = 120.0  # then another task goes on: others wait behind this one
QUIET: Final = timedelta(seconds=60)  # a batch in good health has been begun by then
BEGUN: Final = "batch.begun"  # in the outbox only: what is done are the acts
RUN: Final = "dossiers.batches.run"
SWEEP: Final = "dossiers.batches.sweep"


class Act(Protocol):
    def __call__(
        self, session: Session, actor: Actor, dossier_id: UUID, *, seq: int | None = None
    ) -> Dossier: ...


# What is the same word for word for many dossiers; decisions and refusals are weighed one by one.
ACTS: Final[Mapping[Action, Act]] = {
    Action.RECEIVE: processing.receive,
    Action.START: processing.claim,
    Action.RELEASE: processing.release,
}


class BatchNotFound(NotFound):
    title = "Không tìm thấy đợt xử lý"


class TooManyBatches(Conflict):
    title = "Còn đợt xử lý chưa xong"


class Chosen(msgspec.Struct, frozen=True):
    """A dossier of a batch, at the version that was seen."""

    id: UUID
    seq: int


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One dossier's result: `problem` says why it was refused; numbers only of what one may see."""

    position: int
    dossier_id: UUID
    number: str | None
    reference: str | None
    procedure_name: str | None
    state: str
    code: str | None
    problem: str | None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it stands."""

    id: UUID
    act: str
    total: int
    done: int
    refused: int
    made_at: datetime
    ended_at: datetime | None
    items: list[Item]


def begin(
    session: Session, actor: Actor, act: str, chosen: Sequence[Chosen], *, key: str | None = None
) -> UUID:
    """Take the word for one act on many dossiers; returns the batch. What may not be done shows with each.

    Raises:
        Invalid: the act is none of ACTS, nothing is chosen, or more than MOST.
        TooManyBatches: too many of one's own are not done yet.
        KeyReused: the key was used for another batch.
    """
    assert actor.id is not None
    if act not in ACTS:
        raise _wrong("act", "Chọn việc cần làm.")
    once = list({one.id: one for one in chosen}.values())
    if not once:
        raise _wrong("items", "Chọn ít nhất một hồ sơ.")
    if len(once) > MOST:
        raise _wrong("items", f"Mỗi lần nhiều nhất {MOST} hồ sơ.")
    batch = Batch(id=new_id(), account_id=actor.id, act=act, total=len(once), made_at=now())
    body = f"batch {act} {sorted((str(one.id), one.seq) for one in once)}".encode()
    earlier = idempotency.claim(session, actor.id, key, body, batch.id)
    if earlier is not None:
        return earlier
    unfinished = select(sa.func.count()).where(Batch.account_id == actor.id, Batch.state != BatchState.DONE)
    if session.exec(unfinished).one() >= AT_ONCE:
        raise TooManyBatches("Các đợt trước chưa làm xong. Chờ xong rồi làm tiếp.", most=AT_ONCE)
    session.add(batch)
    session.flush()
    session.add_all(
        BatchItem(batch_id=batch.id, position=position, dossier_id=one.id, seq=one.seq)
        for position, one in enumerate(once, 1)
    )
    session.add(Outbox(stream_id=batch.id, seq=0, name=BEGUN))
    session.flush()
    return batch.id


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": message}])


def progress(session: Session, actor: Actor, batch_id: UUID) -> Progress:
    """How far one's own batch is, with what became of each dossier, refused ones first.

    Raises:
        BatchNotFound: there is none, or it is somebody else's.
    """
    batch = session.exec(
        select(Batch).where(Batch.id == batch_id, Batch.account_id == actor.id)
    ).one_or_none()
    if batch is None:
        raise BatchNotFound("Không có đợt xử lý này.")
    item = BatchItem.__table__  # type: ignore[attr-defined]
    rows = session.execute(
        sa.select(item, D.c.number, D.c.reference, D.c.procedure_name)
        .outerjoin(D, sa.and_(D.c.id == item.c.dossier_id, access.visible_to()))
        .where(item.c.batch_id == batch.id)
        .order_by(item.c.state != ItemState.REFUSED, item.c.position),
        access.asking(actor),
    ).all()
    states = [row.state for row in rows]
    return Progress(
        id=batch.id,
        act=batch.act,
        total=batch.total,
        done=states.count(ItemState.DONE),
        refused=states.count(ItemState.REFUSED),
        made_at=batch.made_at,
        ended_at=batch.ended_at,
        items=[
            Item(
                position=row.position,
                dossier_id=row.dossier_id,
                number=row.number,
                reference=row.reference,
                procedure_name=row.procedure_name,
                state=row.state.value,
                code=row.code,
                problem=row.problem,
            )
            for row in rows
        ],
    )


@shared_task(  # type: ignore[untyped-decorator]
    name=RUN, autoretry_for=(Unavailable,), retry_backoff=5, retry_backoff_max=60, max_retries=8
)
def run(stream_id: str, seq: int) -> None:
    """Do what is left of a batch; several runners share it, each dossier is done by one."""
    batch_id, started = UUID(stream_id), time.monotonic()
    while _next(batch_id):
        if time.monotonic() - started > SECONDS:
            run.delay(stream_id, seq)
            return


def _next(batch_id: UUID) -> bool:
    """Do the next item that nobody has in hand, and tell its result in the same transaction."""
    with unit_of_work() as session:
        batch = session.get(Batch, batch_id)
        if batch is None or batch.state is BatchState.DONE:
            return False
        item = session.exec(
            select(BatchItem)
            .where(BatchItem.batch_id == batch_id, BatchItem.state == ItemState.WAITING)
            .order_by(col(BatchItem.position))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if item is None:
            _end(session, batch_id)
            return False
        actor = people.actor_now(session, batch.account_id)
        try:
            if actor is None:
                raise access.DossierNotFound
            with session.begin_nested():
                ACTS[Action(batch.act)](session, actor, item.dossier_id, seq=item.seq)
        except Unavailable:
            raise
        except DomainError as refused:
            item.state, item.code, item.problem = (
                ItemState.REFUSED,
                type(refused).__name__,
                refused.detail[:500],
            )
        except (OperationalError, InterfaceError):
            raise  # the database is away: the whole batch waits for it
        except Exception as broken:  # one dossier must not hold up the others
            log.exception("batch_item_broken", dossier_id=str(item.dossier_id), error=type(broken).__name__)
            item.state, item.code, item.problem = ItemState.REFUSED, "Unforeseen", UNFORESEEN
        else:
            item.state = ItemState.DONE
        session.add(item)
    return True


def _end(session: Session, batch_id: UUID) -> None:
    """Close the batch once nothing of it waits; whoever comes second changes nothing."""
    batch = session.exec(select(Batch).where(Batch.id == batch_id).with_for_update()).one()
    waiting = select(BatchItem.position).where(
        BatchItem.batch_id == batch_id, BatchItem.state == ItemState.WAITING
    )
    if batch.state is not BatchState.DONE and session.exec(waiting.limit(1)).first() is None:
        batch.state, batch.ended_at = BatchState.DONE, now()
        session.add(batch)


@shared_task(name=SWEEP)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Ask again for batches that nobody goes on with: the queue only hints; returns how many."""
    with unit_of_work() as session:
        stuck = session.exec(
            select(Batch.id).where(Batch.state != BatchState.DONE, Batch.made_at < now() - QUIET).limit(50)
        ).all()
    for batch_id in stuck:
        run.delay(str(batch_id), 0)
    return len(stuck)
