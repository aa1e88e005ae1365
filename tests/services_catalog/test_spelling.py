"""How words are written and typed: marks, telex, VNI, dialects, slips."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services_catalog.spelling import respelled, slips, telex, vni, word, words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("giaays", "giấy"), ("ddang", "đang"), ("kys", "ký"), ("khai", None), ("sinhs", "sính"),
        ("ddaats", "đất"), ("truwowngf", "trường"), ("truongwf", "trường"), ("wowcs", "ước"),
        ("dduowngf", "đường"), ("quyeetj", "quyệt"), ("chuwngs", "chứng"), ("dangd", "đang"),
        ("giaya", "giây"), ("thuees", "thuế"), ("123", None), ("đất", None),
    ],
)  # fmt: skip
def test_telex_keys_are_read(typed, meant):
    assert telex(typed) == (word(meant).folded if meant else None)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("gia61y", "giấy"), ("d9a8ng", "đăng"), ("ky1", "ký"), ("ho6n", "hôn"), ("khai", None), ("1a", None)],
)
def test_vni_keys_are_read(typed, meant):
    assert vni(typed) == (word(meant).folded if meant else None)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hòa", "hoà"), ("kí", "ký"), ("tỷ", "tỉ"), ("quí", "quý"), ("Đất", "đất"), ("ðất", "đất")],
)
def test_two_ways_to_write_one_word_are_one(one, other):
    assert words(one)[0][:2] == words(other)[0][:2]


@pytest.mark.parametrize(("one", "other"), [("dầu", "đầu"), ("hoa", "hoá"), ("ma", "mã")])
def test_marks_part_what_folding_joins(one, other):
    assert words(one)[0].key != words(other)[0].key


@pytest.mark.parametrize(
    ("written", "meant"), [("fep", "phep"), ("chu", "tru"), ("zay", "giay"), ("dat", "dac"), ("xo", "so")]
)
def test_the_same_sound_may_be_written_otherwise(written, meant):
    assert meant in set(respelled(written))


@pytest.mark.parametrize("slip", ["giy", "giaay", "gaiy", "gisy", "giayy", "iay"])
def test_a_slip_of_a_finger_is_one_step_away(slip):
    assert "giay" in set(slips(slip))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_words_alike_in_both_normal_forms(text):
    composed, apart = (words(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))

    assert composed == apart
