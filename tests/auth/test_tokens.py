"""Hostile tokens: none is accepted, and none becomes anything but Unauthorized."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from jose import jws

from auth.tokens import InvalidToken, Tokens
from portal.core.errors import Unauthorized

NOW = 1_800_000_000.0
ISSUER = "https://dichvucong.example"
ACCOUNT = UUID("01912345-0000-7000-8000-000000000001")


def pem(key: Any) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public(key: Any, encoding: serialization.Encoding) -> bytes:
    shape = (
        serialization.PublicFormat.OpenSSH
        if encoding is serialization.Encoding.OpenSSH
        else serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return key.public_key().public_bytes(encoding, shape)


KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
P384 = ec.generate_private_key(ec.SECP384R1())
ED = ed25519.Ed25519PrivateKey.generate()
TOKENS = Tokens(pem(KEY), ISSUER)


@pytest.fixture(autouse=True)
def _clock_of_jose(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-jose reads the wall clock besides ours: let it stand at NOW."""
    import jose.jwt

    class Clock(jose.jwt.datetime):  # type: ignore[misc, name-defined]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.fromtimestamp(NOW, tz)

    monkeypatch.setattr(jose.jwt, "datetime", Clock)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def head(**changes: Any) -> dict[str, Any]:
    whole = {"alg": "ES256", "kid": TOKENS.kid, "typ": "at+jwt", **changes}
    return {key: value for key, value in whole.items() if value is not ...}


def claims(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "iss": ISSUER,
        "aud": f"{ISSUER}/api",
        "sub": str(ACCOUNT),
        "iat": int(NOW) - 5,
        "exp": int(NOW) + 300,
        "jti": str(uuid4()),
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def signed(header: dict[str, Any] | bytes, body: dict[str, Any] | bytes, key: Any = KEY) -> str:
    """A token whose signature is right for its bytes, whatever they say."""
    first = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    second = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    signing_input = f"{b64(first)}.{b64(second)}".encode()
    maker = jws.jwk.construct(key, "ES256")
    return f"{signing_input.decode()}.{b64(maker.sign(signing_input))}"


def macced(header: dict[str, Any], body: dict[str, Any], secret: bytes, name: str = "sha256") -> str:
    signing_input = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(body).encode())}".encode()
    return f"{signing_input.decode()}.{b64(hmac.new(secret, signing_input, getattr(hashlib, name)).digest())}"


def raw(text: str) -> bytes:
    """The usual claims with this JSON put in as it stands."""
    return (json.dumps(claims(exp=...))[:-1] + "," + text + "}").encode()


GOOD = signed(head(), claims())
H, P, S = GOOD.split(".")
DEEP = b"[" * 1200
PEM_BYTES = public(KEY, serialization.Encoding.PEM)
DER_BYTES = public(KEY, serialization.Encoding.DER)
SSH_BYTES = public(KEY, serialization.Encoding.OpenSSH)
JWK_BYTES = json.dumps(jws.jwk.construct(KEY.public_key(), "ES256").to_dict()).encode()

