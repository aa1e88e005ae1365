"""Statements that every request asks, on the driver itself.

SQLAlchemy builds them, once; what it does around each execution (a context, a result with metadata
of every column) costs more processor time than PostgreSQL takes to answer (docs/performance.md).
Rows come as named tuples, values as SQLAlchemy would give them, errors as SQLAlchemy raises them.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session

from portal.core.db import driver_of, translated

_DIALECT: Final = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Direct:
    """A SELECT with named parameters, none of them expanding, ready to be sent."""

    def __init__(self, statement: sa.Select[*tuple[Any, ...]]) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        names = [str(column.key) for column in statement.selected_columns]
        self._row: Callable[[Iterable[Any]], Any] = namedtuple("Row", names)._make  # type: ignore[attr-defined]
        converters = [_converter(column.type) for column in statement.selected_columns]
        self._converted = [(place, convert) for place, convert in enumerate(converters) if convert]

    def all(self, at: Session | sa.Connection, values: Mapping[str, Any]) -> list[Any]:
        """The rows.

        Raises:
            sqlalchemy.exc.DBAPIError: as from SQLAlchemy; a connection that is gone leaves the pool.
        """
        connection = at if isinstance(at, sa.Connection) else at.connection()
        given = {**self._fixed, **values}
        cursor = driver_of(connection).cursor()
        connection.dispatch.before_cursor_execute(connection, cursor, self._text, given, None, False)
        try:
            found = cursor.execute(self._text, given).fetchall()
        except psycopg.Error as error:
            raise translated(connection, self._text, error) from error
        return [self._row(row) for row in (map(self._finished, found) if self._converted else found)]

    def _finished(self, row: tuple[Any, ...]) -> list[Any]:
        line = list(row)
        for place, convert in self._converted:
            line[place] = convert(line[place])
        return line

    def one_or_none(self, at: Session | sa.Connection, values: Mapping[str, Any]) -> Any | None:
        """The row, or None; for statements that find at most one."""
        found = self.all(at, values)
        return found[0] if found else None


def _converter(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What SQLAlchemy would do to a value the driver has read; None when nothing."""
    convert: Callable[[Any], Any] | None = kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    return convert
