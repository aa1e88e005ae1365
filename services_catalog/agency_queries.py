"""What keeping agencies reads: one to change, those above and below it, what it offers."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from auth.models import Agency, AgencyKind
from portal.core import clock
from portal.core.errors import NotFound

CHANGES_LOCK = 4_207_602  # advisory: the tree of agencies changes one at a time


class AgencyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An agency as it is kept; `valid_to` is the first day without it."""

    id: UUID
    code: str
    name: str
    kind: AgencyKind
    parent: str | None
    valid_from: date
    valid_to: date | None
    address: str
    phone: str
    seq: int


def lock_tree(session: Session) -> None:
    """Let nobody else change the tree until the transaction ends: two changes could close a circle."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(CHANGES_LOCK)))


def by_code(session: Session, code: str, *, for_update: bool = False) -> Agency | None:
    """The agency with this code, if there is one."""
    statement = select(Agency).where(Agency.code == code)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).one_or_none()


def facts(session: Session, code: str) -> AgencyFacts:
    """An agency by its code, whatever its days.

    Raises:
        NotFound: no agency has this code.
    """
    parent = sa.orm.aliased(Agency)
    names = [name for name in AgencyFacts.__struct_fields__ if name != "parent"]
    row = session.execute(
        sa.select(*(col(getattr(Agency, name)) for name in names), col(parent.code).label("parent"))
        .join(parent, col(parent.id) == col(Agency.parent_id), isouter=True)
        .where(col(Agency.code) == code)
    ).one_or_none()
    if row is None:
        raise NotFound("Không có cơ quan nào mang mã này.")
    return AgencyFacts(**row._mapping)


_CHAIN = sa.text(
    """
    WITH RECURSIVE above (id, code, name, parent_id, depth) AS (
        SELECT id, code, name, parent_id, 1 FROM agency WHERE id = :start
        UNION
        SELECT a.id, a.code, a.name, a.parent_id, above.depth + 1
        FROM agency a JOIN above ON a.id = above.parent_id WHERE above.depth < 50
    ) SELECT id, code, name FROM above ORDER BY depth
    """
)


def chain(session: Session, start: UUID) -> list[Any]:
    """The agency and those above it, the nearest first: id, code, name."""
    return list(session.execute(_CHAIN, {"start": start}))


def children_outside(session: Session, agency_id: UUID, valid_from: date, valid_to: date | None) -> list[str]:
    """Codes of agencies directly below that exist on days on which this one would not."""
    outside: list[sa.ColumnElement[bool]] = [col(Agency.valid_from) < valid_from]
    if valid_to is not None:
        outside += [col(Agency.valid_to).is_(None), col(Agency.valid_to) > valid_to]
    chosen = sa.select(col(Agency.code)).where(col(Agency.parent_id) == agency_id, sa.or_(*outside))
    return list(session.execute(chosen.order_by(col(Agency.code))).scalars())


_OFFERED = sa.text(
    """
    WITH live AS (
        SELECT r.id, r.procedure_id, r.number, r.effective_on, p.code, p.closes_at,
               r.effective_on::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS begins
        FROM procedure p JOIN procedure_revision r ON r.procedure_id = p.id
        WHERE r.status = 'published' AND (r.id = p.current_revision_id OR (r.began_at IS NULL AND NOT EXISTS (
            SELECT FROM procedure_revision n
            WHERE n.procedure_id = p.id AND n.number > r.number AND n.began_at IS NOT NULL)))
    )
    SELECT DISTINCT l.code FROM live l JOIN offering o ON o.revision_id = l.id AND o.agency_id = :agency
    WHERE (l.closes_at IS NULL OR l.closes_at > :instant OR l.begins >= l.closes_at)
      AND (l.effective_on > :day OR NOT EXISTS (
          SELECT FROM live n
          WHERE n.procedure_id = l.procedure_id AND n.number > l.number AND n.effective_on <= :day))
    ORDER BY l.code
    """
)


def offered_from(session: Session, agency_id: UUID, day: date) -> list[str]:
    """Codes of procedures the agency offers on the day or later, by what is published now."""
    instant = datetime.combine(day, time(), clock.ZONE)
    return list(session.execute(_OFFERED, {"agency": agency_id, "day": day, "instant": instant}).scalars())
