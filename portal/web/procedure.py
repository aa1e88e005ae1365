"""All about one procedure: its page now, as each revision said it, and its form to print."""

from typing import Annotated, Any
from uuid import uuid4

import msgspec
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from auth.actor import Role
from auth.http import actor_of, requires
from dossiers import calendars
from dossiers.deadlines import RECEPTION_HOURS_ONLINE, Deadline, due
from dossiers.refusals import accepted
from portal.core.clock import now, today
from portal.core.errors import NotFound
from portal.core.http import DbSession
from portal.core.render import capital
from portal.web import procedure_view as shown
from portal.web.browse import AUDIENCES
from portal.web.pages import AnyRequest, page, see_other
from services_catalog import by_case, caching, judging, public_queries, queries, rulesets
from services_catalog.content import Case, RevisionContent
from services_catalog.levels import LEVEL_NAMES, Level
from services_catalog.queries import ProcedurePage

CoQuan = Annotated[str, QueryParameter(name="co-quan", max_length=40, required=False)]
TruongHop = Annotated[str, QueryParameter(name="truong-hop", max_length=60, required=False)]


@get("/thu-tuc/{code:str}", sync_to_thread=True, include_in_schema=False)
def procedure_page(
    request: AnyRequest, session: DbSession, code: FromPath[str], agency: CoQuan = "", case: TruongHop = ""
) -> Response[Any]:
    """All about a procedure: papers, time and money, level and why, what follows, the law, what was."""

    def render() -> Response[Any]:
        try:
            found = queries.procedure_page(session, code)
        except NotFound:
            return _closed(request, session, code)
        if found.content is None:
            return page(request, "catalogue/listing.html", procedure=found)
        return _page(request, session, found, found.content, agency, case)

    return caching.page(request, session, render, timed=True)


def _closed(request: AnyRequest, session: DbSession, code: str) -> Response[Any]:
    """The page of a procedure that was published and is no longer.

    Raises:
        NotFound: nothing of it ever was.
    """
    rows = public_queries.revisions(session, code)
    if not rows:
        raise NotFound("Không có thủ tục nào mang mã này, hoặc thủ tục chưa được công bố.")
    return page(
        request,
        "catalogue/closed.html",
        procedure=queries.procedure_page(session, code, rows[0].number),
        until=rows[0].until,
        revisions=shown.revision_lines(rows, None),
    )


def _as_it_is(found: ProcedurePage, content: RevisionContent) -> ProcedurePage:
    """The page with the levels that hold now: with the payment channel closed, none is full that charges."""
    offerings = []
    for one in found.offerings:
        if one.verdict is not None:
            verdict = judging.as_it_is(one.verdict, content, today())
            lower = one.declared is Level.FULL and bool(verdict.failing)
            one = msgspec.structs.replace(
                one, verdict=verdict, declared=Level.PARTIAL if lower else one.declared
            )
        offerings.append(one)
    return msgspec.structs.replace(found, offerings=offerings)


