"""Template files of papers: taken from an editor after a look inside, given to anybody as a download."""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from auth.http import CurrentActor
from dossiers import inspection, refusals
from portal.core import runtime
from portal.core.errors import DomainError, Invalid
from portal.core.http import DbSession, read_form
from portal.core.text import BadText, clean
from portal.web.admin_editor import as_saved, shown
from portal.web.admin_frame import BASE, address
from portal.web.admin_state import fresh_seq, load
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, done, see_other
from services_catalog import drafting, template_files
from services_catalog.content import RevisionContent, Template
from services_catalog.controllers import EDITOR

ACCEPT: Final = ("pdf", "docx")
MAX_BODY: Final = template_files.MAX_BYTES + 64 * 1024
TAB: Final = "giay-to"


class Sent(msgspec.Struct, frozen=True):
    """A file as a form sent it."""

    name: str
    data: bytes


async def _file_of(request: AnyRequest) -> Sent | None:
    """The file of the post; None when none was chosen."""
    for _, value in (await read_form(request)).multi_items():
        if isinstance(value, UploadFile) and value.filename:
            return Sent(value.filename, await value.read())
    return None


@post(
    f"{BASE}/{{code:str}}/giay-to/tep",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[EDITOR],
    dependencies={**WITH_FORM, "sent": Provide(_file_of)},
    request_max_body_size=MAX_BODY,
)
def add_file(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    code: FromPath[str],
    form: PostedForm,
    sent: NamedDependency[Sent | None],
) -> Response[Any]:
    """Put a template file to a paper of the draft."""
    _, found, content, offers = drafting.draft(session, code)
    key = form.get("paper")[:60]
    try:
        template = _template(session, content, key, sent, actor.id)
        papers = [
            msgspec.structs.replace(paper, template=template) if paper.key == key else paper
            for paper in content.requirements
        ]
        drafting.save_draft(
            session,
            code,
            actor,
            content=msgspec.structs.replace(content, requirements=papers),
            offers=offers,
            effective_on=found.effective_on,
            seq=fresh_seq(session, code, form.seq()),
        )
    except DomainError as error:
        session.rollback()
        state = load(session, code)
        if state.content is None:
            raise
        typed = as_saved(state, state.content, TAB)
        typed.refusal = error
        more = {"file_mistake": error.detail, "typed_paper": key}
        return shown(request, session, actor, state, typed, tab=TAB, status=error.status, **more)
    told = f"Đã gắn tệp “{template.name}” vào bản nháp."
    return see_other(f"{address(code, TAB)}#requirements", done(told))


def _template(
    session: DbSession, content: RevisionContent, key: str, sent: Sent | None, actor_id: UUID | None
) -> Template:
    """The kept file as the paper's template.

    Raises:
        Invalid: no such paper, no file, too large, or something inside that may not be given to people.
    """
    paper = next((one for one in content.requirements if one.key == key), None)
    if paper is None or actor_id is None:
        raise Invalid("Chọn giấy tờ cần gắn tệp mẫu.")
    if sent is None or not sent.data:
        raise Invalid("Chọn một tệp PDF hoặc Word (DOCX).")
    if len(sent.data) > template_files.MAX_BYTES:
        raise Invalid("Tệp mẫu lớn hơn 5 MB. Lưu lại ở cỡ nhỏ hơn rồi gửi lại.")
    kind, reason = inspection.judge_bytes(sent.data, sent.name, ACCEPT, runtime.settings.clamd_address)
    if reason is not None or kind is None:
        raise Invalid(refusals.explain(reason or "damaged", accept=ACCEPT, max_mb=5))
    name = refusals.download_name(_safe(sent.name, paper.name), kind)
    sha256 = template_files.keep(
        session, name=name, media_type=refusals.CONTENT_TYPES[kind], data=sent.data, by=actor_id
    )
    told = paper.template.name if paper.template else name.rsplit(".", 1)[0]
    return Template(name=told[:500], file=sha256)


def _safe(filename: str, otherwise: str) -> str:
    """The file's own name without a path; the paper's name when it cannot be shown."""
    try:
        bare = clean(filename.replace("\\", "/").rsplit("/", 1)[-1], max_length=180)
    except BadText:
        bare = ""
    return bare or otherwise[:180]


@get("/thu-tuc/bieu-mau/{sha256:str}", sync_to_thread=True, include_in_schema=False)
def download(session: DbSession, sha256: FromPath[str]) -> Response[bytes]:
    """A template file, as a download that browsers never open as a page of ours."""
    found = template_files.find(session, sha256)
    disposition = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    headers = {
        "content-disposition": disposition,
        "x-content-type-options": "nosniff",
        "cache-control": "public, max-age=31536000, immutable",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(bytes(found.bytes), media_type=found.media_type, headers=headers)


route_handlers: list[Any] = [add_file, download]
