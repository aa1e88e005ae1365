"""What the forms of an act say besides the dossier: read from its event and those before it.

Everything follows from the events up to the one that calls for the form, so that a later act on the dossier
changes no form that was drawn before it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from auth import queries as people
from auth.models import Agency
from dossiers import clocks, reasons
from dossiers.ends import CAUSES, Cause
from dossiers.models import DocumentKind, Dossier
from dossiers.process_models import Ballot, DossierStep
from portal.core import events
from portal.core.errors import NotFound
from portal.core.events import EventRow
from services_catalog.content import RevisionContent


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A paper or an answer to be put right; copies as the procedure asks for them, 0 for an answer."""

    name: str
    reason: str
    why: str
    originals: int = 0
    certified: int = 0
    copies: int = 0


class Passing(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier goes from one hand to the next; `due_at`: what the clock said then."""

    at: datetime
    what: str
    giver: str
    taker: str
    due_at: datetime | None = None
    note: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the event itself says, in words and instants; empty where its kind says nothing of it."""

    reason: str = ""  # the words of a reason's code
    note: str = ""
    wanted: list[Wanted] = []
    due_at: datetime | None = (
        None  # of a supplement: the applicant's last instant; of an extension: the new one
    )
    was_due_at: datetime | None = None
    cause: str = ""
    asked_at: datetime | None = None  # when the applicant asked to withdraw
    stood: str = ""  # how far the dossier had come
    paid_vnd: int = 0
    passings: list[Passing] = []
    result: str = ""  # "" where a dossier is handed over, else the kind of result


_ANSWERED: Final = {Ballot.AGREE: "đồng ý", Ballot.DISAGREE: "không đồng ý", Ballot.OTHER: "ý kiến khác"}
_RESULTS: Final = {"dossier.approved": "Cấp kết quả", "dossier.rejected": "Từ chối giải quyết"}


def told(
    session: Session, kind: DocumentKind, dossier: Dossier, event: EventRow, content: RevisionContent
) -> Told:
    """What this kind of document says of its event."""
    before = [one for one in events.history(session, dossier.id) if one.seq <= event.seq]
    private = events.private_of(session, dossier.id, event.seq)
    note = str(private.get("note") or "")
    match kind:
        case DocumentKind.FORM_02:
            return Told(wanted=_wanted(event, private, content), due_at=_instant(event, "due_at"), note=note)
        case DocumentKind.FORM_03:
            table = reasons.REFUSAL if event.name == "dossier.refused" else reasons.REJECTION
            return Told(reason=reasons.words(table, event.data.get("reason_code")))
        case DocumentKind.FORM_04:
            earlier = [one for one in clocks.of_clock(session, dossier.id) if one.seq < event.seq]
            was = clocks.counted(session, dossier, earlier)
            return Told(due_at=_instant(event, "due_at"), was_due_at=was.due_at if was else None)
        case DocumentKind.FORM_05:
            return _stopped(event, before, note)
        case DocumentKind.FORM_06:
            return Told(passings=passings(session, dossier, before))
        case DocumentKind.HAND_OVER if event.name in _RESULTS:
            return Told(result=_RESULTS[event.name], paid_vnd=_paid(before))
        case DocumentKind.HAND_OVER:
            last = passings(session, dossier, before)[-1]
            return Told(passings=[msgspec.structs.replace(last, note=note)])
    return Told()


def _wanted(event: EventRow, private: dict[str, Any], content: RevisionContent) -> list[Wanted]:
    papers = {paper.key: paper for paper in content.requirements}
    labels = {field.key: field.label for section in content.form for field in section.fields}
    why: dict[str, str] = private.get("why") or {}
    wanted = []
    for item in event.data["items"]:
        key = item["key"]
        paper = papers.get(key) if item["kind"] == "paper" else None
        wanted.append(
            Wanted(
                name=paper.name if paper else f"Thông tin khai: {labels.get(key, key)}",
                reason=reasons.words(reasons.SUPPLEMENT, item["reason"]),
                why=str(why.get(f"{item['kind']}:{key}") or ""),
                originals=paper.originals if paper else 0,
                certified=paper.certified if paper else 0,
                copies=paper.copies if paper else 0,
            )
        )
    return wanted


def _stopped(event: EventRow, before: Sequence[EventRow], note: str) -> Told:
    """Form 05. Source: Circular 03/2025/TT-VPCP, art. 7; Decree 118/2025/NĐ-CP, art. 21."""
    names = {one.name for one in before}
    asked = [one for one in before if one.name == "dossier.withdrawal_asked"]
    cause = Cause(event.data["cause"])
    stood = "Chờ tiếp nhận"
    if "dossier.accepted" in names:
        stood = "Đang giải quyết" if "dossier.claimed" in names else "Đã tiếp nhận, chưa giải quyết"
    return Told(
        cause=CAUSES[cause],
        asked_at=asked[-1].at if asked and cause is Cause.WITHDRAWN else None,
        stood=stood,
        paid_vnd=_paid(before),
        note=note,
    )


def _paid(before: Sequence[EventRow]) -> int:
    """Đồng that came in and were not given back."""
    came = ("dossier.fee_settled", "dossier.payment_received")
    total = sum(int(one.data.get("amount_vnd", 0)) for one in before if one.name in came)
    return total - sum(int(one.data["amount_vnd"]) for one in before if one.name == "dossier.fee_refunded")


def passings(session: Session, dossier: Dossier, before: Sequence[EventRow]) -> list[Passing]:
    """Every time the dossier went from one hand to the next, oldest first."""
    people_of, agency_of = _Names(session), _Agencies(session)
    steps = dict(
        session.execute(
            sa.select(col(DossierStep.position), col(DossierStep.name)).where(
                col(DossierStep.dossier_id) == dossier.id
            )
        ).all()
    )
    receiving = agency_of(dossier.receiving_agency_id)
    competent = agency_of(dossier.competent_agency_id)
    rows: list[Passing] = []
    due_at: datetime | None = None
    for one in before:
        due_at = _instant(one, "due_at") if one.name in _COUNTED and "due_at" in one.data else due_at
        who, data = people_of(one.actor_id), one.data
        giver = taker = who
        judged = due_at
        match one.name:
            case "dossier.accepted":
                what, giver, taker = "Tiếp nhận hồ sơ", "Người nộp hồ sơ", f"{who}, {receiving}"
            case "dossier.forwarded":
                what, giver, judged = "Chuyển hồ sơ", f"{who}, {receiving}", _instant(one, "forward_due_at")
                taker = agency_of(UUID(str(data["to_agency_id"])))
            case "dossier.taken_over":
                what, giver, taker = "Nhận hồ sơ chuyển đến", receiving, f"{who}, {competent}"
            case "dossier.claimed":
                what, giver = "Nhận giải quyết", competent
            case "dossier.handed_over":
                what, taker = "Bàn giao hồ sơ", people_of(UUID(str(data["to_id"])))
            case "dossier.handover_taken":
                what, giver = "Nhận bàn giao", rows[-1].giver if rows else competent
            case "dossier.reassigned":
                what, taker = "Phân công lại", people_of(UUID(str(data["to_id"])))
            case "dossier.step_done":
                what = f"Xong bước: {steps.get(data['position'], data['position'])}"
                taker = str(steps.get(data.get("next") or 0, competent))
            case "dossier.step_returned":
                what = f"Trả lại bước: {steps.get(data['to'], data['to'])}"
                taker = str(steps.get(data["to"], competent))
            case "dossier.consulted":
                what, taker = "Lấy ý kiến", agency_of(UUID(str(data["agency_id"])))
            case "dossier.opinion_given":
                what = f"Trả lời ý kiến: {_ANSWERED[Ballot(data['ballot'])]}"
                taker = competent
            case "dossier.supplement_asked":
                what, taker = "Yêu cầu bổ sung", "Người nộp hồ sơ"
            case "dossier.supplemented":
                what, giver, taker = "Bổ sung hồ sơ", "Người nộp hồ sơ", competent
            case "dossier.approved" | "dossier.rejected":
                what, taker = _RESULTS[one.name], receiving
            case "dossier.stopped":
                what, giver, taker = "Dừng giải quyết", who or "Hệ thống", receiving
            case "dossier.delivered":
                what, taker = "Trả kết quả", "Người nộp hồ sơ"
            case _:
                continue
        rows.append(Passing(at=one.at, what=what, giver=giver, taker=taker, due_at=judged))
    return rows


_COUNTED: Final = frozenset(
    {
        "dossier.accepted",
        "dossier.taken_over",
        "dossier.supplemented",
        "dossier.supplement_revoked",
        "dossier.duty_met",
        "dossier.duty_revoked",
        "dossier.payment_received",
        "dossier.kept",
        "dossier.extended",
        "dossier.opinion_given",
        "dossier.opinion_revoked",
        "dossier.due_recounted",
        "dossier.incident_passed",
    }
)


class _Names:
    """Names of people by account, each read once; "" for nobody."""

    def __init__(self, session: Session) -> None:
        self._session, self._known = session, dict[UUID, str]()

    def __call__(self, account_id: UUID | None) -> str:
        if account_id is None:
            return ""
        if account_id not in self._known:
            try:
                self._known[account_id] = people.person(self._session, account_id).name
            except NotFound:
                self._known[account_id] = ""
        return self._known[account_id]


class _Agencies:
    """Names of agencies, each read once."""

    def __init__(self, session: Session) -> None:
        self._session, self._known = session, dict[UUID, str]()

    def __call__(self, agency_id: UUID) -> str:
        if agency_id not in self._known:
            chosen = sa.select(col(Agency.name)).where(col(Agency.id) == agency_id)
            self._known[agency_id] = self._session.execute(chosen).scalar_one()
        return self._known[agency_id]


def _instant(event: EventRow, name: str) -> datetime | None:
    value = event.data.get(name)
    return None if value is None else datetime.fromisoformat(str(value))
