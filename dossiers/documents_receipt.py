"""The receipt of money (biên lai thu tiền phí, lệ phí): what it says, from the event that gave its number."""

from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from dossiers.models import FeeLine
from dossiers.money_models import LedgerEntry
from dossiers.words import dong_words
from portal.core.events import EventRow

METHODS: Final = {"cash": "Tiền mặt", "transfer": "Chuyển khoản", "online": "Trực tuyến"}


class Collected(msgspec.Struct, frozen=True):
    """What one receipt is over."""

    series: str
    number: int
    method: str
    lines: list[tuple[str, int]]

    @property
    def total(self) -> int:
        """The whole amount, in đồng."""
        return sum(amount for _, amount in self.lines)


def collected(session: Session, event: EventRow, dossier_id: Any) -> Collected | None:
    """The money an event receipted; None where it gave no receipt (surplus alone, proof of the treasury)."""
    given = event.data.get("receipt")
    if not isinstance(given, dict):
        return None
    rows = session.execute(
        sa.select(col(FeeLine.name), -col(LedgerEntry.amount_vnd))
        .join(LedgerEntry, col(LedgerEntry.fee_line_id) == col(FeeLine.id))
        .where(
            col(LedgerEntry.dossier_id) == dossier_id,
            col(LedgerEntry.made_by_seq) == event.seq,
            col(LedgerEntry.entry) == "payment",
        )
        .order_by(col(LedgerEntry.id))
    )
    return Collected(
        given["series"], given["number"], str(event.data["method"]), [(row[0], row[1]) for row in rows]
    )


def says(told: Collected, officer: str) -> dict[str, Any]:
    """The names of the receipt's template.

    Source: Decree 254/2026/NĐ-CP, content of receipts: series and number, collector, fee, amount in
    figures and words, date.
    """
    return {
        "series": told.series,
        "receipt_number": f"{told.number:08d}",
        "method": METHODS[told.method],
        "lines": [{"name": name, "amount": _dong(amount)} for name, amount in told.lines],
        "total": _dong(told.total),
        "total_words": dong_words(told.total),
        "collector": officer or "Lập tự động trên hệ thống",
    }


def _dong(amount_vnd: int) -> str:
    return f"{amount_vnd:,} đồng".replace(",", ".")
