"""What looks odd in answers yet may be true: shown to their writer, never a ground to refuse. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from auth import identifiers
from portal.core.errors import Invalid
from services_catalog.form_parts import Field
from services_catalog.units import Directory

_PERSONAL_ID: Final = "personal_id"  # how the keys end that are compared with the key ending in "birth"
_BIRTH = re.compile(r"\d{4}(-\d{2}-\d{2})?", re.ASCII)


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong or odd with one answer. `field` is "key", "key.province" or "key.0.sub"."""

    field: str
    message: str


def odd(
    fields: Sequence[Field], known: Mapping[str, Any], places: Directory | None, prefix: str = ""
) -> Iterator[FieldError]:
    """The odd answers among those known, in the order of the form.

    Args:
        fields: the questions.
        known: answers in normal form.
        places: the administrative units in force; None: addresses are not looked at.
        prefix: the path of the block they stand in.
    """
    for field in fields:
        value, path = known.get(field.key), prefix + field.key
        if value is None:
            continue
        if field.kind == "repeat":
            for index, row in enumerate(value):
                yield from odd(field.fields, row, places, f"{path}.{index}.")
        elif field.kind == "tax_code" and _mistyped(value):
            yield FieldError(path, f"Mã số thuế {value} có chữ số kiểm tra không khớp, có thể gõ nhầm một số")
        elif field.kind == "address" and places is not None and (part := places.unknown(value)):
            yield FieldError(
                f"{path}.{part}",
                f"{field.label}: “{value[part]}” không có trong danh mục đơn vị hành chính hiện hành",
            )
        elif field.key.endswith(_PERSONAL_ID):
            birth = known.get(field.key.removesuffix(_PERSONAL_ID) + "birth")
            yield from _another_year(path, value, birth)


def _mistyped(value: str) -> bool:
    try:
        return not identifiers.tax_code_checks(identifiers.tax_code(value))
    except Invalid:
        return False  # `forms.check` says so


def _another_year(path: str, number: Any, birth: Any) -> Iterator[FieldError]:
    """An id's year against the year of birth.

    Source: Decree 137/2015/NĐ-CP, art. 13 (century, sex and year within the number).
    """
    if not (isinstance(number, str) and re.fullmatch(r"[0-9]{12}", number) and isinstance(birth, str)):
        return
    year = 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])
    if _BIRTH.fullmatch(birth) and year != int(birth[:4]):
        said = f"Số định danh ghi năm sinh {year}, bạn khai {birth[:4]}. Kiểm tra lại cả hai"
        yield FieldError(path, said)
