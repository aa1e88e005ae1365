"""The ledger of a dossier: what is charged, paid, waived and given back, in whole đồng, never changed.

What is owed is a sum. `fee_line.settled_at` and `waived_at` follow from it and are written nowhere else.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import queries
from dossiers.models import Dossier, FeeLine, PaymentMethod
from dossiers.money_models import Entry, LedgerEntry
from dossiers.workflow import Action, Status, advance
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid, NotFound

L = LedgerEntry.__table__  # type: ignore[attr-defined]
OF_SURPLUS = (Entry.SURPLUS, Entry.SURPLUS_REFUND)


class FeeSettled(Conflict):
    title = "Khoản này không còn phải thu"


class FeeNotFound(NotFound):
    title = "Không có khoản thu này"


class NothingOwed(Conflict):
    title = "Không còn khoản nào phải trả"


class MoreThanPaid(Invalid):
    """No more is given back than came in; `paid_vnd`, `surplus_vnd` tell what did."""

    title = "Không hoàn nhiều hơn số đã thu"


class Standing(msgspec.Struct, frozen=True):
    """Where a line stands, in đồng: owed still; paid (net of refunds); waived; surplus to be given back."""

    owed: int = 0
    paid: int = 0
    waived: int = 0
    surplus: int = 0


class Movement(msgspec.Struct, frozen=True):
    """One entry about to be made."""

    line: FeeLine
    entry: Entry
    amount_vnd: int  # never negative here; the sign follows from the kind of entry


_TAKES_AWAY = (Entry.WAIVER, Entry.PAYMENT, Entry.SURPLUS)


def standings(session: Session, dossier_id: UUID) -> dict[UUID, Standing]:
    """Each fee line's standing; one statement."""

    def total(*kinds: Entry) -> Any:
        chosen = sa.func.sum(L.c.amount_vnd).filter(L.c.entry.in_(kinds))
        return sa.cast(sa.func.coalesce(chosen, 0), sa.BigInteger)

    found = session.execute(
        sa.select(
            L.c.fee_line_id,
            total(Entry.CHARGE, Entry.WAIVER, Entry.PAYMENT, Entry.REFUND),
            -total(Entry.PAYMENT, Entry.REFUND),
            -total(Entry.WAIVER),
            -total(*OF_SURPLUS),
        )
        .where(L.c.dossier_id == dossier_id)
        .group_by(L.c.fee_line_id)
    )
    return {row[0]: Standing(*row[1:]) for row in found}


class Book(msgspec.Struct):
    """The lines of a locked dossier with their standings; `move` keeps both in step with the ledger."""

    session: Session
    dossier: Dossier
    lines: dict[UUID, FeeLine]
    by_line: dict[UUID, Standing]

    def of(self, line_id: UUID) -> tuple[FeeLine, Standing]:
        """A line and where it stands.

        Raises:
            FeeNotFound: the dossier has no such line.
        """
        if line_id not in self.lines:
            raise FeeNotFound("Hồ sơ này không có khoản thu đó.")
        return self.lines[line_id], self.by_line.get(line_id, Standing())

    def owed(self) -> list[FeeLine]:
        """The lines on which something is owed now."""
        return [line for line in self.lines.values() if self.of(line.id)[1].owed > 0]

    def move(
        self,
        movements: Iterable[Movement],
        *,
        actor: Actor,
        method: PaymentMethod | None = None,
        payment_id: UUID | None = None,
        waiver: str | None = None,
    ) -> list[dict[str, Any]]:
        """Write the entries of one act, and what follows on the lines; returns them for the event."""
        at, told = now(), list[dict[str, Any]]()
        for one in movements:
            if one.amount_vnd == 0:
                continue
            amount = -one.amount_vnd if one.entry in _TAKES_AWAY else one.amount_vnd
            self.session.add(
                LedgerEntry(
                    dossier_id=self.dossier.id,
                    fee_line_id=one.line.id,
                    entry=one.entry,
                    amount_vnd=amount,
                    method=None if one.entry in (Entry.CHARGE, Entry.WAIVER) else method,
                    payment_id=payment_id,
                    by_id=actor.id,
                    at=at,
                    made_by_seq=self.dossier.seq + 1,
                )
            )
            self.by_line[one.line.id] = after(self.of(one.line.id)[1], one.entry, amount)
            told.append({"line": one.line.id, "entry": one.entry, "amount_vnd": amount})
        for line_id in {one["line"] for one in told}:
            waived = any(one["entry"] is Entry.WAIVER for one in told if one["line"] == line_id)
            self._follow(line_id, at, actor, method, waiver if waived else None)
        return told

    def _follow(
        self, line_id: UUID, at: datetime, actor: Actor, method: PaymentMethod | None, waiver: str | None
    ) -> None:
        """Let the line's columns say what its entries lead to."""
        line, standing = self.lines[line_id], self.by_line[line_id]
        if standing.owed or not standing.paid:
            line.settled_at = line.settled_by = line.method = None
        elif line.settled_at is None:
            line.settled_at, line.settled_by, line.method = at, actor.id, method
        if waiver is not None:
            line.waived_at, line.waiver = at, waiver
        self.session.add(line)

    def after(self, stays: Status) -> Status:
        """The status after money moved: a financial duty of which nothing is owed any more is met."""
        waits = self.dossier.status is Status.FINANCIAL_DUTY
        if not waits or any(line.duty for line in self.owed()):
            return stays
        way = self.dossier.way_back
        return advance(Status.FINANCIAL_DUTY, Action.MEET_DUTY, Status(way[-1]) if way else None)


def after(standing: Standing, entry: Entry, amount: int) -> Standing:
    """Where a line stands after an entry of this signed amount."""
    owed, paid, waived, surplus = standing.owed, standing.paid, standing.waived, standing.surplus
    if entry in OF_SURPLUS:
        return Standing(owed, paid, waived, surplus - amount)
    paid -= amount if entry in (Entry.PAYMENT, Entry.REFUND) else 0
    waived -= amount if entry is Entry.WAIVER else 0
    return Standing(owed + amount, paid, waived, surplus)


def opened(session: Session, dossier: Dossier) -> Book:
    """The book of a dossier whose row is locked; its lines are locked after it."""
    lines = queries.fee_lines(session, dossier.id, for_update=True)
    return Book(session, dossier, {line.id: line for line in lines}, standings(session, dossier.id))


def charge(session: Session, dossier: Dossier, lines: Sequence[FeeLine], *, actor: Actor) -> None:
    """Enter what is owed from now on: lines that are new. The dossier's row is locked or new."""
    book = Book(session, dossier, {line.id: line for line in lines}, {})
    session.add_all(lines)
    session.flush()
    book.move([Movement(line, Entry.CHARGE, line.amount_vnd) for line in lines], actor=actor)
