"""Who need not pay: the exemptions an officer may grant, each with its article. Pure."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Waiver(NamedTuple):
    """An exemption: its words, and the article it stands on ("" where the reason must name it)."""

    words: str
    article: str


CIVIL: Final = "Luật Hộ tịch 60/2014/QH13, Điều 11 khoản 1 điểm "

WAIVERS: Final[Mapping[str, Waiver]] = {
    "merit": Waiver("Gia đình có công với cách mạng", CIVIL + "a"),
    "poor": Waiver("Hộ nghèo", CIVIL + "a"),
    "disabled": Waiver("Người khuyết tật", CIVIL + "a"),
    "on_time": Waiver("Khai sinh, khai tử đúng hạn", CIVIL + "b"),
    "resident": Waiver("Giám hộ, kết hôn của công dân Việt Nam cư trú trong nước", CIVIL + "b"),
    "farm_credit": Waiver(
        "Thế chấp vay vốn phục vụ nông nghiệp, nông thôn",
        "Nghị định 55/2015/NĐ-CP; Thông tư 226/2016/TT-BTC, Điều 4",
    ),
    "council": Waiver("Theo nghị quyết của Hội đồng nhân dân tỉnh", ""),
    "other_law": Waiver("Theo văn bản khác", ""),
}

# What a waiver says where no officer granted an exemption: the line fell away with another act.
REVOKED: Final = "revoked"  # the duty was asked for no longer
REFUNDED: Final = "refunded"  # it was paid back, and is owed no more

WORDS: Final[Mapping[str, str]] = {
    **{code: one.words for code, one in WAIVERS.items()},
    REVOKED: "Không còn yêu cầu",
    REFUNDED: "Đã hoàn lại",
}


def waiver(code: str) -> Waiver | None:
    """The exemption of a code; None where there is none.

    Source: Law on Civil Status 60/2014/QH13, art. 11(1) (families with merit, poor households, disabled
    people; births and deaths in time, guardianship, marriage of residents); Decree 55/2015/NĐ-CP and
    Circular 226/2016/TT-BTC, art. 4 (mortgages for farm credit); fees of a province by its council.
    """
    return WAIVERS.get(code)
