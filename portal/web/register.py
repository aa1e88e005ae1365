"""The register of dossiers at the desk: on the page, on paper, as a workbook; and paper by the pile."""

import contextlib
from datetime import date
from typing import Annotated, Any, TypeAlias
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter
from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import printing, registers
from dossiers.controllers import OFFICER
from dossiers.documents import office
from dossiers.documents_contents import RETURN_WAYS
from dossiers.documents_pdf import PRESS
from dossiers.documents_register import TEMPLATE, leaves
from dossiers.documents_sets import set_on
from dossiers.models import DocumentKind
from portal.core.clock import today
from portal.core.errors import DomainError, Forbidden, Invalid, NotFound
from portal.core.http import AppSettings, AppStorage, DbSession
from portal.core.paging import BadCursor
from portal.core.spreadsheets import XLSX, xlsx
from portal.core.storage import attachment_disposition
from portal.web.days import WRONG, read_near_day
from portal.web.officer import unit_name
from portal.web.officer_acts import ACT, AT, PostedAct
from portal.web.pages import WITH_FORM, AnyRequest, Notice, PostedForm, done, page, see_other

HERE = "/can-bo/so-theo-doi"
COLUMNS = (
    ("TT", 6), ("Mã hồ sơ", 26), ("Tên thủ tục hành chính", 44), ("Số bộ", 7), ("Tên cá nhân, tổ chức", 26),
    ("Địa chỉ, số điện thoại", 36), ("Cơ quan chủ trì giải quyết", 34), ("Ngày, giờ nhận", 17),
    ("Ngày, giờ hẹn trả", 17), ("Ngày, giờ trả kết quả", 17), ("Cách nhận kết quả", 18), ("Ghi chú", 30),
)  # fmt: skip
Agency: TypeAlias = Annotated[str, QueryParameter(name="co_quan", max_length=40, required=False)]
Since: TypeAlias = Annotated[str, QueryParameter(name="tu", max_length=10, required=False)]
After: TypeAlias = Annotated[str, QueryParameter(name="sau", max_length=60, required=False)]
Until: TypeAlias = Annotated[str, QueryParameter(name="den", max_length=10, required=False)]
READ: dict[str, Any] = {"sync_to_thread": True, "include_in_schema": False, "guards": [OFFICER]}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which book: the agencies to choose from, the one chosen, the days; `mistakes` by field."""

    agencies: list[tuple[UUID, str, str]]
    agency: tuple[UUID, str, str]
    since: date
    until: date
    mistakes: dict[str, str]

    @property
    def query(self) -> str:
        """The choices as a query string."""
        return f"co_quan={quote(self.agency[1])}&tu={self.since}&den={self.until}"


def _asked(session: Session, actor: Actor, code: str, since: str, until: str) -> Asked:
    """The choices made; what is missing or unreadable is this month of the first agency."""
    served = people.agencies_of(session, actor.agency_ids)
    if not served:
        raise Forbidden("Bạn chưa thuộc cơ quan nào có sổ theo dõi.")
    mistakes: dict[str, str] = {}
    last = _day(until, "den", mistakes) or today()
    first = _day(since, "tu", mistakes) or last.replace(day=1)
    chosen = next((one for one in served if one[1] == code), served[0])
    return Asked(agencies=served, agency=chosen, since=first, until=last, mistakes=mistakes)


def _day(text: str, field: str, mistakes: dict[str, str]) -> date | None:
    if not text.strip():
        return None
    if (day := read_near_day(text)) is not None:
        return day
    mistakes[field] = f"{WRONG}."
    return None


@get(HERE, **READ)
def register(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    agency: Agency = "",
    since: Since = "",
    until: Until = "",
    after: After = "",
) -> Response[Any]:
    """A period of the register, a page at a time, in the order of numbers."""
    asked = _asked(session, actor, agency, since, until)
    try:
        return _page(request, session, actor, asked, after)
    except BadCursor:
        return see_other(f"{HERE}?{asked.query}")


def _page(
    request: AnyRequest,
    session: Session,
    actor: Actor,
    asked: Asked,
    after: str,
    *,
    problem: str = "",
    chosen: frozenset[UUID] = frozenset(),
    kind: str = DocumentKind.FORM_01,
    status_code: int = 200,
) -> Response[Any]:
    mistakes, book, lines = dict(asked.mistakes), None, []
    try:
        book = registers.opened(session, actor, asked.agency[0], asked.since, asked.until, after)
        lines = registers.entries(session, actor, book, registers.LINES + 1)
    except BadCursor:
        raise
    except Invalid as wrong:
        mistakes |= {one["field"]: one["message"] for one in wrong.extra["errors"]}
    more = len(lines) > registers.LINES
    shown = lines[: registers.LINES]
    return page(
        request,
        "desk/register.html",
        status_code=status_code,
        unit=unit_name(session, actor),
        asked=asked,
        mistakes=mistakes,
        has_errors=bool(mistakes or problem),
        book=book,
        lines=shown,
        next_href=f"{HERE}?{asked.query}&sau={quote(shown[-1].entry.number)}" if more else None,
        first_href=f"{HERE}?{asked.query}" if after else None,
        after=after,
        ways=RETURN_WAYS,
        printed=registers.PRINTED,
        taken=registers.TAKEN,
        kinds=printing.KINDS.items(),
        kind=kind,
        chosen=chosen,
        problem=problem,
    )


def _book(
    session: Session, actor: Actor, code: str, since: str, until: str, after: str = ""
) -> tuple[Asked, registers.Book]:
    """The part of the book that a file is made of.

    Raises:
        Invalid: the days are no period; Forbidden, BadCursor: as `registers.opened`.
    """
    asked = _asked(session, actor, code, since, until)
    if asked.mistakes:
        raise Invalid("Ngày nhập chưa đúng.", errors=_errors(asked.mistakes))
    return asked, registers.opened(session, actor, asked.agency[0], asked.since, asked.until, after)


def _errors(mistakes: dict[str, str]) -> list[dict[str, str]]:
    return [{"field": field, "message": message} for field, message in mistakes.items()]


def _file(content: bytes, kind: str, name: str, *, shown: bool = False) -> Response[bytes]:
    disposition = attachment_disposition(name)
    if shown:
        disposition = disposition.replace("attachment", "inline", 1)
    headers = {"content-disposition": disposition, "cache-control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def _name(asked: Asked, ending: str) -> str:
    return f"So theo doi ho so {asked.agency[1]} {asked.since:%d-%m-%Y} {asked.until:%d-%m-%Y}.{ending}"


@get(f"{HERE}.pdf", **READ)
def on_paper(
    session: DbSession,
    settings: AppSettings,
    actor: CurrentActor,
    agency: Agency = "",
    since: Since = "",
    until: Until = "",
    after: After = "",
) -> Response[bytes]:
    """PRINTED lines of the period from a place on, as form 07 (06 in the set of 2018).

    Source: Circular 03/2025/TT-VPCP, annex I, form 07.
    """
    asked, book = _book(session, actor, agency, since, until, after)
    told = leaves(
        office(session, asked.agency[0]),
        [line.entry for line in registers.entries(session, actor, book, registers.PRINTED)],
        since=asked.since,
        until=asked.until,
        form_set=set_on(asked.until),
        demo=settings.demo,
    )
    return _file(PRESS.template(TEMPLATE, told), "application/pdf", _name(asked, "pdf"), shown=True)


@get(f"{HERE}.xlsx", **READ)
def as_workbook(
    session: DbSession,
    actor: CurrentActor,
    agency: Agency = "",
    since: Since = "",
    until: Until = "",
) -> Response[bytes]:
    """The whole period for a spreadsheet, with the columns of form 07."""
    asked, book = _book(session, actor, agency, since, until)
    if book.lines > registers.TAKEN:
        most = registers.TAKEN
        raise Invalid(
            f"Kỳ này có {book.lines} dòng, mỗi tệp nhiều nhất {most} dòng. Chọn kỳ ngắn hơn.", most=most
        )
    entries = [line.entry for line in registers.entries(session, actor, book, registers.TAKEN)]
    rows = (
        (
            one.position, one.number, one.procedure, 1, one.applicant, one.contact, one.competent,
            one.accepted_at, one.due_at, one.returned_at, RETURN_WAYS[one.return_way], one.note,
        )
        for one in entries
    )  # fmt: skip
    return _file(xlsx(COLUMNS, rows, sheet="Sổ theo dõi hồ sơ"), XLSX, _name(asked, "xlsx"))


@post("/can-bo/in", **READ, dependencies=WITH_FORM)
def print_chosen(
    request: AnyRequest, session: DbSession, storage: AppStorage, actor: CurrentActor, form: PostedForm
) -> Response[Any]:
    """A document of each chosen dossier, or of each on the page, as one file; else back to the book."""
    whole = bool(form.get("ca_trang"))
    chosen = frozenset(_ids(form.all("hien" if whole else "chon")))
    kind = form.get("kind")
    try:
        made = printing.bundle(
            session,
            storage,
            actor,
            [one for one in _ids(form.all("hien") or form.all("chon")) if one in chosen],
            DocumentKind(kind) if kind in set(DocumentKind) else DocumentKind.RESULT,
        )
    except Invalid as refused:
        session.rollback()
        asked = _asked(session, actor, form.get("co_quan"), form.get("tu"), form.get("den"))
        return _page(
            request,
            session,
            actor,
            asked,
            form.get("sau")[:60],
            problem=refused.detail,
            chosen=chosen,
            kind=kind,
            status_code=refused.status,
        )
    name = f"{printing.KINDS[DocumentKind(kind)]} {today():%d-%m-%Y}, {made.documents} ho so.pdf"
    return _file(made.pdf, "application/pdf", name, shown=True)


def _ids(texts: list[str]) -> list[UUID]:
    """The ids among what was posted."""
    found = []
    for text in texts:
        with contextlib.suppress(ValueError):
            found.append(UUID(text))
    return found


@get("/can-bo/in", sync_to_thread=False, include_in_schema=False, guards=[OFFICER])
def print_again() -> Response[Any]:
    """The address of a print, typed or reloaded: back to the book."""
    return see_other(HERE)


@post(f"{AT}/phieu-kiem-soat", **ACT)
def slip(desk: PostedAct) -> Response[Any]:
    """Have the control slip drawn as the dossier stands now."""
    back = f"/can-bo/ho-so/{desk.dossier_id}"
    try:
        printing.ask_slip(desk.session, desk.actor, desk.dossier_id)
    except NotFound:
        raise
    except DomainError as refused:
        desk.session.rollback()
        return see_other(back, Notice("bad", refused.detail))
    return see_other(
        back, done("Phiếu kiểm soát đang được lập. Vài giây nữa tải lại trang là có ở mục Văn bản.")
    )


route_handlers: list[Any] = [register, on_paper, as_workbook, print_chosen, print_again, slip]
