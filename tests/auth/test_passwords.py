"""Passwords: what may be one, and that unknown accounts cost the same."""

import time
import unicodedata

import pytest
from argon2 import PasswordHasher

from auth import passwords
from auth.passwords import WeakPassword

GOOD = "hoa sen nở bên hồ 2026"


def test_keeps_argon2id_at_the_floor_of_owasp() -> None:
    stored = passwords.seal(GOOD)

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(stored, GOOD)
    assert not passwords.matches(stored, GOOD + "x")


def test_a_password_is_the_same_from_every_keyboard() -> None:
    composed, decomposed = unicodedata.normalize("NFC", GOOD), unicodedata.normalize("NFD", GOOD)

    assert composed != decomposed
    assert passwords.matches(passwords.seal(decomposed), composed)
    assert passwords.matches(passwords.seal(composed), decomposed)


@pytest.mark.parametrize("length", [10, 128])
def test_takes_lengths_at_the_limits(length: int) -> None:
    password = ("ếqxz7 wkm" * 20)[:length]

    assert passwords.check(password) == password


@pytest.mark.parametrize(
    "password",
    [
        "",
        "ngắn quá",
        "x" * 9,
        "ạb7 z" * 26,
        "x" * 10_000,
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "1234567890",
        "0987654321",
        "Mật khẩu 123",
        "MATKHAU123",
        "Việt Nam 2026",
        "qwertyuiop",
        "Password123",
        "nul\0nul\0nul",
        "esc\x1b[31mred!",
    ],
)
def test_refuses_weak_and_unusable_passwords(password: str) -> None:
    with pytest.raises(WeakPassword):
        passwords.check(password)


@pytest.mark.parametrize("password", ["Nguyễn Thị Ánh", "anh.nguyen@example.vn", "anh.nguyen", "0912345678"])
def test_refuses_the_persons_own_data(password: str) -> None:
    with pytest.raises(WeakPassword):
        passwords.check(password, not_like=("anh.nguyen@example.vn", "Nguyễn Thị Ánh", "0912345678"))


def test_length_counts_after_normalisation() -> None:
    """Five letters with marks are not ten characters because a phone sends the marks apart."""
    with pytest.raises(WeakPassword):
        passwords.check(unicodedata.normalize("NFD", "ếồữặẫ"))


def test_unknown_accounts_and_unusable_attempts_never_match_and_never_fail() -> None:
    for attempt in ("", GOOD, "\0", "\ud800" * 12, "x" * 100_000):
        assert passwords.matches(None, attempt) is False
    assert passwords.matches("not a hash", GOOD) is False


def test_an_unknown_account_costs_as_much_as_a_known_one() -> None:
    stored = passwords.seal(GOOD)

    asked = {"known": (stored, GOOD + "x"), "unknown": (None, GOOD), "unusable": (stored, "\0")}
    work: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(7):  # by turns, and in processor time: a busy machine slows all alike
        for name, (value, attempt) in asked.items():
            start = time.process_time()
            passwords.matches(value, attempt)
            work[name].append(time.process_time() - start)
    known, unknown, unusable = (min(took) for took in work.values())

    assert unknown > known * 0.5
    assert unusable > known * 0.5


def test_a_weaker_hash_is_renewed() -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)

    assert passwords.outdated(weaker)
    assert not passwords.outdated(passwords.seal(GOOD))
