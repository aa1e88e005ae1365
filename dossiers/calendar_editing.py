"""Revisions of the working calendar: a draft from the last one, thrown away or published for good."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from auth.actor import Actor
from dossiers import calendars
from dossiers.calendar_content import (
    FIRST_NUMBER,
    CalendarContent,
    Hours,
    SpecialDay,
    built_in,
    decode,
    plain,
    problems,
)
from dossiers.calendar_models import CalendarRevision
from portal.core import clock
from portal.core.calendar import DayKind
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.text import clean

MAX_REASON = 1000


class DraftThere(Conflict):
    """Somebody has a draft under way: there is one at a time."""

    title = "Đã có một bản lịch đang soạn"


class Published(Conflict):
    title = "Bản lịch này đã công bố, không sửa được nữa"


class RevisionLine(msgspec.Struct, frozen=True):
    """One revision in the list, newest first."""

    number: int
    name: str
    reason: str
    published_at: datetime | None
    days: int
    agencies: int


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What a new revision changes of the one before; None leaves as it was."""

    days: list[SpecialDay] = []  # added, or put in the place of what stood for the date
    removed: list[date] = []  # these dates are days like others again
    hours: Hours | None = None
    agencies: dict[str, Hours] | None = None
    result_cutoff: str | None = None
    forwarding_cutoff: str | None = None


