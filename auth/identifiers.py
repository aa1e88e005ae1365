"""E-mail, phone, personal id and tax code: normal forms and structure. Pure but for the year of today."""

import re
import unicodedata

from portal.core import clock, text
from portal.core.errors import Invalid

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@(?:[\w](?:[\w-]{0,61}[\w])?\.)+[^\W\d_][\w-]{0,61}[\w]")
_PERSONAL_ID = re.compile(r"[0-9]{12}")
_PHONE = re.compile(r"0(?:[35789][0-9]{8}|2[0-9]{9})")
_PHONE_MARKS = re.compile(r"[ .()-]")
_TAX_CODE = re.compile(r"([0-9]{10})([0-9]{3})?")
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)

# The 63 province codes of birth registration. Provinces merged in 2025 keep them in old numbers.
_PROVINCE_CODES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 "
    "040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 "
    "083 084 086 087 089 091 092 093 094 095 096"
)
_PROVINCES = frozenset(_PROVINCE_CODES.split())


def email(value: str) -> str:
    """The address in NFC and lower case; how it is compared, shown and written to.

    Raises:
        Invalid: it is not an address, or holds hidden characters.
    """
    shown = text.clean(value, max_length=254)
    normal = unicodedata.normalize("NFC", shown.lower())
    if not _EMAIL.fullmatch(normal) or ".." in normal:
        raise Invalid("Thư điện tử chưa đúng dạng, ví dụ: ten@vidu.vn.")
    return normal


def phone(value: str) -> str:
    """A Vietnamese number as digits from 0: 10 for mobiles, 11 for fixed lines.

    Raises:
        Invalid: it is not such a number.
    """
    digits = _PHONE_MARKS.sub("", text.clean(value, max_length=30))
    if digits.startswith("+84"):
        digits = "0" + digits[3:]
    if not _PHONE.fullmatch(digits):
        raise Invalid("Số điện thoại chưa đúng, ví dụ: 0912 345 678.")
    return digits


def personal_id(value: str) -> str:
    """A personal identification number whose structure can exist; that it is the person's is not proven.

    Three digits of the place of birth registration, one of century and sex, two of the birth year,
    six random; there is no check digit.

    Source: Decree 137/2015/NĐ-CP, art. 13, kept by the Law on Identity 26/2023/QH15, art. 12.

    Raises:
        Invalid: it is not 12 digits, or names no place or a year to come.
    """
    digits = _PHONE_MARKS.sub("", text.clean(value, max_length=30))
    if not _PERSONAL_ID.fullmatch(digits):
        raise Invalid("Số định danh cá nhân gồm đúng 12 chữ số.")
    if digits[0] == "0" and digits[:3] not in _PROVINCES:
        raise Invalid("Số định danh cá nhân chưa đúng: ba chữ số đầu không phải mã nơi đăng ký khai sinh.")
    born = 1900 + 100 * (int(digits[3]) // 2) + int(digits[4:6])
    if born > clock.today().year:
        raise Invalid("Số định danh cá nhân chưa đúng: năm sinh trong số nằm ở tương lai.")
    return digits


def tax_code(value: str) -> str:
    """A tax code in normal form: 10 digits, 13 as NNNNNNNNNN-NNN for a branch, or a 12-digit personal id.

    Since 01/07/2025 people and household businesses use their personal id. The check digit is looked at
    by `tax_code_checks`, since real codes exist that the rule does not explain.

    Raises:
        Invalid: it has another length, a branch 000, or 12 digits that are no personal id.
    """
    digits = _PHONE_MARKS.sub("", text.clean(value, max_length=30))
    if _PERSONAL_ID.fullmatch(digits):
        return personal_id(digits)
    found = _TAX_CODE.fullmatch(digits)
    if found is None:
        raise Invalid(
            "Mã số thuế gồm 10 chữ số, 13 chữ số của đơn vị phụ thuộc, hoặc số định danh 12 chữ số."
        )
    if found[2] == "000":
        raise Invalid("Mã số thuế chưa đúng: ba chữ số của đơn vị phụ thuộc bắt đầu từ 001.")
    return f"{found[1]}-{found[2]}" if found[2] else found[1]


def tax_code_checks(code: str) -> bool:
    """Whether the tenth digit of a tax code in normal form is the one its first nine demand.

    It is ten less the weighted sum modulo eleven, so a sum that eleven divides has no right digit; the
    three digits of a branch and a personal id have none to check.
    """
    if _PERSONAL_ID.fullmatch(code):
        return True
    total = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, code, strict=False))
    return 10 - total % 11 == int(code[9])
