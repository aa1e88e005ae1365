"""What stands against publishing a revision: its content, who offers it, the levels declared."""

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlmodel import Session

from portal.core import clock
from portal.core.errors import Invalid
from services_catalog import content_checks, editor_queries, rulesets
from services_catalog.content import Offer, RevisionContent
from services_catalog.judging import OfferVerdict, judge, refuse
from services_catalog.models import Procedure, ProcedureRevision


class UnsoundContent(Invalid):
    """The content contradicts itself; `problems` names each place."""

    title = "Nội dung thủ tục chưa nhất quán"


class DraftCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What publishing the draft with its planned day would say."""

    code: str
    number: int
    effective_on: date
    ruleset: str
    problems: list[str]
    offers: list[OfferVerdict]

    @property
    def may_publish(self) -> bool:
        """Whether nothing stands against it."""
        return bool(self.offers) and not self.problems and all(o.obstacle is None for o in self.offers)


def judged(
    session: Session,
    procedure: Procedure | str,
    number: int,
    content: RevisionContent,
    offers: Sequence[Offer],
    day: date,
) -> DraftCheck:
    """All that publishing this content for this day would say; `procedure` may be a code not yet used."""
    return DraftCheck(
        code=procedure if isinstance(procedure, str) else procedure.code,
        number=number,
        effective_on=day,
        ruleset=rulesets.in_force(day).code,
        problems=problems(session, procedure, content, offers, day),
        offers=judge(content, offers, day),
    )


def problems(
    session: Session,
    procedure: Procedure | str,
    content: RevisionContent,
    offers: Sequence[Offer],
    day: date,
) -> list[str]:
    """What stands against the content, whoever offers it, and agencies that are gone by the day."""
    code = procedure if isinstance(procedure, str) else procedure.code
    earlier = {} if isinstance(procedure, str) else editor_queries.earlier_kinds(session, procedure.id)
    gone = editor_queries.ended_agencies(session, [offer.agency_id for offer in offers], day)
    return [
        *content_checks.problems(content, earlier),
        *content_checks.asked_again(content, editor_queries.replaced_papers(session, code)),
        *(f"{name} không hoạt động vào ngày {day:%d/%m/%Y}" for name in gone),
    ]


def require_sound(session: Session, procedure: Procedure, found: ProcedureRevision) -> list[OfferVerdict]:
    """The verdicts of a draft that may be published with its planned day.

    Raises:
        UnsoundContent, NothingOffered: it contradicts itself, or no agency offers it.
        NotFullProcess, NotOnline, ReasonMissing: a level declared that may not be.
    """
    content, offers, day = said(found), declared(found), begins_on(found.effective_on)
    editor_queries.hold_agencies(session, [offer.agency_id for offer in offers])
    if wrong := problems(session, procedure, content, offers, day):
        raise UnsoundContent("Sửa các chỗ chưa nhất quán rồi làm lại.", problems=wrong)
    verdicts = judge(content, offers, day)
    refuse(offers, verdicts, rulesets.in_force(day))
    return verdicts


def begins_on(planned: date) -> date:
    """The day a revision applies from if it is published today: never a day gone by."""
    return max(planned, clock.today())


def said(revision: ProcedureRevision) -> RevisionContent:
    """What a revision says."""
    return msgspec.convert(revision.content, RevisionContent)


def declared(revision: ProcedureRevision) -> list[Offer]:
    """What agencies declare of a revision."""
    return msgspec.convert(revision.offers, list[Offer])
