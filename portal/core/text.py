"""Vietnamese text at the edge: normal form, refusal of hidden characters, search keys."""

import re
import unicodedata

from portal.core.errors import Invalid

# Bidi embeddings/isolates and marks, zero-width joiners, BOM: invisible, and used to disguise names.
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_WORDS = re.compile(r"\w+")
_LETTERS = {letter: 1000 + place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng


class BadText(Invalid):
    title = "Nội dung có ký tự không dùng được"


def nfc(text: str) -> str:
    """The text in Unicode NFC, as every stored string is (phones send Vietnamese decomposed)."""
    return unicodedata.normalize("NFC", text)


def clean(text: str, *, max_length: int, multiline: bool = False) -> str:
    """The text in NFC, trimmed, on one line unless multiline; at most max_length characters.

    Raises:
        BadText: it holds a NUL, a control, a bidirectional or invisible character, or is too long.
    """
    if len(text) > max_length * 4:
        raise BadText(f"Nội dung dài quá {max_length} ký tự.", max_length=max_length)
    if _CONTROL.search(text) or _HIDDEN.search(text):
        raise BadText("Nội dung có ký tự ẩn hoặc ký tự điều khiển. Xóa rồi gõ lại phần đó.")
    normal = nfc(text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not multiline:
        normal = _SPACES.sub(" ", normal)
    if len(normal) > max_length:
        raise BadText(f"Nội dung dài quá {max_length} ký tự.", max_length=max_length)
    return normal


def fold(text: str) -> str:
    """The search key: no marks, đ as d, case folded, single spaces; same for NFC and NFD input."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d").replace("ð", "d"))
    kept = "".join(ch for ch in bare if not unicodedata.combining(ch))
    return _SPACES.sub(" ", kept).strip()


def alphabetical(text: str) -> list[tuple[list[int], int]]:
    """The sort key of a Vietnamese dictionary, word by word: letters (ă after a, đ after d), then tone."""
    return [_syllable(word) for word in _WORDS.findall(nfc(text).casefold())]


def _syllable(word: str) -> tuple[list[int], int]:
    letters, tone = [], 0
    for sign in word:
        marks = unicodedata.normalize("NFD", sign)
        tone = next((_TONES[mark] for mark in marks if mark in _TONES), tone)
        letter = nfc("".join(mark for mark in marks if mark not in _TONES))
        letters.append(_LETTERS.get(letter, ord(letter[0])))
    return letters, tone


def initial(text: str) -> str:
    """The letter a dictionary files the text under: "Đ" for "đất đai", "Ư" for "ứng dụng"; else "#"."""
    sign = unicodedata.normalize("NFD", nfc(text)[:1].upper())
    letter = nfc("".join(mark for mark in sign if mark not in _TONES))
    return letter if letter.isalpha() else "#"
