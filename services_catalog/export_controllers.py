"""HTTP for open data: the whole catalogue as files, made once for each version and sent piece by piece."""

import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Final

from litestar import Controller, Request, Response, get
from litestar.response import Stream
from sqlmodel import Session

from portal.core import clock
from portal.core.http import DbSession
from services_catalog import exporting, public_queries

Pieces = Callable[[Session], Iterator[bytes]]
AnyRequest = Request[Any, Any, Any]
_CHUNK: Final = 256 * 1024
_CONTROL: Final = "public, no-cache"


class _Edition:
    """A file without a name; it goes away when nobody reads it any more."""

    def __init__(self, tag: str, pieces: Iterator[bytes]) -> None:
        with tempfile.TemporaryFile(prefix="motcua-") as file:
            file.writelines(pieces)
            file.flush()
            self._fd = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._fd)
        self.tag, self.size = tag, os.fstat(self._fd).st_size

    def chunks(self) -> Iterator[bytes]:
        """All of it, each reader at a place of its own."""
        at = 0
        while part := os.pread(self._fd, _CHUNK, at):
            at += len(part)
            yield part


class Editions:
    """The newest edition of each file, on disk: readers of an older one keep theirs until they are done."""

    def __init__(self) -> None:
        self._kept: dict[str, _Edition] = {}
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Drop everything: for another database behind the same application."""
        with self._lock:
            self._kept.clear()

    def chunks(self, name: str, tag: str, session: Session, pieces: Pieces) -> tuple[int, Iterator[bytes]]:
        """The size of the file under this tag, made when it is not there, and its bytes."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or kept.tag != tag:
                kept = self._kept[name] = _Edition(tag, pieces(session))
        return kept.size, kept.chunks()


EDITIONS: Final = Editions()


def _answer(
    request: AnyRequest, session: Session, name: str, kind: str, pieces: Pieces
) -> Response[Any] | Stream:
    version, instant = public_queries.edition(session)
    tag = f'"{version}-{instant}-{clock.today():%Y%m%d}"'
    headers = {"etag": tag, "cache-control": _CONTROL, "access-control-allow-origin": "*"}
    if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(None, status_code=304, headers=headers)
    size, chunks = EDITIONS.chunks(name, tag, session, pieces)
    headers["content-length"] = str(size)
    headers["content-disposition"] = f'inline; filename="{name}"'
    return Stream(chunks, media_type=kind, headers=headers)


class OpenDataController(Controller):
    """The catalogue for whoever wants all of it; nothing of a person is in it."""

    path = "/open-data"
    tags = ("Open data",)

    @get("/catalogue.json", sync_to_thread=True, media_type="application/json")
    def catalogue(self, request: AnyRequest, session: DbSession) -> Response[Any] | Stream:
        """Download the whole catalogue as JSON: agencies, procedures in force, the national listing."""
        return _answer(request, session, "catalogue.json", "application/json", exporting.as_json)

    @get("/catalogue.csv", sync_to_thread=True, media_type="text/csv")
    def table(self, request: AnyRequest, session: DbSession) -> Response[Any] | Stream:
        """Download the catalogue as CSV: a row for each procedure at each agency."""
        return _answer(request, session, "catalogue.csv", "text/csv; charset=utf-8", exporting.as_csv)

    @get("/catalogue.schema.json", sync_to_thread=True, media_type="application/schema+json")
    def schema(self) -> Response[bytes]:
        """Download the JSON Schema of catalogue.json."""
        headers = {"cache-control": _CONTROL, "access-control-allow-origin": "*"}
        return Response(exporting.schema(), media_type="application/schema+json", headers=headers)


route_handlers: list[Any] = [OpenDataController]
