"""Vietnamese text at the edge: normal form, refusal of hidden characters, search keys."""

import re
import unicodedata

from portal.core.errors import Invalid

# Bidi embeddings/isolates and marks, zero-width joiners, BOM: invisible, and used to disguise names.
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


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
