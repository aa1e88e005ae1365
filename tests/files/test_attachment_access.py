"""Who is given a file and when, and what filing does to it."""

from datetime import timedelta

import pytest

from auth.actor import ANONYMOUS
from dossiers import attachments, filing, inspection
from dossiers.access import DossierNotFound, NotHolder
from dossiers.attachment_rules import (
    FileRefused,
    NotServed,
)
from dossiers.models import AttachmentState
from dossiers.workflow import WrongState
from portal.core import events, runtime
from portal.core.errors import Forbidden
from tests import factories
from tests.files import corpus
from tests.files.corpus import pdf
from tests.files.sending import begin, names_of, sent, state


@pytest.fixture
def dossier(house):
    return house.draft()


def test_nobody_else_sees_or_touches_a_file(house, dossier):
    plan = sent(house, dossier, pdf())
    inspection.inspect(plan.attachment_id)

    for actor in (house.stranger, house.officer, ANONYMOUS):
        for act in (
            lambda s, a: attachments.show(s, a, dossier.id, plan.attachment_id),
            lambda s, a: attachments.download_url(s, house.storage, a, dossier.id, plan.attachment_id),
            lambda s, a: attachments.renew(s, house.storage, a, dossier.id, plan.attachment_id),
            lambda s, a: attachments.complete(s, house.storage, a, dossier.id, plan.attachment_id),
            lambda s, a: attachments.remove(s, a, dossier.id, plan.attachment_id),
            lambda s, a: attachments.begin(s, house.storage, a, dossier.id, "proof", "a.pdf", 10),
            lambda s, a: attachments.form_plan(s, house.storage, a, dossier.id, "proof"),
        ):
            with pytest.raises(DossierNotFound), house.as_(actor) as session:
                act(session, actor)


def test_a_file_is_given_out_only_once_it_is_checked(house, dossier):
    waiting = sent(house, dossier, pdf())
    bad = sent(house, dossier, pdf(corpus.javascript))
    inspection.inspect(bad.attachment_id)

    for plan in (waiting, bad):
        with pytest.raises(NotServed), house.as_(house.citizen) as session:
            attachments.download_url(session, house.storage, house.citizen, dossier.id, plan.attachment_id)
    file = state(house, dossier, bad)
    assert (file.state, file.reason) == (AttachmentState.REFUSED, "active_content")


def test_an_address_to_download_dies_after_its_time(house, dossier):
    house.storage.put_bytes("test/short", b"x", "text/plain")
    url = house.storage.presigned_get("test/short", filename="a.txt", content_type="text/plain", seconds=1)

    import time

    time.sleep(2.2)
    assert house.http.request("GET", url).status == 403


def test_inspecting_twice_writes_one_verdict(house, dossier):
    plan = sent(house, dossier, pdf())

    for _ in range(2):
        inspection.inspect(plan.attachment_id)
    with house.worker() as session:
        inspection.record(session, plan.attachment_id, inspection.Verdict(1, reason="infected"))
        session.commit()

    assert state(house, dossier, plan).state is AttachmentState.READY
    assert names_of(house, dossier).count("attachment.ready") == 1


def test_the_event_of_a_completion_leads_to_the_verdict(house, dossier):
    plan = sent(house, dossier, pdf())
    with house.as_(house.citizen) as session:
        (event,) = [e for e in events.history(session, dossier.id) if e.name == "attachment.completed"]

    for _ in range(2):
        inspection.inspect_event(str(dossier.id), event.seq)

    assert state(house, dossier, plan).state is AttachmentState.READY


def test_a_filed_dossier_takes_and_drops_no_files(house, dossier):
    plan = sent(house, dossier, pdf())
    inspection.inspect(plan.attachment_id)
    with house.as_(house.citizen) as session:
        filing.submit(session, house.citizen, dossier.id, idempotency_key=None)

    with pytest.raises(WrongState):
        begin(house, dossier, pdf())
    with pytest.raises(WrongState), house.as_(house.citizen) as session:
        attachments.remove(session, house.citizen, dossier.id, plan.attachment_id)
    assert state(house, dossier, plan, house.officer).state is AttachmentState.READY


def test_only_the_officer_who_holds_the_dossier_adds_the_result(house, dossier):
    plan = sent(house, dossier, pdf())
    inspection.inspect(plan.attachment_id)
    with house.as_(house.citizen) as session:
        filing.submit(session, house.citizen, dossier.id, idempotency_key=None)
    with pytest.raises(NotHolder):
        begin(house, dossier, pdf(), paper="result", actor=house.officer)
    with pytest.raises(Forbidden):
        begin(house, dossier, pdf(), paper="result")
    with house.as_(house.officer) as session:
        factories.in_hand(session, dossier, house.officer)

    result = sent(house, dossier, pdf(), paper="result", actor=house.officer)
    inspection.inspect(result.attachment_id)

    assert state(house, dossier, result, house.officer).state is AttachmentState.READY
    with pytest.raises(FileRefused):
        begin(house, dossier, pdf(), name="a.jpg", paper="result", actor=house.officer)


def test_no_name_and_no_address_stands_in_events(house, dossier):
    plan = sent(house, dossier, pdf(), name="Nguyễn Văn Bí Mật.pdf")
    inspection.inspect(plan.attachment_id)

    with house.as_(house.citizen) as session:
        told = str([event.data for event in events.history(session, dossier.id)])
    assert "Mật" not in told
    assert "attachments/" not in told
    assert runtime.settings.store_public_url not in told


def test_a_part_address_lives_no_longer_than_told(house, dossier):
    plan = begin(house, dossier, pdf())

    assert "X-Amz-Expires=900" in plan.parts[0].url
    assert plan.expires_at - state(house, dossier, plan).created_at < timedelta(seconds=910)
