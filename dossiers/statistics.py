"""The three rates of the 2023 report and the series of dossiers, by agency and month.

Every rate is a numerator over a denominator; it is never floored, capped or computed by integer
division, and is None when nothing can be divided by. Procedures that are only listed here
(no offering) stand outside every denominator.
"""
# ruff: noqa: S608 - every name put into a statement is a constant

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth.models import AgencyKind
from dossiers import periods, rollups
from dossiers.periods import Period
from dossiers.units import Unit, agencies, units
from portal.core.clock import ZONE, today

# Targets for 2023 that the report of June 2023 compares with, in percent. Source: domain.md's SEED:
# report on online public services, first half of 2023 (90,66 %, 53,77 %, 39,21 % reached).
TARGETS_2023: Mapping[str, int] = {"eligible_full": 100, "services_used": 80, "full_online": 60}

NAMES: Mapping[str, str] = {
    "eligible_full": "Thủ tục đủ điều kiện đã là toàn trình",
    "services_used": "Dịch vụ trực tuyến có hồ sơ",
    "full_online": "Hồ sơ nộp trực tuyến toàn trình",
    "full_online_of_full": "Hồ sơ trực tuyến của thủ tục toàn trình",
    "full_observed": "Hồ sơ toàn trình thật, theo dõi được",
}


class Rate(msgspec.Struct, frozen=True):
    """A rate in percent with what it is made of; None when the denominator is 0."""

    numerator: int
    denominator: int
    rate: float | None


