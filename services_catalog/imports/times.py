"""Time limits as foreign records write them: a number and a unit, half days, words. Pure."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from services_catalog.content import TimeLimit
from services_catalog.imports.rows import Refused

UNITS: Final = {
    "WORKING_DAY": "ngày làm việc",
    "DAY": "ngày",
    "WEEK": "tuần",
    "MONTH": "tháng",
    "YEAR": "năm",
    "HOUR": "giờ",
    "WORKING_HOUR": "giờ làm việc",
    "MINUTE": "phút",
    "OTHER": "",
}
HOURS_A_DAY: Final = 8  # working hours of a working day
MOST: Final = 10_000


def unit_named(unit: str, place: str) -> str:
    """The unit; "" is OTHER.

    Raises:
        Refused: it is none we know.
    """
    known = unit.strip().upper() or "OTHER"
    if known not in UNITS:
        raise Refused(f"{place}: đơn vị thời hạn {unit} không có trong {', '.join(UNITS)}")
    return known


def limit_of(number: Fraction | None, unit: str, words: str, place: str) -> TimeLimit:
    """The time limit of a number and a unit; `words` are what the source says where it gives no number.

    Half a working day is four hours. What cannot be counted exactly in our units is `stated`, in words.

    Raises:
        Refused: the number is negative or beyond bounds.
    """
    if number is not None and not 0 <= number <= MOST:
        raise Refused(f"{place}: thời hạn {_decimal(number)} nằm ngoài 0 đến {MOST}")
    counted = None if number is None else _counted(number, unit)
    if counted is not None:
        return counted
    told = words if number is None else spoken(number, unit)
    return TimeLimit(amount=1, unit="stated", note=told or "Nguồn không nêu thời hạn.")


def _counted(number: Fraction, unit: str) -> TimeLimit | None:
    whole = number.numerator if number.denominator == 1 and number > 0 else None
    if unit == "WORKING_DAY":
        return _working_days(number)
    if unit == "WORKING_HOUR" and whole:
        return TimeLimit(amount=whole, unit="working_hour")
    if unit in ("DAY", "WEEK") and whole:
        return TimeLimit(amount=whole * (7 if unit == "WEEK" else 1), unit="day")
    if unit in ("MONTH", "YEAR") and whole:
        return TimeLimit(amount=whole * (12 if unit == "YEAR" else 1), unit="month")
    return None


def _working_days(number: Fraction) -> TimeLimit | None:
    days, part = divmod(number, 1)
    hours = part * HOURS_A_DAY
    if hours.denominator != 1 or number <= 0:
        return None
    if days == 0:
        return TimeLimit(amount=int(hours), unit="working_hour")
    return TimeLimit(amount=int(days), unit="working_day", extra_hours=int(hours))


def unit_of_case(
    number: Fraction | None, unit: str, cases: Sequence[tuple[Fraction | None, str]]
) -> tuple[str, bool]:
    """The unit of a number without one ("OTHER"): that of the cases with the same number, if they agree.

    Returns the unit, and whether the cases told it.
    """
    if unit != "OTHER" or number is None:
        return unit, False
    told = {case_unit for qty, case_unit in cases if qty == number and case_unit != "OTHER"}
    return (told.pop(), True) if len(told) == 1 else (unit, False)


def spoken(number: Fraction, unit: str) -> str:
    """The number and the unit in words: "7,5 ngày làm việc"; without a unit, that there is none."""
    name = UNITS[unit]
    return f"{_decimal(number)} {name}" if name else f"Nguồn ghi {_decimal(number)}, không nêu đơn vị."


def _decimal(number: Fraction) -> str:
    return f"{float(number):g}".replace(".", ",")


def limit_words(limit: TimeLimit) -> str:
    """A limit in words, to stand before the case it holds for."""
    if limit.unit == "stated":
        return limit.note or ""
    names = {"working_day": "ngày làm việc", "working_hour": "giờ làm việc", "day": "ngày", "month": "tháng"}
    if limit.unit == "same_day":
        return "Trong ngày làm việc"
    amount = limit.amount + Fraction(limit.extra_hours, HOURS_A_DAY)
    return f"{_decimal(Fraction(amount))} {names[limit.unit]}"


def same(one: TimeLimit, other: TimeLimit) -> bool:
    """Whether both give the same time, whatever is noted beside."""
    alike = (one.amount, one.unit, one.extra_hours) == (other.amount, other.unit, other.extra_hours)
    return alike and (one.unit != "stated" or one.note == other.note)
