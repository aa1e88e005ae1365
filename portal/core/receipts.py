"""The code of a receipt: which dossier, and the fingerprint of the event that a paper goes back to. Pure.

It is printed on the portal's papers and held by their QR. Whoever keeps it can show later, without
the portal's help, that this very event stands in the journal: `script/verify-journal receipt`.
"""

import base64
import hashlib

KEPT = 20  # bytes of the event's hash: two events alike in them cannot be made on purpose
GROUP = 4


def code(reference: str, event_hash: bytes) -> str:
    """The code as printed: the dossier's reference, 160 bits of the hash, and 20 that check the typing."""
    body = base64.b32encode(event_hash[:KEPT]).decode() + check(reference, event_hash[:KEPT])
    return "-".join([reference, *(body[n : n + GROUP] for n in range(0, len(body), GROUP))])


def check(reference: str, kept: bytes) -> str:
    """Four characters that a slip of the pen does not pass."""
    return base64.b32encode(hashlib.sha256(reference.encode() + kept).digest()[:5])[:GROUP].decode()


def parse(text: str) -> tuple[str, bytes] | None:
    """(reference, first 20 bytes of the hash) of a code however it is typed; None when it is none."""
    plain = "".join(ch for ch in text.upper() if ch.isascii() and ch.isalnum())
    reference, body = plain[:9], plain[9:].replace("0", "O").replace("1", "I")
    if len(body) != 36:
        return None
    try:
        kept = base64.b32decode(body[:32])
    except ValueError:
        return None
    return (reference, kept) if check(reference, kept) == body[32:] else None
