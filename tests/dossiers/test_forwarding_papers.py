"""Papers and letters of a dossier that one agency takes in and another settles."""

import pytest

from auth.actor import Actor
from dossiers import documents, forwarding, forwarding_messages, notifications, processing
from dossiers.forwarding_words import NO_DATE_YET
from dossiers.models import Dossier
from portal.worker import SUBSCRIBERS
from tests import factories
from tests.dossiers.test_documents import Office, office, world  # noqa: F401 - fixtures

NAME = "Trung tâm Phục vụ hành chính công phường Bến Gỗ"


@pytest.fixture
def settler(office: Office) -> Actor:  # noqa: F811
    """An officer of the agency that settles the dossier of the office."""
    with office.worker() as session:
        there = factories.agency(session, name=NAME)
        email = f"{office.reference.lower()}@ben-go.example.vn"
        made = factories.officer(session, there.id, email=email)
        session.get_one(Dossier, office.dossier_id).competent_agency_id = there.id
        session.commit()
    return made


def subjects(office: Office) -> list[str]:  # noqa: F811
    return [letter.subject for letter in office.letters()]


def test_form_01_names_who_settles_it_instead_of_a_date(office: Office, settler: Actor) -> None:  # noqa: F811
    """Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3)."""
    received = office.act(processing.receive)
    documents.form01(str(office.dossier_id), received)
    notifications.tell_applicant(str(office.dossier_id), received)

    (form,) = office.documents()
    assert f"tính từ khi {NAME} nhận được hồ sơ chuyển đến" in office.text(form)
    assert "Vì sao là ngày này" not in office.text(form)
    assert any(NO_DATE_YET in letter.text for letter in office.letters())


def test_the_slip_goes_along_and_the_other_agency_gets_one_letter(
    office: Office,  # noqa: F811
    settler: Actor,
) -> None:
    office.act(processing.receive)
    sent = office.act(forwarding.forward, note="Kèm bản chính để đối chiếu.")
    told = SUBSCRIBERS["dossier.forwarded"]
    assert "dossiers.documents.hand_over" in told
    assert forwarding_messages.TELL in told
    documents.hand_over(str(office.dossier_id), sent)
    for _ in range(2):
        forwarding_messages.tell_competent(str(office.dossier_id), sent)
    notifications.tell_applicant(str(office.dossier_id), sent)

    slip = office.text(office.documents()[-1])
    assert "GIẤY BÀN GIAO HỒ SƠ" in slip
    assert "Kèm bản chính để đối chiếu." in slip
    assert NAME in slip
    waiting = [letter for letter in office.letters() if "chuyển đến, chờ nhận" in letter.subject]
    assert [letter.to for letter in waiting] == [f"{office.reference.lower()}@ben-go.example.vn"]
    assert any("đã chuyển tới cơ quan giải quyết" in subject for subject in subjects(office))


def test_the_applicant_hears_the_date_when_it_is_taken_over(office: Office, settler: Actor) -> None:  # noqa: F811
    office.act(processing.receive)
    office.act(forwarding.forward)
    taken = office.act(forwarding.take_over, by=settler)
    assert SUBSCRIBERS["dossier.taken_over"] == ["dossiers.notifications.tell_applicant"]
    notifications.tell_applicant(str(office.dossier_id), taken)

    (letter,) = [one for one in office.letters() if "đã tới cơ quan giải quyết" in one.subject]
    assert "Hẹn trả kết quả trước" in letter.text
