"""The ledger of a dossier as a page or the API shows it."""

from datetime import datetime
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import queries
from dossiers.ledger import Standing, after
from dossiers.models import FeeLine
from dossiers.money_models import Entry, LedgerEntry, Receipt

WORDS = {
    "charge": "Phải thu",
    "waiver": "Miễn, bỏ thu",
    "payment": "Đã thu",
    "refund": "Hoàn lại",
    "surplus": "Tiền thừa, chờ hoàn",
    "surplus_refund": "Hoàn tiền thừa",
}


class LineView(msgspec.Struct, frozen=True):
    """A fee line and where it stands, in đồng."""

    id: UUID
    name: str
    duty: bool
    amount_vnd: int
    owed_vnd: int
    paid_vnd: int
    waived_vnd: int
    surplus_vnd: int
    waiver: str | None


class EntryView(msgspec.Struct, frozen=True):
    """A movement: what is owed counts positive, what settles it negative."""

    line_id: UUID
    line: str
    entry: str
    amount_vnd: int
    method: str | None
    at: datetime


class ReceiptView(msgspec.Struct, frozen=True):
    """A receipt by its series and number."""

    series: str
    number: str
    amount_vnd: int
    method: str
    issued_at: datetime
    made_by_seq: int


class LedgerView(msgspec.Struct, frozen=True):
    """All of it; `surplus_vnd` is to be given back."""

    owed_vnd: int
    surplus_vnd: int
    lines: list[LineView]
    entries: list[EntryView]
    receipts: list[ReceiptView]


def of(session: Session, actor: Actor, dossier_id: UUID) -> LedgerView:
    """The ledger of a dossier the actor may see.

    Raises:
        DossierNotFound: there is none for them.
    """
    queries.get(session, actor, dossier_id)
    return gathered(session, dossier_id)


def gathered(session: Session, dossier_id: UUID) -> LedgerView:
    """The ledger of a dossier that was opened before."""
    line = FeeLine.__table__  # type: ignore[attr-defined]
    receipt = Receipt.__table__  # type: ignore[attr-defined]
    moved = entries(session, dossier_id)
    standing = standings_of(moved)
    lines = [
        _line(row, standing.get(row.id, Standing()))
        for row in session.execute(
            sa.select(line.c.id, line.c.name, line.c.duty, line.c.amount_vnd, line.c.waiver)
            .where(line.c.dossier_id == dossier_id)
            .order_by(line.c.duty, line.c.key)
        )
    ]
    receipts = session.execute(
        sa.select(
            receipt.c.series,
            sa.func.lpad(sa.cast(receipt.c.number, sa.Text), 8, "0"),
            receipt.c.amount_vnd,
            receipt.c.method,
            receipt.c.issued_at,
            receipt.c.made_by_seq,
        )
        .where(receipt.c.dossier_id == dossier_id)
        .order_by(receipt.c.made_by_seq)
    )
    return LedgerView(
        owed_vnd=sum(one.owed_vnd for one in lines),
        surplus_vnd=sum(one.surplus_vnd for one in lines),
        lines=lines,
        entries=moved,
        receipts=[ReceiptView(*row) for row in receipts],
    )


def entries(session: Session, dossier_id: UUID) -> list[EntryView]:
    """Every movement of a dossier that was opened before, in their order; one statement."""
    line, entry = FeeLine.__table__, LedgerEntry.__table__  # type: ignore[attr-defined]
    found = session.execute(
        sa.select(line.c.id, line.c.name, entry.c.entry, entry.c.amount_vnd, entry.c.method, entry.c.at)
        .join(line, line.c.id == entry.c.fee_line_id)
        .where(entry.c.dossier_id == dossier_id)
        .order_by(entry.c.id)
    )
    return [EntryView(row[0], row[1], row[2].value, *row[3:]) for row in found]


def standings_of(moved: list[EntryView]) -> dict[UUID, Standing]:
    """Where each line stands after these movements."""
    found: dict[UUID, Standing] = {}
    for one in moved:
        before = found.get(one.line_id, Standing())
        found[one.line_id] = after(before, Entry(one.entry), one.amount_vnd)
    return found


def _line(row: sa.Row[tuple[UUID, str, bool, int, str | None]], standing: Standing) -> LineView:
    return LineView(
        row.id,
        row.name,
        row.duty,
        row.amount_vnd,
        standing.owed,
        standing.paid,
        standing.waived,
        standing.surplus,
        row.waiver,
    )
