"""Many dossiers that were really lived: each act by the portal's own functions, on days gone by.

What a seed draws is the same each time, but for keys, references and numbers. Nobody is written to and no
paper is drawn: what an invented event calls for is marked as done with it. Unlike `portal.bulk`, which
writes rows for size alone, every dossier here has its journal, files and figures: `portal verify` is green
on them. The demo only: the people are invented.
"""

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth import service as accounts
from auth.actor import Actor, Role
from dossiers import decision, fees, filing, processing, queries
from dossiers.models import Attachment, AttachmentState, Dossier, UploadWay
from dossiers.tasks import effect_key
from dossiers.workflow import Status
from portal import invented
from portal.core import clock, crypto, events, runtime
from portal.core.db import act_as, new_id
from portal.core.errors import Conflict, DomainError
from portal.core.outbox import effect
from portal.core.work import unit_of_work
from services_catalog import terms

PEOPLE: Final = 16
OFFICERS: Final = 2  # at each agency
DAYS: Final = 300  # how far back lives begin
ACTS: Final = 40  # at most, in one life
_PAPER: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
_DIGEST: Final = hashlib.sha256(_PAPER).digest()


class NothingOffered(Conflict):
    title = "Chưa có thủ tục nào nhận hồ sơ qua mạng"


class Offer(msgspec.Struct, frozen=True):
    """What can be filed, where, and since when."""

    code: str
    agency_id: UUID
    since: datetime


class World(msgspec.Struct):
    """Who lives and works in the invented year, and what they can ask for."""

    offers: list[Offer]
    people: list[Actor]
    officers: dict[UUID, list[Actor]]
    until: datetime
    subscribers: Mapping[str, Sequence[str]]
    refused: int = 0  # acts that the portal rightly refused


Act = Callable[[Session, World, random.Random, Dossier], object]


def dossiers(
    count: int, seed: int, *, subscribers: Mapping[str, Sequence[str]], progress: Callable[[str], None]
) -> int:
    """Let `count` dossiers live. Returns how many were filed. This process must be open as the worker.

    Args:
        subscribers: which tasks each event calls for.

    Raises:
        NothingOffered: the catalogue is empty (run `portal seed` first).
    """
    draw = random.Random(seed)  # noqa: S311 - not a secret
    world = _world(draw, subscribers)
    filed = 0
    for number in range(1, count + 1):
        filed += live(world, draw)
        if number % 500 == 0 or number == count:
            progress(f"Hồ sơ: {number}/{count}, đã nộp {filed}, {world.refused} việc bị từ chối đúng luật.")
    return filed


def _world(draw: random.Random, subscribers: Mapping[str, Sequence[str]]) -> World:
    with unit_of_work() as session:
        rows = session.execute(
            sa.text(
                """
                SELECT p.code, o.agency_id, r.began_at AS since
                FROM offering o JOIN procedure p ON p.current_revision_id = o.revision_id
                JOIN procedure_revision r ON r.id = o.revision_id
                WHERE o.declared <> 'info' ORDER BY p.code, o.agency_id
                """
            )
        )
        offers = [Offer(**row._mapping) for row in rows]
        if not offers:
            raise NothingOffered("Chạy `portal seed` trước.")
        people = [_person(session, draw) for _ in range(PEOPLE)]
        officers = {
            agency_id: [_officer(session, draw, agency_id) for _ in range(OFFICERS)]
            for agency_id in sorted({offer.agency_id for offer in offers})
        }
        _settle(session, subscribers)
    return World(offers, people, officers, clock.now(), subscribers)


def _person(session: Session, draw: random.Random) -> Actor:
    """Somebody with an account that nobody can sign in to."""
    made = accounts.create_account(
        session,
        name=invented.person_name(draw),
        email=f"{uuid4().hex[:16]}@invalid.example",
        password=f"{uuid4()}",
        phone=invented.phone(draw),
        personal_id=invented.personal_id(draw),
    )
    return Actor(id=made.id, roles=frozenset({Role.CITIZEN}), name="")


def _officer(session: Session, draw: random.Random, agency_id: UUID) -> Actor:
    person = _person(session, draw)
    assert person.id is not None
    accounts.grant(session, person.id, Role.OFFICER, agency_id, by=None)
    return Actor(
        id=person.id,
        roles=frozenset({Role.CITIZEN, Role.OFFICER}),
        agency_ids=frozenset({agency_id}),
        name=invented.person_name(draw),
    )


def live(world: World, draw: random.Random) -> bool:
    """One dossier from its draft to wherever it stands today; whether it was filed."""
    offer = draw.choice(world.offers)
    who = draw.choice(world.people)
    at = world.until - timedelta(minutes=60 + draw.random() ** 4 * DAYS * 24 * 60)  # most of late
    with clock.at(at):
        dossier_id = _drafted(world, draw, offer, who)
    if dossier_id is None:
        return False
    for _ in range(ACTS):
        at += timedelta(minutes=draw.randrange(20, 40 * 60))
        if at >= world.until:
            return True
        with clock.at(at):
            if not _acted(world, draw, dossier_id, who):
                return True
    return True


def _drafted(world: World, draw: random.Random, offer: Offer, who: Actor) -> UUID | None:
    """The filed dossier; None where its procedure takes none that day, or the draft stays one."""
    try:
        with unit_of_work() as session:
            act_as(session, who.id, who.agency_ids)
            dossier = filing.open_draft(
                session, who, submission_id=uuid4(), code=offer.code, agency_id=offer.agency_id
            )
            content = queries.content(session, dossier.revision_id)
            answers = invented.answers(content.form, draw, clock.today())
            filing.save_answers(session, who, dossier.id, seq=None, answers=answers)
            for requirement in content.requirements:
                if terms.needed(requirement, content, answers):
                    _paper(session, dossier, requirement.key, who)
            _settle(session, world.subscribers)
            dossier_id = dossier.id
        if draw.random() < 0.03:
            return None
        with unit_of_work() as session:
            act_as(session, who.id, who.agency_ids)
            filing.submit(session, who, dossier_id, idempotency_key=None)
            _settle(session, world.subscribers)
    except DomainError:
        world.refused += 1
        return None
    return dossier_id


