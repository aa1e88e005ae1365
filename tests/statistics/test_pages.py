"""The statistics page and its data: live, with numerator and denominator, safe in a spreadsheet."""

import csv
import io
from typing import Any

from litestar.testing import TestClient
from sqlmodel import Session

from dossiers import processing, touches
from dossiers.touches import Touch
from portal.core.spreadsheets import csv_text
from tests import factories
from tests.conftest import acts_as


def test_a_filed_dossier_moves_the_rates_at_once(client: TestClient[Any], session: Session) -> None:
    agency = factories.agency(session, name="=cmd|' /C calc'!A0 <b>xã</b>")
    made = factories.procedure(session, agency.id)
    dossier = factories.filed(session, factories.citizen(session), made, agency.id)
    session.commit()
    where = f"agency={agency.code}"
    before = client.get(f"/api/v1/statistics/online-rates?{where}").json()["total"]

    by = acts_as(session, factories.officer(session, agency.id))
    processing.receive(session, by, dossier.id)
    session.commit()
    after = client.get(f"/api/v1/statistics/online-rates?{where}").json()["total"]

    assert before["full_online"] == {"numerator": 0, "denominator": 0, "rate": None}
    assert before["services_used"] == {"numerator": 0, "denominator": 1, "rate": 0.0}
    assert after["full_online"] == {"numerator": 1, "denominator": 1, "rate": 100.0}
    assert after["services_used"] == {"numerator": 1, "denominator": 1, "rate": 100.0}
    assert after["eligible_full"] == {"numerator": 1, "denominator": 1, "rate": 100.0}

    page = client.get(f"/thong-ke?unit={agency.code}")
    assert page.status_code == 200
    assert "1 trong 1 hồ sơ" in page.text
    assert "<b>xã</b>" not in page.text
    rows = list(
        csv.reader(io.StringIO(client.get("/api/v1/statistics/online-rates.csv").text.lstrip("\ufeff")))
    )
    names = [row[2] for row in rows]
    assert any(name.startswith("'=cmd") for name in names)
    assert not any(name.startswith("=") for name in names)


def test_every_choice_of_the_page_renders_and_a_wrong_one_is_named(client: TestClient[Any]) -> None:
    good = ["", "?period=2026&by=b", "?period=2026-Q1", "?unit=commune", "?by=x&unit="]
    wrong = {"?period=2199": 400, "?period=zzz": 400, "?unit=A99.XX": 404, "?unit=%3Cb%3E": 404}

    assert [client.get(f"/thong-ke{query}").status_code for query in good] == [200] * len(good)
    assert {query: client.get(f"/thong-ke{query}").status_code for query in wrong} == wrong
    answer = client.get("/api/v1/statistics/online-rates?period=2026-13")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert client.get("/api/v1/statistics/online-rates?level=village").status_code == 400


def test_the_series_has_every_month_that_has_begun(client: TestClient[Any]) -> None:
    items = client.get("/api/v1/statistics/dossiers?period=2025").json()["items"]

    assert [item["month"] for item in items] == [f"2025-{n:02d}" for n in range(1, 13)]
    assert client.get("/api/v1/statistics/dossiers.csv").headers["content-type"].startswith("text/csv")


def test_no_cell_is_a_formula() -> None:
    text = csv_text([["=1", "+1", "-1", "@a", "\t=1", "a\t=1", 'a"b', None, -5, 1.5, "a=b"]])

    row = next(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert row == ["'=1", "'+1", "'-1", "'@a", "'=1", "a =1", 'a"b', "", "-5", "1.5", "a=b"]


def test_a_visit_to_the_desk_leaves_the_observed_rate(client: TestClient[Any], session: Session) -> None:
    """Full on paper and full in life stand beside each other, each with its parts."""
    agency = factories.agency(session)
    made = factories.procedure(session, agency.id)
    dossier = factories.filed(session, factories.citizen(session), made, agency.id)
    by = acts_as(session, factories.officer(session, agency.id))
    processing.receive(session, by, dossier.id)
    session.commit()
    where = f"/thong-ke?unit={agency.code}"

    before = client.get(where).text
    touches.touch(session, by, dossier.id, kind=Touch.VISIT, note="Mang bản giấy đến đối chiếu.")
    session.commit()
    after = client.get(where).text

    assert "1 trong 1 hồ sơ đã nhận" in before
    assert "0 trong 1 hồ sơ đã nhận" in after
    assert "0 lần trong 1 hồ sơ nộp" in after
    assert "Chưa có hồ sơ nào có kết quả" in after
