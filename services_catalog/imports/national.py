"""The national portal's record of 2026: its JSON, field by field, in our words. Pure.

Records are untidy: a way of filing is repeated once for each case, amounts and times are numbers or prose,
papers stand under headings of which some are cases. Flags such as `isFullProcess` are typed by hand.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final, Literal

from msgspec import Struct

from services_catalog import shelf
from services_catalog.content import Channel
from services_catalog.imports import times
from services_catalog.imports.assembling import build
from services_catalog.imports.given import Given
from services_catalog.imports.national_source import notes, source
from services_catalog.imports.pieces import (
    Charge,
    Group,
    Imported,
    KnownCase,
    Method,
    Named,
    Paper,
    Record,
)
from services_catalog.imports.rows import Refused
from services_catalog.words import money

CHANNELS: Final[dict[str, Channel]] = {"ONLINE": "online", "DIRECT": "counter", "POSTAL": "post"}
RETURNS: Final[dict[str, Channel]] = {
    "ONLINE": "online",
    "AT_SUBMISSION_PLACE": "counter",
    "AT_HOME": "post",
}
FEES: Final[dict[str, Literal["fee", "charge", "price"]]] = {
    "FEE": "fee",
    "SERVICE_FEE": "charge",
    "PRICE_LEVEL": "price",
}
STATES: Final = ("ACTIVE", "UPDATED")
DONG: Final = ("", "019b3fb2-b5b8-70ac-85e2-9409ec1eaffa")  # without a currency, đồng is meant


def is_record(values: Mapping[str, Any]) -> bool:
    """Whether an object looks like such a record."""
    return bool({"executionMethods", "executionCases", "executionSteps", "formalityType"} & set(values))


def code_of(values: Mapping[str, Any]) -> str:
    """The procedure's code as typed; "" when there is none."""
    told = values.get("code") or values.get("codeNotation")
    return told.strip() if isinstance(told, str) else ""


def read(values: Mapping[str, Any]) -> Imported:
    """The record as the draft of a revision.

    Raises:
        Refused: it lacks code or name, is not in force, or a field of it cannot be right.
    """
    given = Given(values)
    code = given.line("code", 60) or given.line("codeNotation", 60)
    if not code:
        raise Refused("code: thiếu mã thủ tục.")
    if not shelf.is_code(code):
        raise Refused(f"code: {code} không phải mã thủ tục, ví dụ 1.001193.")
    name = given.line("name", 1500)
    if not name:
        raise Refused("name: thiếu tên thủ tục.")
    state = given.line("state", 60)
    if state and state.upper() not in STATES:
        raise Refused(f"state: {state}; chỉ nhận thủ tục đang có hiệu lực ({', '.join(STATES)}).")
    return build(_record(given, code, name))


def _record(given: Given, code: str, name: str) -> Record:
    cases = _cases(given)
    known = [(case.number, case.unit) for case in cases]
    publisher = given.line("departmentPromulgateName", 200) or given.line("departmentPromulgateCode", 200)
    return Record(
        code=code,
        name=name,
        sectors=_sectors(given),
        publisher=publisher,
        agency_level=_agency_level(given, publisher),
        applicants=_applicants(given),
        methods=[_method(one, known) for one in given.objects("executionMethods")],
        receiving=given.text("dossierReceivingAddresses").strip('" \n'),
        groups=[
            Group(one.text("name", 4000).replace("\n", " "), _papers(one, "profileComponents"))
            for one in given.objects("executionCases")
        ],
        cases=[case.known for case in cases],
        papers=_papers(given, "profileComponents"),
        charges=[_charge(one) for one in given.objects("fees")],
        steps=[step for one in given.objects("executionSteps") if any(step := _step(one))],
        results=[_named(one, 4000) for one in given.objects("resultsDetails") if one.text("name")],
        return_ways=_returns(given),
        bases=[
            _named(one, 4000)
            for one in given.objects("legalBasisesDetails")
            if one.text("name") or one.text("code")
        ],
        conditions=given.text("requirementsAndConditions") or given.text("description"),
        remarks=_remarks(given),
        settled_by=[*_who(given, "departmentsExecuting"), *_who(given, "unitGroupsExecuting")],
        decided_by=[*_who(given, "departmentsAuthority"), *_who(given, "unitGroupsAuthority")],
        helped_by=_helped_by(given),
        topics=[one.line("name") for one in given.objects("serviceGroupsDetails") if one.line("name")],
        keywords=[one.strip() for one in given.line("keywords", 10_000).split(";") if one.strip()],
        related=[one.line("code", 200) for one in given.objects("procedureRelatedGroup") if one.line("code")],
        source=source(given, code, publisher),
        typed_full=given.flag("isFullProcess"),
        notes=notes(given),
    )


