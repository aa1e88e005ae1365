"""What documents say, read back from the PDF; and what a hostile text cannot do in one."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pypdf
import pytest

from dossiers.deadlines import due, reception_due
from dossiers.documents_contents import Facts, File, Office, context, template
from dossiers.documents_pdf import DocumentFailed, Press
from dossiers.documents_receipt import Collected
from dossiers.models import DocumentKind
from portal.core.calendar import VIET_NAM
from services_catalog import content as catalogue
from tests import factories

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SECRET = "MOTCUA_DATA_KEY"
HOSTILE = (
    '<script>alert(1)</script><img src="file:///etc/passwd">{{ 7 * 7 }}{% for %}"; } body { display: none'
)


@pytest.fixture(scope="module")
def press() -> Any:
    made = Press()
    yield made
    made.close()


@pytest.fixture(scope="module")
def brief_press() -> Any:
    """A press of one second a document, started beside a secret."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "hush")
        made = Press(cpu_seconds=1)
        made.source("<p>ấm</p>", {})
    yield made
    made.close()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def facts(**changes: Any) -> Facts:
    body = catalogue.decode(msgspec.json.encode(factories.content("1.004873")))
    accepted = at("2026-11-13T09:02")
    given = {
        "at": accepted,
        "receipt": "ABCDEFGHJ-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA",
        "code": "ABCD2345WXYZ",
        "public_url": "https://dichvucong.example.vn",
        "support_phone": "1022",
        "demo": True,
        "office": Office(
            "Trung tâm Phục vụ hành chính công xã Tân Hòa", "Ủy ban nhân dân xã Tân Hòa", "0299 3810 221"
        ),
        "officer": "Lê Minh Tuấn",
        "reference": "K7MPQ2XRT",
        "number": "H99.12.05-261113-0042",
        "procedure": body.name,
        "procedure_code": "1.004873",
        "channel": "online",
        "return_way": "online",
        "submitted_at": at("2026-11-12T19:42"),
        "accepted_at": accepted,
        "deadline": due(body.time_limit, accepted, VIET_NAM),
        "reception": reception_due(at("2026-11-12T19:42"), "online", VIET_NAM),
        "applicant": {
            "name": "Nguyễn Thị Ễ Ộ Ẵ",
            "email": "anh@thu.example.vn",
            "phone": "0912345678",
            "personal_id": "001190123456",
        },
        "content": body,
        "answers": {
            "requester_name": "Nguyễn Thị Ễ Ộ Ẵ",
            "requester_birth": "1990-02-05",
            "subject_address": {"province": "Tỉnh Lam Giang", "commune": "Xã Tân Hòa", "detail": "Thôn Đông"},
            "requester_relation": "self",
        },
        "files": [File("proof", "bản án ly hôn.pdf", 184_320, "ab" * 32)],
        "digest": "cd" * 32,
        "fees": [("Lệ phí cấp giấy xác nhận", 15_000), ("Bản thứ hai", 8_000)],
        "reason": "",
        "signer": "Trần Văn Lộc",
        "collected": Collected("MC-26E", 42, "transfer", [("Lệ phí hộ tịch", 15_000), ("Bản sao", 8_000)]),
    }
    return Facts(**{**given, **changes})


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def draw(press: Press, kind: DocumentKind, given: Facts) -> str:
    return " ".join(pages(press.template(template(kind), context(kind, given))))


def test_form_01_has_the_number_the_appointment_and_the_papers(press: Press) -> None:
    """Circular 03/2025/TT-VPCP, annex I, form 01; Decree 118/2025, art. 17(3)."""
    text = draw(press, DocumentKind.FORM_01, facts())

    for expected in (
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "H99.12.05-261113-0042",
        "Nguyễn Thị Ễ Ộ Ẵ",
        "Tân Hòa, ngày 13 tháng 11 năm 2026",
        "Thời gian giải quyết hồ sơ theo quy định: 3 ngày làm việc",
        "Thời gian nhận hồ sơ: 09 giờ 02 phút, ngày 13 tháng 11 năm 2026",
        "Thời gian trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 18 tháng 11 năm 2026",
        "23.000 đồng",
        "Hai mươi ba nghìn đồng",
        "ABCD-2345-WXYZ",
        "không có giá trị pháp lý",
        "Lê Minh Tuấn",
    ):
        assert expected in text


