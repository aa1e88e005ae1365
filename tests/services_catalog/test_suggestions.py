"""What comes up while somebody types, over HTTP."""

import pytest

from tests import factories

PATH = "/api/v1/procedures/suggestions"
NAMES = [
    "Đăng ký khai sinh",
    "Đăng ký lại khai sinh",
    "Đăng ký khai tử",
    *(f"Khai sinh {place}" for place in range(3, 10)),
]


@pytest.fixture(autouse=True)
def published(session):
    agency = factories.agency(session)
    for place, name in enumerate(NAMES):
        made = {**factories.simple(), "name": name}
        factories.procedure(session, agency.id, code=f"9.00000{place}", made_content=made)
    session.commit()


def asked(client, query):
    answer = client.get(PATH, params={"query": query})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_the_name_is_given_in_parts_that_matched_and_that_did_not(client):
    best = asked(client, "dang ky lai khai si")[0]

    assert best == {
        "code": "9.000001",
        "name": [{"text": "Đăng ký lại khai sinh", "matched": True}],
        "level": "full",
    }
    parts = asked(client, "khai tu")[0]["name"]
    assert [(part["text"], part["matched"]) for part in parts] == [("Đăng ký ", False), ("khai tử", True)]


def test_there_are_at_most_eight(client):
    assert len(asked(client, "khai sinh")) == 8


@pytest.mark.parametrize("query", ["", " ", "?", "xyzzy"])
def test_nothing_comes_up_for_nothing(client, query):
    assert asked(client, query) == []


def test_a_code_comes_up_by_its_beginning(client):
    assert asked(client, "9.000002")[0]["code"] == "9.000002"


@pytest.mark.parametrize("query", ["a\x00b", "\u202eabc"])
def test_hidden_characters_are_refused(client, query):
    answer = client.get(PATH, params={"query": query})

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_the_same_letters_cost_nothing_the_second_time(client, count_statements):
    asked(client, "khai s")
    counted = count_statements()
    asked(client, "khai s")

    assert len(counted) == 0


def test_new_letters_cost_no_statement_within_a_second(client, count_statements):
    asked(client, "khai")
    counted = count_statements()
    asked(client, "khai si")

    assert len(counted) == 0
