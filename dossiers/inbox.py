"""The officer's inbox: dossiers of the agencies they serve, by what is to be done, soonest due first.

Each list is read along an index, agency by agency, and stops when the page is full: what it costs does
not grow with the table (docs/performance.md).
"""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from auth.access_log import note_readings
from auth.actor import Actor
from auth.models import Agency
from dossiers import access, desk_search, owners, queries, watching
from dossiers.blind_search import Kind, tokens
from dossiers.process_models import Opinion
from dossiers.queries import HERE, LIMIT, OF_DOSSIER, Page
from dossiers.workflow import Status
from portal.core import crypto
from portal.core.clock import ZONE, now
from portal.core.crypto import SubjectKey
from portal.core.db import Instant, built_once
from portal.core.direct import Direct
from portal.core.errors import NotFound
from portal.core.paging import encode_cursor

D = access.D
O = Opinion.__table__  # type: ignore[attr-defined]  # noqa: E741
OPEN_AT_DESK = (Status.ACCEPTED, Status.PROCESSING, Status.SUPPLEMENT, Status.FINANCIAL_DUTY)
COUNTED = 1000  # a view is counted to this, and shown as "999+"
FEW = 500  # dossiers that bear a name, at most, to be listed by their ids
RUNNING = (Status.ACCEPTED, Status.PROCESSING)  # the clock may run; elsewhere it rests
WAITING = (Status.SUPPLEMENT, Status.FINANCIAL_DUTY)  # for the citizen
VIEWS = (
    "to_receive", "to_forward", "to_take_over", "mine", "unit", "due_today", "overdue", "waiting",
    "withdrawal", "asked", "settled", "watched", "all",
)  # fmt: skip
WATCHED = "watched"  # what the officer follows (watching.py)
ASKED = "asked"  # what other agencies want the officer's opinion on, soonest wanted first
# The column each view is sorted by; "all" shows the latest first.
KEYS = {
    "to_receive": "submitted_at",
    "to_forward": "forward_due_at",
    "to_take_over": "forwarded_at",
    "waiting": "updated_at",
    "withdrawal": "updated_at",
    "settled": "settled_at",
    "asked": "answer_by",
    "all": "updated_at",
}


def in_states(*statuses: Status, of: Any = D) -> Any:
    """Written out, not bound: only then does a partial index answer."""
    return of.c.status.in_([sa.literal_column(f"'{one.value}'") for one in statuses])


def _where(view: str, of: Any = D) -> sa.ColumnElement[bool]:
    """The rows of a view."""
    instant, day_end = (sa.bindparam(name, type_=Instant) for name in ("instant", "day_end"))
    working = in_states(*OPEN_AT_DESK, of=of)
    running = sa.and_(in_states(*RUNNING, of=of), of.c.paused_since.is_(None))
    views: dict[str, sa.ColumnElement[bool]] = {
        "to_receive": in_states(Status.SUBMITTED, of=of),
        "to_forward": sa.and_(
            in_states(Status.ACCEPTED, of=of),
            of.c.forward_due_at.is_not(None),
            of.c.forwarded_at.is_(None),
            of.c.receiving_agency_id == sa.any_(access.AGENCIES),
        ),
        "to_take_over": sa.and_(
            in_states(Status.ACCEPTED, of=of),
            of.c.forwarded_at.is_not(None),
            of.c.competent_received_at.is_(None),
            of.c.competent_agency_id == sa.any_(access.AGENCIES),
        ),
        "mine": sa.and_(working, of.c.holder_id == access.ACTOR),
        "unit": working,
        "due_today": sa.and_(running, of.c.due_at >= instant, of.c.due_at <= day_end),
        "overdue": sa.and_(running, of.c.due_at < instant),
        "waiting": in_states(*WAITING, of=of),
        "withdrawal": in_states(Status.WITHDRAWAL_ASKED, of=of),
        "settled": in_states(Status.SETTLED, of=of),
        "all": sa.true(),
    }
    return views[view]