def seed(session: Session) -> CalendarRevision | None:
    """Keep the built-in calendar as the first revision, where there is none; returns it when made."""
    session.execute(sa.text("LOCK TABLE calendar_revision IN SHARE ROW EXCLUSIVE MODE"))
    if session.execute(sa.select(sa.func.count()).select_from(CalendarRevision)).scalar_one():
        return None
    made = CalendarRevision(
        number=FIRST_NUMBER,
        content=plain(built_in()),
        reason="Lịch ban đầu: ngày lễ, Tết theo Bộ luật Lao động và các thông báo hoán đổi đã có.",
        published_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def revisions(session: Session) -> list[RevisionLine]:
    """All revisions, newest first."""
    table = CalendarRevision.__table__  # type: ignore[attr-defined]
    rows = session.execute(
        sa.select(
            table.c.number,
            table.c.content["revision"].astext.label("name"),
            table.c.reason,
            table.c.published_at,
            sa.func.jsonb_array_length(table.c.content["days"]).label("days"),
            sa.literal_column("(SELECT count(*) FROM jsonb_object_keys(content->'agencies'))"),
        )
        .order_by(table.c.number.desc())
        .limit(200)
    )
    return [RevisionLine(*row) for row in rows]


def revision(session: Session, number: int, *, for_update: bool = False) -> CalendarRevision:
    """One revision.

    Raises:
        NotFound: there is none of this number.
    """
    statement = select(CalendarRevision).where(CalendarRevision.number == number)
    found = session.exec(statement.with_for_update() if for_update else statement).one_or_none()
    if found is None:
        raise NotFound("Không có bản lịch này.")
    return found


def draft(session: Session, actor: Actor, changes: Changes, *, reason: str) -> CalendarRevision:
    """Begin a revision from the last published one.

    Raises:
        Invalid: no reason, nothing changes, or what it would say is not sound (`errors` say what).
        DraftThere: one is under way.
    """
    reason = clean(reason, max_length=MAX_REASON, multiline=True)
    if not reason:
        raise Invalid("Nêu lý do, kèm văn bản làm căn cứ.", errors=[{"field": "reason"}])
    session.execute(sa.text("LOCK TABLE calendar_revision IN SHARE ROW EXCLUSIVE MODE"))
    seed(session)
    last = session.exec(select(CalendarRevision).order_by(col(CalendarRevision.number).desc()).limit(1)).one()
    if last.published_at is None:
        raise DraftThere("Công bố hoặc bỏ bản đang soạn trước.", number=last.number)
    before = decode(last.content)
    number = last.number + 1
    after = changed(before, changes, name=f"{clock.today():%Y}-{number}")
    if msgspec.structs.replace(after, revision=before.revision) == before:
        raise Invalid("Bản mới không đổi điều gì.", errors=[{"field": "days"}])
    if found := problems(after):
        raise Invalid(" ".join(found), errors=[{"field": "days"}])
    made = CalendarRevision(number=number, content=plain(after), reason=reason, made_by=actor.id)
    session.add(made)
    session.flush()
    return made


def changed(before: CalendarContent, changes: Changes, *, name: str) -> CalendarContent:
    """The content of a revision with the changes made. Pure."""
    dropped = {*changes.removed, *(day.on for day in changes.days)}
    days = sorted(
        [*(day for day in before.days if day.on not in dropped), *changes.days], key=lambda day: day.on
    )
    values: dict[str, Any] = {"revision": name, "days": days}
    if changes.hours is not None:
        values["hours"] = changes.hours
    if changes.agencies is not None:
        values["agencies"] = changes.agencies
    for cutoff in ("result_cutoff", "forwarding_cutoff"):
        if (given := getattr(changes, cutoff)) is not None:
            values[cutoff] = datetime.strptime(given, "%H:%M").time()  # noqa: DTZ007 - an hour, no instant
    return msgspec.structs.replace(before, **values)


class Differences(msgspec.Struct, frozen=True):
    """How a revision differs from the one before, in words and as what it touches."""

    lines: list[str]
    dates: list[date]
    agencies: list[UUID]
    everyone: bool


KINDS = {
    DayKind.HOLIDAY: "nghỉ lễ",
    DayKind.SWAP_OFF: "nghỉ hoán đổi",
    DayKind.SWAP_WORK: "làm bù",
    DayKind.WORK: "làm việc",
    DayKind.WEEKEND: "nghỉ",
}


CUTOFFS = (("result_cutoff", "trả trong ngày"), ("forwarding_cutoff", "chuyển hồ sơ trong ngày"))


def differences(before: CalendarContent, after: CalendarContent) -> Differences:
    """What changed between two revisions. Pure."""
    was, now = ({day.on: day for day in one.days} for one in (before, after))
    lines, dates = [], []
    for on in sorted({*was, *now}):
        if was.get(on) == now.get(on):
            continue
        dates.append(on)
        day = now.get(on)
        told = f"{KINDS[day.kind]}{f' ({day.name})' if day.name else ''}" if day else "như ngày thường"
        lines.append(f"{on:%d/%m/%Y}: {told}")
    everyone = before.hours != after.hours
    if everyone:
        lines.append(f"Giờ làm việc chung: {hours_words(after.hours)}")
    agencies = [
        UUID(one)
        for one in sorted({*before.agencies, *after.agencies})
        if before.agencies.get(one) != after.agencies.get(one)
    ]
    if agencies:
        lines.append(f"Giờ làm việc riêng của {len(agencies)} cơ quan")
    for name, label in CUTOFFS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            everyone = everyone or name == "result_cutoff"
            lines.append(f"Giờ chốt {label}: {old:%H:%M} → {new:%H:%M}")
    return Differences(lines, dates, agencies, everyone)


def hours_words(hours: Hours) -> str:
    """Hours in words: "07:00–11:30, 13:30–17:00; thứ Bảy 07:30–11:00"."""
    day, saturday = (
        ", ".join(f"{since:%H:%M}–{until:%H:%M}" for since, until in one)
        for one in (hours.sessions, hours.saturday)
    )
    return f"{day}; thứ Bảy {saturday}" if saturday else day


def touched(session: Session, found: Differences) -> int:
    """How many running dossiers a revision touches: by a day within their time, or by their hours."""
    return int(
        session.execute(
            sa.select(
                sa.func.running_touched(
                    sa.cast(found.dates, sa.ARRAY(sa.Date)),
                    sa.cast(found.agencies, sa.ARRAY(sa.Uuid)),
                    found.everyone,
                )
            )
        ).scalar_one()
    )


def publish(session: Session, actor: Actor, number: int) -> CalendarRevision:
    """Put a draft in force: from now on dossiers are counted on it, running ones are counted anew.

    Raises:
        NotFound: there is none of this number.
        Published: it is in force already.
    """
    found = revision(session, number, for_update=True)
    if found.published_at is not None:
        raise Published("Bản lịch này đã công bố.")
    found.published_at, found.published_by = clock.now(), actor.id
    session.add(found)
    session.flush()
    calendars.forget()
    return found


def discard(session: Session, number: int) -> None:
    """Throw a draft away.

    Raises:
        NotFound: there is none of this number.
        Published: it is in force.
    """
    found = revision(session, number, for_update=True)
    if found.published_at is not None:
        raise Published("Bản lịch đã công bố thì không bỏ được.")
    session.delete(found)
    session.flush()


def before(session: Session, number: int) -> CalendarContent:
    """What the revision published before this one says; the built-in calendar for the first."""
    found = session.exec(
        select(CalendarRevision)
        .where(CalendarRevision.number < number, col(CalendarRevision.published_at).is_not(None))
        .order_by(col(CalendarRevision.number).desc())
        .limit(1)
    ).one_or_none()
    return decode(found.content) if found else built_in()
