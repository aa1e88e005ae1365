"""Values of a revision in Vietnamese words, as the comparison of two revisions shows them. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from services_catalog.content import (
    Case,
    Condition,
    FeeItem,
    Field,
    LegalBasis,
    Requirement,
    RevisionContent,
    Step,
    TimeLimit,
    Way,
)
from services_catalog.levels import LEVEL_NAMES
from services_catalog.rulesets import REASONS
from services_catalog.words import money, time_text

Words = Callable[[Any, RevisionContent], str]

CHANNELS: Final = {"online": "trực tuyến", "counter": "tại quầy", "post": "qua bưu điện"}
AUDIENCE: Final = {"citizen": "công dân", "organisation": "tổ chức"}
CLOCKS: Final = {"pause": "tạm dừng, rồi tính tiếp", "restart": "tính lại từ đầu"}
SCOPES: Final = {
    "unit": "cơ quan giải quyết",
    "province": "mọi nơi tiếp nhận trong tỉnh",
    "nation": "mọi nơi tiếp nhận trong cả nước",
}
AGENCY_LEVELS: Final = {"commune": "cấp xã", "province": "cấp tỉnh", "ministry": "cấp bộ"}
LIFE_EVENTS: Final = {
    "birth": "Sinh con",
    "marriage": "Kết hôn",
    "move": "Chuyển nơi ở",
    "build": "Xây nhà",
    "business": "Làm ăn",
    "travel": "Đi xa",
    "copies": "Cần bản sao, giấy xác nhận",
    "death": "Người thân qua đời",
}
NEEDED: Final = {
    "always": "luôn phải nộp",
    "conditional": "nộp khi thuộc trường hợp",
    "not_needed": "không phải nộp",
}
FEE_KINDS: Final = {"fee": "phí", "charge": "lệ phí"}
PER: Final = {"dossier": "mỗi hồ sơ", "copy": "mỗi bản", "page": "mỗi trang", "case": "mỗi trường hợp"}
SIGNING: Final = {"vneid": "đăng nhập bằng VNeID", "personal": "chữ ký số của người nộp"}
ACTS: Final = {
    "receive": "tiếp nhận",
    "assign": "phân công",
    "appraise": "thẩm định",
    "consult": "lấy ý kiến",
    "draft": "dự thảo",
    "sign": "ký",
    "number": "cấp số",
    "release": "phát hành",
    "return": "trả kết quả",
}
KINDS: Final = {
    "text": "câu ngắn",
    "longtext": "đoạn văn",
    "number": "số",
    "money": "số tiền",
    "date": "ngày",
    "date_or_year": "ngày hoặc năm",
    "datetime": "ngày và giờ",
    "choice": "chọn một",
    "choices": "chọn nhiều",
    "yesno": "có hoặc không",
    "personal_id": "số định danh cá nhân",
    "tax_code": "mã số thuế",
    "phone": "số điện thoại",
    "email": "thư điện tử",
    "address": "địa chỉ",
    "repeat": "mục lặp lại",
    "commit": "lời cam đoan",
    "note": "lời dẫn",
    "file": "giấy tờ",
}
PREFILL: Final = {
    "account.name": "họ tên của tài khoản",
    "account.email": "thư điện tử của tài khoản",
    "account.phone": "điện thoại của tài khoản",
    "account.personal_id": "số định danh của tài khoản",
    "account.birth": "ngày sinh của tài khoản",
    "earlier": "hồ sơ trước",
}


def plain(value: Any, _: RevisionContent) -> str:
    """A text or number as it stands; days as 01/12/2026."""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


def yes_no(value: Any, _: RevisionContent) -> str:
    return "có" if value else "không"


def amount(value: Any, _: RevisionContent) -> str:
    return money(value)


def named(names: Mapping[str, str]) -> Words:
    """Words out of a table, the value itself where the table has none."""
    return lambda value, _: names.get(value, str(value))


def limit(value: TimeLimit, _: RevisionContent) -> str:
    """A time limit whole: number, cut-off, words and basis."""
    cutoff = f"nhận trước {value.result_cutoff} thì trả trong ngày" if value.result_cutoff else ""
    basis = f"căn cứ {value.basis}" if value.basis else ""
    return "; ".join(part for part in (time_text(value), cutoff, value.note or "", basis) if part)


def file_name(value: str, _: RevisionContent) -> str:
    """A template file by the first signs of its fingerprint."""
    return f"tệp {value[:12]}…"


def case_names(value: Sequence[str], content: RevisionContent) -> str:
    """The cases a paper or fee belongs to; none: all."""
    names = {case.key: case.name for case in content.cases}
    return ", ".join(f"“{names.get(key, key)}”" for key in value) or "mọi trường hợp"


def channel_names(value: Sequence[str], _: RevisionContent) -> str:
    return ", ".join(CHANNELS.get(one, one) for one in value) or "mọi kênh"


def act_names(value: Sequence[str], _: RevisionContent) -> str:
    return ", ".join(ACTS.get(one, one) for one in value) or "–"


def listed(value: Sequence[Any], _: RevisionContent) -> str:
    return ", ".join(str(one) for one in value) or "–"


def question(value: str, content: RevisionContent) -> str:
    """A question by its label."""
    found = _asked(content).get(value)
    return f"“{found.label}”" if found else value


def conditions(value: Sequence[Condition], content: RevisionContent) -> str:
    """Conditions by the words of the questions they ask: “Xin giấy cho ai?” là “Người khác”."""
    asked = _asked(content)
    return " và ".join(_condition(one, asked.get(one.field)) for one in value) or "luôn luôn"


def _condition(one: Condition, field: Field | None) -> str:
    labels: dict[Any, str] = {True: "có", False: "không"}
    labels |= {option.value: f"“{option.label}”" for option in field.options} if field else {}
    answers = " hoặc ".join(str(labels.get(value, value)) for value in one.any_of)
    return f"“{field.label if field else one.field}” là {answers}"


def _asked(content: RevisionContent) -> dict[str, Field]:
    found = {}
    for section in content.form:
        for field in section.fields:
            found.update({sub.key: sub for sub in field.fields})
            found[field.key] = field
    return found


def level(value: Any) -> str:
    return LEVEL_NAMES[value]


def reason(value: Any) -> str:
    return REASONS[value]


def whole_paper(paper: Requirement) -> str:
    """A paper with how many copies and when."""
    counts = (
        (paper.originals, "bản chính"),
        (paper.certified, "bản sao chứng thực"),
        (paper.copies, "bản chụp"),
    )
    copies = ", ".join(f"{count} {name}" for count, name in counts if count)
    return "; ".join(part for part in (paper.name, copies, paper.when or NEEDED[paper.needed]) if part)


def whole_fee(fee: FeeItem) -> str:
    """A fee with its amounts."""
    online = "" if fee.online_amount_vnd is None else f", trực tuyến {money(fee.online_amount_vnd)}"
    if fee.stated:
        return f"{fee.name}: {fee.note or 'mức thu chỉ nói bằng lời'}"
    return f"{fee.name}: {money(fee.amount_vnd)} {PER[fee.per]}{online}"


def whole_case(case: Case) -> str:
    """A case with its own time limit."""
    return f"{case.name}: {time_text(case.time_limit)}" if case.time_limit else case.name


def whole_way(way: Way) -> str:
    """What differs in a way of filing."""
    own = time_text(way.time_limit) if way.time_limit else ""
    return "; ".join(part for part in (own, way.note or "") if part) or "–"


def whole_basis(basis: LegalBasis) -> str:
    """A legal basis: number, name, articles."""
    return ", ".join(part for part in (basis.number, basis.name, basis.articles or "") if part)


def whole_step(step: Step) -> str:
    """A step inside the agency: what, who, how long."""
    return f"{step.name}: {step.unit}, {step.role}, {step.hours} giờ"


def whole_field(field: Field) -> str:
    """A question with its kind and whether it must be answered."""
    if field.kind in ("note", "file", "commit"):
        return f"{field.label} ({KINDS[field.kind]})"
    must = (
        "bắt buộc"
        if field.required
        else "bắt buộc khi có điều kiện"
        if field.required_when
        else "không bắt buộc"
    )
    return f"{field.label} ({KINDS[field.kind]}, {must})"
