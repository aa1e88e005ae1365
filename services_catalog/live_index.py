"""The index this process answers searches from: made anew for each version of the catalogue.

What this process publishes is found at once: who asks waits for the new index. What another one
publishes is found about a second later: a thread makes the new index while the old one answers.
"""

import ctypes
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
VERSION: Final = "catalogue_version"  # in the info of a session: the version it was told
OLDER: Final = "catalogue_older"  # and that it was answered from an index of before


def listed() -> sa.ColumnElement[bool]:
    """What the public sees: published here, or an entry of the national listing."""
    return sa.or_(col(Procedure.origin) == Origin.LISTING, col(Procedure.current_revision_id).is_not(None))


def current(session: Session) -> Index:
    """The index to answer this session from.

    A session that has changed the catalogue and not committed gets one of its own.
    """
    return read(session) if session.info.get(CHANGED) else _holder(session).index(session)


class _Holder:
    """The version and the index of one database, as this process knows them."""

    def __init__(self) -> None:
        self._version, self._until, self._changes = -1, 0.0, -1
        self._index: Index | None = None
        self._index_changes = -1
        self._making = threading.Lock()
        self._thread: threading.Thread | None = None
        self._rested = 0.0

    def version(self, session: Session) -> int:
        changes, now = Changes.made, time.monotonic()
        if self._changes != changes or now >= self._until:
            found = version(session)
            if found >= self._version:
                self._version, self._until, self._changes = found, now + FRESH_SECONDS, changes
        session.info[VERSION] = self._version
        return self._version

    def index(self, session: Session) -> Index:
        wanted = session.info.get(VERSION)
        if wanted is None:
            wanted = self.version(session)
        index, bind = self._index, session.get_bind()
        if index and wanted <= index.version:
            return index
        if index and self._index_changes == Changes.made and isinstance(bind, sa.Engine):
            self._renew(bind)
            session.info[OLDER] = True
            return index
        changes = Changes.made
        with self._making:
            if self._index is None or self._index.version < wanted:
                self._put(read(session), changes)
                _give_back()
            assert self._index is not None
            return self._index

    def _put(self, index: Index, changes: int) -> None:
        self._index, self._index_changes = index, changes

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
            del index
            _give_back()
        except sa.exc.SQLAlchemyError as error:  # the old one goes on answering; the next request tries again
            structlog.get_logger("catalogue").warning("no new index", error=type(error).__name__)
        finally:
            ended = time.monotonic()
            self._rested = ended + REST * (ended - begun)


def _give_back() -> None:
    """Return what making an index took to the system, where the C library can (glibc).

    It would keep it: half of 50 MB after some rebuilds of 20,000 procedures.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


_guard = threading.Lock()
_holders: WeakKeyDictionary[Any, _Holder] = WeakKeyDictionary()


def _holder(session: Session) -> _Holder:
    """That of the database, or of the one connection: inside a test's transaction are rows of its own."""
    bind = session.get_bind()
    place: Any = bind if isinstance(bind, sa.Connection) else bind.pool
    with _guard:
        if place not in _holders:
            _holders[place] = _Holder()
        return _holders[place]


def version(session: Session) -> int:
    """How often the public catalogue has changed, as the session sees it."""
    read: int = session.execute(_VERSION).scalar_one_or_none() or 0
    return read


_VERSION = sa.select(CatalogueVersion.__table__.c.revision)  # type: ignore[attr-defined]


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
