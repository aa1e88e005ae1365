"""Vietnamese text at the edge."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.paging import BadCursor, decode_cursor, encode_cursor
from portal.core.text import BadText, clean, fold, nfc


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Đăng ký khai sinh", "dang ky khai sinh"),
        ("ĐƯỜNG  Phố", "duong pho"),
        ("Nguyễn Thị Ễ Ộ Ẵ", "nguyen thi e o a"),
        ("Ðắk Lắk", "dak lak"),  # the look-alike U+00D0
        ("hoà", "hoa"),
        ("hòa", "hoa"),
    ],
)
def test_a_search_key_has_no_marks(written, key):
    assert fold(written) == fold(unicodedata.normalize("NFD", written)) == key


def test_decomposed_input_is_kept_composed():
    assert clean(unicodedata.normalize("NFD", "Nguyễn Ánh"), max_length=50) == nfc("Nguyễn Ánh")


@pytest.mark.parametrize(
    "bad", ["a\0b", "a\u202eb", "a\u2066b", "a\u200bb", "a\x1bb", "\ud800", "\ufeffa", "a\x85b"]
)
def test_hidden_characters_are_refused(bad):
    with pytest.raises(BadText):
        clean(bad, max_length=50)


def test_length_counts_characters_after_composing():
    assert clean(unicodedata.normalize("NFD", "ễ" * 10), max_length=10) == "ễ" * 10
    with pytest.raises(BadText):
        clean("ễ" * 11, max_length=10)


@given(st.text(max_size=200))
def test_cleaning_is_idempotent_or_refuses(text):
    try:
        once = clean(text, max_length=200, multiline=True)
    except BadText:
        return

    assert clean(once, max_length=200, multiline=True) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(max_size=60))
def test_no_cursor_but_our_own_is_read(text):
    try:
        values = decode_cursor(text, int, str)
    except BadCursor:
        return

    assert decode_cursor(encode_cursor(*values), int, str) == values
