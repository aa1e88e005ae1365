"""Reading the requests to supplement of a dossier, opened. Call after `queries.get` or `views.summary`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import Session, col, select

from dossiers.supplement_models import ItemKind, Stage, Supplement, SupplementItem, SupplementState
from portal.core import crypto


class AskedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One field or paper asked for. `before`: what the desk had, an answer or the ids of files.

    `again`: why it is asked although an earlier request asked for it.
    """

    kind: ItemKind
    key: str
    reason: str
    why: str
    again: str = ""
    before: Any = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request to supplement with its words opened."""

    id: UUID
    number: int
    stage: Stage
    ground: str | None
    ground_words: str
    note: str
    asked_by: UUID
    asked_at: datetime
    due_at: datetime | None
    state: SupplementState
    ended_at: datetime | None
    draft: dict[str, Any]
    draft_seq: int
    items: list[AskedItem]
    after: dict[str, Any]  # the answers that were supplied, by key; empty until then

    def keys(self, kind: ItemKind) -> list[str]:
        """The keys of the fields or papers asked for."""
        return [item.key for item in self.items if item.kind is kind]


def aad(supplement_id: UUID) -> str:
    """What the sealed words of a request are bound to."""
    return f"supplement|{supplement_id}"


def draft_aad(supplement_id: UUID) -> str:
    """What the sealed draft of an answer is bound to."""
    return f"supplement.draft|{supplement_id}"


def open_row(session: Session, dossier_id: UUID) -> Supplement | None:
    """The row of the open request, if there is one."""
    return session.exec(
        select(Supplement)
        .where(Supplement.dossier_id == dossier_id, Supplement.state == SupplementState.OPEN)
        .execution_options(populate_existing=True)
    ).one_or_none()


def opened_due(session: Session, dossier_id: UUID) -> datetime | None:
    """When the applicant's time for the open request ends."""
    row = open_row(session, dossier_id)
    return row.due_at if row else None


def opened(session: Session, subject_id: UUID, row: Supplement) -> Asked:
    """A row with its items, opened."""
    items = session.exec(
        select(SupplementItem)
        .where(SupplementItem.supplement_id == row.id)
        .order_by(col(SupplementItem.kind), col(SupplementItem.key))
    ).all()
    told = [(item.kind.value, item.key, item.reason) for item in items]
    return _asked(session, subject_id, row, told)


def of(session: Session, dossier_id: UUID, subject_id: UUID) -> list[Asked]:
    """Every request of the dossier, oldest first; one statement."""
    table, item = Supplement.__table__, SupplementItem.__table__  # type: ignore[attr-defined]
    line = sa.func.json_build_array(item.c.kind, item.c.key, item.c.reason)
    listed = (
        sa.select(sa.func.json_agg(aggregate_order_by(line, item.c.kind, item.c.key)))
        .where(item.c.supplement_id == table.c.id)
        .correlate(table)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(table, listed.label("items"))
        .where(table.c.dossier_id == dossier_id)
        .order_by(table.c.number)
    ).all()
    return [_asked(session, subject_id, row, row.items or []) for row in rows]


def asked_before(session: Session, dossier_id: UUID) -> dict[tuple[str, str], set[Stage]]:
    """What requests that were not revoked asked for: (kind, key) → the stages in which."""
    rows = session.execute(
        sa.select(col(SupplementItem.kind), col(SupplementItem.key), col(Supplement.stage))
        .join(Supplement, col(Supplement.id) == col(SupplementItem.supplement_id))
        .where(col(Supplement.dossier_id) == dossier_id, col(Supplement.state) != SupplementState.REVOKED)
    )
    found: dict[tuple[str, str], set[Stage]] = {}
    for kind, key, stage in rows:
        found.setdefault((ItemKind(kind).value, key), set()).add(Stage(stage))
    return found


def _asked(session: Session, subject_id: UUID, row: Any, items: Any) -> Asked:
    told: Mapping[str, Any] = crypto.open_(session, subject_id, aad(row.id), row.sealed)
    draft = {} if row.draft is None else crypto.open_(session, subject_id, draft_aad(row.id), row.draft)
    said: Mapping[str, Any] = told["items"]
    return Asked(
        id=row.id,
        number=row.number,
        stage=Stage(row.stage),
        ground=row.ground,
        ground_words=told["ground"],
        note=told["note"],
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        due_at=row.due_at,
        state=SupplementState(row.state),
        ended_at=row.ended_at,
        draft=draft,
        draft_seq=row.draft_seq,
        items=[
            AskedItem(kind=ItemKind(kind), key=key, reason=reason, **said[f"{kind}:{key}"])
            for kind, key, reason in items
        ],
        after=told.get("after", {}),
    )
