"""What a revision changes of another, and its history: who did what, when and why."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import simulation
from portal.core import events
from portal.core.http import DbSession
from portal.web.admin_acts import BY_KEEPER
from portal.web.admin_frame import BASE, address, editing
from portal.web.admin_state import offers_of
from portal.web.admin_words import EventLine, event_line
from portal.web.pages import AnyRequest, PostedForm, done, page, see_other
from services_catalog import admin_queries, checking, editor_queries
from services_catalog.admin_queries import RevisionName
from services_catalog.answers import ADDRESS_LABELS
from services_catalog.content import Offer, RevisionContent
from services_catalog.controllers import KEEPER
from services_catalog.diff import Change, Effect, classify, compare, compare_offers
from services_catalog.diff_rules import TABS as ATTRIBUTES
from services_catalog.models import Procedure, ProcedureRevision, RevisionStatus

EFFECTS = {
    Effect.LEGAL: ("is-late", "bank", "Pháp lý"),
    Effect.NOTICE: ("is-you", "megaphone", "Cần báo"),
    Effect.HARMLESS: ("", "chat-left-text", "Câu chữ"),
}
Number = Annotated[int | None, QueryParameter(required=False, ge=1, le=100_000)]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two revisions side by side; `old` None: there was none before."""

    old: RevisionName | None
    new: RevisionName
    changes: list[Change]
    effect: Effect | None

    @property
    def by_tab(self) -> list[tuple[str, list[Change]]]:
        """The changes under the names of the editor's tabs."""
        names = {"": "Tổng quan", "giay-to": "Giấy tờ", "phi-thoi-han": "Phí và thời hạn"}
        names |= {"co-quan": "Cơ quan và mức độ", "quy-trinh": "Quy trình", "to-khai": "Tờ khai"}
        groups = [(tab, [one for one in self.changes if one.tab == tab]) for tab, _ in ATTRIBUTES]
        return [(names[tab], found) for tab, found in groups if found]

    @property
    def legal(self) -> int:
        """How many changes have legal effect."""
        return sum(one.effect is Effect.LEGAL for one in self.changes)


def comparison(session: DbSession, old: RevisionName | None, new: RevisionName) -> Comparison:
    """What the new revision changes of the old one."""
    after = editor_queries.revision(session, new.id)
    before = editor_queries.revision(session, old.id) if old else None
    said = checking.said(after)
    was: RevisionContent | None = checking.said(before) if before else None
    changes = compare(was, said)
    if was is not None and before is not None:
        ours, theirs = _offers(session, before), _offers(session, after)
        ids = [one.agency_id for one in (*ours, *theirs)]
        names = {key: name for key, (_, name) in editor_queries.agencies_by_id(session, ids).items()}
        changes += compare_offers(ours, theirs, names, was, said)
    return Comparison(old=old, new=new, changes=changes, effect=classify(changes))


def _offers(session: DbSession, revision: ProcedureRevision) -> list[Offer]:
    if revision.status in editor_queries.UNPUBLISHED:
        return checking.declared(revision)
    return offers_of(session, revision.id)


def trial_of(session: DbSession, procedure: Procedure, back: str) -> dict[str, Any]:
    """What `admin/_trial.html` shows: the newest trial run, in the words of the draft it was run with."""
    draft = editor_queries.draft_of(session, procedure.id)
    trial = simulation.latest(session, procedure.id)
    content = checking.said(draft) if draft else None
    return {
        "trial": trial,
        "back": back,
        "fail_kinds": simulation.KINDS,
        "changed_since": bool(trial and draft and trial.content_hash != draft.content_hash),
        "names": _names(content) if content else {},
    }


def _names(content: RevisionContent) -> dict[str, str]:
    """Questions and papers by key."""
    names = {f"paper.{paper.key}": paper.name for paper in content.requirements}
    for section in content.form:
        for field in section.fields:
            names[field.key] = field.label
            names |= {f"{field.key}.{sub.key}": f"{field.label}: {sub.label}" for sub in field.fields}
            if field.kind == "address":
                parts = ADDRESS_LABELS.items()
                names |= {f"{field.key}.{part}": f"{field.label}: {label}" for part, label in parts}
    return names


def newest(session: DbSession, code: str) -> tuple[RevisionName | None, RevisionName | None]:
    """The revision to look at and the one it follows: the draft and the newest published one."""
    revisions = admin_queries.all_revisions(session, editor_queries.by_code(session, code).id)
    if not revisions:
        return None, None
    return (revisions[1] if len(revisions) > 1 else None), revisions[0]


@get(f"{BASE}/{{code:str}}/so-sanh", sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def compare_page(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    code: FromPath[str],
    tu: Number = None,
    den: Number = None,
) -> Response[Any]:
    """The draft beside what is published, or any two revisions; with the trial run of the draft."""
    kept = editor_queries.by_code(session, code)
    revisions = admin_queries.all_revisions(session, kept.id)
    numbers = {one.number: one for one in revisions}
    old, new = newest(session, code)
    new = numbers.get(den, new) if den else new
    if tu:
        old = numbers.get(tu, old)
    elif den and new:
        old = next((one for one in revisions if one.number < new.number), None)
    head = editing(session, actor, code, "so-sanh")
    return page(
        request,
        "admin/compare.html",
        editing=head,
        revisions=revisions,
        found=comparison(session, old, new) if new else None,
        effects=EFFECTS,
        **trial_of(session, kept, ""),
    )


@post(f"{BASE}/{{code:str}}/chay-thu", **BY_KEEPER)
def try_out(session: DbSession, actor: CurrentActor, code: FromPath[str], form: PostedForm) -> Response[Any]:
    """Let the last dossiers be run through the draft, in the background."""
    simulation.ask(session, actor, code)
    back = f"/quan-tri/duyet/{code}" if form.get("back") == "review" else address(code, "so-sanh")
    return see_other(back, done("Đang chạy thử. Kết quả hiện ở đây sau ít phút; bạn có thể rời trang."))


@get(f"{BASE}/{{code:str}}/lich-su", sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def history_page(
    request: AnyRequest, session: DbSession, actor: CurrentActor, code: FromPath[str]
) -> Response[Any]:
    """Everything that happened to the procedure, its revisions, and its levels at each agency."""
    kept = editor_queries.by_code(session, code)
    return page(
        request,
        "admin/history.html",
        editing=editing(session, actor, code, "lich-su"),
        lines=history(session, actor, kept.id),
        revisions=admin_queries.all_revisions(session, kept.id),
        current=kept.current_revision_id,
        withdrawn=RevisionStatus.WITHDRAWN,
        levels=admin_queries.level_changes(session, kept.id),
    )


def history(session: DbSession, actor: Actor, procedure_id: Any) -> list[EventLine]:
    """The procedure's events in words, newest first; a run of saves by one person is one line."""
    found: list[EventLine] = []
    for event in reversed(events.history(session, procedure_id)):
        line = event_line(event, actor.id)
        if found and line.name == "procedure.drafted" and found[-1].name == line.name:
            last = found[-1]
            if (last.who, last.number) == (line.who, line.number):
                found[-1] = msgspec.structs.replace(last, times=last.times + 1, since=line.at)
                continue
        found.append(line)
    return found


route_handlers: list[Any] = [compare_page, try_out, history_page]
