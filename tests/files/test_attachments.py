"""Sending files in parts, straight to the store."""

from uuid import uuid4

import pytest

from dossiers import attachments, inspection, queries
from dossiers.attachment_rules import (
    AttachmentNotFound,
    FileRefused,
    PartsMissing,
    TooManyFiles,
    UnknownPaper,
    UploadLost,
)
from dossiers.models import AttachmentState
from portal.core.errors import Invalid
from portal.core.text import BadText
from tests import factories
from tests.files.corpus import pdf, send
from tests.files.sending import begin, complete, names_of, sent, state

LARGE = pdf() + b"%" + b"x" * (11 * 1024 * 1024) + b"\n%%EOF"  # three parts


@pytest.fixture
def dossier(house):
    return house.draft()


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
