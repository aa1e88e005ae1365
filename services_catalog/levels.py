"""How much of a procedure is done online at an agency: eight conditions, each with its reason. Pure.

The sentences are shown to citizens beside the level, and to editors beside the publish button.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from services_catalog.rulesets import RuleSet


class Level(StrEnum):
    """How much of a procedure is done online, at one agency.

    Source: Decree 42/2022/NĐ-CP, art. 11(1), whose wording stays in use under Decree 224/2026.
    "Information only" is no level of the decree: it is a procedure without an online service.
    """

    FULL = "full"  # toàn trình: all of it online, the result online or by public post
    PARTIAL = "partial"  # một phần: filed online, some step is not
    INFO = "info"  # cung cấp thông tin


LEVEL_NAMES = {
    Level.FULL: "Toàn trình",
    Level.PARTIAL: "Một phần",
    Level.INFO: "Cung cấp thông tin",
}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of one revision at one agency; names are those of papers, for the sentences."""

    missing_parts: Sequence[str] = ()  # parts the catalogue must publish and does not: "căn cứ pháp lý", …
    forms_downloadable: bool
    form_online: bool  # there is an e-form to fill in
    online_channel: bool  # "online" is among the channels
    signature_required: bool
    signing_ways: Sequence[str] = ()  # "vneid" (signing in with it is enough), "personal" (own signature)
    paper_only: Sequence[str] = ()  # papers that are not taken electronically
    originals_shown: Sequence[str] = ()  # papers whose original must be handed in or shown
    has_fee: bool
    online_payment: bool
    presence_required: bool
    field_verification: bool
    has_result: bool  # the procedure ends in a document
    result_electronic: bool
    return_ways: Sequence[str] = ()  # online, counter, post
    result_returned_without_presence: bool


class ConditionResult(msgspec.Struct, frozen=True):
    """One condition: its name, whether it holds, and why, in words for citizens."""

    code: str  # C1 … C8
    holds: bool
    title: str
    reason: str
    article: str


class Verdict(msgspec.Struct, frozen=True):
    """The level the facts give, under a rule set, with all eight conditions in order."""

    level: Level
    ruleset: str
    conditions: list[ConditionResult]

    @property
    def failing(self) -> list[ConditionResult]:
        """The conditions that do not hold, in order."""
        return [condition for condition in self.conditions if not condition.holds]

    @property
    def holding(self) -> int:
        """How many of the eight conditions hold."""
        return len(self.conditions) - len(self.failing)


CIRCULAR = "Thông tư 01/2023/TT-VPCP"
ART_11 = "Nghị định 42/2022/NĐ-CP, Điều 11 khoản 1 điểm a"


def derive(facts: Facts, ruleset: RuleSet) -> Verdict:
    """The level of a service and the reasons: FULL when all eight conditions hold.

    PARTIAL when the dossier can at least be filed online; INFO otherwise. Both rule sets use the same
    eight criteria; Decree 224/2026, art. 14 adds a duty, judged at publication, not a criterion.

    Source: Decree 42/2022/NĐ-CP, art. 11(1); Circular 01/2023/TT-VPCP (eight criteria).
    """
    conditions = [
        _published(facts),
        _forms(facts),
        _filled_and_signed(facts),
        _sent_online(facts),
        _paid_online(facts),
        _nothing_in_person(facts),
        _electronic_result(facts),
        _returned_remotely(facts),
    ]
    if all(condition.holds for condition in conditions):
        level = Level.FULL
    elif facts.online_channel and facts.form_online:
        level = Level.PARTIAL
    else:
        level = Level.INFO
    return Verdict(level=level, ruleset=ruleset.code, conditions=conditions)


def _published(facts: Facts) -> ConditionResult:
    """C1: the procedure is published in full. Source: Circular 01/2023/TT-VPCP; Decree 63/2010, art. 8(2)."""
    missing = _listed(facts.missing_parts)
    return ConditionResult(
        "C1",
        not facts.missing_parts,
        "Công khai đầy đủ",
        f"Còn thiếu: {missing}." if missing else "Mọi nội dung của thủ tục được công khai tại đây.",
        f"{CIRCULAR}; Nghị định 63/2010/NĐ-CP, Điều 8 khoản 2",
    )


def _forms(facts: Facts) -> ConditionResult:
    """C2: the forms can be downloaded. Source: Circular 01/2023/TT-VPCP."""
    return ConditionResult(
        "C2",
        facts.forms_downloadable,
        "Tải được mẫu tờ khai",
        "Bạn tải được mẫu tờ khai về máy." if facts.forms_downloadable else "Chưa có mẫu tờ khai để tải về.",
        CIRCULAR,
    )


