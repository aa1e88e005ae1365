"""What may be done to the catalogue, and when: draft, check, publish, withdraw."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from auth.actor import Actor
from portal.core import clock, events, idempotency
from portal.core.db import new_id
from portal.core.errors import Conflict, Invalid, NotFound, Stale
from portal.core.text import fold
from services_catalog import content as contents
from services_catalog import editor_queries, rulesets
from services_catalog.content import Offer, RevisionContent
from services_catalog.judging import (
    NotFullProcess,
    NothingOffered,
    NotOnline,
    OfferVerdict,
    ReasonMissing,
    eligible,
    facts_of,
    judge,
    refuse,
)
from services_catalog.models import (
    CHANGED,
    CatalogueVersion,
    Offering,
    Origin,
    Procedure,
    ProcedureRevision,
    RevisionStatus,
    Sector,
)
from services_catalog.search import search_extra, words

__all__ = [
    "DraftCheck",
    "NoDraft",
    "NotFullProcess",
    "NotOnline",
    "NotPublished",
    "NothingOffered",
    "OfferVerdict",
    "ReasonMissing",
    "UnsoundContent",
    "bump",
    "check",
    "draft",
    "eligible",
    "facts_of",
    "is_code",
    "judge",
    "publish",
    "save_draft",
    "sector_ids",
    "withdraw",
]

_CODE = re.compile(r"[0-9A-Z][0-9A-Za-z.\-]{1,34}", re.ASCII)


class NoDraft(Conflict):
    """There is nothing to publish or check."""

    title = "Thủ tục không có bản dự thảo"


class NotPublished(Conflict):
    title = "Thủ tục chưa được công bố"


class UnsoundContent(Invalid):
    """The content contradicts itself; `problems` names each place."""

    title = "Nội dung thủ tục chưa nhất quán"


class DraftCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What publishing the draft today would say."""

    code: str
    number: int
    ruleset: str
    problems: list[str]
    offers: list[OfferVerdict]

    @property
    def may_publish(self) -> bool:
        """Whether nothing stands against it."""
        return bool(self.offers) and not self.problems and all(o.obstacle is None for o in self.offers)


def is_code(code: str) -> bool:
    """Whether it can be a procedure's code: "1.001193", "2.000908.000.00.00.H61", "1.014955-Xoa"."""
    return _CODE.fullmatch(code) is not None


def save_draft(
    session: Session,
    code: str,
    actor: Actor,
    *,
    content: RevisionContent,
    offers: Sequence[Offer],
    seq: int | None = None,
) -> ProcedureRevision:
    """Keep the draft of the procedure's next revision; makes the procedure when it is new.

    `seq` is the procedure's version the editor saw; None overrides.

    Raises:
        Invalid: the code is none, or an agency stands twice or is unknown.
        Stale: the procedure changed meanwhile.
    """
    if not is_code(code):
        raise Invalid("Mã thủ tục gồm chữ số, chữ cái, dấu chấm, ví dụ 1.001193.")
    _check_agencies(session, offers)
    procedure = _locked_or_new(session, code, content)
    if seq is not None and seq != procedure.seq:
        raise Stale("Thủ tục vừa được người khác sửa. Tải lại rồi sửa tiếp.", seq_now=procedure.seq)
    draft = editor_queries.draft_of(session, procedure.id, for_update=True)
    body, declared = contents.plain(content), msgspec.to_builtins(list(offers))
    digest = contents.content_hash(content)
    if draft is not None and (draft.content_hash, draft.offers) == (digest, declared):
        return draft
    today = clock.today()
    if draft is None:
        draft = ProcedureRevision(
            procedure_id=procedure.id,
            number=editor_queries.last_number(session, procedure.id) + 1,
            created_at=clock.now(),
            effective_on=today,
            ruleset=rulesets.in_force(today).code,
            content=body,
            content_hash=digest,
            offers=declared,
        )
    else:
        draft.content, draft.content_hash, draft.offers = body, digest, declared
    session.add(draft)
    session.flush()
    facts = {"revision": draft.id, "number": draft.number, "content_hash": digest}
    events.record(session, procedure, "procedure.drafted", actor.id, facts)
    session.add(procedure)
    session.flush()
    return draft


