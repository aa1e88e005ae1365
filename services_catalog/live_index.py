"""The index this process answers searches from: made anew for each version of the catalogue.

What this process publishes is found at once: who asks waits for the new index. What another one
publishes is found about a second later: a thread makes the new index while the old one answers.
"""

import threading
import time
from collections.abc import Iterator
from typing import Any, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from auth.models import Agency
from services_catalog.changes import Changes
from services_catalog.index import Index
from services_catalog.indexing import Entry, build
from services_catalog.models import (
    CHANGED,
    CatalogueVersion,
    Offering,
    Origin,
    Procedure,
    ProcedureRevision,
)
from services_catalog.thesaurus import thesaurus

FRESH_SECONDS: Final = 1.0  # how long a version read from the database is believed
REST: Final = 4  # a thread that made an index waits so many times as long before it makes the next
OLDER: Final = "older_catalogue"  # in the info of a session that was answered from an index of before
VERSION: Final = "catalogue_version"  # in the info of a session: the version this request has read


def listed() -> sa.ColumnElement[bool]:
    """What the public sees: published here, or an entry of the national listing."""
    return sa.or_(col(Procedure.origin) == Origin.LISTING, col(Procedure.current_revision_id).is_not(None))


def version(session: Session) -> int:
    """How often the public catalogue has changed."""
    read: int = session.execute(_VERSION).scalar_one_or_none() or 0
    session.info[VERSION] = read
    return read


_VERSION = sa.select(CatalogueVersion.__table__.c.revision)  # type: ignore[attr-defined]


def current(session: Session) -> Index:
    """The index to answer this session from.

    A session that has changed the catalogue and not committed gets one of its own.
    """
    if session.info.get(CHANGED):
        return read(session)
    bind = session.get_bind()
    # tests work inside a transaction of one connection: what it sees nobody else does
    place: Any = bind if isinstance(bind, sa.Connection) else bind.pool
    with _guard:
        holder = _holders.get(place)
        if holder is None:
            holder = _holders[place] = _Holder()
    return holder.index_for(session, bind)


class _Holder:
    """The index of one database."""

    def __init__(self) -> None:
        self._index: Index | None = None
        self._until, self._changes = 0.0, -1
        self._making = threading.Lock()
        self._thread: threading.Thread | None = None
        self._rested = 0.0

    def index_for(self, session: Session, bind: sa.Engine | sa.Connection) -> Index:
        index, known = self._index, session.info.get(VERSION)
        same = self._changes == Changes.made
        if index and same and time.monotonic() < self._until and (known or 0) <= index.version:
            return index
        changes = Changes.made
        wanted = version(session) if known is None else known
        if index and wanted <= index.version:
            self._until, self._changes = time.monotonic() + FRESH_SECONDS, changes
            return index
        if index and same and isinstance(bind, sa.Engine):
            self._renew(bind)
            session.info[OLDER] = True
            return index
        with self._making:
            if self._index is None or self._index.version < wanted:
                self._put(read(session), changes)
            assert self._index is not None
            return self._index

    def _put(self, index: Index, changes: int) -> None:
        self._index, self._changes = index, changes
        self._until = time.monotonic() + FRESH_SECONDS

    def _renew(self, engine: sa.Engine) -> None:
        """Make the next index beside the requests, unless a thread is at it or rests."""
        with _guard:
            if (self._thread is not None and self._thread.is_alive()) or time.monotonic() < self._rested:
                return
            self._thread = threading.Thread(target=self._work, args=(engine,), name="index", daemon=True)
            self._thread.start()

    def _work(self, engine: sa.Engine) -> None:
        begun, changes = time.monotonic(), Changes.made
        try:
            with Session(engine) as session, self._making:
                index = read(session)
                if self._index is None or self._index.version < index.version:
                    self._put(index, changes)
        except sa.exc.SQLAlchemyError as error:  # the old one goes on answering; the next request tries again
            structlog.get_logger("catalogue").warning("no new index", error=type(error).__name__)
        finally:
            ended = time.monotonic()
            self._rested = ended + REST * (ended - begun)


_guard = threading.Lock()
_holders: WeakKeyDictionary[Any, _Holder] = WeakKeyDictionary()


def read(session: Session) -> Index:
    """An index of what the session sees; the version is read before the rows, so it is at least that new."""
    number = version(session)
    columns = (col(Agency.code), col(Agency.name), col(Agency.valid_from), col(Agency.valid_to))
    agencies = {row[0]: (row[1], row[2], row[3]) for row in session.execute(sa.select(*columns))}
    return build(
        _entries(session),
        version=number,
        agencies=agencies,
        abbreviations=thesaurus().abbreviations,
        breathe=_breathe,
    )


def _breathe() -> None:
    """Let threads that answer requests go first."""
    time.sleep(0.0003)


def _entries(session: Session) -> Iterator[Entry]:
    for row in session.execute(_ENTRIES, execution_options={"yield_per": 500}):
        yield Entry(
            code=row.code,
            name=row.name,
            sectors=row.sector_names,
            publisher=row.publisher,
            departments=row.departments,
            keywords=row.keywords or "",
            about=row.about or "",
            audience=tuple(row.audience),
            life_events=tuple(row.life_events),
            origin=row.origin.value,
            received=not row.listing_only,
            popularity=row.popularity,
            offers=tuple((one.split(" ")[0], one.split(" ")[1]) for one in row.offers or ()),
            time_limit=row.time_limit or "",
            fees=row.fees or "",
        )


def _statement() -> sa.Select[Any]:
    """Every entry the public sees, in the order of `Index.order`."""
    content = col(ProcedureRevision.content)
    told = sa.func.concat_ws(
        " ",
        sa.func.left(content["summary"].as_string(), 600),
        content["result"]["name"].as_string(),
        sa.func.jsonb_path_query_array(content, sa.literal_column("'$.other_results[*].name'")).cast(sa.Text),
    )
    offered = (
        sa.select(sa.func.array_agg(col(Agency.code) + " " + sa.cast(col(Offering.declared), sa.Text)))
        .select_from(Offering)
        .join(Agency, col(Agency.id) == col(Offering.agency_id))
        .where(col(Offering.revision_id) == col(Procedure.current_revision_id))
        .correlate(Procedure)
    )
    names = ("code", "name", "sector_names", "publisher", "departments", "audience", "life_events")
    return (
        sa.select(
            *(col(getattr(Procedure, name)) for name in (*names, "origin", "listing_only", "popularity")),
            content["keywords"].cast(sa.Text).label("keywords"),
            told.label("about"),
            offered.scalar_subquery().label("offers"),
            content["time_limit"].cast(sa.Text).label("time_limit"),
            content["fees"].cast(sa.Text).label("fees"),
        )
        .join(
            ProcedureRevision, col(ProcedureRevision.id) == col(Procedure.current_revision_id), isouter=True
        )
        .where(listed())
        .order_by(
            col(Procedure.listing_only),
            col(Procedure.popularity).desc(),
            sa.func.length(col(Procedure.name)),
            col(Procedure.code).collate("C"),
        )
    )


_ENTRIES = _statement()
