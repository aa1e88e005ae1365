"""Finding a procedure: the list, searched and narrowed."""

from collections.abc import Iterator
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter

from portal.core.errors import Invalid
from portal.core.http import DbSession
from portal.web.browse import AUDIENCES, EVENT_NAMES
from portal.web.pages import AnyRequest, page
from services_catalog import caching, queries
from services_catalog.levels import LEVEL_NAMES, Level
from services_catalog.queries import Filters, ProcedureList

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


route_handlers: list[Any] = [search_page]