def _check_agencies(session: Session, offers: Sequence[Offer]) -> None:
    ids = [offer.agency_id for offer in offers]
    known = editor_queries.agencies_by_id(session, ids)
    if len(set(ids)) != len(ids) or any(agency_id not in known for agency_id in ids):
        unknown = [str(agency_id) for agency_id in ids if agency_id not in known]
        raise Invalid("Mỗi cơ quan thực hiện phải có thật và chỉ kê một lần.", unknown=unknown)


def _locked_or_new(session: Session, code: str, content: RevisionContent) -> Procedure:
    """The procedure, locked; two editors who name a new code at once meet in one row."""
    named = {"id": new_id(), "code": code, "name": content.name, "name_folded": words(content.name)}
    rest = {"origin": Origin.OWN, "sector_names": content.sector, "audience": [], "life_events": []}
    empty = dict.fromkeys(("publisher", "departments", "applicants", "search_extra"), "")
    session.execute(
        insert(Procedure.__table__)  # type: ignore[attr-defined]
        .values(**named, **rest, **empty)
        .on_conflict_do_nothing(index_elements=["code"])
    )
    return editor_queries.by_code(session, code, for_update=True)


def draft(session: Session, code: str) -> tuple[Procedure, ProcedureRevision, RevisionContent, list[Offer]]:
    """The draft of a procedure with what it says and what agencies declare.

    Raises:
        NotFound: no procedure has this code.
        NoDraft: it has no draft.
    """
    procedure = editor_queries.by_code(session, code)
    found = _draft(session, procedure, for_update=False)
    return procedure, found, _said(found), _declared(found)


def check(session: Session, code: str) -> DraftCheck:
    """What publishing the draft today would say, condition by condition and agency by agency.

    Raises:
        NotFound: no procedure has this code.
        NoDraft: it has no draft.
    """
    _, found, content, offers = draft(session, code)
    today = clock.today()
    return DraftCheck(
        code=code,
        number=found.number,
        ruleset=rulesets.in_force(today).code,
        problems=contents.problems(content),
        offers=judge(content, offers, today),
    )


