"""What anyone needs to check the journal: the public key, and every signed root (docs/verify.md)."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from litestar import Response, get
from litestar.params import QueryParameter

from portal.core.anchors import Anchor, public_key_pem, statement
from portal.core.http import AppSettings, DbSession

_A = Anchor.__table__  # type: ignore[attr-defined]
_DAY = 86_400


class SignedStatement(msgspec.Struct, frozen=True):
    """What a root says. The signature is over its JSON, keys sorted, no spaces."""

    at: datetime
    count: int
    from_xid: int
    prev_root: str
    root: str
    until_xid: int


class SignedRoot(msgspec.Struct, frozen=True):
    """A signed root over the events since the one before; the signature is ECDSA P-256 (DER, in hex)."""

    id: int
    statement: SignedStatement
    signature: str


class SignedRoots(msgspec.Struct, frozen=True):
    """Roots, oldest first; `next` is the `after` of the following page."""

    items: list[SignedRoot]
    next: str | None


@get("/.well-known/motcua-journal-key.pem", sync_to_thread=False, include_in_schema=False)
def journal_key(settings: AppSettings) -> Response[bytes]:
    """The public key of the signed roots."""
    pem = public_key_pem(settings.anchor_key.get_secret_value())
    return Response(
        pem.encode(),
        media_type="application/x-pem-file",
        headers={"cache-control": f"public, max-age={_DAY}"},
    )


@get("/api/v1/journal/roots", sync_to_thread=True, tags=["Journal"])
def signed_roots(
    session: DbSession,
    after: Annotated[
        int, QueryParameter(ge=0, le=2**62, required=False, description="Roots after this one")
    ] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=1000, required=False)] = 100,
) -> SignedRoots:
    """List the signed roots of the journal: whoever keeps them can show any later change of the past."""
    rows = session.execute(sa.select(_A).where(_A.c.id > after).order_by(_A.c.id).limit(limit)).all()
    items = [_shown(Anchor(**row._mapping)) for row in rows]
    return SignedRoots(items, str(items[-1].id) if len(items) == limit else None)


def _shown(anchor: Anchor) -> SignedRoot:
    told = msgspec.json.decode(statement(anchor), type=SignedStatement)
    return SignedRoot(anchor.id or 0, told, anchor.signature.hex())


route_handlers: list[Any] = [journal_key, signed_roots]
