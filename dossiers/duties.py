"""A financial duty (status 6): the applicant is told to pay what another rule sets, and the clock pauses.

Source: Decree 118/2025/NĐ-CP, art. 17, 18; list of national statuses, 6.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import clocks, ledger, receipting, waivers
from dossiers.fees import demand_method
from dossiers.ledger import Movement
from dossiers.models import Dossier, FeeLine, PaymentMethod
from dossiers.money_models import Entry
from dossiers.processing import begin, finish, worded
from dossiers.workflow import Action
from portal.core.errors import Invalid
from portal.core.text import clean

MOST_LINES = 20
MOST_VND = 1_000_000_000_000


class DutyLine(msgspec.Struct, frozen=True):
    """One amount asked for: its name as the notice of tax or land money gives it."""

    name: str
    amount_vnd: int


def ask_duty(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    lines: Sequence[DutyLine],
    note: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Ask the applicant to meet a financial duty; the time until it is met is not counted.

    Raises:
        Invalid: no lines, too many, without a name, or an amount that is none; and those of `begin`.
    """
    asked = _checked(lines)
    note = clean(note, max_length=2000, multiline=True)
    body = msgspec.json.encode([[one.name, one.amount_vnd] for one in asked]).decode() + note
    begun = begin(session, actor, dossier_id, Action.ASK_DUTY, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    first = session.execute(
        sa.select(sa.func.count()).where(
            FeeLine.dossier_id == dossier.id,  # type: ignore[arg-type]
            FeeLine.duty,  # type: ignore[arg-type]
        )
    ).scalar_one()
    made = [
        FeeLine(
            dossier_id=dossier.id,
            key=f"duty-{number:03d}",
            name=one.name,
            amount_vnd=one.amount_vnd,
            duty=True,
        )
        for number, one in enumerate(asked, first + 1)
    ]
    ledger.charge(session, dossier, made, actor=actor)
    told = [{"id": line.id, "key": line.key, "amount_vnd": line.amount_vnd} for line in made]
    return finish(
        session,
        dossier,
        after,
        "dossier.duty_asked",
        actor,
        {"lines": told, **clocks.turn(session, dossier, "dossier.duty_asked", {})},
        {"note": note} if note else None,
    )


def _checked(lines: Sequence[DutyLine]) -> list[DutyLine]:
    if not 1 <= len(lines) <= MOST_LINES:
        message = f"Nhập từ 1 đến {MOST_LINES} khoản."
        raise Invalid(message, errors=[{"field": "lines", "message": message}])
    errors, kept = [], []
    for place, line in enumerate(lines):
        name = clean(line.name, max_length=300)
        if not name:
            errors.append({"field": f"lines.{place}.name", "message": "Nhập tên khoản phải nộp."})
        if not 0 < line.amount_vnd <= MOST_VND:
            errors.append({"field": f"lines.{place}.amount_vnd", "message": "Nhập số tiền bằng đồng."})
        kept.append(DutyLine(name, line.amount_vnd))
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    return kept


def meet_duty(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    method: PaymentMethod,
    note: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Note that the duty is met: paid in cash here, or elsewhere by a proof the officer saw.

    Cash is receipted; for a transfer the proof (to the treasury) is the receipt.

    Raises:
        Invalid: no word on the proof, or another method; and those of `begin`.
    """
    demand_method(method)
    note = worded(note, "Ghi chứng từ cho thấy người nộp đã nộp tiền.")
    begun = begin(session, actor, dossier_id, Action.MEET_DUTY, seq=seq, key=key, body=f"{method} {note}")
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    book = ledger.opened(session, dossier)
    owed = [(line, book.of(line.id)[1].owed) for line in book.owed() if line.duty]
    total = sum(amount for _, amount in owed)
    entries = book.move(
        [Movement(line, Entry.PAYMENT, amount) for line, amount in owed], actor=actor, method=method
    )
    told = {"lines": [line.id for line, _ in owed], "amount_vnd": total, "method": method, "entries": entries}
    if total and method is PaymentMethod.CASH:
        told["receipt"] = receipting.give(
            session, dossier, amount_vnd=total, method=method, lines=[line.id for line, _ in owed]
        )
    told |= clocks.turn(session, dossier, "dossier.duty_met", {})
    return finish(session, dossier, after, "dossier.duty_met", actor, told, {"note": note})


def revoke_duty(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    reason: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Take the request back: what is still owed of it falls away. What was paid is refunded by its own act.

    Raises:
        Invalid: no reason; and those of `begin`.
    """
    reason = worded(reason, "Ghi lý do rút lại yêu cầu.")
    begun = begin(session, actor, dossier_id, Action.REVOKE_DUTY, seq=seq, key=key, body=reason)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    book = ledger.opened(session, dossier)
    owed = [Movement(line, Entry.WAIVER, book.of(line.id)[1].owed) for line in book.owed() if line.duty]
    entries = book.move(owed, actor=actor, waiver=waivers.REVOKED)
    data = {"entries": entries, **clocks.turn(session, dossier, "dossier.duty_revoked", {})}
    return finish(session, dossier, after, "dossier.duty_revoked", actor, data, {"reason": reason})
