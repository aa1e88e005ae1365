"""A citizen's dossiers: the list, one dossier with its clock and its path, its documents."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from litestar import Response, get
from litestar.params import FromPath, QueryParameter
from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor, Role
from auth.http import CurrentActor, requires
from dossiers import access, calendars, desk_queries, incidents, messages, queries, views
from dossiers.models import DocumentKind
from dossiers.timeline import OF_APPLICANT, OF_DRAFT, label_of
from dossiers.view_parts import DocumentView
from dossiers.views import DossierView
from dossiers.workflow import END, Status
from portal.core.clock import local, now, today
from portal.core.errors import Forbidden
from portal.core.http import AppStorage, DbSession
from portal.core.paging import BadCursor
from portal.core.render import datetime_vi, dong, weekday_date
from portal.web import money_panels, panels
from portal.web.drafts import answer_rows
from portal.web.pages import AnyRequest, page, see_other
from services_catalog import forms

CITIZEN: Final = requires(Role.CITIZEN)
YOURS: Final = frozenset({Status.DRAFT, Status.SUPPLEMENT, Status.FINANCIAL_DUTY})
RUNNING: Final = frozenset({Status.ACCEPTED, Status.PROCESSING})
After = Annotated[str, QueryParameter(name="sau", max_length=300, required=False)]


@get("/ho-so", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def mine(request: AnyRequest, session: DbSession, actor: CurrentActor, after: After = "") -> Response[Any]:
    """One's dossiers: those that wait for oneself on top, the finished ones folded."""
    try:
        found = queries.mine(session, actor, after=after or None)
    except BadCursor:
        return see_other("/ho-so")
    return page(
        request,
        "dossier/mine.html",
        unread=messages.unread(session, [one.id for one in found.items], "applicant"),
        yours=[one for one in found.items if one.status in YOURS],
        ready=[one for one in found.items if one.status is Status.SETTLED],
        open=[one for one in found.items if one.status not in {*YOURS, *END, Status.SETTLED}],
        ended=[one for one in found.items if one.status in END],
        first=not after,
        next_href=f"/ho-so?sau={found.next}" if found.next else None,
    )


@get("/ho-so/{dossier_id:uuid}", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def show(
    request: AnyRequest, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]
) -> Response[Any]:
    """One dossier: whose turn it is, when it is due and why, what happened, its documents."""
    return dossier_page(request, session, actor, dossier_id)


def dossier_page(
    request: AnyRequest,
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    beside: dict[str, Any] | None = None,
    status_code: int = 200,
) -> Response[Any]:
    """The applicant's page. `beside`: what was typed in a panel, when something was wrong with it."""
    view = views.detail(session, actor, dossier_id)
    if not view.is_own:
        if beside is not None:
            raise Forbidden("Chỉ người nộp hồ sơ mới làm được việc này.")
        return see_other(f"/can-bo/ho-so/{dossier_id}")
    if view.status is Status.DRAFT:
        return see_other(f"/ho-so/{dossier_id}/to-khai")
    due_on = local(view.due_at).date() if view.due_at else None
    owed = [one for one in view.fees if one.owed]
    told = [one for one in view.documents if one.kind not in desk_queries.INTERNAL]
    documents = sorted(told, key=lambda one: one.created_at, reverse=True)
    return page(
        request,
        "dossier/dossier.html",
        status_code=status_code,
        has_errors=beside is not None,
        beside=defaultdict(str, beside or {}),
        blank=defaultdict(str),
        key=str(uuid4()),
        dossier=view,
        today=today(),
        late=view.status in RUNNING and view.due_at is not None and view.due_at < now(),
        running=view.status in RUNNING and view.due_at is not None,
        days_left=calendars.of(session, view.agency_id).working_days_between(today(), due_on)
        if due_on and due_on > today()
        else 0,
        incidents=incidents.lasting(session, agency_id=view.agency_id, procedure_id=view.procedure_id),
        entries=path_of(view, _consulted(session, view)),
        panels=panels.applicant(session, actor, view),
        owed=owed,
        online=money_panels.to_pay(view, owed),
        documents=[(one, desk_queries.DOCUMENT_NAMES[DocumentKind(one.kind)]) for one in documents],
        results=[one for one in documents if one.kind == DocumentKind.RESULT and stands(view, one)],
        form03=next((one for one in documents if one.kind == DocumentKind.FORM_03), None),
        sections=[
            (section, answer_rows(view, section))
            for section in forms.visible(view.content.form, view.answers)
        ],
    )


def stands(view: DossierView, document: DocumentView) -> bool:
    """Whether a result is of the decision that stands: none since has reopened the dossier."""
    return all(one.at < document.created_at for one in view.timeline if one.name == "dossier.reopened")


