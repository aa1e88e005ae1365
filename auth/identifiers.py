"""E-mail, phone and personal id: normal forms and structure. Pure but for the year of today."""

import re
import unicodedata

from portal.core import clock, text
from portal.core.errors import Invalid

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@(?:[\w](?:[\w-]{0,61}[\w])?\.)+[^\W\d_][\w-]{0,61}[\w]")
_PERSONAL_ID = re.compile(r"[0-9]{12}")
_PHONE = re.compile(r"0(?:[35789][0-9]{8}|2[0-9]{9})")
_PHONE_MARKS = re.compile(r"[ .()-]")

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
