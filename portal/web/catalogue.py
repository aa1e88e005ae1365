"""Finding a procedure and reading all about it."""

from collections.abc import Iterator
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from dossiers.deadlines import RECEPTION_HOURS_ONLINE, Deadline, due
from dossiers.refusals import accepted
from portal.core.calendar import VIET_NAM
from portal.core.clock import now, today
from portal.core.errors import Invalid, NotFound
from portal.core.http import DbSession
from portal.core.render import capital
from portal.web.pages import AnyRequest, page
from services_catalog import caching, queries, rulesets
from services_catalog.content import FeeItem, Requirement, RevisionContent
from services_catalog.levels import LEVEL_NAMES, Level
from services_catalog.queries import Filters, OfferingRow, ProcedureList
from services_catalog.words import due_now, fee_text, money, time_text

EVENTS: Final = (
    ("birth", "Sinh con", "Khai sinh, khai sinh lại, liên thông", "egg"),
    ("marriage", "Kết hôn", "Xác nhận độc thân, đăng ký kết hôn", "hearts"),
    ("move", "Chuyển chỗ ở", "Thường trú, tạm trú", "house-door"),
    ("build", "Xây, sửa nhà", "Giấy phép xây dựng", "building-add"),
    ("business", "Mở doanh nghiệp", "Thành lập công ty, giấy phép kinh doanh", "shop"),
    ("travel", "Đi nước ngoài", "Hộ chiếu phổ thông", "passport"),
    ("copies", "Cần bản sao, chứng thực", "Bản sao hộ tịch, chữ ký", "file-earmark-check"),
    ("death", "Người thân qua đời", "Khai tử, khai tử lại", "flower1"),
)
EVENT_NAMES: Final = {key: name for key, name, _, _ in EVENTS}
AUDIENCES: Final = {"citizen": "Người dân", "organisation": "Tổ chức, doanh nghiệp"}
PAGE_SIZE: Final = 20

CHOICES: Final = {
    "q": "q",
    "sector": "linh-vuc",
    "agency": "co-quan",
    "level": "muc-do",
    "audience": "doi-tuong",
    "event": "viec",
}


class Facet(msgspec.Struct, frozen=True):
    """One way to narrow the list; `count` is None where counting would mislead."""

    label: str
    href: str
    current: bool
    count: int | None = None


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What the list is narrowed to, and the addresses of the list narrowed otherwise."""

    q: str = ""
    sector: str = ""
    agency: str = ""
    level: str = ""
    audience: str = ""
    event: str = ""

    def href(self, **changes: str) -> str:
        """The list's address with some choices changed; an empty choice is left open."""
        wanted = {**msgspec.structs.asdict(self), **changes}
        named = {CHOICES.get(key, key): value for key, value in wanted.items() if value}
        return "/thu-tuc" + (f"?{urlencode(named)}" if named else "")

    def filters(self) -> Filters:
        """The same for the query; unknown words are left open."""
        return Filters(
            sector=self.sector or None,
            agency=self.agency or None,
            level=Level(self.level) if self.level in set(Level) else None,
            audience=self.audience if self.audience in AUDIENCES else None,
            life_event=self.event if self.event in EVENT_NAMES else None,
        )


LinhVuc = Annotated[str, QueryParameter(name="linh-vuc", max_length=200, required=False)]
CoQuan = Annotated[str, QueryParameter(name="co-quan", max_length=40, required=False)]
MucDo = Annotated[str, QueryParameter(name="muc-do", max_length=20, required=False)]
DoiTuong = Annotated[str, QueryParameter(name="doi-tuong", max_length=20, required=False)]
Viec = Annotated[str, QueryParameter(name="viec", max_length=20, required=False)]
Sau = Annotated[str, QueryParameter(name="sau", max_length=600, required=False)]
Typed = Annotated[str, QueryParameter(name="q", max_length=2000, required=False)]


@get("/thu-tuc", sync_to_thread=True, include_in_schema=False)
def search_page(
    request: AnyRequest,
    session: DbSession,
    q: Typed = "",
    sector: LinhVuc = "",
    agency: CoQuan = "",
    level: MucDo = "",
    audience: DoiTuong = "",
    event: Viec = "",
    after: Sau = "",
) -> Response[Any]:
    """Search the catalogue; every facet is a link."""
    chosen = Chosen(q=q.strip(), sector=sector, agency=agency, level=level, audience=audience, event=event)
    return caching.page(request, session, lambda: _found(request, session, chosen, after))


def _found(request: AnyRequest, session: DbSession, chosen: Chosen, after: str) -> Response[Any]:
    """The list, narrowed to what was chosen."""
    problem = None
    found = ProcedureList([], None)
    try:
        found = queries.search(session, chosen.q, chosen.filters(), after=after or None, limit=PAGE_SIZE)
    except Invalid as refusal:
        problem = refusal.detail
    sectors = queries.sectors(session)
    agencies, _ = queries.agencies(session)
    return page(
        request,
        "catalogue/search.html",
        chosen=chosen,
        found=found,
        first=not after,
        problem=problem,
        nearest=_nearest(session, chosen.q) if not found.items and not problem and chosen.q else [],
        tags=list(_tags(chosen, sectors, agencies)),
        sector_facets=[
            Facet(one.name, chosen.href(sector=one.code), one.code == chosen.sector, one.published)
            for one in sectors
            if one.published
        ],
        other_sectors=[
            Facet(one.name, chosen.href(sector=one.code), one.code == chosen.sector, one.listed)
            for one in sectors
            if not one.published
        ],
        agency_facets=[
            Facet(one.name, chosen.href(agency=one.code), one.code == chosen.agency, one.published)
            for one in agencies
            if one.published
        ],
        level_facets=[
            Facet(LEVEL_NAMES[one], chosen.href(level=one.value), one.value == chosen.level)
            for one in (Level.FULL, Level.PARTIAL)
        ],
        audience_facets=[
            Facet(name, chosen.href(audience=key), key == chosen.audience) for key, name in AUDIENCES.items()
        ],
        next_href=chosen.href(sau=found.next) if found.next else None,
    )


def _tags(chosen: Chosen, sectors: list[Any], agencies: list[Any]) -> Iterator[tuple[str, str]]:
    """What the list is narrowed to: the words, and the address without it."""
    if chosen.event in EVENT_NAMES:
        yield f"Việc: {EVENT_NAMES[chosen.event]}", chosen.href(event="")
    if chosen.sector:
        name = next((one.name for one in sectors if one.code == chosen.sector), chosen.sector)
        yield f"Lĩnh vực: {name}", chosen.href(sector="")
    if chosen.agency:
        name = next((one.name for one in agencies if one.code == chosen.agency), chosen.agency)
        yield f"Cơ quan: {name}", chosen.href(agency="")
    if chosen.level in set(Level):
        yield f"Mức độ: {LEVEL_NAMES[Level(chosen.level)]}", chosen.href(level="")
    if chosen.audience in AUDIENCES:
        yield f"Đối tượng: {AUDIENCES[chosen.audience]}", chosen.href(audience="")


def _nearest(session: DbSession, typed: str) -> list[queries.ProcedureRow]:
    """Up to three procedures that match one word of what was typed, the longest word first."""
    for word in sorted(set(typed.split()), key=len, reverse=True)[:4]:
        if len(word) > 1:
            found = queries.search(session, word, limit=3).items
            if found:
                return found
    return []


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


route_handlers: list[Any] = [search_page, procedure_page, blank_form]
