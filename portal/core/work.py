"""One task, one transaction: what `core.http` is to requests, this is to tasks and commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from portal.core import crypto, runtime
from portal.core.db import make_engine, make_sessions
from portal.core.failpoints import failpoint
from portal.core.observability import configure_logging
from portal.core.settings import Settings
from portal.core.storage import Storage


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A session that commits when the block ends well and rolls back when it does not."""
    session = runtime.sessions()
    try:
        yield session
        failpoint("work.before_commit")
        session.commit()
        failpoint("work.after_commit")
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


def open_as_worker(settings: Settings, *, threads: int = 2) -> None:
    """Give this process its database (as motcua_worker) and store: worker, background, commands."""
    configure_logging(settings.log_level)
    crypto.configure(settings)
    engine = make_engine(
        settings.database_url_worker.get_secret_value(), threads=threads, statement_timeout_ms=60_000
    )
    runtime.install(settings, make_sessions(engine), Storage(settings))
