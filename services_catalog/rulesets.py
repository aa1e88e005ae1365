"""The decrees a published revision is judged by, each with its days of force. Pure."""

from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from portal.core.errors import DomainError


class ReasonCode(StrEnum):
    """Why a service is offered only in part.

    Source: Decree 224/2026/NĐ-CP, art. 14: four reasons, taken as a closed list.
    """

    PRESENCE = "PRESENCE"
    FIELD_VERIFICATION = "FIELD_VERIFICATION"
    TECH_FAILURE = "TECH_FAILURE"
    TECH_OTHER = "TECH_OTHER"


REASONS: Final[dict[ReasonCode, str]] = {
    ReasonCode.PRESENCE: "Bạn phải có mặt tại cơ quan theo quy định của pháp luật chuyên ngành",
    ReasonCode.FIELD_VERIFICATION: "Cơ quan phải xác minh, thẩm định tại chỗ theo quy định của pháp luật",
    ReasonCode.TECH_FAILURE: "Hệ thống gặp sự cố kỹ thuật chưa khắc phục được ngay",
    ReasonCode.TECH_OTHER: "Còn vướng mắc kỹ thuật khác chưa xử lý được",
}


class NoRuleSet(DomainError):
    """The day lies before every rule set the portal knows."""

    title = "Chưa có quy định cho ngày này"


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """One decree's say on the level of a service.

    The basis of the eight criteria and the basis of the duty to offer full-process are kept apart:
    Decree 224/2026 defines no levels, it adds the duty, the closed list of reasons and their publication.
    """

    code: str
    title: str
    valid_from: date
    valid_to: date | None  # the last day in force
    criteria_basis: str
    duty_basis: str
    partial_needs_reason: bool  # the decree makes it a duty; the catalogue asks for it under either


DECREE_42: Final = RuleSet(
    code="42/2022",
    title="Nghị định 42/2022/NĐ-CP",
    valid_from=date(2022, 8, 15),
    valid_to=date(2026, 6, 30),
    criteria_basis="Thông tư 01/2023/TT-VPCP; Nghị định 42/2022/NĐ-CP, Điều 11 khoản 1",
    duty_basis="Nghị định 42/2022/NĐ-CP, Điều 11",
    partial_needs_reason=False,
)
DECREE_224: Final = RuleSet(
    code="224/2026",
    title="Nghị định 224/2026/NĐ-CP",
    valid_from=date(2026, 7, 1),
    valid_to=None,
    criteria_basis="Thông tư 01/2023/TT-VPCP; nội dung Điều 11 khoản 1 Nghị định 42/2022/NĐ-CP",
    duty_basis="Nghị định 224/2026/NĐ-CP, Điều 14",
    partial_needs_reason=True,
)
RULE_SETS: Final = (DECREE_42, DECREE_224)


def in_force(on: date) -> RuleSet:
    """The rule set in force on a day; a revision is judged by the one of its effective day.

    Source: Decree 224/2026/NĐ-CP, art. 90(2)(b): Decree 42/2022 ends when 224 comes into force, 01/07/2026.

    Raises:
        NoRuleSet: the day is before 15/08/2022.
    """
    for ruleset in RULE_SETS:
        if ruleset.valid_from <= on and (ruleset.valid_to is None or on <= ruleset.valid_to):
            return ruleset
    raise NoRuleSet(
        f"Quy định về mức độ dịch vụ công trực tuyến chỉ có từ ngày {DECREE_42.valid_from:%d/%m/%Y}."
    )


def by_code(code: str) -> RuleSet:
    """The rule set with this code, as a revision names it.

    Raises:
        NoRuleSet: no rule set has this code.
    """
    for ruleset in RULE_SETS:
        if ruleset.code == code:
            return ruleset
    raise NoRuleSet(f"Không có bộ quy định mang mã {code}.", code=code)
