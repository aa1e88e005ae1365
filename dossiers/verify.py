"""`portal verify`: the journal, the roots, the state, the files and the figures, checked against each other.

Invariants I1–I11 of the house's fault model. What derives from events is not reported again where
the events themselves are broken: each cause has its line. docs/verify.md tells what is promised.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from dossiers.rollups import recount
from dossiers.verification import (
    consequences,
    files,
    journal,
    money,
    opinions,
    plans,
    rights,
    roots,
    sealed,
    state,
    supplements,
)
from dossiers.verification.report import Findings, Progress
from portal.core.lifeline import unhurried
from portal.core.settings import Settings
from portal.core.storage import Storage

__all__ = ["Findings", "run"]


def run(
    session: Session,
    storage: Storage | None,
    settings: Settings,
    *,
    subscribers: Mapping[str, Sequence[str]] | None = None,
    at: datetime | None = None,
    progress: Progress = lambda _: None,
) -> Findings:
    """Check everything, as motcua_worker, in one snapshot (the files' bytes after it).

    Args:
        session: fresh; it is rolled back.
        storage: None leaves the files' bytes and the second place of the roots out.
        subscribers: which tasks each event calls for; None leaves their effects out.
        at: the moment by which things are late; now.
        progress: told a short line now and then.
    """
    found = Findings(at, progress)
    session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    session.execute(sa.text("SET LOCAL statement_timeout = 0"))
    session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    unhurried(session.connection())  # a province takes its time
    journal.check(session, found)
    roots.check(session, storage, settings, found)
    state.check(session, found)
    supplements.check(session, found)
    opinions.check(session, found)
    plans.check(session, found)
    money.check(session, found)
    sealed.check(session, found)
    rights.check_keys(session, found)
    rights.check_roles(session, found)
    figures(session, found)
    consequences.check(session, found, subscribers)
    session.rollback()
    if storage is not None:
        files.check(session, storage, found)
    return found


def figures(session: Session, found: Findings) -> None:
    """The published counts equal a recount from raw events."""
    result = recount(session)
    if result.differences and found.broken:
        found.note("figures", f"{result.differences} rows differ: this follows from the events named above")
        return
    for example in result.examples:
        found.bad("figures", "", f"published and recounted differ in {example}")
    found.end("figures", result.events, f"rollups and tail equal a recount of {result.events} events")
