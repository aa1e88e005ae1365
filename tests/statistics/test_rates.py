"""Rates, periods and rows of the report: arithmetic only."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers import periods
from dossiers.periods import BadPeriod
from dossiers.statistics import rate
from dossiers.units import AgencyNode, AgencyUnknown, units


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (1386, 1502, 92.28),
        (871, 1644, 52.98),
        (13049, 17325, 75.32),
        (1, 3, 33.33),
        (2, 3, 66.67),
        (1, 20000, 0.01),
        (99999, 100000, 100.0),
        (0, 7, 0.0),
        (8, 7, 114.29),
    ],
)
def test_a_rate_is_the_exact_quotient(numerator: int, denominator: int, shown: float) -> None:
    assert rate(numerator, denominator).rate == shown


def test_a_rate_over_nothing_is_no_rate() -> None:
    assert rate(0, 0).rate is None
    assert rate(3, 0).rate is None


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_no_rate_is_floored_or_capped(numerator: int, denominator: int) -> None:
    shown = rate(numerator, denominator).rate

    assert shown is not None
    assert abs(shown - 100 * numerator / denominator) <= 0.005 + 1e-6


@pytest.mark.parametrize(
    ("key", "first", "until"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 11, 1)),
        ("2025-12", date(2025, 12, 1), date(2026, 1, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        (None, date(2026, 11, 1), date(2026, 12, 1)),
    ],
)
def test_periods_by_name(key: str | None, first: date, until: date) -> None:
    period = periods.parse(key, date(2026, 11, 23))

    assert (period.first, period.until) == (first, until)


@pytest.mark.parametrize(
    "key", ["2026-13", "2026-00", "2026-Q5", "26-10", "2027", "2026-12", "x", "2026-10-01", "२०२६", "2026\n"]
)
def test_a_wrong_or_future_period_is_refused(key: str) -> None:
    with pytest.raises(BadPeriod):
        periods.parse(key, date(2026, 11, 23))


def test_the_choices_are_readable_periods() -> None:
    today = date(2026, 1, 15)

    for choice in periods.choices(today):
        assert periods.parse(choice.key, today).first == choice.first


def node(n: int, parent: int | None, code: str, kind: str) -> AgencyNode:
    return AgencyNode(UUID(int=n), UUID(int=parent) if parent else None, code, f"Cơ quan {code}", kind)


TREE = [
    node(1, None, "H99", "province"),
    node(2, 1, "H99.01", "centre"),
    node(3, 1, "H99.12", "commune"),
    node(4, 3, "H99.12.05", "centre"),
]


def test_rows_of_the_whole_are_those_below_and_what_the_top_did_itself() -> None:
    whole, rows = units(TREE, agency=None, level=None)

    assert whole.ids == {item.id for item in TREE}
    assert [row.code for row in rows] == ["H99.01", "H99.12", None]
    assert rows[1].ids == {UUID(int=3), UUID(int=4)}
    assert sorted(i for row in rows for i in row.ids) == sorted(whole.ids)


def test_an_agency_brings_those_below_it() -> None:
    whole, rows = units(TREE, agency="H99.12", level=None)

    assert whole.ids == {UUID(int=3), UUID(int=4)}
    assert [row.code for row in rows] == ["H99.12.05", None]


def test_a_level_keeps_agencies_of_one_kind_with_those_below() -> None:
    from auth.models import AgencyKind

    whole, rows = units(TREE, agency=None, level=AgencyKind.COMMUNE)

    assert whole.ids == {UUID(int=3), UUID(int=4)}
    assert [row.code for row in rows] == ["H99.12"]


def test_an_unknown_agency_is_said_so() -> None:
    with pytest.raises(AgencyUnknown):
        units(TREE, agency="H98", level=None)
