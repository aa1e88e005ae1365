"""The ways into the catalogue besides searching: what happens in life, sectors, agencies."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from auth.models import AgencyKind
from portal.core.errors import NotFound
from portal.core.http import DbSession
from portal.core.text import initial
from portal.web.life import BY_KEY, EVENT_NAMES, EVENTS, Event
from portal.web.pages import AnyRequest, page
from services_catalog import browse_queries, caching, queries
from services_catalog.content import RevisionContent
from services_catalog.models import Origin
from services_catalog.queries import AgencyRow, Filters, ProcedureRow, SectorRow

__all__ = ["AUDIENCES", "EVENTS", "EVENT_NAMES", "route_handlers"]

AUDIENCES: Final = {"citizen": "Người dân", "organisation": "Tổ chức, doanh nghiệp"}
KINDS: Final = {
    AgencyKind.MINISTRY: "Bộ, ngành",
    AgencyKind.PROVINCE: "Cấp tỉnh",
    AgencyKind.DEPARTMENT: "Sở, ngành của tỉnh",
    AgencyKind.COMMUNE: "Xã, phường, đặc khu",
    AgencyKind.CENTRE: "Trung tâm phục vụ hành chính công",
}
PAGE_SIZE: Final = 50
OTHER: Final = "Việc khác có liên quan"

Sau = Annotated[str, QueryParameter(name="sau", max_length=600, required=False)]


class Need(msgspec.Struct, frozen=True):
    """A procedure in a stage of life, with what one must have at hand."""

    row: ProcedureRow
    papers: list[str]
    some: list[str]  # papers asked only in some cases


class Part(msgspec.Struct, frozen=True):
    """A stage of life with its procedures."""

    title: str
    text: str
    needs: list[Need]


@get("/thu-tuc/viec/{event:str}", sync_to_thread=True, include_in_schema=False)
def event_page(request: AnyRequest, session: DbSession, event: FromPath[str]) -> Response[Any]:
    """What to do when something happens in life: stage by stage, with what each procedure needs.

    Raises:
        NotFound: nothing of that name happens in life.
    """
    chosen = BY_KEY.get(event)
    if chosen is None:
        raise NotFound("Không có việc nào như vậy. Tìm bằng tên việc hoặc tên giấy tờ.")

    def render() -> Response[Any]:
        filters = Filters(life_event=event, origin=Origin.OWN)
        rows = queries.search(session, filters=filters, limit=100).items
        said = browse_queries.contents(session, [row.code for row in rows])
        others = [one for one in EVENTS if one.key != event]
        return page(
            request, "catalogue/event.html", event=chosen, parts=parts_of(chosen, rows, said), others=others
        )

    return caching.page(request, session, render)


def parts_of(event: Event, rows: Sequence[ProcedureRow], said: dict[str, RevisionContent]) -> list[Part]:
    """The stages with those of their procedures that are published; what no stage names comes last."""
    by_code = {row.code: row for row in rows}
    placed = {code for stage in event.stages for code in stage.codes}
    parts = []
    for stage in event.stages:
        needs = [need_of(by_code[code], said.get(code)) for code in stage.codes if code in by_code]
        if needs or not stage.codes:
            parts.append(Part(stage.title, stage.text, needs))
    rest = [need_of(row, said.get(row.code)) for row in rows if row.code not in placed]
    return [*parts, Part(OTHER, "", rest)] if rest else parts


def need_of(row: ProcedureRow, content: RevisionContent | None) -> Need:
    """What the procedure asks of everybody, and what in some cases."""
    asked = [one for one in content.requirements if one.asked] if content else []
    always = [one.name for one in asked if one.needed == "always"]
    return Need(row, always, [one.name for one in asked if one.needed != "always"])


class Letter(msgspec.Struct, frozen=True):
    """The sectors under one letter."""

    letter: str
    sectors: list[SectorRow]


def by_letter(rows: Iterable[SectorRow]) -> list[Letter]:
    """Sectors under their letters; the rows come in the order of a dictionary."""
    letters: dict[str, list[SectorRow]] = {}
    for row in rows:
        letters.setdefault(initial(row.name), []).append(row)
    return [Letter(letter, found) for letter, found in letters.items()]


@get("/thu-tuc/linh-vuc", sync_to_thread=True, include_in_schema=False)
def sectors_page(request: AnyRequest, session: DbSession) -> Response[Any]:
    """Every sector of the catalogue, those received here first, in the order of a dictionary."""

    def render() -> Response[Any]:
        rows = queries.sectors(session)
        return page(
            request,
            "catalogue/sectors.html",
            here=[row for row in rows if row.published],
            letters=by_letter(row for row in rows if not row.published),
            total=queries.search(session, limit=1).total,
        )

    return caching.page(request, session, render)


@get("/thu-tuc/linh-vuc/{code:str}", sync_to_thread=True, include_in_schema=False)
def sector_page(
    request: AnyRequest, session: DbSession, code: FromPath[str], after: Sau = ""
) -> Response[Any]:
    """The procedures of a sector: those received here first, then by name.

    Raises:
        NotFound: no sector has this code.
    """

    def render() -> Response[Any]:
        sector = next((row for row in queries.sectors(session) if row.code == code), None)
        if sector is None:
            raise NotFound("Không có lĩnh vực nào như vậy.")
        found = queries.search(session, filters=Filters(sector=code), after=after or None, limit=PAGE_SIZE)
        address = f"/thu-tuc/linh-vuc/{quote(code, safe='')}"
        return page(
            request,
            "catalogue/sector.html",
            sector=sector,
            found=found,
            first_href=address if after else None,
            next_href=f"{address}?sau={found.next}" if found.next else None,
        )

    return caching.page(request, session, render)


@get("/thu-tuc/co-quan", sync_to_thread=True, include_in_schema=False)
def agencies_page(request: AnyRequest, session: DbSession, after: Sau = "") -> Response[Any]:
    """The agencies of today, with how much each receives online."""

    def render() -> Response[Any]:
        rows, following = queries.agencies(session, after=after or None)
        return page(
            request,
            "catalogue/agencies.html",
            kinds=_by_kind(row for row in rows if row.published),
            silent=[row for row in rows if not row.published],
            first_href="/thu-tuc/co-quan" if after else None,
            next_href=f"/thu-tuc/co-quan?sau={following}" if following else None,
        )

    return caching.page(request, session, render)


def _by_kind(rows: Iterable[AgencyRow]) -> list[tuple[str, list[AgencyRow]]]:
    kinds: dict[AgencyKind, list[AgencyRow]] = {}
    for row in rows:
        kinds.setdefault(row.kind, []).append(row)
    return [(KINDS[kind], kinds[kind]) for kind in AgencyKind if kind in kinds]


@get("/thu-tuc/co-quan/{code:str}", sync_to_thread=True, include_in_schema=False)
def agency_page(
    request: AnyRequest, session: DbSession, code: FromPath[str], after: Sau = ""
) -> Response[Any]:
    """What one agency offers, at the level it offers it.

    Raises:
        NotFound: no agency of today has this code.
    """

    def render() -> Response[Any]:
        rows, _ = queries.agencies(session, code=code)
        if not rows:
            raise NotFound("Không có cơ quan nào mang mã này, hoặc cơ quan không còn hoạt động.")
        found = queries.search(session, filters=Filters(agency=code), after=after or None, limit=PAGE_SIZE)
        address = f"/thu-tuc/co-quan/{quote(code, safe='')}"
        return page(
            request,
            "catalogue/agency.html",
            agency=rows[0],
            found=found,
            first_href=address if after else None,
            next_href=f"{address}?sau={found.next}" if found.next else None,
        )

    return caching.page(request, session, render)


route_handlers: list[Any] = [event_page, sectors_page, sector_page, agencies_page, agency_page]
