"""The register of dossiers, form 07 (06 in the set of 2018), read back from the PDF."""

import datetime as dt
import io
from typing import Any

import pypdf
import pytest

from dossiers.documents_contents import Office
from dossiers.documents_pdf import Press
from dossiers.documents_register import TEMPLATE, Entry, leaves
from dossiers.registers import PRINTED
from tests.dossiers.test_documents_contents import HOSTILE, at, pages, press
from tests.dossiers.test_documents_forms import keep

__all__ = ["press"]
OFFICE = Office("Trung tâm Phục vụ hành chính công xã Tân Hòa", "Ủy ban nhân dân xã Tân Hòa", "")


def entry(position: int, **changes: Any) -> Entry:
    given: dict[str, Any] = {
        "position": position,
        "number": f"H99.12.05-261113-{position:04d}",
        "procedure": "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
        "applicant": "Nguyễn Thị Ễ Ộ Ẵ",
        "contact": "Thôn Đông, Xã Tân Hòa, Tỉnh Lam Giang; 0912345678",
        "competent": "Ủy ban nhân dân xã Tân Hòa",
        "accepted_at": at("2026-11-13T09:02"),
        "due_at": at("2026-11-18T17:00"),
        "returned_at": at("2026-11-18T10:15"),
        "return_way": "counter",
        "note": "Đã hẹn lại một lần",
    }
    return Entry(**{**given, **changes})


def drawn(press: Press, entries: list[Entry], form_set: str = "2025") -> bytes:
    since, until = dt.date(2026, 11, 1), dt.date(2026, 11, 30)
    told = leaves(OFFICE, entries, since=since, until=until, form_set=form_set, demo=True)
    return press.template(TEMPLATE, told)


@pytest.mark.parametrize(
    ("form_set", "label"),
    [
        ("2018", "Mẫu số 06 (Thông tư số 01/2018/TT-VPCP)"),
        ("2025", "Mẫu số 07 (Thông tư số 03/2025/TT-VPCP)"),
    ],
)
def test_the_register_has_every_column_of_its_form(
    press: Press, form_set: str, label: str, request: pytest.FixtureRequest
) -> None:
    """Circular 03/2025/TT-VPCP, annex I, form 07; Circular 01/2018/TT-VPCP, form 06 on A4."""
    rows = [entry(41), entry(42, returned_at=None, note="", return_way="post"), entry(43, due_at=None)]
    pdf = drawn(press, rows, form_set)
    text = "".join("".join(pages(pdf)).split())
    if request.config.getoption("--pictures"):
        keep(pdf, f"register-{form_set}")

    for expected in (
        label,
        "SỔ THEO DÕI HỒ SƠ",
        "Quyển năm 2026, từ ngày 01 tháng 11 năm 2026 đến ngày 30 tháng 11 năm 2026",
        *("Mã hồ sơ", "Tên thủ tục hành chính", "Số bộ hồ sơ", "Tên cá nhân, tổ chức"),
        *("Địa chỉ, số điện thoại", "Cơ quan chủ trì giải quyết", "Ngày nhận", "Hẹn trả", "Trả kết quả"),
        *("Cách nhận kết quả", "Ký nhận", "Ghi chú"),
        *("H99.12.05-261113-0041", "0912345678", "09:02 13/11/2026", "17:00 18/11/2026", "10:15 18/11/2026"),
        *("Qua bưu chính công ích", "Đã hẹn lại một lần"),
    ):
        assert "".join(expected.split()) in text, expected
    sides = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].mediabox[2:]
    assert [round(float(side) * 25.4 / 72) for side in sides] == [297, 210]


def test_as_many_lines_as_are_printed_at_once_keep_their_head_on_every_leaf(press: Press) -> None:
    found = pages(drawn(press, [entry(n) for n in range(1, PRINTED + 1)]))

    assert all("Mã hồ sơ" in leaf for leaf in found)
    assert f"{PRINTED:04d}" in found[-1]
    assert f"Trang {len(found)} trên {len(found)}" in found[-1]


def test_a_period_without_dossiers_says_so(press: Press) -> None:
    assert "Không có hồ sơ nào trong kỳ." in " ".join(pages(drawn(press, [])))


def test_hostile_lines_stay_text(press: Press) -> None:
    """Decision 18."""
    pdf = drawn(press, [entry(1, applicant=HOSTILE, contact=HOSTILE, procedure=HOSTILE, note=HOSTILE)])
    text = "".join("".join(pages(pdf)).split())

    assert "".join(HOSTILE.split()) in text
    assert b"/JavaScript" not in pdf
    assert b"/URI" not in pdf
