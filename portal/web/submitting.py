"""The last steps of filing: what is owed, the last look, the consent, the slip."""

from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.params import FromPath

from auth.http import CurrentActor
from dossiers import filing
from dossiers.views import DossierView
from dossiers.workflow import Status, WrongState
from portal.core import runtime
from portal.core.clock import today
from portal.core.http import DbSession
from portal.web import forms as shown
from portal.web.drafts import (
    CITIZEN,
    FEE_STEP,
    PART,
    REVIEW_STEP,
    answer_rows,
    draft_of,
    identifier,
    limit_of,
    paper_rows,
    shared,
    shell,
    shortfall,
)
from portal.web.pages import WITH_FORM, AnyRequest, Notice, PostedForm, done, page, problems_of, see_other
from portal.web.parties import party_rows
from services_catalog import forms, terms, units


@get("/ho-so/{dossier_id:uuid}/le-phi", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def fee_page(
    request: AnyRequest, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]
) -> Response[Any]:
    """What will be owed, why, and how it is paid."""
    view = draft_of(session, actor, dossier_id, follow=True)
    if view.status is not Status.DRAFT:
        return see_other(f"/ho-so/{dossier_id}")
    owed = terms.amounts(view.content, view.answers, channel=view.channel, on=today())
    around = shell(view, FEE_STEP) if owed else None
    if around is None:
        return see_other(f"/ho-so/{dossier_id}/kiem-tra")
    items = {item.key: item for item in view.content.fees}
    online = bool(runtime.settings.payment_gateway)
    return page(request, "filing/fee.html", **shared(around), items=items, online=online)


@get("/ho-so/{dossier_id:uuid}/kiem-tra", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def review_page(
    request: AnyRequest, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]
) -> Response[Any]:
    """All answers, papers and money, once more, before filing."""
    view = draft_of(session, actor, dossier_id, follow=True)
    if view.status is not Status.DRAFT:
        return see_other(f"/ho-so/{dossier_id}")
    return _review_page(request, view, key=str(uuid4()))


def _review_page(
    request: AnyRequest,
    view: DossierView,
    *,
    key: str,
    ticked: frozenset[str] = frozenset(),
    unticked: list[dict[str, str]] | None = None,
    status_code: int = 200,
) -> Response[Any]:
    around = shell(view, REVIEW_STEP)
    fields, papers = shortfall(view)
    lines = [_field_line(view, one) for one in fields]
    lines += [{"href": f"/ho-so/{view.id}/giay-to#{one['key']}", "message": one["message"]} for one in papers]
    consents, errors = problems_of(unticked or [])
    return page(
        request,
        "filing/review.html",
        status_code=status_code,
        has_errors=status_code != 200,
        **shared(around),
        sections=[(section, answer_rows(view, section)) for section in around.sections],
        papers=paper_rows(view),
        party=party_rows(view, edit=True),
        missing=lines,
        notices_of_form=forms.notices(view.content.form, view.answers, units.in_force(runtime.settings)),
        consents=consents,
        errors=errors,
        ticked=ticked,
        key=key,
        ways=[(way, WAYS[way]) for way in view.content.return_ways] if _asks_way(view) else [],
        asked=_consents(view),
    )


def _asks_way(view: DossierView) -> bool:
    """Whether the way of return is chosen here: there are several, and the form has not asked."""
    return len(view.content.return_ways) > 1 and filing.RETURN_WAY not in forms.keys(view.content.form)


def _consents(view: DossierView) -> dict[str, str]:
    """What must be ticked here, with the words when it is not; a form with its own promise has the first."""
    promised = any(field.kind == "commit" for section in view.content.form for field in section.fields)
    return {name: words for name, words in CONSENTS.items() if name != "truth" or not promised}


def _field_line(view: DossierView, error: dict[str, str]) -> dict[str, str]:
    section = shown.section_of(view.content.form, error["field"])
    part = f"?{PART}={section.key}&ve=kiem-tra" if section else ""
    anchor = shown.anchor(view.content.form, error["field"])
    title = f"{section.title}: " if section else ""
    return {"href": f"/ho-so/{view.id}/to-khai{part}#{anchor}", "message": title + error["message"]}


WAYS: Final = {
    "online": "Qua mạng: tải về trong trang hồ sơ này",
    "counter": "Tại quầy của cơ quan giải quyết",
    "post": "Qua bưu điện, về địa chỉ bạn đã khai",
}
CONSENTS: Final = {
    "truth": "Đánh dấu cam đoan những điều khai là đúng",
    "data": "Đánh dấu đồng ý cho cơ quan dùng dữ liệu để giải quyết hồ sơ",
}


@post(
    "/ho-so/{dossier_id:uuid}/kiem-tra",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
    dependencies=WITH_FORM,
)
def submit(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    form: PostedForm,
) -> Response[Any]:
    """File the dossier. The page's key makes a second press, or a retry after a lost answer, harmless."""
    key = str(identifier(form.get("key")))
    view = draft_of(session, actor, dossier_id)
    slip = f"/can-bo/ho-so/{dossier_id}" if view.is_keyed else f"/ho-so/{dossier_id}/da-nop"
    ticked = frozenset(name for name in CONSENTS if name in form)
    unticked = [
        {"field": name, "message": text} for name, text in _consents(view).items() if name not in ticked
    ]
    if view.status is not Status.DRAFT:
        return see_other(slip if view.submitted_at else f"/ho-so/{dossier_id}")
    if way := form.get("return_way"):
        filing.choose_return(session, actor, dossier_id, return_way=way)
        view = draft_of(session, actor, dossier_id)
    if unticked:
        return _review_page(request, view, key=key, ticked=ticked, unticked=unticked, status_code=422)
    try:
        filing.submit(session, actor, dossier_id, idempotency_key=key)
    except filing.Incomplete:
        return _review_page(request, view, key=str(uuid4()), ticked=ticked, status_code=422)
    except filing.RevisionMoved:
        filing.save_answers(session, actor, dossier_id, seq=None, answers={})
        told = "Chưa nộp: thủ tục vừa có bản mới. Xem các mục thay đổi ở đầu trang, rồi nộp."
        return see_other(f"/ho-so/{dossier_id}/to-khai", Notice("warn", told))
    except WrongState:
        return see_other(slip)
    if view.is_keyed:
        return see_other(slip, done("Đã nộp hồ sơ. In biên nhận ở mục Văn bản, hoặc tiếp nhận ngay."))
    return see_other(slip)


@get("/ho-so/{dossier_id:uuid}/da-nop", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def submitted_page(
    request: AnyRequest, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]
) -> Response[Any]:
    """The slip after filing: reference, what comes next. Reload and back are harmless."""
    view = draft_of(session, actor, dossier_id)
    if view.submitted_at is None:
        return see_other(f"/ho-so/{dossier_id}/kiem-tra")
    if view.is_keyed:
        return see_other(f"/can-bo/ho-so/{dossier_id}")
    owed = terms.amounts(view.content, view.answers, channel=view.channel, on=today())
    return page(
        request,
        "filing/submitted.html",
        dossier=view,
        limit=limit_of(view),
        fees=sum(amount for _, amount in owed),
    )


route_handlers: list[Any] = [fee_page, review_page, submit, submitted_page]
