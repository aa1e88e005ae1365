"""The administrative units in force since 01/07/2025, as suggestions."""

import csv
from collections import Counter

from services_catalog import units


def test_the_list_is_complete_and_names_each_unit_once():
    with (units.SEED / "units.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))

    assert len({row["province_code"] for row in rows}) == len({row["province"] for row in rows}) == 34
    assert len({row["code"] for row in rows}) == len(rows) == 3321
    assert Counter(row["kind"] for row in rows) == {"commune": 2621, "ward": 687, "zone": 13}
    prefixes = {"commune": "Xã ", "ward": "Phường ", "zone": "Đặc khu "}
    assert [row["name"] for row in rows if not row["name"].startswith(prefixes[row["kind"]])] == []
    assert max(Counter((row["province_code"], row["name"]) for row in rows).values()) == 1


def test_a_province_is_found_by_any_usual_name_or_its_code():
    directory = units.directory()

    assert len(directory.provinces) == 34
    assert len(directory.communes("TP Hồ Chí Minh")) == 168
    assert directory.communes("79") == directory.communes("thành phố hồ chí minh")
    assert directory.communes("Tỉnh Lam Giang") == []
    assert "Xã Tân Hòa" in [unit.name for unit in units.directory("tỉnh Lam Giang").communes("lam giang")]


def test_the_api_lists_provinces_and_communes_and_may_be_kept(client):
    provinces = client.get("/api/v1/units")
    communes = client.get("/api/v1/units", params={"province": "Thành phố Huế"})

    assert {"code": "46", "name": "Thành phố Huế"} in provinces.json()["items"]
    assert len(communes.json()["items"]) == 40
    assert communes.headers["cache-control"] == "public, max-age=86400"
    again = client.get(
        "/api/v1/units",
        params={"province": "Thành phố Huế"},
        headers={"if-none-match": communes.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/v1/units?province=xyz").json() == {"items": [], "next": None}
    assert client.get("/api/v1/units", params={"province": "a" * 101}).status_code == 400
