"""Asking the applicant to supplement: one complete request in each stage, with its items (form 02).

Source: Decree 118/2025/NĐ-CP, art. 17 as amended by Decree 309/2026, art. 8(1).
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from dossiers import attachments, calendars, clocks, open_request, queries, reasons, supplement_queries
from dossiers.attachment_rules import paper_of
from dossiers.models import AttachmentState, Dossier
from dossiers.processing import begin, facts, finish, worded
from dossiers.supplement_models import (
    FurtherGround,
    ItemKind,
    Stage,
    Supplement,
    SupplementItem,
    SupplementState,
)
from dossiers.workflow import Action
from portal.core import crypto
from portal.core.calendar import WorkCalendar
from portal.core.clock import local, now
from portal.core.errors import Conflict, Invalid
from portal.core.text import clean
from services_catalog import forms
from services_catalog.content import RevisionContent

MAX_ITEMS: Final = 200
MAX_WHY: Final = 1000
LONGEST: Final = dt.timedelta(days=365)  # that an officer may give the applicant

GROUNDS: Final = {
    FurtherGround.APPLICANT: "Phát sinh từ chính nội dung người nộp vừa bổ sung",
    FurtherGround.NEW_FACT: "Có tình tiết mới, lần trước chưa thể biết",
    FurtherGround.SECTOR_LAW: "Luật chuyên ngành cho phép yêu cầu thêm",
}


class FurtherRequest(Conflict):
    """This stage has had its one complete request; a further one needs a ground."""

    title = "Giai đoạn này đã yêu cầu bổ sung một lần"


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field or paper to put right. `again`: why it is asked once more."""

    kind: ItemKind
    key: str
    reason: str
    why: str
    again: str = ""


