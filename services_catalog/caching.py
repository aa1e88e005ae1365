"""Public reads as ready bytes: encoded once per version of the catalogue, revalidated by ETag.

The version is read before the body is made, so a body kept under a version is at least that new; the
next publication makes another version. Each application keeps its own small store, so nothing is
shared between processes.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from sqlmodel import Session

from portal.core import clock
from services_catalog import queries

MAX_ENTRIES = 512
MAX_BYTES = 16 * 1024 * 1024  # of all bodies together: odd addresses cannot fill the memory
_STORE = "catalogue_bodies"
_SHOWN = (queries.ProcedurePage, queries.ProcedureList, queries.SectorRow, queries.AgencyRow)
# A new release that answers in another shape makes other tags.
_SHAPE = hashlib.sha256(msgspec.json.encode(msgspec.json.schema_components(_SHOWN))).hexdigest()[:8]


def answer(request: Request[Any, Any, Any], session: Session, build: Callable[[], Any]) -> Response[Any]:
    """The bytes of `build()` with their ETag, or 304 when the client has them.

    The tag names the catalogue's version, the day (fees and agencies are dated) and the answer's shape.
    """
    version = f"{queries.version(session)}-{clock.today():%Y%m%d}-{_SHAPE}"
    tag = f'W/"{version}"'
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    given = request.headers.get("if-none-match", "")
    if tag in [part.strip() for part in given.split(",")]:
        return Response(None, status_code=304, headers=headers)
    store = _store(request.app.state)
    key = (version, hashlib.sha256(str(request.url).encode()).digest())
    body = store.get(key)
    if body is None:
        body = msgspec.json.encode(build())
        if len(store) >= MAX_ENTRIES or sum(map(len, store.copy().values())) + len(body) > MAX_BYTES:
            store.clear()
        store[key] = body
    return Response(body, headers=headers, media_type="application/json")


def _store(state: State) -> dict[Any, bytes]:
    if _STORE not in state:
        state[_STORE] = {}
    store: dict[Any, bytes] = state[_STORE]
    return store