def _filled_and_signed(facts: Facts) -> ConditionResult:
    """C3: the form is filled in online, and signed online where a signature is required.

    Source: Circular 01/2023/TT-VPCP; Resolution 66.7/2025/NQ-CP: signing in with VNeID stands for a
    digital signature on an e-form.
    """
    if not facts.form_online:
        holds, reason = False, "Chưa có tờ khai điền trực tuyến."
    elif not facts.signature_required:
        holds, reason = True, "Bạn điền tờ khai ngay trên mạng, không cần chữ ký số."
    elif "vneid" in facts.signing_ways:
        holds, reason = True, "Đăng nhập bằng VNeID thì tờ khai không cần chữ ký số."
    elif facts.signing_ways:
        holds, reason = True, "Bạn ký số tờ khai bằng chữ ký số của mình."
    else:
        holds, reason = False, "Tờ khai phải ký, mà chưa có cách ký trực tuyến."
    article = f"{CIRCULAR}; Nghị quyết 66.7/2025/NQ-CP" if facts.signature_required else CIRCULAR
    return ConditionResult("C3", holds, "Điền và ký tờ khai trực tuyến", reason, article)


def _sent_online(facts: Facts) -> ConditionResult:
    """C4: the whole dossier is sent electronically. Source: Circular 01/2023/TT-VPCP."""
    paper = _listed(facts.paper_only)
    if not facts.online_channel:
        holds, reason = False, "Thủ tục này chưa nhận hồ sơ qua mạng."
    elif paper:
        holds, reason = False, f"Chưa nhận bản điện tử của: {paper}."
    else:
        holds, reason = True, "Mọi giấy tờ đều nhận bản điện tử."
    return ConditionResult("C4", holds, "Gửi trọn hồ sơ qua mạng", reason, CIRCULAR)


def _paid_online(facts: Facts) -> ConditionResult:
    """C5: money owed is paid online; holds when nothing is owed. Source: Circular 01/2023/TT-VPCP."""
    if not facts.has_fee:
        holds, reason = True, "Thủ tục này không thu phí, lệ phí."
    elif facts.online_payment:
        holds, reason = True, "Bạn trả phí, lệ phí trực tuyến được."
    else:
        holds, reason = False, "Có phí, lệ phí nhưng chưa trả trực tuyến được."
    return ConditionResult("C5", holds, "Trả phí, lệ phí trực tuyến", reason, CIRCULAR)


def _nothing_in_person(facts: Facts) -> ConditionResult:
    """C6: no presence, no paper original, no check on the spot.

    Source: Decree 42/2022/NĐ-CP, art. 11(1); Circular 01/2023/TT-VPCP.
    """
    reasons = []
    if facts.presence_required:
        reasons.append("Bạn phải có mặt tại cơ quan.")
    if facts.originals_shown:
        reasons.append(f"Bạn phải nộp hoặc xuất trình bản chính: {_listed(facts.originals_shown)}.")
    if facts.field_verification:
        reasons.append("Cơ quan phải xác minh tại chỗ.")
    return ConditionResult(
        "C6",
        not reasons,
        "Không phải có mặt, không nộp bản giấy",
        " ".join(reasons) or "Không bước nào bắt buộc bạn có mặt, nộp bản giấy hay chờ xác minh tại chỗ.",
        f"{CIRCULAR}; {ART_11}",
    )


def _electronic_result(facts: Facts) -> ConditionResult:
    """C7: the result is an electronic document; holds when the procedure ends in no document.

    Source: Circular 01/2023/TT-VPCP.
    """
    if not facts.has_result:
        holds, reason = True, "Thủ tục này không có giấy tờ kết quả; bạn được báo khi làm xong."
    elif facts.result_electronic:
        holds, reason = True, "Kết quả có bản điện tử."
    else:
        holds, reason = False, "Kết quả mới chỉ có bản giấy."
    return ConditionResult("C7", holds, "Kết quả là bản điện tử", reason, CIRCULAR)


def _returned_remotely(facts: Facts) -> ConditionResult:
    """C8: the result comes online or by public post, without presence.

    Source: Decree 42/2022/NĐ-CP, art. 11(1)(a); Circular 01/2023/TT-VPCP.
    """
    ways = {"online": "qua mạng", "post": "qua bưu chính công ích"}
    remote = [words for way, words in ways.items() if way in facts.return_ways]
    if not facts.result_returned_without_presence:
        holds, reason = False, "Bạn phải có mặt để nhận kết quả."
    elif not remote:
        holds, reason = False, "Kết quả chỉ trả tại quầy."
    else:
        holds, reason = True, f"Bạn nhận kết quả {' hoặc '.join(remote)}."
    return ConditionResult(
        "C8", holds, "Trả kết quả qua mạng hoặc bưu chính công ích", reason, f"{CIRCULAR}; {ART_11}"
    )


def _listed(names: Sequence[str]) -> str:
    return "; ".join(names)
