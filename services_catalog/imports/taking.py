"""A foreign record taken: as the draft of the procedure's next revision, never published by that.

What a person wrote is not overwritten: a draft that somebody changed since the last import is left alone.
"""

from collections.abc import Sequence

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from portal.core import clock, events
from portal.core.errors import DomainError
from services_catalog import checking, drafting, editor_queries, import_queries, judging, levels, rulesets
from services_catalog import content as contents
from services_catalog.content import Offer, RevisionContent
from services_catalog.evidence import DEMANDS
from services_catalog.import_queries import Agencies
from services_catalog.imports import typed_levels
from services_catalog.imports.pieces import Imported
from services_catalog.imports.rows import ImportRow, Outcome
from services_catalog.models import Procedure, ProcedureRevision, RevisionStatus


class Present(msgspec.Struct, frozen=True):
    """What is kept of a procedure: its row, locked, its draft and the newest published revision."""

    procedure: Procedure | None
    draft: ProcedureRevision | None
    newest: ProcedureRevision | None

    def says(self, digest: str, offers: Sequence[Offer] | None) -> bool:
        """Whether the draft, or without one the published revision, says this already.

        `offers` None: whoever offers what is published.
        """
        if self.draft is not None:
            declared = self.draft.offers if offers is None else msgspec.to_builtins(list(offers))
            return (self.draft.content_hash, self.draft.offers) == (digest, declared)
        return self.newest is not None and self.newest.content_hash == digest


def present(session: Session, code: str) -> Present:
    """What is kept of the procedure of this code, to be changed."""
    procedure = import_queries.known(session, code)
    if procedure is None:
        return Present(None, None, None)
    draft = editor_queries.draft_of(session, procedure.id, for_update=True)
    return Present(procedure, draft, import_queries.newest_published(session, procedure.id))


def refusal(session: Session, found: Present) -> str | None:
    """Why the procedure's draft is not overwritten; None when it may be, or there is none."""
    if found.draft is None or found.procedure is None:
        return None
    if found.draft.status is RevisionStatus.REVIEW:
        return f"Bản {found.draft.number} đang chờ duyệt; duyệt hoặc trả lại rồi nạp lại."
    if not import_queries.imported_last(session, found.procedure.id):
        return f"Có bản nháp do người soạn (bản {found.draft.number}); công bố hoặc sửa tại đó."
    return None


def note_import(session: Session, made: ProcedureRevision, actor: Actor, kind: str) -> Procedure:
    """Note that an import wrote the draft: the next one may write over it. The procedure's row, locked."""
    procedure = editor_queries.by_id(session, made.procedure_id, for_update=True)
    facts = {"revision": made.id, "number": made.number, "content_hash": made.content_hash, "kind": kind}
    events.record(session, procedure, import_queries.IMPORTED, actor.id, facts)
    session.add(procedure)
    session.flush()
    return procedure


def take(
    session: Session, given: Imported, actor: Actor, agencies: Agencies, *, kind: str, line: int
) -> ImportRow:
    """Make the record the draft of the next revision, unless the present draft or revision says the same."""

    def told(outcome: Outcome, reason: str | None = None) -> ImportRow:
        return ImportRow(given.code, outcome, reason or None, line, given.content.name)

    found = present(session, given.code)
    content = kept(given.content, checking.said(found.newest)) if found.newest else given.content
    offering = import_queries.offers_of(session, found.newest.id) if found.newest else []
    offers = _offers(content, given, agencies, offering)
    if found.says(contents.content_hash(content), offers):
        return told("unchanged")
    if refused := refusal(session, found):
        return told("refused", refused)
    fresh = found.draft is None and found.newest is None
    try:
        made = drafting.save_draft(session, given.code, actor, content=content, offers=offers)
    except DomainError as wrong:
        return told("refused", wrong.detail)
    procedure = note_import(session, made, actor, kind)
    if not (procedure.publisher or procedure.departments or procedure.applicants):
        for name, value in given.row.items():
            setattr(procedure, name, value)
        session.add(procedure)
        session.flush()
    return told("created" if fresh else "updated", "; ".join([*given.notes, *_level_note(given)]))


def _level_note(given: Imported) -> list[str]:
    """Where the level its portal typed and the record's words differ, with the sentence that decides."""
    compared = typed_levels.compare(given)
    if compared.finding == "typed_partial":
        return ["Nguồn không ghi toàn trình, nhưng nội dung không có gì cản trở làm toàn trình"]
    if compared.finding != "typed_full":
        return []
    found = compared.against[0]
    demanded = f"{DEMANDS[found.demand][1]} (“{found.sentence[:200]}”)"
    return [f"Nguồn ghi toàn trình, nhưng nội dung đòi hỏi: {demanded}"]


def kept(content: RevisionContent, present: RevisionContent) -> RevisionContent:
    """The content with what only we say of the procedure: the e-form, the work inside, what helps people."""
    return msgspec.structs.replace(
        content,
        form=present.form,
        form_template=present.form_template,
        steps=present.steps,
        online_payment=present.online_payment,
        signature_required=present.signature_required,
        signing_ways=present.signing_ways,
        forms_downloadable=content.forms_downloadable or present.forms_downloadable,
        life_events=content.life_events or present.life_events,
        related=content.related or present.related,
        usual_mistakes=present.usual_mistakes,
        faq=present.faq,
    )


def _offers(
    content: RevisionContent, given: Imported, agencies: Agencies, offering: Sequence[Offer]
) -> list[Offer]:
    """Who offers it already, and those of our agencies the record names, at the level the content gives."""
    taken = {offer.agency_id for offer in offering}
    found = [agencies.found(one.code, one.name) for one in given.agencies]
    fresh = [one for one in dict.fromkeys(found) if one is not None and one not in taken]
    today = clock.today()
    level = levels.derive(judging.facts_of(content, today), rulesets.in_force(today)).level
    return [*offering, *(Offer(agency_id=one, declared=level) for one in fresh)]
