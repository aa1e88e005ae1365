"""Fee lines, ledger, payments and receipts against what the events say of money; the numbers of receipts."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from dossiers.verification.report import Findings
from dossiers.verification.tape import Row

FEES: Final = """
    SELECT dossier_id::text, id::text, amount_vnd, duty, settled_at IS NOT NULL, waived_at IS NOT NULL
    FROM fee_line ORDER BY fee_line.dossier_id
"""
ENTRIES: Final = """
    SELECT dossier_id::text, made_by_seq, fee_line_id::text, entry, amount_vnd, payment_id::text
    FROM ledger_entry ORDER BY ledger_entry.dossier_id, ledger_entry.id
"""
PAYMENTS: Final = """
    SELECT dossier_id::text, id::text, amount_vnd, state FROM payment ORDER BY payment.dossier_id
"""
RECEIPTS: Final = """
    SELECT dossier_id::text, made_by_seq, agency_id::text, series, year, number, amount_vnd
    FROM receipt ORDER BY receipt.dossier_id
"""
QUERIES: Final = (FEES, ENTRIES, PAYMENTS, RECEIPTS)
KIND: Final = "money"
CREDITS: Final = ("charge", "waiver", "payment", "refund")

_NUMBERS = sa.text(
    """
    SELECT c.agency_id::text, c.series, c.year, c.n, count(r.id), max(r.number)
    FROM receipt_counter c LEFT JOIN receipt r
      ON r.agency_id = c.agency_id AND r.series = c.series AND r.year = c.year
    GROUP BY c.agency_id, c.series, c.year, c.n ORDER BY 1, 2, 3
    """
)
_UNCOUNTED = sa.text(
    """
    SELECT r.dossier_id::text, r.series, r.year, r.number FROM receipt r
    WHERE NOT EXISTS (SELECT 1 FROM receipt_counter c
                      WHERE c.agency_id = r.agency_id AND c.series = r.series AND c.year = r.year)
    """
)
_MESSAGES = sa.text(
    """
    SELECT p.dossier_id::text, p.id::text,
           coalesce((SELECT sum((c.told ->> 'amount_vnd')::bigint) FROM callback c
                     WHERE c.payment_id = p.id AND (c.told ->> 'paid')::boolean), 0),
           coalesce((SELECT -sum(e.amount_vnd) FROM ledger_entry e WHERE e.payment_id = p.id), 0)
    FROM payment p ORDER BY 1
    """
)


class Money(msgspec.Struct):
    """What the events say: charges, entries by the event that made them, attempts, receipts."""

    owed_vnd: int | None = None
    accepted_seq: int = 0
    duties: dict[str, int] = {}
    entries: list[tuple[int, str, str, int]] = []  # (seq, line, entry, amount)
    paid_by: dict[int, str] = {}  # seq -> payment
    begun: dict[str, int] = {}
    received: set[str] = set()
    receipts: dict[int, tuple[str, str, int, int]] = {}  # seq -> agency, series, year, number

    def take(self, seq: int, name: str, data: Mapping[str, Any]) -> None:
        """Fold one event."""
        match name.removeprefix("dossier."):
            case "accepted":
                self.owed_vnd, self.accepted_seq = data.get("owed_vnd"), seq
            case "duty_asked":
                for line in data["lines"]:
                    self.duties[line["id"]] = line["amount_vnd"]
                    self.entries.append((seq, line["id"], "charge", line["amount_vnd"]))
            case "payment_begun":
                self.begun[data["payment_id"]] = data["amount_vnd"]
            case "payment_received":
                self.received.add(data["payment_id"])
                self.paid_by[seq] = data["payment_id"]
            case "fee_settled" if "entries" not in data:  # before there was a ledger
                self.entries.append((seq, data["fee_line_id"], "payment", -data["amount_vnd"]))
        for one in data.get("entries", ()) if name.startswith("dossier.") else ():
            self.entries.append((seq, one["line"], one["entry"], one["amount_vnd"]))
        if isinstance(given := data.get("receipt"), dict):
            self.receipts[seq] = (given["agency_id"], given["series"], given["year"], given["number"])


def differences(
    money: Money, fees: list[Row], entries: list[Row], payments: list[Row], receipts: list[Row]
) -> Iterator[str]:
    """What differs between a dossier's events and its rows of money."""
    wrong = list(_of_entries(money, fees, entries))
    yield from wrong or _of_lines(money, fees, entries)
    yield from _of_payments(money, payments)
    if wrong:
        return  # what follows from entries is not told again
    kept = {row[1]: tuple(row[2:6]) for row in receipts}
    for seq in sorted(kept.keys() | money.receipts.keys()):
        if kept.get(seq) != money.receipts.get(seq):
            yield f"the receipt of event {seq} is not the one that was given"
    paid: dict[int, int] = defaultdict(int)
    for row in entries:
        paid[row[1]] -= row[4] if row[3] == "payment" else 0
    for row in receipts:
        if paid[row[1]] != row[6]:
            yield f"receipt {row[3]}/{row[5]} is over {row[6]} đồng, {paid[row[1]]} were paid"


