"""Dossiers in bulk: a trial filled with lived ones or bare rows for size, older ones indexed."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from portal.core.errors import Conflict
from portal.core.settings import Settings


class NoTrial(Conflict):
    title = "Chỉ nạp vào bản thử"


def fill(
    settings: Settings,
    *,
    lived: int,
    rows: int,
    seed: int,
    subscribers: Mapping[str, Sequence[str]],
    say: Callable[[str], None],
) -> None:
    """Add so many lived dossiers and bare rows; this process is open as the worker.

    Raises:
        NoTrial: not in the demo; rows need the owner's address of the database too.
    """
    from portal import bulk, lives
    from portal.core.db import make_engine, make_sessions

    if not settings.demo:
        raise NoTrial("Hồ sơ bịa chỉ nạp vào bản thử (invented dossiers are for the demo: MOTCUA_DEMO=1).")
    if lived:
        lives.dossiers(lived, seed, subscribers=subscribers, progress=say)
    if not rows:
        return
    if settings.database_url_owner is None:
        raise NoTrial("Hồ sơ đo tải cần quyền chủ cơ sở dữ liệu (set MOTCUA_DATABASE_URL_OWNER).")
    owner = make_engine(settings.database_url_owner.get_secret_value(), threads=1, statement_timeout_ms=0)
    bulk.dossiers(make_sessions(owner), rows, seed, progress=say)
    owner.dispose()
    say("Bản thử này nay chứa hồ sơ đo tải: `portal verify` sẽ báo lệch (measuring rows: verify is red).")


def index() -> None:
    """Fill the blind indexes of dossiers filed before there were any, part by part."""
    from dossiers import blind_search
    from portal.core.work import unit_of_work

    after: UUID | None = UUID(int=0)
    while after is not None:
        with unit_of_work() as session:
            after = blind_search.backfill(session, after)