def publish(session: Session, code: str, actor: Actor, *, key: str | None = None) -> ProcedureRevision:
    """Publish the draft: from now on new dossiers follow it; it never changes again.

    It takes effect today and is judged by the rule set in force today. `key` makes a repeat harmless.

    Raises:
        NotFound: no procedure has this code.
        NoDraft: it has no draft.
        UnsoundContent, NothingOffered: it contradicts itself, or no agency offers it.
        NotFullProcess, NotOnline, ReasonMissing: a level declared that may not be.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    if actor.id is not None and key is not None:
        draft_now = editor_queries.draft_of(session, procedure.id)
        resource = draft_now.id if draft_now else procedure.id
        body = f"publication|{code}".encode()
        if (first := idempotency.claim(session, actor.id, key, body, resource)) is not None:
            return editor_queries.revision(session, first)
    draft = _draft(session, procedure, for_update=True)
    content, offers, today = _said(draft), _declared(draft), clock.today()
    if found := contents.problems(content):
        raise UnsoundContent("Sửa các chỗ chưa nhất quán rồi công bố lại.", problems=found)
    judged = judge(content, offers, today)
    ruleset = rulesets.in_force(today)
    refuse(offers, judged, ruleset)
    session.add_all(_offering(draft, one) for one in judged)
    session.flush()
    draft.status, draft.published_at, draft.published_by = RevisionStatus.PUBLISHED, clock.now(), actor.id
    draft.effective_on, draft.ruleset = today, ruleset.code
    session.add(draft)
    session.flush()
    _follow(session, procedure, draft, content)
    offered = [
        {"agency_id": one.agency_id, "declared": one.declared, "eligible": one.eligible} for one in judged
    ]
    facts = {"revision": draft.id, "number": draft.number, "ruleset": ruleset.code, "offerings": offered}
    events.record(session, procedure, "procedure.published", actor.id, facts)
    session.add(procedure)
    session.flush()
    bump(session)
    return draft


def _offering(draft: ProcedureRevision, one: OfferVerdict) -> Offering:
    return Offering(
        revision_id=draft.id,
        procedure_id=draft.procedure_id,
        agency_id=one.agency_id,
        declared=one.declared,
        eligible=one.eligible,
        reason_code=one.reason_code,
        reason_basis=one.reason_basis,
        verdict=msgspec.to_builtins(one.verdict),
    )


def _follow(
    session: Session, procedure: Procedure, revision: ProcedureRevision, content: RevisionContent
) -> None:
    """Make the lists say what the revision says."""
    procedure.origin, procedure.current_revision_id = Origin.OWN, revision.id
    procedure.name, procedure.name_folded = content.name, words(content.name)
    procedure.sector_names = content.sector
    procedure.sector_id = sector_ids(session, [content.sector])[content.sector]
    procedure.audience, procedure.life_events = list(content.audience), list(content.life_events)
    procedure.search_extra = search_extra(
        content.name, content.sector, procedure.publisher, procedure.departments
    )
    session.add(procedure)
    session.flush()


def withdraw(session: Session, code: str, actor: Actor, *, seq: int | None = None) -> ProcedureRevision:
    """End the published revision: no new dossiers; those filed go on under it.

    Raises:
        NotFound: no procedure has this code.
        Stale: the procedure changed meanwhile.
        NotPublished: nothing of it is published.
    """
    procedure = editor_queries.by_code(session, code, for_update=True)
    if seq is not None and seq != procedure.seq:
        raise Stale("Thủ tục vừa được người khác sửa. Tải lại rồi làm tiếp.", seq_now=procedure.seq)
    if procedure.current_revision_id is None:
        raise NotPublished("Thủ tục này chưa công bố, hoặc đã ngừng cung cấp.")
    revision = editor_queries.revision(session, procedure.current_revision_id)
    revision.status, procedure.current_revision_id = RevisionStatus.WITHDRAWN, None
    session.add(revision)
    facts = {"revision": revision.id, "number": revision.number}
    events.record(session, procedure, "procedure.withdrawn", actor.id, facts)
    session.add(procedure)
    session.flush()
    bump(session)
    return revision


def _draft(session: Session, procedure: Procedure, *, for_update: bool) -> ProcedureRevision:
    draft = editor_queries.draft_of(session, procedure.id, for_update=for_update)
    if draft is None:
        raise NoDraft("Thủ tục này không có bản dự thảo. Lưu bản dự thảo trước.")
    return draft


def _said(revision: ProcedureRevision) -> RevisionContent:
    return msgspec.convert(revision.content, RevisionContent)


def _declared(revision: ProcedureRevision) -> list[Offer]:
    return msgspec.convert(revision.offers, list[Offer])


def sector_ids(session: Session, names: Sequence[str]) -> dict[str, UUID]:
    """The sectors of these names, made when they are new; names that fold alike are one sector."""
    codes = {name: fold(name).replace(" ", "-")[:200] for name in names}
    fresh: dict[str, dict[str, Any]] = {}
    for name, code in codes.items():
        fresh.setdefault(code, {"id": new_id(), "code": code, "name": name})
    if fresh:
        session.execute(
            insert(Sector.__table__).values(list(fresh.values())).on_conflict_do_nothing()  # type: ignore[attr-defined]
        )
    rows = session.execute(
        sa.select(col(Sector.code), col(Sector.id)).where(col(Sector.code).in_(list(fresh)))
    )
    by_code = {row.code: row.id for row in rows}
    if missing := [name for name, code in codes.items() if code not in by_code]:
        raise NotFound("Không ghi được lĩnh vực.", names=missing)
    return {name: by_code[code] for name, code in codes.items()}


def bump(session: Session) -> None:
    """Count one more change of the public catalogue: cached reads end with this transaction."""
    table = CatalogueVersion.__table__  # type: ignore[attr-defined]
    session.execute(
        insert(table)
        .values(id=1, revision=1)
        .on_conflict_do_update(index_elements=["id"], set_={"revision": table.c.revision + 1})
    )
    session.info[CHANGED] = True
