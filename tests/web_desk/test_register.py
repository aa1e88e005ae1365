"""The register of dossiers at the desk: page, paper, workbook; documents by the pile; the control slip."""

import hashlib
import io
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pikepdf
import pypdf
import pytest
import sqlalchemy as sa

from dossiers import registers
from dossiers.documents_pdf import PRESS
from dossiers.models import Document, DocumentKind, Dossier
from portal.core import clock, runtime
from portal.core.clock import today
from tests import factories
from tests.core.test_spreadsheets import read
from tests.web_desk.conftest import Desk

HERE = "/can-bo/so-theo-doi"


def drawn(desk: Desk, dossier: Dossier, kind: DocumentKind = DocumentKind.FORM_01, leaves: int = 1) -> None:
    """A document of the dossier in the store, with so many leaves."""
    out = io.BytesIO()
    with pikepdf.Pdf.new() as pdf:
        for _ in range(leaves):
            pdf.add_blank_page()
        pdf.save(out)
    key = f"documents/test/{uuid4().hex}"
    runtime.storage.put_bytes(key, out.getvalue(), "application/pdf")
    desk.session.add(
        Document(
            dossier_id=dossier.id,
            kind=kind,
            object_key=key,
            sha256=hashlib.sha256(out.getvalue()).digest(),
            size=len(out.getvalue()),
            code=uuid4().hex[:12].upper(),
            made_by_seq=dossier.seq,
        )
    )
    desk.session.flush()


def numbers(text: str) -> list[str]:
    return re.findall(r"data-row>([^<]+)<", text)


def test_the_book_holds_what_was_accepted_in_the_order_of_numbers(desk: Desk, monkeypatch) -> None:
    """Circular 03/2025/TT-VPCP, form 07: numbered on through the year, whatever period is looked at."""
    monkeypatch.setattr(clock._Ahead, "by", timedelta(days=400))
    day = today()
    early = desk.accepted()
    monkeypatch.setattr(clock._Ahead, "by", timedelta(days=402))
    accepted = [desk.accepted() for _ in range(3)]
    desk.filed()
    desk.open()

    same_year = day.year == today().year
    shown = desk.get(f"{HERE}?tu={today()}&den={today()}").text
    both = desk.get(f"{HERE}?tu={day if same_year else today()}&den={today()}").text

    assert numbers(shown) == [one.number for one in accepted]
    assert early.number not in shown
    assert re.findall(r'class="mc-num ms-1">(\d+)<', shown) == [
        str(position) for position in range(1 + same_year, 4 + same_year)
    ]
    assert "Nguyễn Thị Ánh" in shown
    assert numbers(both)[0] == (early if same_year else accepted[0]).number


def test_a_long_book_goes_on_by_keyset_and_keeps_its_positions(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(registers, "LINES", 2)
    accepted = [desk.accepted().number for _ in range(5)]
    desk.open()

    first = desk.get(HERE).text
    following = re.search(r'href="([^"]+sau=[^"]+)" rel="next"', first)
    assert following is not None
    second = desk.get(following[1].replace("&amp;", "&")).text

    assert numbers(first) + numbers(second) == accepted[:4]
    assert re.findall(r'class="mc-num ms-1">(\d+)<', second) == ["3", "4"]
    assert "5 hồ sơ</strong>" in second


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("tu=2026-12-10&den=2026-12-01", "Ngày cuối phải từ ngày đầu trở đi."),
        ("tu=2025-12-10&den=2026-01-10", "cùng một năm"),
        ("tu=hom-nay", "Nhập ngày"),
        ("tu=9999-12-31&den=9999-12-31", "Nhập ngày"),
    ],
)
def test_days_that_make_no_period_are_told_of(desk: Desk, query: str, told: str) -> None:
    desk.open()

    answer = desk.get(f"{HERE}?{query}")

    assert answer.status_code == 200
    assert told in answer.text
    assert desk.client.get(f"{HERE}.xlsx?{query}").status_code == 422


def test_a_cursor_of_elsewhere_leads_to_the_beginning(desk: Desk) -> None:
    desk.accepted()
    desk.open()

    answer = desk.get(f"{HERE}?sau=H00-260101-0001")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(HERE)


def test_another_agencys_book_stays_shut(desk: Desk) -> None:
    other = factories.agency(desk.session)
    elsewhere = factories.procedure(desk.session, other.id)
    foreign = factories.filed(desk.session, factories.citizen(desk.session), elsewhere, other.id)
    own = desk.accepted()
    desk.open()

    text = desk.get(f"{HERE}?co_quan={other.code}").text

    assert numbers(text) == [own.number]  # a code that is not theirs is as if nothing were chosen
    assert str(foreign.id) not in text


def test_the_workbook_says_what_the_page_says(desk: Desk) -> None:
    dossier = desk.accepted()
    desk.open()

    answer = desk.client.get(f"{HERE}.xlsx")
    cells = read(answer.content)

    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert "attachment" in answer.headers["content-disposition"]
    assert cells["B1"][1] == "Mã hồ sơ"
    assert cells["B2"][1] == dossier.number
    assert cells["E2"][1] == "Nguyễn Thị Ánh"


def test_the_printed_book_is_the_form(desk: Desk) -> None:
    dossier = desk.accepted()
    desk.open()

    answer = desk.client.get(f"{HERE}.pdf")
    PRESS.close()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)

    assert answer.headers["content-disposition"].startswith("inline")
    assert "Mẫu số 07" in text
    assert dossier.number is not None
    assert dossier.number in "".join(text.split())


