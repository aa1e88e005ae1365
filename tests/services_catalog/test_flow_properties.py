"""Whatever two or three people do in whatever order, what is published stays lawful and true."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from auth.actor import Actor, Role
from portal.core import clock
from portal.core.errors import DomainError
from services_catalog import drafting, publishing
from services_catalog.content import Offer
from services_catalog.levels import Level
from tests import factories
from tests.services_catalog.drafts import BASIS, CODE, said
from tests.services_catalog.following import follow_due

WHO = st.integers(0, 2)
FAULTS = st.sampled_from([{}, {}, {"presence_required": True}, {"forms_downloadable": False}])
DECLARED = st.sampled_from([None, Level.FULL, Level.FULL, Level.PARTIAL])
STEP = st.one_of(
    st.tuples(
        st.just("save"), WHO, st.integers(0, 3), FAULTS, st.tuples(DECLARED, DECLARED), st.integers(0, 9)
    ),
    st.tuples(st.just("send"), WHO),
    st.tuples(st.just("return"), WHO),
    st.tuples(st.just("publish"), WHO),
    st.tuples(st.just("publish"), WHO),
    st.tuples(st.just("call off"), WHO, st.integers(1, 4)),
    st.tuples(st.just("withdraw"), WHO, st.integers(0, 3)),
    st.tuples(st.just("keep open"), WHO),
    st.tuples(st.just("pass"), st.integers(1, 4)),
    st.tuples(st.just("follow")),
)
# What is meant to succeed, in order, so that revisions follow each other; the rest interrupts it.
ROUND = st.tuples(
    WHO, WHO, st.integers(0, 3), FAULTS, st.tuples(st.just(Level.FULL), DECLARED), st.integers(0, 9)
).map(lambda it: [("save", it[0], *it[2:]), ("send", it[0]), ("publish", it[1])])
STEPS = st.lists(st.one_of(STEP.map(lambda it: [it]), ROUND), min_size=4, max_size=12).map(
    lambda parts: [step for part in parts for step in part]
)


@pytest.fixture
def people(session: Session) -> list[Actor]:
    """Three who may both write and decide."""
    both = (Role.CATALOGUE_EDITOR, Role.CATALOGUE_REVIEWER)
    return [factories.officer(session, uuid4(), *both) for _ in range(3)]


def do(session: Session, people: list[Actor], agencies: list[Any], step: tuple[Any, ...]) -> None:
    """One step of somebody's; what is refused changes nothing."""
    name, who = step[0], people[step[1]] if len(step) > 1 and step[0] != "pass" else None
    if name == "pass":
        clock._Ahead.by += timedelta(days=step[1])
        return
    if name == "follow":
        follow_due(session, clock.now())
        return
    assert who is not None
    acts = {
        "send": lambda: drafting.send_to_review(session, CODE, who),
        "return": lambda: drafting.return_draft(session, CODE, who, reason="Sửa lại"),
        "publish": lambda: publishing.publish(session, CODE, who),
        "call off": lambda: publishing.call_off(session, CODE, step[2], who, reason="Lùi ngày"),
        "withdraw": lambda: publishing.withdraw(
            session,
            CODE,
            who,
            closes_at=clock.now() + timedelta(days=step[2]) if step[2] else None,
            reason="Bãi bỏ",
        ),
        "keep open": lambda: publishing.keep_open(session, CODE, who, reason="Lùi ngày"),
        "save": lambda: save(session, who, agencies, *step[2:]),
    }
    try:
        with session.begin_nested():
            acts[name]()
    except DomainError:
        session.expire_all()


def save(
    session: Session, who: Actor, agencies: list[Any], days: int, faults: Any, levels: Any, words: int
) -> None:
    offers = [
        Offer(agency_id=agency, declared=level)
        if level is Level.FULL
        else Offer(agency_id=agency, declared=level, reason_code="PRESENCE", reason_basis=BASIS)
        for agency, level in zip(agencies, levels, strict=True)
        if level is not None
    ]
    content = said(summary=f"Lời {words}.", **faults)
    day = clock.today() + timedelta(days=days)
    drafting.save_draft(session, CODE, who, content=content, offers=offers, effective_on=day)


_PUBLISHED = sa.text(
    "SELECT id, number, content_hash, offers, authors, effective_on, ruleset, published_at, published_by"
    " FROM procedure_revision WHERE published_at IS NOT NULL"
)


def published(session: Session) -> dict[Any, Any]:
    """What was ever published, as it stands."""
    rows = session.execute(_PUBLISHED)
    return {row.id: tuple(row) for row in rows}


def judge(session: Session, before: dict[Any, Any]) -> dict[Any, Any]:
    """Raise on a broken promise; what is published now."""
    session.flush()
    now = published(session)
    assert {key: now.get(key) for key in before} == before, "a published row changed"
    for row in session.execute(sa.text("SELECT authors, submitted_by, published_by FROM procedure_revision")):
        assert row.published_by is None or row.published_by not in {*row.authors, row.submitted_by}
    current = session.execute(
        sa.text(
            "SELECT r.number, r.status, r.effective_on, r.began_at FROM procedure p"
            " JOIN procedure_revision r ON r.id = p.current_revision_id"
        )
    ).one_or_none()
    if current is not None:
        assert current.status == "published"
        assert current.began_at is not None
        assert current.effective_on <= clock.today()
        newest = "SELECT max(number) FROM procedure_revision WHERE began_at IS NOT NULL"
        assert current.number == session.execute(sa.text(newest)).scalar_one()
    full = session.execute(sa.text("SELECT verdict FROM offering WHERE declared = 'full'")).scalars()
    assert all(condition["holds"] for verdict in full for condition in verdict["conditions"])
    folded: dict[Any, Any] = {}
    for row in session.execute(
        sa.text("SELECT agency_id, before, after FROM level_change ORDER BY at, id")
    ).all():
        assert folded.get(row.agency_id) == row.before
        folded[row.agency_id] = row.after
    offered = session.execute(
        sa.text(
            "SELECT o.agency_id, o.declared FROM offering o"
            " JOIN procedure p ON p.current_revision_id = o.revision_id"
        )
    )
    assert {key: level for key, level in folded.items() if level} == {
        row.agency_id: row.declared for row in offered
    }
    return now


_BEGUN_LATER = sa.text(
    "SELECT count(*) FROM procedure_revision WHERE began_at > published_at + interval '1 hour'"
)


@pytest.mark.parametrize("examples", [20, pytest.param(600, marks=pytest.mark.long)])
def test_no_order_of_acts_breaks_a_promise(
    session: Session, people: list[Actor], monkeypatch: pytest.MonkeyPatch, examples: int
) -> None:
    agencies = [factories.agency(session).id for _ in range(2)]
    reached = {"published": 0, "begun later": 0}

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(STEPS)
    def holds(steps: list[tuple[Any, ...]]) -> None:
        monkeypatch.setattr(clock._Ahead, "by", timedelta(0))
        place = session.begin_nested()
        try:
            seen: dict[Any, Any] = {}
            for step in [("save", 0, 0, {}, (Level.FULL, None), 0), ("send", 0), ("publish", 1), *steps]:
                do(session, people, agencies, step)
                seen = judge(session, seen)
            reached["published"] += len(seen) > 1
            reached["begun later"] += session.execute(_BEGUN_LATER).scalar_one() > 0
        finally:
            place.rollback()
            session.expire_all()

    holds()

    assert min(reached.values()) > 0, reached