def test_form_01_is_one_a5_leaf(press: Press) -> None:
    """Circular 01/2018/TT-VPCP, art. 9: forms 01 to 05 on A5, 148 by 210 mm."""
    pdf = press.template("form01.html", context(DocumentKind.FORM_01, facts()))
    leaves = pypdf.PdfReader(io.BytesIO(pdf)).pages

    assert len(leaves) == 1
    assert [round(float(side) * 25.4 / 72) for side in leaves[0].mediabox[2:]] == [148, 210]


def test_copies_are_counted_on_paper_and_files_online(press: Press) -> None:
    """Form 01, part 1: originals, certified copies, plain copies of what was handed in."""
    body = catalogue.decode(msgspec.json.encode(factories.simple()))
    online = facts(content=body, answers={})
    counter = facts(content=body, answers={}, channel="counter", files=[])

    assert "Giấy tờ chứng minh – – – 1" in draw(press, DocumentKind.FORM_01, online)
    assert "Giấy tờ chứng minh 1 – – –" in draw(press, DocumentKind.FORM_01, counter)


def test_the_acknowledgement_lists_the_sealed_files_and_is_no_form_01(press: Press) -> None:
    """Decree 118/2025, art. 17(3): no number and no appointment before acceptance."""
    given = facts(number="", accepted_at=None, deadline=None)
    text = draw(press, DocumentKind.ACKNOWLEDGEMENT, given)

    assert "K7MPQ2XRT" in text
    assert "bản án ly hôn.pdf" in text
    assert "180 KB" in text
    assert "ab" * 16 in text
    assert "cd" * 32 in text
    assert "chưa phải Giấy tiếp nhận" in text
    assert "17 giờ 00 phút, ngày 13 tháng 11 năm 2026 (8 giờ làm việc)" in text
    assert "Thời gian trả kết quả" not in text


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        (None, "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ"),
        (at("2026-11-13T09:02"), "PHIẾU TỪ CHỐI GIẢI QUYẾT HỒ SƠ"),
    ],
)
def test_form_03_states_its_reason(press: Press, accepted: datetime | None, title: str) -> None:
    """Circular 03/2025/TT-VPCP, annex I, form 03."""
    given = facts(accepted_at=accepted, reason="Thiếu bản án ly hôn.\nNộp tại Ủy ban nhân dân xã nơi cư trú.")
    text = draw(press, DocumentKind.FORM_03, given)

    assert title in text
    assert "Thiếu bản án ly hôn. Nộp tại Ủy ban nhân dân xã nơi cư trú." in text
    assert "khiếu nại" in text


def test_the_result_says_what_was_decided_by_whom_and_when(press: Press) -> None:
    """Decree 30/2020/NĐ-CP, annex I: head, number, place and date, signer."""
    given = facts(at=at("2026-02-05T10:15"), reason="Đã tra cứu sổ hộ tịch.")
    text = draw(press, DocumentKind.RESULT, given)

    for expected in (
        "KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",
        "Giấy xác nhận tình trạng hôn nhân",
        "Số: H99.12.05-261113-0042",
        "Tân Hòa, ngày 05 tháng 02 năm 2026",
        "Chấp thuận đề nghị của Nguyễn Thị Ễ Ộ Ẵ",
        "Đã tra cứu sổ hộ tịch.",
        "05/02/1990",
        "Thôn Đông, Xã Tân Hòa, Tỉnh Lam Giang",
        "Trần Văn Lộc",
        "dichvucong.example.vn/kiem-tra/ABCD2345WXYZ",
    ):
        assert expected in text
    assert "ký số" not in text


