"""How a result reaches the applicant: the way chosen, sent by post, and taken up again when it was wrong."""

import re
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from auth.actor import Actor
from dossiers import access, queries
from dossiers.models import Decision, Document, DocumentKind, Dossier
from dossiers.processing import begin, facts, finish, worded
from dossiers.return_models import Delivery
from dossiers.workflow import Action
from portal.core import crypto
from portal.core.clock import now
from portal.core.db import built_once
from portal.core.direct import Direct
from portal.core.errors import Conflict, Invalid
from portal.core.events import Event
from portal.core.paging import decode_cursor, encode_cursor
from portal.core.text import clean

ONLINE, COUNTER, POST = "online", "counter", "post"
MAX_ADDRESS: Final = 300  # characters
# VNPost numbers a parcel as the postal union does: two letters, eight digits, a check digit, the country.
_NUMBER: Final = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])VN")
_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)


class WrongWay(Conflict):
    """The applicant wants the result another way."""

    title = "Hồ sơ không trả kết quả theo cách này"


class NoResultYet(Conflict):
    """The result document is still being written."""

    title = "Kết quả đang được lập"


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Where the result is: how it goes, where to, and how far it has come."""

    way: str
    address: str
    tracking_number: str | None
    sent_at: Any
    handed_at: Any
    receiver: dict[str, str]


def parcel_number(given: str) -> str:
    """The number of a parcel as the post writes it, by form and check digit.

    Source: Universal Postal Union, standard S10 (weights 8 6 4 2 3 5 9 7, modulo 11).

    Raises:
        Invalid: it is none.
    """
    number = clean(given, max_length=40).replace(" ", "").upper()
    found = _NUMBER.fullmatch(number)
    if found is None or int(found[2]) != check_digit(found[1]):
        told = "Nhập đúng mã vận đơn, ví dụ RR 123 456 785 VN: 2 chữ cái, 9 chữ số, VN."
        raise Invalid(told, errors=[{"field": "tracking_number", "message": told}])
    return number


def check_digit(eight: str) -> int:
    """The ninth digit of a parcel's number."""
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, eight, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def choose(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    return_way: str,
    address: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Say, after filing, how the result goes and where to; until it has left.

    Raises:
        Invalid: the procedure does not return that way, or the address is missing.
        Conflict: it has been sent; and those of `begin`.
    """
    address = clean(address, max_length=MAX_ADDRESS)
    if return_way == POST and len(address) < 10:
        told = "Nhập đủ số nhà, đường (thôn), xã, tỉnh để bưu điện giao tới."
        raise Invalid(told, errors=[{"field": "address", "message": told}])
    body = f"{return_way} {address}"
    begun = begin(session, actor, dossier_id, Action.CHOOSE_RETURN, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    if return_way not in queries.content(session, dossier.revision_id).return_ways:
        told = "Thủ tục này không trả kết quả theo cách đó."
        raise Invalid(told, errors=[{"field": "return_way", "message": told}])
    row = delivery_of(session, dossier)
    if row.sent_at is not None:
        raise WrongWay("Kết quả đã gửi đi rồi nên không đổi nơi nhận được nữa.")
    dossier.return_way = row.way = return_way
    row.sealed = _seal(session, dossier, {"address": address} if return_way == POST else {})
    session.add(row)
    private = {"address": address} if return_way == POST else None
    return finish(
        session, dossier, after, "dossier.return_chosen", actor, {"return_way": return_way}, private
    )


def delivery_of(session: Session, dossier: Dossier) -> Delivery:
    """The row of the dossier's way, new where there is none yet."""
    return session.get(Delivery, dossier.id) or Delivery(dossier_id=dossier.id, way=dossier.return_way)


def _seal(session: Session, dossier: Dossier, told: dict[str, Any]) -> bytes | None:
    return crypto.seal(session, dossier.subject_id, f"delivery|{dossier.id}", told) if told else None


def told_of(session: Session, subject_id: UUID, row: Delivery) -> dict[str, Any]:
    """What is sealed of the way: {address} or {receiver}."""
    if row.sealed is None:
        return {}
    opened: dict[str, Any] = crypto.open_(session, subject_id, f"delivery|{row.dossier_id}", row.sealed)
    return opened


def send_result(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    tracking_number: str,
    address: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Hand the result to the post, to the address the applicant confirmed (or told the desk).

    Raises:
        Invalid: no parcel number, or no address is known. WrongWay: the result does not go by post, or it has
        left already. NoResultYet; and those of `begin`.
    """
    number = parcel_number(tracking_number)
    address = clean(address, max_length=MAX_ADDRESS)
    body = f"{number} {address}"
    begun = begin(session, actor, dossier_id, Action.SEND_RESULT, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    if dossier.return_way != POST:
        raise WrongWay("Người nộp không chọn nhận kết quả qua bưu điện.")
    row = delivery_of(session, dossier)
    if row.sent_at is not None:
        raise WrongWay("Kết quả đã gửi bưu điện rồi.")
    demand_result(session, dossier)
    address = address or told_of(session, dossier.subject_id, row).get("address", "")
    if not address:
        told = "Chưa có địa chỉ nhận. Hỏi người nộp rồi nhập địa chỉ."
        raise Invalid(told, errors=[{"field": "address", "message": told}])
    row.way, row.tracking_number, row.sent_at = POST, number, now()
    row.sealed = _seal(session, dossier, {"address": address})
    session.add(row)
    data = {"tracking_number": number, "sent_at": row.sent_at}
    return finish(session, dossier, after, "dossier.result_sent", actor, data, {"address": address})


def demand_result(session: Session, dossier: Dossier) -> None:
    """Refuse while the document of the standing decision is not there.

    Raises:
        NoResultYet.
    """
    if queries.content(session, dossier.revision_id).result is None:
        return
    reopened = (
        sa.select(sa.func.max(col(Event.seq)))
        .where(col(Event.stream_id) == dossier.id, col(Event.name) == "dossier.reopened")
        .scalar_subquery()
    )
    found = session.execute(
        sa.select(col(Document.id)).where(
            col(Document.dossier_id) == dossier.id,
            col(Document.kind) == DocumentKind.RESULT,
            col(Document.made_by_seq) > sa.func.coalesce(reopened, 0),
        )
    ).first()
    if found is None:
        raise NoResultYet("Kết quả đang được lập, thường mất vài giây. Thử lại.")


def reopen(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    reason: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Take a settled dossier up again: its decision is undone, and a new one follows later.

    Raises:
        Invalid: no reason. WrongWay: the result has left by post; and those of `begin`.
    """
    reason = worded(reason, "Nhập lý do mở lại hồ sơ.")
    begun = begin(session, actor, dossier_id, Action.REOPEN, seq=seq, key=key, body=reason)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    row = session.get(Delivery, dossier.id)
    if row is not None and row.sent_at is not None:
        raise WrongWay("Kết quả đã gửi bưu điện. Hồ sơ đã gửi kết quả thì không mở lại được.")
    standing = session.exec(
        select(Decision).where(Decision.dossier_id == dossier.id, col(Decision.undone_at).is_(None))
    ).one()
    standing.undone_at, dossier.settled_at = now(), None
    session.add(standing)
    data = {
        **facts(dossier),
        "reopened_at": standing.undone_at,
        "settled_at": standing.decided_at,
        "on_time": standing.on_time,
    }
    return finish(session, dossier, after, "dossier.reopened", actor, data, {"reason": reason})


def way_of(session: Session, actor: Actor, dossier_id: UUID) -> Way:
    """Where the result is, as the applicant and the desk see it.

    Raises:
        DossierNotFound: not visible. Forbidden: the actor is on neither side.
    """
    dossier = queries.get(session, actor, dossier_id)
    access.demand(actor, Action.MESSAGE, dossier)
    return way_at_hand(session, dossier.id, dossier.subject_id, dossier.return_way)


def way_at_hand(session: Session, dossier_id: UUID, subject_id: UUID, return_way: str) -> Way:
    """The same of a dossier at hand; one statement."""
    row = session.get(Delivery, dossier_id) or Delivery(dossier_id=dossier_id, way=return_way)
    told = told_of(session, subject_id, row)
    return Way(
        way=return_way,
        address=told.get("address", ""),
        tracking_number=row.tracking_number,
        sent_at=row.sent_at,
        handed_at=row.handed_at,
        receiver=told.get("receiver", {}),
    )


class ResultRow(msgspec.Struct, frozen=True, kw_only=True):
    """A result in the citizen's own store of documents."""

    id: UUID
    dossier_id: UUID
    procedure_name: str
    agency_name: str
    number: str | None
    code: str
    size: int
    created_at: Any


class ResultPage(msgspec.Struct, frozen=True):
    items: list[ResultRow]
    next: str | None


def results(session: Session, actor: Actor, *, after: str | None = None, limit: int = 20) -> ResultPage:
    """The results of one's own dossiers, newest first; those of undone decisions are left out.

    Raises:
        BadCursor: `after` is none of ours.
    """
    values: dict[str, Any] = {"limit": limit + 1, **access.asking(actor)}
    if after:
        (values["after_id"],) = decode_cursor(after, UUID)
    rows = _results(bool(after)).all(session, values)
    items = [
        ResultRow(**{name: getattr(row, name) for name in ResultRow.__struct_fields__})
        for row in rows[:limit]
    ]
    return ResultPage(items, encode_cursor(items[-1].id) if len(rows) > limit else None)


@built_once
def _results(after: bool) -> Direct:
    from auth.models import Agency

    document, agency = Document.__table__, Agency.__table__  # type: ignore[attr-defined]
    dossier, told = access.D, Event.__table__  # type: ignore[attr-defined]
    undone = sa.exists().where(
        told.c.stream_id == dossier.c.id,
        told.c.seq > document.c.made_by_seq,
        told.c.name == sa.literal_column("'dossier.reopened'"),
    )
    statement = (
        sa.select(
            document.c.id,
            document.c.dossier_id,
            dossier.c.procedure_name,
            agency.c.name.label("agency_name"),
            dossier.c.number,
            document.c.code,
            document.c.size,
            document.c.created_at,
        )
        .join(dossier, dossier.c.id == document.c.dossier_id)
        .join(agency, agency.c.id == dossier.c.competent_agency_id)
        .where(
            dossier.c.applicant_id == access.ACTOR,
            document.c.kind == sa.literal_column("'result'"),
            sa.not_(undone),
        )
        .order_by(document.c.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )
    here = document.c.id < sa.bindparam("after_id", type_=sa.Uuid)
    return Direct(statement.where(here) if after else statement)
