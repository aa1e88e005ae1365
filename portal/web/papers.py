"""The papers of a draft: what to send, what is there, and the store's own form where no script runs."""

import contextlib
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from auth.http import CurrentActor
from dossiers import attachment_forms, attachments, refusals
from dossiers.attachment_rules import AttachmentNotFound, Paper, paper_of
from dossiers.view_parts import AttachmentView
from dossiers.views import DossierView
from dossiers.workflow import Status
from portal.core.http import AppStorage, DbSession
from portal.core.storage import PostForm
from portal.web import from_store
from portal.web.drafts import CITIZEN, FEE_STEP, PAPERS_STEP, draft_of, shared, shell
from portal.web.pages import AnyRequest, done, page, see_other
from services_catalog import terms
from services_catalog.content import Requirement

ENDINGS = {"pdf": ".pdf", "jpeg": ".jpg,.jpeg", "png": ".png", "docx": ".docx"}


class FileLine(msgspec.Struct, frozen=True):
    """A file of a paper, with why it must be replaced when it must."""

    file: AttachmentView
    icon: str
    words: str


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """One paper on the page; `form` is the store's own, for browsers without script."""

    requirement: Requirement
    paper: Paper
    needed: bool
    files: list[FileLine]
    form: PostForm
    full: bool
    accept: str
    rule: str


def paper_views(view: DossierView, storage: AppStorage) -> list[PaperView]:
    """The papers to send in the applicant's case, those that must be there first."""
    shown = []
    for requirement in view.content.requirements:
        paper = paper_of(view.content, requirement.key)
        if paper is None or not terms.applies(requirement, view.content, view.answers):
            continue
        files = [one for one in view.attachments if one.requirement_key == requirement.key]
        needed = terms.needed(requirement, view.content, view.answers)
        shown.append(paper_view(view, storage, requirement, paper, files, needed=needed))
    return sorted(shown, key=lambda one: not one.needed)


def paper_view(
    view: DossierView,
    storage: AppStorage,
    requirement: Requirement,
    paper: Paper,
    files: list[AttachmentView],
    *,
    needed: bool,
) -> PaperView:
    """One paper with these files of it."""
    kinds = refusals.accepted(paper.accept)
    more = f", tối đa {paper.max_files} tệp" if paper.max_files > 1 else ""
    return PaperView(
        requirement=requirement,
        paper=paper,
        needed=needed,
        files=[_line(one, paper) for one in files],
        form=attachment_forms.form_for(storage, view.id, paper),
        full=len(files) >= paper.max_files,
        accept=",".join(ENDINGS[kind] for kind in requirement.accept),
        rule=f"{kinds}, mỗi tệp tối đa {paper.max_mb} MB{more}.",
    )


def _line(file: AttachmentView, paper: Paper) -> FileLine:
    words = ""
    if file.reason:
        words = refusals.explain(file.reason, accept=paper.accept, max_mb=paper.max_mb)
    kind = refusals.kind_of_name(file.filename)
    icon = {"pdf": "file-earmark-pdf", "docx": "file-earmark-text"}.get(kind or "", "file-earmark-image")
    return FileLine(file, icon if kind else "file-earmark", words)


@get("/ho-so/{dossier_id:uuid}/giay-to", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def papers_page(
    request: AnyRequest,
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
) -> Response[Any]:
    """What to send, per paper."""
    view = draft_of(session, actor, dossier_id, follow=True)
    if view.status is Status.SUPPLEMENT:
        return see_other(f"/ho-so/{dossier_id}/bo-sung")
    if view.status is not Status.DRAFT:
        return see_other(f"/ho-so/{dossier_id}")
    around = shell(view, PAPERS_STEP)
    papers = paper_views(view, storage)
    asked = {one.requirement.key for one in papers}
    return page(
        request,
        "filing/papers.html",
        **shared(around),
        papers=papers,
        spared=[one for one in view.content.requirements if one.key not in asked and not one.asked],
        on_paper=[one for one in view.content.requirements if not one.electronic_ok and one.asked],
        todo=sum(1 for one in papers if one.needed and not any(f.file.state == "ready" for f in one.files)),
        after=FEE_STEP if around.fees else "Kiểm tra và nộp",
        after_href=f"/ho-so/{dossier_id}/{'le-phi' if around.fees else 'kiem-tra'}",
    )


@get(
    "/ho-so/{dossier_id:uuid}/giay-to/{key:str}/da-gui/{attachment_id:uuid}",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
)
def returned(
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    key: FromPath[str],
    attachment_id: FromPath[UUID],
) -> Response[Any]:
    """Where the store sends the browser after its form took a file; coming twice is harmless."""
    return from_store.back_with(
        session,
        storage,
        actor,
        dossier_id,
        key,
        attachment_id,
        back=f"/ho-so/{dossier_id}/giay-to#{key}",
        said="Đã nhận tệp. Chúng tôi đang kiểm tra, thường mất vài giây; tải lại trang để xem.",
        own=True,
    )


@post(
    "/ho-so/{dossier_id:uuid}/giay-to/{attachment_id:uuid}/bo",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
)
def drop(
    session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Response[Any]:
    """Drop a file; one that is gone already is no trouble."""
    with contextlib.suppress(AttachmentNotFound):
        attachments.remove(session, actor, dossier_id, attachment_id)
    return see_other(f"/ho-so/{dossier_id}/giay-to", done("Đã bỏ tệp."))


route_handlers: list[Any] = [papers_page, returned, drop]