def rate(numerator: int, denominator: int) -> Rate:
    """The exact quotient in percent, rounded half up to two decimals for display only."""
    if denominator == 0:
        return Rate(numerator, denominator, None)
    exact = Decimal(100 * numerator) / Decimal(denominator)
    return Rate(numerator, denominator, float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP)))


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to dossiers. `received` is accepted as full and correct (statuses 2, 4–10)."""

    submitted: int = 0
    received: int = 0
    received_online: int = 0
    received_full: int = 0  # of full-process services, by any channel
    full_online: int = 0  # of full-process services, online
    full_touched: int = 0  # of these, with something done off-line: not a full process as observed
    refused: int = 0
    settled: int = 0
    approved: int = 0
    on_time: int = 0
    returned: int = 0
    requests: int = 0  # to supplement
    dossiers_asked: int = 0  # that had a first request
    further_requests: int = 0  # in a stage that had its one, on a ground


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """What is offered. The first three count procedures, each once and at its higher level."""

    eligible: int = 0
    eligible_full: int = 0
    full: int = 0
    online: int = 0  # services (procedure × agency) open online at some time in the period
    used: int = 0  # of these, with an online dossier received in the period


class UnitRates(msgspec.Struct, frozen=True, kw_only=True):
    """The rates of an agency with all agencies below it; `code` None is the sum or the rest.

    `eligible_full`: procedures eligible for the full process that are published as such.
    `services_used`: online services with at least one dossier received online in the period.
    `full_online` (A): online dossiers of full-process services, of all dossiers received.
    `full_online_of_full` (B): the same, of all dossiers of full-process services.
    `full_observed`: as A, without dossiers for which something had to be done off-line.
    `requests_per_dossier`: requests to supplement, of a hundred dossiers filed (index 766, 2.1).

    Source: domain.md §5.1 (formulas of the national monitoring, cards 3.1 and 3.2; definition A).
    """

    code: str | None
    name: str
    kind: str | None
    counts: Counts
    services: Services
    eligible_full: Rate
    services_used: Rate
    full_online: Rate
    full_online_of_full: Rate
    full_observed: Rate
    requests_per_dossier: Rate


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """One month of the series."""

    month: str
    counts: Counts
    full_online: Rate
    full_online_of_full: Rate


class Check(msgspec.Struct, frozen=True):
    """The latest recount from raw events beside what is published."""

    at: datetime
    events: int
    differences: int


class OnlineRates(msgspec.Struct, frozen=True, kw_only=True):
    period: str
    first_day: date
    last_day: date
    finished: bool
    agency: str | None
    level: str | None
    total: UnitRates
    agencies: list[UnitRates]
    months: list[Month]
    targets: Mapping[str, int]
    check: Check | None


_SUMS = ", ".join(
    f"coalesce(sum({column}){f' FILTER (WHERE {where})' if where else ''}, 0)::bigint AS {name}"
    for name, column, where in (
        ("submitted", "submitted", ""),
        ("received", "received", ""),
        ("received_online", "received", "channel = 'online'"),
        ("received_full", "received", "level = 'full'"),
        ("full_online", "received", "level = 'full' AND channel = 'online'"),
        ("full_touched", "touched", "level = 'full' AND channel = 'online'"),
        ("refused", "refused", ""),
        ("settled", "settled", ""),
        ("approved", "approved", ""),
        ("on_time", "on_time", ""),
        ("returned", "returned", ""),
        ("requests", "asked", ""),
        ("dossiers_asked", "asked_first", ""),
        ("further_requests", "asked_further", ""),
    )
)
_MEMBER = "unnest(CAST(:agencies AS uuid[]), CAST(:units AS int[])) AS member (agency_id, unit)"

_ADDED = ", ".join(f"sum({name})::bigint AS {name}" for name in Counts.__struct_fields__)
# The counts are read once: by agency and month, which units and months of the series then add up.
_BY_MONTH_OF_AGENCY = f"""
    live AS MATERIALIZED (
        SELECT agency_id, month, {_SUMS} FROM {rollups.LIVE_COUNTS} AS live
        WHERE agency_id = ANY(CAST(:whole AS uuid[])) AND month >= :from AND month < :until
        GROUP BY agency_id, month
    )"""

_BY_UNIT_AND_MONTH = sa.text(
    f"""
    WITH {_BY_MONTH_OF_AGENCY}
    SELECT unit, NULL::date AS month, {_ADDED} FROM live JOIN {_MEMBER} USING (agency_id)
    WHERE month >= :first GROUP BY unit
    UNION ALL
    SELECT NULL, month, {_ADDED} FROM live GROUP BY month
    """
)

_BY_MONTH = sa.text(f"WITH {_BY_MONTH_OF_AGENCY} SELECT month, {_ADDED} FROM live GROUP BY month")

_SERVICES = sa.text(
    f"""
    WITH {rollups.LIVE_OFFERS}, standing AS (
        SELECT procedure_id, agency_id, declared, eligible FROM live_offer
        WHERE from_at < :ends AND (to_at IS NULL OR to_at >= :ends)
    ), online AS (
        SELECT DISTINCT procedure_id, agency_id FROM live_offer
        WHERE declared IN ('full', 'partial') AND from_at < :ends AND (to_at IS NULL OR to_at > :starts)
    ), counted AS (
        SELECT procedure_id, agency_id, EXISTS (
            SELECT FROM {rollups.LIVE_COUNTS} AS live
            WHERE live.agency_id = online.agency_id AND live.procedure_id = online.procedure_id
              AND channel = 'online' AND received > 0 AND month >= :first AND month < :until
        ) AS used FROM online
    ), member AS (
        SELECT * FROM {_MEMBER}
    ), offered AS (
        SELECT unit, count(DISTINCT procedure_id) FILTER (WHERE eligible) AS eligible,
               count(DISTINCT procedure_id) FILTER (WHERE eligible AND declared = 'full') AS eligible_full,
               count(DISTINCT procedure_id) FILTER (WHERE declared = 'full') AS "full"
        FROM standing JOIN member USING (agency_id) GROUP BY unit
    ), open AS (
        SELECT unit, count(*) AS online, count(*) FILTER (WHERE used) AS used
        FROM counted JOIN member USING (agency_id) GROUP BY unit
    )
    SELECT unit, coalesce(eligible, 0) AS eligible, coalesce(eligible_full, 0) AS eligible_full,
           coalesce("full", 0) AS "full", coalesce(online, 0) AS online, coalesce(used, 0) AS used
    FROM offered FULL JOIN open USING (unit)
    """
)


def online_rates(
    session: Session,
    *,
    period: str | None = None,
    agency: str | None = None,
    level: AgencyKind | None = None,
    months: int = 12,
    everyone: str = "Cả nước",
) -> OnlineRates:
    """The three rates in a period, of all agencies or one with those below, exact to this moment.

    `period` is "2026", "2026-Q3" or "2026-11" (now when None); `level` keeps agencies of one kind.
    `months` is how many months, up to the period's last, the series shows.

    Raises:
        BadPeriod: not a period, or one that has not begun.
        AgencyUnknown: no agency has this code.
    """
    asked = periods.parse(period, today())
    whole, rows = units(agencies(session), agency=agency, level=level, everyone=everyone)
    trailing = asked.trailing(months)
    counted, by_month, offered = _figures(session, whole, rows, asked, trailing)
    check = rollups.last_check(session)
    return OnlineRates(
        period=asked.key,
        first_day=asked.first,
        last_day=asked.last,
        finished=asked.until <= today(),
        agency=whole.code,
        level=level,
        total=_rates(whole, counted.get(0, Counts()), offered.get(0, Services())),
        agencies=[
            _rates(row, counted.get(i, Counts()), offered.get(i, Services()))
            for i, row in enumerate(rows, 1)
            if row.code is not None or i in counted or i in offered  # no empty "trực tiếp"
        ],
        months=_series(by_month, trailing),
        targets=TARGETS_2023,
        check=Check(check.at, check.events, check.differences) if check else None,
    )


def _figures(
    session: Session, whole: Unit, rows: list[Unit], period: Period, trailing: Period
) -> tuple[dict[int, Counts], dict[date, Counts], dict[int, Services]]:
    """Counts of each unit by its index (0 is the whole) and of each month, services of each unit."""
    pairs = [(agency_id, index) for index, unit in enumerate([whole, *rows]) for agency_id in unit.ids]
    values: dict[str, Any] = {
        "agencies": [pair[0] for pair in pairs],
        "units": [pair[1] for pair in pairs],
        "first": period.first,
        "until": period.until,
    }
    asked = values | {"whole": list(whole.ids), "from": trailing.first}
    found = session.execute(_BY_UNIT_AND_MONTH, asked).all()
    values |= {"starts": _midnight(period.first), "ends": _midnight(period.until)}
    offered = {row.unit: _services(row) for row in session.execute(_SERVICES, values)}
    counted = {row.unit: _counts(row) for row in found if row.month is None}
    return counted, {row.month: _counts(row) for row in found if row.month is not None}, offered


def _counts(row: Any) -> Counts:
    return Counts(**{name: row._mapping[name] for name in Counts.__struct_fields__})


def _services(row: Any) -> Services:
    return Services(**{name: row._mapping[name] for name in Services.__struct_fields__})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)


def _rates(unit: Unit, counts: Counts, services: Services) -> UnitRates:
    return UnitRates(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        counts=counts,
        services=services,
        eligible_full=rate(services.eligible_full, services.eligible),
        services_used=rate(services.used, services.online),
        full_online=rate(counts.full_online, counts.received),
        full_online_of_full=rate(counts.full_online, counts.received_full),
        full_observed=rate(counts.full_online - counts.full_touched, counts.received),
        requests_per_dossier=rate(counts.requests, counts.submitted),
    )


def _series(found: Mapping[date, Counts], period: Period) -> list[Month]:
    """The months of the period up to now, each with its counts; empty months are there with 0."""
    return [
        Month(
            month=f"{month:%Y-%m}",
            counts=counts,
            full_online=rate(counts.full_online, counts.received),
            full_online_of_full=rate(counts.full_online, counts.received_full),
        )
        for month in period.months(today())
        for counts in [found.get(month, Counts())]
    ]


def dossiers(session: Session, *, period: str | None = None, agency: str | None = None) -> list[Month]:
    """The series of dossiers by month in a period (this year when None).

    Raises:
        BadPeriod, AgencyUnknown.
    """
    asked = periods.parse(period or str(today().year), today())
    whole, _ = units(agencies(session), agency=agency, level=None)
    values = {"whole": list(whole.ids), "from": asked.first, "until": asked.until}
    return _series({row.month: _counts(row) for row in session.execute(_BY_MONTH, values)}, asked)
