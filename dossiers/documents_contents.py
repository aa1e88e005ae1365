"""What each document says: from a dossier's facts to the text of its template. Pure.

Field lists follow forms 01 and 03 of Circular 03/2025/TT-VPCP (annex I, after those of Circular
01/2018); the acknowledgement is ours and says that it is not form 01.
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec
import segno

from dossiers import documents_forms as forms
from dossiers import owners
from dossiers.deadlines import Deadline
from dossiers.documents_acts import Told
from dossiers.documents_answers import parts
from dossiers.documents_receipt import Collected, says
from dossiers.documents_sets import A4, PRESENT, form, label
from dossiers.models import DocumentKind, FiledAs
from dossiers.reasons import APPEAL, APPEAL_ARTICLES
from dossiers.words import capital, dong_words, hour_and_date, local, long_date
from services_catalog.content import LegalBasis, RevisionContent

CHANNELS: Final = {
    "online": "Nộp trực tuyến",
    "counter": "Nộp trực tiếp",
    "post": "Nộp qua bưu chính công ích",
}
RETURN_WAYS: Final = {
    "online": "Bản điện tử trên Cổng Dịch vụ công",
    "counter": "Tại bộ phận tiếp nhận và trả kết quả",
    "post": "Qua bưu chính công ích",
}
_PLACE: Final = re.compile(r"(?:xã|phường|đặc khu|tỉnh|thành phố) (.+)$")


class Office(msgspec.Struct, frozen=True):
    """An agency as the head of a paper names it."""

    name: str
    superior: str
    phone: str


class File(msgspec.Struct, frozen=True, rename={"paper": "requirement"}):
    """A line of the sealed manifest."""

    paper: str
    filename: str
    size: int
    sha256: str


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All a document may say of a dossier, opened."""

    at: datetime  # of the event that calls for the document
    code: str  # proves the document
    receipt: str  # shows that the event stands in the journal
    public_url: str
    support_phone: str
    demo: bool
    office: Office
    officer: str  # who acted; "" when it was the applicant
    reference: str
    number: str
    procedure: str
    procedure_code: str
    channel: str
    return_way: str
    submitted_at: datetime
    accepted_at: datetime | None
    deadline: Deadline | None  # from acceptance, or from when the competent agency took it over
    limit: str = ""  # the limit in words, where no clock has started
    reception: Deadline  # from submission
    applicant: dict[str, Any]
    filed_as: FiledAs = FiledAs.SELF
    content: RevisionContent
    answers: dict[str, Any]
    files: list[File]
    digest: str
    fees: list[tuple[str, int]]
    reason: str  # of a refusal or rejection; the ground of an approval
    signer: str
    form_set: str = PRESENT  # of forms 01 to 07
    competent: str = ""  # the agency that settles it
    told: Told = Told()  # what the event itself says
    collected: Collected | None = None  # of a receipt


def context(kind: DocumentKind, facts: Facts) -> dict[str, Any]:
    """The template's names for this kind of document; text only."""
    return {**_common(kind, facts), **_SAYS[kind](facts)}


def template(kind: DocumentKind) -> str:
    """The file of the kind's template."""
    return f"{kind.value}.html"


