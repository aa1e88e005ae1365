"""What a revision of the working calendar says, as JSON, and the calendars it gives. Pure."""

import datetime as dt
import itertools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from portal.core.calendar import VIET_NAM, Day, DayKind, Sessions, WorkCalendar

FIRST_NUMBER: Final = 4  # of the calendar built in, whose revision is named "2026-4"
MAX_DAYS: Final = 2000  # that differ from Monday to Friday
Words = Annotated[str, Meta(max_length=300)]


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours of a working day, and of a Saturday; `saturday` empty: it is off."""

    sessions: Annotated[list[tuple[dt.time, dt.time]], Meta(min_length=1, max_length=4)]
    saturday: Annotated[list[tuple[dt.time, dt.time]], Meta(max_length=4)] = []


class SpecialDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day that differs from Monday to Friday."""

    on: dt.date
    kind: DayKind
    name: Words = ""
    source: Words = ""


class CalendarContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All a revision says. `agencies`: those with hours of their own, by id."""

    revision: Annotated[str, Meta(max_length=16)]
    first: dt.date
    last: dt.date
    hours: Hours
    result_cutoff: dt.time = dt.time(15)
    forwarding_cutoff: dt.time = dt.time(15)
    days: Annotated[list[SpecialDay], Meta(max_length=MAX_DAYS)] = []
    agencies: dict[str, Hours] = {}


def built_in() -> CalendarContent:
    """The revision that comes with the portal: the `holidays` package with the notices it lacks."""
    return CalendarContent(
        revision=VIET_NAM.revision,
        first=VIET_NAM.first,
        last=VIET_NAM.last,
        hours=Hours(list(VIET_NAM.sessions), list(VIET_NAM.saturday)),
        result_cutoff=VIET_NAM.result_cutoff,
        forwarding_cutoff=VIET_NAM.forwarding_cutoff,
        days=[SpecialDay(on, day.kind, day.name, day.source) for on, day in sorted(VIET_NAM.days.items())],
    )


def plain(content: CalendarContent) -> dict[str, Any]:
    """The content as JSON values: what the column holds."""
    values: dict[str, Any] = msgspec.to_builtins(content)
    return values


def decode(values: Mapping[str, Any]) -> CalendarContent:
    """A revision's content from its JSON values.

    Raises:
        msgspec.ValidationError: it is not of this shape.
    """
    return msgspec.convert(dict(values), CalendarContent)


def calendar_of(content: CalendarContent, agency_id: UUID | None = None) -> WorkCalendar:
    """The calendar of an agency: its own hours where it has some, else those of the country."""
    hours = content.agencies.get(str(agency_id), content.hours) if agency_id else content.hours
    return WorkCalendar(
        revision=content.revision,
        sessions=_sessions(hours.sessions),
        saturday=_sessions(hours.saturday),
        days=_days(content),
        first=content.first,
        last=content.last,
        result_cutoff=content.result_cutoff,
        forwarding_cutoff=content.forwarding_cutoff,
    )


def _sessions(given: list[tuple[dt.time, dt.time]]) -> Sessions:
    return tuple((since, until) for since, until in given)


def _days(content: CalendarContent) -> Mapping[dt.date, Day]:
    return MappingProxyType({day.on: Day(day.kind, day.name, day.source) for day in content.days})


def problems(content: CalendarContent) -> list[str]:
    """What the shape cannot say; [] if the revision is sound."""
    found = []
    days = [day.on for day in content.days]
    twice = sorted({on for on in days if days.count(on) > 1}) if len(set(days)) < len(days) else []
    found += [f"Ngày {on:%d/%m/%Y} ghi hai lần." for on in twice]
    found += [
        f"Ngày {on:%d/%m/%Y} nằm ngoài các năm của lịch ({content.first:%Y}–{content.last:%Y})."
        for on in days
        if not content.first <= on <= content.last
    ]
    for day in content.days:
        if day.kind is DayKind.SWAP_WORK and day.on.weekday() < 5:
            found.append(f"Ngày làm bù {day.on:%d/%m/%Y} phải là thứ Bảy hoặc Chủ nhật.")
    for hours in (content.hours, *content.agencies.values()):
        found += [*_in_order(hours.sessions), *_in_order(hours.saturday)]
    return list(dict.fromkeys(found))


def _in_order(sessions: list[tuple[dt.time, dt.time]]) -> list[str]:
    instants = [at for one in sessions for at in one]
    if any(later <= earlier for earlier, later in itertools.pairwise(instants)):
        return ["Giờ làm việc phải nối tiếp nhau: hết buổi sáng rồi mới đến buổi chiều."]
    return []