def desk(
    session: Session,
    actor: Actor,
    *,
    view: str,
    day_end: datetime,
    after: str | None = None,
    limit: int = 20,
    query: str | None = None,
    code: str | None = None,
    channel: str | None = None,
) -> Page:
    """A page of the officer's inbox; `query` is what `desk_search` understands.

    `day_end` is the end of today in Viet Nam, as an instant.

    Raises:
        NotFound: there is no such view.
        BadCursor: `after` is none of ours.
    """
    if view not in VIEWS:
        raise NotFound("Không có danh sách này.", views=list(VIEWS))
    sought = desk_search.understood(query or "")
    if view == WATCHED:
        return Page(
            [one for one in watching.page(session, actor).items if _fits(one, sought, code, channel)], None
        )
    few = _named_few(session, sought) if sought and sought.kind is Kind.NAME else None
    values = {
        "limit": limit + 1,
        "instant": now(),
        "day_end": day_end,
        "inside": f"%{sought.part}%" if sought else "",
        "index": list(sought.index) if sought else [],
        "whole": sought.index[0] if sought and sought.index else b"",
        "exact": sought.whole if sought else "",
        "ids": few or [],
        "code": code,
        "channel": channel,
        **access.asking(actor),
        **(queries.cursor(after) if after else {}),
    }
    how = (Way.of(sought, few) if sought else None, bool(code), bool(channel))
    statement = _page_of(view, bool(after), *how)
    rows = statement.all(session, values)
    names = {}
    for row in rows:
        crypto.preload(session, row.subject_id, row.wrapped)
        opened = crypto.open_(session, row.subject_id, f"dossier.applicant|{row.id}", row.applicant)
        names[row.id] = owners.shown_name(opened)
    if sought and sought.kind is not Kind.NUMBER:
        note_readings(session, actor, [row.id for row in rows[:limit]], "search")
    return queries.paged(rows, limit, KEYS.get(view, "due_at"), names)


def from_day(day: date) -> str:
    """The cursor behind which a list by due date begins with this day."""
    return encode_cursor(datetime.combine(day, time(), ZONE), UUID(int=0))


def _fits(
    row: queries.DossierRow, sought: desk_search.Sought | None, code: str | None, channel: str | None
) -> bool:
    """Whether a dossier that is followed is among those filtered for; they are few, and in memory."""
    if (code and row.procedure_code != code) or (channel and row.channel != channel):
        return False
    if sought is None:
        return True
    if sought.kind is Kind.NUMBER:
        return sought.part in (row.number or "") or sought.part in (row.reference or "")
    return sought.kind is Kind.NAME and set(sought.index) <= set(tokens([row.applicant_name or ""]))


class Way(StrEnum):
    """How what is sought is found: along an index, but where a part of a number or a frequent name is."""

    EXACT = "exact"  # a whole number or reference
    PART = "part"
    PHONE = "phone"
    PERSONAL_ID = "personal_id"
    FEW = "few"  # a name that few dossiers bear: by their ids
    OFTEN = "often"  # one that many do: the list is walked, and soon has its page

    @classmethod
    def of(cls, sought: desk_search.Sought, few: list[UUID] | None) -> "Way":
        """The way of a search."""
        if sought.kind is Kind.NAME:
            return cls.OFTEN if few is None else cls.FEW
        if sought.kind is Kind.NUMBER:
            return cls.EXACT if sought.whole else cls.PART
        return cls(sought.kind.value)


def _named_few(session: Session, sought: desk_search.Sought) -> list[UUID] | None:
    """The dossiers of the asker's agencies that bear all the words; None where they are more than FEW.

    Row-level security lets no list use the index of words (`@>` is not leakproof): the function looks there
    with the same rule of who serves.
    """
    found = session.execute(
        sa.text("SELECT id FROM dossiers_named(:words, :most) id"),
        {"words": list(sought.index), "most": FEW + 1},
    ).scalars()
    ids = list(found)
    return ids if len(ids) <= FEW else None


@built_once
def _page_of(view: str, after: bool, sought: Way | None, code: bool, channel: bool) -> Direct:
    """The page, merged from one short list per agency and role the agency has in a dossier."""
    if view == ASKED:
        return _asked_page(after, sought, code, channel)
    served = sa.func.unnest(access.AGENCIES, type_=sa.Uuid).table_valued("id", name="served").render_derived()
    sorted_by = D.c[KEYS.get(view, "due_at")]
    parts = []
    for role in _roles_of(view, served.c.id):
        part = sa.select(D.c.id, sorted_by.label("key")).where(
            role, access.served_by(), _where(view), *_filters(sought, code, channel)
        )
        if after:
            here = sa.tuple_(sorted_by, D.c.id)
            part = part.where(here < HERE if view == "all" else here > HERE)
        part = part.order_by(*_order(view, sorted_by, D.c.id)).limit(LIMIT)
        short = part.correlate(served).lateral()
        parts.append(sa.select(short).select_from(served.join(short, sa.true())))
    found = sa.union_all(*parts).subquery("found")
    order = _order(view, found.c.key, found.c.id)
    return _shown(view, sa.select(found).order_by(*order).limit(LIMIT).subquery("page"))


@built_once
def _asked_page(after: bool, sought: Way | None, code: bool, channel: bool) -> Direct:
    """The page of open questions to the officer's agencies, along the index of them."""
    row = (
        sa.select(D.c.id, O.c.due_at.label("key"))
        .join(O, O.c.dossier_id == D.c.id)
        .where(_open_question(), access.consulted(), *_filters(sought, code, channel))
    )
    if after:
        row = row.where(sa.tuple_(O.c.due_at, D.c.id) > HERE)
    return _shown(ASKED, row.order_by(O.c.due_at, D.c.id).limit(LIMIT).subquery("page"))


