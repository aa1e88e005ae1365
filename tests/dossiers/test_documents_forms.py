"""Forms 01 to 06 in both sets and the hand-over slips: every field of the circulars, read back."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pypdf
import pytest

from dossiers.documents_acts import Passing, Told, Wanted
from dossiers.documents_contents import Facts, context, template
from dossiers.documents_forms import verdict
from dossiers.documents_pdf import Press
from dossiers.documents_sets import FORMS, OLD, PRESENT, set_on
from dossiers.models import DocumentKind
from tests.dossiers.test_documents_contents import HOSTILE, at, facts, pages, press

__all__ = ["press"]
PICTURES = Path(__file__).resolve().parents[2] / "docs/pictures/forms"
HEAD = (
    "ỦY BAN NHÂN DÂN XÃ TÂN HÒA",
    "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG XÃ TÂN HÒA",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "H99.12.05-261113-0042",
    "Nguyễn Thị Ễ Ộ Ẵ",
    "Mã xác thực văn bản: ABCD-2345-WXYZ",
)
REASON = (
    "Phải xác minh tại Ủy ban nhân dân xã nơi bạn từng cư trú; đến nay chưa có văn bản trả lời.\n"
    "Chúng tôi đã gửi văn bản nhắc ngày 16/11/2026."
)
CENTRE = "Trung tâm Phục vụ hành chính công xã Tân Hòa"
TOLD: dict[DocumentKind, Told] = {
    DocumentKind.FORM_01: Told(),
    DocumentKind.FORM_02: Told(
        wanted=[
            Wanted(
                name="Giấy tờ chứng minh tình trạng hôn nhân: bản án, quyết định ly hôn của Tòa án "
                "đã có hiệu lực hoặc giấy chứng tử của vợ, chồng",
                reason="Mờ, không đọc được",
                why="Trang 2 của bản án bị lóa, không đọc được ngày có hiệu lực",
                originals=1,
                copies=2,
            ),
            Wanted(name="Thông tin khai: Nơi cư trú", reason="", why="Chưa ghi thôn, tổ dân phố."),
        ],
        due_at=at("2026-11-24T17:00"),
        note="Bạn có thể chụp lại dưới ánh sáng ban ngày rồi gửi trên Cổng.",
    ),
    DocumentKind.FORM_03: Told(reason="Không đủ điều kiện theo quy định"),
    DocumentKind.FORM_04: Told(was_due_at=at("2026-11-18T17:00"), due_at=at("2026-11-25T17:00")),
    DocumentKind.FORM_05: Told(
        cause="Người nộp đã rút hồ sơ",
        asked_at=at("2026-11-16T08:15"),
        stood="Đang giải quyết",
        paid_vnd=15_000,
        note="Người nộp đến nhận lại bản chính tại quầy số 3.",
    ),
    DocumentKind.FORM_06: Told(
        passings=[
            Passing(
                at=at("2026-11-13T09:02"),
                what="Tiếp nhận hồ sơ",
                giver="Người nộp hồ sơ",
                taker=f"Lê Minh Tuấn, {CENTRE}",
                due_at=at("2026-11-18T17:00"),
            ),
            Passing(
                at=at("2026-11-13T10:30"),
                what="Bàn giao hồ sơ",
                giver="Lê Minh Tuấn",
                taker="Phạm Thị Hồng Nhung",
                due_at=at("2026-11-18T17:00"),
            ),
            Passing(
                at=at("2026-11-18T16:20"),
                what="Cấp kết quả",
                giver="Phạm Thị Hồng Nhung",
                taker=CENTRE,
                due_at=at("2026-11-18T17:00"),
            ),
            Passing(
                at=at("2026-11-19T08:05"),
                what="Trả kết quả",
                giver="Lê Minh Tuấn",
                taker="Người nộp hồ sơ",
                due_at=at("2026-11-18T17:00"),
            ),
        ]
    ),
    DocumentKind.HAND_OVER: Told(
        passings=[
            Passing(
                at=at("2026-11-13T10:30"),
                what="Bàn giao hồ sơ",
                giver="Lê Minh Tuấn",
                taker="Phạm Thị Hồng Nhung",
                due_at=at("2026-11-18T17:00"),
                note="Đã đối chiếu bản chính.",
            )
        ]
    ),
}
PROCEDURE = "Cấp Giấy xác nhận tình trạng hôn nhân"
FIELDS: dict[DocumentKind, tuple[str, ...]] = {
    DocumentKind.FORM_01: (
        "Số định danh cá nhân 001190123456",
        "0912345678",
        "anh@thu.example.vn",
        "Nộp trực tuyến",
        "Nội dung yêu cầu giải quyết",
        "1. Thành phần hồ sơ nộp gồm",
        "2. Số lượng hồ sơ: 01 (bộ)",
        "3. Thời gian giải quyết hồ sơ theo quy định: 3 ngày làm việc",
        "4. Thời gian nhận hồ sơ: 09 giờ 02 phút, ngày 13 tháng 11 năm 2026",
        "5. Thời gian trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 18 tháng 11 năm 2026",
        "6. Đăng ký nhận kết quả",
        "Hai mươi ba nghìn đồng",
        "Người nộp hồ sơ",
        "Người tiếp nhận hồ sơ",
        "Lê Minh Tuấn",
        "1022",
    ),
    DocumentKind.FORM_02: (
        "Thôn Đông, Xã Tân Hòa, Tỉnh Lam Giang",
        "0912345678",
        "anh@thu.example.vn",
        "Giấy tờ chứng minh tình trạng hôn nhân",
        "Mờ, không đọc được. Trang 2 của bản án bị lóa",
        "01 – 02",
        "Thông tin khai: Nơi cư trú",
        "Chưa ghi thôn, tổ dân phố.",
        "Bạn có thể chụp lại",
        "Thời hạn bổ sung: 17 giờ 00 phút, ngày 24 tháng 11 năm 2026",
        "0299 3810 221",
        "dichvucong.example.vn/tra-cuu",
        "NGƯỜI HƯỚNG DẪN",
        "Lê Minh Tuấn",
    ),
    DocumentKind.FORM_03: (
        "0912345678",
        "anh@thu.example.vn",
        "Không đủ điều kiện theo quy định",
        "chưa có văn bản trả lời",
        "khiếu nại tới chính cơ quan này trong 90 ngày",
        "khởi kiện tại Tòa án trong 1 năm",
        "Luật Khiếu nại 2011, Điều 7 và Điều 9",
        "0299 3810 221",
        "Lê Minh Tuấn",
    ),
    DocumentKind.FORM_04: (
        "Kính gửi: Nguyễn Thị Ễ Ộ Ẵ",
        "Ngày 13 tháng 11 năm 2026",
        "Thời gian hẹn trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 18 tháng 11 năm 2026",
        "chưa có văn bản trả lời",
        "xin lỗi bạn",
        "17 giờ 00 phút, ngày 25 tháng 11 năm 2026",
        "THỦ TRƯỞNG CƠ QUAN",
    ),
    DocumentKind.FORM_05: (
        "Kính gửi: Nguyễn Thị Ễ Ộ Ẵ",
        "19 giờ 42 phút, ngày 12 tháng 11 năm 2026 (nộp trực tuyến)",
        "08 giờ 15 phút, ngày 16 tháng 11 năm 2026",
        "Đang giải quyết",
        "Người nộp đã rút hồ sơ",
        "thông báo dừng giải quyết hồ sơ này kể từ",
        "15.000 đồng (Mười lăm nghìn đồng)",
        "quầy số 3",
        "Lê Minh Tuấn",
    ),
    DocumentKind.FORM_06: (
        "Cơ quan tiếp nhận Trung tâm",
        "Cơ quan giải quyết Ủy ban nhân dân xã Tân Hòa",
        "Thời hạn theo quy định 3 ngày làm việc",
        "Người nộp hồ sơ",
        "Phạm Thị Hồng Nhung",
        "10 giờ 30 phút",
        "Trước hạn",
        "Đúng hạn",
        "Quá hạn",
    ),
    DocumentKind.HAND_OVER: (
        "GIẤY BÀN GIAO HỒ SƠ",
        "Thời hạn theo quy định 3 ngày làm việc",
        "Thành phần hồ sơ",
        "Số lượng hồ sơ: 01 (bộ)",
        "Giao lúc: 10 giờ 30 phút, ngày 13 tháng 11 năm 2026",
        "Đã đối chiếu bản chính.",
        "Lập thành 02 bản",
        "BÊN GIAO",
        "BÊN NHẬN",
        "Phạm Thị Hồng Nhung",
    ),
}
EVERY = [(kind, form_set) for form_set in FORMS for kind in (*FORMS[form_set], DocumentKind.HAND_OVER)]


def given(kind: DocumentKind, form_set: str, **changes: Any) -> Facts:
    said: dict[str, Any] = {
        "form_set": form_set,
        "told": TOLD[kind],
        "reason": REASON,
        "competent": "Ủy ban nhân dân xã Tân Hòa",
    }
    return facts(**{**said, **changes})


@pytest.fixture(scope="module")
def pictures(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--pictures"))


def keep(pdf: bytes, name: str) -> None:
    """One picture for each leaf."""
    import pypdfium2

    PICTURES.mkdir(exist_ok=True)
    for number, leaf in enumerate(pypdfium2.PdfDocument(pdf), start=1):
        after = f"-{number}" if number > 1 else ""
        leaf.render(scale=1.6).to_pil().convert("L").save(PICTURES / f"{name}{after}.png", optimize=True)


@pytest.mark.parametrize(("kind", "form_set"), EVERY)
def test_every_form_has_every_field_of_its_circular(
    press: Press, kind: DocumentKind, form_set: str, pictures: bool
) -> None:
    """Circular 03/2025/TT-VPCP, annex I; Circular 01/2018/TT-VPCP, annex."""
    pdf = press.template(template(kind), context(kind, given(kind, form_set)))
    leaves = pages(pdf)
    text = " ".join(leaves)
    if pictures:
        keep(pdf, f"{kind}-{form_set}")

    for expected in (*HEAD, *FIELDS[kind], PROCEDURE):
        assert expected.casefold() in text.casefold(), expected
    assert "Tân Hòa, ngày 13 tháng 11 năm 2026" in text
    assert len(leaves) == 1


@pytest.mark.parametrize(
    ("form_set", "kind", "number", "name", "leaf"),
    [
        ("2018", DocumentKind.FORM_01, "01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", (148, 210)),
        ("2018", DocumentKind.FORM_02, "02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", (148, 210)),
        ("2018", DocumentKind.FORM_04, "04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả", (148, 210)),
        ("2018", DocumentKind.FORM_06, "05", "Phiếu kiểm soát quá trình giải quyết hồ sơ", (148, 210)),
        (
            "2025",
            DocumentKind.FORM_04,
            "04",
            "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
            (210, 297),
        ),
        ("2025", DocumentKind.FORM_05, "05", "Thông báo dừng giải quyết hồ sơ", (210, 297)),
        ("2025", DocumentKind.FORM_06, "06", "Phiếu kiểm soát quá trình giải quyết hồ sơ", (210, 297)),
    ],
)
def test_a_form_is_named_numbered_and_sized_by_its_set(
    press: Press, form_set: str, kind: DocumentKind, number: str, name: str, leaf: tuple[int, int]
) -> None:
    """Circular 01/2018/TT-VPCP, art. 9: slips on A5; the set of 2025 adds form 05."""
    pdf = press.template(template(kind), context(kind, given(kind, form_set)))
    sides = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].mediabox[2:]
    text = " ".join(pages(pdf))

    circular = {"2018": "Thông tư số 01/2018/TT-VPCP", "2025": "Thông tư số 03/2025/TT-VPCP"}[form_set]
    assert f"Mẫu số {number} ({circular})" in text
    assert name.upper() in text
    assert tuple(round(float(side) * 25.4 / 72) for side in sides) == leaf


@pytest.mark.parametrize(
    ("day", "form_set"),
    [
        (dt.date(2018, 12, 3), OLD),
        (dt.date(2025, 9, 14), OLD),
        (dt.date(2025, 9, 15), PRESENT),
        (dt.date(2026, 12, 1), PRESENT),
    ],
)
def test_the_set_is_that_of_the_day(day: dt.date, form_set: str) -> None:
    """Circular 03/2025/TT-VPCP is in force from 15/09/2025."""
    assert set_on(day) == form_set


def test_the_set_of_2018_has_no_notice_of_a_stop() -> None:
    """Form 05 of 2018 is the control slip; a stop had no form before Circular 03/2025."""
    assert DocumentKind.FORM_05 not in FORMS[OLD]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2026-11-17T17:00", "Trước hạn"),
        ("2026-11-18T08:00", "Đúng hạn"),
        ("2026-11-18T17:00", "Đúng hạn"),
        ("2026-11-18T17:01", "Quá hạn"),
    ],
)
def test_the_control_slip_marks_each_step(when: str, words: str) -> None:
    """Annex I, control slip: before the date, on it, late."""
    assert verdict(at(when), at("2026-11-18T17:00")) == words
    assert verdict(at(when), None) == "–"


@pytest.mark.parametrize(("kind", "form_set"), EVERY)
def test_hostile_words_of_an_act_stay_words(press: Press, kind: DocumentKind, form_set: str) -> None:
    """Decision 18: notes, reasons and names are untrusted."""
    told = Told(
        reason=HOSTILE,
        note=HOSTILE,
        wanted=[Wanted(name=HOSTILE, reason=HOSTILE, why=HOSTILE)],
        cause=HOSTILE,
        passings=[
            Passing(at=at("2026-11-13T10:30"), what=HOSTILE, giver=HOSTILE, taker=HOSTILE, note=HOSTILE)
        ],
    )
    pdf = press.template(template(kind), context(kind, given(kind, form_set, told=told, procedure=HOSTILE)))
    text = "".join("".join(pages(pdf)).split())

    assert "".join(HOSTILE.split()) in text
    assert "root:" not in text
    assert b"/JavaScript" not in pdf
    assert b"/URI" not in pdf


def test_the_result_goes_with_a_slip_of_its_own(press: Press, pictures: bool) -> None:
    """Phiếu bàn giao kết quả: kind of result, what it is about, money taken, way it is returned."""
    kind = DocumentKind.HAND_OVER
    told = Told(result="Cấp kết quả", paid_vnd=15_000)
    pdf = press.template(template(kind), context(kind, given(kind, PRESENT, told=told, reason="")))
    text = " ".join(pages(pdf))
    if pictures:
        keep(pdf, "hand_over-result")

    for expected in (
        *HEAD[1:],
        "PHIẾU BÀN GIAO KẾT QUẢ",
        "Cấp kết quả",
        "15.000 đồng",
        "Bản điện tử trên Cổng",
    ):
        assert expected in text


def test_a_long_request_and_a_long_way_flow_over_leaves(press: Press) -> None:
    """Two hundred items (the most that can be asked) and a way of sixty hands are drawn within the limits."""
    wanted = [Wanted(name=f"Giấy tờ số {n} " * 6, reason="Còn thiếu", why="x " * 100) for n in range(200)]
    asked = pages(
        press.template(
            "form02.html",
            context(DocumentKind.FORM_02, given(DocumentKind.FORM_02, OLD, told=Told(wanted=wanted))),
        )
    )
    hands = TOLD[DocumentKind.FORM_06].passings * 15
    slip = pages(
        press.template(
            "form06.html",
            context(DocumentKind.FORM_06, given(DocumentKind.FORM_06, OLD, told=Told(passings=hands))),
        )
    )

    assert f"Trang {len(asked)} trên {len(asked)}" in asked[-1]
    assert "Giấy tờ số 199" in " ".join(asked)
    assert "60 Trả kết quả" in " ".join(slip)
    assert all("STT" in leaf for leaf in slip[:-1])


@pytest.mark.parametrize(("kind", "form_set"), EVERY)
def test_the_same_event_gives_the_same_bytes(press: Press, kind: DocumentKind, form_set: str) -> None:
    """A task may run twice: the second drawing changes nothing."""
    told = context(kind, given(kind, form_set))

    assert press.template(template(kind), told) == press.template(template(kind), told)