def _common(kind: DocumentKind, facts: Facts) -> dict[str, Any]:
    day = long_date(local(facts.at).date())
    place = _PLACE.search(facts.office.name)
    proof_url = f"{facts.public_url}/kiem-tra/{facts.code}"
    number = facts.number or facts.reference
    numbered = form(kind, facts.form_set)
    return {
        "title": f"{numbered.name if numbered else TITLES[kind]} {number}",
        "form_label": label(numbered.number, facts.form_set) if numbered else "",
        "form_name": numbered.name if numbered else TITLES[kind],
        "leaf": numbered.paper if numbered else A4,
        "created": facts.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "agency": facts.office.name,
        "agency_phone": facts.office.phone,
        "superior": facts.office.superior,
        "number_line": f"Số: {number}",
        "place_and_date": f"{place[1]}, {day}" if place else capital(day),
        "code_shown": "-".join(facts.code[n : n + 4] for n in range(0, len(facts.code), 4)),
        "proof_url": proof_url,
        "qr": segno.make(f"{proof_url}#{facts.receipt}", error="m", micro=False).svg_inline(border=0),
        "receipt": facts.receipt,
        "lookup": number,
        "lookup_url": f"{facts.public_url}/tra-cuu",
        "phone": facts.support_phone,
        "demo": facts.demo,
        "applicant": str(facts.applicant.get("name") or ""),
        "personal_id": str(facts.applicant.get("personal_id") or ""),
        "owner": owners.owner_name(facts.applicant),
        "owner_number": str(
            owners.owner_of(facts.applicant).get("number") or facts.applicant.get("personal_id") or ""
        ),
        "by_another": bool(owners.owner_of(facts.applicant)),
        "organisation": facts.filed_as is FiledAs.ORGANISATION,
        "applicant_phone": str(facts.applicant.get("phone") or ""),
        "email": str(facts.applicant.get("email") or ""),
        "officer": facts.officer,
        "channel": CHANNELS[facts.channel],
        "procedure": facts.procedure,
        "procedure_code": facts.procedure_code,
        "submitted": hour_and_date(facts.submitted_at),
        "accepted": hour_and_date(facts.accepted_at) if facts.accepted_at else "",
        "accepted_day": _day(facts.accepted_at) if facts.accepted_at else "",
        "address": first_address(facts.answers),
    }


def _day(at: datetime) -> str:
    return long_date(local(at).date()).removeprefix("ngày ")


def first_address(answers: dict[str, Any]) -> str:
    """The first address the applicant wrote, on one line; "" where the form asks for none."""
    for value in answers.values():
        if isinstance(value, dict) and "commune" in value:
            parts = (value.get("detail"), value.get("commune"), value.get("province"))
            return ", ".join(str(part) for part in parts if part)
    return ""


def _acknowledgement(facts: Facts) -> dict[str, Any]:
    names = {requirement.key: requirement.name for requirement in facts.content.requirements}
    return {
        "reference": facts.reference,
        "reception_due": hour_and_date(facts.reception.due_at),
        "reception_rule": facts.reception.rule,
        "digest": facts.digest,
        "files": [
            {
                "paper": names.get(file.paper, file.paper),
                "filename": file.filename,
                "size": _size(file.size),
                "sha256": file.sha256,
            }
            for file in facts.files
        ],
    }


def _form01(facts: Facts) -> dict[str, Any]:
    """Form 01. Source: Circular 03/2025/TT-VPCP, annex I; Decree 118/2025/NĐ-CP, art. 17(3)."""
    total = sum(amount for _, amount in facts.fees)
    return {
        "number": facts.number,
        "papers": _papers(facts),
        "limit": facts.deadline.rule if facts.deadline else facts.limit,
        "due": hour_and_date(facts.deadline.due_at) if facts.deadline else "",
        "competent": facts.competent,
        "why": facts.deadline.summary if facts.deadline else [],
        "calendar": facts.deadline.calendar if facts.deadline else "",
        "return_way": RETURN_WAYS[facts.return_way],
        "fees": [{"name": name, "amount": _dong(amount)} for name, amount in facts.fees],
        "total": _dong(total),
        "total_words": dong_words(total),
    }


def _papers(facts: Facts) -> list[dict[str, Any]]:
    """The papers received: on paper by number of copies, online by number of files."""
    count = Counter(file.paper for file in facts.files)
    online = facts.channel == "online"
    rows = [_paper("Tờ khai điện tử", files=1)] if facts.content.form and online else []
    for item in facts.content.requirements:
        if online and count[item.key]:
            rows.append(_paper(item.name, files=count[item.key]))
        elif not online and item.asked:
            rows.append(_paper(item.name, item.originals, item.certified, item.copies))
    return rows