def _open_question() -> sa.ColumnElement[bool]:
    return sa.and_(O.c.agency_id == sa.any_(access.AGENCIES), O.c.state == sa.literal_column("'asked'"))


def _filters(sought: Way | None, code: bool, channel: bool) -> list[sa.ColumnElement[bool]]:
    """What a list is narrowed by."""
    narrowed = [_matches(sought)] if sought else []
    if code:
        narrowed.append(D.c.procedure_code == sa.bindparam("code", type_=sa.Text))
    if channel:
        narrowed.append(D.c.channel == sa.bindparam("channel", type_=D.c.channel.type))
    return narrowed


def _shown(view: str, page: sa.Subquery) -> Direct:
    """The dossiers of a page (id, key), with what a list shows of them."""
    agency, key_of = Agency.__table__, SubjectKey.__table__  # type: ignore[attr-defined]
    wanted = page.c.key if view == ASKED else sa.null()
    return Direct(
        sa.select(
            *OF_DOSSIER, D.c.settled_at, D.c.applicant, D.c.subject_id,
            wanted.label("answer_by"), agency.c.name.label("agency_name"), key_of.c.wrapped,
        )
        .join(page, page.c.id == D.c.id)
        .join(agency, agency.c.id == D.c.receiving_agency_id)
        .join(key_of, key_of.c.subject_id == D.c.subject_id)
        .order_by(*_order(view, page.c.key, page.c.id))
    )  # fmt: skip


def roles(agency_id: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """A dossier of an agency is in exactly one of these: it receives, else it decides, else it helps."""
    receiving, competent, support = (
        D.c[f"{role}_agency_id"] for role in ("receiving", "competent", "support")
    )
    received = receiving == sa.any_(access.AGENCIES)
    return (
        receiving == agency_id,
        sa.and_(competent == agency_id, competent != receiving, sa.not_(received)),
        sa.and_(support == agency_id, sa.not_(received), sa.not_(competent == sa.any_(access.AGENCIES))),
    )


def _roles_of(view: str, agency_id: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """The roles in which an agency has dossiers of a view: what to take over, the competent one has."""
    return (D.c.competent_agency_id == agency_id,) if view == "to_take_over" else roles(agency_id)


def _order(view: str, key: Any, dossier_id: Any) -> tuple[Any, Any]:
    return (key.desc(), dossier_id.desc()) if view == "all" else (key, dossier_id)


def _matches(sought: Way) -> sa.ColumnElement[bool]:
    """The rows that are sought."""
    match sought:
        case Way.FEW:
            among: sa.ColumnElement[bool] = D.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
            return among
        case Way.OFTEN:
            index = sa.bindparam("index", type_=D.c.name_tokens.type)
            holds: sa.ColumnElement[bool] = D.c.name_tokens.contains(index)
            return holds
        case Way.EXACT:
            exact = sa.bindparam("exact", type_=sa.Text)
            return sa.or_(D.c.number == exact, D.c.reference == exact)
        case Way.PART:
            inside = sa.bindparam("inside", type_=sa.Text)
            return sa.or_(D.c.number.like(inside), D.c.reference.like(inside))
    columns = [D.c.phone_index] if sought is Way.PHONE else [D.c.personal_id_index, D.c.owner_id_index]
    whole = sa.bindparam("whole", type_=sa.LargeBinary)
    return sa.or_(*(sa.and_(column.is_not(None), column == whole) for column in columns))


def desk_counts(session: Session, actor: Actor, *, day_end: datetime) -> dict[str, int]:
    """How many dossiers wait in each view, COUNTED at most, in one statement along the lists' own indexes."""
    values = {"instant": now(), "day_end": day_end, **access.asking(actor)}
    (row,) = _counts().all(session, values)
    return {view: min(many, COUNTED) for view, many in row._asdict().items()}


@built_once
def _counts() -> Direct:
    """A count for each view; it stops where a desk has more than anybody works through."""
    counts = []
    for view in VIEWS:
        if view in ("all", ASKED, WATCHED):
            continue
        parts = [
            sa.select(sa.literal_column("1"))
            .where(role, access.served_by(), _where(view))
            .limit(sa.literal_column(f"{COUNTED}"))
            .subquery()
            for role in _roles_of(view, sa.any_(access.AGENCIES))
        ]
        row = sa.union_all(
            *(sa.select(sa.literal_column("1")).select_from(part) for part in parts)
        ).subquery()
        counts.append(sa.select(sa.func.count()).select_from(row).scalar_subquery().label(view))
    asked = sa.select(sa.func.count()).select_from(O).where(_open_question()).scalar_subquery()
    return Direct(sa.select(*counts, asked.label(ASKED), watching.counted().label(WATCHED)))
