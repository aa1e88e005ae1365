"""Numbers, money and dates as people here read them."""

from datetime import UTC, date, datetime

import pytest

from portal.core import render

FRIDAY_EVENING = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)  # 17:00 in Viet Nam
AFTER_MIDNIGHT = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)  # 01:30 on the 27th in Viet Nam


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (render.dong(1_250_000), "1.250.000\u00a0đồng"),
        (render.dong(0), "0\u00a0đồng"),
        (render.number(17325), "17.325"),
        (render.percent(13049, 17325), "75,32\u00a0%"),
        (render.percent(1, 3, 1), "33,3\u00a0%"),
        (render.percent(5, 4), "125,00\u00a0%"),  # no cap: what is counted is shown
        (render.date_vi(AFTER_MIDNIGHT), "27/11/2026"),
        (render.date_vi(date(2026, 2, 5)), "05/02/2026"),
        (render.datetime_vi(FRIDAY_EVENING), "17:00 27/11/2026"),
        (render.moment(FRIDAY_EVENING), "17:00 thứ Sáu 27/11/2026"),
        (render.weekday_date(date(2026, 11, 29)), "Chủ Nhật, 29/11/2026"),
        (render.weekday_short(date(2026, 11, 24)), "T3"),
        (render.long_date(date(2026, 2, 5)), "ngày 05 tháng 02 năm 2026"),
        (render.long_date(date(2026, 11, 15)), "ngày 15 tháng 11 năm 2026"),
        (render.size(0), "0\u00a0byte"),
        (render.size(188_416), "184\u00a0KB"),
        (render.size(19_293_798), "18,4\u00a0MB"),
        (render.capital("thứ Sáu"), "Thứ Sáu"),
        (render.iso(date(2026, 11, 27)), "2026-11-27"),
    ],
)
def test_formats(made: str, wanted: str) -> None:
    assert made == wanted


def test_output_is_escaped() -> None:
    made = render.environment([])
    assert made.from_string("{{ x }}").render(x="<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;"