def _paper(
    name: str, originals: int = 0, certified: int = 0, copies: int = 0, files: int = 0
) -> dict[str, Any]:
    counts = {"originals": originals, "certified": certified, "copies": copies, "files": files}
    return {"name": name, **{key: str(n) if n else "–" for key, n in counts.items()}}


def _form03(facts: Facts) -> dict[str, Any]:
    """Form 03, at reception or after appraisal. Source: Circular 03/2025/TT-VPCP, annex I."""
    return {
        "at_reception": facts.accepted_at is None,
        "reason": facts.reason,
        "reason_words": facts.told.reason,
        "appeal": APPEAL,
        "appeal_articles": APPEAL_ARTICLES,
    }


def _limit(facts: Facts) -> str:
    return facts.deadline.rule if facts.deadline else ""


def _result(facts: Facts) -> dict[str, Any]:
    """A result drawn up from the answers, in the form of Decree 30/2020/NĐ-CP."""
    assert facts.content.result is not None
    return {
        "number": facts.number,
        "result_name": facts.content.result.name,
        "legal_basis": [
            f"{basis.name} số {basis.number}" for basis in sorted(facts.content.legal_basis, key=_rank)[:5]
        ],
        "sections": [msgspec.to_builtins(part) for part in parts(facts.content.form, facts.answers)],
        "ground": facts.reason,
        "signer": facts.signer,
        "decided": hour_and_date(facts.at),
    }


def _receipt(facts: Facts) -> dict[str, Any]:
    """A receipt of money. Source: Decree 254/2026/NĐ-CP, content of receipts."""
    assert facts.collected is not None
    return {"collected_at": hour_and_date(facts.at), **says(facts.collected, facts.officer)}


TITLES: Final = {
    DocumentKind.ACKNOWLEDGEMENT: "Xác nhận đã nhận hồ sơ",
    DocumentKind.FORM_01: "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    DocumentKind.FORM_02: "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    DocumentKind.FORM_03: "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
    DocumentKind.FORM_04: "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
    DocumentKind.FORM_05: "Thông báo dừng giải quyết hồ sơ",
    DocumentKind.FORM_06: "Phiếu kiểm soát quá trình giải quyết hồ sơ",
    DocumentKind.HAND_OVER: "Giấy bàn giao hồ sơ, kết quả",
    DocumentKind.RECEIPT: "Biên lai thu tiền phí, lệ phí",
    DocumentKind.RESULT: "Kết quả giải quyết thủ tục hành chính",
}
_SAYS: Final[dict[DocumentKind, Callable[[Facts], dict[str, Any]]]] = {
    DocumentKind.ACKNOWLEDGEMENT: _acknowledgement,
    DocumentKind.FORM_01: _form01,
    DocumentKind.FORM_02: lambda facts: forms.form02(facts.told),
    DocumentKind.FORM_03: _form03,
    DocumentKind.FORM_04: lambda facts: forms.form04(facts.told, facts.reason),
    DocumentKind.FORM_05: lambda facts: {**forms.form05(facts.told), "stopped": hour_and_date(facts.at)},
    DocumentKind.FORM_06: lambda facts: {
        **forms.form06(facts.told, _limit(facts)),
        "competent": facts.competent or facts.office.name,
    },
    DocumentKind.HAND_OVER: lambda facts: {
        **forms.hand_over(facts.told, _limit(facts), facts.reason),
        "papers": _papers(facts),
        "return_way": RETURN_WAYS[facts.return_way],
    },
    DocumentKind.RECEIPT: _receipt,
    DocumentKind.RESULT: _result,
}


def _rank(basis: LegalBasis) -> int:
    """Laws before decrees before circulars, as grounds are cited."""
    return 0 if "QH" in basis.number else 1 if "NĐ-CP" in basis.number else 2


def _dong(amount_vnd: int) -> str:
    return f"{amount_vnd:,} đồng".replace(",", ".")


def _size(size: int) -> str:
    if size < 1024:
        return f"{size} byte"
    return f"{size // 1024} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB".replace(".", ",")
