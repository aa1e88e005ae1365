"""Sending files in parts, straight to the store."""

from datetime import timedelta
from uuid import uuid4

import pytest

from auth.actor import ANONYMOUS
from dossiers import attachments, filing, inspection, queries
from dossiers.access import DossierNotFound, NotHolder
from dossiers.attachment_rules import (
    AttachmentNotFound,
    FileRefused,
    NotServed,
    PartsMissing,
    TooManyFiles,
    UnknownPaper,
    UploadLost,
)
from dossiers.models import AttachmentState
from dossiers.workflow import WrongState
from portal.core import events, runtime
from portal.core.errors import Forbidden, Invalid
from portal.core.text import BadText
from tests import factories
from tests.files import corpus
from tests.files.corpus import pdf, send

LARGE = pdf() + b"%" + b"x" * (11 * 1024 * 1024) + b"\n%%EOF"  # three parts


@pytest.fixture
def dossier(house):
    return house.draft()


def begin(house, dossier, data, *, name="giấy chứng sinh.pdf", paper="proof", actor=None, **more):
    who = actor or house.citizen
    with house.as_(who) as session:
        return attachments.begin(
            session, house.storage, who, dossier.id, paper, name, more.pop("size", len(data)), **more
        )


def complete(house, dossier, plan, told=(), actor=None):
    who = actor or house.citizen
    with house.as_(who) as session:
        return attachments.complete(session, house.storage, who, dossier.id, plan.attachment_id, told)


def sent(house, dossier, data, **more):
    """A file sent and completed, not yet inspected."""
    plan = begin(house, dossier, data, **more)
    send(house.http, plan, data)
    complete(house, dossier, plan, actor=more.get("actor"))
    return plan


def state(house, dossier, plan, actor=None):
    who = actor or house.citizen
    with house.as_(who) as session:
        return attachments.show(session, who, dossier.id, plan.attachment_id)


def names_of(house, dossier):
    with house.as_(house.citizen) as session:
        return [event.name for event in events.history(session, dossier.id)]


@pytest.mark.parametrize("data", [pdf(), LARGE], ids=["one part", "three parts"])
def test_a_file_sent_in_parts_is_checked_and_given_out(house, dossier, data):
    plan = begin(house, dossier, data)
    told = send(house.http, plan, data)

    assert complete(house, dossier, plan, told).state is AttachmentState.CHECKING
    inspection.inspect(plan.attachment_id)

    file = state(house, dossier, plan)
    assert (file.state, file.kind, file.size, file.reason) == (AttachmentState.READY, "pdf", len(data), None)
    assert names_of(house, dossier)[-2:] == ["attachment.completed", "attachment.ready"]
    with house.as_(house.citizen) as session:
        url, _ = attachments.download_url(
            session, house.storage, house.citizen, dossier.id, plan.attachment_id
        )
    answer = house.http.request("GET", url)
    assert answer.data == data
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''gi%E1%BA%A5y%20ch%E1%BB%A9ng%20sinh.pdf" in answer.headers["Content-Disposition"]


def test_a_decomposed_name_of_a_phone_is_kept_composed(house, dossier):
    plan = begin(house, dossier, pdf(), name="C:\\fakepath\\Gi\u0061\u0302\u0301y.pdf")

    with house.as_(house.citizen) as session:
        found = queries.get(session, house.citizen, dossier.id)
        file = attachments.show(session, house.citizen, dossier.id, plan.attachment_id)
        assert queries.filename(session, found.subject_id, file) == "Giấy.pdf"


def test_completing_twice_changes_nothing_more(house, dossier):
    plan = sent(house, dossier, pdf())

    complete(house, dossier, plan)

    assert names_of(house, dossier).count("attachment.completed") == 1


def test_a_completion_whose_answer_was_lost_is_repeated(house, dossier):
    """The store has joined the parts, then the transaction was lost."""
    data = pdf()
    plan = begin(house, dossier, data)
    send(house.http, plan, data)
    row = state(house, dossier, plan)
    house.storage.complete_multipart(
        row.object_key, row.upload_id, house.storage.parts(row.object_key, row.upload_id)
    )

    assert complete(house, dossier, plan).state is AttachmentState.CHECKING


def test_a_beginning_whose_answer_was_lost_finds_the_same_upload(house, dossier):
    made = uuid4()

    plans = [begin(house, dossier, LARGE, attachment_id=made) for _ in range(2)]

    assert [plan.attachment_id for plan in plans] == [made, made]
    with house.as_(house.citizen) as session:
        assert len(queries.attachments(session, dossier.id)) == 1


def test_an_id_of_anothers_upload_opens_nothing(house, dossier):
    plan = begin(house, dossier, pdf())
    with house.app() as session:
        other = factories.draft(session, house.stranger, house.procedure, house.agency_id)
        session.commit()

    with pytest.raises(AttachmentNotFound):
        begin(house, other, pdf(), actor=house.stranger, attachment_id=plan.attachment_id)


