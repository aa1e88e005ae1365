"""The older shape of the national exchange, `LayThuTuc`: upper-case keys, strings everywhere. Pure.

Time and fee hang on the way of filing, cases (TRUONGHOP) on steps and papers. One item may stand where a
list is meant, and a list may be a text of JSON. Days are yyyyMMddHHmmss in Viet Nam.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

import msgspec

from portal.core.text import fold
from services_catalog import shelf
from services_catalog.content import Channel
from services_catalog.imports import times
from services_catalog.imports.assembling import build
from services_catalog.imports.given import Given, number_in
from services_catalog.imports.pieces import Charge, Group, Imported, Method, Named, Paper, Record
from services_catalog.imports.rows import Refused

CHANNELS: Final[dict[str, Channel]] = {"1": "counter", "2": "online", "3": "post"}
UNITS: Final = {
    "ngay lam viec": "WORKING_DAY",
    "ngay": "DAY",
    "gio lam viec": "WORKING_HOUR",
    "gio": "HOUR",
    "tuan": "WEEK",
    "thang": "MONTH",
    "nam": "YEAR",
    "phut": "MINUTE",
    "khac": "OTHER",
    "": "OTHER",
}
DONG: Final = ("", "dong", "vnd", "viet nam dong", "dong viet nam")
_LISTS: Final = (
    "LINHVUCTHUCHIEN",
    "TRINHTUTHUCHIEN",
    "CACHTHUCTHUCHIEN",
    "THANHPHANHOSO",
    "DOITUONGTHUCHIEN",
    "KETQUATHUCHIEN",
    "CANCUPHAPLY",
    "COQUANTHUCHIEN",
    "COQUANCOTHAMQUYEN",
    "COQUANDUOCUYQUYEN",
    "COQUANPHOIHOP",
    "CAPTHUCHIEN",
    "TTHCLIENQUAN",
    "TTHCLIENTHONG",
)


def is_record(values: Mapping[str, Any]) -> bool:
    """Whether an object looks like such a record."""
    return any(key in values for key in ("MATTHC", "TENTTHC", "CACHTHUCTHUCHIEN"))


def code_of(values: Mapping[str, Any]) -> str:
    """The procedure's code as typed; "" when there is none."""
    told = values.get("MATTHC")
    return told.strip() if isinstance(told, str) else ""


def read(values: Mapping[str, Any]) -> Imported:
    """The record as the draft of a revision.

    Raises:
        Refused: it lacks code or name, or a field of it cannot be right.
    """
    given = Given({name: _opened(name, value) for name, value in values.items()})
    code, name = given.line("MATTHC", 60), given.line("TENTTHC", 1500)
    if not code:
        raise Refused("MATTHC: thiếu mã thủ tục.")
    if not shelf.is_code(code):
        raise Refused(f"MATTHC: {code} không phải mã thủ tục, ví dụ 1.001193.")
    if not name:
        raise Refused("TENTTHC: thiếu tên thủ tục.")
    return build(_record(given, code, name))


def _opened(name: str, value: Any) -> Any:
    """A list that came as a text of JSON, as a list."""
    if name in _LISTS and isinstance(value, str) and value.strip()[:1] in ("[", "{"):
        try:
            return msgspec.json.decode(value)
        except (msgspec.MsgspecError, RecursionError) as wrong:
            raise Refused(f"{name}: JSON trong chữ bị hỏng ({wrong}).") from wrong
    return value


