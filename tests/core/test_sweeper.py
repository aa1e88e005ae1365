"""What an event called for and did not get is sent again, but never onto a queue that is merely behind."""

from datetime import timedelta

import pytest

from dossiers import tasks
from portal import worker
from portal.core import events, outbox
from tests import factories
from tests.conftest import settings_for


@pytest.fixture
def queue(database, broker):
    app = worker.configure(settings_for(broker, database.name))
    app.control.purge()
    yield app
    app.control.purge()
    app.close()


def test_a_lost_consequence_is_sent_again_once_the_queue_is_empty(database, queue, monkeypatch):
    monkeypatch.setattr(tasks, "GRACE", timedelta(0))
    monkeypatch.setattr(worker, "SUBSCRIBERS", {"agency.made": ["some.task", "other.task"]})
    with database.worker() as session:
        agency = factories.agency(session)
        events.record(session, agency, "agency.made", None)
        outbox.effect(session, tasks.effect_key("other.task", agency.id, 1))
        session.commit()

    assert worker.sweep_effects() == 1
    assert worker.waiting() == 1
    assert worker.sweep_effects() == 0
    queue.control.purge()
    assert worker.sweep_effects() == 1
