"""Filing at the counter: an officer keys in what somebody brings or sent, on the applicant's own pages."""

from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Response, get, post

from auth import queries as people
from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import counter, desk_queries, intake
from dossiers.controllers import OFFICER
from dossiers.counter import Visitor
from dossiers.models import Channel
from portal.core.errors import DomainError, Malformed
from portal.core.http import DbSession
from portal.web.officer import unit_name
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, page, problems_of, see_other

HERE: Final = "/can-bo/nop-ho"
CHANNELS: Final = (
    (Channel.COUNTER.value, "Nộp trực tiếp tại quầy"),
    (Channel.POST.value, "Gửi qua bưu điện"),
)
WHO: Final = ("name", "personal_id", "phone", "email", "address")
FIELDS: Final = ("procedure", "agency", "competent", "channel", *WHO)


@get(HERE, sync_to_thread=True, include_in_schema=False, guards=[OFFICER])
def counter_page(request: AnyRequest, session: DbSession, actor: CurrentActor) -> Response[Any]:
    """Who came and for what; below, what was begun and not filed yet."""
    return _page(request, session, actor, {}, key=str(uuid4()))


def _page(
    request: AnyRequest,
    session: DbSession,
    actor: Actor,
    typed: dict[str, str],
    *,
    key: str,
    wrong: list[dict[str, str]] | None = None,
    status_code: int = 200,
) -> Response[Any]:
    mistakes, problems = problems_of(wrong or [])
    wide, others = intake.elsewhere(session, actor)
    return page(
        request,
        "desk/counter.html",
        status_code=status_code,
        has_errors=bool(problems),
        unit=unit_name(session, actor),
        procedures=sorted({*desk_queries.procedures(session, actor), *wide}, key=lambda one: one[1]),
        others=[(str(agency_id), name) for agency_id, name in others],
        agencies=[(str(one[0]), one[2]) for one in people.agencies_of(session, actor.agency_ids)],
        channels=CHANNELS,
        typed={name: typed.get(name, "") for name in FIELDS},
        mistakes=mistakes,
        problems=problems,
        key=key,
        drafts=counter.drafts(session, actor),
    )


@post(HERE, sync_to_thread=True, include_in_schema=False, guards=[OFFICER], dependencies=WITH_FORM)
def begin(request: AnyRequest, session: DbSession, actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Open the draft and go to its form; a second press finds the same one."""
    typed = {name: form.get(name)[:300] for name in FIELDS}
    key, agency, competent = form.get("key"), form.get("agency"), form.get("competent")
    try:
        submission_id, agency_id = UUID(key), UUID(agency)
        competent_id = UUID(competent) if competent else None
    except ValueError:
        raise Malformed("Biểu mẫu thiếu thông tin. Tải lại trang rồi thử lại.") from None
    wrong = [] if typed["procedure"] else [{"field": "procedure", "message": "Chọn thủ tục."}]
    if typed["channel"] not in dict(CHANNELS):
        wrong.append({"field": "channel", "message": "Chọn nộp tại quầy hoặc qua bưu điện."})
    if not wrong:
        visitor = Visitor(**{name: typed[name] for name in WHO})
        try:
            dossier = counter.open_draft(
                session,
                actor,
                submission_id=submission_id,
                code=typed["procedure"],
                agency_id=agency_id,
                competent_agency_id=competent_id,
                channel=Channel(typed["channel"]),
                visitor=visitor,
            )
        except DomainError as refused:
            session.rollback()
            wrong = refused.extra.get("errors") or [{"field": "procedure", "message": refused.detail}]
        else:
            return see_other(f"/ho-so/{dossier.id}/to-khai")
    return _page(request, session, actor, typed, key=key, wrong=wrong, status_code=422)


route_handlers: list[Any] = [counter_page, begin]
