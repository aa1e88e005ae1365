"""All about one procedure: its page, and its form to print."""

from typing import Annotated, Any, Final
from uuid import uuid4

import msgspec
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from dossiers.deadlines import RECEPTION_HOURS_ONLINE, Deadline, due
from dossiers.refusals import accepted
from portal.core.calendar import VIET_NAM
from portal.core.clock import now, today
from portal.core.errors import NotFound
from portal.core.http import DbSession
from portal.core.render import capital
from portal.web.browse import AUDIENCES
from portal.web.pages import AnyRequest, page
from services_catalog import queries, rulesets
from services_catalog.content import FeeItem, Requirement, RevisionContent
from services_catalog.levels import LEVEL_NAMES, Level
from services_catalog.queries import OfferingRow
from services_catalog.words import due_now, fee_text, money, time_text

CoQuan = Annotated[str, QueryParameter(name="co-quan", max_length=40, required=False)]


@get("/thu-tuc/{code:str}", sync_to_thread=True, include_in_schema=False)
def procedure_page(
    request: AnyRequest, session: DbSession, code: FromPath[str], agency: CoQuan = ""
) -> Response[Any]:
    """All about a procedure: level and why, papers, time and money, what follows, the law."""
    found = queries.procedure_page(session, code)
    if found.content is None:
        return page(request, "catalogue/listing.html", procedure=found)
    online = [one for one in found.offerings if one.declared is not Level.INFO]
    named = [one for one in found.offerings if one.agency_code == agency]
    chosen = next(iter([*named, *online, *found.offerings]), None)
    content = found.content
    return page(
        request,
        "catalogue/procedure.html",
        procedure=found,
        content=content,
        online=online,
        chosen=chosen,
        level=chosen.declared if chosen else found.level,
        one_level=len({one.declared for one in found.offerings}) < 2,
        reason=rulesets.REASONS.get(chosen.reason_code) if chosen and chosen.reason_code else None,
        ruleset=next((one for one in rulesets.RULE_SETS if one.code == found.ruleset), None),
        conditions=_conditions(chosen),
        yours=[one for one in content.requirements if not _without(one)],
        ours=[one for one in content.requirements if _without(one)],
        rows=_channels(content),
        extras=[(one, money(one.amount_vnd)) for one in due_now(content.fees, today()) if one.optional],
        time=time_text(content.time_limit),
        fee=fee_text(content.fees, today()),
        minutes=_minutes(content),
        expected=_expected(content),
        audience=capital(", ".join(AUDIENCES[one] for one in content.audience).lower()),
        submission_id=str(uuid4()),
        level_names=LEVEL_NAMES,
        reception_hours=RECEPTION_HOURS_ONLINE,
        accepted=accepted,
        time_text=time_text,
    )


@get("/thu-tuc/{code:str}/to-khai", sync_to_thread=True, include_in_schema=False)
def blank_form(request: AnyRequest, session: DbSession, code: FromPath[str]) -> Response[Any]:
    """The procedure's form, empty, to print and fill by hand.

    Source: Circular 01/2023/TT-VPCP (criterion 2: forms can be downloaded).

    Raises:
        NotFound: no such procedure, or it has no form of its own here.
    """
    found = queries.procedure_page(session, code)
    if found.content is None or not found.content.form:
        raise NotFound("Thủ tục này chưa có tờ khai ở đây.", code=code)
    return page(request, "catalogue/blank_form.html", procedure=found, content=found.content)


def _conditions(chosen: OfferingRow | None) -> list[Any]:
    """The eight conditions at the agency, those that fail first."""
    if chosen is None or chosen.verdict is None:
        return []
    return sorted(chosen.verdict.conditions, key=lambda one: one.holds)


def _without(paper: Requirement) -> bool:
    """Whether the applicant is spared the paper."""
    return not paper.asked


def _expected(content: RevisionContent) -> Deadline | None:
    """The due date, with its proof, of a dossier accepted at this moment."""
    return due(content.time_limit, now(), VIET_NAM)


def _minutes(content: RevisionContent) -> int:
    """About how long the form takes, in minutes: four required questions a minute, at least five."""
    asked = sum(1 for section in content.form for field in section.fields if not field.show_when)
    return max(5, 5 * round(asked / 4 / 5))


RETURNS: Final = {"online": "Qua mạng", "counter": "Tại quầy", "post": "Qua bưu điện"}


def _channels(content: RevisionContent) -> list[dict[str, str]]:
    """A row per way of filing: time, fee, return of the result."""
    fees = due_now(content.fees, today())
    at_counter: list[FeeItem] = [msgspec.structs.replace(one, online_amount_vnd=None) for one in fees]
    back = [RETURNS[way] for way in content.return_ways]
    returned = ", ".join([back[0], *(word[0].lower() + word[1:] for word in back[1:])]) if back else ""
    time = time_text(content.time_limit)
    rows = []
    for channel in ("online", "counter", "post"):
        if channel in content.channels:
            fee = fee_text(fees if channel == "online" else at_counter, today())
            late = ", kể từ khi hồ sơ đến nơi" if channel == "post" else ""
            rows.append({"channel": channel, "time": time + late, "fee": fee, "returned": returned})
    return rows


route_handlers: list[Any] = [procedure_page, blank_form]
