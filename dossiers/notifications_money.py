"""What the applicant is told about money. No personal value: amounts and what to do."""

from collections.abc import Mapping
from typing import Any, Final

from dossiers.waivers import WORDS
from portal.core.events import EventRow

ABOUT_MONEY: Final = frozenset(
    {
        "dossier.fee_settled",
        "dossier.fee_waived",
        "dossier.fee_refunded",
        "dossier.payment_received",
        "dossier.duty_asked",
        "dossier.duty_met",
        "dossier.duty_revoked",
    }
)


def of_money(event: EventRow) -> tuple[str, list[str]]:
    """The headline and the paragraphs of an event of money."""
    data = event.data
    match event.name.removeprefix("dossier."):
        case "fee_settled":
            return "đã thu phí, lệ phí", [
                f"Cơ quan đã ghi nhận khoản thu {_amount(data)} của hồ sơ.",
                _RECEIPT,
            ]
        case "fee_waived":
            why = WORDS.get(data["waiver"], "")
            return "được miễn phí, lệ phí", [f"Hồ sơ được miễn {_amount(data)}: {why}."]
        case "fee_refunded":
            return "được hoàn tiền", [f"Cơ quan hoàn lại {_amount(data)}. Lý do có trong trang hồ sơ."]
        case "payment_received":
            return _received(data)
        case "duty_asked":
            total = sum(line["amount_vnd"] for line in data["lines"])
            return "cần thực hiện nghĩa vụ tài chính", [
                f"Để hồ sơ được giải quyết tiếp, bạn cần nộp {dong(total)}.",
                "Mở hồ sơ để xem từng khoản và cách nộp.",
                "Thời gian chờ bạn nộp không tính vào thời hạn giải quyết.",
            ]
        case "duty_met":
            return "đã thực hiện nghĩa vụ tài chính", [
                "Cơ quan đã ghi nhận bạn thực hiện xong nghĩa vụ tài chính. Hồ sơ được giải quyết tiếp."
            ]
        case _:
            return "không phải thực hiện nghĩa vụ tài chính nữa", [
                "Cơ quan rút lại yêu cầu nghĩa vụ tài chính. Hồ sơ được giải quyết tiếp.",
                "Lý do có trong trang hồ sơ.",
            ]


_RECEIPT: Final = "Biên lai có trong trang hồ sơ."


def _received(data: Mapping[str, Any]) -> tuple[str, list[str]]:
    surplus = -sum(one["amount_vnd"] for one in data["entries"] if one["entry"] == "surplus")
    credit = -sum(one["amount_vnd"] for one in data["entries"] if one["entry"] == "payment")
    lines = [f"Chúng tôi đã nhận {dong(credit)} bạn trả trực tuyến.", _RECEIPT] if credit else []
    if surplus:
        lines.append(
            f"{dong(surplus)} bạn chuyển không khớp khoản đang phải trả (trả hai lần, trả muộn hoặc khác số "
            "tiền). Số tiền này đã được ghi lại để hoàn cho bạn."
        )
    return ("đã nhận tiền" if credit else "có tiền cần hoàn lại"), lines


def _amount(data: Mapping[str, Any]) -> str:
    return dong(int(data["amount_vnd"]))


def dong(amount_vnd: int) -> str:
    """An amount as it is read: 8.000 đồng."""
    return f"{amount_vnd:,} đồng".replace(",", ".")
