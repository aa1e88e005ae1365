"""Signing up, in and out, and the account's page."""

from tests import factories
from tests.web.conftest import World, seen

NEW = {
    "name": "Lý A Páo",
    "email": "pao@example.vn",
    "password": "một câu dài dễ nhớ",
    "phone": "0912 345 678",
    "personal_id": "001190000123",
    "birth": "4/2/1988",
    "agree": "1",
}


def test_register_sign_in_and_out(world: World) -> None:
    answer = world.post("/dang-ky", {**NEW, "next": "/ho-so"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/dang-nhap?next=/ho-so"
    assert "Đã ghi nhận" in world.get("/dang-nhap?next=/ho-so").text
    assert "Đã ghi nhận" not in world.get("/dang-nhap?next=/ho-so").text  # shown once
    answer = world.post("/dang-nhap", {"email": NEW["email"], "password": NEW["password"], "next": "/ho-so"})
    assert answer.headers["location"] == "/ho-so"
    page = world.get("/ho-so")
    assert "Lý A Páo" in page.text
    assert "Bạn chưa có hồ sơ nào" in page.text
    world.csrf = seen(page).value_of("csrf") or ""
    assert world.post("/dang-xuat").headers["location"] == "/"
    assert world.get("/ho-so").status_code == 303


def test_a_known_address_is_not_given_away(world: World) -> None:
    answers = [
        world.post("/dang-ky", {**NEW, "email": mail}) for mail in ("huong@example.vn", "moi@example.vn")
    ]
    assert {one.status_code for one in answers} == {303}
    assert len({one.headers["location"] for one in answers}) == 1
    assert len({one.cookies.get("__Host-notice") for one in answers}) == 1


def test_what_was_typed_stays_after_an_error(world: World) -> None:
    wrong = {"email": "không phải thư", "birth": "31/02/1988", "personal_id": "12"}
    answer = world.post("/dang-ky", {**NEW, **wrong})
    assert answer.status_code == 422
    page = seen(answer)
    assert answer.text.split("<title>")[1].startswith("Lỗi: ")
    for name in ("name", "email", "phone", "personal_id", "birth"):
        assert page.value_of(name) == wrong.get(name, NEW[name]), name
    assert NEW["password"] not in answer.text
    assert page.links.count("#birth") == 1


def test_a_wrong_password_tells_no_more_than_an_unknown_address(world: World) -> None:
    texts = []
    for mail in ("huong@example.vn", "khong-co@example.vn"):
        answer = world.post("/dang-nhap", {"email": mail, "password": "sai sai sai sai"})
        assert answer.status_code == 422
        assert seen(answer).value_of("email") == mail
        texts.append(answer.text.replace(mail, ""))
    assert texts[0] == texts[1]


def test_the_account_page_changes_data_and_password(world: World) -> None:
    world.sign_in()
    given = {"name": "Nguyễn Thị Hường", "phone": "0987654321", "personal_id": "", "birth": "04/02/1988"}
    assert world.post("/tai-khoan", given).status_code == 303
    page = seen(world.get("/tai-khoan"))
    assert page.value_of("phone") == "0987654321"
    assert page.value_of("birth") == "04/02/1988"
    wrong = world.post("/tai-khoan", {**given, "phone": "12"})
    assert wrong.status_code == 422
    assert seen(wrong).value_of("phone") == "12"
    answer = world.post("/tai-khoan/mat-khau", {"old": "sai", "new": "một câu dài khác"})
    assert answer.status_code == 422
    assert seen(answer).links.count("#old") == 1
    answer = world.post("/tai-khoan/mat-khau", {"old": factories.PASSWORD, "new": "một câu dài khác"})
    assert answer.status_code == 303


def test_a_form_without_the_session_s_token_is_refused(world: World) -> None:
    world.sign_in()
    world.csrf = "sai"
    answer = world.post("/tai-khoan", {"name": "Kẻ Khác"})
    assert answer.status_code == 403
    assert "Tải lại trang" in answer.text
    answer = world.post("/dang-xuat", {}, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
