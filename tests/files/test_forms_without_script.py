"""Files without JavaScript: the store takes the form and sends the browser back."""

from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from dossiers import attachments, inspection, queries
from dossiers.access import DossierNotFound
from dossiers.attachment_forms import NotReceived
from dossiers.attachment_rules import FileRefused, TooManyFiles
from dossiers.models import AttachmentState, UploadWay
from tests.files.corpus import javascript, pdf

MB = 1024 * 1024


@pytest.fixture
def dossier(house):
    return house.draft()


def plan_of(house, dossier, paper="proof"):
    with house.as_(house.citizen) as session:
        return attachments.form_plan(session, house.storage, house.citizen, dossier.id, paper)


def post(house, form, data, name="Giấy chứng sinh.pdf", **changed):
    fields = [*{**form.fields, **changed}.items(), ("file", (name, data, "application/pdf"))]
    return house.http.request("POST", form.url, fields=fields, redirect=False)


def back(house, dossier, address, actor=None, paper="proof"):
    """What the page behind the redirect does."""
    who = actor or house.citizen
    attachment_id = UUID(urlsplit(address).path.rsplit("/", 1)[1])
    with house.as_(who) as session:
        return attachments.returned_from_store(session, house.storage, who, dossier.id, paper, attachment_id)


def test_a_file_goes_through_the_stores_form_and_is_checked(house, dossier):
    data = pdf()
    form = plan_of(house, dossier)

    answer = post(house, form, data)

    assert answer.status == 303
    assert answer.headers["Location"].startswith(
        f"{house.settings.public_url}/ho-so/{dossier.id}/giay-to/proof/da-gui/"
    )
    file = back(house, dossier, answer.headers["Location"])
    assert (file.state, file.via) == (AttachmentState.CHECKING, UploadWay.FORM)
    inspection.inspect(file.id)
    with house.as_(house.citizen) as session:
        found = queries.get(session, house.citizen, dossier.id)
        (seen,) = queries.attachments(session, dossier.id)
        assert (seen.state, seen.kind, seen.size) == (AttachmentState.READY, "pdf", len(data))
        assert queries.filename(session, found.subject_id, seen) == "Giấy chứng sinh (1).pdf"


def test_coming_back_twice_takes_the_file_once(house, dossier):
    address = post(house, plan_of(house, dossier), pdf()).headers["Location"]

    files = [back(house, dossier, address) for _ in range(2)]
    inspection.inspect(files[0].id)
    files.append(back(house, dossier, address))

    assert len({file.id for file in files}) == 1
    with house.as_(house.citizen) as session:
        assert len(queries.attachments(session, dossier.id)) == 1


def test_nothing_is_written_until_the_file_is_there(house, dossier):
    form = plan_of(house, dossier)

    with pytest.raises(NotReceived):
        back(house, dossier, form.fields["success_action_redirect"])
    with house.as_(house.citizen) as session:
        assert queries.attachments(session, dossier.id) == []


def test_the_form_sent_again_does_not_change_what_was_checked(house, dossier):
    form = plan_of(house, dossier)
    good = pdf()
    file = back(house, dossier, post(house, form, good).headers["Location"])
    inspection.inspect(file.id)

    post(house, form, pdf(javascript))

    with house.as_(house.citizen) as session:
        seen = attachments.show(session, house.citizen, dossier.id, file.id)
    assert seen.state is AttachmentState.READY
    assert house.storage.get_bytes(seen.object_key) == good


def test_the_form_sent_again_before_the_check_is_judged_by_what_is_kept(house, dossier):
    form = plan_of(house, dossier)
    file = back(house, dossier, post(house, form, pdf()).headers["Location"])
    post(house, form, pdf(javascript))

    inspection.inspect(file.id)

    with house.as_(house.citizen) as session:
        seen = attachments.show(session, house.citizen, dossier.id, file.id)
    assert seen.state is AttachmentState.REFUSED


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "incoming/20261122/other"},
        {"key": "attachments/x"},
        {"success_action_redirect": "https://evil.example/"},
        {"Content-Type": "text/html"},
        {"x-amz-signature": "0" * 64},
        {"policy": "e30="},
        {"x-amz-meta-more": "1"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_changed_form_is_refused_by_the_store(house, dossier, changed):
    assert post(house, plan_of(house, dossier), pdf(), **changed).status == 403


def test_the_store_refuses_what_is_far_too_large(house, dossier):
    assert post(house, plan_of(house, dossier), b"x" * (40 * MB + 1)).status == 400


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "empty"), (b"x" * (20 * MB + 1), "too_large")], ids=["0", "20 MB + 1"]
)
def test_an_empty_or_too_large_file_is_refused_in_words_and_removed(house, dossier, data, reason):
    form = plan_of(house, dossier)
    address = post(house, form, data).headers["Location"]

    with pytest.raises(FileRefused) as refusal:
        back(house, dossier, address)

    assert refusal.value.extra["reason"] == reason
    assert house.storage.stat(form.fields["key"]) is None


def test_one_file_too_many_is_refused_on_return(house, dossier):
    forms = [plan_of(house, dossier) for _ in range(4)]
    addresses = [post(house, form, pdf()).headers["Location"] for form in forms]
    for address in addresses[:3]:
        back(house, dossier, address)

    with pytest.raises(TooManyFiles):
        back(house, dossier, addresses[3])


def test_an_address_of_return_holds_for_its_dossier_its_paper_and_its_citizen(house, dossier):
    address = post(house, plan_of(house, dossier), pdf()).headers["Location"]
    other = house.draft()

    with pytest.raises(DossierNotFound):
        back(house, dossier, address, house.stranger)
    with pytest.raises(NotReceived):
        back(house, other, address)
    with pytest.raises(NotReceived):
        back(house, dossier, address, paper="letter")
    with pytest.raises(NotReceived):
        back(house, dossier, f"/{uuid4()}")
