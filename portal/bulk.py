"""Many dossiers at once, for size: rows as the portal writes them, brought in by COPY.

They serve queues, lists and pages under load. They carry no journal (no events are invented), so a
database that holds them is a measuring place and never verifies: the demo only.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from dossiers.blind_search import Kind, blind, tokens
from dossiers.deadlines import reception_due
from dossiers.filing import factor
from dossiers.models import Channel, Dossier
from dossiers.workflow import Status
from portal import invented
from portal.core import crypto
from portal.core.calendar import VIET_NAM
from portal.core.clock import now
from portal.core.db import Sessions, new_id
from portal.core.errors import Conflict

MOST_PEOPLE = 20_000
PEOPLE = 500  # at least; each has some fifty dossiers
BATCH = 5_000
# How a year of dossiers lies at an agency: most are over, few wait.
SHARES = {
    Status.DRAFT: 4,
    Status.SUBMITTED: 3,
    Status.ACCEPTED: 4,
    Status.PROCESSING: 5,
    Status.SETTLED: 2,
    Status.REFUSED: 4,
    Status.STOPPED: 3,
    Status.RETURNED: 75,
}
ORDER = (Status.SUBMITTED, Status.ACCEPTED, Status.PROCESSING, Status.SETTLED, Status.RETURNED)

D = Dossier.__table__  # type: ignore[attr-defined]


class NothingOffered(Conflict):
    title = "Chưa có thủ tục nào nhận hồ sơ qua mạng"


class Offer(msgspec.Struct, frozen=True):
    """What can be filed, and where."""

    id: UUID
    procedure_id: UUID
    revision_id: UUID
    agency_id: UUID
    code: str
    name: str
    level: str


class Applicant(msgspec.Struct, frozen=True):
    """Somebody with a data key, and what stands of them in a dossier."""

    id: UUID
    key: bytes
    name: str
    personal_id: str
    phone: str
    tokens: list[bytes]  # blind, of the name's words
    indexes: tuple[bytes | None, bytes | None]  # blind, of phone and personal id


def dossiers(make: Sessions, count: int, seed: int, *, progress: Callable[[str], None]) -> int:
    """Write `count` dossiers of invented people; the same seed draws the same ones. Returns the count.

    `make` opens sessions as motcua_owner: COPY is not for roles that row-level security holds.

    Raises:
        NothingOffered: the catalogue is empty (run `portal seed` first).
    """
    draw = random.Random(seed)  # noqa: S311 - not a secret
    with make() as session:
        offers = _offers(session)
        if not offers:
            raise NothingOffered("Chạy `portal seed` trước.")
        people = list(_people(session, draw, max(PEOPLE, min(count // 50, MOST_PEOPLE))))
        session.commit()
    statuses = draw.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    instant = now()
    for start in range(0, count, BATCH):
        part = statuses[start : start + BATCH]
        rows = [
            _row(draw, draw.choice(offers), draw.choice(people), status, instant, start + place)
            for place, status in enumerate(part)
        ]
        with make() as session:
            _copy(session, rows)
            session.commit()
        if start % (10 * BATCH) == 0:
            progress(f"Hồ sơ: {start + len(part)}/{count}.")
    with make() as session:
        session.execute(sa.text("ANALYZE dossier"))
        session.commit()
    return count


def _offers(session: Session) -> list[Offer]:
    rows = session.execute(
        sa.text(
            """
            SELECT o.id, o.procedure_id, o.revision_id, o.agency_id, p.code, p.name, o.declared AS level
            FROM offering o JOIN procedure p ON p.current_revision_id = o.revision_id
            WHERE o.declared <> 'info' ORDER BY p.code, o.agency_id
            """
        )
    )
    return [Offer(**row._mapping) for row in rows]


def _people(session: Session, draw: random.Random, count: int) -> Iterator[Applicant]:
    """Accounts without a password that fits: nobody signs in as them."""
    for place in range(count):
        name = invented.person_name(draw)
        number = invented.personal_id(draw)
        account_id = new_id()
        session.execute(
            sa.text(
                "INSERT INTO account (id, seq, email_index, password_hash, created_at)"
                " VALUES (:id, 0, :email, '!', :at)"
            ),
            {"id": account_id, "email": crypto.blind("email", f"{account_id}@invalid"), "at": now()},
        )
        key = crypto.subject_key(session, account_id, create=True)
        phone = f"09{place:08d}"
        indexes = blind(Kind.PHONE, phone), blind(Kind.PERSONAL_ID, number)
        yield Applicant(account_id, key, name, number, phone, tokens([name]), indexes)


def _row(
    draw: random.Random, offer: Offer, who: Applicant, status: Status, instant: datetime, place: int
) -> dict[str, Any]:
    """One dossier as a mapping of columns, its instants in the order of its life."""
    dossier_id = new_id()
    open_ = status in ORDER[:4]
    filed = instant - timedelta(minutes=draw.randrange(60, 20_000 if open_ else 500_000))
    accepted = filed + timedelta(hours=draw.randrange(1, 8))
    due = accepted + timedelta(days=draw.choice((1, 3, 5, 10, 20)))
    settled = accepted + timedelta(hours=draw.randrange(8, 200))
    person = {"name": who.name, "email": "", "phone": who.phone, "personal_id": who.personal_id}
    was = ORDER.index(status) if status in ORDER else 0
    reached = {step: was >= at for at, step in enumerate(ORDER)}
    taken = reached[Status.ACCEPTED] or status is Status.STOPPED
    return {
        "id": dossier_id,
        "seq": 0,
        "submission_id": uuid4(),
        "applicant_id": who.id,
        "subject_id": who.id,
        "procedure_id": offer.procedure_id,
        "revision_id": offer.revision_id,
        "offering_id": offer.id,
        "procedure_code": offer.code,
        "procedure_name": offer.name,
        "level": offer.level,
        "channel": Channel.ONLINE.value,
        "receiving_agency_id": offer.agency_id,
        "competent_agency_id": offer.agency_id,
        "status": status.value,
        "reference": None if status is Status.DRAFT else f"B{place:08d}",
        "number": f"H99.00-{filed:%y%m%d}-{place:08d}" if taken else None,
        "created_at": filed,
        "updated_at": settled if not open_ else accepted if taken else filed,
        "submitted_at": None if status is Status.DRAFT else filed,
        "reception_due_at": None
        if status is Status.DRAFT
        else reception_due(filed, Channel.ONLINE, VIET_NAM).due_at,
        "accepted_at": accepted if taken else None,
        "original_due_at": due if taken else None,
        "due_at": due if taken else None,
        "settled_at": settled if reached[Status.SETTLED] or status is Status.STOPPED else None,
        "returned_at": settled if status is Status.RETURNED else None,
        "return_way": "online",
        "answers_seq": 1,
        "answers": crypto.encrypt(who.key, b"{}", f"dossier.answers|{dossier_id}"),
        "applicant": crypto.encrypt(who.key, msgspec.json.encode(person), f"dossier.applicant|{dossier_id}"),
        "name_tokens": [] if status is Status.DRAFT else who.tokens,
        "phone_index": None if status is Status.DRAFT else who.indexes[0],
        "personal_id_index": None if status is Status.DRAFT else who.indexes[1],
        "factor_personal_id": factor(dossier_id, who.personal_id),
        "factor_phone": factor(dossier_id, who.phone),
        "manifest": None
        if status is Status.DRAFT
        else crypto.encrypt(who.key, b"[]", f"dossier.manifest|{dossier_id}"),
    }


def _copy(session: Session, rows: list[dict[str, Any]]) -> None:
    """COPY the rows in the session's transaction; the table's checks and keys hold."""
    connection = session.connection().connection.driver_connection
    assert connection is not None
    columns = list(rows[0])
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY dossier ({', '.join(columns)}) FROM STDIN") as copying,
    ):
        for row in rows:
            copying.write_row([row[name] for name in columns])
