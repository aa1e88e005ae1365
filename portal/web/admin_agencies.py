"""The agencies as the catalogue's keepers see them: the list, a new one, and what is kept of each."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from auth.actor import Actor, Role
from auth.http import CurrentActor, requires
from auth.models import AgencyKind
from portal.core.errors import DomainError
from portal.core.http import DbSession
from portal.core.paging import BadCursor
from portal.web.days import read_day
from portal.web.pages import WITH_FORM, AnyRequest, Form, PostedForm, done, page, see_other
from services_catalog import agencies, agency_queries, queries
from services_catalog.keeping_controllers import STEWARDS

LIST = "/quan-tri/co-quan"
SEEN = requires(Role.CATALOGUE_EDITOR, Role.CATALOGUE_REVIEWER, Role.ADMINISTRATOR)
KINDS = {
    AgencyKind.MINISTRY: "Bộ, ngành",
    AgencyKind.PROVINCE: "Tỉnh, thành phố",
    AgencyKind.DEPARTMENT: "Sở, ban, ngành",
    AgencyKind.COMMUNE: "Xã, phường",
    AgencyKind.CENTRE: "Trung tâm Phục vụ hành chính công",
}
FIELDS = ("code", "name", "kind", "parent", "valid_from", "valid_to", "address", "phone")
PLACES = {
    "AgencyCodeTaken": "code",
    "CyclicParents": "parent",
    "ParentNotThere": "parent",
    "ChildrenLeft": "valid_to",
    "StillOffers": "valid_to",
}
After = Annotated[str, QueryParameter(max_length=4000, required=False)]
_SEEN: dict[str, Any] = {"sync_to_thread": True, "include_in_schema": False, "guards": [SEEN]}
_KEPT: dict[str, Any] = {
    "sync_to_thread": True,
    "include_in_schema": False,
    "guards": [STEWARDS],
    "dependencies": WITH_FORM,
}


def _may_keep(actor: Actor) -> bool:
    return actor.has(Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR)


@get(LIST, **_SEEN)
def listing(request: AnyRequest, session: DbSession, actor: CurrentActor, after: After = "") -> Response[Any]:
    """Agencies that exist today, with how many services each offers."""
    try:
        items, following = queries.agencies(session, after=after or None, limit=100)
    except BadCursor:
        return see_other(LIST)
    return page(
        request,
        "admin/agencies.html",
        items=items,
        next=following,
        first=not after,
        kinds={kind.value: label for kind, label in KINDS.items()},
        may_keep=_may_keep(actor),
    )


def _form(
    request: AnyRequest,
    typed: dict[str, str],
    *,
    known: bool,
    may_keep: bool = True,
    mistakes: dict[str, str] | None = None,
    status: int = 200,
) -> Response[Any]:
    wrong = mistakes or {}
    return page(
        request,
        "admin/agency.html",
        status_code=status,
        has_errors=bool(wrong),
        typed=dict.fromkeys((*FIELDS, "seq"), "") | typed,
        known=known,
        may_keep=may_keep,
        kinds=[(kind.value, label) for kind, label in KINDS.items()],
        mistakes=wrong,
        problem_lines=[{"href": f"#{place}", "message": told} for place, told in wrong.items()],
    )


@get(f"{LIST}/moi", sync_to_thread=True, include_in_schema=False, guards=[STEWARDS])
def new_page(request: AnyRequest) -> Response[Any]:
    """The form of a new agency."""
    return _form(request, {"kind": AgencyKind.COMMUNE.value}, known=False)


@get(f"{LIST}/{{agency:str}}", **_SEEN)
def agency_page(
    request: AnyRequest, session: DbSession, actor: CurrentActor, agency: FromPath[str]
) -> Response[Any]:
    """What is kept of an agency."""
    facts = agency_queries.facts(session, agency)
    said = msgspec.structs.asdict(facts)
    typed = {name: str(said[name] or "") for name in FIELDS}
    typed |= {"seq": str(facts.seq), "valid_from": f"{facts.valid_from:%d/%m/%Y}"}
    typed["valid_to"] = f"{facts.valid_to:%d/%m/%Y}" if facts.valid_to else ""
    return _form(request, typed, known=True, may_keep=_may_keep(actor))


@post(f"{LIST}/moi", **_KEPT)
def create(request: AnyRequest, session: DbSession, actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Make an agency."""
    typed = _typed(form)
    given, mistakes = _given(typed)
    if given is None:
        return _form(request, typed, known=False, mistakes=mistakes, status=422)
    try:
        agencies.create(session, given, actor.id)
    except DomainError as error:
        session.rollback()
        return _form(request, typed, known=False, mistakes=_mistake(error), status=error.status)
    return see_other(LIST, done(f"Đã thêm {given.name}."))


@post(f"{LIST}/{{agency:str}}", **_KEPT)
def change(
    request: AnyRequest, session: DbSession, actor: CurrentActor, agency: FromPath[str], form: PostedForm
) -> Response[Any]:
    """Change an agency: all that is kept of it is given anew."""
    seq = form.seq()
    typed = _typed(form) | {"code": agency_queries.facts(session, agency).code, "seq": form.get("seq")}
    given, mistakes = _given(typed)
    if given is None:
        return _form(request, typed, known=True, mistakes=mistakes, status=422)
    try:
        agencies.change(session, given, actor.id, seq=seq)
    except DomainError as error:
        session.rollback()
        typed["seq"] = str(agency_queries.facts(session, agency).seq)
        return _form(request, typed, known=True, mistakes=_mistake(error), status=error.status)
    return see_other(f"{LIST}/{given.code}", done(f"Đã lưu {given.name}."))


def _typed(form: Form) -> dict[str, str]:
    return {name: form.get(name)[:2000].strip() for name in FIELDS}


def _given(typed: dict[str, str]) -> tuple[agencies.Given | None, dict[str, str]]:
    """What was typed as an agency, or what is wrong with it."""
    begins, ends = read_day(typed["valid_from"]), read_day(typed["valid_to"])
    mistakes = {}
    if not typed["name"]:
        mistakes["name"] = "Nhập tên cơ quan"
    if typed["kind"] not in set(AgencyKind):
        mistakes["kind"] = "Chọn loại cơ quan"
    if begins is None:
        mistakes["valid_from"] = "Nhập ngày bắt đầu, ví dụ 01/07/2025"
    if ends is None and typed["valid_to"]:
        mistakes["valid_to"] = "Ghi ngày/tháng/năm, ví dụ 01/07/2030"
    if mistakes or begins is None:
        return None, mistakes
    return agencies.Given(
        code=typed["code"],
        name=typed["name"],
        kind=AgencyKind(typed["kind"]),
        parent=typed["parent"] or None,
        valid_from=begins,
        valid_to=ends,
        address=typed["address"],
        phone=typed["phone"],
    ), {}


def _mistake(error: DomainError) -> dict[str, str]:
    """The refusal beside the field it concerns."""
    named = error.extra.get("errors") or [{"field": PLACES.get(type(error).__name__, "name")}]
    return {named[0]["field"]: error.detail}


route_handlers: list[Any] = [listing, new_page, agency_page, create, change]
