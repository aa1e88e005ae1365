"""Money at the desk: an amount paid in cash or by transfer, an exemption granted, money given back."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from auth.actor import Actor
from dossiers import clocks, ledger, receipting, waivers
from dossiers.ledger import FeeSettled, MoreThanPaid, Movement
from dossiers.models import Dossier, PaymentMethod
from dossiers.money_models import Entry
from dossiers.processing import begin, finish, worded
from dossiers.workflow import Action, Status
from portal.core.errors import Invalid

AT_DESK = (PaymentMethod.CASH, PaymentMethod.TRANSFER)


class NoWaiver(Invalid):
    title = "Chưa chọn căn cứ miễn"


def settle_fee(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    fee_line_id: UUID,
    method: PaymentMethod = PaymentMethod.CASH,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Note that what is owed on a line was paid in cash, or by transfer as the collector saw; receipt it.

    The last line of a financial duty sends the dossier back to where it was.

    Raises:
        FeeNotFound: the dossier has no such line.
        FeeSettled: nothing is owed on it.
        Invalid: the method is none of the desk's; and those of `begin`.
    """
    demand_method(method)
    body = f"{fee_line_id} {method}"
    begun = begin(session, actor, dossier_id, Action.SETTLE_FEE, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    book = ledger.opened(session, dossier)
    line, standing = book.of(fee_line_id)
    if standing.owed <= 0:
        raise FeeSettled(f"“{line.name}” đã thu hoặc được miễn rồi.")
    owed = standing.owed
    entries = book.move([Movement(line, Entry.PAYMENT, owed)], actor=actor, method=method)
    receipt = receipting.give(session, dossier, amount_vnd=owed, method=method, lines=[line.id])
    after = book.after(after)
    return finish(
        session,
        dossier,
        after,
        "dossier.fee_settled",
        actor,
        {
            "fee_line_id": line.id,
            "amount_vnd": owed,
            "method": method,
            "entries": entries,
            "receipt": receipt,
            **resumed(session, dossier, after, "dossier.fee_settled"),
        },
    )


def demand_method(method: PaymentMethod) -> None:
    """Refuse what no officer sees with their own eyes.

    Raises:
        Invalid: it is neither cash nor a transfer.
    """
    if method not in AT_DESK:
        raise Invalid(
            "Chọn tiền mặt hoặc chuyển khoản.", errors=[{"field": "method", "message": "Chọn lại."}]
        )


def resumed(session: Session, dossier: Dossier, after: Status, name: str) -> dict[str, Any]:
    """What the event says where the money met the financial duty: the clock goes on."""
    if after is dossier.status:
        return {}
    return {"resumes": True, **clocks.turn(session, dossier, name, {"resumes": True})}


def waive_fee(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    fee_line_id: UUID,
    code: str,
    reason: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Exempt the applicant from what is still owed on a line.

    Source: Law on Civil Status 60/2014/QH13, art. 11, and the articles in `waivers`.

    Raises:
        NoWaiver: there is no such exemption.
        Invalid: no reason (which paper shows it).
        FeeNotFound, FeeSettled; and those of `begin`.
    """
    if waivers.waiver(code) is None:
        message = "Chọn căn cứ miễn trong danh sách."
        raise NoWaiver(message, errors=[{"field": "code", "message": message}])
    reason = worded(reason, "Ghi giấy tờ hoặc văn bản cho thấy người nộp được miễn.")
    body = f"{fee_line_id} {code} {reason}"
    begun = begin(session, actor, dossier_id, Action.WAIVE_FEE, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    book = ledger.opened(session, dossier)
    line, standing = book.of(fee_line_id)
    if standing.owed <= 0:
        raise FeeSettled(f"“{line.name}” đã thu hoặc được miễn rồi. Đã thu thì hoàn lại.")
    entries = book.move([Movement(line, Entry.WAIVER, standing.owed)], actor=actor, waiver=code)
    after = book.after(after)
    return finish(
        session,
        dossier,
        after,
        "dossier.fee_waived",
        actor,
        {
            "fee_line_id": line.id,
            "amount_vnd": standing.owed,
            "waiver": code,
            "entries": entries,
            **resumed(session, dossier, after, "dossier.fee_waived"),
        },
        {"reason": reason},
    )


def refund_fee(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    fee_line_id: UUID,
    amount_vnd: int,
    method: PaymentMethod,
    reason: str,
    owed_again: bool = False,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Give money back: the surplus of the line first, then what was paid. What is given back is owed no more.

    Args:
        session, actor, dossier_id, fee_line_id, seq, key: as of every act.
        amount_vnd: not more than came in.
        method: how it goes back.
        reason: in words; sealed.
        owed_again: the payment was noted by mistake: all of it is taken back, and the line is owed again.

    Raises:
        MoreThanPaid: less came in.
        Invalid: no reason, no amount, or a mistake that is not taken back whole.
        FeeNotFound; and those of `begin`.
    """
    reason = worded(reason, "Ghi lý do hoàn tiền.")
    if amount_vnd <= 0:
        raise Invalid("Nhập số tiền hoàn.", errors=[{"field": "amount_vnd", "message": "Nhập số tiền hoàn."}])
    body = f"{fee_line_id} {amount_vnd} {method} {owed_again} {reason}"
    begun = begin(session, actor, dossier_id, Action.REFUND_FEE, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    book = ledger.opened(session, dossier)
    line, standing = book.of(fee_line_id)
    if amount_vnd > standing.paid + standing.surplus:
        raise MoreThanPaid(
            "Số hoàn lớn hơn số tiền đã thu của khoản này.",
            paid_vnd=standing.paid,
            surplus_vnd=standing.surplus,
        )
    surplus = 0 if owed_again else min(amount_vnd, standing.surplus)
    paid = amount_vnd - surplus
    if owed_again and (paid != standing.paid or standing.waived):
        raise Invalid("Ghi nhầm thì hủy cả khoản đã thu.", paid_vnd=standing.paid)
    movements = [Movement(line, Entry.SURPLUS_REFUND, surplus), Movement(line, Entry.REFUND, paid)]
    if not owed_again:
        movements.append(Movement(line, Entry.WAIVER, paid))
    entries = book.move(movements, actor=actor, method=method, waiver=waivers.REFUNDED)
    return finish(
        session,
        dossier,
        after,
        "dossier.fee_refunded",
        actor,
        {"fee_line_id": line.id, "amount_vnd": amount_vnd, "method": method, "entries": entries},
        {"reason": reason},
    )
