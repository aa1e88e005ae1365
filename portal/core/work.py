"""One task, one transaction: what `core.http` is to requests, this is to tasks and commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from portal.core import crypto, runtime
from portal.core.db import make_engine, make_sessions
from portal.core.errors import Unavailable
from portal.core.failpoints import failpoint
from portal.core.observability import configure_logging
from portal.core.settings import Settings
from portal.core.storage import Storage


class DatabaseGone(Unavailable):
    """PostgreSQL does not answer now, or closed the line in the middle of our work."""

    def __init__(self) -> None:
        super().__init__("Cơ sở dữ liệu tạm thời không trả lời. Thử lại sau ít giây; làm lại là an toàn.")


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A session that commits when the block ends well and rolls back when it does not.

    Raises:
        DatabaseGone: the database does not answer, or broke off; tasks are tried again on it.
    """
    session = runtime.sessions()
    try:
        yield session
        failpoint("work.before_commit")
        session.commit()
        failpoint("work.after_commit")
    except (OperationalError, InterfaceError) as error:
        raise DatabaseGone from error
    finally:
        session.close()  # rolls back what was not committed


def open_as_worker(settings: Settings, *, threads: int = 2) -> None:
    """Give this process its database (as motcua_worker) and store: worker, background, commands."""
    configure_logging(settings.log_level)
    crypto.configure(settings)
    engine = make_engine(
        settings.database_url_worker.get_secret_value(), threads=threads, statement_timeout_ms=60_000
    )
    runtime.install(settings, make_sessions(engine), Storage(settings))
