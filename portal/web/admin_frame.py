"""The head of a procedure's editor, the same on every tab: what it is, which revision, where one may go."""

from datetime import date, datetime
from typing import Final

import msgspec
from sqlmodel import Session

from auth.actor import Actor, Role
from portal.web.admin_state import published
from services_catalog import editor_queries, queries
from services_catalog.levels import Level
from services_catalog.models import Origin, Procedure, ProcedureRevision, RevisionStatus
from services_catalog.search import best

BASE: Final = "/quan-tri/thu-tuc"
TABS: Final = (
    ("", "Tổng quan"),
    ("giay-to", "Giấy tờ"),
    ("phi-thoi-han", "Phí và thời hạn"),
    ("co-quan", "Cơ quan và mức độ"),
    ("quy-trinh", "Quy trình"),
    ("to-khai", "Tờ khai"),
    ("so-sanh", "So sánh"),
    ("lich-su", "Lịch sử"),
)


class Tab(msgspec.Struct, frozen=True):
    href: str
    label: str
    current: bool


class Editing(msgspec.Struct, frozen=True, kw_only=True):
    """What `admin/_tabs.html` shows above a tab; a page passes it as `editing`.

    `seq` goes back with every save. `draft` is None when nothing is being written; `in_review` then
    waits for a second person. `may_edit`: whether the reader may change the draft.
    """

    code: str
    name: str
    seq: int
    listing: bool
    draft: int | None
    in_review: bool
    begins_on: date | None
    current: int | None
    current_on: date | None
    level: Level | None
    agencies: int
    waiting: int | None
    waiting_on: date | None
    closes_at: datetime | None
    ended: int | None  # the last published revision, when nothing of it holds or waits any more
    may_edit: bool
    may_publish: bool
    tabs: list[Tab]

    @property
    def base(self) -> str:
        """The address of the first tab; the others lie below it."""
        return address(self.code)


def address(code: str, tab: str = "") -> str:
    """The address of a tab of a procedure's editor."""
    return f"{BASE}/{code}/{tab}" if tab else f"{BASE}/{code}"


def editing(session: Session, actor: Actor, code: str, tab: str) -> Editing:
    """The head of a procedure's editor on one of its tabs.

    Raises:
        NotFound: no procedure has this code.
    """
    kept = editor_queries.by_code(session, code)
    draft = editor_queries.draft_of(session, kept.id)
    current = _current(session, kept)
    offered = queries.offerings(session, current.id) if current else []
    later = editor_queries.waiting_for(session, kept.id)
    last = published(session, kept) if not (current or later) else None
    said = draft or later or current or last
    return Editing(
        code=kept.code,
        name=str(said.content["name"]) if said else kept.name,
        seq=kept.seq,
        listing=kept.origin is Origin.LISTING,
        draft=draft.number if draft else None,
        in_review=draft is not None and draft.status is RevisionStatus.REVIEW,
        begins_on=draft.effective_on if draft else None,
        current=current.number if current else None,
        current_on=current.effective_on if current else None,
        level=best([one.declared for one in offered]),
        agencies=len(offered),
        waiting=later.number if later else None,
        waiting_on=later.effective_on if later else None,
        closes_at=kept.closes_at if current else None,
        ended=last.number if last else None,
        may_edit=actor.has(Role.CATALOGUE_EDITOR),
        may_publish=actor.has(Role.CATALOGUE_REVIEWER),
        tabs=[Tab(address(kept.code, slug), label, slug == tab) for slug, label in TABS],
    )


def _current(session: Session, kept: Procedure) -> ProcedureRevision | None:
    if kept.current_revision_id is None:
        return None
    return editor_queries.revision(session, kept.current_revision_id)
