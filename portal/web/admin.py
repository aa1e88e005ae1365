"""The catalogue for those who keep it: lists, one procedure with its verdict, publishing, agencies."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import uuid4

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from auth.actor import Actor
from auth.http import CurrentActor
from portal.core.clock import today
from portal.core.errors import DomainError, NotFound
from portal.core.http import DbSession
from portal.core.paging import BadCursor
from portal.core.text import clean
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, done, page, see_other
from services_catalog import content as contents
from services_catalog import drafting, editor_queries, publishing, queries
from services_catalog.content import Offer
from services_catalog.controllers import EDITOR, KEEPER, REVIEWER
from services_catalog.judging import OfferVerdict
from services_catalog.levels import LEVEL_NAMES, Level
from services_catalog.models import Origin, Procedure, ProcedureRevision
from services_catalog.queries import Filters, OfferingRow
from services_catalog.rulesets import REASONS, ReasonCode
from services_catalog.words import fee_text, time_text

SHELVES = (("own", "Nhận ở đây"), ("draft", "Bản nháp"), ("listing", "Danh mục quốc gia"))
Text = Annotated[str, QueryParameter(max_length=200, required=False)]
After = Annotated[str, QueryParameter(max_length=4000, required=False)]
POSTED: dict[str, Any] = {
    "sync_to_thread": True,
    "include_in_schema": False,
    "dependencies": WITH_FORM,
}
BY_EDITOR: dict[str, Any] = POSTED | {"guards": [EDITOR]}
BY_REVIEWER: dict[str, Any] = POSTED | {"guards": [REVIEWER]}


class OfferLine(msgspec.Struct, frozen=True):
    """One agency's offer as the page shows it; `obstacle` keeps the draft from being published."""

    agency_id: str
    code: str
    name: str
    declared: Level
    reason_code: ReasonCode | None
    reason_basis: str
    eligible: bool
    obstacle: str = ""
    hint: str = ""


