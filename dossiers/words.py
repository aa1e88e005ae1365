"""Vietnamese words of legal papers: amounts read out, dates as Decree 30 writes them, lengths. Pure."""

import datetime as dt
from typing import Final

_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS: Final = ("", " nghìn", " triệu")
_WEEKDAYS: Final = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_UNITS: Final = {
    "working_day": "ngày làm việc",
    "working_hour": "giờ làm việc",
    "day": "ngày",
    "month": "tháng",
}
_VIET_NAM: Final = dt.timezone(dt.timedelta(hours=7))  # no summer time


def number_words(number: int) -> str:
    """A whole number read out: 1.234.005 is "một triệu hai trăm ba mươi tư nghìn không trăm linh năm".

    Linh before a lone unit, mốt and tư after a ten of twenty and more, lăm after any ten.
    """
    if number < 0:
        return f"âm {number_words(-number)}"
    if number == 0:
        return _DIGITS[0]
    high, low = divmod(number, 1_000_000_000)
    if high:
        rest = f" {_below_billion(low, whole=True)}" if low else ""
        return f"{number_words(high)} tỷ{rest}"
    return _below_billion(low, whole=False)


def dong_words(amount_vnd: int) -> str:
    """An amount as receipts write it: "Mười lăm nghìn đồng"."""
    words = number_words(amount_vnd)
    return f"{words[0].upper()}{words[1:]} đồng"


def _below_billion(number: int, *, whole: bool) -> str:
    """The groups of three; `whole` when higher groups precede, so that hundreds are never silent."""
    parts: list[str] = []
    for power in (2, 1, 0):
        group = number // 1000**power % 1000
        if group:
            parts.append(_below_thousand(group, whole=whole or bool(parts)) + _GROUPS[power])
    return " ".join(parts)


def _below_thousand(number: int, *, whole: bool) -> str:
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    words = [f"{_DIGITS[hundreds]} trăm"] if hundreds or whole else []
    if tens > 1:
        words.append(f"{_DIGITS[tens]} mươi")
    elif tens == 1:
        words.append("mười")
    elif units and words:
        words.append("linh")
    if units == 1 and tens > 1:
        words.append("mốt")
    elif units == 4 and tens > 1:
        words.append("tư")
    elif units == 5 and tens:
        words.append("lăm")
    elif units:
        words.append(_DIGITS[units])
    return " ".join(words)


def local(at: dt.datetime) -> dt.datetime:
    """The instant on a clock in Viet Nam."""
    return at.astimezone(_VIET_NAM)


def long_date(day: dt.date) -> str:
    """A date as official papers write it: "ngày 05 tháng 02 năm 2026", "ngày 15 tháng 3 năm 2026".

    Source: Decree 30/2020/NĐ-CP, annex I: a zero before days under 10 and before months 1 and 2.
    """
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def hour_and_date(at: dt.datetime) -> str:
    """An instant as forms write it: "14 giờ 30 phút, ngày 05 tháng 02 năm 2026"."""
    here = local(at)
    return f"{here.hour:02d} giờ {here.minute:02d} phút, {long_date(here.date())}"


def weekday_date(day: dt.date) -> str:
    """A date with its weekday: "thứ Sáu 27/11/2026"."""
    return f"{_WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def clock_and_weekday(at: dt.datetime) -> str:
    """An instant in a sentence: "09:02 thứ Sáu 13/11/2026"."""
    here = local(at)
    return f"{here:%H:%M} {weekday_date(here.date())}"


def capital(words: str) -> str:
    """The words as a sentence begins."""
    return words[:1].upper() + words[1:]


def limit_words(amount: int, unit: str, extra_hours: int = 0) -> str:
    """A time limit in words: "7 ngày làm việc", "trong ngày"; units as in `deadlines.Unit`."""
    if unit == "same_day":
        return "trong ngày"
    return f"{amount + extra_hours / 8:g} {_UNITS[unit]}".replace(".", ",")


def minutes_words(minutes: int) -> str:
    """A length of time: "1 giờ 30 phút"."""
    hours, rest = divmod(minutes, 60)
    return " ".join([*([f"{hours} giờ"] if hours else []), *([f"{rest} phút"] if rest else [])])