def _paper(session: Session, dossier: Dossier, requirement: str, by: Actor) -> None:
    """A checked file of the dossier, in the store."""
    made = Attachment(
        id=new_id(),
        dossier_id=dossier.id,
        requirement_key=requirement,
        object_key=f"files/{uuid4().hex}",
        sealed=b"",
        declared_size=len(_PAPER),
        size=len(_PAPER),
        kind="pdf",
        sha256=_DIGEST,
        state=AttachmentState.READY,
        via=UploadWay.MULTIPART,
    )
    made.sealed = crypto.seal(
        session, dossier.subject_id, f"attachment|{made.id}", {"filename": "giấy tờ.pdf"}
    )
    runtime.storage.put_bytes(made.object_key, _PAPER, "application/pdf")
    session.add(made)
    facts = {"attachment_id": made.id, "kind": made.kind, "size": made.size, "sha256": _DIGEST.hex()}
    events.record(session, dossier, "attachment.completed", by.id, {"attachment_id": made.id})
    events.record(session, dossier, "attachment.ready", None, facts)
    session.add(dossier)
    session.flush()


def _acted(world: World, draw: random.Random, dossier_id: UUID, who: Actor) -> bool:
    """One act drawn among those that fit; False when the life is over."""
    with unit_of_work() as session:
        act_as(session, who.id, who.agency_ids)
        status = queries.get(session, who, dossier_id).status
    if status not in COURSE:
        return False
    act = draw.choices([one for one, _ in COURSE[status]], [weight for _, weight in COURSE[status]])[0]
    try:
        with unit_of_work() as session:
            dossier = session.get_one(Dossier, dossier_id)
            act(session, world, draw, dossier)
            _settle(session, world.subscribers)
    except DomainError:
        world.refused += 1
    return True


def _settle(session: Session, subscribers: Mapping[str, Sequence[str]]) -> None:
    """Mark as done what this transaction's own events call for, so that the relay has nothing of them."""
    session.flush()
    mine = session.execute(
        sa.text(
            "DELETE FROM outbox o USING event e WHERE e.stream_id = o.stream_id AND e.seq = o.seq"
            " AND e.xid = journal_xid() RETURNING o.stream_id, o.seq, o.name"
        )
    ).all()
    for row in mine:
        for task in subscribers.get(row.name, ()):
            effect(session, effect_key(task, row.stream_id, row.seq))


def _desk(session: Session, world: World, draw: random.Random, dossier: Dossier) -> Actor:
    """An officer for the act: mostly whoever holds the dossier."""
    able = world.officers[dossier.competent_agency_id]
    holder = next((one for one in able if one.id == dossier.holder_id), None)
    chosen = holder if holder is not None and draw.random() < 0.95 else draw.choice(able)
    act_as(session, chosen.id, chosen.agency_ids)
    return chosen


def _receive(session: Session, world: World, draw: random.Random, dossier: Dossier) -> object:
    return processing.receive(session, _desk(session, world, draw, dossier), dossier.id)


def _refuse(session: Session, world: World, draw: random.Random, dossier: Dossier) -> object:
    by = _desk(session, world, draw, dossier)
    return processing.refuse(session, by, dossier.id, reason="Thiếu giấy tờ theo quy định.")


def _claim(session: Session, world: World, draw: random.Random, dossier: Dossier) -> object:
    return processing.claim(session, _desk(session, world, draw, dossier), dossier.id)


def _release(session: Session, world: World, draw: random.Random, dossier: Dossier) -> object:
    return processing.release(session, _desk(session, world, draw, dossier), dossier.id)


def _collect(session: Session, world: World, draw: random.Random, dossier: Dossier) -> object:
    by = _desk(session, world, draw, dossier)
    lines = queries.fee_lines(session, dossier.id)
    owed = [line for line in lines if line.settled_at is None and line.waived_at is None]
    return fees.settle_fee(session, by, dossier.id, fee_line_id=owed[0].id) if owed else None


def _approve(session: Session, world: World, draw: random.Random, dossier: Dossier) -> object:
    by = _desk(session, world, draw, dossier)
    result = queries.content(session, dossier.revision_id).result
    file = None
    if result is not None and not result.generated:
        _paper(session, dossier, decision.RESULT, by)
        files = queries.attachments(session, dossier.id)
        file = next(one.id for one in files if one.requirement_key == decision.RESULT)
    return decision.approve(session, by, dossier.id, result_attachment_id=file)


def _reject(session: Session, world: World, draw: random.Random, dossier: Dossier) -> object:
    by = _desk(session, world, draw, dossier)
    return decision.reject(session, by, dossier.id, ground="Không đủ điều kiện theo quy định.")


def _deliver(session: Session, world: World, draw: random.Random, dossier: Dossier) -> object:
    return decision.deliver(session, _desk(session, world, draw, dossier), dossier.id)


# What tends to happen next, by where the dossier stands.
COURSE: Final[Mapping[Status, Sequence[tuple[Act, int]]]] = {
    Status.SUBMITTED: [(_receive, 12), (_refuse, 1)],
    Status.ACCEPTED: [(_claim, 8), (_collect, 4)],
    Status.PROCESSING: [(_collect, 5), (_approve, 8), (_reject, 1), (_release, 1), (_claim, 2)],
    Status.SETTLED: [(_deliver, 1)],
}
