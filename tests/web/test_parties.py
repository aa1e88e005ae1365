"""The page that asks for whom a dossier is filed: what it keeps, what it tells, where it is shown after."""

from tests.web.conftest import World, seen
from tests.web.test_filing import opened

FATHER = {
    "filed_as": "authorised",
    "person_name": "Trần Văn Bình",
    "person_number": "001060123456",
    "person_address": "Thôn Đông",
}


def test_it_is_said_shown_and_said_again(world: World) -> None:
    base = opened(world)
    assert "Chính bạn" in world.get(f"{base}/to-khai").text

    answer = world.post(f"{base}/nop-cho", FATHER)
    assert answer.headers["location"] == f"{base}/to-khai"
    page = seen(world.get(f"{base}/nop-cho"))
    assert page.value_of("person_name") == "Trần Văn Bình"
    assert page.value_of("person_number") == "001060123456"
    assert "Trần Văn Bình" in world.get(f"{base}/to-khai").text
    papers = world.get(f"{base}/giay-to").text
    assert "Văn bản ủy quyền" in papers
    review = world.get(f"{base}/kiem-tra").text
    assert "Tải lên “Văn bản ủy quyền”" in review
    assert f"{base}/nop-cho?ve=kiem-tra" in review

    back = world.post(f"{base}/nop-cho", {"filed_as": "self", "ve": "kiem-tra"})
    assert back.headers["location"] == f"{base}/kiem-tra"
    assert "Văn bản ủy quyền" not in world.get(f"{base}/giay-to").text


def test_what_is_wrong_is_told_beside_what_was_typed(world: World) -> None:
    base = opened(world)
    answer = world.post(f"{base}/nop-cho", {**FATHER, "person_number": "12", "person_name": ""})

    page = seen(answer)
    assert answer.status_code == 422
    assert {"#person_name", "#person_number"} <= set(page.links)
    assert page.value_of("person_number") == "12"
    assert page.value_of("person_address") == "Thôn Đông"
    assert "12 chữ số" in answer.text


def test_a_choice_that_is_none_is_refused(world: World) -> None:
    base = opened(world)
    assert world.post(f"{base}/nop-cho", {"filed_as": "king"}).status_code == 400


def test_who_helped_is_told(world: World) -> None:
    base = opened(world)
    told = {"filed_as": "helped", "helper_name": "Đoàn Mai", "helper_unit": "Tổ công nghệ số thôn Đông"}
    assert world.post(f"{base}/nop-cho", told).status_code == 303

    assert "Đoàn Mai giúp" in world.get(f"{base}/giay-to").text
    review = world.get(f"{base}/kiem-tra").text
    assert "Tổ công nghệ số thôn Đông" in review
    assert "Văn bản ủy quyền" not in review
