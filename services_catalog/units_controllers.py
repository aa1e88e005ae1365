"""HTTP for the administrative units: the provinces, or the communes of one."""

import hashlib
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from portal.core import runtime
from services_catalog import units
from services_catalog.units import Unit

A_DAY: Final = "public, max-age=86400"
Province = Annotated[
    str | None,
    QueryParameter(
        max_length=100,
        required=False,
        description="Name or national code of a province; without it, the provinces are listed",
        examples=[Example(summary="By name", value="Thành phố Huế"), Example(summary="By code", value="46")],
    ),
]


class UnitIndex(msgspec.Struct, frozen=True):
    items: list[Unit]
    next: str | None = None


@get(
    "/api/v1/units",
    sync_to_thread=True,
    tags=["Catalogue"],
    responses={200: ResponseSpec(UnitIndex, description="All of them; there is no further page")},
)
def index(request: Request[Any, Any, Any], province: Province = None) -> Response[Any]:
    """List the provinces in force since 01/07/2025, or the communes of one; [] when it is unknown."""
    body, tag = _body(units.in_force(runtime.settings), province)
    headers = {"cache-control": A_DAY, "etag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@lru_cache(maxsize=256)
def _body(directory: units.Directory, province: str | None) -> tuple[bytes, str]:
    found = directory.provinces if province is None else directory.communes(province)
    body = msgspec.json.encode(UnitIndex(found))
    return body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'


route_handlers: list[Any] = [index]
