"""The tree of agencies as rows of a report: each row adds up an agency and all below it."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from auth.models import Agency, AgencyKind
from portal.core.errors import NotFound


class AgencyUnknown(NotFound):
    title = "Không có cơ quan này"


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the report: the agencies whose figures it adds up."""

    code: str | None
    name: str
    kind: str | None
    ids: frozenset[UUID]


class AgencyNode(msgspec.Struct, frozen=True):
    id: UUID
    parent_id: UUID | None
    code: str
    name: str
    kind: str


def agencies(session: Session) -> list[AgencyNode]:
    """All agencies, ended ones too: their past stays theirs."""
    rows = session.execute(
        sa.select(
            col(Agency.id), col(Agency.parent_id), col(Agency.code), col(Agency.name), col(Agency.kind)
        ).order_by(col(Agency.code))
    )
    return [AgencyNode(row.id, row.parent_id, row.code, row.name, str(row.kind)) for row in rows]


def below(nodes: Iterable[AgencyNode], roots: Iterable[UUID]) -> frozenset[UUID]:
    """The roots and every agency under them."""
    children: dict[UUID, list[UUID]] = {}
    for node in nodes:
        if node.parent_id is not None:
            children.setdefault(node.parent_id, []).append(node.id)
    found: set[UUID] = set()
    waiting = list(roots)
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += children.get(here, [])
    return frozenset(found)


def units(
    nodes: list[AgencyNode], *, agency: str | None, level: AgencyKind | None, everyone: str = "Cả nước"
) -> tuple[Unit, list[Unit]]:
    """The whole asked for, and its rows.

    Rows are the agencies of `level` (each with those below), else the agencies right under the one
    asked for; what this one did itself is a row "trực tiếp" of its own, so that rows add up.

    Raises:
        AgencyUnknown: no agency has this code.
    """
    by_id = {node.id: node for node in nodes}
    tops = [node for node in nodes if node.parent_id not in by_id]
    if agency is not None:
        tops = [node for node in nodes if node.code == agency]
        if not tops:
            raise AgencyUnknown(f"Không có cơ quan mang mã {agency}.", agency=agency)
    whole = below(nodes, [node.id for node in tops])
    head = tops[0] if len(tops) == 1 else None
    heads: list[AgencyNode]
    rest: frozenset[UUID] = frozenset()
    if level is not None:
        of_level = [node for node in nodes if node.id in whole and node.kind == level]
        within = {node.id for node in of_level}
        heads = [node for node in of_level if node.parent_id not in within]
        whole = below(nodes, [node.id for node in heads])
    elif head is not None:
        heads = [node for node in nodes if node.parent_id == head.id]
        rest = frozenset({head.id})
    else:
        heads = tops
    rows = [
        Unit(code=node.code, name=node.name, kind=node.kind, ids=below(nodes, [node.id])) for node in heads
    ]
    if rest and head is not None and rows:
        rows.append(Unit(code=None, name=f"{head.name} (trực tiếp)", kind=head.kind, ids=rest))
    name = head.name if head else everyone
    return Unit(code=head.code if head and agency else None, name=name, kind=None, ids=whole), rows
