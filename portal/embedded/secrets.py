"""The passwords and keys of the embedded services: made once, kept in the data folder, for its owner only."""

import base64
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from portal.embedded.process import CannotStart

FILE = "secrets.json"
MARK = "made-with"


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that must stay the same between two starts on the same data."""

    database_admin: str
    database_owner: str
    database_app: str
    database_worker: str
    broker: str
    store_access_key: str
    store_secret_key: str
    data_key: str  # 32 bytes, base64url: wraps the key of each subject
    index_key: str  # 32 bytes, base64url: blind indexes
    token_key: str  # PEM, P-256: signs tokens (ES256)
    payment_secret: str  # shared with the sandbox gateway
    anchor_key: str  # PEM, P-256: signs the anchors of the event chain


def password() -> str:
    """A password of 192 random bits that needs no quoting anywhere."""
    return secrets.token_urlsafe(24).replace("-", "x").replace("_", "y")


def symmetric_key() -> str:
    """32 random bytes as base64url."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def signing_key() -> str:
    """A new private key on P-256 as PKCS#8 PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "data_key": symmetric_key,
    "index_key": symmetric_key,
    "payment_secret": symmetric_key,
    "token_key": signing_key,
    "anchor_key": signing_key,
}


def kept_in(folder: Path) -> Secrets:
    """The secrets of this data folder; those that are missing are made and written first."""
    path = folder / FILE
    known = msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
    missing = [name for name in Secrets.__struct_fields__ if name not in known]
    for name in missing:
        known[name] = MAKERS.get(name, password)()
    found = msgspec.convert(known, Secrets)
    if missing:
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(found)))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    return found


def require_same_secrets(place: Path, secrets: Secrets) -> None:
    """Refuse data that were made with other secrets: nothing in them could be opened.

    Raises:
        CannotStart: the secrets are not those the data were made with.
    """
    mark = place / MARK
    name = hashlib.sha256(b"motcua data folder" + secrets.data_key.encode()).hexdigest()[:16]
    if not mark.exists():
        mark.write_text(name)
    elif mark.read_text() != name:
        raise CannotStart(
            f"Dữ liệu trong {place} được tạo với tệp {FILE} khác; hãy khôi phục tệp đó hoặc xóa {place}. "
            f"(The data in {place} were made with another {FILE}; restore that file or remove {place}.)"
        )
