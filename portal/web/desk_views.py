"""More of the desk's looks: what one follows, views under names, files for spreadsheets, days and loads."""

import calendar as months
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter
from sqlmodel import Session

from auth import queries as people
from auth.access_log import note_readings
from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import calendars, desk_figures, inbox, saved_filters, watching
from dossiers.controllers import OFFICER, day_end
from dossiers.queries import DossierRow
from dossiers.workflow import label
from portal.core.calendar import Day, OutsideCalendar, WorkCalendar
from portal.core.clock import local, today
from portal.core.errors import DomainError, Invalid, NotFound
from portal.core.http import DbSession
from portal.core.spreadsheets import XLSX, csv_text, xlsx
from portal.core.storage import attachment_disposition
from portal.core.text import clean
from portal.web import sought
from portal.web.officer import CHANNELS, NAMES, unit_name
from portal.web.officer_acts import ACT, AT, PostedAct
from portal.web.pages import WITH_FORM, AnyRequest, Notice, PostedForm, done, page, see_other

MOST: Final = 2_000  # lines of an export
COLUMNS: Final = (
    ("Số hồ sơ", 26), ("Mã tra cứu", 12), ("Người nộp", 26), ("Mã thủ tục", 14), ("Thủ tục", 44),
    ("Kênh nộp", 14), ("Trạng thái", 24), ("Cơ quan tiếp nhận", 34), ("Nộp lúc", 17), ("Tiếp nhận lúc", 17),
    ("Hẹn trả", 17),
)  # fmt: skip
READ: dict[str, Any] = {"sync_to_thread": True, "include_in_schema": False, "guards": [OFFICER]}
Text: TypeAlias = Annotated[str, QueryParameter(max_length=120, required=False)]
Typed: TypeAlias = Annotated[str, QueryParameter(name="query", max_length=120, required=False)]
Sealed: TypeAlias = Annotated[str, QueryParameter(name="tim", max_length=1000, required=False)]


@post(f"{AT}/theo-doi", **ACT)
def follow(desk: PostedAct) -> Response[Any]:
    """Follow the dossier, or no longer."""
    back = f"/can-bo/ho-so/{desk.dossier_id}"
    if desk.form.get("bo"):
        watching.unwatch(desk.session, desk.actor, desk.dossier_id)
        return see_other(back, done("Đã bỏ theo dõi."))
    try:
        watching.watch(desk.session, desk.actor, desk.dossier_id)
    except NotFound:
        raise
    except DomainError as refused:
        desk.session.rollback()
        return see_other(back, Notice("bad", refused.detail))
    return see_other(back, done("Đang theo dõi hồ sơ này. Xem ở danh sách “Đang theo dõi”."))


