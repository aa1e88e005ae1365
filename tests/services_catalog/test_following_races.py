"""Several workers, and the statistics, at a day on which a revision begins."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dossiers import verify
from dossiers.rollups import fold_once, recount
from portal.core import clock
from portal.core.db import act_as
from portal.core.errors import Invalid
from services_catalog import importing, publishing, tasks
from services_catalog import taking_effect as effect
from tests import factories
from tests.dossiers.test_races import together
from tests.services_catalog.drafts import CODE, draft, publish
from tests.services_catalog.following import follow_due

DAY = timedelta(days=1)


@pytest.fixture
def after(monkeypatch) -> Any:
    return lambda passed: monkeypatch.setattr(clock._Ahead, "by", passed)


@pytest.fixture
def planned(database):
    """A revision published with its day three days ahead, and the machine's reviewer."""
    with database.worker() as session:
        agency = factories.agency(session)
        hands = importing.machine_hands(session)
        act_as(session, hands.editor.id, frozenset())
        draft(session, hands.editor, agency.id, effective_on=clock.today() + 3 * DAY)
        publish(session, CODE, hands.editor)
        session.commit()
    return database, hands


def published(database) -> int:
    with database.worker() as session:
        return session.execute(
            sa.text("SELECT count(*) FROM event WHERE name = 'procedure.published'")
        ).scalar_one()


def offered(database) -> int:
    """How many services the statistics count as offered, after folding all there is."""
    with database.worker() as session:
        fold_once(session)
        session.execute(sa.text("DELETE FROM outbox"))  # as the relay does; nobody subscribes to these
        session.commit()
    with database.worker() as session:
        assert recount(session).differences == 0
    with database.worker() as session:
        assert verify.run(session, None, database.settings).green
    with database.worker() as session:
        return session.execute(sa.text("SELECT count(*) FROM service_offer WHERE to_at IS NULL")).scalar_one()


def test_eight_workers_begin_a_revision_once(planned, after):
    database, hands = planned
    after(3 * DAY)

    done = together(database, [hands.reviewer] * 8, lambda session, _: follow_due(session, clock.now()))

    assert sorted(done, key=len) == [[]] * 7 + [[CODE]]
    assert published(database) == 1


def test_statistics_count_it_from_its_day_until_its_cut_off(planned, after):
    database, hands = planned
    assert (tasks.follow_the_calendar(), offered(database)) == (0, 0)

    after(3 * DAY)
    assert (tasks.follow_the_calendar(), tasks.follow_the_calendar(), offered(database)) == (1, 0, 1)

    with database.worker() as session:
        at = clock.now() + DAY
        publishing.withdraw(session, CODE, hands.reviewer, closes_at=at, reason="Bãi bỏ")
        session.commit()
    assert offered(database) == 1

    after(5 * DAY)
    assert (tasks.follow_the_calendar(), offered(database)) == (1, 0)


def test_a_withdrawal_and_a_worker_at_once_end_in_one_order_or_the_other(planned, after):
    database, hands = planned
    after(3 * DAY)

    def act(session: Any, _: Any) -> Any:
        return follow_due(session, clock.now())

    def end(session: Any, actor: Any) -> Any:
        return publishing.withdraw(session, CODE, actor).number

    turns = iter([act, end])
    done = together(database, [hands.reviewer] * 2, lambda session, actor: next(turns)(session, actor))

    assert 1 in done
    with database.worker() as session:
        assert session.execute(sa.text("SELECT current_revision_id FROM procedure")).scalar() is None
    assert published(database) == 1


def test_one_procedure_that_cannot_move_holds_up_no_other(planned, after, monkeypatch, caplog):
    database, hands = planned
    with database.worker() as session:
        act_as(session, hands.editor.id, frozenset())
        agency = factories.agency(session)
        draft(session, hands.editor, agency.id, code="1.999002", effective_on=clock.today() + 3 * DAY)
        publish(session, "1.999002", hands.editor)
        session.commit()
    after(3 * DAY)
    begin = effect.begin

    def broken(session: Any, procedure: Any, *more: Any, **named: Any) -> None:
        if procedure.code == CODE:
            raise Invalid("Không ghi được lĩnh vực.")
        begin(session, procedure, *more, **named)

    monkeypatch.setattr(effect, "begin", broken)

    assert tasks.follow_the_calendar() == 1
    assert published(database) == 1