def _sectors(given: Given) -> list[str]:
    named = [one.line("name", 200) for one in given.objects("categoriesDetails")]
    named += [one.line("name", 200) for one in given.objects("category")]
    return list(dict.fromkeys(one for one in named if one))


def _agency_level(given: Given, publisher: str) -> Literal["commune", "province", "ministry"]:
    """The level that settles it; where several are ticked, the nearest to people."""
    if given.flag("isWard"):
        return "commune"
    if given.flag("isProvince"):
        return "province"
    central = given.flag("isMinistry") or publisher.startswith(("Bộ ", "Ngân hàng Nhà nước", "Thanh tra "))
    return "ministry" if central else "province"


def _applicants(given: Given) -> list[str]:
    found = []
    for part in ("subjectTypesDetails", "targetObjects", "formalityTargetType"):
        values = given.values.get(part)
        plain = isinstance(values, list) and all(isinstance(one, str) for one in values)
        names = given.words(part) if plain else [one.line("name") for one in given.objects(part)]
        found += [one for one in names if one]
    return list(dict.fromkeys(found))


class _Case(Struct, frozen=True):
    """A case named by code, and its time still as typed."""

    known: KnownCase
    number: Fraction | None
    unit: str


def _cases(given: Given) -> list[_Case]:
    found = []
    for one in given.objects("cases"):
        day = next(iter(one.objects("processingDay")), Given({}, one.at("processingDay")))
        number = day.number("qty")
        unit = times.unit_named(day.line("type", 60), day.at("type"))
        words = "" if number is not None else day.text("qty")
        limit = None
        if number is not None or words:
            limit = times.limit_of(number, unit, words, day.at("qty"))
        papers = _papers(one, "profileComponents")
        known = KnownCase(one.line("name", 4000), one.line("code", 200), limit, papers)
        found.append(_Case(known, number, unit))
    return found


def _method(one: Given, cases: list[tuple[Fraction | None, str]]) -> Method:
    typed = one.line("submissionMethod", 60)
    channel = CHANNELS.get(typed.upper())
    if channel is None:
        known = ", ".join(CHANNELS)
        raise one.refuse("submissionMethod", f"cách nộp {typed or 'trống'} không có trong {known}")
    words = one.text("description")
    number = one.number("processingTime")
    told = "" if number is not None else one.text("processingTime")
    unit = times.unit_named(one.line("processingTimeUnit", 60), one.at("processingTimeUnit"))
    unit, _ = times.unit_of_case(number, unit, cases)
    vague = told.lower().rstrip(". ") in ("", "theo mô tả", "theo quy định", "không quy định", "khác")
    limit = times.limit_of(number, unit, (vague and words) or told, one.at("processingTime"))
    charges = [_charge(fee) for fee in one.objects("fees")]
    return Method(channel, limit, words, charges)


def _charge(one: Given) -> Charge:
    typed = one.line("type", 60)
    kind = FEES.get(typed.upper() or "FEE")
    if kind is None:
        raise one.refuse("type", f"loại khoản thu {typed} không có trong {', '.join(FEES)}")
    number, words = one.number("value"), [one.text("description")]
    if number is not None and number < 0:
        raise one.refuse("value", f"mức thu âm: {float(number):g}")
    if number is None and (said := one.text("value", 2000)):
        words.insert(0, said)
    currency = one.line("currencyName", 60)
    in_dong = "đồng" in currency.lower() or currency.upper() in ("VND", "VNĐ")
    known = in_dong or (not currency and one.line("currencyId", 60) in DONG)
    amount = int(number) if number is not None and number.denominator == 1 else None
    if amount and not known:
        words.insert(0, f"{amount} {currency or '(đơn vị tiền lạ)'}")
        amount = None
    elif number is not None and amount is None:
        words.insert(0, f"{float(number):g} {currency}".strip())
    if amount is not None and amount > 10_000_000_000:
        raise one.refuse("value", f"mức thu {money(amount)} quá 10 tỷ đồng")
    for file in one.objects("attachment"):
        if name := file.line("fileName"):
            words.append(f"Văn bản kèm theo: {name}.")
    return Charge(kind, amount, "\n".join(dict.fromkeys(told for told in words if told)))


