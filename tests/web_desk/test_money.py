"""Money on the pages: a citizen pays online at the sandbox; the desk takes, waives, refunds, asks duties."""

import re
from html import unescape

import pytest

from dossiers import documents, ledger, sandbox
from dossiers.models import DocumentKind
from dossiers.workflow import Status
from portal.core import runtime
from portal.core.db import act_as
from portal.web.money_acts import amount_of
from tests import factories
from tests.dossiers import money

HTML = {"accept": "text/html"}


@pytest.fixture
def owing(desk):
    """The desk's dossier that owes 58.000 đồng, of a citizen who can sign in."""
    desk.procedure = factories.procedure(
        desk.session,
        desk.agency.id,
        made_content=factories.simple() | {"fees": [money.COPIES, money.EXTRA]},
    )
    desk.dossier = desk.in_hand(email="dan@example.vn")
    desk.session.commit()
    return desk


@pytest.fixture
def bank(monkeypatch, client):
    """The sandbox gateway reaches the portal under test; what it was answered is kept."""
    answers = []

    def deliver(url, body, headers):
        path = url.removeprefix(runtime.settings.public_url)
        answer = client.post(path, content=body, headers=headers)
        answers.append((answer.status_code, answer.json()))
        return answer.status_code

    monkeypatch.setattr(sandbox, "send", deliver)
    return answers


def signed_in(owing):
    factories.signed_in(owing.client, "dan@example.vn")
    return owing.client


