"""Pages of a dossier taken in at one counter for another agency: sent on, taken over, told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from auth.models import Agency
from dossiers.models import Dossier
from dossiers.workflow import Status
from portal.core import clock
from tests import factories
from tests.conftest import acts_as
from tests.web_desk.conftest import Desk

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def there(desk: Desk) -> Agency:
    """The agency that settles a procedure which the desk may take in."""
    agency = factories.agency(desk.session, name="Trung tâm phường Bến Gỗ")
    factories.officer(desk.session, agency.id, email="ben-go@example.vn", name="Bùi Đức Hạnh")
    desk.procedure = factories.procedure(
        desk.session, agency.id, made_content=factories.simple(intake_scope="province")
    )
    return agency


@pytest.fixture
def received(desk: Desk, there: Agency) -> Dossier:
    """Keyed in, filed and received through the API."""
    desk.open()
    body = {
        "submission_id": str(uuid4()),
        "procedure": desk.procedure.code,
        "agency_id": str(desk.agency.id),
        "competent_agency_id": str(there.id),
        "channel": "counter",
        "name": "Đỗ Thị Hoa",
        "personal_id": "001190123456",
        "phone": "0987654321",
    }
    made = desk.client.post("/api/v1/dossiers/counter", json=body)
    assert made.status_code == 201, made.text
    api = f"/api/v1/dossiers/{made.json()['id']}"
    answers = {"seq": 0, "answers": dict(factories.SIMPLE_ANSWERS)}
    assert desk.client.patch(f"{api}/answers", json=answers).status_code == 200
    dossier = desk.session.get_one(Dossier, UUID(made.json()["id"]))
    factories.ready_file(desk.session, dossier)
    desk.session.commit()
    assert desk.client.post(f"{api}/submission").status_code == 200
    page = desk.page(dossier.id)
    assert "Chuyển đi" in page
    assert "có ngày hẹn khi Trung tâm phường Bến Gỗ nhận hồ sơ" in page
    answer = desk.client.post(f"{api}/reception", json={})
    assert (answer.status_code, answer.json()["due_at"]) == (200, None)
    acts_as(desk.session, desk.officer)
    desk.session.refresh(dossier)
    return dossier


def over_there(desk: Desk) -> None:
    desk.session.commit()
    factories.signed_in(desk.client, "ben-go@example.vn")


def test_it_is_sent_on_and_taken_over(desk: Desk, received: Dossier) -> None:
    text = desk.page(received.id)
    assert "Chuyển tới Trung tâm phường Bến Gỗ" in text
    assert f"/{received.id}/nhan-viec" not in text
    assert "Chờ chuyển đi <span>1</span>" in desk.get("/can-bo").text
    path = f"/can-bo/ho-so/{received.id}/chuyen"
    sent = desk.send(path, desk.fields(text, path) | {"text": f"Kèm bản chính {SCRIPT}"})
    assert sent.status_code == 303, sent.text
    told = desk.page(received.id)
    assert "Chờ cơ quan giải quyết nhận hồ sơ" in told
    assert path not in told
    again = desk.send(path, desk.fields(text, path) | {"key": "khac"})
    assert again.status_code == 409

    over_there(desk)
    assert "Chuyển đến, chờ nhận <span>1</span>" in desk.get("/can-bo").text
    assert str(received.id) in desk.get("/can-bo?view=to_take_over").text
    taken = desk.post(received.id, "nhan-chuyen")
    assert taken.status_code == 303, taken.text
    desk.session.refresh(received)
    assert received.due_at is not None
    assert "Hẹn trả" in desk.page(received.id)
    assert desk.post(received.id, "nhan-viec").status_code == 303
    desk.session.refresh(received)
    assert received.status is Status.PROCESSING


def test_what_is_not_sent_in_time_is_marked(
    desk: Desk, received: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert received.forward_due_at is not None
    assert "Quá hạn chuyển" not in desk.page(received.id)
    late = received.forward_due_at + timedelta(minutes=1)
    monkeypatch.setattr(clock._Ahead, "by", late - clock.now() + clock._Ahead.by)
    desk.open()

    assert "Quá hạn chuyển" in desk.page(received.id)
    assert "Quá hạn" in desk.get("/can-bo?view=to_forward").text


def test_the_counter_offers_the_other_agency_and_says_what_it_does_not_take(
    desk: Desk, there: Agency
) -> None:
    desk.open()
    text = desk.get("/can-bo/nop-ho").text
    assert "Cơ quan giải quyết" in text
    assert f'value="{there.id}"' in text
    own = factories.procedure(desk.session, there.id)  # not to be handed in elsewhere
    desk.session.commit()
    given: dict[str, Any] = {
        "procedure": own.code, "competent": str(there.id), "channel": "counter", "name": "Đỗ Thị Hoa",
        "personal_id": "001190123456", "phone": "0987654321",
    }  # fmt: skip
    wrong = desk.send("/can-bo/nop-ho", desk.fields(text, "/can-bo/nop-ho") | given)
    assert wrong.status_code == 422
    assert "chỉ nhận tại chính cơ quan giải quyết" in wrong.text
    assert "Đỗ Thị Hoa" in wrong.text
    good = desk.send(
        "/can-bo/nop-ho", desk.fields(text, "/can-bo/nop-ho") | given | {"procedure": desk.procedure.code}
    )
    assert good.status_code == 303


def test_an_owner_online_reads_where_it_is(desk: Desk, received: Dossier) -> None:
    """The page of an applicant whose dossier goes from one agency to another names both."""
    owner = factories.citizen(desk.session, email="dan@example.vn")
    acts_as(desk.session, desk.officer)
    received.applicant_id = owner.id
    desk.session.add(received)
    desk.session.commit()
    factories.signed_in(desk.client, "dan@example.vn")

    page = desk.get(f"/ho-so/{received.id}").text
    assert "Đang chuyển tới cơ quan giải quyết" in page
    assert "Trung tâm phường Bến Gỗ" in page
    assert desk.agency.name in page
    api = desk.client.get(f"/api/v1/dossiers/{received.id}").json()
    assert (api["agency_name"], api["receiving_agency_name"]) == ("Trung tâm phường Bến Gỗ", desk.agency.name)
