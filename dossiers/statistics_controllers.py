"""HTTP for the statistics: public, as JSON and as CSV that a spreadsheet cannot be tricked by."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final

import msgspec
from litestar import Controller, Response, get
from litestar.params import QueryParameter

from auth.models import AgencyKind
from dossiers import statistics
from dossiers.statistics import Counts, Month, OnlineRates, Rate, UnitRates
from portal.core.http import AppSettings, DbSession
from portal.core.spreadsheets import csv_text

Period = Annotated[
    str | None,
    QueryParameter(max_length=10, required=False, description="2026, 2026-Q3 or 2026-11; now when absent"),
]
AgencyCode = Annotated[
    str | None,
    QueryParameter(max_length=35, required=False, description="Code of an agency; those below it count too"),
]
LevelOfAgency = Annotated[
    AgencyKind | None,
    QueryParameter(required=False, description="Only agencies of this kind and those below"),
]

COUNTS: Final = Counts.__struct_fields__


class DossierSeries(msgspec.Struct, frozen=True):
    """Months with their counts and the two readings of the third rate."""

    items: list[Month]
    next: str | None = None


def _file(name: str, rows: Iterable[Sequence[object]]) -> Response[str]:
    return Response(
        csv_text(rows),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{name}.csv"'},
    )


def _parts(rate: Rate) -> tuple[int, int, float | None]:
    return rate.numerator, rate.denominator, rate.rate


class StatisticsController(Controller):
    """What the portal publishes about itself. No figure without numerator and denominator."""

    path = "/api/v1/statistics"
    tags = ("Statistics",)

    @get("/online-rates", sync_to_thread=True)
    def online_rates(
        self,
        session: DbSession,
        settings: AppSettings,
        period: Period = None,
        agency: AgencyCode = None,
        level: LevelOfAgency = None,
    ) -> OnlineRates:
        """The three rates of online services, by agency and month, exact to the latest change."""
        return statistics.online_rates(
            session, period=period, agency=agency, level=level, everyone=settings.province_name
        )

    @get("/online-rates.csv", sync_to_thread=True, media_type="text/csv")
    def online_rates_csv(
        self,
        session: DbSession,
        settings: AppSettings,
        period: Period = None,
        agency: AgencyCode = None,
        level: LevelOfAgency = None,
    ) -> Response[str]:
        """The same, one row an agency; the first row is the whole."""
        rates = statistics.online_rates(
            session, period=period, agency=agency, level=level, everyone=settings.province_name
        )
        names = ("eligible_full", "services_used", "full_online", "full_online_of_full")
        header = ["period", "code", "agency", *COUNTS]
        header += [f"{name}_{part}" for name in names for part in ("numerator", "denominator", "rate")]

        def row(unit: UnitRates) -> list[object]:
            counts = [getattr(unit.counts, name) for name in COUNTS]
            figures = [part for name in names for part in _parts(getattr(unit, name))]
            return [rates.period, unit.code, unit.name, *counts, *figures]

        return _file(
            f"ty-le-truc-tuyen-{rates.period}", [header, row(rates.total), *map(row, rates.agencies)]
        )

    @get("/dossiers", sync_to_thread=True)
    def dossiers(self, session: DbSession, period: Period = None, agency: AgencyCode = None) -> DossierSeries:
        """Dossiers by month: filed, received, settled, in time, returned (this year when no period)."""
        return DossierSeries(statistics.dossiers(session, period=period, agency=agency))

    @get("/dossiers.csv", sync_to_thread=True, media_type="text/csv")
    def dossiers_csv(
        self, session: DbSession, period: Period = None, agency: AgencyCode = None
    ) -> Response[str]:
        """The same, one row a month."""
        months = statistics.dossiers(session, period=period, agency=agency)
        rows = [[month.month, *(getattr(month.counts, name) for name in COUNTS)] for month in months]
        return _file("ho-so-theo-thang", [["month", *COUNTS], *rows])


route_handlers = [StatisticsController]
