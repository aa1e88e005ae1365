"""The list of procedures: counts for every way to narrow it, and the words it uses."""

import re

import pytest

from services_catalog.levels import Level
from tests import factories
from tests.web.conftest import World, seen


@pytest.fixture
def shelf(world: World) -> World:
    """Three more procedures of two agencies and two levels."""
    session = world.session
    first, second = factories.agency(session, "H99.71.01"), factories.agency(session, "H99.71.02")
    for code, name, agency, level in (
        ("9.100001", "Đăng ký thường trú", first, Level.FULL),
        ("9.100002", "Xóa đăng ký thường trú", first, Level.PARTIAL),
        ("9.100003", "Đăng ký tạm trú", second, Level.FULL),
    ):
        made = {**factories.simple(), "name": name}
        factories.procedure(session, agency.id, code=code, level=level, made_content=made)
    session.commit()
    return world


def facet(text: str, label: str) -> tuple[str, str] | None:
    """Address and count of a way to narrow the list."""
    found = re.search(rf'<a href="([^"]*)"[^>]*><span>{label}.*?mc-num mc-hint">([\d.]+)<', text)
    return (found[1].replace("&amp;", "&"), found[2]) if found else None


def test_each_value_tells_how_many_it_would_leave(shelf: World) -> None:
    text = shelf.get("/thu-tuc?q=thuong+tru").text

    full, partial = facet(text, "Toàn trình"), facet(text, "Một phần")
    assert (full, partial) == (
        ("/thu-tuc?q=thuong+tru&muc-do=full", "1"),
        ("/thu-tuc?q=thuong+tru&muc-do=partial", "1"),
    )
    narrowed = shelf.get(full[0]).text
    assert "1 thủ tục" in narrowed
    assert facet(narrowed, "Một phần") == ("/thu-tuc?q=thuong+tru&muc-do=partial", "1")
    assert facet(narrowed, "Toàn trình") == ("/thu-tuc?q=thuong+tru", "1")  # takes it back


def test_the_number_of_hits_is_announced(shelf: World) -> None:
    text = shelf.get("/thu-tuc?q=dang+ky+thuong+tru").text

    assert re.search(r'role="status">\d thủ tục, khớp nhất đứng trước\.', text)
    assert text.index("9.100001") < text.index("9.100002")


def test_official_words_are_told_to_who_uses_everyday_ones(shelf: World) -> None:
    told = "Trong văn bản, việc này gọi là “đăng ký thường trú”."

    assert told in shelf.get("/thu-tuc?q=nhập+hộ+khẩu").text
    assert told not in shelf.get("/thu-tuc?q=đăng+ký+thường+trú").text


def test_the_search_box_is_a_plain_form_that_keeps_what_was_chosen(shelf: World) -> None:
    answer = shelf.get("/thu-tuc?q=tru&muc-do=full")

    assert "tru" in seen(answer).values
    assert '<input type="hidden" name="muc-do" value="full">' in answer.text
    assert 'data-suggest="/api/v1/procedures/suggestions"' in answer.text
    assert 'data-suggest="/api/v1/procedures/suggestions"' in shelf.get("/").text


def test_a_choice_without_hits_is_said_and_can_be_taken_back(shelf: World) -> None:
    text = shelf.get("/thu-tuc?q=thuong+tru&linh-vuc=khong-co").text

    assert "Chưa thấy thủ tục nào khớp" in text
    assert 'href="/thu-tuc?q=thuong+tru"' in text
