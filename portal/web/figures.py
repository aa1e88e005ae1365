"""The statistics page: three rates with what they are made of, their course, and the proof."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.params import QueryParameter

from auth.models import AgencyKind
from dossiers import periods, statistics
from dossiers.statistics import Month, OnlineRates, Rate
from dossiers.units import agencies
from portal.core.clock import today
from portal.core.http import AppSettings, DbSession
from portal.core.render import NBSP
from portal.web.pages import page

KINDS = {
    AgencyKind.MINISTRY: "Các bộ, ngành",
    AgencyKind.PROVINCE: "Các tỉnh, thành phố",
    AgencyKind.DEPARTMENT: "Các sở, ban, ngành",
    AgencyKind.COMMUNE: "Các xã, phường",
    AgencyKind.CENTRE: "Các trung tâm phục vụ hành chính công",
}
Choice = Annotated[str, QueryParameter(max_length=40, required=False)]


class Third(msgspec.Struct, frozen=True):
    """How the third rate is read on this page."""

    key: str
    name: str
    of: str
    how: str


THIRDS = {
    "a": Third(
        "full_online",
        "A. Mọi hồ sơ đã nhận",
        "hồ sơ",
        "Hồ sơ nộp trực tuyến của dịch vụ toàn trình chia cho mọi hồ sơ đã nhận trong kỳ, trực tiếp và trực "
        "tuyến (cách A, như báo cáo sáu tháng đầu năm 2023).",
    ),
    "b": Third(
        "full_online_of_full",
        "B. Hồ sơ của thủ tục toàn trình",
        "hồ sơ của thủ tục toàn trình",
        "Hồ sơ nộp trực tuyến chia cho mọi hồ sơ đã nhận của dịch vụ toàn trình (cách B, như báo cáo của các "
        "tỉnh).",
    ),
}


def percent_vi(value: float | None) -> str:
    """A percentage as people here write it; a dash where there is none."""
    return "–" if value is None else f"{value:.2f}".replace(".", ",") + f"{NBSP}%"


def spoken(months: list[Month], third: Third) -> str:
    """The chart in a sentence, for those who do not see it."""
    told = [(month, rate) for month in months for rate in [_third(month, third)] if rate.rate is not None]
    if not told:
        return "Biểu đồ đường theo tháng: chưa có hồ sơ nào."
    (first, start), (last, end) = told[0], told[-1]
    if first is last:
        return f"Biểu đồ đường theo tháng: {percent_vi(end.rate)} trong tháng {_short(last)}."
    return (
        f"Biểu đồ đường theo tháng: tỷ lệ nộp trực tuyến toàn trình từ {percent_vi(start.rate)} "
        f"({_short(first)}) đến {percent_vi(end.rate)} ({_short(last)})."
    )


def _third(row: Any, third: Third) -> Rate:
    found: Rate = getattr(row, third.key)
    return found


def _short(month: Month) -> str:
    return f"{month.month[5:]}/{month.month[:4]}"


def _name_of(rates: OnlineRates, kind: AgencyKind | None, everyone: str) -> str:
    if kind is not None:
        return KINDS[kind].lower()
    return rates.total.name if rates.agency else everyone


def query_of(**choices: str) -> str:
    """The query string of the choices made, empty ones left out; values are codes without marks."""
    return "&".join(f"{name}={value}" for name, value in choices.items() if value)


@get("/thong-ke", include_in_schema=False, sync_to_thread=True)
def statistics_page(
    request: Request[Any, Any, Any],
    session: DbSession,
    settings: AppSettings,
    period: Choice = "",
    unit: Choice = "",
    by: Choice = "",
) -> Response[str]:
    """Show the three rates of a period for all, one agency with those below, or agencies of a kind."""
    third = THIRDS.get(by, THIRDS["a"])
    kind = AgencyKind(unit) if unit in set(AgencyKind) else None
    rates: OnlineRates = statistics.online_rates(
        session,
        period=period or None,
        agency=unit if unit and kind is None else None,
        level=kind,
        everyone=settings.province_name,
    )
    nodes = agencies(session)
    asked = periods.parse(rates.period, today())
    kinds = {node.kind for node in nodes}
    links = query_of(
        period=rates.period, agency=rates.agency or "", level=kind.value if kind is not None else ""
    )
    return page(
        request,
        "statistics/rates.html",
        rates=rates,
        third=third,
        by=by if by in THIRDS else "a",
        thirds=[(key, one.name) for key, one in THIRDS.items()],
        asked=asked,
        periods=[(one.key, one.name) for one in periods.choices(today())],
        unit=unit,
        unit_name=_name_of(rates, kind, settings.province_name),
        rows=sorted(rates.agencies, key=lambda row: (row.code is None, -row.counts.received, row.code or "")),
        kinds=[(key.value, name) for key, name in KINDS.items() if key in kinds],
        nodes=[(node.code, node.name) for node in nodes],
        links=links,
        year=asked.first.year,
        months=[(f"{m.month[5:]}/{m.month[2:4]}", _third(m, third), m.counts) for m in rates.months],
        chart={
            "months": [f"{m.month[5:]}/{m.month[2:4]}" for m in rates.months],
            "values": [_third(m, third).rate for m in rates.months],
            "name": "Nộp trực tuyến toàn trình",
        },
        spoken=spoken(rates.months, third),
        row_of=lambda row: _third(row, third),
        percent_vi=percent_vi,
        on_time=statistics.rate(rates.total.counts.on_time, rates.total.counts.settled),
        goal=statistics.TARGETS_2023["full_online"],
    )


route_handlers: list[Any] = [statistics_page]
