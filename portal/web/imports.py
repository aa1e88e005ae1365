"""Files brought into the catalogue: tried first, then imported; what became of each row."""

from typing import Annotated, Any, TypeAlias
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter

from auth.actor import Role
from auth.http import CurrentActor
from portal.core.errors import DomainError
from portal.core.http import AppStorage, DbSession, read_form
from portal.core.paging import BadCursor
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, done, page, see_other
from services_catalog import import_queries, import_requests
from services_catalog.controllers import EDITOR, KEEPER
from services_catalog.import_controllers import MAX_BODY, kept, report_file
from services_catalog.imports.kinds import NAMES, Kind
from services_catalog.imports.report import WORDS
from services_catalog.imports.rows import OUTCOMES, Outcome
from services_catalog.models import ImportState

BASE = "/quan-tri/nhap-du-lieu"
STATES = {
    ImportState.WAITING: ("", "hourglass-split", "Đang chờ"),
    ImportState.RUNNING: ("is-you", "arrow-repeat", "Đang chạy"),
    ImportState.DONE: ("is-done", "check-lg", "Xong"),
    ImportState.FAILED: ("is-late", "x-octagon", "Không đọc được tệp"),
}
MODES = (("try", "Chạy thử: cho biết kết quả, không thay đổi gì"), ("real", "Nạp thật"))
Text = Annotated[str, QueryParameter(max_length=4000, required=False)]


async def _read_upload(request: AnyRequest) -> UploadFile | None:
    found = (await read_form(request)).get("file")
    return found if isinstance(found, UploadFile) and found.filename else None


Upload: TypeAlias = NamedDependency[UploadFile | None]  # parameter name: upload
BY_EDITOR: dict[str, Any] = {
    "sync_to_thread": True,
    "include_in_schema": False,
    "guards": [EDITOR],
    "dependencies": WITH_FORM | {"upload": Provide(_read_upload)},
}


@get(BASE, sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def imports(request: AnyRequest, session: DbSession, actor: CurrentActor, after: Text = "") -> Response[Any]:
    """Choose a file, and all files that were imported."""
    return _index(request, session, actor, after)


def _index(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    after: str = "",
    *,
    refusal: DomainError | None = None,
    kind: str = import_requests.AUTO,
    mode: str = "try",
) -> Response[Any]:
    try:
        items, following = import_queries.imports(session, after=after or None)
    except BadCursor:
        return see_other(BASE)
    return page(
        request,
        "admin/imports.html",
        status_code=refusal.status if refusal else 200,
        has_errors=refusal is not None,
        wrong=refusal.detail if refusal else "",
        running=import_queries.unfinished(session),
        may_import=actor.has(Role.CATALOGUE_EDITOR),
        kinds=[(import_requests.AUTO, "Tự nhận dạng"), *NAMES.items()],
        kind=kind,
        modes=MODES,
        mode=mode,
        items=items,
        next=following,
        first=not after,
        states=STATES,
        names=NAMES,
        words=WORDS,
    )


@post(BASE, request_max_body_size=MAX_BODY, **BY_EDITOR)
def start(
    request: AnyRequest,
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    form: PostedForm,
    upload: Upload,
) -> Response[Any]:
    """Take the file into the queue."""
    kind, mode = form.get("kind"), form.get("mode", "try")
    if upload is None:
        refusal = import_requests.BadImportFile("Chọn một tệp trên máy của bạn.")
        return _index(request, session, actor, refusal=refusal, kind=kind, mode=mode)
    chosen: Kind | None = kind if kind in NAMES else None
    try:
        with kept(upload) as file:
            made = import_requests.ask(
                session,
                storage,
                actor,
                file,
                filename=upload.filename,
                kind=chosen,
                dry_run=mode != "real",
            )
    except (import_requests.BadImportFile, import_requests.ImportRunning) as refused:
        return _index(request, session, actor, refusal=refused, kind=kind, mode=mode)
    return see_other(f"{BASE}/{made}")


@get(BASE + "/{import_id:uuid}", sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def show(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    import_id: FromPath[UUID],
    ket_qua: Annotated[str, QueryParameter(name="ket-qua", max_length=20, required=False)] = "",
    after: Text = "",
) -> Response[Any]:
    """One import: how far it is, and what became of each row."""
    found = import_queries.import_overview(session, import_id)
    chosen: Outcome | None = ket_qua if ket_qua in OUTCOMES else None  # type: ignore[assignment]
    try:
        lines, following = import_queries.report_lines(
            session, import_id, outcome=chosen, after=after or None
        )
    except BadCursor:
        return see_other(f"{BASE}/{import_id}")
    return page(
        request,
        "admin/import.html",
        found=found,
        state=STATES[found.state],
        running=found.finished_at is None,
        may_apply=found.dry_run and found.state is ImportState.DONE and actor.has(Role.CATALOGUE_EDITOR),
        kind=NAMES.get(found.kind, ""),  # type: ignore[call-overload]
        outcomes=[(name, WORDS[name], found.counts[name]) for name in WORDS],
        outcome=chosen or "",
        words=WORDS,
        lines=lines,
        next=following,
        first=not after,
        base=f"{BASE}/{import_id}",
    )


@get(BASE + "/{import_id:uuid}/bao-cao.csv", sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def download(
    session: DbSession,
    import_id: FromPath[UUID],
    ket_qua: Annotated[str, QueryParameter(name="ket-qua", max_length=20, required=False)] = "",
) -> Response[str]:
    """The report for spreadsheets."""
    chosen: Outcome | None = ket_qua if ket_qua in OUTCOMES else None  # type: ignore[assignment]
    return report_file(session, import_id, chosen)


@post(BASE + "/{import_id:uuid}/nap-that", sync_to_thread=True, include_in_schema=False, guards=[EDITOR])
def apply(
    session: DbSession, storage: AppStorage, actor: CurrentActor, import_id: FromPath[UUID]
) -> Response[Any]:
    """Import for real what was tried."""
    try:
        made = import_requests.again(session, storage, actor, import_id)
    except (import_requests.BadImportFile, import_requests.ImportRunning) as refused:
        return see_other(f"{BASE}/{import_id}", msgspec.structs.replace(done(refused.detail), kind="bad"))
    return see_other(f"{BASE}/{made}")


route_handlers: list[Any] = [imports, start, show, download, apply]
