"""The working calendar: its revisions, a new one from the last, what it touches, putting it in force."""

import re
from datetime import date, time
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from auth.actor import Role
from auth.http import CurrentActor, requires
from auth.models import Agency
from dossiers import calendar_editing
from dossiers.calendar_content import Hours, SpecialDay, built_in, decode
from dossiers.calendar_editing import Changes
from portal.core.calendar import DayKind
from portal.core.errors import DomainError
from portal.core.http import DbSession
from portal.web.days import read_day
from portal.web.pages import WITH_FORM, AnyRequest, Form, PostedForm, done, page, see_other

LIST: Final = "/quan-tri/lich-lam-viec"
KEEPER: Final = requires(Role.ADMINISTRATOR)
FIELDS: Final = (
    "days", "swaps", "removed", "sessions", "saturday", "agencies", "result_cutoff", "forwarding_cutoff",
    "reason",
)  # fmt: skip
_SEEN: dict[str, Any] = {"sync_to_thread": True, "include_in_schema": False, "guards": [KEEPER]}
_POSTED: dict[str, Any] = {**_SEEN, "dependencies": WITH_FORM}
_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{4}", re.ASCII)
MAX_LINES: Final = 400


class Unread(ValueError):
    """A line that cannot be read; `args` are the field and what to do."""


@get(LIST, **_SEEN)
def listing(request: AnyRequest, session: DbSession) -> Response[Any]:
    """The revisions, newest first, and the form of a new one."""
    return _page(request, session, {}, {})


def _page(
    request: AnyRequest,
    session: Session,
    typed: dict[str, str],
    mistakes: dict[str, str],
    status: int = 200,
) -> Response[Any]:
    rows = calendar_editing.revisions(session)
    found = next((row for row in rows if row.published_at is not None), None)
    last = decode(calendar_editing.revision(session, found.number).content) if found else built_in()
    codes = _codes(session, [UUID(one) for one in last.agencies])
    now = {
        "sessions": _spans(last.hours.sessions),
        "saturday": _spans(last.hours.saturday),
        "agencies": "\n".join(
            f"{codes.get(UUID(one), one)}: {_spans(hours.sessions)}"
            + (f"; {_spans(hours.saturday)}" if hours.saturday else "")
            for one, hours in sorted(last.agencies.items())
        ),
        "result_cutoff": f"{last.result_cutoff:%H:%M}",
        "forwarding_cutoff": f"{last.forwarding_cutoff:%H:%M}",
    }
    return page(
        request,
        "admin/calendars.html",
        status_code=status,
        has_errors=bool(mistakes),
        rows=rows,
        draft=next((row for row in rows if row.published_at is None), None),
        built_in=None if found else last.revision,
        typed=dict.fromkeys(FIELDS, "") | now | typed,
        mistakes=mistakes,
        problem_lines=[{"href": f"#{name}", "message": told} for name, told in mistakes.items()],
    )


