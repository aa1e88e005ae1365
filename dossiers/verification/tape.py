"""Long tables read through server-side cursors: the memory used does not grow with the table."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from sqlmodel import Session

Row = tuple[Any, ...]
_names = itertools.count(1)


def rows(session: Session, query: str, given: Sequence[Any] = (), *, size: int = 5000) -> Iterator[Row]:
    """The rows of a query, `size` at a time, in the session's own transaction.

    The next batch is on its way while this one is looked at.
    """
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    with (
        connection.cursor(f"verify_{next(_names)}", binary=True) as cursor,
        ThreadPoolExecutor(1) as ahead,
    ):
        cursor.execute(query, given)
        coming = ahead.submit(cursor.fetchmany, size)
        while batch := coming.result():
            coming = ahead.submit(cursor.fetchmany, size)
            yield from batch


class Tape:
    """Rows sorted by their first column, taken group by group beside another sorted reading."""

    def __init__(self, source: Iterable[Row]) -> None:
        self._rows = iter(source)
        self._next = next(self._rows, None)

    def before(self, key: str) -> Iterator[Row]:
        """The rows whose key is smaller: nothing beside them."""
        while self._next is not None and self._next[0] < key:
            row, self._next = self._next, next(self._rows, None)
            yield row

    def take(self, key: str) -> list[Row]:
        """The rows of this key; smaller ones are passed over."""
        for _ in self.before(key):
            pass
        found = []
        while self._next is not None and self._next[0] == key:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def rest(self) -> Iterator[Row]:
        """What is left."""
        while self._next is not None:
            row, self._next = self._next, next(self._rows, None)
            yield row
