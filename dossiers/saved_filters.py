"""Views with their filters under names of one's own; nothing of a person is kept in one."""

from typing import Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from auth.actor import Actor
from dossiers.desk_models import SavedFilter
from dossiers.inbox import VIEWS
from dossiers.models import Channel
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.text import clean

MOST: Final = 20


class Kept(msgspec.Struct, frozen=True):
    """A saved view; `procedure` (a code) and `channel` are empty where they do not filter."""

    id: UUID
    name: str
    view: str
    procedure: str
    channel: str


class TooManyFilters(Conflict):
    title = "Đã lưu nhiều bộ lọc"


def save(session: Session, actor: Actor, *, name: str, view: str, procedure: str, channel: str) -> None:
    """Keep a view under a name; the same name again keeps the new one.

    What is sought of a person is not part of it: it would stand in the database as it was typed.

    Raises:
        Invalid: no name, no such view or channel. TooManyFilters: MOST are kept already.
    """
    assert actor.id is not None
    name = clean(name, max_length=80)
    if not name:
        raise Invalid("Đặt tên cho bộ lọc.", errors=[{"field": "name", "message": "Đặt tên cho bộ lọc."}])
    if view not in VIEWS or channel not in ("", *Channel):
        raise Invalid("Không có danh sách này.")
    filters = {"procedure": clean(procedure, max_length=40), "channel": channel}
    own = select(SavedFilter).where(SavedFilter.account_id == actor.id)
    held = session.exec(own.where(SavedFilter.name == name)).one_or_none()
    if held is not None:
        held.view, held.filters = view, filters
    else:
        if session.exec(sa.select(sa.func.count()).select_from(own.subquery())).scalar_one() >= MOST:  # type: ignore[call-overload]
            raise TooManyFilters(f"Bạn đã lưu {MOST} bộ lọc. Xóa bớt rồi lưu.", most=MOST)
        held = SavedFilter(account_id=actor.id, name=name, view=view, filters=filters, made_at=now())
    session.add(held)
    session.flush()


def of(session: Session, actor: Actor) -> list[Kept]:
    """One's own, by name."""
    rows = session.exec(
        select(SavedFilter).where(SavedFilter.account_id == actor.id).order_by(col(SavedFilter.name))
    ).all()
    return [
        Kept(one.id, one.name, one.view, one.filters.get("procedure", ""), one.filters.get("channel", ""))
        for one in rows
    ]


def remove(session: Session, actor: Actor, filter_id: UUID) -> None:
    """Delete one's own.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    own = select(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.account_id == actor.id)
    found = session.exec(own).one_or_none()
    if found is None:
        raise NotFound("Không có bộ lọc này.")
    session.delete(found)
