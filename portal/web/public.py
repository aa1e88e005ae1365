"""Pages for anyone: home, tracking, checking a document, guidance, privacy, the API's page."""

from datetime import date, timedelta
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from auth import throttle
from auth.http import ClientAddress
from dossiers import calendars, incidents, statistics
from dossiers.deadlines import RECEPTION_HOURS_ONLINE
from dossiers.documents_contents import TITLES
from dossiers.models import DocumentKind
from dossiers.proof import document_by_code
from dossiers.tracking import NotTracked, Tracked, tracking
from dossiers.workflow import Status
from portal.core.calendar import DayKind, WorkCalendar
from portal.core.clock import now, today
from portal.core.errors import TooMany
from portal.core.http import AppSettings, DbSession
from portal.web.browse import EVENTS
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, page, see_other
from services_catalog.levels import Level
from services_catalog.public_queries import stops
from services_catalog.queries import Filters, search

AHEAD = timedelta(days=7)


def holiday_ahead(on: date, calendar: WorkCalendar) -> tuple[date, str, bool] | None:
    """The next day off within a week that is no weekend: the day, its name, whether it is today."""
    for days in range(AHEAD.days + 1):
        day = on + timedelta(days=days)
        what = calendar.day(day)
        if what.kind in (DayKind.HOLIDAY, DayKind.SWAP_OFF):
            return day, what.name, days == 0
    return None


@get("/", sync_to_thread=True, include_in_schema=False)
def home(request: AnyRequest, session: DbSession, settings: AppSettings) -> Response[Any]:
    """Search, tracking, life events, what can be filed online, and how well we work."""
    rates = statistics.online_rates(session, everyone=settings.province_name)
    return page(
        request,
        "public/home.html",
        holiday=holiday_ahead(today(), calendars.of(session, None)),
        events=EVENTS,
        stops=stops(session),
        incidents=incidents.lasting(session),
        now=now(),
        full=search(session, filters=Filters(level=Level.FULL), limit=6).items,
        partial=search(session, filters=Filters(level=Level.PARTIAL), limit=2).items,
        rates=rates.total,
        period=rates,
    )


@get("/tra-cuu", sync_to_thread=True, include_in_schema=False)
def tracking_page(request: AnyRequest) -> Response[Any]:
    """The form of public tracking."""
    return _tracking_page(request)


@post("/tra-cuu", status_code=200, sync_to_thread=True, include_in_schema=False, dependencies=WITH_FORM)
def track(request: AnyRequest, session: DbSession, address: ClientAddress, form: PostedForm) -> Response[Any]:
    """The stage of a dossier; one answer for every failure. POST keeps the digits out of addresses."""
    number, factor = form.get("number")[:60], form.get("factor")[:16]
    try:
        throttle.tracking(address, number)
        found = tracking(session, number=number, factor=factor)
    except (NotTracked, TooMany) as refusal:
        return _tracking_page(request, number=number, refusal=refusal)
    return _tracking_page(request, number=number, found=found)


def _tracking_page(
    request: AnyRequest,
    *,
    number: str = "",
    found: Tracked | None = None,
    refusal: NotTracked | TooMany | None = None,
) -> Response[Any]:
    return page(
        request,
        "public/tracking.html",
        status_code=refusal.status if refusal else 200,
        headers=refusal.headers if refusal else None,
        has_errors=refusal is not None,
        number=number,
        found=found,
        problem=refusal.detail if refusal else None,
        path_of=path_of,
        reception_hours=RECEPTION_HOURS_ONLINE,
    )


def path_of(status: Status) -> list[dict[str, str]]:
    """The stages of a dossier as a path, newest on top: done, now, to come."""
    stages = ["Nộp hồ sơ", "Được tiếp nhận", "Giải quyết", "Có kết quả", "Trả kết quả"]
    places = {
        Status.SUBMITTED: 0,
        Status.ACCEPTED: 1,
        Status.PROCESSING: 2,
        Status.SUPPLEMENT: 2,
        Status.FINANCIAL_DUTY: 2,
        Status.WITHDRAWAL_ASKED: 2,
        Status.SETTLED: 3,
        Status.RETURNED: 4,
    }
    if status in (Status.REFUSED, Status.STOPPED):
        end = "Không được tiếp nhận" if status is Status.REFUSED else "Dừng xử lý"
        return [{"title": end, "kind": "now"}, {"title": stages[0], "kind": "you"}]
    place = places.get(status, 0)
    path = []
    for index, title in enumerate(stages):
        kind = "next" if index > place else "now" if index == place else "you" if index == 0 else ""
        path.append({"title": title, "kind": kind})
    return path[::-1]


@get("/kiem-tra", sync_to_thread=True, include_in_schema=False)
def verify_form(
    request: AnyRequest, code: Annotated[str, QueryParameter(max_length=100, required=False)] = ""
) -> Response[Any]:
    """Ask for the code of a document."""
    wanted = "".join(ch for ch in code.upper() if ch.isalnum())[:16]
    if wanted:
        return see_other(f"/kiem-tra/{wanted}")
    return page(request, "public/verify.html", code="", found=None)


@get("/kiem-tra/{code:str}", sync_to_thread=True, include_in_schema=False)
def verify_page(
    request: AnyRequest, session: DbSession, address: ClientAddress, code: FromPath[str]
) -> Response[Any]:
    """Whether a document is ours, by the code printed on it."""
    throttle.tracking(address, f"document:{code[:40]}")
    found = document_by_code(session, code)
    kind = TITLES[DocumentKind(found.kind)] if found else ""
    return page(
        request,
        "public/verify.html",
        status_code=200 if found else 404,
        code=code[:40],
        found=found,
        kind=kind,
    )


@get("/huong-dan", sync_to_thread=True, include_in_schema=False)
def guide(request: AnyRequest) -> Response[Any]:
    """How to file, in a few steps."""
    return page(request, "public/guide.html", reception_hours=RECEPTION_HOURS_ONLINE)


@get("/rieng-tu", sync_to_thread=True, include_in_schema=False)
def privacy(request: AnyRequest) -> Response[Any]:
    """How personal data are kept."""
    return page(request, "public/privacy.html")


@get("/docs", sync_to_thread=True, include_in_schema=False)
def api_docs(request: AnyRequest) -> Response[Any]:
    """The API's page: the document at /schema/openapi.json, drawn by a script of ours."""
    return page(request, "public/docs.html")


route_handlers: list[Any] = [
    home,
    tracking_page,
    track,
    verify_form,
    verify_page,
    guide,
    privacy,
    api_docs,
]
