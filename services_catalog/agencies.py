"""Agencies made and changed: a code of the form, days in order, a parent that exists, no circle."""

import re
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.models import Agency, AgencyKind
from portal.core import clock, events
from portal.core.errors import Conflict, Invalid, NotFound, Stale
from portal.core.text import clean
from services_catalog import agency_queries, shelf

_CODE = re.compile(r"[A-Y]\d{2}(\.[0-9A-Z]+)*", re.ASCII)
MAX_CODE = 35
Outcome = Literal["created", "updated", "unchanged"]


class AgencyCodeTaken(Conflict):
    title = "Mã cơ quan đã có"


class CyclicParents(Invalid):
    """The agency would stand above itself: `chain` names the codes."""

    title = "Cơ quan cấp trên tạo thành vòng"


class ParentNotThere(Invalid):
    """The parent is unknown, or does not exist on some day on which the agency does."""

    title = "Không có cơ quan cấp trên trong thời gian này"


class ChildrenLeft(Conflict):
    """Agencies below exist longer, or begin earlier: `children` names some."""

    title = "Còn cơ quan trực thuộc"


class StillOffers(Conflict):
    """When it ends the agency would still offer procedures: `procedures` names some."""

    title = "Cơ quan còn nhận hồ sơ"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an agency. `valid_to` is the first day without it."""

    code: str
    name: str
    kind: AgencyKind
    parent: str | None = None
    valid_from: date
    valid_to: date | None = None
    address: str = ""
    phone: str = ""


def is_code(code: str) -> bool:
    """Whether it can be an agency's code: "H99.12.05".

    Source: Decision 20/2020/QĐ-TTg (groups of letters and digits, at most 35 characters, the first A to Y).
    """
    return len(code) <= MAX_CODE and _CODE.fullmatch(code) is not None


def create(session: Session, given: Given, actor_id: UUID | None) -> Agency:
    """Make an agency.

    Raises:
        AgencyCodeTaken: one of this code exists, or existed.
        Invalid, CyclicParents, ParentNotThere: see keep.
    """
    agency_queries.lock_tree(session)
    if agency_queries.by_code(session, given.code) is not None:
        raise AgencyCodeTaken(f"Mã {given.code} đã thuộc về một cơ quan. Mã không dùng lại.")
    keep(session, given, actor_id)
    return _kept(session, given.code)


def change(session: Session, given: Given, actor_id: UUID | None, *, seq: int | None = None) -> Agency:
    """Change an agency; `seq` is its version the editor saw.

    Raises:
        NotFound: none has this code.
        Stale: it changed meanwhile.
        Invalid, CyclicParents, ParentNotThere, ChildrenLeft, StillOffers: see keep.
    """
    agency_queries.lock_tree(session)
    found = agency_queries.by_code(session, given.code)
    if found is None:
        raise NotFound("Không có cơ quan nào mang mã này.")
    if seq is not None and seq != found.seq:
        raise Stale("Cơ quan vừa được người khác sửa. Tải lại rồi sửa tiếp.", seq_now=found.seq)
    keep(session, given, actor_id)
    return _kept(session, given.code)


def _kept(session: Session, code: str) -> Agency:
    found = agency_queries.by_code(session, code)
    assert found is not None
    return found


def keep(session: Session, given: Given, actor_id: UUID | None) -> Outcome:
    """Make the agency of this code, or let it say what is given; saying the same again changes nothing.

    Raises:
        Invalid: the code is none, there is no name, or the days are reversed.
        ParentNotThere: the parent is unknown or does not exist all that time.
        CyclicParents: the agency would stand above itself.
        ChildrenLeft: agencies below exist outside its days.
        StillOffers: it ends while it offers procedures.
    """
    values = _values(given)
    agency_queries.lock_tree(session)
    found = agency_queries.by_code(session, given.code, for_update=True)
    values["parent_id"] = _parent(session, given, found)
    changed = [name for name, value in values.items() if found and getattr(found, name) != value]
    if found is not None and not changed:
        return "unchanged"
    if found is not None:
        _require_nothing_left(session, found, given)
    agency = found or Agency(**values)
    for name in changed:
        setattr(agency, name, values[name])
    session.add(agency)
    session.flush()
    facts = {"code": agency.code, "changed": changed}
    events.record(session, agency, "agency.changed" if found else "agency.created", actor_id, facts)
    session.add(agency)
    session.flush()
    shelf.bump(session)
    return "updated" if found else "created"


def _values(given: Given) -> dict[str, Any]:
    if not is_code(given.code):
        told = "bắt đầu bằng một chữ A đến Y và hai chữ số, các nhóm sau cách bằng dấu chấm, ví dụ H99.12.05"
        raise Invalid(f"Mã cơ quan {given.code[:60]} chưa đúng: {told}.", errors=[{"field": "code"}])
    name = clean(given.name, max_length=300)
    if not name:
        raise Invalid(f"Cơ quan {given.code} chưa có tên.", errors=[{"field": "name"}])
    if given.valid_to is not None and given.valid_to <= given.valid_from:
        raise Invalid(
            f"Cơ quan {given.code} kết thúc ngày {given.valid_to:%d/%m/%Y},"
            f" không sau ngày bắt đầu {given.valid_from:%d/%m/%Y}.",
            errors=[{"field": "valid_to"}],
        )
    return {
        "code": given.code,
        "name": name,
        "kind": given.kind,
        "valid_from": given.valid_from,
        "valid_to": given.valid_to,
        "address": clean(given.address, max_length=500),
        "phone": clean(given.phone, max_length=50),
    }


def _parent(session: Session, given: Given, found: Agency | None) -> UUID | None:
    """The id of the parent, which exists whenever the agency does and does not stand below it."""
    if given.parent is None:
        return None
    if given.parent == given.code:
        raise CyclicParents(
            f"Cơ quan không trực thuộc chính nó: {given.code} → {given.code}.", chain=[given.code, given.code]
        )
    parent = agency_queries.by_code(session, given.parent)
    if parent is None:
        raise ParentNotThere(f"Cơ quan {given.code} thuộc {given.parent}, mà không có cơ quan đó.")
    if found is not None:
        above = agency_queries.chain(session, parent.id)
        codes = [row.code for row in above]
        if given.code in codes:
            circle = [given.code, *codes[: codes.index(given.code) + 1]]
            raise CyclicParents(f"Các cơ quan tạo thành vòng: {' → '.join(circle)}.", chain=circle)
    late = given.valid_from < parent.valid_from
    early = parent.valid_to is not None and (given.valid_to is None or given.valid_to > parent.valid_to)
    if late or early:
        days = f"từ {parent.valid_from:%d/%m/%Y}"
        if parent.valid_to is not None:
            days += f" đến trước {parent.valid_to:%d/%m/%Y}"
        raise ParentNotThere(
            f"Cơ quan cấp trên {parent.name} ({parent.code}) chỉ có {days}: chưa đủ cho {given.code}.",
            parent=parent.code,
        )
    return parent.id


def _require_nothing_left(session: Session, found: Agency, given: Given) -> None:
    """Raise when the new days would leave agencies below, or procedures, without this one."""
    left = agency_queries.children_outside(session, found.id, given.valid_from, given.valid_to)
    if left:
        raise ChildrenLeft(
            f"{found.name} còn cơ quan trực thuộc ngoài thời gian đó: {_some(left)}.", children=left[:20]
        )
    if given.valid_to is None or given.valid_to == found.valid_to:
        return
    day = max(given.valid_to, clock.today())
    offered = agency_queries.offered_from(session, found.id, day)
    if offered:
        raise StillOffers(
            f"Từ ngày {day:%d/%m/%Y} {found.name} còn nhận {len(offered)} thủ tục: {_some(offered)}."
            " Công bố bản mới không có cơ quan này trước.",
            procedures=offered[:20],
        )


def _some(codes: list[str]) -> str:
    return ", ".join(codes[:5]) + (f" và {len(codes) - 5} mã khác" if len(codes) > 5 else "")
