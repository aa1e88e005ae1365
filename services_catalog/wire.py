"""What is kept, as it crosses the wire."""

from sqlmodel import Session

from services_catalog import drafting
from services_catalog.checking import DraftCheck
from services_catalog.models import Downtime, ProcedureRevision
from services_catalog.schemas import CheckOut, DowntimeOut, DraftOut, PublicationOut


def draft_out(session: Session, code: str) -> DraftOut:
    """The draft with the version to send back."""
    procedure, draft, content, offers = drafting.draft(session, code)
    return DraftOut(
        code=code,
        seq=procedure.seq,
        number=draft.number,
        status=draft.status,
        effective_on=draft.effective_on,
        content_hash=draft.content_hash,
        content=content,
        offers=offers,
    )


def check_out(found: DraftCheck) -> CheckOut:
    """A check as it crosses the wire."""
    return CheckOut(
        code=found.code,
        number=found.number,
        effective_on=found.effective_on,
        ruleset=found.ruleset,
        may_publish=found.may_publish,
        problems=found.problems,
        offers=found.offers,
    )


def publication_out(code: str, revision: ProcedureRevision) -> PublicationOut:
    """A revision after what was decided of it."""
    return PublicationOut(
        code=code,
        revision_id=revision.id,
        number=revision.number,
        status=revision.status,
        effective_on=revision.effective_on,
        ruleset=revision.ruleset,
        published_at=revision.published_at,
    )


def downtime_out(stop: Downtime, procedure: str | None) -> DowntimeOut:
    """A stop as it crosses the wire; the procedure by its code."""
    return DowntimeOut(
        id=stop.id,
        procedure=procedure,
        reason=stop.reason,
        forced=stop.forced,
        announced_at=stop.announced_at,
        starts_at=stop.starts_at,
        ends_at=stop.ends_at,
        cancelled_at=stop.cancelled_at,
    )
