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
from dossiers.models import DocumentKind, FiledAs
from tests.dossiers.form_cases import FIELDS, HEAD, PROCEDURE, REASON, TOLD
from tests.dossiers.test_documents_contents import HOSTILE, at, facts, pages, press

__all__ = ["press"]
PICTURES = Path(__file__).resolve().parents[2] / "docs/pictures/forms"
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


@pytest.mark.parametrize(("kind", "form_set"), EVERY)
def test_every_form_names_whose_dossier_it_is(press: Press, kind: DocumentKind, form_set: str) -> None:
    """The one it is of (chủ hồ sơ) where another files it; who files it stands beside, where it is sent."""
    owner = {"name": "Trần Văn Bình", "number": "001060123456", "address": ""}
    who = {"name": "Nguyễn Thị Ánh", "email": "", "phone": "", "personal_id": "001190123456", "owner": owner}
    shown = given(kind, form_set, applicant=who, filed_as=FiledAs.AUTHORISED, answers={})
    text = " ".join(pages(press.template(template(kind), context(kind, shown))))

    assert "Trần Văn Bình" in text
    assert ("Nguyễn Thị Ánh" in text) is (kind not in (DocumentKind.FORM_06, DocumentKind.HAND_OVER))


def test_a_firm_is_named_with_its_tax_code(press: Press) -> None:
    owner = {"name": "Công ty TNHH Hoa Sen", "number": "0101234567", "address": ""}
    who = {"name": "Nguyễn Thị Ánh", "email": "", "phone": "", "personal_id": "001190123456", "owner": owner}
    kind = DocumentKind.FORM_01
    shown = given(kind, PRESENT, applicant=who, filed_as=FiledAs.ORGANISATION)
    text = " ".join(pages(press.template(template(kind), context(kind, shown))))

    assert "Công ty TNHH Hoa Sen Mã số thuế 0101234567" in text