def test_after_a_break_only_the_missing_parts_are_asked_for(house, dossier):
    plan = begin(house, dossier, LARGE)
    first = plan.parts[0]
    house.http.request("PUT", first.url, body=LARGE[: plan.part_size])

    with house.as_(house.citizen) as session:
        renewed = attachments.renew(session, house.storage, house.citizen, dossier.id, plan.attachment_id)

    assert renewed.stored == [1]
    assert [part.number for part in renewed.parts] == [2, 3]
    send(house.http, renewed, LARGE)
    complete(house, dossier, plan)
    inspection.inspect(plan.attachment_id)
    assert state(house, dossier, plan).state is AttachmentState.READY


def test_a_file_with_missing_or_short_parts_is_not_completed(house, dossier):
    plan = begin(house, dossier, LARGE)
    house.http.request("PUT", plan.parts[0].url, body=LARGE[: plan.part_size])
    house.http.request("PUT", plan.parts[1].url, body=b"short")

    with pytest.raises(PartsMissing) as refusal:
        complete(house, dossier, plan)

    assert refusal.value.extra["missing"] == [2, 3]


def test_an_etag_that_the_store_does_not_have_is_not_believed(house, dossier):
    data = pdf()
    plan = begin(house, dossier, data)
    send(house.http, plan, data)

    with pytest.raises(PartsMissing):
        complete(house, dossier, plan, [(1, '"0123"')])


def test_more_bytes_than_announced_are_not_completed(house, dossier):
    plan = begin(house, dossier, b"", size=100)
    house.http.request("PUT", plan.parts[0].url, body=b"x" * 101)

    with pytest.raises(PartsMissing):
        complete(house, dossier, plan)


def test_an_upload_the_store_has_forgotten_begins_again(house, dossier):
    plan = begin(house, dossier, pdf())
    row = state(house, dossier, plan)
    house.storage.abort_multipart(row.object_key, row.upload_id)

    for act in (complete, lambda *_: renew(house, dossier, plan)):
        with pytest.raises(UploadLost):
            act(house, dossier, plan)


def renew(house, dossier, plan):
    with house.as_(house.citizen) as session:
        return attachments.renew(session, house.storage, house.citizen, dossier.id, plan.attachment_id)


def test_a_part_address_holds_for_its_part_its_upload_and_its_time(house, dossier):
    plan = begin(house, dossier, LARGE)
    url = plan.parts[0].url
    row = state(house, dossier, plan)
    tampered = [
        url.replace("partNumber=1", "partNumber=9"),
        url.replace(row.upload_id, "0" * len(row.upload_id)),
        url.replace("/attachments/", "/documents/"),
        url.replace("X-Amz-Expires=900", "X-Amz-Expires=90000"),
        url.split("?")[0],
    ]

    assert [house.http.request("PUT", one, body=b"x").status for one in tampered] == [403] * 5
    assert house.http.request("GET", url).status == 403


def test_a_completed_file_cannot_be_written_to_again(house, dossier):
    data = pdf()
    plan = begin(house, dossier, data)
    send(house.http, plan, data)
    complete(house, dossier, plan)

    answer = house.http.request("PUT", plan.parts[0].url, body=b"something else")

    assert answer.status == 404
    assert house.storage.get_bytes(state(house, dossier, plan).object_key) == data


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("a.pdf", 0, "empty"),
        ("a.pdf", 20 * 1024 * 1024 + 1, "too_large"),
        ("a.docx", 10, "kind_not_accepted"),
        ("a.exe", 10, "kind_unknown"),
        ("giấy tờ", 10, "kind_unknown"),
        ("IMG_1.HEIC", 10, "heic"),
        ("đơn.doc", 10, "old_word"),
    ],
)
def test_what_can_be_refused_before_sending_is(house, dossier, name, size, reason):
    with pytest.raises(FileRefused) as refusal:
        begin(house, dossier, b"", name=name, size=size)

    assert refusal.value.extra["reason"] == reason
    assert refusal.value.detail


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("giấy\u202efdp.exe", BadText),
        ("a\x00.pdf", BadText),
        ("a\u200b.pdf", BadText),
        ("x" * 151 + ".pdf", BadText),
        ("/", Invalid),
        ("..", Invalid),
    ],
)
def test_a_name_that_hides_something_is_refused(house, dossier, name, error):
    with pytest.raises(error):
        begin(house, dossier, pdf(), name=name)


@pytest.mark.parametrize("paper", ["nothing", "marriage", "../proof"])
def test_only_papers_that_are_handed_in_as_files_take_one(house, dossier, paper):
    with pytest.raises(UnknownPaper):
        begin(house, dossier, pdf(), paper=paper)


def test_a_paper_takes_so_many_files_and_refused_ones_do_not_count(house, dossier):
    plans = [begin(house, dossier, pdf()) for _ in range(3)]
    with pytest.raises(TooManyFiles):
        begin(house, dossier, pdf())

    with house.as_(house.citizen) as session:
        attachments.remove(session, house.citizen, dossier.id, plans[0].attachment_id)

    assert begin(house, dossier, pdf())


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