@post("/can-bo/bo-loc", **READ, dependencies=WITH_FORM)
def keep(session: DbSession, actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Keep the present view under a name, or delete one that was kept."""
    given = {name: form.get(name)[:80] for name in ("name", "view", "procedure", "channel")}
    place = {name: given[name] for name in ("view", "procedure", "channel") if given[name]}
    back = f"/can-bo?{urlencode(place)}"
    try:
        if form.get("bo"):
            saved_filters.remove(session, actor, UUID(form.get("bo")))
            return see_other("/can-bo", done("Đã xóa bộ lọc."))
        saved_filters.save(session, actor, **given)
    except (DomainError, ValueError) as refused:
        session.rollback()
        told = refused.detail if isinstance(refused, DomainError) else "Không có bộ lọc này."
        return see_other(back, Notice("bad", told))
    return see_other(back, done(f"Đã lưu bộ lọc “{clean(given['name'], max_length=80)}”."))


def _listed(
    session: Session, actor: Actor, view: str, query: str, procedure: str, channel: str
) -> list[DossierRow]:
    """The lines of a view, page after page, at most MOST; that they left is logged, dossier by dossier."""
    found: list[DossierRow] = []
    after: str | None = None
    while len(found) < MOST:
        part = inbox.desk(
            session,
            actor,
            view=view,
            day_end=day_end(),
            after=after,
            limit=min(500, MOST - len(found)),
            query=query or None,
            code=procedure or None,
            channel=channel or None,
        )
        found += part.items
        after = part.next
        if after is None:
            break
    if after is not None:
        told = f"Danh sách có hơn {MOST} dòng, mỗi tệp nhiều nhất {MOST} dòng. Lọc bớt rồi tải."
        raise Invalid(told, most=MOST)
    for start in range(0, len(found), 500):
        note_readings(session, actor, [one.id for one in found[start : start + 500]], "export")
    return found


def _rows(found: list[DossierRow]) -> Iterator[tuple[object, ...]]:
    channels = dict(CHANNELS)
    for one in found:
        yield (
            one.number, one.reference, one.applicant_name, one.procedure_code, one.procedure_name,
            channels[one.channel], label(one.status), one.agency_name, one.submitted_at, one.accepted_at,
            one.due_at,
        )  # fmt: skip


def _plain(value: object) -> object:
    return f"{local(value):%d/%m/%Y %H:%M}" if isinstance(value, datetime) else value


def _found(
    session: Session, actor: Actor, view: str, typed: str, sealed: str, procedure: str, channel: str
) -> list[DossierRow]:
    text = clean(typed, max_length=120) or sought.opened(actor, sealed)
    channel = channel if channel in dict(CHANNELS) else ""
    return _listed(session, actor, view, text, clean(procedure, max_length=40), channel)


def _file(content: bytes | str, kind: str, view: str, ending: str) -> Response[Any]:
    headers = {
        "content-disposition": attachment_disposition(f"Ho so {view} {today():%d-%m-%Y}.{ending}"),
        "cache-control": "no-store",
    }
    return Response(content, media_type=kind, headers=headers)


@get("/can-bo/xuat.xlsx", **READ)
def as_workbook(
    session: DbSession,
    actor: CurrentActor,
    view: Text = "to_receive",
    typed: Typed = "",
    sealed: Sealed = "",
    procedure: Text = "",
    channel: Text = "",
) -> Response[Any]:
    """The present view as a workbook."""
    found = _found(session, actor, view, typed, sealed, procedure, channel)
    return _file(xlsx(COLUMNS, _rows(found), sheet=NAMES[view]), XLSX, view, "xlsx")


@get("/can-bo/xuat.csv", **READ)
def as_csv(
    session: DbSession,
    actor: CurrentActor,
    view: Text = "to_receive",
    typed: Typed = "",
    sealed: Sealed = "",
    procedure: Text = "",
    channel: Text = "",
) -> Response[Any]:
    """The present view as CSV: text stays text, whatever it begins with."""
    found = _found(session, actor, view, typed, sealed, procedure, channel)
    heads = [column for column, _ in COLUMNS]
    content = csv_text([heads, *([_plain(one) for one in row] for row in _rows(found))])
    return _file(content, "text/csv", view, "csv")


@get("/can-bo/lich-han", **READ)
def due_calendar(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    month: Annotated[str, QueryParameter(name="thang", max_length=7, required=False)] = "",
) -> Response[Any]:
    """A month with how many dossiers are due on each day, days off marked."""
    first = _month(month)
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    counts = desk_figures.due_days(session, actor, weeks[0][0], weeks[-1][-1])
    work = calendars.of(session, min(actor.agency_ids, default=None))
    return page(
        request,
        "desk/due_days.html",
        unit=unit_name(session, actor),
        first=first,
        before=(first - timedelta(days=1)).strftime("%Y-%m"),
        after=(first + timedelta(days=32)).strftime("%Y-%m"),
        weeks=[
            [
                {
                    "day": day,
                    "many": counts.get(day, 0),
                    "href": f"/can-bo?view=unit&after={inbox.from_day(day)}",
                    "here": day.month == first.month,
                    "what": _what(work, day),
                }
                for day in week
            ]
            for week in weeks
        ],
        today=today(),
        most=max(counts.values(), default=0),
        total=sum(many for day, many in counts.items() if day.month == first.month),
    )


def _what(work: WorkCalendar, day: date) -> Day | None:
    """What sort of day it is; None beyond the calendar."""
    try:
        return work.day(day)
    except OutsideCalendar:
        return None


def _month(text: str) -> date:
    """The first day of the month asked for; this month where none is told."""
    try:
        day = date.fromisoformat(f"{text}-01") if text else today()
    except ValueError:
        day = today()
    return day.replace(day=1) if 2000 <= day.year < 2100 else today().replace(day=1)


@get("/can-bo/khoi-luong", **READ)
def workload(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    agency: Annotated[str, QueryParameter(name="co_quan", max_length=40, required=False)] = "",
) -> Response[Any]:
    """What each officer holds, for whoever heads the agency."""
    headed = people.agencies_of(session, actor.headed_ids)
    chosen = next((one for one in headed if one[1] == agency), headed[0] if headed else None)
    loads = desk_figures.workload(session, actor, chosen[0]) if chosen else []
    return page(
        request,
        "desk/workload.html",
        unit=unit_name(session, actor),
        agencies=headed,
        chosen=chosen,
        loads=loads,
        most=max((one.held for one in loads), default=0),
    )


route_handlers: list[Any] = [follow, keep, as_workbook, as_csv, due_calendar, workload]
