"""Paying online: an attempt begun, the gateway's word booked once, attempts nobody ended looked after.

Money that came is never lost: what settles nothing (late, twice, another amount, a dossier that ended) is
booked as a surplus to be given back. No message is believed but for its signature, and none counts twice.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from celery import shared_task
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from auth.actor import ANONYMOUS, Actor
from dossiers import access, gateways, ledger, queries, receipting
from dossiers.fees import resumed
from dossiers.gateways import Order, Told
from dossiers.ledger import Book, Movement, NothingOwed
from dossiers.models import Dossier, PaymentMethod
from dossiers.money_models import Callback, Entry, LedgerEntry, Payment, PaymentState
from dossiers.processing import came_from, demand_version, finish
from dossiers.workflow import TRANSITIONS, Action, advance
from portal.core import idempotency, runtime
from portal.core.clock import now
from portal.core.db import act_as, new_id
from portal.core.errors import DomainError, NotFound
from portal.core.work import unit_of_work

log = structlog.get_logger("payments")
OPEN_FOR = timedelta(minutes=15)
ASKED_AFTER = timedelta(minutes=2)  # a payment this old whose word has not come is asked about
REMEMBERED = timedelta(days=1)  # an attempt that ended without money is asked about for this long


class PaymentNotFound(NotFound):
    title = "Không có lần trả tiền này"


class Verdict(StrEnum):
    """What a message was worth."""

    CREDITED = "credited"
    FAILED = "failed"
    LATE = "late"  # after the attempt, or the dossier, had ended
    TWICE = "twice"  # nothing was owed any more
    WRONG_AMOUNT = "wrong_amount"
    UNKNOWN = "unknown"  # of no payment of ours


def begin(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    fee_line_ids: Sequence[UUID] | None = None,
    seq: int | None = None,
    key: str | None = None,
) -> tuple[Payment, str]:
    """Begin to pay what is owed: all of it, or the named lines. Returns the attempt and where to go.

    An open attempt for one of the lines ends; money that still comes for it is given back.

    Raises:
        ChannelClosed: no gateway is configured.
        NothingOwed: nothing is owed (on one of the lines).
        FeeNotFound, DossierNotFound, Forbidden, WrongState, Stale, KeyReused.
    """
    assert actor.id is not None
    gateway = gateways.current()
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    made = new_id()
    request = f"{Action.PAY} {dossier_id} {sorted(map(str, fee_line_ids or ()))}".encode()
    earlier = idempotency.claim(session, actor.id, key, request, made)
    if earlier is not None:
        payment = one(session, earlier)
        return payment, gateway.begin(_order(dossier, payment))
    access.demand(actor, Action.PAY, dossier)
    after = advance(dossier.status, Action.PAY, came_from(dossier))
    demand_version(dossier, seq)
    book = ledger.opened(session, dossier)
    wanted = [book.of(line_id)[0] for line_id in dict.fromkeys(fee_line_ids or ())] or book.owed()
    amounts = [book.of(line.id)[1].owed for line in wanted]
    if not amounts or min(amounts) <= 0:
        raise NothingOwed("Không còn khoản nào phải trả cho hồ sơ này.")
    moment = now()
    lines = [str(line.id) for line in wanted]
    for open_one in session.exec(
        select(Payment).where(Payment.dossier_id == dossier.id, Payment.state == PaymentState.CREATED)
    ):
        if set(open_one.lines) & set(lines):
            open_one.state, open_one.ended_at = PaymentState.EXPIRED, moment
            session.add(open_one)
    payment = Payment(
        id=made,
        dossier_id=dossier.id,
        gateway=gateway.name,
        amount_vnd=sum(amounts),
        lines=lines,
        created_by=actor.id,
        created_at=moment,
        expires_at=moment + OPEN_FOR,
    )
    session.add(payment)
    told = {"payment_id": made, "amount_vnd": payment.amount_vnd, "gateway": gateway.name}
    finish(session, dossier, after, "dossier.payment_begun", actor, told)
    return payment, gateway.begin(_order(dossier, payment))


def _order(dossier: Dossier, payment: Payment) -> Order:
    address = f"{runtime.settings.public_url}/ho-so/{dossier.id}/tra-tien/{payment.id}"
    return Order(
        payment_id=payment.id,
        amount_vnd=payment.amount_vnd,
        expires_at=payment.expires_at,
        name=f"Hồ sơ {dossier.number or dossier.reference}",
        return_url=address,
    )


def one(session: Session, payment_id: UUID, dossier_id: UUID | None = None) -> Payment:
    """An attempt whose dossier the session may see.

    Raises:
        PaymentNotFound: there is none.
    """
    statement = select(Payment).where(Payment.id == payment_id)
    if dossier_id is not None:
        statement = statement.where(Payment.dossier_id == dossier_id)
    found = session.exec(statement).one_or_none()
    if found is None:
        raise PaymentNotFound("Không có lần trả tiền này.")
    return found


def shown(session: Session, actor: Actor, dossier_id: UUID, payment_id: UUID) -> Payment:
    """An attempt as whoever may see the dossier sees it.

    Raises:
        DossierNotFound, PaymentNotFound.
    """
    queries.get(session, actor, dossier_id)
    return one(session, payment_id, dossier_id)


def came(session: Session, payment: Payment) -> tuple[int, int]:
    """What came by an attempt, in đồng: (what settled nothing, what was credited)."""
    table = LedgerEntry.__table__  # type: ignore[attr-defined]
    found = session.execute(
        sa.select(table.c.entry, sa.func.sum(-table.c.amount_vnd))
        .where(table.c.dossier_id == payment.dossier_id, table.c.payment_id == payment.id)
        .group_by(table.c.entry)
    )
    sums = {entry: int(total) for entry, total in found}
    return sums.get(Entry.SURPLUS, 0), sums.get(Entry.PAYMENT, 0)


def book(session: Session, gateway: str, told: Told) -> Verdict:
    """Book a verified message, once; the same message again is answered as it was the first time.

    A twin that comes meanwhile waits for the first to commit. The session may be of the web: from here
    on it acts on the one payment that the message names.
    """
    act_as(session, None, frozenset(), payment=str(told.payment_id))
    payment = session.exec(
        select(Payment).where(Payment.id == told.payment_id, Payment.gateway == gateway)
    ).one_or_none()
    kept = session.execute(
        insert(Callback)
        .values(
            id=new_id(),
            gateway=gateway,
            message_id=told.message_id,
            received_at=now(),
            verdict=Verdict.UNKNOWN,
            payment_id=None,  # with the verdict: naming it here would lock the attempt before its dossier
            told=_kept(told),
        )
        .on_conflict_do_nothing(index_elements=["gateway", "message_id"])
        .returning(col(Callback.id))
    ).scalar_one_or_none()
    if kept is None:
        first = session.execute(
            sa.select(col(Callback.verdict)).where(
                col(Callback.gateway) == gateway, col(Callback.message_id) == told.message_id
            )
        ).scalar_one()
        return Verdict(first)
    if payment is None:
        log.warning("payment_unknown", gateway=gateway)
        return Verdict.UNKNOWN
    verdict = _booked(session, payment.id, told)
    session.execute(
        sa.update(Callback).where(col(Callback.id) == kept).values(verdict=verdict, payment_id=payment.id)
    )
    return verdict


def _kept(told: Told) -> dict[str, Any]:
    return {
        "payment_id": str(told.payment_id),
        "ref": told.gateway_ref,
        "paid": told.paid,
        "amount_vnd": told.amount_vnd,
        "at": told.at.isoformat(),
    }


def _booked(session: Session, payment_id: UUID, told: Told) -> Verdict:
    """Lock the dossier, then the attempt, and let the money do what it may."""
    dossier = session.exec(
        select(Dossier)
        .join(Payment, col(Payment.dossier_id) == col(Dossier.id))
        .where(Payment.id == payment_id)
        .with_for_update(of=Dossier)
        .execution_options(populate_existing=True)
    ).one()
    payment = session.exec(
        select(Payment)
        .where(Payment.id == payment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if not told.paid:
        if payment.state is PaymentState.CREATED:
            payment.state, payment.ended_at = PaymentState.FAILED, now()
            session.add(payment)
        return Verdict.FAILED
    book = ledger.opened(session, dossier)
    verdict = _worth(dossier, payment, told)
    movements = _allotted(book, payment, told.amount_vnd, credit=verdict is Verdict.CREDITED)
    credited = [one for one in movements if one.entry is Entry.PAYMENT]
    if verdict is Verdict.CREDITED and not credited:
        verdict = Verdict.TWICE
    entries = book.move(movements, actor=ANONYMOUS, method=PaymentMethod.ONLINE, payment_id=payment.id)
    payment.state, payment.ended_at = PaymentState.PAID, now()
    payment.gateway_ref = payment.gateway_ref or told.gateway_ref
    session.add(payment)
    after = book.after(dossier.status)
    data: dict[str, Any] = {
        "payment_id": payment.id,
        "lines": [one.line.id for one in credited],
        "amount_vnd": told.amount_vnd,
        "method": PaymentMethod.ONLINE,
        "verdict": verdict,
        "entries": entries,
        **resumed(session, dossier, after, "dossier.payment_received"),
    }
    if credited:
        data["receipt"] = receipting.give(
            session,
            dossier,
            amount_vnd=sum(one.amount_vnd for one in credited),
            method=PaymentMethod.ONLINE,
            lines=data["lines"],
        )
    finish(session, dossier, after, "dossier.payment_received", ANONYMOUS, data)
    return verdict


def _worth(dossier: Dossier, payment: Payment, told: Told) -> Verdict:
    if payment.state is PaymentState.PAID:
        return Verdict.TWICE
    if payment.state is not PaymentState.CREATED or told.at > payment.expires_at:
        return Verdict.LATE
    if (dossier.status, Action.PAY) not in TRANSITIONS:
        return Verdict.LATE
    return Verdict.CREDITED if told.amount_vnd == payment.amount_vnd else Verdict.WRONG_AMOUNT


def _allotted(book: Book, payment: Payment, amount_vnd: int, *, credit: bool) -> list[Movement]:
    """What is owed is paid, line by line; the rest is a surplus of the first line."""
    lines = [book.lines[UUID(line_id)] for line_id in payment.lines]
    rest, movements = amount_vnd, []
    for line in lines if credit else ():
        part = min(rest, max(0, book.of(line.id)[1].owed))
        if part:
            movements.append(Movement(line, Entry.PAYMENT, part))
            rest -= part
    if rest:
        movements.append(Movement(lines[0], Entry.SURPLUS, rest))
    return movements


@shared_task(name="dossiers.payments.reconcile")  # type: ignore[untyped-decorator]
def reconcile() -> int:
    """Ask the gateway about attempts whose word has not come, and end those whose time is over."""
    moment = now()
    with unit_of_work() as session:
        waiting = session.execute(
            sa.select(col(Payment.id), col(Payment.gateway))
            .where(
                col(Payment.state).in_([PaymentState.CREATED, PaymentState.EXPIRED]),
                col(Payment.expires_at) > moment - REMEMBERED,
                col(Payment.expires_at) < moment + OPEN_FOR - ASKED_AFTER,
            )
            .order_by(col(Payment.expires_at))
            .limit(500)
        ).all()
    return sum(look_after(payment_id, gateway) for payment_id, gateway in waiting)


def look_after(payment_id: UUID, gateway: str) -> int:
    """Book what the gateway knows of one attempt; end it when its time is over. Returns messages booked."""
    try:
        known = gateways.named(gateway).query(payment_id)
    except DomainError as error:
        log.warning("gateway_silent", gateway=gateway, error=type(error).__name__)
        return 0
    for told in known:
        with unit_of_work() as session:
            book(session, gateway, told)
    with unit_of_work() as session:
        session.execute(
            sa.update(Payment)
            .where(
                col(Payment.id) == payment_id,
                col(Payment.state) == PaymentState.CREATED,
                col(Payment.expires_at) < now(),
            )
            .values(state=PaymentState.EXPIRED, ended_at=now())
        )
    return len(known)