def to_the_gateway(owing, client):
    """Press the button of the dossier's page; the gateway's page."""
    address = f"/ho-so/{owing.dossier.id}"
    text = client.get(address, headers=HTML).text
    fields = owing.fields(text, f"{address}/tra-tien")
    answer = client.post(f"{address}/tra-tien", data=fields, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    assert place.startswith(f"{runtime.settings.public_url}/thanh-toan-thu?")
    return client.get(place.removeprefix(runtime.settings.public_url), headers=HTML)


def press(owing, client, shown, way):
    """Let something happen at the gateway and follow it back; the page the payer lands on."""
    fields = owing.fields(shown.text, "/thanh-toan-thu")
    answer = client.post("/thanh-toan-thu", data=fields | {"way": way}, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"].removeprefix(runtime.settings.public_url), headers=HTML).text


def words(text):
    return " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())


def test_the_gateway_says_that_it_takes_no_real_money(owing, bank):
    shown = to_the_gateway(owing, signed_in(owing))

    assert "không trừ tiền thật" in shown.text
    assert "58.000" in words(shown.text)


@pytest.mark.parametrize(
    ("way", "verdicts", "said"),
    [
        ("pay", ["credited"], "Đã nhận 58.000"),
        ("fail", ["failed"], "Giao dịch không thành"),
        ("late", ["late"], "chưa trả được khoản nào"),
        ("twice", ["credited", "twice"], "trả thừa"),
        ("wrong", ["wrong_amount"], "chưa trả được khoản nào"),
    ],
)
def test_whatever_happens_at_the_gateway_the_page_says_what_is_true(owing, bank, way, verdicts, said):
    client = signed_in(owing)

    page = press(owing, client, to_the_gateway(owing, client), way)

    assert [(status, told["verdict"]) for status, told in bank] == [(200, one) for one in verdicts]
    assert said in words(page)
    still = client.get(f"/ho-so/{owing.dossier.id}", headers=HTML).text
    assert ("Trả trực tuyến" in still) == ("credited" not in verdicts)


def test_while_the_gateways_word_is_missing_the_page_waits_and_claims_nothing(owing, bank, monkeypatch):
    monkeypatch.setattr(sandbox, "send", lambda *_: 0)
    client = signed_in(owing)

    page = words(press(owing, client, to_the_gateway(owing, client), "pay"))

    assert "Đang chờ cổng thanh toán xác nhận" in page
    assert "Đã nhận" not in page


def test_the_gateway_repeats_what_was_not_acknowledged(owing, bank, monkeypatch):
    client = signed_in(owing)
    with monkeypatch.context() as silent:
        silent.setattr(sandbox, "send", lambda *_: 503)
        press(owing, client, to_the_gateway(owing, client), "pay")

    assert sandbox.tell_again() == 1
    assert sandbox.tell_again() == 0
    assert bank == [(200, {"verdict": "credited"})]


def test_an_order_the_portal_did_not_sign_is_no_order(owing, bank):
    client = signed_in(owing)
    shown = to_the_gateway(owing, client)
    fields = owing.fields(shown.text, "/thanh-toan-thu") | {"way": "pay"}

    for spoilt in ({"ky": "0" * 64}, {"ky": ""}, {"don": "e30"}, {"don": "é"}, {"way": "steal"}):
        assert client.post("/thanh-toan-thu", data=fields | spoilt, headers=HTML).status_code == 404
    assert bank == []


def test_a_finished_order_cannot_be_paid_again(owing, bank):
    client = signed_in(owing)
    shown = to_the_gateway(owing, client)
    press(owing, client, shown, "pay")

    fields = owing.fields(shown.text, "/thanh-toan-thu") | {"way": "pay"}

    assert client.post("/thanh-toan-thu", data=fields, headers=HTML).status_code == 409
    assert len(bank) == 1


def test_without_a_gateway_there_is_no_button(owing, monkeypatch):
    client = signed_in(owing)
    closed = runtime.settings.model_copy(update={"payment_gateway": ""})
    monkeypatch.setattr(runtime, "settings", closed)

    text = client.get(f"/ho-so/{owing.dossier.id}", headers=HTML).text

    assert "Trả trực tuyến" not in text
    assert "Tiền mặt, tại quầy" in words(text)


def test_the_desk_takes_a_transfer_waives_and_gives_back(owing):
    desk = owing.open()
    copies, extra = (money.line(desk.session, desk.dossier.id, key) for key in ("copies", "extra"))
    path = f"/can-bo/ho-so/{desk.dossier.id}"
    seq = desk.fields(desk.page(desk.dossier.id), f"{path}/thu-phi") | {"fee": str(copies.id)}

    assert desk.send(f"{path}/thu-phi", seq | {"method": "transfer"}).status_code == 303
    assert "Đã thu 8.000" in words(desk.page(desk.dossier.id)) or "Đã thu" in desk.page(desk.dossier.id)
    waived = desk.post(desk.dossier.id, "mien-phi", fee=str(extra.id), code="poor", note="Sổ hộ nghèo 12")
    assert waived.status_code == 303
    too_much = desk.post(
        desk.dossier.id, "hoan-tien", fee=str(copies.id), amount="8.001", note="Nộp nhầm", method="cash"
    )
    assert too_much.status_code == 422
    assert "Số hoàn lớn hơn" in too_much.text
    assert "Nộp nhầm" in too_much.text
    back = desk.post(
        desk.dossier.id, "hoan-tien", fee=str(copies.id), amount="8.000", note="Nộp nhầm", method="cash"
    )
    assert back.status_code == 303

    text = words(desk.page(desk.dossier.id))
    assert "Hộ nghèo" in text
    assert "đã thu đủ" in text
    assert "Hoàn lại, tiền mặt" in text


def test_the_desk_asks_for_a_duty_and_the_citizen_sees_what_to_pay(owing):
    desk = owing.open()
    path = f"/can-bo/ho-so/{desk.dossier.id}/nghia-vu"
    fields = desk.fields(desk.page(desk.dossier.id), path)
    rows = {"name": ["Lệ phí trước bạ", "", ""], "amount": ["1.250.000", "", ""], "note": "Thông báo 12"}

    wrong = desk.client.post(path, data=fields | rows | {"amount": ["nhiều", "", ""]}, headers=HTML)
    assert wrong.status_code == 422
    asked = desk.client.post(path, data=fields | rows, headers=HTML, follow_redirects=False)
    assert asked.status_code == 303
    client = signed_in(owing)
    seen = words(client.get(f"/ho-so/{desk.dossier.id}", headers=HTML).text)
    factories.signed_in(desk.client, "can-bo@example.vn")
    met = desk.post(desk.dossier.id, "nghia-vu-xong", method="transfer", note="Giấy nộp tiền 12")

    assert "Lệ phí trước bạ: 1.250.000" in seen
    assert met.status_code == 303
    desk.session.expire_all()
    act_as(desk.session, desk.officer.id, desk.officer.agency_ids)
    assert desk.session.get(type(desk.dossier), desk.dossier.id).status is Status.PROCESSING
    assert ledger.standings(desk.session, desk.dossier.id)


def test_a_receipt_is_drawn_for_money_and_none_for_a_surplus(owing, bank):
    client = signed_in(owing)
    press(owing, client, to_the_gateway(owing, client), "twice")
    act_as(owing.session, owing.officer.id, owing.officer.agency_ids)
    seen = [
        event.seq
        for event in documents.events.history(owing.session, owing.dossier.id)
        if event.name == "dossier.payment_received"
    ]

    facts = [documents.gather(owing.session, DocumentKind.RECEIPT, owing.dossier.id, seq) for seq in seen]

    assert facts[0].collected.total == 58_000
    assert [name for name, _ in facts[0].collected.lines] == ["Lệ phí bản sao", "Phí khai thác"]
    assert facts[1] is None


@pytest.mark.parametrize(
    ("typed", "amount"), [("1.250.000", 1_250_000), ("8000 đồng", 8000), (" 15 000đ ", 15_000)]
)
def test_amounts_are_read_as_people_type_them(typed, amount):
    assert amount_of(typed) == amount


@pytest.mark.parametrize("typed", ["", "nhiều", "-5", "1,5", "1e3", "٣", "9" * 14])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(Exception, match="Nhập số tiền"):
        amount_of(typed)
