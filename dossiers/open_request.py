"""The open request to supplement beside the dossier as the desk has it: what it opens, and until when."""

from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from dossiers import queries, supplement_queries, unlocking
from dossiers.models import Dossier
from dossiers.supplement_models import ItemKind, Supplement
from dossiers.supplement_queries import Asked
from dossiers.workflow import Status
from portal.core import crypto
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid
from portal.core.render import datetime_vi
from services_catalog import forms
from services_catalog.content import RevisionContent


class Locked(Invalid):
    """An answer or a file that was not asked for; `errors` names each."""

    title = "Mục này không được yêu cầu bổ sung"


class Lapsed(Conflict):
    """The applicant's time for the supplement has ended."""

    title = "Đã hết thời hạn bổ sung"


class OpenRequest(msgspec.Struct, frozen=True):
    """A request to supplement beside the dossier as the desk has it. `typed`: with what was saved so far."""

    row: Supplement
    asked: Asked
    content: RevisionContent
    answers: dict[str, Any]
    typed: dict[str, Any]

    def fields(self, after: dict[str, Any]) -> frozenset[str]:
        """The questions open with these answers."""
        return unlocking.fields(self.content, self.asked.keys(ItemKind.FIELD), self.answers, after)

    def papers(self) -> frozenset[str]:
        """The papers open now."""
        return unlocking.papers(self.content, self.asked.keys(ItemKind.PAPER), self.answers, self.typed)


def demand_open(session: Session, dossier: Dossier) -> Supplement:
    """The open request of a dossier that waits for its supplement."""
    row = supplement_queries.open_row(session, dossier.id)
    assert row is not None, "a dossier in status 5 has an open request"
    return row


def id_of(session: Session, dossier: Dossier) -> UUID | None:
    """The id of the open request of a dossier that waits for its supplement; else None."""
    return demand_open(session, dossier).id if dossier.status is Status.SUPPLEMENT else None


def demand_paper_open(session: Session, dossier: Dossier, key: str) -> UUID:
    """The open request that asks for this paper.

    Raises:
        Locked: it is not asked for; Lapsed: the applicant's date has passed.
    """
    desk = opened(session, dossier)
    if key not in desk.papers():
        message = "Giấy tờ này không có trong yêu cầu bổ sung"
        raise Locked(f"{message}.", errors=[{"field": key[:64], "message": message}])
    return desk.row.id


def opened(session: Session, dossier: Dossier) -> OpenRequest:
    """The open request of a dossier at hand.

    Raises:
        Lapsed: the applicant's date has passed.
    """
    row = demand_open(session, dossier)
    demand_time(row)
    return beside(session, dossier, supplement_queries.opened(session, dossier.subject_id, row), row)


def beside(session: Session, dossier: Dossier, asked: Asked, row: Supplement | None = None) -> OpenRequest:
    """An opened request beside the dossier at hand, whatever its date."""
    content = queries.content_of(session, dossier)
    answers = crypto.open_(session, dossier.subject_id, f"dossier.answers|{dossier.id}", dossier.answers)
    typed = merged(content, answers, asked.draft)
    return OpenRequest(row or demand_open(session, dossier), asked, content, answers, typed)


def demand_time(row: Any) -> None:
    """Refuse what comes after the applicant's date.

    Raises:
        Lapsed.
    """
    if row.due_at is not None and now() > row.due_at:
        raise Lapsed(
            f"Thời hạn bổ sung đã hết lúc {datetime_vi(row.due_at)}, nên không gửi bổ sung được nữa. Hồ sơ "
            "được dừng giải quyết; bạn có thể nộp hồ sơ mới.",
            due_at=row.due_at,
        )


def merged(content: RevisionContent, answers: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The answers with those given put in their place.

    Raises:
        BadAnswers: an unknown question, a wrong type, hidden characters.
    """
    return forms.normalise(content.form, {**answers, **given})
