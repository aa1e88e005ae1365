"""Planned stops of receiving online: what lies ahead, telling of one, calling one off."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.params import FromPath

from auth.actor import Role
from auth.http import CurrentActor, requires
from portal.core import clock
from portal.core.calendar import VIET_NAM
from portal.core.errors import DomainError, Malformed
from portal.core.http import DbSession
from portal.web.content_posts import read_moment
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, done, page, see_other
from services_catalog import downtimes, public_queries
from services_catalog.keeping_controllers import STOPPERS

STOPS = "/quan-tri/tam-dung"
SEEN = requires(Role.CATALOGUE_EDITOR, Role.CATALOGUE_REVIEWER, Role.ADMINISTRATOR)
FIELDS = ("code", "reason", "starts_at", "ends_at", "forced")
_POSTED: dict[str, Any] = {
    "sync_to_thread": True,
    "include_in_schema": False,
    "guards": [STOPPERS],
    "dependencies": WITH_FORM,
}


@get(STOPS, sync_to_thread=True, include_in_schema=False, guards=[SEEN])
def stops(request: AnyRequest, session: DbSession, actor: CurrentActor) -> Response[Any]:
    """The stops that last or lie ahead, and the form that tells of another."""
    return _page(request, session, actor.has(Role.CATALOGUE_REVIEWER, Role.ADMINISTRATOR), {}, {})


def _page(
    request: AnyRequest,
    session: DbSession,
    may_stop: bool,
    typed: dict[str, str],
    mistakes: dict[str, str],
    status: int = 200,
    called_off: str = "",
) -> Response[Any]:
    rows = public_queries.downtimes(session)
    gone = {f"huy-{called_off}"} - {f"huy-{row.id}" for row in rows}
    return page(
        request,
        "admin/downtimes.html",
        status_code=status,
        has_errors=bool(mistakes),
        rows=rows,
        earliest=downtimes.earliest_start(clock.today(), VIET_NAM),
        may_stop=may_stop,
        typed=dict.fromkeys((*FIELDS, "why"), "") | typed,
        mistakes=mistakes,
        problem_lines=[
            {"href": "" if place in gone else f"#{place}", "message": told}
            for place, told in mistakes.items()
        ],
        called_off=called_off,
        key=str(uuid4()),
    )


@post(STOPS, **_POSTED)
def announce(request: AnyRequest, session: DbSession, actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Tell the public of a stop."""
    typed = {name: form.get(name)[:4000].strip() for name in FIELDS}
    starts_at, ends_at = read_moment(typed["starts_at"]), read_moment(typed["ends_at"])
    mistakes = {
        name: f"{label}: ghi giờ và ngày, ví dụ 22:00 31/12/2026"
        for name, label, read in (
            ("starts_at", "Ngừng từ", starts_at),
            ("ends_at", "Nhận lại từ", ends_at),
        )
        if read is None
    }
    if mistakes or starts_at is None or ends_at is None:
        return _page(request, session, True, typed, mistakes, 422)
    try:
        downtimes.announce(
            session,
            actor,
            code=typed["code"] or None,
            reason=typed["reason"],
            starts_at=starts_at,
            ends_at=ends_at,
            forced=bool(typed["forced"]),
            key=form.get("key")[:200] or None,
        )
    except DomainError as error:
        session.rollback()
        named = error.extra.get("errors") or [{"field": "code" if error.status == 404 else "starts_at"}]
        return _page(request, session, True, typed, {named[0]["field"]: error.detail}, error.status)
    return see_other(STOPS, done("Đã báo đợt ngừng. Người dân thấy thông báo từ bây giờ."))


@post(f"{STOPS}/{{downtime_id:uuid}}/huy", **_POSTED)
def call_off(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    downtime_id: FromPath[UUID],
    form: PostedForm,
) -> Response[Any]:
    """Call off a stop that lies ahead, or end one that lasts."""
    reason = form.get("reason")[:4000]
    try:
        downtimes.call_off(session, downtime_id, actor, reason=reason)
    except Malformed:
        raise
    except DomainError as error:
        if error.status == 404:
            raise
        session.rollback()
        mistakes = {f"huy-{downtime_id}": error.detail}
        return _page(request, session, True, {"why": reason}, mistakes, error.status, str(downtime_id))
    return see_other(STOPS, done("Đã hủy đợt ngừng."))


route_handlers: list[Any] = [stops, announce, call_off]
