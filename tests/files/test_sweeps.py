"""Files nobody waits for."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from dossiers import attachment_sweeps, attachments, inspection
from dossiers.models import Attachment, AttachmentState
from portal.core import events
from portal.core.clock import now, today
from tests.files.corpus import pdf, send

A = Attachment.__table__


@pytest.fixture
def dossier(house):
    return house.draft()


def begun(house, dossier, data, *, complete=False):
    with house.as_(house.citizen) as session:
        plan = attachments.begin(
            session, house.storage, house.citizen, dossier.id, "proof", "a.pdf", len(data)
        )
    send(house.http, plan, data)
    if complete:
        with house.as_(house.citizen) as session:
            attachments.complete(session, house.storage, house.citizen, dossier.id, plan.attachment_id)
    return plan.attachment_id


def change(house, attachment_id, **values):
    with house.worker() as session:
        session.execute(sa.update(A).where(A.c.id == attachment_id).values(**values))
        session.commit()


def row(house, attachment_id):
    with house.worker() as session:
        return session.get_one(Attachment, attachment_id)


def removed_event(house, dossier):
    with house.worker() as session:
        return next(e for e in events.history(session, dossier.id) if e.name == "attachment.removed")


def test_an_upload_given_up_is_dropped_with_its_parts(house, dossier):
    file_id = begun(house, dossier, pdf())
    fresh = begun(house, dossier, pdf())
    change(house, file_id, created_at=now() - timedelta(hours=25))

    attachment_sweeps.drop_abandoned()
    attachment_sweeps.discard(str(dossier.id), removed_event(house, dossier).seq)

    assert row(house, file_id).state is AttachmentState.REMOVED
    assert row(house, fresh).state is AttachmentState.UPLOADING
    left = {key for key, _ in house.storage.unfinished("attachments/", now() + timedelta(hours=1))}
    assert row(house, file_id).object_key not in left
    assert row(house, fresh).object_key in left


def test_a_removed_file_loses_its_bytes_after_the_transaction(house, dossier):
    file_id = begun(house, dossier, pdf(), complete=True)
    inspection.inspect(file_id)
    with house.as_(house.citizen) as session:
        attachments.remove(session, house.citizen, dossier.id, file_id)
    key = row(house, file_id).object_key
    assert house.storage.stat(key) is not None

    for _ in range(2):
        attachment_sweeps.discard(str(dossier.id), removed_event(house, dossier).seq)

    assert house.storage.stat(key) is None


def test_a_lost_check_is_asked_for_again_but_not_every_minute(house, dossier, monkeypatch):
    file_id = begun(house, dossier, pdf(), complete=True)
    change(house, file_id, completed_at=now() - timedelta(minutes=6))
    asked = []
    monkeypatch.setattr(
        attachment_sweeps.current_app, "send_task", lambda name, args, **_: asked.append((name, *args))
    )

    for _ in range(3):
        attachment_sweeps.look_again()

    assert [one for one in asked if one[1] == str(file_id)] == [
        ("dossiers.inspection.inspect_again", str(file_id))
    ]
    inspection.inspect_again(str(file_id))
    assert row(house, file_id).state is AttachmentState.READY


def test_a_file_nobody_could_check_for_a_day_is_refused(house, dossier):
    file_id = begun(house, dossier, pdf(), complete=True)
    change(house, file_id, completed_at=now() - timedelta(hours=25))

    attachment_sweeps.look_again()

    assert (row(house, file_id).state, row(house, file_id).reason) == (AttachmentState.REFUSED, "not_checked")


def test_bytes_that_no_row_names_are_removed_once_they_are_a_day_old(house, dossier, monkeypatch):
    day = f"{today() - timedelta(days=3):%Y%m%d}"
    orphan, late, mine = f"attachments/{day}/orphan", f"incoming/{day}/late", f"attachments/{day}/mine"
    today_s = f"attachments/{today():%Y%m%d}/fresh"
    for key in (orphan, late, mine, today_s):
        house.storage.put_bytes(key, b"x", "text/plain")
    change(house, begun(house, dossier, pdf()), object_key=mine)

    assert attachment_sweeps.remove_orphans() == 0  # all of them are young
    monkeypatch.setattr(attachment_sweeps, "ORPHANED", timedelta(seconds=-60))
    assert attachment_sweeps.remove_orphans() == 0  # it has just looked
    monkeypatch.setattr(attachment_sweeps, "ORPHANS_EVERY", timedelta(seconds=1000))
    assert attachment_sweeps.remove_orphans() == 2

    assert [house.storage.stat(key) is not None for key in (orphan, late, mine, today_s)] == [
        False,
        False,
        True,
        True,
    ]
