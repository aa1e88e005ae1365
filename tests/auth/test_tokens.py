"""Hostile tokens: none is accepted, and none becomes anything but Unauthorized."""

import hashlib
import subprocess
import sys
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from auth.tokens import InvalidToken, Tokens
from portal.core.errors import Unauthorized
from tests.hostile.forge import ED, P384, RSA, Forge, pem, public
from tests.hostile.tables.tokens import hostile

NOW = 1_800_000_000.0
ISSUER = "https://dichvucong.example"
ACCOUNT = UUID("01912345-0000-7000-8000-000000000001")
KEY = ec.generate_private_key(ec.SECP256R1())
FORGE = Forge(KEY, ISSUER, NOW, ACCOUNT)
TOKENS, GOOD = FORGE.tokens, FORGE.good
HOSTILE = hostile(FORGE)


@pytest.fixture(autouse=True)
def _clock_of_jose(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-jose reads the wall clock besides ours: let it stand at NOW."""
    import jose.jwt

    class Clock(jose.jwt.datetime):  # type: ignore[misc, name-defined]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.fromtimestamp(NOW, tz)

    monkeypatch.setattr(jose.jwt, "datetime", Clock)


def test_the_table_is_large_enough() -> None:
    assert len(HOSTILE) >= 200


def test_a_good_token_is_read() -> None:
    read = TOKENS.verify(GOOD, NOW)

    assert (read.sub, read.iss) == (ACCOUNT, ISSUER)


@pytest.mark.parametrize("token", HOSTILE.values(), ids=HOSTILE.keys())
def test_refuses_a_hostile_token(token: str) -> None:
    with pytest.raises(Unauthorized):
        TOKENS.verify(token, NOW)


def test_refuses_two_thousand_tokens_with_one_byte_changed() -> None:
    import random

    draw = random.Random(2026)
    accepted = 0
    for _ in range(2_000):
        place, byte = draw.randrange(len(GOOD)), chr(draw.randrange(256))
        changed = GOOD[:place] + byte + GOOD[place + 1 :]
        if changed == GOOD:
            continue
        try:
            TOKENS.verify(changed, NOW)
            accepted += 1
        except Unauthorized:
            pass

    assert accepted == 0


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda b: b.decode("latin-1")))
@settings(max_examples=300, deadline=None)
def test_refuses_any_text(token: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.verify(token, NOW)


def test_reads_what_it_issued_and_hangs_it_on_the_session() -> None:
    session_hash = hashlib.sha256(b"x").digest()

    read = TOKENS.verify(TOKENS.issue(ACCOUNT, session_hash, NOW), NOW)

    assert read.sub == ACCOUNT
    assert read.session_hash == session_hash
    assert read.exp - read.iat == 600


def test_a_remembered_token_still_ends_in_time() -> None:
    token = TOKENS.issue(ACCOUNT, None, NOW, seconds=20)
    TOKENS.verify(token, NOW)

    TOKENS.verify(token, NOW + 19)
    with pytest.raises(InvalidToken):
        TOKENS.verify(token, NOW + 20)


def test_remembers_a_bounded_number_of_tokens() -> None:
    fresh = Tokens(pem(KEY), ISSUER)
    for number in range(5_000):
        fresh._known[number.to_bytes(32, "big")] = (NOW, TOKENS.verify(GOOD, NOW))
    fresh.verify(TOKENS.issue(ACCOUNT, None, NOW), NOW)

    assert len(fresh._known) == 4096


@pytest.mark.parametrize("key", [RSA, P384, ED], ids=["RSA", "P-384", "Ed25519"])
def test_takes_only_a_private_key_on_p256(key: Any) -> None:
    with pytest.raises(ValueError, match="P-256"):
        Tokens(pem(key), ISSUER)


def test_takes_no_public_key() -> None:
    with pytest.raises(ValueError, match=r".+"):
        Tokens(public(KEY, serialization.Encoding.PEM).decode(), ISSUER)


def test_the_slow_elliptic_curve_library_is_never_loaded() -> None:
    """CVE-2024-23342 (timing of `ecdsa`) will not be fixed; python-jose must not use it."""
    code = "import sys, auth.tokens; sys.exit('ecdsa' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
