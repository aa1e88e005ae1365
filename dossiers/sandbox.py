"""The sandbox gateway itself: another party, which shares a secret with the portal. Demo only.

It knows an order by what the portal signed, moves no real money, and tells of what "happened" by signed
messages, again and again until the portal answers 200. Nothing here reads the portal's own tables.
"""

import hmac
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import msgspec
import sqlalchemy as sa
import structlog
import urllib3
from celery import shared_task
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from dossiers import gateways
from dossiers.gateways import Order
from dossiers.money_models import SandboxOrder
from portal.core import runtime
from portal.core.clock import now
from portal.core.errors import Conflict, NotFound
from portal.core.work import unit_of_work

log = structlog.get_logger("sandbox")

# What the payer may let happen: pay, and all that goes wrong with payments.
WAYS: Final = ("pay", "fail", "late", "twice", "wrong")
OPEN, TELLING, TOLD = "open", "telling", "told"

Send = Callable[[str, bytes, dict[str, str]], int]


class NoOrder(NotFound):
    title = "Không có đơn trả tiền này"

    def __init__(self) -> None:
        super().__init__("Đơn trả tiền không đúng hoặc không còn. Quay lại trang hồ sơ rồi bấm trả tiền lại.")


class OrderEnded(Conflict):
    title = "Đơn này đã xong"


def demand_open() -> None:
    """Refuse everything where the sandbox is not the gateway.

    Raises:
        NoOrder: this is no demo, or another gateway is used.
    """
    settings = runtime.settings
    if not settings.demo or settings.payment_gateway != gateways.SANDBOX:
        raise NoOrder


def _secret() -> str:
    return runtime.settings.payment_secret.get_secret_value()


def read_order(coded: str, proof: str) -> Order:
    """The order an address brings.

    Raises:
        NoOrder: it is not signed by the portal.
    """
    demand_open()
    try:
        body = urlsafe_b64decode(coded.encode("ascii") + b"=" * (-len(coded) % 4))
        if not hmac.compare_digest(gateways.order_proof(_secret(), body).encode(), proof.encode()):
            raise NoOrder
        return msgspec.json.decode(body, type=Order)
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        raise NoOrder from error


def opened(session: Session, order: Order) -> SandboxOrder:
    """The order in the gateway's own books, entered when it is new; locked."""
    session.execute(
        insert(SandboxOrder)
        .values(
            ref=f"TT{uuid4().hex[:12].upper()}",
            payment_id=str(order.payment_id),
            amount_vnd=order.amount_vnd,
            expires_at=order.expires_at,
            return_url=order.return_url,
            state=OPEN,
            told=[],
        )
        .on_conflict_do_nothing()
    )
    found: SandboxOrder = session.execute(
        sa.select(SandboxOrder).where(col(SandboxOrder.payment_id) == str(order.payment_id)).with_for_update()
    ).scalar_one()
    return found


def happen(session: Session, order: Order, way: str) -> SandboxOrder:
    """Let something happen to an order.

    Raises:
        NoOrder: nothing of this name can happen.
        OrderEnded: something happened already, or its time is over.
    """
    if way not in WAYS:
        raise NoOrder
    kept = opened(session, order)
    if kept.state != OPEN:
        raise OrderEnded("Đơn này đã xong. Quay lại trang hồ sơ để xem kết quả.")
    moment = now()
    if way != "late" and moment > kept.expires_at:
        raise OrderEnded("Đơn này đã hết hạn. Quay lại trang hồ sơ rồi bấm trả tiền lại.")
    amount = kept.amount_vnd
    movements = {
        "pay": [("paid", amount, moment)],
        "fail": [("failed", 0, moment)],
        "late": [("paid", amount, max(moment, kept.expires_at) + timedelta(seconds=1))],
        "twice": [("paid", amount, moment), ("paid", amount, moment)],
        "wrong": [("paid", amount - 1000 if amount > 1000 else amount + 1000, moment)],
    }[way]
    kept.state = TELLING
    kept.told = [{**_message(kept, *one), "acknowledged": False} for one in movements]
    session.add(kept)
    session.flush()
    return kept


def _message(order: SandboxOrder, state: str, amount_vnd: int, at: datetime) -> dict[str, Any]:
    return {
        "message_id": f"gd-{uuid4().hex}",
        "payment_id": order.payment_id,
        "ref": order.ref,
        "state": state,
        "amount_vnd": amount_vnd,
        "currency": "VND",
        "at": at.isoformat(),
    }


def movements(session: Session, payment_id: str) -> list[dict[str, Any]]:
    """All that happened to an order, as messages.

    Raises:
        NoOrder: the payer never came here.
    """
    told = session.execute(
        sa.select(col(SandboxOrder.told)).where(col(SandboxOrder.payment_id) == payment_id)
    ).scalar_one_or_none()
    if told is None:
        raise NoOrder
    return [{name: value for name, value in one.items() if name != "acknowledged"} for one in told]


def send(url: str, body: bytes, headers: dict[str, str]) -> int:
    """POST a message to the portal; its status, 0 when it does not answer."""
    try:
        answer = urllib3.request("POST", url, body=body, headers=headers, timeout=10.0, retries=False)
    except urllib3.exceptions.HTTPError:
        return 0
    return int(answer.status)


def tell(ref: str, deliver: Send | None = None) -> bool:
    """Tell the portal what it has not acknowledged of an order; whether it has all now."""
    url = f"{runtime.settings.public_url}/api/v1/payments/{gateways.SANDBOX}/callback"
    with unit_of_work() as session:
        found = session.get(SandboxOrder, ref)
        told = [] if found is None else [dict(one) for one in found.told]
    for one in told:
        if not one["acknowledged"]:
            body = msgspec.json.encode({name: one[name] for name in one if name != "acknowledged"})
            headers = {"content-type": "application/json", **gateways.signed(_secret(), body, now())}
            one["acknowledged"] = (deliver or send)(url, body, headers) == 200
    complete = all(one["acknowledged"] for one in told)
    with unit_of_work() as session:
        kept = session.get(SandboxOrder, ref, with_for_update=True)
        if kept is not None:
            kept.told, kept.state = told, TOLD if complete else TELLING
            session.add(kept)
    if not complete:
        log.warning("portal_silent", ref=ref)
    return complete


@shared_task(name="dossiers.sandbox.tell_again")  # type: ignore[untyped-decorator]
def tell_again() -> int:
    """Repeat what the portal has not acknowledged, as gateways do."""
    if runtime.settings.payment_gateway != gateways.SANDBOX:
        return 0
    with unit_of_work() as session:
        waiting = session.execute(
            sa.select(col(SandboxOrder.ref)).where(col(SandboxOrder.state) == TELLING).limit(100)
        ).scalars()
        refs = list(waiting)
    return sum(tell(ref) for ref in refs)