def _consulted(session: Session, view: DossierView) -> dict[str, str]:
    """The names of the agencies that were asked for their opinion, by id."""
    asked = frozenset(view.consulted_agency_ids)
    return {str(one): name for one, _, name in people.agencies_of(session, asked)} if asked else {}


def path_of(view: DossierView, consulted: Mapping[str, str]) -> list[dict[str, Any]]:
    """What happened, newest on top, with what comes next above it; `consulted`: agencies asked, by id."""
    entries: list[dict[str, Any]] = []
    for event in view.timeline:
        if event.name in OF_DRAFT:
            continue
        kind = "you" if event.name in OF_APPLICANT else ""
        text = _about(event.name, view)
        if event.name == "dossier.consulted":
            text = f"{consulted.get(event.data['agency_id'], 'Một cơ quan khác')}."
        entries.append({"title": label_of(event.name), "text": text, "at": event.at, "kind": kind})
    if entries and view.status not in END and view.status is not Status.SETTLED:
        entries[-1] = {**entries[-1], "kind": "now"}
    following = _next(view)
    if following:
        entries.append({"title": following[0], "text": following[1], "at": None, "kind": "next"})
    return entries[::-1]


def _about(name: str, view: DossierView) -> str:
    match name:
        case "dossier.submitted":
            count = len(view.manifest)
            papers = f"{count} tệp giấy tờ, đã niêm phong. " if count else ""
            return f"{papers}Mã tra cứu {view.reference}."
        case "dossier.accepted" if view.due_at is not None:
            due = f"Hẹn trả {weekday_date(view.due_at)}."
            if view.elsewhere:
                return f"{view.receiving_agency_name}, để chuyển tới {view.agency_name}."
            return f"{view.agency_name}. {due}"
        case "dossier.accepted" if view.elsewhere:
            return f"{view.receiving_agency_name}, để chuyển tới {view.agency_name}."
        case "dossier.forwarded":
            return f"Từ {view.receiving_agency_name} tới {view.agency_name}."
        case "dossier.taken_over" if view.due_at is not None:
            return f"{view.agency_name}. Hẹn trả {weekday_date(view.due_at)}."
        case "dossier.refused":
            return f"{view.agency_name}. Lý do ghi trong phiếu mẫu 03."
        case "dossier.claimed" | "dossier.released":
            return f"{view.agency_name}."
        case "dossier.result_sent":
            return "Mã vận đơn ở mục “Nhận kết quả”."
        case "dossier.fee_settled":
            paid = sum(one.amount_vnd for one in view.fees if one.settled_at)
            return f"Đã thu {dong(paid)}."
        case "dossier.payment_received":
            return "Biên lai, hoặc tiền cần hoàn, xem ở mục Phí, lệ phí và Văn bản."
        case "dossier.approved" | "dossier.rejected" if view.decision is not None:
            signer = f"Người quyết định: {view.decision.signer}. " if view.decision.signer else ""
            return signer + (view.decision.ground if name == "dossier.rejected" else "")
        case _:
            return ""


def _next(view: DossierView) -> tuple[str, str] | None:
    match view.status:
        case Status.SUBMITTED if view.reception_due_at is not None:
            until = datetime_vi(view.reception_due_at)
            return "Tiếp theo: trả lời có tiếp nhận hay không", f"Chậm nhất {until}."
        case Status.ACCEPTED if view.on_the_way:
            where = f"{view.agency_name} nhận hồ sơ"
            return f"Tiếp theo: {where}", "Thời hạn giải quyết và ngày hẹn tính từ lúc đó."
        case Status.ACCEPTED:
            return "Tiếp theo: cán bộ giải quyết", "Bạn thấy ở đây khi có người nhận việc."
        case Status.PROCESSING:
            return "Tiếp theo: ký và trả kết quả", "Bạn nhận thư khi có kết quả."
        case Status.SETTLED:
            return "Tiếp theo: trả kết quả cho bạn", ""
        case _:
            return None


@get(
    "/ho-so/{dossier_id:uuid}/tai-lieu/{document_id:uuid}",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
)
def document(
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    document_id: FromPath[UUID],
) -> Response[Any]:
    """A document of one's own dossier, for a minute, from the store.

    Raises:
        DossierNotFound: it is not one's own; officers open documents at the desk, where it is logged.
    """
    owner, found = desk_queries.document(session, actor, dossier_id, document_id)
    if owner.applicant_id != actor.id:
        raise access.DossierNotFound
    return see_other(desk_queries.document_url(storage, owner, found))


route_handlers: list[Any] = [mine, show, document]