def _of_lines(money: Money, fees: list[Row], entries: list[Row]) -> Iterator[str]:
    """The columns of each line follow from its entries; what was fixed at acceptance stays."""
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for _, _, line, entry, amount, _ in entries:
        total[line][entry] += amount
    for _, line, amount, _, settled, waived in fees:
        of = total[line]
        owed, paid = sum(of[entry] for entry in CREDITS), -(of["payment"] + of["refund"])
        if of["charge"] != amount:
            yield f"fee {line} is {amount} đồng, its ledger charges {of['charge']}"
        if owed < 0:
            yield f"fee {line} is paid or waived beyond what was charged"
        if of["surplus"] + of["surplus_refund"] > 0 or paid < 0:
            yield f"fee {line}: more was given back than came in"
        if settled and not (owed == 0 and paid > 0):
            yield f"fee {line} is marked as paid and its ledger does not say so"
        if not settled and owed == 0 and paid > 0:
            yield f"fee {line}: {paid} đồng were paid, its row says otherwise"
        if waived != (of["waiver"] != 0):
            yield f"fee {line} is marked as {'waived' if waived else 'not waived'}, its ledger says otherwise"
    fixed = sum(row[2] for row in fees if not row[3])
    if money.owed_vnd is not None and fixed != money.owed_vnd:
        yield f"its fees come to {fixed} đồng, {money.owed_vnd} were fixed at acceptance"
    duties = {row[1]: row[2] for row in fees if row[3]}
    if duties != money.duties:
        yield "its lines of financial duty are not those that were asked for"


def _of_entries(money: Money, fees: list[Row], entries: list[Row]) -> Iterator[str]:
    told = Counter(money.entries)
    fixed = {row[1] for row in fees if not row[3]}  # charged at acceptance: judged by their sum
    kept = Counter(
        (row[1], row[2], row[3], row[4])
        for row in entries
        if not (row[3] == "charge" and row[1] == money.accepted_seq and row[2] in fixed)
    )
    for seq, line, entry, amount in sorted((told - kept).elements()):
        yield f"ledger: event {seq} made {entry} of {amount} đồng on fee {line}, no entry says so"
    for seq, line, entry, amount in sorted((kept - told).elements()):
        yield f"ledger: an entry {entry} of {amount} đồng on fee {line} ({seq}) and no event says so"
    for row in entries:
        if row[5] != money.paid_by.get(row[1]):
            yield f"ledger: the entry of event {row[1]} names another payment than the event"


def _of_payments(money: Money, payments: list[Row]) -> Iterator[str]:
    kept = {row[1]: row[2] for row in payments}
    for payment in sorted(money.begun.keys() | kept.keys()):
        if kept.get(payment) != money.begun.get(payment):
            yield f"payment {payment} is not the one that was begun"
    for _, payment, _, state in payments:
        if (state == "paid") != (payment in money.received):
            yield f"payment {payment} is {state}, its events say otherwise"


def check(session: Session, found: Findings) -> None:
    """Receipt numbers and gateways' messages: no number twice, every gap named, every đồng told of booked."""
    count = 0
    for agency, series, year, n, given, last in session.execute(_NUMBERS):
        count += given
        of = f"receipts {series} of {year} of agency {agency}"
        if last is not None and last > n:
            found.bad(KIND, agency, f"{of}: number {last} was given, the counter says {n}")
        elif given < n:
            found.note(KIND, f"{of}: {n - given} of {n} numbers went to acts that were not completed")
    for dossier, series, year, number in session.execute(_UNCOUNTED):
        found.bad(KIND, dossier, f"receipt {series}/{number} of {year} belongs to no counter")
    known = {one.subject for one in found.findings}
    for dossier, payment, told, booked in session.execute(_MESSAGES):
        if told != booked and dossier not in known and dossier not in found.broken:
            found.bad(
                KIND,
                dossier,
                f"dossier {dossier}: payment {payment}: messages tell of {told} đồng, {booked} are booked",
            )
    found.end(KIND, count, f"{count} receipts; every đồng a gateway told of is in the ledger")
