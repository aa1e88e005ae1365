"""The officer's desk: the inbox, a dossier with its files and answers, and what is downloaded."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from auth import queries as people
from auth.access_log import note_reading
from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import attachments, calendars, desk_queries, desk_search, queries, saved_filters, views
from dossiers.controllers import OFFICER, day_end
from dossiers.inbox import VIEWS, desk, desk_counts
from dossiers.queries import DossierRow
from dossiers.workflow import Status
from portal.core.calendar import WorkCalendar
from portal.core.clock import now
from portal.core.http import AppStorage, DbSession
from portal.core.paging import BadCursor
from portal.core.text import clean
from portal.web import bulk_words, money_acts, sought
from portal.web.desk_dossier import desk_page
from portal.web.due import When, shift, to_forward, when
from portal.web.pages import AnyRequest, page, see_other

NAMES = {
    "to_receive": "Chờ tiếp nhận",
    "to_forward": "Chờ chuyển đi",
    "to_take_over": "Chuyển đến, chờ nhận",
    "mine": "Việc của tôi",
    "unit": "Đang giải quyết",
    "due_today": "Hạn hôm nay",
    "overdue": "Quá hạn",
    "waiting": "Chờ người dân",
    "withdrawal": "Xin rút",
    "asked": "Chờ ý kiến",
    "settled": "Chờ trả kết quả",
    "watched": "Đang theo dõi",
    "all": "Tất cả",
}
EMPTY = {
    "to_receive": "Không có hồ sơ nào chờ tiếp nhận.",
    "to_forward": "Không có hồ sơ nào chờ chuyển tới cơ quan khác.",
    "to_take_over": "Không có hồ sơ nào được chuyển đến chờ nhận.",
    "mine": "Bạn chưa giữ hồ sơ nào. Nhận việc từ “Đang giải quyết”.",
    "unit": "Đơn vị không có hồ sơ nào đang giải quyết.",
    "due_today": "Không có hồ sơ nào đến hạn hôm nay.",
    "overdue": "Không có hồ sơ nào quá hạn.",
    "waiting": "Không có hồ sơ nào chờ người dân bổ sung hoặc nộp tiền.",
    "withdrawal": "Không có ai xin rút hồ sơ.",
    "asked": "Không có hồ sơ nào của cơ quan khác chờ ý kiến của đơn vị.",
    "settled": "Không có kết quả nào chờ trả.",
    "watched": "Bạn chưa theo dõi hồ sơ nào. Bấm “Theo dõi” ở trang hồ sơ.",
    "all": "Đơn vị chưa nhận hồ sơ nào.",
}
SELDOM = ("to_forward", "to_take_over")  # shown when something waits there
# Views whose order is that of the column of dates.
BY_DUE = ("to_forward", "mine", "unit", "due_today", "overdue", "asked")
LINES = {"100": 100, "500": 500}  # longer pages, for acts on many at once
CHANNELS = (("online", "Trực tuyến"), ("counter", "Tại quầy"), ("post", "Qua bưu điện"))
POSTED_TO = (
    "tiep-nhan", "khong-tiep-nhan", "nhan-viec", "tra-lai", "thu-phi", "quyet-dinh", "tra-ket-qua",
    "rut-yeu-cau", "dung", "giu-ho-so", "gia-han", *money_acts.POSTED_TO,
)  # fmt: skip
Text = Annotated[str, QueryParameter(max_length=120, required=False)]


class Line(msgspec.Struct, frozen=True):
    """A row of the inbox."""

    row: DossierRow
    when: When | None
    holder: str


@get("/can-bo", sync_to_thread=True, include_in_schema=False, guards=[OFFICER])
def inbox(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    view: Text = "",
    typed: Annotated[str, QueryParameter(name="query", max_length=120, required=False)] = "",
    sealed: Annotated[str, QueryParameter(name="tim", max_length=1000, required=False)] = "",
    procedure: Text = "",
    channel: Text = "",
    after: Annotated[str, QueryParameter(max_length=400, required=False)] = "",
    lines: Annotated[str, QueryParameter(name="dong", max_length=3, required=False)] = "",
) -> Response[Any]:
    """A view of the unit's dossiers, soonest due first; every filter is in the address, persons sealed."""
    counts = desk_counts(session, actor, day_end=day_end())
    chosen = (
        view if view in VIEWS else "mine" if counts["mine"] and not counts["to_receive"] else "to_receive"
    )
    text = clean(typed, max_length=120) or sought.opened(actor, sealed)
    procedure = clean(procedure, max_length=40)
    channel = channel if channel in dict(CHANNELS) else ""
    try:
        found = _found(session, actor, chosen, text, procedure, channel, after, LINES.get(lines, 25))
    except BadCursor:
        return see_other(f"/can-bo?view={chosen}")
    instant = now()
    calendar = calendars.of(session, min(actor.agency_ids, default=None))
    kept = {"view": chosen, "query": text, "procedure": procedure, "channel": channel}
    return page(
        request,
        "desk/inbox.html",
        unit=unit_name(session, actor),
        counts=counts,
        views=[
            (key, NAMES[key], counts.get(key))
            for key in VIEWS
            if key not in SELDOM or counts.get(key) or key == chosen
        ],
        view=chosen,
        title=NAMES[chosen],
        empty=EMPTY[chosen],
        by_due=BY_DUE,
        lines=[_line(row, actor, instant, calendar) for row in found.items],
        next=found.next,
        kept=kept,
        carried=sought.query_of(actor, text),
        understood=desk_search.understood(text),
        filtered=bool(text or procedure or channel),
        first=not after,
        procedures=desk_queries.procedures(session, actor),
        channels=CHANNELS,
        instant=instant,
        shift=shift(instant, calendar),
        saved=saved_filters.of(session, actor),
        acts=bulk_words.offered(chosen),
        key=uuid4().hex,
        long=lines if lines in LINES else "",
        longs=[("", "25"), *((one, one) for one in LINES)],
    )


