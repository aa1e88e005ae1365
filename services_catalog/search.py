"""Finding procedures: accents or none, đ or d, a code's fragment, the beginning of the last word."""

import re
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from auth.models import Agency
from portal.core import clock, text
from portal.core.paging import decode_cursor, encode_cursor
from services_catalog.content import FeeItem, TimeLimit
from services_catalog.levels import Level
from services_catalog.models import Offering, Origin, Procedure, ProcedureRevision, Sector
from services_catalog.words import fee_text, time_text

MAX_QUERY = 200
_WORD = re.compile(r"\w+")
_CODE = re.compile(r"[0-9a-z.\-]*[0-9][0-9a-z.\-]*", re.ASCII)
_times = msgspec.json.Decoder(TimeLimit)
_fees = msgspec.json.Decoder(list[FeeItem])


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None leaves it open."""

    sector: str | None = None  # code of a sector
    agency: str | None = None  # code of an agency that offers it
    level: Level | None = None
    audience: str | None = None  # citizen, organisation
    life_event: str | None = None
    origin: Origin | None = None


class ProcedureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A procedure in a list; `level` is the best any agency (or the agency asked for) offers."""

    code: str
    name: str
    origin: Origin
    sector: str
    publisher: str
    level: Level | None
    time: str | None
    fee: str | None


class ProcedureList(msgspec.Struct, frozen=True):
    items: list[ProcedureRow]
    next: str | None


def words(name: str) -> str:
    """The search key of a name: its folded words, single-spaced; punctuation separates words."""
    return " ".join(_WORD.findall(text.fold(name)))


def accented(name: str) -> str:
    """The words of a name as written, in lower case, so that accents typed can be matched exactly."""
    return " ".join(_WORD.findall(text.nfc(name).casefold()))


def search_extra(name: str, sectors: str, publisher: str, departments: str) -> str:
    """What else a search looks into: the accented name, then sectors, publisher and departments folded."""
    return " ".join([accented(name), words(f"{sectors} {publisher} {departments}")])


def _tsquery(found: list[str], *, phrase: bool = False, in_name: bool = False) -> sa.ColumnElement[Any]:
    weight = "A" if in_name else ""
    parts = [f"'{word}':{weight}".rstrip(":") for word in found]
    parts[-1] = f"'{found[-1]}':*{weight}"
    return sa.func.to_tsquery(
        sa.literal_column("'simple'::regconfig"), (" <-> " if phrase else " & ").join(parts)
    )


_SHOWN = ("code", "name", "origin", "sector_names", "publisher", "current_revision_id")


def listed() -> sa.ColumnElement[bool]:
    """What the public sees: published here, or an entry of the national listing."""
    return sa.or_(col(Procedure.origin) == Origin.LISTING, col(Procedure.current_revision_id).is_not(None))


def search(
    session: Session,
    query: str = "",
    filters: Filters | None = None,
    after: str | None = None,
    limit: int = 20,
) -> ProcedureList:
    """Procedures that match all words (the last one as a beginning) or hold the code's fragment.

    Order: accents as typed first, then what is published here before listing entries, words side by
    side before scattered ones, matches in the name before others, shorter names first; without a
    query, published before listing entries, by name.

    Raises:
        BadText: hidden characters, or longer than 200 characters.
        BadCursor: `after` comes from elsewhere.
    """
    filters = filters or Filters()
    typed = text.clean(query, max_length=MAX_QUERY)
    conditions = [listed(), *_narrowed(filters)]
    order: list[Any]
    kinds: tuple[type, ...]
    if typed:
        matching, score = _matching(typed)
        conditions.append(matching)
        order = [score, sa.func.length(col(Procedure.name_folded)), col(Procedure.code)]
        kinds = (int, int, str)
    else:
        order = [col(Procedure.listing_only), col(Procedure.name_folded), col(Procedure.code)]
        kinds = (bool, str, str)
    if after is not None:
        conditions.append(sa.tuple_(*order) > sa.tuple_(*decode_cursor(after, *kinds)))
    keys = [column.label(f"key{number}") for number, column in enumerate(order)]
    shown = [col(getattr(Procedure, name)) for name in _SHOWN]
    hits = sa.select(*shown, *keys).where(*conditions).order_by(*order).limit(limit + 1).subquery()
    rows = session.execute(_shown(hits, filters)).all()
    page = rows[:limit]
    last = page[-1] if len(rows) > limit else None
    return ProcedureList(
        [_row(row) for row in page],
        encode_cursor(last.key0, last.key1, last.key2) if last is not None else None,
    )


