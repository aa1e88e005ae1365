"""What the designer offers ready-made: kinds in plain words, patterns, blocks of questions. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

import msgspec

from services_catalog.answers import named
from services_catalog.form_parts import Kind, Option, Prefill


class KindWords(msgspec.Struct, frozen=True):
    """A kind of question as an administrator reads of it."""

    kind: Kind
    name: str
    meaning: str
    example: str


KINDS: Final = tuple(
    KindWords(*words)
    for words in (
        ("text", "Chữ ngắn", "Một dòng chữ", "Họ tên, nghề nghiệp"),
        ("longtext", "Đoạn văn", "Nhiều dòng chữ", "Lý do, nội dung đề nghị"),
        ("number", "Số", "Số nguyên", "Số bản sao: 2"),
        ("money", "Số tiền", "Số tiền bằng đồng", "1.250.000"),
        ("date", "Ngày", "Ngày, tháng, năm đầy đủ", "04/02/1988"),
        ("date_or_year", "Ngày hoặc năm sinh", "Ngày đầy đủ, hay chỉ năm nếu không rõ ngày", "1960"),
        ("datetime", "Ngày và giờ", "Một lúc trong ngày", "14:30 04/02/2026"),
        ("choice", "Chọn một", "Một trong các lựa chọn", "Giới tính: Nam, Nữ"),
        ("choices", "Chọn nhiều", "Một hay nhiều lựa chọn", "Giấy tờ cần thêm"),
        ("yesno", "Có hoặc không", "Câu hỏi trả lời được bằng có, không", "Đã kết hôn?"),
        ("personal_id", "Số định danh cá nhân", "12 chữ số, xem cấu trúc của số", "024 088 000 123"),
        ("tax_code", "Mã số thuế", "10, 12 hoặc 13 chữ số, xem chữ số kiểm tra", "0100109106"),
        ("phone", "Số điện thoại", "Số ở Việt Nam", "0912 345 678"),
        ("email", "Thư điện tử", "Địa chỉ thư", "ten@vidu.vn"),
        ("address", "Địa chỉ", "Tỉnh, xã theo danh mục hiện hành, và phần chi tiết", "Nơi cư trú"),
        ("repeat", "Mục lặp", "Nhóm câu hỏi được khai nhiều lần", "Thành viên trong hộ"),
        (
            "file",
            "Tệp đính kèm",
            "Nhắc một giấy tờ giữa tờ khai; tệp tải lên ở bước Giấy tờ",
            "Giấy chứng sinh",
        ),
        ("note", "Lời dẫn", "Lời hướng dẫn, không phải trả lời", "Khai theo giấy tờ bản chính"),
        ("commit", "Cam đoan", "Lời cam đoan phải đánh dấu mới nộp được", "Cam đoan khai đúng sự thật"),
    )
)
KIND_NAMES: Final[Mapping[str, str]] = {words.kind: words.name for words in KINDS}
assert set(KIND_NAMES) == set(get_args(Kind))

PERSON: Final = "person"
ORGANISATION: Final = "organisation"
BLOCK_NAMES: Final[Mapping[str, str]] = {
    PERSON: "Khối người: họ tên, ngày sinh, giới tính, số định danh, điện thoại, địa chỉ",
    ORGANISATION: "Khối tổ chức: tên, mã số thuế, người đại diện, địa chỉ",
}

OATH: Final = (
    "Tôi cam đoan những điều khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật "
    "về lời khai của mình."
)
DEFAULTS: Final[Mapping[str, dict[str, Any]]] = {
    "note": {"required": False},
    "commit": {"text": OATH},
}

PREFILLS: Final[Mapping[Prefill, tuple[str, tuple[str, ...]]]] = {
    "account.name": ("Họ tên trên tài khoản", ("text",)),
    "account.birth": ("Ngày sinh trên tài khoản", ("date", "date_or_year")),
    "account.personal_id": ("Số định danh trên tài khoản", ("personal_id", "tax_code")),
    "account.phone": ("Số điện thoại trên tài khoản", ("phone",)),
    "account.email": ("Thư điện tử trên tài khoản", ("email",)),
    "earlier": ("Hồ sơ trước của người nộp", tuple(set(get_args(Kind)) - {"note", "file", "commit"})),
}
TOKENS: Final[Mapping[str, str]] = {  # what browsers call the same things
    "account.name": "name",
    "account.birth": "bday",
    "account.phone": "tel",
    "account.email": "email",
}


class ReadyPattern(msgspec.Struct, frozen=True):
    """A pattern nobody has to write: its name, the expression and what the applicant is told."""

    name: str
    pattern: str
    hint: str


PATTERNS: Final[Mapping[str, ReadyPattern]] = {
    "document": ReadyPattern(
        "Số giấy tờ",
        "[0-9A-Za-zĐđ]+([-/. ][0-9A-Za-zĐđ]+)*",
        "Gồm chữ, số và dấu gạch, ví dụ 01/2026/GCS",
    ),
    "plate": ReadyPattern(
        "Biển số xe",
        "[0-9]{2}-?[A-ZĐ]{1,2}[0-9]?[- ]?[0-9]{3}[.]?[0-9]{1,2}",
        "Ghi như trên biển, ví dụ 29A-123.45 hoặc 29-B1 123.45",
    ),
    "passport": ReadyPattern(
        "Số hộ chiếu", "[A-Z][0-9]{7,8}", "Một chữ hoa và 7 hoặc 8 chữ số, ví dụ C1234567"
    ),
    "land": ReadyPattern(
        "Số phát hành giấy chứng nhận đất",
        "[A-ZĐ]{1,2} ?[0-9]{6,8}",
        "Một hoặc hai chữ hoa và 6 đến 8 chữ số, ví dụ BA 123456",
    ),
    "digits": ReadyPattern("Chỉ chữ số", "[0-9]+", "Chỉ gồm chữ số, ví dụ 12345"),
    "postcode": ReadyPattern("Mã bưu chính", "[0-9]{5}", "Gồm 5 chữ số, ví dụ 11024"),
}

_GENDERS: Final = [Option(value="male", label="Nam"), Option(value="female", label="Nữ")]
_PARTS: Final[Mapping[str, Sequence[tuple[str, Kind, str, dict[str, Any]]]]] = {
    PERSON: (
        ("name", "text", "Họ, chữ đệm, tên", {"max_length": 100}),
        ("birth", "date_or_year", "Ngày, tháng, năm sinh", {"not_future": True}),
        ("gender", "choice", "Giới tính", {"options": _GENDERS}),
        ("personal_id", "personal_id", "Số định danh cá nhân", {}),
        ("phone", "phone", "Số điện thoại", {"required": False}),
        ("address", "address", "Nơi cư trú", {}),
    ),
    ORGANISATION: (
        ("name", "text", "Tên tổ chức", {"max_length": 300}),
        ("tax_code", "tax_code", "Mã số thuế", {}),
        ("representative", "text", "Người đại diện theo pháp luật", {"max_length": 100}),
        ("address", "address", "Địa chỉ trụ sở", {}),
    ),
}


def parts(block: str, whose: str) -> list[tuple[str, Kind, str, dict[str, Any]]]:
    """The questions of a block: end of the key, kind, label, and what else differs from a plain question.

    Args:
        block: PERSON or ORGANISATION.
        whose: whom they are about, "Người yêu cầu"; "" within a repeatable block, whose name says it.
    """
    of = f" của {named(whose)}" if whose else ""
    return [(end, kind, f"{label}{of}", dict(more)) for end, kind, label, more in _PARTS[block]]