def ask(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    items: Sequence[Item],
    note: str = "",
    due_on: dt.date | None = None,
    ground: FurtherGround | None = None,
    ground_words: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Ask for everything that is to be supplied, at once; the time until it comes is not counted.

    `due_on` is the applicant's last day where the procedure's own law sets none (`supplement_days`).

    Raises:
        Invalid: no items, an unknown field, paper or reason, no words, a date that cannot be.
        FurtherRequest: the stage has had its request, and no ground is given; and those of `begin`.
    """
    note = clean(note, max_length=2000, multiline=True)
    ground_words = clean(ground_words, max_length=2000, multiline=True)
    said = msgspec.json.encode([list(items), note, due_on, ground, ground_words]).decode()
    begun = begin(session, actor, dossier_id, Action.ASK_SUPPLEMENT, seq=seq, key=key, body=said)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    content = queries.content_of(session, dossier)
    answers = crypto.open_(session, dossier.subject_id, f"dossier.answers|{dossier.id}", dossier.answers)
    stage = stage_of(dossier)
    before = supplement_queries.asked_before(session, dossier.id)
    checked = _checked(content, answers, items, before)
    if any(stage in stages for stages in before.values()):
        _demand_ground(ground, ground_words)
    else:
        ground, ground_words = None, ""
    due_at = due(content, calendars.of(session, dossier.competent_agency_id), due_on)
    row = Supplement(
        dossier_id=dossier.id,
        number=dossier.supplements + 1,
        stage=stage,
        ground=ground,
        asked_by=actor.id,  # type: ignore[arg-type]  # guarded: officers
        asked_at=now(),
        due_at=due_at,
        sealed=b"",
    )
    row.sealed = crypto.seal(
        session,
        dossier.subject_id,
        supplement_queries.aad(row.id),
        {"note": note, "ground": ground_words, "items": _words(session, dossier, answers, checked)},
    )
    session.add(row)
    session.flush()
    for one in checked:
        session.add(
            SupplementItem(
                supplement_id=row.id, kind=one.kind, key=one.key, dossier_id=dossier.id, reason=one.reason
            )
        )
    dossier.supplements = row.number
    data: dict[str, Any] = {
        **facts(dossier),
        "supplement_id": row.id,
        "number": row.number,
        "stage": stage,
        "items": [{"kind": one.kind, "key": one.key, "reason": one.reason} for one in checked],
    }
    data |= {"supply_by": due_at} if due_at else {}
    data |= {"ground": ground} if ground else {}
    data |= clock_data(session, dossier, "dossier.supplement_asked", data)
    why = {f"{one.kind}:{one.key}": one.why for one in checked}
    private = {"why": why, **({"note": note} if note else {})}
    private |= {"ground": ground_words} if ground_words else {}
    return finish(session, dossier, after, "dossier.supplement_asked", actor, data, private)


def stage_of(dossier: Any) -> Stage:
    """The stage a request made now belongs to."""
    return Stage.RECEPTION if dossier.accepted_at is None else Stage.APPRAISAL


def due(content: RevisionContent, calendar: WorkCalendar, due_on: dt.date | None) -> dt.datetime | None:
    """When the applicant's time ends for a request made now; None: the law and the officer set no end.

    Source: the procedure's own law (07 working days in the linked groups); Civil Code 2015, art. 147.

    Raises:
        Invalid: a date given against the law's own, one that is past, or one too far.
    """
    today = local(now()).date()
    if content.supplement_days is not None:
        if due_on is not None:
            _wrong_date(f"Thủ tục này quy định {content.supplement_days} ngày làm việc, không chọn ngày khác")
        day = today
        for _ in range(content.supplement_days):
            day = calendar.next_working_day(day)
        return calendar.close(day)
    if due_on is None:
        return None
    if not today < due_on <= today + LONGEST:
        _wrong_date("Chọn một ngày sau hôm nay và trong vòng một năm")
    if not calendar.is_working_day(due_on):
        _wrong_date("Chọn một ngày làm việc, để người nộp còn có nơi hỏi")
    return calendar.close(due_on)


def _wrong_date(message: str) -> None:
    raise Invalid(f"{message}.", errors=[{"field": "due_on", "message": message}])


def _demand_ground(ground: FurtherGround | None, words: str) -> None:
    """A further request in the same stage is allowed on a ground only, and is flagged.

    Source: Decree 309/2026/NĐ-CP, art. 8(1); Decision 766/QĐ-TTg, index 2.1.
    """
    if ground is None:
        raise FurtherRequest(
            "Mỗi giai đoạn chỉ yêu cầu bổ sung một lần, đầy đủ. Muốn thêm, chọn căn cứ và giải trình.",
            errors=[{"field": "ground", "message": "Chọn căn cứ để yêu cầu thêm lần nữa"}],
        )
    if not words:
        message = "Giải trình vì sao phải yêu cầu thêm lần nữa"
        raise Invalid(f"{message}.", errors=[{"field": "ground_words", "message": message}])


def _checked(
    content: RevisionContent,
    answers: dict[str, Any],
    items: Sequence[Item],
    before: dict[tuple[str, str], set[Stage]],
) -> list[Item]:
    errors: list[dict[str, str]] = []
    kept: list[Item] = []
    known = {ItemKind.FIELD: askable_fields(content, answers), ItemKind.PAPER: askable_papers(content)}
    if not 0 < len(items) <= MAX_ITEMS:
        errors.append({"field": "items", "message": "Chọn ít nhất một mục hoặc giấy tờ cần bổ sung"})
        items = []
    seen = set[tuple[ItemKind, str]]()
    for one in items:
        place = f"items.{one.kind}:{one.key}"
        why = clean(one.why, max_length=MAX_WHY, multiline=True)
        again = clean(one.again, max_length=MAX_WHY, multiline=True)
        if one.key not in known[one.kind] or (one.kind, one.key) in seen:
            what = "Tờ khai không có mục này" if one.kind is ItemKind.FIELD else "Không nhận được giấy tờ này"
            errors.append({"field": place[:100], "message": what})
        if one.reason not in reasons.SUPPLEMENT:
            errors.append({"field": f"{place}.reason"[:100], "message": "Chọn lý do"})
        if not why:
            errors.append({"field": f"{place}.why"[:100], "message": "Nêu rõ cần bổ sung gì, sửa thế nào"})
        if (one.kind.value, one.key) in before and not again:
            message = "Mục này đã yêu cầu lần trước: giải trình vì sao yêu cầu lại"
            errors.append({"field": f"{place}.again"[:100], "message": message})
        seen.add((one.kind, one.key))
        kept.append(msgspec.structs.replace(one, why=why, again=again))
    if errors:
        raise Invalid(f"{errors[0]['message']}.", errors=errors)
    return kept


def askable_fields(content: RevisionContent, answers: dict[str, Any]) -> dict[str, str]:
    """The questions the applicant saw: key → label."""
    keys = forms.keys(content.form)
    return {
        field.key: field.label
        for section in forms.visible(content.form, answers)
        for field in section.fields
        if field.key in keys
    }


def askable_papers(content: RevisionContent) -> dict[str, str]:
    """The papers that can be handed in as files: key → name."""
    return {
        paper.key: paper.name for paper in content.requirements if paper_of(content, paper.key) is not None
    }


def _words(
    session: Session, dossier: Dossier, answers: dict[str, Any], items: Sequence[Item]
) -> dict[str, dict[str, Any]]:
    """What was said of each item, with what the desk had of it."""
    files = [one for one in queries.attachments(session, dossier.id) if one.state is AttachmentState.READY]
    told = {}
    for one in items:
        before: Any = answers.get(one.key)
        if one.kind is ItemKind.PAPER:
            before = [str(file.id) for file in files if file.requirement_key == one.key]
        told[f"{one.kind}:{one.key}"] = {"why": one.why, "again": one.again, "before": before}
    return told


def revoke(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    reason: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """The desk takes its open request back; what was handed in for it falls away.

    Raises:
        Invalid: no reason; and those of `begin`.
    """
    reason = worded(reason, "Ghi lý do rút lại yêu cầu bổ sung.")
    begun = begin(session, actor, dossier_id, Action.REVOKE_SUPPLEMENT, seq=seq, key=key, body=reason)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    row = open_request.demand_open(session, dossier)
    close(session, dossier, row, SupplementState.REVOKED)
    data: dict[str, Any] = {"supplement_id": row.id}
    data |= clock_data(session, dossier, "dossier.supplement_revoked", data)
    return finish(session, dossier, after, "dossier.supplement_revoked", actor, data, {"reason": reason})


def close(session: Session, dossier: Dossier, row: Supplement, state: SupplementState) -> None:
    """End an open request that was not answered: its draft and the files sent for it go."""
    row.state, row.ended_at, row.draft = state, now(), None
    session.add(row)
    for file in queries.attachments(session, dossier.id):
        if file.supplement_id == row.id:
            attachments.drop(session, dossier, file, None)


def clock_data(session: Session, dossier: Dossier, name: str, data: dict[str, Any]) -> dict[str, Any]:
    """What the clock adds to an event that touches it: the instant, and both due dates once it runs."""
    turned = clocks.turn(session, dossier, name, data)
    return turned if turned["due_at"] is not None else {"at": turned["at"]}
