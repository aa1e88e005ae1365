"""Access tokens (JWT, ES256): issued and verified here and nowhere else, over python-jose.

python-jose alone accepts tokens without `exp` or `aud`, ignores `crit`, `typ` and `kid`, takes `exp` as a
string, and lets RecursionError and OverflowError out. `Tokens.verify` closes each before and after it:
one algorithm per key, header of exactly `alg, kid, typ`, canonical base64url, claims of exact types,
and Unauthorized for whatever else goes wrong.
"""

import base64
import hashlib
import re
import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jwt
from jose.backends.cryptography_backend import CryptographyECKey

from portal.core.db import new_id
from portal.core.errors import Unauthorized
from portal.core.settings import Settings

MAX_LENGTH: Final = 4096
LIFETIME_SECONDS: Final = 600
_MAX_LIFETIME_SECONDS: Final = 3600
_SKEW_SECONDS: Final = 30
_CACHE_SECONDS: Final = 60
_CACHE_SIZE: Final = 4096
_ALGORITHM: Final = "ES256"
_TYPE: Final = "at+jwt"
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_PART = re.compile(r"[A-Za-z0-9_-]+")
_OPTIONS: Final = {f"require_{claim}": True for claim in ("exp", "iat", "aud", "iss", "sub", "jti")} | {
    "leeway": 0
}


class InvalidToken(Unauthorized):
    """The bearer token is not one of ours, or no longer."""

    title = "Mã truy cập không hợp lệ"

    def __init__(self) -> None:
        super().__init__("Mã truy cập không hợp lệ hoặc đã hết hạn.")

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token says. `sid` is the browser session it was exchanged for: it ends with that."""

    iss: str
    aud: str
    sub: UUID
    iat: int  # seconds since 1970
    exp: int
    jti: UUID
    sid: str | None = None  # base64url of the session's token hash

    @property
    def session_hash(self) -> bytes | None:
        """The hash that names the browser session, if the token hangs on one."""
        return base64.urlsafe_b64decode(self.sid + "==") if self.sid else None


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: str
    kid: str
    typ: str


class Tokens:
    """Issues and verifies the portal's own tokens; one per process (it caches for a minute)."""

    def __init__(self, private_pem: str, issuer: str) -> None:
        """Take the signing key.

        Raises:
            ValueError: it is not a private EC key on P-256.
        """
        private = serialization.load_pem_private_key(private_pem.encode(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
            raise ValueError("the token key must be a private EC key on P-256")
        public = private.public_key()
        spki = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.issuer = issuer
        self.audience = f"{issuer}/api"
        self.kid = hashlib.sha256(spki).hexdigest()[:16]
        self._private = jwk.construct(private, _ALGORITHM)
        # kid -> (the one algorithm it may be used with, the key)
        self._keys: dict[str, tuple[str, CryptographyECKey]] = {
            self.kid: (_ALGORITHM, jwk.construct(public, _ALGORITHM))
        }
        if not isinstance(self._private, CryptographyECKey):  # the pure-Python one leaks by timing
            raise ValueError("python-jose must use the cryptography backend")
        self._known: OrderedDict[bytes, tuple[float, Claims]] = OrderedDict()
        self._lock = threading.Lock()

    def issue(
        self, account_id: UUID, session_hash: bytes | None, now: float, seconds: int = LIFETIME_SECONDS
    ) -> str:
        """A token for the account, hung on its browser session; `now` in seconds since 1970."""
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(account_id),
            "iat": int(now),
            "exp": int(now) + seconds,
            "jti": str(new_id()),
        }
        if session_hash is not None:
            claims["sid"] = _encode(session_hash)
        headers = {"kid": self.kid, "typ": _TYPE}
        token: str = jwt.encode(claims, self._private, algorithm=_ALGORITHM, headers=headers)
        signing_input, _, signature = token.rpartition(".")
        return f"{signing_input}.{_encode(low_s(_decode(signature)))}"

    def verify(self, token: str, now: float) -> Claims:
        """What the token says, if it is ours, whole and in time; `now` in seconds since 1970.

        Raises:
            InvalidToken: anything else, whatever it is.
        """
        if len(token) > MAX_LENGTH:
            raise InvalidToken
        try:
            digest = hashlib.sha256(token.encode("ascii")).digest()
            with self._lock:
                hit = self._known.get(digest)
            if hit is not None and now < hit[0]:
                return hit[1]
            claims = self._read(token, now)
        except Exception:  # by decision: an attacker's bytes never become a 500
            raise InvalidToken from None
        with self._lock:
            self._known[digest] = (min(claims.exp, now + _CACHE_SECONDS), claims)
            while len(self._known) > _CACHE_SIZE:
                self._known.popitem(last=False)
        return claims

    def _read(self, token: str, now: float) -> Claims:
        parts = token.split(".")
        if len(parts) != 3 or not all(map(_canonical, parts)):
            raise InvalidToken
        head = msgspec.json.decode(_decode(parts[0]), type=_Header)
        algorithm, key = self._keys[head.kid]
        if head.alg != algorithm or head.typ != _TYPE:
            raise InvalidToken
        if low_s(signature := _decode(parts[2])) != signature:
            raise InvalidToken
        jwt.decode(
            token, key, algorithms=[algorithm], audience=self.audience, issuer=self.issuer, options=_OPTIONS
        )
        claims = msgspec.json.decode(_decode(parts[1]), type=Claims)
        if claims.iss != self.issuer or claims.aud != self.audience:
            raise InvalidToken
        if not claims.iat - _SKEW_SECONDS <= now < claims.exp <= claims.iat + _MAX_LIFETIME_SECONDS:
            raise InvalidToken
        if claims.exp <= claims.iat:
            raise InvalidToken
        if claims.sid is not None and not (_canonical(claims.sid) and len(claims.session_hash or b"") == 32):
            raise InvalidToken
        return claims


def low_s(signature: bytes) -> bytes:
    """The one of a signature's two forms, (r, s) and (r, n - s), that we write and read."""
    s = int.from_bytes(signature[32:])
    return signature[:32] + min(s, _ORDER - s).to_bytes(32) if 0 < s < _ORDER else signature


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _canonical(part: str) -> bool:
    """Whether this is the one spelling of its bytes in base64url without padding."""
    if not _PART.fullmatch(part):
        return False
    return _encode(_decode(part)) == part


@lru_cache(maxsize=4)
def shared(settings: Settings) -> Tokens:
    """The process's one Tokens for these settings."""
    return Tokens(settings.token_key.get_secret_value(), settings.public_url)
