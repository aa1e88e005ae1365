"""Many dossiers that were really lived: each act by the portal's own functions, on days gone by.

What a seed draws is the same each time, but for keys, references and numbers. Nobody is written to and no
paper is drawn: what an invented event calls for is marked as done with it. Unlike `portal.bulk`, which
writes rows for size alone, every dossier here has its journal, files and figures: `portal verify` is green
on them. The demo only: the people are invented.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session

from auth import service as accounts
from auth.actor import Actor, Role
from dossiers import counter, filing, queries
from dossiers.models import Channel, Dossier
from dossiers.tasks import effect_key
from dossiers.workflow import END
from portal import invented
from portal.core import clock
from portal.core.db import act_as
from portal.core.errors import Conflict, DomainError
from portal.core.outbox import effect
from portal.core.work import unit_of_work
from portal.lives_acts import COURSE, paper
from portal.lives_scene import Offer, Scene, World
from services_catalog import terms

PEOPLE: Final = 16
OFFICERS: Final = 2  # at each agency
DAYS: Final = 300  # how far back lives begin
ACTS: Final = 40  # at most, in one life


class NothingOffered(Conflict):
    title = "Chưa có thủ tục nào nhận hồ sơ qua mạng"


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
                SELECT p.code, o.agency_id, r.began_at AS since, r.content ->> 'intake_scope' AS scope
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
        with clock.at(clock.now() - timedelta(days=DAYS + 2)):  # they were there before the first dossier
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
    who = _counter_of(world, draw, offer) or draw.choice(world.people)
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


def _counter_of(world: World, draw: random.Random, offer: Offer) -> Actor | None:
    """An officer elsewhere who takes the dossier in, now and then where that may be."""
    others = [one for one in sorted(world.officers) if one != offer.agency_id]
    if offer.scope in (None, "unit") or not others or draw.random() < 0.5:
        return None
    return draw.choice(world.officers[draw.choice(others)])


def _opened(session: Session, draw: random.Random, offer: Offer, who: Actor) -> Dossier:
    """A draft of the citizen's own, or one an officer keys in for a visitor."""
    if not who.agency_ids:
        return filing.open_draft(
            session, who, submission_id=uuid4(), code=offer.code, agency_id=offer.agency_id
        )
    visitor = counter.Visitor(
        name=invented.person_name(draw), personal_id=invented.personal_id(draw), phone=invented.phone(draw)
    )
    return counter.open_draft(
        session,
        who,
        submission_id=uuid4(),
        code=offer.code,
        agency_id=min(who.agency_ids),
        competent_agency_id=offer.agency_id,
        channel=Channel.COUNTER,
        visitor=visitor,
    )


def _drafted(world: World, draw: random.Random, offer: Offer, who: Actor) -> UUID | None:
    """The filed dossier; None where its procedure takes none that day, or the draft stays one."""
    try:
        with unit_of_work() as session:
            act_as(session, who.id, who.agency_ids)
            dossier = _opened(session, draw, offer, who)
            content = queries.content(session, dossier.revision_id)
            answers = invented.answers(content.form, draw, clock.today())
            filing.save_answers(session, who, dossier.id, seq=None, answers=answers)
            for requirement in content.requirements:
                if terms.needed(requirement, content, answers):
                    paper(session, dossier, requirement.key, who)
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


def _acted(world: World, draw: random.Random, dossier_id: UUID, who: Actor) -> bool:
    """One act drawn among those that fit; False when the life is over."""
    with unit_of_work() as session:
        act_as(session, who.id, who.agency_ids)
        status = queries.get(session, who, dossier_id).status
    if status in END and draw.random() < 0.5:
        return False
    act = draw.choices([one for one, _ in COURSE[status]], [weight for _, weight in COURSE[status]])[0]
    try:
        with unit_of_work() as session:
            act(Scene(session, world, draw, session.get_one(Dossier, dossier_id), who))
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
