"""Short Vietnamese for facts of the catalogue, as lists and pages show them. Pure."""

from collections.abc import Sequence
from datetime import date

from services_catalog.content import FeeItem, TimeLimit
from services_catalog.levels import LEVEL_NAMES

__all__ = ["LEVEL_NAMES", "due_now", "fee_text", "money", "time_text"]

_PER = {"dossier": "", "copy": "/bản", "page": "/trang", "case": "/trường hợp"}


def money(amount_vnd: int) -> str:
    """ "10.000 đồng"."""
    return f"{amount_vnd:,} đồng".replace(",", ".")


def time_text(limit: TimeLimit) -> str:
    """The time limit in a few words: working days and calendar days are named apart."""
    match limit.unit:
        case "same_day":
            return "Trong ngày làm việc"
        case "working_day":
            return f"{limit.amount + limit.extra_hours / 8:g} ngày làm việc".replace(".", ",")
        case "working_hour":
            return f"{limit.amount} giờ làm việc"
        case "month":
            return f"{limit.amount} tháng"
        case "stated":
            return "Theo từng trường hợp"
        case _:
            return f"{limit.amount} ngày"


def due_now(fees: Sequence[FeeItem], on: date) -> list[FeeItem]:
    """The fee items in force on the day (province, valid from/to)."""
    return [
        fee
        for fee in fees
        if (fee.valid_from is None or fee.valid_from <= on) and (fee.valid_to is None or on <= fee.valid_to)
    ]


def fee_text(fees: Sequence[FeeItem], on: date) -> str:
    """What one pays in any case, filing online; "Không thu phí" when nothing is owed.

    Items one asks for oneself (more copies) are left out: the page lists them. Where the source gives no
    amount for one, no sum is named.
    """
    due = [fee for fee in due_now(fees, on) if not fee.optional]
    owed = [(fee, amount) for fee in due if (amount := _online(fee))]
    if any(fee.stated for fee in due):
        return "Theo mức thu được quy định"
    if not owed:
        return "Không thu phí"
    if len(owed) == 1:
        fee, amount = owed[0]
        return money(amount) + _PER[fee.per]
    if all(fee.per == "dossier" for fee, _ in owed):
        return money(sum(amount for _, amount in owed))
    return "Từ " + money(min(amount for _, amount in owed))


def _online(fee: FeeItem) -> int:
    return fee.amount_vnd if fee.online_amount_vnd is None else fee.online_amount_vnd
