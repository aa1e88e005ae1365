"""Finding a procedure: the list, searched and narrowed."""

from collections.abc import Iterable, Iterator
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
from services_catalog.queries import FilterCounts, FilterNames, Filters, ProcedureList

PAGE_SIZE: Final = 20
FACETS: Final = 6  # values of a filter that are shown at once

CHOICES: Final = {
    "q": "q",
    "sector": "linh-vuc",
    "agency": "co-quan",
    "level": "muc-do",
    "audience": "doi-tuong",
    "event": "viec",
}


class Facet(msgspec.Struct, frozen=True):
    """One way to narrow the list, and to how many; of the current one `href` takes it back."""

    label: str
    href: str
    current: bool
    count: int


class FacetGroup(msgspec.Struct, frozen=True):
    """The values of one filter; those of `more` are shown on demand."""

    key: str
    title: str
    items: list[Facet]
    more: list[Facet] = []


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
    names = queries.filter_names(session)
    return page(
        request,
        "catalogue/search.html",
        chosen=chosen,
        found=found,
        first=not after,
        problem=problem,
        nearest=_nearest(session, chosen.q) if not found.items and not problem and chosen.q else [],
        tags=list(_tags(chosen, names)),
        facets=[group for group in _facets(chosen, found.counts, names) if group.items or group.more],
        next_href=chosen.href(sau=found.next) if found.next else None,
    )


def _facets(chosen: Chosen, counts: FilterCounts, names: FilterNames) -> Iterator[FacetGroup]:
    """Every way to narrow the list further, or to take a choice back."""

    def facets(key: str, labels: Iterable[tuple[str, str]], numbers: dict[str, int]) -> list[Facet]:
        now = getattr(chosen, key)
        return [
            Facet(label, chosen.href(**{key: "" if value == now else value}), value == now, numbers[value])
            for value, label in labels
            if numbers.get(value)
        ]

    def most(labels: Iterable[tuple[str, str]], numbers: dict[str, int]) -> list[tuple[str, str]]:
        return sorted(labels, key=lambda one: (-numbers.get(one[0], 0), one[1]))

    levels = [(one.value, LEVEL_NAMES[one]) for one in (Level.FULL, Level.PARTIAL)]
    yield FacetGroup("muc-do", "Mức độ trực tuyến", facets("level", levels, counts.level))
    agencies = facets("agency", most(names.agencies.items(), counts.agency), counts.agency)
    yield FacetGroup("co-quan", "Cơ quan nhận hồ sơ", *_folded(agencies))
    yield FacetGroup("doi-tuong", "Đối tượng", facets("audience", AUDIENCES.items(), counts.audience))
    yield FacetGroup("viec", "Việc trong đời", facets("event", EVENT_NAMES.items(), counts.life_event))
    sectors = most(names.sectors.items(), counts.sector)
    if not chosen.q:  # who browses sees first where something is received here
        sectors.sort(key=lambda one: one[0] not in names.received)
    yield FacetGroup("linh-vuc", "Lĩnh vực", *_folded(facets("sector", sectors, counts.sector)))


def _folded(facets: list[Facet]) -> tuple[list[Facet], list[Facet]]:
    """The first ones, and those shown on demand; what is chosen is always shown."""
    if len(facets) <= FACETS + 2:
        return facets, []
    chosen = [one for one in facets[FACETS:] if one.current]
    return [*facets[:FACETS], *chosen], [one for one in facets[FACETS:] if not one.current]


def _tags(chosen: Chosen, names: FilterNames) -> Iterator[tuple[str, str]]:
    """What the list is narrowed to: the words, and the address without it."""
    if chosen.event in EVENT_NAMES:
        yield f"Việc: {EVENT_NAMES[chosen.event]}", chosen.href(event="")
    if chosen.sector:
        yield f"Lĩnh vực: {names.sectors.get(chosen.sector, chosen.sector)}", chosen.href(sector="")
    if chosen.agency:
        yield f"Cơ quan: {names.agencies.get(chosen.agency, chosen.agency)}", chosen.href(agency="")
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
