"""What forges tokens: keys, encodings, and a forger who even holds the right key."""

import base64
import hashlib
import hmac
import json
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jose import jws

from auth.tokens import Tokens, low_s

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
OTHER = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
P384 = ec.generate_private_key(ec.SECP384R1())
ED = ed25519.Ed25519PrivateKey.generate()
DEEP = b"[" * 1200


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


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Forge:
    """A forger who even holds the key: what is wrong is in the bytes, not in the signature."""

    def __init__(self, key: Any, issuer: str, now: float, account: UUID) -> None:
        self.key, self.issuer, self.now, self.account = key, issuer, int(now), account
        self.tokens = Tokens(pem(key), issuer)
        self.kid = self.tokens.kid
        self.good = self.signed(self.head(), self.claims())

    def head(self, **changes: Any) -> dict[str, Any]:
        whole = {"alg": "ES256", "kid": self.kid, "typ": "at+jwt", **changes}
        return {key: value for key, value in whole.items() if value is not ...}

    def claims(self, **changes: Any) -> dict[str, Any]:
        whole: dict[str, Any] = {
            "iss": self.issuer,
            "aud": f"{self.issuer}/api",
            "sub": str(self.account),
            "iat": self.now - 5,
            "exp": self.now + 300,
            "jti": str(uuid4()),
            **changes,
        }
        return {key: value for key, value in whole.items() if value is not ...}

    def raw(self, text: str) -> bytes:
        """The usual claims with this JSON put in as it stands."""
        return (json.dumps(self.claims(exp=...))[:-1] + "," + text + "}").encode()

    def signed(self, header: dict[str, Any] | bytes, body: dict[str, Any] | bytes, key: Any = None) -> str:
        """A token whose signature is right for its bytes, whatever they say."""
        first = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
        second = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        signing_input = f"{b64(first)}.{b64(second)}".encode()
        return f"{signing_input.decode()}.{b64(self.signature(signing_input, key))}"

    def signature(self, signing_input: bytes, key: Any = None) -> bytes:
        made: bytes = jws.jwk.construct(key or self.key, "ES256").sign(signing_input)
        return low_s(made)

    def macced(
        self, header: dict[str, Any], body: dict[str, Any], secret: bytes, name: str = "sha256"
    ) -> str:
        signing_input = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(body).encode())}".encode()
        mac = hmac.new(secret, signing_input, getattr(hashlib, name)).digest()
        return f"{signing_input.decode()}.{b64(mac)}"


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def twisted(signature: str) -> bytes:
    """The other signature of the same bytes: (r, n - s) is as right as (r, s)."""
    made = unb64(signature)
    return made[:32] + (ORDER - int.from_bytes(made[32:])).to_bytes(32)


def bent(part: str) -> str:
    """The part with a last letter that decodes to the same bytes, or one letter more."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = {2: 4, 3: 2}.get(len(part) % 4)
    if spare is None:
        return part + "A"
    return part[:-1] + letters[letters.index(part[-1]) ^ (1 if spare else 0)]
