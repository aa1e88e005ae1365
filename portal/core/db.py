"""Tables' common ground: names, ids, instants, checked enumerations, engines."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

import psycopg
import sqlalchemy as sa
import uuid_utils.compat
from psycopg.pq import TransactionStatus
from psycopg.sql import quote
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Field, Session, SQLModel

from portal.core import lifeline

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Instant = sa.DateTime(timezone=True)
P = ParamSpec("P")
S = TypeVar("S")
Sessions = Callable[[], Session]
Connections = Callable[[], AbstractContextManager[sa.Connection]]
_BEGINS = "portal_begins"  # execution option: whether SQLAlchemy's begin is to reach the database by itself


class Xid8(sa.types.UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id: events are folded in order of commit by it."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "XID8"


ischema_names["xid8"] = Xid8


def choice(values: type[StrEnum], called: str = "") -> sa.Enum:
    """A text column that holds one of the enumeration's values, checked by the database.

    `called` names the check where a table has two such columns.
    """
    name = called or "".join(f"_{ch.lower()}" if ch.isupper() else ch for ch in values.__name__).lstrip("_")
    return sa.Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda kind: [member.value for member in kind],
    )


def new_id() -> UUID:
    """A UUIDv7: unguessable enough to address, ordered enough for an index."""
    return uuid_utils.compat.uuid7()


class Entity(SQLModel):
    """Anything addressed by an id."""

    id: UUID = Field(default_factory=new_id, primary_key=True)


class Stream(Entity):
    """An entity whose changes are events: `seq` counts them, `head` is the last one's hash.

    `seq` is the optimistic version too. Only `portal.core.events.record` sets either.
    """

    seq: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})
    head: bytes | None = Field(default=None, sa_type=sa.LargeBinary)


def make_engine(url: str, *, threads: int, statement_timeout_ms: int = 5000) -> sa.Engine:
    """An engine with as many connections as threads, and a bound on everything that can hang."""
    options = (
        f"-c statement_timeout={statement_timeout_ms} -c lock_timeout=4000 "
        "-c idle_in_transaction_session_timeout=20000 -c timezone=UTC"
    )
    engine = sa.create_engine(
        url,
        pool_size=threads,
        max_overflow=2,
        pool_timeout=8,
        pool_pre_ping=False,  # `lifeline` sees a dead connection without asking
        hide_parameters=True,  # errors are logged; what people typed is not
        isolation_level="AUTOCOMMIT",  # of the driver: transactions begin in `_begin` and `_announce`
        connect_args={
            "connect_timeout": 5,
            "options": options,
            "keepalives_idle": 30,
            "tcp_user_timeout": 10000,
        },
    )
    lifeline.watch(engine, statement_timeout_ms=statement_timeout_ms)
    sa.event.listen(engine, "begin", _begin)
    return engine


def make_sessions(engine: sa.Engine) -> Sessions:
    """A factory of sessions on the engine; objects stay readable after commit."""
    for_sessions = engine.execution_options(**{_BEGINS: False})

    def sessions() -> Session:
        return Session(for_sessions, expire_on_commit=False)

    return sessions


def single_statements(engine: sa.Engine) -> Connections:
    """Connections for look-ups of one statement: one way to the database and back instead of three."""
    return engine.execution_options(**{_BEGINS: False}).connect


def connections_of(sessions: Sessions) -> Connections:
    """Connections inside the sessions' own transactions, for callers who bring sessions."""

    @contextmanager
    def connect() -> Iterator[sa.Connection]:
        with sessions() as session:
            yield session.connection()
            session.commit()

    return connect


_BUILT: list[Any] = []


def built_once(build: Callable[P, S]) -> Callable[P, S]:
    """Build a statement at its first use and keep it: what varies goes in as bound values.

    Composing an expression and finding it in SQLAlchemy's cache costs more than PostgreSQL takes to
    answer (docs/performance.md). Arguments choose between shapes, so there are few of them.
    """
    kept = cache(build)
    _BUILT.append(kept)
    return cast("Callable[P, S]", kept)


def build_again() -> None:
    """Forget every statement of `built_once`: for tests that change what one is built of."""
    for kept in _BUILT:
        kept.cache_clear()


def act_as(session: OrmSession, actor_id: UUID | None, agency_ids: frozenset[UUID], **more: str) -> None:
    """Tell row-level security who is asking, in this and every later transaction of the session.

    Sets `app.actor`, `app.agencies` and any `app.<more>`; policies read them (decision 13). Costs
    no statement until the session begins to work.
    """
    acting = session.info["acting"] = {
        "app.actor": str(actor_id) if actor_id else "",
        "app.agencies": ",".join(sorted(map(str, agency_ids))),
        **{f"app.{name}": value for name, value in more.items()},
    }
    # here, where a value that cannot be quoted is refused before any connection is taken
    asked = (f"set_config({quote(name)}, {quote(value)}, true)" for name, value in acting.items())
    session.info["first_words"] = f"SELECT {', '.join(asked)}"
    if session.in_transaction():
        _announce(session, None, session.connection())


def _begin(connection: sa.Connection) -> None:
    """Open a transaction, except where it opens with the session's first words, or where there is none."""
    if connection.get_execution_options().get(_BEGINS, True):
        _say(connection, "BEGIN")


@sa.event.listens_for(OrmSession, "after_begin")
def _announce(session: OrmSession, _: object, connection: sa.Connection) -> None:
    """Open the session's transaction and say who is asking, in one way to the database and back."""
    words = []
    if driver_of(connection).pgconn.transaction_status == TransactionStatus.IDLE:
        words.append("BEGIN")
    if "first_words" in session.info:
        words.append(session.info["first_words"])
    if words:
        _say(connection, "; ".join(words))


def _say(connection: sa.Connection, text: str) -> None:
    try:
        driver_of(connection).execute(text, prepare=False)
    except psycopg.Error as error:
        raise translated(connection, text, error) from error


def translated(connection: sa.Connection, text: str, error: psycopg.Error) -> sa.exc.DBAPIError:
    """The driver's error as SQLAlchemy raises it; a connection that is gone leaves the pool.

    With it, as with SQLAlchemy, go all others of its age: behind a silent line each would cost somebody
    the whole patience once more.
    """
    gone = driver_of(connection).closed
    if gone:
        connection.engine.pool._invalidate(connection.connection, error)
        connection.invalidate(error)
    made = sa.exc.DBAPIError.instance(
        text, {}, error, psycopg.Error, hide_parameters=True, connection_invalidated=gone
    )
    return cast("sa.exc.DBAPIError", made)


def driver_of(connection: sa.Connection) -> psycopg.Connection[Any]:
    """The driver's connection below; what runs on it is no statement of SQLAlchemy's."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def at_utc(value: datetime) -> datetime:
    """Refuse a naive instant before it reaches a column."""
    if value.tzinfo is None:
        raise ValueError("instants are aware")
    return value
