"""E-mail, phone and personal id in normal form, or refused."""

import unicodedata

import pytest

from auth import identifiers
from auth.http import safe_next
from portal.core.errors import Invalid


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Anh.Nguyen@Example.VN", "anh.nguyen@example.vn"),
        ("  a@b.vn ", "a@b.vn"),
        (unicodedata.normalize("NFD", "ánh@vídụ.vn"), "ánh@vídụ.vn"),
        ("o'neil+tag@sub.domain.gov.vn", "o'neil+tag@sub.domain.gov.vn"),
    ],
)
def test_an_address_has_one_form(given: str, kept: str) -> None:
    assert identifiers.email(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "a",
        "@b.vn",
        "a@",
        "a@b",
        "a@b.v",
        "a b@c.vn",
        "a@b..vn",
        "a@-b.vn",
        "a@b.vn\nBcc: c@d.vn",
        "a@b.vn,c@d.vn",
        "<a@b.vn>",
        'a"@b.vn',
        "a\0@b.vn",
        "a\u202e@b.vn",
        "a\u200b@b.vn",
        "x" * 65 + "@b.vn",
        "a@" + "b" * 300 + ".vn",
        "a@b.vn\ud800",
    ],
)
def test_refuses_what_is_no_address(given: str) -> None:
    with pytest.raises(Invalid):
        identifiers.email(given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0912 345 678", "0912345678"),
        ("+84 912.345.678", "0912345678"),
        ("(024) 3825-1234", "02438251234"),
    ],
)
def test_a_phone_has_one_form(given: str, kept: str) -> None:
    assert identifiers.phone(given) == kept


@pytest.mark.parametrize(
    "given", ["", "113", "091234567", "09123456789", "0112345678", "٠٩١٢٣٤٥٦٧٨", "0912345678\0"]
)
def test_refuses_what_is_no_phone(given: str) -> None:
    with pytest.raises(Invalid):
        identifiers.phone(given)


@pytest.mark.parametrize("given", ["001190000123", "001 190 000 123", "079304000001", "123099000001"])
def test_takes_a_personal_id_that_can_exist(given: str) -> None:
    assert identifiers.personal_id(given) == given.replace(" ", "")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("00119000012", "12 chữ số"),
        ("0011900001234", "12 chữ số"),
        ("00119000012a", "12 chữ số"),
        ("٠٠١١٩٠٠٠٠١٢٣", "12 chữ số"),
        ("003190000123", "nơi đăng ký"),
        ("000190000123", "nơi đăng ký"),
        ("001299000123", "tương lai"),
        ("001400000123", "tương lai"),
    ],
)
def test_refuses_a_personal_id_that_cannot_exist(given: str, reason: str) -> None:
    """Source: Decree 137/2015/NĐ-CP, art. 13."""
    with pytest.raises(Invalid, match=reason):
        identifiers.personal_id(given)


@pytest.mark.parametrize("address", ["/", "/ho-so", "/ho-so/1/to-khai?x=1&y=%E1%BA%BF#a", "/thu-tuc?q=//a"])
def test_goes_back_to_pages_of_the_portal(address: str) -> None:
    assert safe_next(address) == address


def test_an_address_to_go_back_to_fits_a_header() -> None:
    assert safe_next('/thu-tuc?q=ế "x"') == "/thu-tuc?q=%E1%BA%BF%20%22x%22"


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "ho-so",
        "//attacker.example",
        "/\\attacker.example",
        "\\\\attacker.example",
        "https://attacker.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "/\t/attacker.example",
        "/" + "a" * 2_000,
        "/a\u202eb",
    ],
)
def test_never_goes_to_another_site(address: str | None) -> None:
    assert safe_next(address) == "/"
