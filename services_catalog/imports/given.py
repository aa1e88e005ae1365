"""A foreign record read by names: untidy values are put right, wrong ones refused with their place."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from portal.core.text import nfc
from services_catalog.imports.rows import Refused

_HIDDEN = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]"
)
_BLANKS = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_ANY = 10**9  # characters; a line is measured when it is one
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,4})?")
_KINDS = {str: "chữ", bool: "đúng/sai", int: "số", float: "số", list: "danh sách", dict: "nhóm giá trị"}


def tidy(text: str) -> str:
    """The text in NFC without hidden characters; blanks and empty lines run together, line breaks stay."""
    plain = _HIDDEN.sub("", nfc(text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")))
    lines = [_BLANKS.sub(" ", line).strip() for line in plain.split("\n")]
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """The same on one line."""
    return tidy(text).replace("\n", " ")


def number_in(text: str) -> Fraction | None:
    """The number a text is, and nothing else: "5", "7,5", "4.75"; None for words."""
    bare = text.strip()
    return Fraction(bare.replace(",", ".")) if _NUMBER.fullmatch(bare) else None


class Given:
    """One object of a record; `place` names it in reasons: "executionMethods[2]"."""

    def __init__(self, values: Mapping[str, Any], place: str = "") -> None:
        self.values = values
        self.place = place
        self._read: set[str] = set()

    def at(self, name: str) -> str:
        """The place of a field."""
        return f"{self.place}.{name}" if self.place else name

    def refuse(self, name: str, reason: str) -> Refused:
        """The refusal of a field."""
        return Refused(f"{self.at(name)}: {reason}")

    def _value(self, name: str) -> Any:
        self._read.add(name)
        return self.values.get(name)

    def unread(self) -> list[str]:
        """The fields that say something and were never asked for; ids of other objects aside."""
        told = (name for name, value in self.values.items() if value not in (None, "", [], {}, False))
        return [name for name in told if name not in self._read and not name.endswith(("Id", "Ids"))]

    def _wrong(self, name: str, wanted: str) -> Refused:
        kind = _KINDS.get(type(self.values[name]), "giá trị lạ")
        return self.refuse(name, f"cần {wanted}, đây là {kind}")

    def text(self, name: str, longest: int = 20_000) -> str:
        """A text, tidied; "" when it is missing. Numbers are taken as they are written.

        Raises:
            Refused: it is no text, or longer than the bound.
        """
        value = self._value(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self._wrong(name, "chữ")
        told = tidy(value if isinstance(value, str) else f"{value:g}" if value % 1 else str(int(value)))
        if len(told) > longest:
            raise self.refuse(name, f"dài {len(told)} ký tự, quá {longest}")
        return told

    def line(self, name: str, longest: int = 500) -> str:
        """A text on one line."""
        told = self.text(name, _ANY).replace("\n", " ")
        if len(told) > longest:
            raise self.refuse(name, f"dài {len(told)} ký tự, quá {longest}")
        return told

    def count(self, name: str, most: int = 100) -> int:
        """A whole number from 0; 0 when it is missing.

        Raises:
            Refused: it is none, or out of bounds.
        """
        value = self._value(name)
        if value is None or value == "":
            return 0
        number = self.number(name)
        if number is None or number.denominator != 1:
            raise self._wrong(name, "số nguyên")
        if not 0 <= number <= most:
            raise self.refuse(name, f"{number} nằm ngoài 0 đến {most}")
        return int(number)

    def number(self, name: str) -> Fraction | None:
        """A number, also when written as text; None when it is missing or words.

        Raises:
            Refused: it is neither a number nor a text.
        """
        value = self._value(name)
        if value is None or isinstance(value, str):
            told = (value or "").strip()
            negative = told.startswith("-")
            found = number_in(told[negative:])
            return -found if found is not None and negative else found
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "số hoặc chữ")
        return Fraction(str(value)) if isinstance(value, float) else Fraction(value)

    def flag(self, name: str) -> bool | None:
        """Yes or no; None when it is missing.

        Raises:
            Refused: it is neither.
        """
        value = self._value(name)
        if value is None or value == "":
            return None
        told = {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().lower())
        if told is None or isinstance(value, list | dict):
            raise self._wrong(name, "đúng/sai")
        return told

    def objects(self, name: str) -> list["Given"]:
        """The objects of a list; one alone counts as a list of one.

        Raises:
            Refused: it is no list of objects.
        """
        value = self._value(name)
        if value is None or value == "":
            return []
        items = [value] if isinstance(value, dict) else value
        if not isinstance(items, list):
            raise self._wrong(name, "danh sách")
        found = []
        for number, item in enumerate(items):
            place = self.at(name) if items is not value else f"{self.at(name)}[{number}]"
            if item is None:
                continue
            if not isinstance(item, dict):
                kind = _KINDS.get(type(item), "giá trị lạ")
                raise Refused(f"{place}: cần nhóm giá trị, đây là {kind}")
            found.append(Given(item, place))
        return found

    def words(self, name: str) -> list[str]:
        """The texts of a list; one alone counts as a list of one.

        Raises:
            Refused: it is no list of texts.
        """
        value = self._value(name)
        items = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(item, str) for item in items):
            raise self.refuse(name, "cần danh sách chữ")
        return [told for item in items if (told := tidy(item))]