def test_a_long_book_is_printed_part_by_part(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(registers, "PRINTED", 2)
    monkeypatch.setattr(registers, "LINES", 2)
    accepted = [str(desk.accepted().number) for _ in range(3)]
    desk.open()

    first = desk.get(HERE).text
    link = re.search(rf'href="({HERE}\.pdf[^"]+)"', first)
    following = re.search(r'href="([^"]+sau=[^"]+)" rel="next"', first)
    assert link is not None
    assert following is not None
    second = desk.get(following[1].replace("&amp;", "&")).text
    rest = re.search(rf'href="({HERE}\.pdf[^"]+)"', second)
    assert rest is not None

    assert "In 2 dòng từ trang này" in first
    assert printed_numbers(desk, link[1]) == accepted[:2]
    assert printed_numbers(desk, rest[1]) == accepted[2:]


def printed_numbers(desk: Desk, address: str) -> list[str]:
    answer = desk.client.get(address.replace("&amp;", "&"))
    assert answer.status_code == 200, answer.text
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = "".join("".join(page.extract_text().split()) for page in pages)
    return re.findall(rf"{re.escape(desk.agency.code)}-\d{{6}}-\d{{4}}", text)


def test_too_long_a_workbook_is_refused_with_its_length(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(registers, "TAKEN", 1)
    desk.accepted()
    desk.accepted()
    desk.open()

    answer = desk.client.get(f"{HERE}.xlsx", headers={"accept": "application/json"})

    assert answer.status_code == 422
    assert "có 2 dòng" in answer.json()["detail"]
    assert f"{HERE}.xlsx" not in desk.get(HERE).text


def chosen(desk: Desk, text: str, *dossiers: Dossier, **more: str) -> tuple[str, dict[str, object]]:
    fields: dict[str, object] = dict(desk.fields(text, "/can-bo/in"))
    fields["hien"] = re.findall(r'name="hien" value="([^"]+)"', text)
    return "/can-bo/in", {**fields, "kind": "form01", "chon": [str(one.id) for one in dossiers], **more}


def leaves(content: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(content)).pages)


def test_chosen_documents_come_as_one_file(desk: Desk) -> None:
    first, second, third = (desk.accepted() for _ in range(3))
    for dossier, count in ((first, 1), (second, 2), (third, 4)):
        drawn(desk, dossier, leaves=count)
    desk.open()
    text = desk.get(HERE).text

    some = desk.client.post(chosen(desk, text)[0], data=chosen(desk, text, first, third)[1])
    every = desk.client.post("/can-bo/in", data=chosen(desk, text, ca_trang="1")[1])

    assert some.headers["content-type"] == "application/pdf"
    assert leaves(some.content) == 5
    assert leaves(every.content) == 7
    assert desk.get("/can-bo/in").headers["location"] == HERE


def test_what_is_not_drawn_yet_is_named_and_the_choice_kept(desk: Desk) -> None:
    first, second = desk.accepted(), desk.accepted()
    drawn(desk, first)
    desk.open()
    text = desk.get(HERE).text

    answer = desk.client.post("/can-bo/in", data=chosen(desk, text, first, second)[1])

    assert answer.status_code == 422
    assert f"1 hồ sơ: {second.number}" in answer.text
    assert answer.text.count(" checked") == 2


@pytest.mark.parametrize(
    ("more", "told"), [({}, "Chọn hồ sơ cần in."), ({"kind": "result", "ca_trang": "1"}, "Chọn loại giấy")]
)
def test_a_print_of_nothing_or_of_another_kind(desk: Desk, more: dict[str, str], told: str) -> None:
    desk.accepted()
    desk.open()

    answer = desk.client.post("/can-bo/in", data=chosen(desk, desk.get(HERE).text, **more)[1])

    assert answer.status_code == 422
    assert told in answer.text


def test_others_dossiers_are_printed_for_nobody(desk: Desk) -> None:
    other = factories.agency(desk.session)
    elsewhere = factories.procedure(desk.session, other.id)
    foreign = factories.filed(desk.session, factories.citizen(desk.session), elsewhere, other.id)
    drawn(desk, foreign)
    own = desk.accepted()
    drawn(desk, own)
    desk.open()
    _, fields = chosen(desk, desk.get(HERE).text, own)

    mixed = desk.client.post(
        "/can-bo/in", data=fields | {"hien": [str(foreign.id), str(own.id)], "ca_trang": "1"}
    )
    alone = desk.client.post("/can-bo/in", data=fields | {"hien": [], "chon": [str(foreign.id)]})

    assert leaves(mixed.content) == 1
    assert alone.status_code == 422
    assert foreign.reference is not None
    assert foreign.reference not in alone.text


def waiting(desk: Desk, dossier_id: UUID) -> list[str]:
    rows = desk.session.execute(sa.text("SELECT name FROM outbox WHERE stream_id = :id"), {"id": dossier_id})
    return list(rows.scalars())


def test_the_control_slip_is_asked_for_before_the_end(desk: Desk) -> None:
    """Circular 03/2025/TT-VPCP, form 06: it goes with the dossier, so it is wanted on the way."""
    dossier, filed = desk.accepted(), desk.filed()
    drawn(desk, dossier)
    desk.open()

    answer = desk.post(dossier.id, "phieu-kiem-soat")
    early = desk.send(
        f"/can-bo/ho-so/{filed.id}/phieu-kiem-soat", desk.fields(desk.get(HERE).text, "/can-bo/in")
    )

    assert answer.headers["location"] == f"/can-bo/ho-so/{dossier.id}"
    assert "document.slip_asked" in waiting(desk, dossier.id)
    assert "document.slip_asked" not in waiting(desk, filed.id)
    assert "chưa được tiếp nhận" in desk.get(early.headers["location"]).text