def _record(given: Given, code: str, name: str) -> Record:
    publisher = given.line("TENCOQUANCONGBO", 200) or given.line("MACOQUANCONGBO", 200)
    methods = [method for one in given.objects("CACHTHUCTHUCHIEN") for method in _methods(one)]
    return Record(
        code=code,
        name=name,
        sectors=_names(given, "LINHVUCTHUCHIEN", "TENLINHVUC", "MALINHVUC"),
        publisher=publisher,
        agency_level=_agency_level(given),
        applicants=[
            *_names(given, "DOITUONGTHUCHIEN", "TENDOITUONG", "MADOITUONG"),
            *([told] if (told := given.line("MOTADOITUONGTHUCHIEN")) else []),
        ],
        methods=methods,
        receiving=given.text("DIACHITIEPNHAN"),
        groups=[_group(one) for one in given.objects("THANHPHANHOSO")],
        charges=[_charge(one) for one in given.objects("PHILEPHI")],
        steps=[step for one in _rows(given, "TRINHTUTHUCHIEN") for step in _steps(one)],
        results=[
            Named(one.line("TENKETQUA", 4000), one.line("MAKETQUA", 200))
            for one in _rows(given, "KETQUATHUCHIEN", "TENKETQUA")
            if one.line("TENKETQUA", 4000)
        ],
        bases=[
            Named(one.line("TENVANBAN", 4000), one.line("SOVANBAN", 200), _day(one, "NGAYBANHANH"))
            for one in _rows(given, "CANCUPHAPLY", "TENVANBAN")
            if one.line("TENVANBAN", 4000) or one.line("SOVANBAN", 200)
        ],
        conditions=given.text("YEUCAU"),
        remarks=[("Mô tả", told)] if (told := given.text("MOTA")) else [],
        settled_by=[*_agencies(given, "COQUANTHUCHIEN"), *_words(given, "MOTACOQUANTHUCHIEN")],
        decided_by=[*_agencies(given, "COQUANCOTHAMQUYEN"), *_words(given, "MOTACOQUANTHAMQUYEN")],
        helped_by=[
            (part, one)
            for part, name in (("Được ủy quyền", "COQUANDUOCUYQUYEN"), ("Phối hợp", "COQUANPHOIHOP"))
            for one in _agencies(given, name)
        ],
        keywords=[one.strip() for one in given.line("TUKHOA", 10_000).split(";") if one.strip()],
        related=[told for name in ("TTHCLIENQUAN", "TTHCLIENTHONG") for told in _codes(given, name)],
        source=_source(given, code, publisher),
        notes=_notes(given, methods),
    )


def _rows(given: Given, name: str, alone: str = "") -> list[Given]:
    """The objects of a list; a text in its place is one object that says it."""
    value = given.values.get(name)
    if isinstance(value, str) and value.strip():
        return [Given({alone or "TENTRINHTU": value}, given.at(name))]
    return given.objects(name)


def _names(given: Given, part: str, name: str, code: str) -> list[str]:
    told = [one.line(name) or one.line(code) for one in _rows(given, part, name)]
    return list(dict.fromkeys(one for one in told if one))


def _words(given: Given, name: str) -> list[Named]:
    return [Named(one[:500]) for one in given.text(name).split("\n") if one]


def _agencies(given: Given, part: str) -> list[Named]:
    rows = _rows(given, part, "TENDONVI")
    named = [Named(one.line("TENDONVI") or one.line("MADONVI"), one.line("MADONVI", 200)) for one in rows]
    return [one for one in named if one.name]


def _codes(given: Given, name: str) -> list[str]:
    value = given.values.get(name)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return [one for one in given.words(name) if len(one) <= 200]
    return [one.line("MATTHC", 200) for one in given.objects(name) if one.line("MATTHC", 200)]


def _agency_level(given: Given) -> Literal["commune", "province", "ministry"]:
    """The level, by its name; else by the first letter of who published it (G: ministries, H: provinces)."""
    told = fold(" ".join(_names(given, "CAPTHUCHIEN", "CAPTHUCHIEN", "TENCAP")))
    if "xa" in told.split():
        return "commune"
    if "tinh" in told.split() or given.line("MACOQUANCONGBO", 200).startswith("H"):
        return "province"
    central = "bo" in told.split() or given.line("MACOQUANCONGBO", 200).startswith("G")
    return "ministry" if central else "province"


def _methods(one: Given) -> list[Method]:
    """The ways of filing of one channel: one for each time it names."""
    typed = one.line("KENH", 60)
    channel = CHANNELS.get(typed)
    if channel is None:
        known = ", ".join(CHANNELS)
        raise one.refuse("KENH", f"kênh {typed or 'trống'} không có trong {known}")
    found = []
    for row in one.objects("THOIGIAN") or [Given({}, one.at("THOIGIAN"))]:
        words = row.text("MOTA")
        told = row.text("THOIGIANGIAIQUYET")
        unit = _unit(row)
        limit = times.limit_of(number_in(told), unit, told or words, row.at("THOIGIANGIAIQUYET"))
        charges = [_charge(fee) for fee in row.objects("PHILEPHI")]
        found.append(Method(channel, limit, words, charges))
    return found


def _unit(row: Given) -> str:
    typed = row.line("DONVITINH", 60)
    known = UNITS.get(fold(typed)) or (typed.upper() if typed.upper() in times.UNITS else None)
    if known is None:
        raise row.refuse("DONVITINH", f"đơn vị thời hạn {typed} không có trong {', '.join(UNITS)[:-2]}")
    return known