def _page(
    request: AnyRequest,
    session: DbSession,
    found: ProcedurePage,
    content: RevisionContent,
    agency: str,
    case_key: str,
    **past: Any,
) -> Response[Any]:
    found = _as_it_is(found, content)
    case = by_case.case_named(content, case_key)
    online = [one for one in found.offerings if one.declared is not Level.INFO]
    chosen = next((one for one in found.offerings if one.agency_code == agency), None)
    if chosen is None and len(found.offerings) == 1:
        chosen = found.offerings[0]
    levels = {one.declared for one in found.offerings}
    level = chosen.declared if chosen else levels.pop() if len(levels) == 1 else None
    told = shown.verdict_of(found, chosen)
    conditions, offices = shown.conditions(told), shown.offices(found.offerings)
    reason = rulesets.REASONS[told.reason_code] if told and told.reason_code else None
    explained = bool(conditions or reason) or len(offices) > 1
    yours, ours = shown.papers(content, case)
    rows = public_queries.revisions(session, found.code)
    return page(
        request,
        "catalogue/procedure.html",
        procedure=found,
        content=content,
        at=shown.Address(
            code=found.code,
            case=case.key if case else "",
            agency=agency if chosen and chosen.agency_code == agency else "",
        ),
        case=case,
        online=online,
        chosen=chosen,
        level=level,
        told=told,
        conditions=conditions,
        reason=reason,
        ruleset=next((one for one in rulesets.RULE_SETS if one.code == found.ruleset), None),
        glance=shown.glance(found, content, case, level, today(), explained=explained),
        yours=yours,
        ours=ours,
        remarks=shown.remarks(content, case),
        rows=shown.ways(content, case, today()),
        fees=shown.fee_lines(content, case, today()),
        offices=offices,
        steps=chosen.steps if chosen and chosen.steps else content.steps,
        minutes=_minutes(content),
        expected=_expected(session, content, case),
        closed=found.closes_at is not None and found.closes_at <= now(),
        audience=capital(", ".join(AUDIENCES[one] for one in content.audience).lower()),
        submission_id=str(uuid4()) if actor_of(request.scope).signed_in else "",
        revisions=shown.revision_lines(rows, found.number if not past else past["current"]),
        history=shown.level_lines(public_queries.level_changes(session, found.code)),
        level_names=LEVEL_NAMES,
        reception_hours=RECEPTION_HOURS_ONLINE,
        accepted=accepted,
        limit_text=shown.limit_text,
        few=shown.FEW,
        past=past or None,
        stopped=next((one for one in found.stops if one.starts_at <= now()), None),
        today=today(),
        now=now(),
    )


def _minutes(content: RevisionContent) -> int:
    """About how long the form takes, in minutes: four a minute of the questions all are asked, at least 5."""
    asked = sum(1 for section in content.form for field in section.fields if not field.show_when)
    return max(5, 5 * round(asked / 4 / 5))


def _expected(session: DbSession, content: RevisionContent, case: Case | None) -> Deadline | None:
    """The due date, with its proof, of a dossier accepted now; None while it depends on the case.

    Taken at the end of the half hour for which the page is kept (caching.span_end).
    """
    limits = by_case.limits(content, case, "online")
    if len(limits) != 1 or limits[0].unit == "stated":
        return None
    return due(limits[0], caching.span_end(), calendars.of(session, None))


@get("/thu-tuc/{code:str}/ban/{number:int}", sync_to_thread=True, include_in_schema=False)
def revision_page(
    request: AnyRequest, session: DbSession, code: FromPath[str], number: FromPath[int], case: TruongHop = ""
) -> Response[Any]:
    """A procedure as one of its revisions says it; nothing is filed from here."""

    def render() -> Response[Any]:
        found = queries.procedure_page(session, code, number)
        rows = public_queries.revisions(session, code)
        present = public_queries.present_number(session, code)
        if present == number:
            return see_other(f"/thu-tuc/{code}")
        assert found.content is not None  # a revision has one
        lines = shown.revision_lines(rows, present)
        mine = next(line for line in lines if line.number == number)
        return _page(request, session, found, found.content, "", case, line=mine, current=present)

    return caching.page(request, session, render)


@get(
    "/thu-tuc/{code:str}/bat-dau",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[requires(Role.CITIZEN)],
)
def begin(code: FromPath[str], agency: CoQuan = "", case: TruongHop = "") -> Response[Any]:
    """Back to the page after signing in, with what was chosen before: a draft is opened by its button."""
    return see_other(shown.Address(code=code, agency=agency, case=case).href() + "#nop-ho-so")


@get("/thu-tuc/{code:str}/to-khai", sync_to_thread=True, include_in_schema=False)
def blank_form(request: AnyRequest, session: DbSession, code: FromPath[str]) -> Response[Any]:
    """The procedure's form, empty, to print and fill by hand.

    Source: Circular 01/2023/TT-VPCP (criterion 2: forms can be downloaded).

    Raises:
        NotFound: no such procedure, or it has no form of its own here.
    """

    def render() -> Response[Any]:
        found = queries.procedure_page(session, code)
        if found.content is None or not found.content.form:
            raise NotFound("Thủ tục này chưa có tờ khai ở đây.", code=code)
        return page(request, "catalogue/blank_form.html", procedure=found, content=found.content)

    return caching.page(request, session, render)


route_handlers: list[Any] = [procedure_page, revision_page, begin, blank_form]
