"""Passwords: what may be one, and argon2id over it.

Parameters are OWASP's floor for argon2id (19 MiB, two passes, one lane): about 50 ms on a 2020s core.
A stored hash of weaker parameters is renewed at the next sign-in.
"""

import os
import re
import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from auth import common_passwords
from portal.core import text
from portal.core.errors import Invalid

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 128

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16)
# Each hash takes 19 MiB: as many at once as there are cores, the others wait their turn.
_turns = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
# A hash of no password, with the parameters above: what an unknown account is compared with.
_NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$2QphZuV3CyXlScVcUpfYNQ$VZpmTSC9JSmOWYyDxWxSySaKehgiO73eRrXliaQgw34"
)


class WeakPassword(Invalid):
    """Too short, too long, or among the first an attacker tries."""

    title = "Mật khẩu chưa đủ mạnh"


def normal(password: str) -> str:
    """The password in NFC, so that it is the same from every keyboard."""
    return text.nfc(password)


def check(password: str, *, not_like: tuple[str, ...] = ()) -> str:
    """The password in NFC if it may be chosen. Spaces and any letters are welcome.

    Args:
        password: as typed.
        not_like: the person's own e-mail, name, phone or personal id.

    Raises:
        WeakPassword: under 10 or over 128 characters, well known, or the person's own data.
    """
    if len(password) > 4 * MAX_LENGTH:
        raise WeakPassword(f"Mật khẩu dài tối đa {MAX_LENGTH} ký tự.")
    if _CONTROL.search(password):
        raise WeakPassword("Mật khẩu có ký tự điều khiển. Hãy gõ lại.")
    chosen = normal(password)
    if len(chosen) < MIN_LENGTH:
        raise WeakPassword(f"Mật khẩu cần ít nhất {MIN_LENGTH} ký tự.")
    if len(chosen) > MAX_LENGTH:
        raise WeakPassword(f"Mật khẩu dài tối đa {MAX_LENGTH} ký tự.")
    folded = text.fold(chosen).replace(" ", "")
    if common_passwords.known(folded):
        raise WeakPassword("Mật khẩu này quá phổ biến, người khác dễ đoán ra. Hãy chọn mật khẩu khác.")
    own = {text.fold(value).replace(" ", "") for value in not_like if value}
    own |= {value.split("@", 1)[0] for value in own}
    if folded in own:
        raise WeakPassword("Mật khẩu không được trùng thông tin của bạn. Hãy chọn mật khẩu khác.")
    return chosen


def seal(password: str) -> str:
    """The argon2id hash to store, of a password that `check` passed."""
    with _turns:
        return _hasher.hash(normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one stored; the same work when there is none stored."""
    usable = len(password) <= 4 * MAX_LENGTH
    attempt = normal(password) if usable and not _CONTROL.search(password) else ""
    with _turns:
        try:
            _hasher.verify(stored or _NOBODY, attempt)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None and attempt != ""


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)
