"""Failures of the system and planned stops of it: noted, ended, how long the repair took."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from auth.actor import Role
from auth.http import CurrentActor, requires
from dossiers import incidents
from dossiers.calendar_models import IncidentScope
from portal.core.clock import local, now
from portal.core.errors import DomainError
from portal.core.http import DbSession
from portal.web.content_posts import read_moment
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, done, page, see_other

LIST: Final = "/quan-tri/su-co"
KEEPER: Final = requires(Role.ADMINISTRATOR)
FIELDS: Final = ("title", "scope", "code", "began_at", "planned")
SCOPES: Final = [
    (IncidentScope.ALL.value, "Toàn hệ thống"),
    (IncidentScope.AGENCY.value, "Một cơ quan"),
    (IncidentScope.PROCEDURE.value, "Một thủ tục"),
]
_SEEN: dict[str, Any] = {"sync_to_thread": True, "include_in_schema": False, "guards": [KEEPER]}
_POSTED: dict[str, Any] = {**_SEEN, "dependencies": WITH_FORM}


@get(LIST, **_SEEN)
def listing(request: AnyRequest, session: DbSession) -> Response[Any]:
    """What does not work now, what did not, and the form that notes another."""
    return _page(request, session, {}, {})


def _page(
    request: AnyRequest, session: Session, typed: dict[str, str], mistakes: dict[str, str], status: int = 200
) -> Response[Any]:
    rows = incidents.listed(session)
    instant = f"{local(now()):%H:%M %d/%m/%Y}"
    return page(
        request,
        "admin/incidents.html",
        status_code=status,
        has_errors=bool(mistakes),
        lasting=[row for row in rows if row.ended_at is None],
        over=[row for row in rows if row.ended_at is not None],
        scopes=SCOPES,
        instant=instant,
        typed=dict.fromkeys((*FIELDS, "ended_at"), "") | {"scope": "all", "began_at": instant} | typed,
        mistakes=mistakes,
        problem_lines=[{"href": f"#{name}", "message": told} for name, told in mistakes.items()],
    )


@post(LIST, **_POSTED)
def note(request: AnyRequest, session: DbSession, actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Note a failure; the public is told while it lasts."""
    typed = {name: form.get(name)[:1000].strip() for name in FIELDS}
    began_at = read_moment(typed["began_at"])
    if began_at is None:
        return _page(request, session, typed, {"began_at": "Ghi giờ và ngày, ví dụ 08:15 01/12/2026"}, 422)
    if typed["scope"] not in dict(SCOPES):
        return _page(request, session, typed, {"scope": "Chọn phạm vi"}, 422)
    try:
        incidents.note(
            session,
            actor,
            scope=IncidentScope(typed["scope"]),
            title=typed["title"],
            began_at=began_at,
            code=typed["code"],
            planned=bool(typed["planned"]),
        )
    except DomainError as error:
        session.rollback()
        field = (error.extra.get("errors") or [{"field": "title"}])[0]["field"]
        return _page(request, session, typed, {field: error.detail}, error.status)
    return see_other(LIST, done("Đã ghi sự cố. Người dân thấy thông báo từ bây giờ."))


@post(f"{LIST}/{{incident_id:uuid}}/ket-thuc", **_POSTED)
def end(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    incident_id: FromPath[UUID],
    form: PostedForm,
) -> Response[Any]:
    """Note that it works again; the worker moves every clock in its scope."""
    typed = form.get("ended_at")[:100].strip()
    ended_at, place = read_moment(typed), f"het-{incident_id}"
    if ended_at is None:
        told = "Ghi giờ và ngày, ví dụ 10:30 01/12/2026"
        return _page(request, session, {"ended_at": typed}, {place: told}, 422)
    try:
        incidents.end(session, actor, incident_id, ended_at=ended_at)
    except incidents.IncidentOver:
        session.rollback()
        return see_other(LIST)
    except DomainError as error:
        if error.status == 404:
            raise
        session.rollback()
        return _page(request, session, {"ended_at": typed}, {place: error.detail}, error.status)
    return see_other(LIST, done("Đã ghi là dùng lại được. Hạn của các hồ sơ liên quan đang được lùi."))


route_handlers: list[Any] = [listing, note, end]
