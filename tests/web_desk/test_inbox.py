"""The inbox of the desk: counts, filters, what is sought, and strange addresses."""

import re

import pytest

from tests.web_desk.conftest import Desk

SCRIPT = "<script>alert(1)</script>"
INLINE = re.compile(r"<[^>]+\s(?:style|on[a-z]+)=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


def test_the_inbox_counts_filters_and_goes_on_by_keyset(desk: Desk) -> None:
    numbers = [desk.accepted().number for _ in range(27)]
    desk.open()

    first = desk.get("/can-bo?view=unit").text
    following = re.search(r'href="([^"]+after=[^"]+)"', first)
    assert following is not None
    second = desk.get(following[1].replace("&amp;", "&")).text
    found = desk.get(f"/can-bo?view=unit&query={numbers[5]}&channel=online").text

    assert "Đang giải quyết <span>27</span>" in first
    assert first.count("data-row") == 25
    assert second.count("data-row") == 2
    assert found.count("data-row") == 1
    assert desk.get("/can-bo?view=unit&channel=post").text.count("data-row") == 0


def hidden(desk: Desk) -> dict[str, str]:
    """The hidden fields of the search."""
    return desk.fields(desk.get("/can-bo?view=unit").text, "/can-bo/tim")


@pytest.mark.parametrize("words", ["nguyen thi anh", "0912 345 678", "001190000001"])
def test_who_is_sought_stands_in_no_address(desk: Desk, words: str) -> None:
    desk.accepted()
    desk.open()

    answer = desk.send("/can-bo/tim", {**hidden(desk), "query": words})
    address = answer.headers["location"]
    found = desk.get(address).text

    assert answer.status_code == 303
    assert address.startswith("/can-bo?view=unit&tim=")
    assert not any(word in address for word in words.split())
    assert f'value="{words}"' in found
    assert "Đang tìm trong" in found
    assert not any(f"query={word}" in found for word in words.split())
    assert desk.get(address[:-6] + "AAAAAA").status_code == 200  # altered: as if nothing were sought


def test_a_number_is_sought_in_the_open(desk: Desk) -> None:
    number = desk.accepted().number
    desk.open()

    answer = desk.send("/can-bo/tim", {**hidden(desk), "query": number})

    assert answer.headers["location"] == f"/can-bo?view=unit&query={number}"
    assert desk.get(answer.headers["location"]).text.count("data-row") == 1


def test_a_strange_address_is_a_page_never_a_500(desk: Desk) -> None:
    desk.open()
    queries = [
        "%27%00",
        "after=%%%",
        "query=%E2%80%AE",
        "view=all&after=e30",
        "query=" + "x" * 200,
        "query=%00",
    ]

    for query in queries:
        assert desk.get(f"/can-bo?{query}").status_code in (200, 303, 400, 422), query
