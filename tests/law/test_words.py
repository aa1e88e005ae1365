"""Words of legal papers: amounts, and dates of Decree 30/2020/NĐ-CP, annex I."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.words import dong_words, hour_and_date, limit_words, long_date, minutes_words, number_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (101, "một trăm linh một"),
        (104, "một trăm linh bốn"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (555, "năm trăm năm mươi lăm"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm linh năm"),
        (1_015, "một nghìn không trăm mười lăm"),
        (15_000, "mười lăm nghìn"),
        (75_500, "bảy mươi lăm nghìn năm trăm"),
        (1_000_001, "một triệu không trăm linh một"),
        (1_234_567, "một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy"),
        (10_000_000_000, "mười tỷ"),
        (1_000_000_000_004, "một nghìn tỷ không trăm linh bốn"),
        (2_000_000_010_000, "hai nghìn tỷ không trăm mười nghìn"),
        (-21, "âm hai mươi mốt"),
    ],
)
def test_numbers_are_read_out(number: int, words: str) -> None:
    assert number_words(number) == words


def test_an_amount_begins_with_a_capital_and_ends_in_dong() -> None:
    """Decree 254/2026/NĐ-CP (receipts): the amount in figures and in words."""
    assert dong_words(15_000) == "Mười lăm nghìn đồng"
    assert dong_words(0) == "Không đồng"


@given(st.integers(0, 10**13), st.integers(0, 10**13))
def test_different_amounts_never_read_the_same(one: int, other: int) -> None:
    assert (number_words(one) == number_words(other)) == (one == other)


@given(st.integers(0, 10**15))
def test_words_are_single_spaced(number: int) -> None:
    assert number_words(number) == " ".join(number_words(number).split())


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 2, 5), "ngày 05 tháng 02 năm 2026"),
        (date(2026, 1, 31), "ngày 31 tháng 01 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 11, 22), "ngày 22 tháng 11 năm 2026"),
    ],
)
def test_dates_have_a_zero_where_a_digit_could_be_added(day: date, words: str) -> None:
    """Decree 30/2020/NĐ-CP, annex I: days under 10, months 1 and 2."""
    assert long_date(day) == words


def test_hours_are_those_of_viet_nam() -> None:
    assert (
        hour_and_date(datetime(2026, 2, 4, 23, 5, tzinfo=UTC)) == "06 giờ 05 phút, ngày 05 tháng 02 năm 2026"
    )


def test_lengths_and_limits_read_in_words() -> None:
    assert minutes_words(90) == "1 giờ 30 phút"
    assert minutes_words(60) == "1 giờ"
    assert minutes_words(30) == "30 phút"
    assert limit_words(3, "working_day") == "3 ngày làm việc"
    assert limit_words(15, "day") == "15 ngày"
    assert limit_words(8, "working_hour") == "8 giờ làm việc"
    assert limit_words(1, "same_day") == "trong ngày"