def _matching(typed: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[int]]:
    """The condition, and a score of which less is better."""
    vector, code = col(Procedure.search), col(Procedure.code)
    folded = _WORD.findall(text.fold(typed))[:12]
    exact = _WORD.findall(typed.casefold())[:12]
    fragment = typed.replace(" ", "").upper()
    ways: list[sa.ColumnElement[bool]] = []
    score: sa.ColumnElement[Any] = sa.literal(0, sa.Integer)
    if _CODE.fullmatch(fragment.lower()):
        ways.append(sa.func.upper(code).contains(fragment, autoescape=True))
        score = sa.case((sa.func.upper(code).startswith(fragment, autoescape=True), 0), else_=16)
    if folded:
        ways.append(vector.op("@@")(_tsquery(folded)))
        score += sa.case((vector.op("@@")(_tsquery(folded, phrase=True)), 0), else_=2)
        score += sa.case((vector.op("@@")(_tsquery(folded, in_name=True)), 0), else_=1)
    if exact != folded and exact:
        score += sa.case((vector.op("@@")(_tsquery(exact)), 0), else_=8)
    score += sa.case((col(Procedure.current_revision_id).is_(None), 4), else_=0)
    return (sa.or_(*ways) if ways else sa.false()), score


def _narrowed(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.sector is not None:
        name = sa.select(col(Sector.name)).where(col(Sector.code) == filters.sector).scalar_subquery()
        conditions.append(name == sa.func.any(sa.func.string_to_array(col(Procedure.sector_names), "|")))
    if filters.audience is not None:
        conditions.append(col(Procedure.audience).contains([filters.audience]))
    if filters.life_event is not None:
        conditions.append(col(Procedure.life_events).contains([filters.life_event]))
    if filters.origin is not None:
        conditions.append(col(Procedure.origin) == filters.origin)
    if filters.agency is not None or filters.level is not None:
        offered = sa.select(sa.literal(1)).where(
            col(Offering.revision_id) == col(Procedure.current_revision_id), *_of_agency(filters)
        )
        if filters.level is not None:
            offered = offered.where(col(Offering.declared) == filters.level)
        conditions.append(offered.correlate(Procedure).exists())
    return conditions


def _of_agency(filters: Filters) -> list[sa.ColumnElement[bool]]:
    if filters.agency is None:
        return []
    agency = sa.select(col(Agency.id)).where(col(Agency.code) == filters.agency).scalar_subquery()
    return [col(Offering.agency_id) == agency]


def _shown(hits: sa.Subquery, filters: Filters) -> sa.Select[Any]:
    """The page's rows with level, time and fees, in the order of the hits."""
    offered = sa.select(sa.func.array_agg(sa.distinct(sa.cast(col(Offering.declared), sa.Text)))).where(
        col(Offering.revision_id) == hits.c.current_revision_id, *_of_agency(filters)
    )
    content = col(ProcedureRevision.content)
    return (
        sa.select(
            hits,
            offered.correlate(hits).scalar_subquery().label("levels"),
            sa.cast(content["time_limit"], sa.Text).label("time_limit"),
            sa.cast(content["fees"], sa.Text).label("fees"),
        )
        .join(ProcedureRevision, col(ProcedureRevision.id) == hits.c.current_revision_id, isouter=True)
        .order_by(hits.c.key0, hits.c.key1, hits.c.key2)
    )


def _row(row: sa.Row[Any]) -> ProcedureRow:
    return ProcedureRow(
        code=row.code,
        name=row.name,
        origin=row.origin,
        sector=row.sector_names.replace("|", ", "),
        publisher=row.publisher,
        level=best(row.levels or ()),
        time=time_text(_times.decode(row.time_limit)) if row.time_limit else None,
        fee=fee_text(_fees.decode(row.fees or "[]"), clock.today()) if row.time_limit else None,
    )


def best(levels: list[str] | tuple[str, ...]) -> Level | None:
    """The highest level among those declared; None when nobody offers it."""
    return next((level for level in Level if level in levels), None)
