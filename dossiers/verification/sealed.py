"""Private texts of events against the digests in the chain, and the answers against their latest filing."""

import hashlib

import msgspec
from sqlmodel import Session

from dossiers.verification.folding import Event
from dossiers.verification.journal import named
from dossiers.verification.report import Findings
from dossiers.verification.state import open_sealed
from dossiers.verification.tape import rows
from portal.core import crypto, events

KIND = "private texts"
# Bodies end with `"private":null}` or with the digest.
TEXTS = """
    SELECT e.stream, coalesce(e.stream_id, p.stream_id)::text, coalesce(e.seq, p.seq), e.body,
           p.subject_id::text, p.salt, p.sealed, k.wrapped, d.id IS NOT NULL, d.answers, d.manifest,
           coalesce(d.number, d.reference, '')
    FROM (SELECT * FROM event WHERE right(encode(substr(body, length(body) - 14), 'escape'), 15)
              <> '"private":null}') e
    FULL JOIN event_private p ON p.stream_id = e.stream_id AND p.seq = e.seq
    LEFT JOIN subject_key k ON k.subject_id = p.subject_id
    LEFT JOIN dossier d ON e.name IN ('dossier.submitted', 'dossier.supplemented') AND d.id = e.stream_id
        AND NOT EXISTS (SELECT FROM event later WHERE later.stream_id = e.stream_id AND later.seq > e.seq
                        AND later.name = 'dossier.supplemented')
"""
_decode = msgspec.json.Decoder(Event).decode


def check(session: Session, found: Findings) -> None:
    """Each text that can still be opened is the one whose digest was chained; erased persons' cannot be."""
    count = erased = 0
    for row in rows(session, TEXTS, size=200):
        stream, stream_id, seq, body, subject_id, salt, sealed, wrapped, filed, answers, manifest, label = row
        if stream_id in found.broken:
            continue
        count += 1
        place = f"{named(stream or 'stream', stream_id, label)}, event {seq}"
        if body is None:
            found.bad(KIND, stream_id, f"{place}: a private text that no event names")
            continue
        if sealed is None:
            found.bad(KIND, stream_id, f"{place}: its private text was removed")
            continue
        if wrapped is None:
            erased += 1
            continue
        try:
            opened = open_sealed(session, subject_id, wrapped, f"event_private|{stream_id}|{seq}", sealed)
        except crypto.Unreadable:
            found.bad(KIND, stream_id, f"{place}: its private text does not open: it was altered")
            continue
        if events.private_digest(salt, opened) != _decode(body).private:
            found.bad(KIND, stream_id, f"{place}: its private text is not the one that was written")
        elif filed:
            for name, value in (("answers", answers), ("manifest", manifest)):
                if name not in opened:
                    continue
                digest = _sha256(session, subject_id, wrapped, name, stream_id, value)
                unopened = digest is None and name == "manifest"  # told with the dossier's files
                if digest != opened[name] and not unopened:
                    found.bad(KIND, stream_id, f"{place}: the {name} kept now are not those that were filed")
    gone = f", {erased} of erased persons" if erased else ""
    found.end(KIND, count, f"{count} match their digests{gone}")


def _sha256(
    session: Session, subject_id: str, wrapped: bytes, name: str, dossier_id: str, sealed: bytes | None
) -> str | None:
    if sealed is None:
        return None
    try:
        opened = open_sealed(session, subject_id, wrapped, f"dossier.{name}|{dossier_id}", sealed)
    except crypto.Unreadable:
        return None
    return hashlib.sha256(msgspec.json.encode(opened, order="deterministic")).hexdigest()