def _papers(given: Given, part: str) -> list[Paper]:
    return [_paper(one) for one in given.objects(part) if one.text("name", 10_000)]


def _paper(one: Given) -> Paper:
    files = [file.line("fileName") for file in one.objects("attachments")]
    another = one.flag("isProcessingResult")
    return Paper(
        name=one.text("name", 10_000),
        code=one.line("code", 200),
        originals=one.count("originalQty"),
        copies=one.count("copyQty"),
        required=bool(one.flag("required")),
        templates=list(dict.fromkeys(name for name in files if name)),
        hint="Là kết quả của một thủ tục hành chính khác." if another else "",
    )


def _step(one: Given) -> tuple[str, str]:
    return one.text("name", 4000).replace("\n", " "), one.text("description")


def _named(one: Given, longest: int) -> Named:
    return Named(one.line("name", longest) or one.line("code", 200), one.line("code", 200))


def _returns(given: Given) -> list[Channel]:
    """How results come back to those who file online; to all, where that is not told apart."""
    by_way: dict[str, list[str]] = {}
    for one in given.objects("returningMethods"):
        by_way.setdefault(one.line("type", 60).upper(), []).extend(one.words("value"))
    told = by_way.get("ONLINE") or [way for ways in by_way.values() for way in ways]
    for way in told:
        if way.upper() not in RETURNS:
            raise Refused(f"returningMethods: cách trả kết quả {way} không có trong {', '.join(RETURNS)}")
    found = {RETURNS[way.upper()] for way in told}
    return [way for way in RETURNS.values() if way in found]


def _who(given: Given, part: str) -> list[Named]:
    return [Named(one.line("name"), one.line("code", 200)) for one in given.objects(part) if one.line("name")]


def _helped_by(given: Given) -> list[tuple[str, Named]]:
    parts = (
        ("Được ủy quyền", ("departmentsAuthorized", "unitGroupsAuthorized")),
        ("Phối hợp", ("departmentsCoordinating", "unitGroupsCoordinating")),
        ("Liên quan", ("departmentDetails",)),
    )
    found = [(part, one) for part, lists in parts for name in lists for one in _who(given, name)]
    told = {one.name for _, one in found}
    known = told | {
        one.name for name in ("departmentsExecuting", "departmentsAuthority") for one in _who(given, name)
    }
    texts = (
        ("Thực hiện", "executingAgencies", "departmentsExecuting"),
        ("Có thẩm quyền quyết định", "delegatedAgencies", "departmentsAuthority"),
        ("Được ủy quyền", "authorizedAgencies", "departmentsAuthorized"),
        ("Phối hợp", "coordinatingAgencies", "departmentsCoordinating"),
    )
    for part, text, names in texts:
        words = given.line(text, 20_000)
        if words and words != ", ".join(one.name for one in _who(given, names)) and words not in known:
            found += [(part, Named(piece)) for piece in _pieces(words)]
    return found


def _pieces(words: str) -> list[str]:
    """Words as lines of at most 400 characters, cut at commas."""
    pieces = [""]
    for one in words.split(", "):
        if len(pieces[-1]) + len(one) > 380 and pieces[-1]:
            pieces.append("")
        pieces[-1] += (", " if pieces[-1] else "") + one[:400]
    return pieces


def _remarks(given: Given) -> list[tuple[str, str]]:
    found = [("Ghi chú", note)] if (note := given.text("note")) else []
    described = given.text("description")
    if (
        described
        and described != given.text("requirementsAndConditions")
        and given.text("requirementsAndConditions")
    ):
        found.append(("Mô tả", described))
    if given.flag("isNonTerritorial"):
        found.append(("Nơi nộp", "Nộp được không phụ thuộc địa giới hành chính."))
    return found
