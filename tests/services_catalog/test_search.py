"""Search on the real listing: 34 published procedures and 5,670 national entries."""

import unicodedata

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.core.errors import Invalid
from portal.core.paging import BadCursor
from portal.core.text import fold
from services_catalog import queries
from services_catalog.levels import Level
from services_catalog.models import Origin
from services_catalog.queries import Filters


@pytest.fixture
def session(catalogue) -> Session:
    with catalogue() as made:
        yield made


def codes(session: Session, query: str, limit: int = 10, **filters) -> list[str]:
    return [row.code for row in queries.search(session, query, Filters(**filters), limit=limit).items]


@pytest.mark.parametrize(
    "query",
    [
        "đăng ký khai sinh",
        "dang ky khai sinh",
        "ĐĂNG KÝ KHAI SINH",
        "Dang Ky Khai Si",
        "  khai   sinh ",
        unicodedata.normalize("NFD", "đăng ký khai sinh"),
        "ðăng ký khai sinh",
        "1.001193",
        "001193",
        "1.0011",
        "khai-sinh",
        "thủ tục: khai sinh",
    ],
)
def test_birth_registration_is_found_first(session, query):
    assert codes(session, query)[0] == "1.001193"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("kết hôn", "1.000894"),
        ("ket hon", "1.000894"),
        ("tạm trú", "1.004194"),
        ("tam tr", "1.004194"),
        ("hộ chiếu", "1.001456"),
        ("di chúc", "2.001019"),
        ("cấp phép xây dựng nhà ở", "1.013225"),
    ],
)
def test_people_find_what_they_ask_for(session, query, code):
    assert code in codes(session, query)[:3]


def test_what_is_received_here_comes_before_entries_of_the_listing(session):
    """Of those named so: who is named so in the listing comes before what only tells of it here."""
    rows = queries.search(session, "khai sinh", limit=100).items

    named = [row.origin for row in rows if "khai sinh" in fold(row.name)]
    assert named == sorted(named, key=[Origin.OWN, Origin.LISTING].index)
    assert {Origin.OWN, Origin.LISTING} == set(named)
    assert "khai sinh" in fold(rows[0].name)


def test_accents_typed_come_first(session):
    """ "dau" is also đầu, dấu, dầu, đấu; who types dầu means oil."""
    loose, exact = codes(session, "dau", limit=100), queries.search(session, "dầu", limit=100).items

    hits = ["dầu" in row.name.casefold().split() for row in exact]
    assert any(hits)
    assert hits[0]
    assert hits == sorted(hits, reverse=True) or len(loose) == 100


def test_tone_marks_in_either_place_find_the_same(session):
    assert set(codes(session, "hòa giải", limit=100)) == set(codes(session, "hoà giải", limit=100)) != set()


def test_a_publisher_or_sector_is_found_too(session):
    assert "1.001193" in codes(session, "hộ tịch", limit=40)
    assert codes(session, "bộ quốc phòng")


@pytest.mark.parametrize(
    "query", ["", "   ", "…", "!!!", "'", "a'b:*&|!", "\\", "%", "_", "' OR 1=1 --", "<->", "x" * 200]
)
def test_odd_queries_answer_quietly(session, query):
    assert isinstance(queries.search(session, query).items, list)


def test_wildcards_are_plain_characters_in_a_code(session):
    assert codes(session, "1%1193") == []
    assert codes(session, "1_001193") == []


@pytest.mark.parametrize("query", ["a\x00b", "\u202eabc", "x" * 201])
def test_hidden_characters_and_length_are_refused(session, query):
    with pytest.raises(Invalid):
        queries.search(session, query)


@pytest.mark.parametrize("query", ["", "đăng ký", "1."])
def test_pages_follow_each_other_without_gap_or_repeat(session, query):
    whole = queries.search(session, query, limit=100)
    paged, after = [], None
    while len(paged) < 100:
        page = queries.search(session, query, after=after, limit=7)
        paged += page.items
        after = page.next
        if after is None:
            break

    assert [row.code for row in paged[:100]] == [row.code for row in whole.items]


def test_browsing_reaches_every_entry_once(session):
    seen, after = [], None
    while True:
        page = queries.search(session, after=after, limit=100)
        seen += [row.code for row in page.items]
        if (after := page.next) is None:
            break

    total = session.execute(sa.text("SELECT count(*) FROM procedure")).scalar()
    assert len(seen) == len(set(seen)) == total
    assert total > 5670


@pytest.mark.parametrize("cursor", ["x", "%%%", "W10", "W251bGwsbnVsbCxudWxsXQ", "eyJhIjoxfQ", "é"])
def test_a_foreign_cursor_is_refused(session, cursor):
    with pytest.raises(BadCursor):
        queries.search(session, "", after=cursor)


def test_lists_narrow_by_sector_agency_level_audience_and_event(session):
    full = queries.search(session, "", Filters(level=Level.FULL), limit=100).items
    assert full
    assert {row.level for row in full} == {Level.FULL}
    assert codes(session, "", sector="ho-tich", level=Level.FULL, limit=100)
    assert codes(session, "", sector="khong-co") == []
    assert "1.001193" in codes(session, "", agency="H99.12.05", limit=100)
    assert codes(session, "", agency="H99.99") == []
    assert "1.001193" in codes(session, "", life_event="birth", limit=100)
    assert {"1.000894"} <= set(codes(session, "", life_event="marriage", limit=100))
    organisations = codes(session, "", audience="organisation", origin=Origin.OWN, limit=100)
    assert "2.001583" in organisations
    assert "1.001193" not in organisations


def test_rows_tell_level_time_and_fee(session):
    row = next(r for r in queries.search(session, "1.001193").items if r.code == "1.001193")
    entry = queries.search(session, "", Filters(origin=Origin.LISTING), limit=1).items[0]

    assert (row.level, row.time, row.fee, row.sector) == (
        Level.FULL,
        "Trong ngày làm việc",
        "Không thu phí",
        "Hộ tịch",
    )
    assert (entry.level, entry.time, entry.fee) == (None, None, None)


def test_sectors_and_agencies_count_what_they_hold(session):
    sectors = {sector.code: sector for sector in queries.sectors(session)}
    agencies, after = queries.agencies(session)

    assert sectors["ho-tich"].published >= 10
    assert sectors["dang-kiem"].published == 0
    assert sectors["dang-kiem"].listed > 0
    assert next(iter(sectors.values())).published > 0
    assert after is None
    centre = next(agency for agency in agencies if agency.code == "H99.12.05")
    assert (centre.parent is not None, centre.published > 5) == (True, True)
    offering = [agency.code for agency in queries.agencies(session, offering="1.001193")[0]]
    assert "H99.12.05" in offering
    assert "H99" not in offering


def test_agencies_are_paged(session):
    first, after = queries.agencies(session, limit=3)
    second, _ = queries.agencies(session, after=after, limit=3)

    assert [a.code for a in first] < [a.code for a in second]


def test_a_page_tells_everything_in_three_statements(session):
    page = queries.procedure_page(session, "1.001193")

    assert page.content is not None
    assert [offer.agency_code for offer in page.offerings] == sorted(o.agency_code for o in page.offerings)
    assert all(offer.verdict and offer.verdict.level is Level.FULL for offer in page.offerings)
    assert ("1.004222" in dict(page.related)) is True
    assert queries.revision_content(session, page.revision_id) == page.content