@post(LIST, **_POSTED)
def begin(request: AnyRequest, session: DbSession, actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Begin a revision from the last; it counts nothing before it is published."""
    typed = {name: form.get(name)[:20_000].strip() for name in FIELDS}
    try:
        changes = _read(session, form, typed)
    except Unread as wrong:
        return _page(request, session, typed, {wrong.args[0]: wrong.args[1]}, 422)
    try:
        made = calendar_editing.draft(session, actor, changes, reason=typed["reason"])
    except DomainError as error:
        session.rollback()
        field = (error.extra.get("errors") or [{"field": "reason"}])[0]["field"]
        return _page(request, session, typed, {field: error.detail}, error.status)
    return see_other(f"{LIST}/{made.number}")


@get(f"{LIST}/{{number:int}}", **_SEEN)
def show(request: AnyRequest, session: DbSession, number: FromPath[int]) -> Response[Any]:
    """What one revision changes, and how many running dossiers it touches before it is published."""
    found = calendar_editing.revision(session, number)
    after = decode(found.content)
    changed = calendar_editing.differences(calendar_editing.before(session, number), after)
    names = _names(session, changed.agencies)
    return page(
        request,
        "admin/calendar.html",
        revision=found,
        name=after.revision,
        lines=changed.lines,
        agencies=[
            (names.get(one, str(one)), _words(after.agencies.get(str(one)))) for one in changed.agencies
        ],
        touched=calendar_editing.touched(session, changed) if found.published_at is None else None,
    )


def _words(hours: Hours | None) -> str:
    return calendar_editing.hours_words(hours) if hours else "như giờ chung"


@post(f"{LIST}/{{number:int}}/cong-bo", **_POSTED)
def publish(
    session: DbSession, actor: CurrentActor, number: FromPath[int], form: PostedForm
) -> Response[Any]:
    """Put it in force; the running dossiers are counted anew by the worker."""
    _ = form
    try:
        calendar_editing.publish(session, actor, number)
    except calendar_editing.Published:
        session.rollback()
    return see_other(f"{LIST}/{number}", done("Đã công bố. Các hồ sơ đang chạy đang được đếm lại."))


@post(f"{LIST}/{{number:int}}/bo", **_POSTED)
def discard(session: DbSession, number: FromPath[int], form: PostedForm) -> Response[Any]:
    """Throw a draft away."""
    _ = form
    try:
        calendar_editing.discard(session, number)
    except calendar_editing.Published:
        session.rollback()
        return see_other(f"{LIST}/{number}")
    return see_other(LIST, done("Đã bỏ bản lịch đang soạn."))


def _read(session: Session, form: Form, typed: dict[str, str]) -> Changes:
    """What the form changes.

    Raises:
        Unread: a line is not as asked for.
    """
    _ = form
    ground = typed["reason"].splitlines()[0][:300] if typed["reason"] else ""
    days = []
    for line in _lines(typed["days"], "days"):
        day, _, name = line.partition(" ")
        days.append(SpecialDay(_day(day, "days"), DayKind.HOLIDAY, name.strip()[:300] or "Nghỉ lễ", ground))
    for line in _lines(typed["swaps"], "swaps"):
        pair = _DATE.findall(line)
        if len(pair) != 2:
            raise Unread("swaps", "Mỗi dòng ghi ngày nghỉ rồi ngày làm bù, ví dụ 02/01/2026 10/01/2026")
        rest, worked = (_day(one, "swaps") for one in pair)
        days += [
            SpecialDay(rest, DayKind.SWAP_OFF, f"Nghỉ hoán đổi, làm bù {worked:%d/%m}", ground),
            SpecialDay(worked, DayKind.SWAP_WORK, f"Làm bù cho ngày {rest:%d/%m}", ground),
        ]
    for name in ("result_cutoff", "forwarding_cutoff"):
        if not _HOUR.fullmatch(typed[name]):
            raise Unread(name, "Ghi giờ và phút, ví dụ 15:00")
    return Changes(
        days=days,
        removed=[_day(line.split()[0], "removed") for line in _lines(typed["removed"], "removed")],
        hours=Hours(_sessions(typed["sessions"], "sessions"), _sessions(typed["saturday"], "saturday")),
        agencies=_agencies(session, typed["agencies"]),
        result_cutoff=typed["result_cutoff"],
        forwarding_cutoff=typed["forwarding_cutoff"],
    )


def _lines(text: str, field: str) -> list[str]:
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if len(found) > MAX_LINES:
        raise Unread(field, f"Nhiều nhất {MAX_LINES} dòng một lần")
    return found


def _day(text: str, field: str) -> date:
    found = read_day(text)
    if found is None:
        raise Unread(field, f"“{text[:20]}” không phải một ngày; ghi như 24/11/2026")
    return found


def _sessions(text: str, field: str) -> list[tuple[time, time]]:
    """Hours like "07:00–11:30, 13:30–17:00"; none for an empty Saturday."""
    found = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        span = _SPAN.fullmatch(part)
        if span is None:
            raise Unread(field, "Ghi giờ như 07:00–11:30, 13:30–17:00")
        start, minute, end, last = (int(one) for one in span.groups())
        found.append((time(start, minute), time(end, last)))
    if len(found) > 4 or (not found and field == "sessions"):
        raise Unread(field, "Ghi từ một đến bốn buổi làm việc")
    return found


def _agencies(session: Session, text: str) -> dict[str, Hours]:
    found: dict[str, Hours] = {}
    for line in _lines(text, "agencies"):
        code, colon, hours = line.partition(":")
        agency_id = session.execute(
            sa.select(Agency.id).where(Agency.code == code.strip())  # type: ignore[call-overload]
        ).scalar_one_or_none()
        if not colon or agency_id is None:
            raise Unread("agencies", f"Không có cơ quan mã “{code.strip()[:40]}”")
        weekday, _, saturday = hours.partition(";")
        sessions = _sessions(weekday, "agencies")
        if not sessions:
            raise Unread("agencies", f"Ghi giờ làm việc của {code.strip()}")
        found[str(agency_id)] = Hours(sessions, _sessions(saturday, "agencies"))
    return found


def _spans(sessions: list[tuple[time, time]]) -> str:
    return ", ".join(f"{since:%H:%M}–{until:%H:%M}" for since, until in sessions)


def _codes(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    return {row.id: row.code for row in _agency_rows(session, ids)}


def _names(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    return {row.id: row.name for row in _agency_rows(session, ids)}


def _agency_rows(session: Session, ids: list[UUID]) -> list[Any]:
    table = Agency.__table__  # type: ignore[attr-defined]
    statement = sa.select(table.c.id, table.c.code, table.c.name).where(table.c.id.in_(ids))
    return list(session.execute(statement)) if ids else []


route_handlers: list[Any] = [listing, begin, show, publish, discard]