HOSTILE = {
    "empty": "",
    "one part": "abc",
    "two parts": f"{H}.{P}",
    "four parts": f"{GOOD}.x",
    "five parts (JWE)": f"{H}.x.{P}.{S}.y",
    "only dots": "..",
    "empty signature": f"{H}.{P}.",
    "empty payload": f"{H}..{S}",
    "empty header": f".{P}.{S}",
    "not ASCII": f"{H}.{P}.ế",
    "lone surrogate": f"{H}.{P}.\ud800",
    "NUL inside": f"{H}\0.{P}.{S}",
    "space inside": f"{H} .{P}.{S}",
    "newline at the end": GOOD + "\n",
    "padding on the signature": GOOD + "=",
    "double padding": GOOD + "==",
    "padding on the header": f"{H}=.{P}.{S}",
    "standard base64 alphabet": f"{H}.{P}.{S[:-2]}+/",
    "signature with other trailing bits": GOOD[:-1] + chr(ord(GOOD[-1]) + 1),
    "signature of another token": f"{H}.{signed(head(), claims()).split('.')[1]}.{S}",
    "signature too short": f"{H}.{P}.{b64(b'x' * 63)}",
    "signature too long": f"{H}.{P}.{b64(b'x' * 65)}",
    "signature in DER": f"{H}.{P}.{b64(KEY.sign(f'{H}.{P}'.encode(), ec.ECDSA(hashes.SHA256())))}",
    "signature of zeros (CVE-2022-21449)": f"{H}.{P}.{b64(bytes(64))}",
    "another key, same kid": signed(head(), claims(), OTHER),
    "alg none": f"{b64(json.dumps(head(alg='none')).encode())}.{P}.",
    "alg None": f"{b64(json.dumps(head(alg='None')).encode())}.{P}.",
    "alg nOnE": f"{b64(json.dumps(head(alg='nOnE')).encode())}.{P}.{S}",
    "alg none but signed": signed(head(alg="none"), claims()),
    "alg HS256, signed ES256": signed(head(alg="HS256"), claims()),
    "alg ES384, signed ES256": signed(head(alg="ES384"), claims()),
    "alg RS256, signed ES256": signed(head(alg="RS256"), claims()),
    "alg es256 in lower case": signed(head(alg="es256"), claims()),
    "alg a number": signed(head(alg=256), claims()),
    "alg a list": signed(head(alg=["ES256"]), claims()),
    "alg null": signed(head(alg=None), claims()),
    "no alg": signed(head(alg=...), claims()),
    "MAC with the PEM": macced(head(alg="HS256"), claims(), PEM_BYTES),
    "MAC with the PEM, stripped": macced(head(alg="HS256"), claims(), PEM_BYTES.strip()),
    "MAC with the DER": macced(head(alg="HS256"), claims(), DER_BYTES),
    "MAC with the SSH key": macced(head(alg="HS256"), claims(), SSH_BYTES),
    "MAC with the JWK": macced(head(alg="HS256"), claims(), JWK_BYTES),
    "MAC HS384 with the PEM": macced(head(alg="HS384"), claims(), PEM_BYTES, "sha384"),
    "MAC HS512 with the PEM": macced(head(alg="HS512"), claims(), PEM_BYTES, "sha512"),
    "MAC with nothing": macced(head(alg="HS256"), claims(), b""),
    "MAC with the kid": macced(head(alg="HS256"), claims(), TOKENS.kid.encode()),
    "no kid": signed(head(kid=...), claims()),
    "unknown kid": signed(head(kid="0" * 16), claims()),
    "kid null": signed(head(kid=None), claims()),
    "kid a path": signed(head(kid="../../../../dev/null"), claims()),
    "kid SQL": signed(head(kid="x' UNION SELECT 'key' --"), claims()),
    "kid a list": signed(head(kid=[TOKENS.kid]), claims()),
    "no typ": signed(head(typ=...), claims()),
    "typ JWT": signed(head(typ="JWT"), claims()),
    "typ of a refresh token": signed(head(typ="rt+jwt"), claims()),
    "typ of an id token": signed(head(typ="id+jwt"), claims()),
    "typ of a logout token": signed(head(typ="logout+jwt"), claims()),
    "crit unknown": signed(head(crit=["b64"]), claims()),
    "crit empty": signed(head(crit=[]), claims()),
    "b64 false": signed(head(b64=False, crit=["b64"]), claims()),
    "jwk of the attacker": signed(
        head(jwk=jws.jwk.construct(OTHER.public_key(), "ES256").to_dict()), claims(), OTHER
    ),
    "jku of the attacker": signed(head(jku="https://attacker.example/jwks.json"), claims(), OTHER),
    "x5u of the attacker": signed(head(x5u="https://attacker.example/x.pem"), claims(), OTHER),
    "x5c of the attacker": signed(head(x5c=["MIIB"]), claims(), OTHER),
    "zip": signed(head(zip="DEF"), claims()),
    "enc": signed(head(enc="A256GCM"), claims()),
    "cty": signed(head(cty="JWT"), claims()),
    "an unknown header": signed(head(x=1), claims()),
    "header not JSON": signed(b"not json", claims()),
    "header a list": signed(b"[]", claims()),
    "header a string": signed(b'"ES256"', claims()),
    "header deep": f"{b64(DEEP)}.{P}.{S}",
    "header deep, signed": signed(DEEP, claims()),
    "header not UTF-8": signed(b'{"alg":"\xff"}', claims()),
    "no exp": signed(head(), claims(exp=...)),
    "exp a string": signed(head(), claims(exp=str(int(NOW) + 300))),
    "exp a float": signed(head(), raw(f'"exp":{int(NOW) + 300}.0')),
    "exp 1e400": signed(head(), raw('"exp":1e400')),
    "exp Infinity": signed(head(), raw('"exp":Infinity')),
    "exp NaN": signed(head(), raw('"exp":NaN')),
    "exp of 2000 digits": signed(head(), raw('"exp":' + "9" * 2000)),
    "exp true": signed(head(), claims(exp=True)),
    "exp null": signed(head(), claims(exp=None)),
    "exp a list": signed(head(), claims(exp=[int(NOW) + 300])),
    "exp negative": signed(head(), claims(exp=-1)),
    "expired just now": signed(head(), claims(exp=int(NOW))),
    "expired long ago": signed(head(), claims(iat=0, exp=600)),
    "lives too long": signed(head(), claims(exp=int(NOW) + 86_400)),
    "no iat": signed(head(), claims(iat=...)),
    "iat a string": signed(head(), claims(iat=str(int(NOW)))),
    "iat to come": signed(head(), claims(iat=int(NOW) + 120)),
    "nbf to come": signed(head(), claims(nbf=int(NOW) + 120)),
    "no aud": signed(head(), claims(aud=...)),
    "aud another": signed(head(), claims(aud="https://other.example/api")),
    "aud a list": signed(head(), claims(aud=[f"{ISSUER}/api", "x"])),
    "aud null": signed(head(), claims(aud=None)),
    "no iss": signed(head(), claims(iss=...)),
    "iss another": signed(head(), claims(iss="https://other.example")),
    "iss with a slash": signed(head(), claims(iss=ISSUER + "/")),
    "iss a list": signed(head(), claims(iss=[ISSUER])),
    "no sub": signed(head(), claims(sub=...)),
    "sub empty": signed(head(), claims(sub="")),
    "sub no id": signed(head(), claims(sub="admin")),
    "sub a number": signed(head(), claims(sub=1)),
    "no jti": signed(head(), claims(jti=...)),
    "jti a number": signed(head(), claims(jti=7)),
    "an unknown claim": signed(head(), claims(role="administrator")),
    "sid not base64url": signed(head(), claims(sid="***")),
    "sid too short": signed(head(), claims(sid="AAAA")),
    "sid a list": signed(head(), claims(sid=["A" * 43])),
    "payload a list": signed(head(), b"[]"),
    "payload a string": signed(head(), b'"x"'),
    "payload null": signed(head(), b"null"),
    "payload not JSON": signed(head(), b"{"),
    "payload deep": signed(head(), b'{"a":' + DEEP),
    "payload not UTF-8": signed(head(), b'{"iss":"\xff"}'),
    "payload empty, signed": signed(head(), b"{}"),
    "over 4 KiB": signed(head(), claims(sid="A" * 4000)),
    "a megabyte": "A" * 1_000_000,
    "a thousand dots": "." * 1000,
}


def test_the_table_is_large_enough() -> None:
    assert len(HOSTILE) >= 60


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
        Tokens(PEM_BYTES.decode(), ISSUER)


def test_the_slow_elliptic_curve_library_is_never_loaded() -> None:
    """CVE-2024-23342 (timing of `ecdsa`) will not be fixed; python-jose must not use it."""
    code = "import sys, auth.tokens; sys.exit('ecdsa' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