def _charge(one: Given) -> Charge:
    typed = one.text("SOTIEN", 200)
    currency = one.line("DONVI", 60)
    bare = typed.replace(" ", "").removesuffix("đồng").removesuffix("đ")
    groups = bare.split(".") if "." in bare else bare.split(",")
    plain = "".join(groups) if len(groups) > 1 and all(len(part) == 3 for part in groups[1:]) else bare
    negative = plain.startswith("-")
    number = number_in(plain.removeprefix("-"))
    if number is not None and negative and number:
        raise one.refuse("SOTIEN", f"mức thu âm: {typed}")
    if number is not None and number > 10_000_000_000:
        raise one.refuse("SOTIEN", f"mức thu {typed} quá 10 tỷ đồng")
    words = [one.text("MOTA")]
    whole = number is not None and number.denominator == 1
    in_dong = fold(currency) in DONG
    if typed and not (whole and in_dong):
        words.insert(0, f"{typed} {currency}".strip())
    name, kind = one.line("TENPHILEPHI") or one.line("MAPHILEPHI"), fold(one.line("LOAIPHILEPHI"))
    if name and name not in words:
        words.insert(0, name)
    is_charge = "le phi" in fold(name) or kind == "le phi" or "le phi" in fold(words[-1])
    amount = int(number) if number is not None and whole and in_dong else None
    return Charge("charge" if is_charge else "fee", amount, "\n".join(told for told in words if told))


def _group(one: Given) -> Group:
    return Group(one.line("TRUONGHOP", 4000), [_paper(row) for row in one.objects("GIAYTO")])


def _paper(one: Given) -> Paper:
    name = one.text("TENGIAYTO", 10_000)
    if not name:
        raise one.refuse("TENGIAYTO", "thiếu tên giấy tờ")
    form, address = one.line("TENMAUDON"), one.line("URL", 2000)
    hints = [one.text("GHICHU", 2000), f"Nơi tải mẫu: {address}" if address else ""]
    return Paper(
        name=name,
        code=one.line("MAGIAYTO", 200),
        originals=one.count("SOBANCHINH"),
        copies=one.count("SOBANSAO"),
        templates=[form] if form else [],
        hint="\n".join(told for told in hints if told),
    )


def _steps(one: Given) -> list[tuple[str, str]]:
    """The steps of one case; its name heads the first."""
    case = one.line("TRUONGHOP", 4000)
    rows = _rows(one, "TRINHTU") if one.values.get("TRINHTU") else [one]
    told = [row.text("TENTRINHTU") for row in rows]
    found = [text for text in told if text]
    return [(case if place == 0 else "", text) for place, text in enumerate(found)] or (
        [(case, "")] if case else []
    )


def _day(one: Given, name: str) -> date | None:
    """A day given as yyyyMMdd or yyyyMMddHHmmss; None when it is missing.

    Raises:
        Refused: it is none.
    """
    told = one.line(name, 60)
    if not told:
        return None
    try:
        return date(int(told[:4]), int(told[4:6]), int(told[6:8]))
    except ValueError as wrong:
        raise one.refuse(name, f"{told} không phải ngày dạng yyyyMMddHHmmss") from wrong


def _source(given: Given, code: str, publisher: str) -> str:
    told = {
        "": f"Bản ghi LayThuTuc của thủ tục {code}",
        "công bố: ": publisher,
        "quyết định công bố: ": given.line("IDQUYETDINHCONGBO", 100),
        "loại: ": given.line("LOAITTHC", 100),
        "trạng thái của nguồn: ": given.line("TRANGTHAI", 100),
        "cập nhật ngày ": f"{day:%d/%m/%Y}" if (day := _day(given, "NGAYCAPNHAT")) else "",
        "mã lĩnh vực ": ", ".join(
            one for row in given.objects("LINHVUCTHUCHIEN") if (one := row.line("MALINHVUC", 60))
        ),
    }
    return ("; ".join(f"{head}{words}" for head, words in told.items() if words) + ".")[:4000]


def _notes(given: Given, methods: list[Method]) -> list[str]:
    found = [] if methods else ["không nêu cách nộp"]
    if strange := sorted(given.unread()):
        found.append(f"không dùng trường lạ: {', '.join(strange)[:300]}")
    return found