def _found(
    session: DbSession,
    actor: Actor,
    view: str,
    query: str,
    procedure: str,
    channel: str,
    after: str,
    limit: int,
) -> queries.Page:
    return desk(
        session,
        actor,
        view=view,
        day_end=day_end(),
        after=after or None,
        limit=limit,
        query=query or None,
        code=procedure or None,
        channel=channel or None,
    )


def _line(row: DossierRow, actor: Actor, instant: Any, calendar: WorkCalendar) -> Line:
    due = forward_when(row, instant, calendar) or when(
        Status.PROCESSING if row.answer_by else row.status,  # an answer is waited for whoever else waits
        reception_due_at=row.reception_due_at,
        due_at=row.answer_by or row.due_at,
        now=instant,
        calendar=calendar,
    )
    holder = "–" if row.holder_id is None else "Bạn" if row.holder_id == actor.id else "Đồng nghiệp"
    return Line(row, due, holder)


def forward_when(row: DossierRow, instant: Any, calendar: WorkCalendar) -> When | None:
    """By when a dossier is sent on to the agency that settles it; None where nothing waits for that."""
    if row.status is not Status.ACCEPTED or row.forward_due_at is None or row.due_at is not None:
        return None
    if row.forwarded_at is not None:
        return When("is-paused", "Đã chuyển", "chờ cơ quan giải quyết nhận")
    return to_forward(row.forward_due_at, instant, calendar)


def unit_name(session: DbSession, actor: Actor) -> str:
    """The officer's agency as the header shows it."""
    served = people.agencies_of(session, actor.agency_ids)
    if not served:
        return ""
    return served[0][2] + (f" và {len(served) - 1} đơn vị khác" if len(served) > 1 else "")


@get("/can-bo/ho-so/{dossier_id:uuid}", sync_to_thread=True, include_in_schema=False, guards=[OFFICER])
def dossier(
    request: AnyRequest,
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    tep: Annotated[str, QueryParameter(max_length=40, required=False)] = "",
    hien: Annotated[str, QueryParameter(max_length=10, required=False)] = "",
) -> Response[Any]:
    """A dossier: files and answers on the left, the step and its acts on the right; the reading is logged."""
    view = views.detail(session, actor, dossier_id)
    if view.is_own:
        return see_other(f"/ho-so/{dossier_id}")
    note_reading(session, actor, dossier_id, "reveal" if hien else "read")
    return desk_page(request, session, storage, actor, view, file=tep, reveal=bool(hien))


@get(
    "/can-bo/ho-so/{dossier_id:uuid}/tep/{attachment_id:uuid}",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[OFFICER],
)
def file(
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    attachment_id: FromPath[UUID],
) -> Response[Any]:
    """A checked file of the dossier, for a minute, from the store; the opening is logged."""
    url, found = attachments.download_url(session, storage, actor, dossier_id, attachment_id)
    if found.applicant_id != actor.id:
        note_reading(session, actor, dossier_id, "file")
    return see_other(url)


@get(
    "/can-bo/ho-so/{dossier_id:uuid}/tai-lieu/{document_id:uuid}",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[OFFICER],
)
def document(
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    document_id: FromPath[UUID],
) -> Response[Any]:
    """A document of the dossier, for a minute, from the store; the opening is logged."""
    owner, found = desk_queries.document(session, actor, dossier_id, document_id)
    if owner.applicant_id != actor.id:
        note_reading(session, actor, dossier_id, "document")
    return see_other(desk_queries.document_url(storage, owner, found))


@get(
    [f"/can-bo/ho-so/{{dossier_id:uuid}}/{act}" for act in POSTED_TO],
    sync_to_thread=False,
    include_in_schema=False,
    guards=[OFFICER],
)
def reopened(dossier_id: FromPath[UUID]) -> Response[Any]:
    """The address of an act, typed or reloaded: back to the dossier."""
    return see_other(f"/can-bo/ho-so/{dossier_id}")


route_handlers: list[Any] = [inbox, dossier, file, document, reopened]
