"""The register of an agency as it stands in the books: every dossier it accepted, in the order of numbers."""

import datetime as dt
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth import queries as people
from auth.access_log import note_readings
from auth.actor import Actor
from auth.models import Agency
from dossiers import access, owners
from dossiers.access import D
from dossiers.documents_contents import first_address
from dossiers.documents_register import Entry
from dossiers.workflow import Status, label
from portal.core import crypto
from portal.core.crypto import SubjectKey
from portal.core.db import built_once
from portal.core.direct import Direct
from portal.core.errors import Forbidden, Invalid
from portal.core.paging import BadCursor

LINES: Final = 50  # of a page
PRINTED: Final = 200  # lines drawn at once: 40 ms of processor each, of the 20 s one document may use
TAKEN: Final = 20_000  # lines of a file for spreadsheets
_NOTED: Final = 1_000  # readings that one statement logs


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a year's book: the days (both belong to it) and how many lines they have.

    `after`: the number reading goes on behind, "" from the first day; `before`: the year's lines up to it.
    """

    agency_id: UUID
    code: str
    since: dt.date
    until: dt.date
    after: str
    before: int
    lines: int


class Line(msgspec.Struct, frozen=True):
    """A line of the book, and the dossier it tells of."""

    dossier_id: UUID
    entry: Entry


def opened(
    session: Session, actor: Actor, agency_id: UUID, since: dt.date, until: dt.date, after: str = ""
) -> Book:
    """The book of an agency that the officer serves, from one day to another of the same year.

    Numbers are `<agency>-YYMMDD-NNNN` (processing.allot_number): a period is a run of their index.

    Source: Circular 03/2025/TT-VPCP, annex I, form 07; Circular 01/2018/TT-VPCP, art. 10 (a book a year).

    Raises:
        Forbidden: the actor does not serve the agency.
        Invalid: the days are turned round, or of two years.
        BadCursor: `after` is no number of the agency.
    """
    if agency_id not in actor.agency_ids:
        raise Forbidden("Chỉ cán bộ của cơ quan mới xem được sổ theo dõi của cơ quan đó.")
    if until < since:
        raise _wrong("den", "Ngày cuối phải từ ngày đầu trở đi.")
    if since.year != until.year:
        raise _wrong("den", "Sổ lập theo từng năm: chọn hai ngày trong cùng một năm.")
    code = people.agency_code(session, agency_id)
    if after and not after.startswith(f"{code}-"):
        raise BadCursor("Trang này của sổ không còn. Xem lại từ đầu.")
    book = Book(agency_id=agency_id, code=code, since=since, until=until, after=after, before=0, lines=0)
    year = _edge(code, dt.date(since.year, 1, 1))
    values = {"year": year, "edge": _edge(code, since), **_span(actor, book)}
    row = _counted().one_or_none(session, values)
    return msgspec.structs.replace(book, before=row.before, lines=row.lines) if row else book


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": message}])


def entries(session: Session, actor: Actor, book: Book, limit: int = LINES) -> list[Line]:
    """The next lines of the book; that they were read is logged, dossier by dossier."""
    rows = _page().all(session, {**_span(actor, book), "limit": limit})
    for at in range(0, len(rows), _NOTED):
        note_readings(session, actor, [row.id for row in rows[at : at + _NOTED]], "register")
    return [
        Line(row.id, _entry(session, position, row)) for position, row in enumerate(rows, book.before + 1)
    ]


def _entry(session: Session, position: int, row: Any) -> Entry:
    crypto.preload(session, row.subject_id, row.wrapped)
    person = crypto.open_(session, row.subject_id, f"dossier.applicant|{row.id}", row.applicant)
    answers = crypto.open_(session, row.subject_id, f"dossier.answers|{row.id}", row.answers)
    contact = (first_address(answers), str(person.get("phone") or ""))
    return Entry(
        position=position,
        number=row.number,
        procedure=row.procedure_name,
        applicant=owners.shown_name(person),
        contact="; ".join(part for part in contact if part),
        competent=row.competent,
        accepted_at=row.accepted_at,
        due_at=row.due_at,
        returned_at=row.returned_at,
        return_way=row.return_way,
        note=_note(row),
    )


def _note(row: Any) -> str:
    """What became of the dossier beside its course."""
    told = []
    if row.supplements:
        told.append(f"Đã yêu cầu bổ sung {row.supplements} lần")
    if row.extended_at:
        told.append("Đã hẹn lại một lần")
    if row.status is Status.STOPPED:
        told.append(label(row.status))
    return ". ".join(told)


def _edge(code: str, day: dt.date) -> str:
    """Where the numbers of a day begin."""
    return f"{code}-{day:%y%m%d}-"


def _span(actor: Actor, book: Book) -> dict[str, Any]:
    return {
        "agency_id": book.agency_id,
        "first": book.after or _edge(book.code, book.since),
        "end": _edge(book.code, book.until + dt.timedelta(days=1)),
        **access.asking(actor),
    }


def _within(first: str) -> sa.ColumnElement[bool]:
    """The agency's numbers behind one edge and before the end."""
    return sa.and_(
        access.served_by(),
        D.c.receiving_agency_id == sa.bindparam("agency_id", type_=sa.Uuid),
        D.c.number > sa.bindparam(first, type_=sa.Text),
        D.c.number < sa.bindparam("end", type_=sa.Text),
    )


@built_once
def _counted() -> Direct:
    first, edge = (sa.bindparam(name, type_=sa.Text) for name in ("first", "edge"))
    return Direct(
        sa.select(
            sa.func.count().filter(D.c.number <= first).label("before"),
            sa.func.count().filter(D.c.number > edge).label("lines"),
        ).where(_within("year"))
    )


@built_once
def _page() -> Direct:
    agency, key = Agency.__table__, SubjectKey.__table__  # type: ignore[attr-defined]
    names = (
        "id", "subject_id", "number", "procedure_name", "accepted_at", "due_at", "returned_at",
        "return_way", "supplements", "extended_at", "status", "applicant", "answers",
    )  # fmt: skip
    return Direct(
        sa.select(*(D.c[name] for name in names), agency.c.name.label("competent"), key.c.wrapped)
        .join(agency, agency.c.id == D.c.competent_agency_id)
        .join(key, key.c.subject_id == D.c.subject_id)
        .where(_within("first"))
        .order_by(D.c.number)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )
