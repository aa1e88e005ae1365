"""HTTP for imports: a file taken into the queue, how far it is, what became of each row."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, MultipartBody, QueryParameter
from msgspec import Meta, Struct

from auth.http import CurrentActor
from portal.core.http import AppStorage, DbSession, IdempotencyKey
from portal.core.spreadsheets import csv_text
from portal.core.storage import attachment_disposition
from services_catalog import import_queries, import_requests
from services_catalog.controllers import EDITOR, KEEPER
from services_catalog.import_queries import ImportOverview
from services_catalog.imports import reading, report
from services_catalog.imports.kinds import Kind
from services_catalog.imports.rows import ImportRow, Outcome

MAX_BODY: Final = reading.MAX_FILE + 64 * 1024  # the file, and what a form puts around it
After = Annotated[
    str | None, QueryParameter(max_length=4000, required=False, description="`next` of the page before")
]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]
OutcomeFilter = Annotated[
    Outcome | None, QueryParameter(required=False, description="Only lines that came to this")
]


class ImportIn(Struct, frozen=True, kw_only=True):
    """A file to import. `auto` recognises its kind; a dry run says what would happen and changes nothing."""

    file: UploadFile
    kind: Kind | Literal["auto"] = "auto"
    dry_run: bool = True


class ImportAccepted(Struct, frozen=True):
    """The import's id: ask for its state."""

    id: UUID


class ImportOut(Struct, frozen=True, kw_only=True):
    """How far an import is: `done` of `total` rows, `counts` by outcome, and a page of its lines."""

    overview: ImportOverview
    items: list[ImportRow]
    next: Annotated[str, Meta(max_length=4000)] | None


class ImportIndex(Struct, frozen=True):
    items: list[ImportOverview]
    next: str | None


@contextmanager
def kept(upload: UploadFile) -> Iterator[Path]:
    """The uploaded bytes as a file of our own."""
    with tempfile.NamedTemporaryFile(prefix="motcua-") as file:
        upload.file.seek(0)
        shutil.copyfileobj(upload.file, file)
        file.flush()
        yield Path(file.name)


class ImportController(Controller):
    """Files brought into the catalogue; drafts come of them, nothing is published."""

    path = "/api/v1/catalogue"
    tags = ("Catalogue",)

    @post("/import", guards=[EDITOR], status_code=202, request_max_body_size=MAX_BODY, sync_to_thread=True)
    def start(
        self,
        session: DbSession,
        storage: AppStorage,
        actor: CurrentActor,
        data: MultipartBody[ImportIn],
        key: IdempotencyKey = None,
    ) -> ImportAccepted:
        """Import a file of at most 50 MB: the worker takes it row by row. One import at a time."""
        with kept(data.file) as file:
            made = import_requests.ask(
                session,
                storage,
                actor,
                file,
                filename=data.file.filename,
                kind=None if data.kind == "auto" else data.kind,
                dry_run=data.dry_run,
                key=key,
            )
        return ImportAccepted(made)

    @get("/imports", guards=[KEEPER], sync_to_thread=True)
    def index(self, session: DbSession, after: After = None, limit: Limit = 20) -> ImportIndex:
        """List imports, newest first."""
        return ImportIndex(*import_queries.imports(session, after=after, limit=limit))

    @get("/imports/{import_id:uuid}", guards=[KEEPER], sync_to_thread=True)
    def show(
        self,
        session: DbSession,
        import_id: FromPath[UUID],
        outcome: OutcomeFilter = None,
        after: After = None,
        limit: Limit = 100,
    ) -> ImportOut:
        """Show how far an import is, and what became of its rows so far."""
        overview = import_queries.import_overview(session, import_id)
        items, following = import_queries.report_lines(
            session, import_id, outcome=outcome, after=after, limit=limit
        )
        return ImportOut(overview=overview, items=items, next=following)

    @get("/imports/{import_id:uuid}/report.csv", guards=[KEEPER], sync_to_thread=True, media_type="text/csv")
    def download(
        self, session: DbSession, import_id: FromPath[UUID], outcome: OutcomeFilter = None
    ) -> Response[str]:
        """Download an import's report as CSV."""
        return report_file(session, import_id, outcome)


def report_file(session: DbSession, import_id: UUID, outcome: Outcome | None) -> Response[str]:
    """The report as a file for spreadsheets."""
    overview = import_queries.import_overview(session, import_id)
    lines, _ = import_queries.report_lines(session, import_id, outcome=outcome, limit=None)
    name = f"nap-{overview.started_at:%Y%m%d-%H%M}.csv"
    return Response(
        csv_text(report.table(lines)),
        media_type="text/csv",
        headers={"content-disposition": attachment_disposition(name), "cache-control": "private, no-store"},
    )


route_handlers: list[Any] = [ImportController]
