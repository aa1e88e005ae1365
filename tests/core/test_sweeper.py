"""What an event called for and did not get is sent again, but never onto a queue that is merely behind."""

from datetime import timedelta

import pytest

from dossiers import tasks
from portal import worker
from portal.core import events, outbox, queues
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


def test_what_is_overdue_is_sent_again_though_the_queue_is_never_empty(database, queue, monkeypatch):
    monkeypatch.setattr(tasks, "GRACE", timedelta(0))
    monkeypatch.setattr(worker, "SUBSCRIBERS", {"agency.made": ["some.task"]})
    with database.worker() as session:
        events.record(session, factories.agency(session), "agency.made", None)
        session.commit()
    worker.send("portal.worker.busy", "x", 1)

    assert worker.sweep_effects() == 0
    monkeypatch.setattr(tasks, "OVERDUE", timedelta(0))
    assert worker.sweep_effects() == 1


def test_a_file_that_somebody_waits_for_and_the_sweepers_stand_before_papers_and_mails(queue):
    for name in ("dossiers.notifications.tell_applicant", "dossiers.documents.acknowledge"):
        worker.send(name, "x", 1)
    for name in (*worker.AWAITED, "portal.worker.sweep_effects", "dossiers.attachments.sweep_uploads"):
        worker.send(name, "x", 1)

    with queue.connection_for_read() as connection:
        assert queues.waiting(connection, (queues.FIRST,)) == len(worker.AWAITED) + 2
        assert queues.waiting(connection, (queues.QUEUE,)) == 2
    assert queue.conf.broker_transport_options["queue_order_strategy"] == "priority"
