"""Working calendars as data: the revision in force, one that counted a dossier, each kept by this process.

A published revision never changes, so what was read once stays; which one is the newest is asked again
after FRESH_SECONDS. Where none is published the built-in one holds.
"""

import time
from functools import cache
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from dossiers.calendar_content import CalendarContent, built_in, calendar_of, decode
from dossiers.calendar_models import CalendarRevision
from portal.core.calendar import VIET_NAM, WorkCalendar

FRESH_SECONDS: Final = 10.0
_AGENCIES_KEPT: Final = 5000  # calendars of agencies with their own hours


class _Kept:
    """What this process knows."""

    contents: dict[str, CalendarContent]
    made: dict[tuple[str, str], WorkCalendar]
    newest: str
    until: float


def forget() -> None:
    """Drop what is known: a revision was published, or the database is another."""
    _Kept.contents, _Kept.made, _Kept.newest, _Kept.until = {}, {}, VIET_NAM.revision, 0.0


forget()


def known() -> list[str]:
    """The revisions this process has read."""
    return [*_Kept.contents]


@cache
def _built_in() -> CalendarContent:
    return built_in()


def of(session: Session, agency_id: UUID | None) -> WorkCalendar:
    """The calendar in force of an agency; of the country for None."""
    return _made(_newest(session), agency_id)


def at(session: Session, revision: str | None, agency_id: UUID | None) -> WorkCalendar:
    """The agency's calendar as a named revision had it; the one in force for None or an unknown name."""
    if revision is None:
        return of(session, agency_id)
    return _made(_content(session, revision) or _newest(session), agency_id)


def newest(session: Session) -> CalendarContent:
    """What the revision in force says."""
    return _newest(session)


def _newest(session: Session) -> CalendarContent:
    if time.monotonic() >= _Kept.until:
        table = CalendarRevision.__table__  # type: ignore[attr-defined]
        name = session.execute(
            sa.select(table.c.content["revision"].astext)
            .where(table.c.published_at.is_not(None))
            .order_by(table.c.number.desc())
            .limit(1)
        ).scalar_one_or_none()
        _Kept.newest = name or VIET_NAM.revision
        _Kept.until = time.monotonic() + FRESH_SECONDS
    return _content(session, _Kept.newest) or _built_in()


def _content(session: Session, revision: str) -> CalendarContent | None:
    if (known := _Kept.contents.get(revision)) is not None:
        return known
    if revision == VIET_NAM.revision:
        found: CalendarContent | None = _built_in()
    else:
        table = CalendarRevision.__table__  # type: ignore[attr-defined]
        values = session.execute(
            sa.select(table.c.content).where(
                table.c.content["revision"].astext == revision, table.c.published_at.is_not(None)
            )
        ).scalar_one_or_none()
        found = None if values is None else decode(values)
    if found is not None:
        _Kept.contents[revision] = found
    return found


def _made(content: CalendarContent, agency_id: UUID | None) -> WorkCalendar:
    own = str(agency_id) if agency_id and str(agency_id) in content.agencies else ""
    key = (content.revision, own)
    if (made := _Kept.made.get(key)) is None:
        if len(_Kept.made) >= _AGENCIES_KEPT:
            _Kept.made.clear()
        made = _Kept.made[key] = calendar_of(content, agency_id if own else None)
    return made
