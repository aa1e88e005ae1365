"""Where a national record comes from, how its portal classed it, and what is odd about it. Pure."""

from datetime import datetime, timedelta, timezone
from typing import Final

from services_catalog.imports.given import Given

VIET_NAM: Final = timezone(timedelta(hours=7))
SMALLEST: Final = 1000  # đồng: a lesser amount without a currency is told in the report


def source(given: Given, code: str, publisher: str) -> str:
    """Where it comes from and how the source classed it, in one paragraph."""
    proposal = next(iter(given.objects("procedureProposal")), Given({}))
    decision = given.line("decisionNo", 100) or proposal.line("proposalNumber", 100)
    day = _day(proposal, "decisionDate")
    by = given.line("departmentPromulgateCode", 60)
    published = [f"{publisher} ({by})" if by else publisher] if publisher else []
    published += [f"theo Quyết định {decision}" + (f" ngày {day}" if day else "")] if decision else []
    codes = [one.line("code", 60) for one in given.objects("categoriesDetails")]
    classed = [given.line(name, 60) for name in ("state", "type", "formalityType")]
    ticked = [words for name, words in _TICKED if given.flag(name)]
    told = {
        "": f"Bản ghi thủ tục {code} của Cổng Dịch vụ công quốc gia",
        "mã bản ghi ": given.line("id", 100),
        "công bố: ": " ".join(published),
        "mã lĩnh vực ": ", ".join(one for one in codes if one),
        "phân loại của cổng: ": ", ".join(one for one in classed if one),
        "cổng đánh dấu: ": ", ".join(ticked),
        "cổng ghi có biểu mẫu điện tử: ": _marked(given),
    }
    return ("; ".join(f"{head}{words}" for head, words in told.items() if words) + ".")[:4000]


def _marked(given: Given) -> str:
    """The papers for which the source ticks an electronic form."""
    papers = [one for group in given.objects("executionCases") for one in group.objects("profileComponents")]
    marked = [one for one in papers if one.flag("hasElectronicForm")]
    if papers and len(marked) == len(papers):
        return "mọi giấy tờ"
    return ", ".join(dict.fromkeys(one.line("code", 200) or one.text("name")[:60] for one in marked))


_TICKED: Final = (
    ("isFullProcess", "toàn trình"),
    ("isOfflineOnly", "chỉ nộp trực tiếp"),
    ("isNonTerritorial", "không phụ thuộc địa giới"),
    ("isSharedService", "dịch vụ dùng chung"),
    ("isInternal", "thủ tục nội bộ"),
    ("isVertical", "cơ quan ngành dọc"),
    ("isOtherAgency", "cơ quan khác"),
    ("isUndetermined", "chưa xác định cấp"),
    ("isWard", "cấp xã"),
    ("isProvince", "cấp tỉnh"),
    ("isMinistry", "cấp bộ"),
)


def _day(given: Given, name: str) -> str:
    """A day given in milliseconds since 1970, in Viet Nam; "" when it is none."""
    number = given.number(name)
    if number is None or not 0 < number < 32_503_680_000_000:
        return ""
    return f"{datetime.fromtimestamp(int(number) // 1000, VIET_NAM):%d/%m/%Y}"


def notes(given: Given) -> list[str]:
    """What is worth knowing of a record that was taken."""
    found = []
    typed, notation = given.line("code", 60), given.line("codeNotation", 60)
    if typed and notation and typed != notation:
        found.append(f"codeNotation ghi {notation}, giữ mã {typed}")
    if not given.values.get("state"):
        found.append("không ghi trạng thái")
    if not given.objects("executionMethods"):
        found.append("không nêu cách nộp")
    small = {
        int(number)
        for method in given.objects("executionMethods")
        for fee in method.objects("fees")
        if (number := fee.number("value")) and number < SMALLEST and not fee.values.get("currencyName")
    }
    if small:
        told = ", ".join(str(one) for one in sorted(small))
        found.append(f"mức thu {told} không ghi đơn vị tiền, hiểu là đồng: nên xem lại")
    strange = sorted(given.unread())
    if strange:
        found.append(f"không dùng trường lạ: {', '.join(strange)[:300]}")
    return found