def test_a_receipt_says_series_number_collector_fees_and_the_amount_in_words(press: Press) -> None:
    """Decree 254/2026/NĐ-CP, content of receipts."""
    pdf = press.template("receipt.html", context(DocumentKind.RECEIPT, facts()))
    text = " ".join(" ".join(pages(pdf)).split())

    for expected in (
        "Ký hiệu: MC-26E. Số: 00000042",
        "Trung tâm Phục vụ hành chính công xã Tân Hòa",
        "Nguyễn Thị Ễ Ộ Ẵ",
        "H99.12.05-261113-0042",
        "Lệ phí hộ tịch",
        "15.000 đồng",
        "23.000 đồng",
        "Hai mươi ba nghìn đồng",
        "Chuyển khoản",
        "Lê Minh Tuấn",
    ):
        assert expected in text
    assert len(pages(pdf)) == 1


def test_the_same_facts_give_the_same_bytes(press: Press) -> None:
    """A second drawing, also by another press after a crash, gives the same document."""
    kind = DocumentKind.RESULT
    first = press.template(template(kind), context(kind, facts()))
    assert press._process is not None
    press._process.kill()
    press._process.wait()

    assert press.template(template(kind), context(kind, facts())) == first


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_hostile_text_is_only_text(press: Press, kind: DocumentKind) -> None:
    """Decision 18: every answer, name and reason is untrusted."""
    given = facts(
        applicant={"name": HOSTILE, "email": HOSTILE, "phone": HOSTILE, "personal_id": HOSTILE},
        reason=HOSTILE,
        answers={"requester_name": HOSTILE},
        files=[File("proof", HOSTILE, 1, "ab" * 32)],
        procedure=HOSTILE,
        signer=HOSTILE,
        officer=HOSTILE,
        fees=[(HOSTILE, 1)],
        collected=Collected("MC-26E", 1, "cash", [(HOSTILE, 1)]),
    )
    pdf = press.template(template(kind), context(kind, given))
    text = "".join(" ".join(pages(pdf)).split())

    assert "".join(HOSTILE.split()) in text
    assert "root:" not in text
    assert b"/JavaScript" not in pdf
    assert b"/URI" not in pdf


def test_long_names_and_many_files_flow_over_pages(press: Press) -> None:
    files = [File("proof", f"{'ảnh chụp rất dài ' * 10}{n}.jpg", 5_000_000, "ef" * 32) for n in range(9)]
    pdf = press.template("acknowledgement.html", context(DocumentKind.ACKNOWLEDGEMENT, facts(files=files)))

    assert len(pages(pdf)) > 1
    assert f"Trang 1 trên {len(pages(pdf))}" in pages(pdf)[0]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ 'x' * 10 ** 10 }}", "memory"),
        ("{% for i in range(99999) %}{% for j in range(99) %}xxxxxxxxxx{% endfor %}{% endfor %}", "memory"),
        ("{{ ''.__class__.__mro__ }}", "template SecurityError"),
        ("{{ secret }}", "template UndefinedError"),
        ("{% include '../documents.py' %}", "template TemplateNotFound"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "template OverflowError"),
    ],
)
def test_a_template_bomb_ends_itself_and_is_reported(press: Press, source: str, reason: str) -> None:
    """Decision 18: templates are untrusted; a bad one harms one drawing."""
    with pytest.raises(DocumentFailed) as caught:
        press.source(source, {})

    assert caught.value.reason == reason
    assert press.source("<p>{{ word }}</p>", {"word": "ổn"}).startswith(b"%PDF")


def test_a_template_that_never_ends_is_killed(brief_press: Press) -> None:
    """Decision 18: CPU is limited document by document."""
    endless = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"

    with pytest.raises(DocumentFailed) as caught:
        brief_press.source(endless, {})

    assert caught.value.reason == "cpu"
    assert brief_press.source("<p>ổn</p>", {}).startswith(b"%PDF")


def test_the_press_sees_no_secret_of_the_portal(brief_press: Press) -> None:
    assert brief_press._process is not None

    assert SECRET.encode() not in Path(f"/proc/{brief_press._process.pid}/environ").read_bytes()


def test_nothing_is_fetched(press: Press) -> None:
    source = (
        '<link rel=stylesheet href="http://127.0.0.1:1/x.css"><img src="file:///etc/hostname"><p>còn lại</p>'
    )

    assert pages(press.source(source, {})) == ["còn lại"]
