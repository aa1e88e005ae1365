"""Connections that notice when PostgreSQL is gone: at the next use, and while they wait for an answer.

A killed server closes its sockets, so a dead connection shows without asking: something can be read
where nothing was asked. That look costs two microseconds; a ping would cost a way to the database and
back. A server that keeps silent (a black hole, a frozen machine) is waited for as long as its own
statement timeout allows, and a moment more.
"""

import select
from typing import Any, Final, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.abc import PQGen
from sqlalchemy.exc import InvalidatePoolError

GRACE_SECONDS: Final = 1.5  # beyond the server's own limit of a statement: then it does not answer at all
V = TypeVar("V")


class Silent(psycopg.OperationalError):
    """The server did not answer in time; the connection was given up."""


class Bounded(psycopg.Connection[Any]):
    """A connection that waits so long for an answer and no longer."""

    patience: float | None = None

    def wait(self, gen: PQGen[V], interval: float = 0.1, timeout: float | None = None) -> V:
        """Wait as psycopg does, up to `patience`.

        Raises:
            Silent: the time is over; the connection is closed, for nobody knows what was done on it.
        """
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except psycopg.errors._WaitTimeout as error:
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise Silent("the database did not answer in time") from error


def unhurried(connection: sa.Connection) -> None:
    """Wait for answers on this connection however long they take: for readings of everything."""
    driver = connection.connection.driver_connection
    if isinstance(driver, Bounded):
        driver.patience = None


def watch(engine: sa.Engine, *, statement_timeout_ms: int) -> None:
    """Give the engine connections that notice; a statement timeout of 0 waits for ever."""
    patience = statement_timeout_ms / 1000 + GRACE_SECONDS if statement_timeout_ms else None

    def connect(_dialect: Any, _record: Any, given: list[Any], named: dict[str, Any]) -> Bounded:
        made = Bounded.connect(*given, **named)
        made.patience = patience
        return made

    sa.event.listen(engine, "do_connect", connect)
    sa.event.listen(engine, "checkout", _look)


def _look(connection: Any, record: Any, _proxy: Any) -> None:
    """Take no connection that the server has closed; with it, all others of its age are dropped.

    One just made is taken as it is: if it is dead already, its first statement says so.
    """
    if not record.info.get("used"):
        record.info["used"] = True
        return
    socket = connection.fileno() if not connection.closed else None
    if socket is not None:
        poll = select.poll()
        poll.register(socket, select.POLLIN | select.POLLHUP | select.POLLERR)
        if not poll.poll(0):
            return
    raise InvalidatePoolError
