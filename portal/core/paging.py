"""Keyset cursors: opaque to clients, checked on the way back. No list here counts its way forward."""

import base64
import binascii
from typing import Any

import msgspec

from portal.core.errors import Invalid

MAX_LIMIT = 100


class BadCursor(Invalid):
    title = "Con trỏ trang không đọc được"


def encode_cursor(*values: Any) -> str:
    """A cursor that names the last row of a page by its sort values."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).rstrip(b"=").decode()


def decode_cursor(cursor: str, *types: Any) -> tuple[Any, ...]:
    """The sort values of a cursor, converted to the types given.

    Raises:
        BadCursor: it was not made by `encode_cursor` for such values.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values: tuple[Any, ...] = msgspec.json.decode(raw, type=tuple[types])  # type: ignore[valid-type]
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise BadCursor("Mở lại danh sách từ đầu.") from error
    return values