@get("/quan-tri/thu-tuc", sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def catalogue(
    request: AnyRequest,
    session: DbSession,
    loai: Text = "own",
    sought: Annotated[str, QueryParameter(name="query", max_length=200, required=False)] = "",
    after: After = "",
) -> Response[Any]:
    """Procedures received here, drafts, or the national listing; searched by words or code."""
    shelf = loai if loai in dict(SHELVES) else "own"
    try:
        if sought or shelf == "listing":
            origin = Origin.LISTING if shelf == "listing" else Origin.OWN
            found = queries.search(session, sought, Filters(origin=origin), after or None, 50)
            kept: list[editor_queries.EditorRow] = []
            listed, following = found.items, found.next
        else:
            listed = []
            kept, following = editor_queries.kept_here(session, after or None, 50, drafts=shelf == "draft")
    except BadCursor:
        return see_other(f"/quan-tri/thu-tuc?loai={shelf}")
    return page(
        request,
        "admin/catalogue.html",
        shelves=SHELVES,
        shelf=shelf,
        title=dict(SHELVES)[shelf],
        query=sought,
        kept=kept,
        listed=listed,
        next=following,
        first=not after,
    )


@get("/quan-tri/co-quan", sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def agencies(request: AnyRequest, session: DbSession, after: After = "") -> Response[Any]:
    """Agencies that exist today, with how many services each offers."""
    try:
        items, following = queries.agencies(session, after=after or None, limit=100)
    except BadCursor:
        return see_other("/quan-tri/co-quan")
    return page(request, "admin/agencies.html", items=items, next=following, first=not after, shelves=SHELVES)


@get("/quan-tri/thu-tuc/{code:str}", sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def procedure(request: AnyRequest, session: DbSession, code: FromPath[str]) -> Response[Any]:
    """One procedure: its level with the eight conditions, its offerings, content and revisions."""
    return _page(request, session, code)


def _page(
    request: AnyRequest, session: DbSession, code: str, *, refusal: DomainError | None = None
) -> Response[Any]:
    kept = editor_queries.by_code(session, code)
    draft = editor_queries.draft_of(session, kept.id)
    current = queries.procedure_page(session, code) if _public(kept) else None
    check = drafting.check(session, code) if draft else None
    said = draft or (
        editor_queries.revision(session, kept.current_revision_id) if kept.current_revision_id else None
    )
    content = msgspec.convert(said.content, contents.RevisionContent) if said else None
    published = current.offerings if current else []
    lines = _draft_lines(session, check.offers) if check else [_published_line(one) for one in published]
    verdicts = [one.verdict for one in (check.offers if check else published) if one.verdict is not None]
    return page(
        request,
        "admin/procedure.html",
        status_code=refusal.status if refusal else 200,
        has_errors=refusal is not None,
        procedure=kept,
        current=current,
        draft=draft,
        check=check,
        content=content,
        lines=lines,
        verdict=verdicts[0] if verdicts else None,
        failing=[one for one in verdicts[0].conditions if not one.holds] if verdicts else [],
        holding=[one for one in verdicts[0].conditions if one.holds] if verdicts else [],
        blocked=[line for line in lines if line.obstacle],
        revisions=queries.revisions(session, code),
        levels=[(level.value, LEVEL_NAMES[level]) for level in Level],
        reasons=[(reason.value, words) for reason, words in REASONS.items()],
        reason_words=REASONS,
        time=time_text(content.time_limit) if content else "",
        fee=fee_text(content.fees, today()) if content else "",
        refusal=refusal,
        failing_named=(refusal.extra.get("failing") or refusal.extra.get("problems") or [])
        if refusal
        else [],
        key=str(uuid4()),
    )


def _public(kept: Procedure) -> bool:
    return kept.origin is Origin.LISTING or kept.current_revision_id is not None


def _published_line(one: OfferingRow) -> OfferLine:
    return OfferLine(
        str(one.agency_id),
        one.agency_code,
        one.agency_name,
        one.declared,
        one.reason_code,
        one.reason_basis or "",
        one.eligible,
    )


def _draft_lines(session: DbSession, offers: list[OfferVerdict]) -> list[OfferLine]:
    names = editor_queries.agencies_by_id(session, [one.agency_id for one in offers])
    lines = []
    for one in offers:
        code, name = names.get(one.agency_id, ("", ""))
        lines.append(
            OfferLine(
                str(one.agency_id),
                code,
                name,
                one.declared,
                one.reason_code,
                one.reason_basis or "",
                one.eligible,
                one.obstacle or "",
                one.hint or "",
            )
        )
    return lines


@post("/quan-tri/thu-tuc/{code:str}/ban-nhap", **BY_EDITOR)
def begin_draft(
    session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Begin the next revision from the published one, word for word."""
    kept = editor_queries.by_code(session, code)
    if kept.current_revision_id is None:
        raise NotFound("Thủ tục này chưa có bản công bố để soạn tiếp.")
    revision = editor_queries.revision(session, kept.current_revision_id)
    offers = [
        Offer(
            agency_id=one.agency_id,
            declared=one.declared,
            reason_code=one.reason_code,
            reason_basis=one.reason_basis,
        )
        for one in queries.offerings(session, revision.id)
    ]
    draft = _save(session, actor, code, revision, offers, form.seq())
    return see_other(_address(code), done(f"Đã tạo bản nháp {draft.number}. Sửa mức độ rồi kiểm tra."))


def _save(
    session: DbSession,
    actor: Actor,
    code: str,
    revision: ProcedureRevision,
    offers: list[Offer],
    seq: int | None,
) -> ProcedureRevision:
    said = msgspec.convert(revision.content, contents.RevisionContent)
    return drafting.save_draft(session, code, actor, content=said, offers=offers, seq=seq)


def _address(code: str) -> str:
    return f"/quan-tri/thu-tuc/{code}"


@post("/quan-tri/thu-tuc/{code:str}/muc-do", **BY_EDITOR)
def declare(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Declare the draft's level at each agency, and check it."""
    kept = editor_queries.by_code(session, code)
    draft = editor_queries.draft_of(session, kept.id)
    if draft is None:
        raise NotFound("Thủ tục này không có bản nháp.")
    before = [msgspec.convert(one, Offer) for one in draft.offers]
    try:
        offers = [_offer(one, form) for one in before]
        _save(session, actor, code, draft, offers, form.seq())
    except DomainError as error:
        session.rollback()
        return _page(request, session, code, refusal=error)
    return see_other(_address(code), done("Đã lưu và kiểm tra mức độ."))


def _offer(one: Offer, form: PostedForm) -> Offer:
    """The offer with what the form says of it."""
    level, reason = form.get(f"level.{one.agency_id}"), form.get(f"reason.{one.agency_id}")
    declared = Level(level) if level in set(Level) else one.declared
    partial = declared is Level.PARTIAL
    basis = clean(form.get(f"basis.{one.agency_id}"), max_length=1000)
    return Offer(
        agency_id=one.agency_id,
        declared=declared,
        reason_code=ReasonCode(reason) if partial and reason in set(ReasonCode) else None,
        reason_basis=basis if partial and basis else None,
    )


@post("/quan-tri/thu-tuc/{code:str}/cong-bo", **BY_REVIEWER)
def publish(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Publish what a colleague sent to review; what stands against it comes back as a list."""

    def act() -> str:
        found = publishing.publish(session, code, actor, key=form.get("key")[:200] or None)
        if found.effective_on > today():
            return f"Đã duyệt bản {found.number}: áp dụng từ {found.effective_on:%d/%m/%Y}."
        return f"Đã công bố bản {found.number}. Hồ sơ lập từ bây giờ theo bản này; hồ sơ đã nộp giữ bản cũ."

    return _done_or_why(request, session, code, act)


@post("/quan-tri/thu-tuc/{code:str}/gui-duyet", **BY_EDITOR)
def send_to_review(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Send the draft to a second person; what stands against it comes back as a list."""

    def act() -> str:
        found = drafting.send_to_review(session, code, actor, reason=form.get("reason"), seq=form.seq())
        return f"Đã gửi duyệt bản {found.number}. Một người khác sẽ công bố hoặc trả lại."

    return _done_or_why(request, session, code, act)


@post("/quan-tri/thu-tuc/{code:str}/tra-lai", **BY_REVIEWER)
def return_draft(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Send the draft back to its editors with a reason."""

    def act() -> str:
        found = drafting.return_draft(session, code, actor, reason=form.get("reason"))
        return f"Đã trả lại bản {found.number} cho người soạn."

    return _done_or_why(request, session, code, act)


@post("/quan-tri/thu-tuc/{code:str}/ngung", **BY_REVIEWER)
def withdraw(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm
) -> Response[Any]:
    """End the published revision: no new dossiers."""

    def act() -> str:
        publishing.withdraw(session, code, actor, seq=form.seq())
        return "Đã ngừng nhận hồ sơ mới. Hồ sơ đã nộp vẫn được giải quyết."

    return _done_or_why(request, session, code, act)


def _done_or_why(request: AnyRequest, session: DbSession, code: str, act: Callable[[], str]) -> Response[Any]:
    """The procedure's page again with what was done, or with why it was not."""
    try:
        told = act()
    except NotFound:
        raise
    except DomainError as error:
        session.rollback()
        return _page(request, session, code, refusal=error)
    return see_other(_address(code), done(told))


route_handlers: list[Any] = [
    catalogue,
    agencies,
    procedure,
    begin_draft,
    declare,
    send_to_review,
    publish,
    return_draft,
    withdraw,
]
