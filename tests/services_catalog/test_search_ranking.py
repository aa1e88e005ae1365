"""The queries of search_queries.tsv on the whole catalogue: is what people mean among the first three?"""

from collections import Counter

import pytest
from sqlmodel import Session

from portal.core.db import Sessions
from services_catalog import queries
from tests.services_catalog.test_search_queries import ASKED, Asked, meant, names

FIRST = 3


@pytest.fixture(scope="module")
def answered(catalogue: Sessions) -> dict[Asked, bool]:
    """Each query with whether its procedure is among the first."""
    known = names()
    with catalogue() as session:
        return {it: bool(found(session, it.query) & meant(it, known)) for it in ASKED}


def found(session: Session, query: str) -> set[str]:
    return {row.code for row in queries.search(session, query, limit=FIRST).items}


@pytest.mark.parametrize(("part", "least"), [("tune", 95), ("held", 92), ("", 95)])
def test_what_people_mean_is_among_the_first_three(answered, part, least):
    """Of the held part only the number is told: whoever tunes the ranking must not see its queries."""
    asked = [it for it in answered if not part or it.part == part]
    missed = [it.query for it in asked if not answered[it] and it.part == "tune"]
    good = sum(answered[it] for it in asked)

    assert 100 * good / len(asked) >= least, f"{good} of {len(asked)}; of the tune part: {missed}"


def test_no_way_of_typing_is_forgotten(answered):
    """Telex, VNI, slips, codes, missing accents: each kind by itself, words of the street apart."""
    kinds = Counter(it.kind for it in answered)
    good = Counter(it.kind for it, right in answered.items() if right)

    short = {kind: (good[kind], kinds[kind]) for kind in kinds if good[kind] < 0.85 * kinds[kind]}
    assert short == {}
