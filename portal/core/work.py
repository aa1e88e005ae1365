"""One task, one transaction: what `core.http` is to requests, this is to tasks and commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from portal.core import runtime


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A session that commits when the block ends well and rolls back when it does not."""
    session = runtime.sessions()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()
